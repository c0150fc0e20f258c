"""The verdict of a comparison: better, worse, no relevant difference, or cannot tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from ticketbench.core.types import Estimate, FloatArray, IntArray, Value
from ticketbench.measure.statistics.intervals import (
    CONFIDENCE,
    FEWEST_DF,
    NEARLY_ONE,
    ONE_UNIT,
    UNDEFINED,
    ClusteredMean,
    Interval,
    clipped,
    clopper_pearson,
    clustered_mean,
)
from ticketbench.measure.statistics.sign_flip import group_sums, sign_flip_p

MARGIN = 0.02
_POWER_FACTOR = 2.80
"""z(97.5 %) + z(80 %): a difference this many standard errors away is found 80 % of the time."""

FEWEST_GROUPS = 6
"""With fewer differing groups no test at 5 % can decide, and a t test only seems to."""

MOST_NEEDED = 1_000_000

Outcome = Literal["better", "worse", "no relevant difference", "cannot tell"]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict(Value):
    """What the accuracy difference allows to say.

    tickets_needed  about how many tickets would settle it; 0 when it is settled or unknown
    detectable      the smallest true difference found with 80 % power at this n (MDE)
    """

    outcome: Outcome
    difference: Estimate
    margin: float
    tickets_needed: int
    detectable: float


def verdict(
    d: FloatArray, groups: IntArray, *, identical: bool = False, margin: float = MARGIN
) -> Verdict:
    """The verdict on per-ticket differences `d`: 1 newly right, -1 newly wrong, 0 as before.

    Better if low > 0, worse if high < 0, no relevant difference if -m < low and high < m.
    `identical` says that both sets gave every ticket the same top label: no difference at all.

    With fewer than six differing groups a t interval is too narrow to be trusted: the exact
    sign-flip p, 2^(1-k), cannot fall below 5 % either. Then nothing is better or worse, and "no
    relevant difference" rests on the exact bound of the share of differing groups instead.
    """
    clustered = clustered_mean(d, groups)
    if identical and clustered.n:
        same = Estimate(0.0, 0.0, 0.0, clustered.n, "the same top label for every ticket")
        return Verdict("no relevant difference", same, margin, 0, 0.0)
    difference = mean_difference(clustered, d)
    if n_differing_groups(d, groups) < FEWEST_GROUPS:
        small = _largest_difference(d, groups) < margin
        outcome: Outcome = "no relevant difference" if small else "cannot tell"
    elif difference.low > 0:
        outcome = "better"
    elif difference.high < 0:
        outcome = "worse"
    elif -margin < difference.low and difference.high < margin:
        outcome = "no relevant difference"
    else:
        outcome = "cannot tell"
    needed = _tickets_needed(clustered, d, groups, margin) if outcome == "cannot tell" else 0
    known = clustered.df >= FEWEST_DF and clustered.se_clustered > 0
    detectable = _POWER_FACTOR * clustered.se_clustered if known else math.nan
    return Verdict(outcome, difference, margin, needed, detectable)


def difference_p(d: FloatArray, groups: IntArray) -> float:
    """Two-sided p of the hypothesis that both sets are right equally often.

    NaN without tickets, and where one group holds nearly all of them. The cluster-robust t test
    (CR1, effective groups - 1 degrees of freedom). With fewer than six differing
    groups, or all of them alike, the exact sign-flip p instead, for the verdict's reason.
    """
    clustered = clustered_mean(d, groups)
    few = n_differing_groups(d, groups) < FEWEST_GROUPS
    if few or clustered.n_groups < 2 or clustered.se_clustered == 0:
        return sign_flip_p(d, groups)
    if not clustered.df >= FEWEST_DF:
        return math.nan
    t = abs(clustered.mean) / clustered.se_clustered
    return float(2 * special.stdtr(clustered.df, -t))


def exact_bounds(d: FloatArray, groups: IntArray, *, confidence: float = CONFIDENCE) -> Interval:
    """Bounds of the mean difference that hold however few groups differ; within [-1, 1].

    A loss can only come from groups whose sum is negative: low is minus the upper Clopper-Pearson
    end of their share, scaled by the largest group over the mean one, so that it holds whichever
    groups they are; high is the same for gains. Never too narrow, often wide. No tickets: NaN.
    """
    if len(d) == 0:
        return UNDEFINED
    sums = group_sums(d, groups)
    scale = largest_over_mean(groups)
    lost, gained = (
        clopper_pearson(int(np.count_nonzero(side)), len(sums), confidence=confidence).high
        for side in (sums < 0, sums > 0)
    )
    return Interval(-min(1.0, lost * scale), min(1.0, gained * scale))


def largest_over_mean(groups: IntArray) -> float:
    """The size of the largest group over the mean size; at least 1. There must be a ticket."""
    sizes = np.unique(groups, return_counts=True)[1]
    return float(sizes.max() / sizes.mean())


def mean_difference(clustered: ClusteredMean, d: FloatArray) -> Estimate:
    """The mean of `d` with its t interval; an exact one where every ticket changed alike.

    Without an interval where all groups have one mean short of that, or there is one group only.
    """
    mean, n, g = clustered.mean, clustered.n, clustered.n_groups
    if g < 2:
        return Estimate(mean, math.nan, math.nan, n, ONE_UNIT)
    if clustered.se_clustered > 0:
        ends = clustered.interval()
        method = NEARLY_ONE if math.isnan(ends.low) else "paired, cluster-robust t"
        return clipped(Estimate(mean, ends.low, ends.high, n, method), -1, 1)
    if not np.all(np.abs(d) == 1):
        reason = "all groups changed alike" if d.any() else "no ticket turned right or wrong"
        return Estimate(mean, math.nan, math.nan, n, f"no interval: {reason}")
    least = clopper_pearson(g, g).low
    low, high = (least, 1.0) if mean > 0 else (-1.0, -least)
    return Estimate(mean, low, high, n, "Clopper-Pearson: every ticket changed alike")


def n_differing_groups(d: FloatArray, groups: IntArray) -> int:
    """Groups whose summed difference is not zero: the ones that carry evidence either way."""
    return int(np.count_nonzero(group_sums(d, groups)))


def _largest_difference(d: FloatArray, groups: IntArray) -> float:
    """Upper 97.5 % bound of |difference|: Clopper-Pearson of the share of groups with any change.

    Scaled by the largest group over the mean one, so that it holds whichever groups change.
    """
    if len(d) == 0:
        return math.inf
    _, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    changed = int(np.count_nonzero(np.bincount(inverse, weights=np.abs(d))))
    high = clopper_pearson(changed, len(sizes)).high
    return high * float(sizes.max() / sizes.mean())


def _tickets_needed(
    clustered: ClusteredMean, d: FloatArray, groups: IntArray, margin: float
) -> int:
    """About how many tickets would decide, if further ones behave like these; 0 if unknown.

    n·(2.8·SE/δ)² for 80 % power, δ = the larger of the seen difference and the margin; and so many
    that six groups differ, or that the exact bound of the share of changed groups is below the
    margin.
    """
    changed = n_differing_groups(d, groups)
    if not clustered.df >= FEWEST_DF:  # more tickets of the same customer would settle nothing
        return 0
    n = clustered.n
    target = max(abs(clustered.mean), margin)
    powered = math.ceil(n * (_POWER_FACTOR * clustered.se_clustered / target) ** 2)
    if changed >= FEWEST_GROUPS:
        return max(n + 1, powered)
    several = max(powered, math.ceil(n * FEWEST_GROUPS / changed)) if changed else math.inf
    needed = min(several, until_bounded(changed, clustered, margin))
    return max(n + 1, int(needed)) if math.isfinite(needed) else 0


def until_bounded(
    changed: int, clustered: ClusteredMean, limit: float, *, confidence: float = CONFIDENCE
) -> float:
    """Tickets until the exact bound of the share of changed groups is below `limit`.

    If the share stays what it is; infinity if that takes more than a million groups.
    """
    per_group = clustered.n / clustered.n_groups
    g = clustered.n_groups
    while g < MOST_NEEDED:
        expected = round(changed * g / clustered.n_groups)
        if clopper_pearson(expected, g, confidence=confidence).high < limit:
            return math.ceil(g * per_group)
        g = math.ceil(g * 1.05) + 1
    return math.inf
