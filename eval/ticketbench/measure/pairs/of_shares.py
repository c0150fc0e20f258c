"""The regression gate: is the candidate at worst a margin less often right than the base?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import special

from ticketbench.core.types import FloatArray, IntArray, Value
from ticketbench.measure.pairs.verdict import (
    FEWEST_GROUPS,
    MARGIN,
    MOST_NEEDED,
    exact_bounds,
    largest_over_mean,
    n_differing_groups,
    until_bounded,
)
from ticketbench.measure.statistics.intervals import (
    FEWEST_DF,
    NEARLY_ONE,
    ClusteredMean,
    Interval,
    clustered_mean,
)
from ticketbench.measure.statistics.sign_flip import group_sums

CONFIDENCE = 0.95
"""Of each of the two bounds on its own."""

BOTH = 2 * CONFIDENCE - 1
"""The confidence of the two-sided interval whose ends are the two one-sided bounds."""

POWER_FACTOR = 2.49
"""z(95 %) + z(80 %): a gap this many standard errors wide is seen 80 % of the time."""

_HALVINGS = 60

GateOutcome = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True, slots=True, eq=False)
class NonInferiority(Value):
    """Whether the drop in accuracy is shown to be smaller than the margin.

    difference  share right of the candidate minus that of the base
    low, high   one-sided 95 % bounds of it, each on its own
    p           one-sided, of the hypothesis that the true difference is -margin or worse
    n_needed    about how many tickets would settle it; 0 when it is settled or unknown
    method      where the bounds come from
    """

    outcome: GateOutcome
    margin: float
    difference: float
    low: float
    high: float
    p: float
    n: int
    n_needed: int
    method: str


@dataclass(frozen=True, slots=True)
class _Bounds:
    low: float
    high: float
    p: float
    method: str


def noninferiority(
    d: FloatArray, groups: IntArray, *, margin: float = MARGIN, identical: bool = False
) -> NonInferiority:
    """The gate on per-ticket differences `d`: 1 newly right, -1 newly wrong, 0 as before.

    Pass if low > -margin. Fail if high < -margin, or if high < 0 and the seen drop is larger than
    the margin. Else inconclusive. `identical` says that both sets gave every ticket the same top
    label, which passes without statistics. `margin` is a share in [0, 1).

    The bounds invert Tango's score test (1998) when the tickets are independent: every group has
    one ticket, or all groups are one ticket repeated equally often, which counts once. Otherwise
    they are cluster-robust t bounds (CR1; degrees of freedom from the effective groups or, if they
    are fewer, the groups that differ), and low is lowered to that of the score test on the
    effective n where few tickets changed: docs/evidence.md shows how often a true drop passes.

    With fewer than six differing groups both are too narrow: no change at all in 140 tickets
    would already pass 2 points, which a true drop of 2 points survives 6 % of the time. Then, and
    when all groups are alike, the bounds are exact ones of the share of groups that lost or
    gained, so such data may pass, but never fail. No tickets: NaN and inconclusive.
    """
    clustered = clustered_mean(d, groups)
    n, mean = clustered.n, clustered.mean
    if n == 0:
        nan = math.nan
        return NonInferiority("inconclusive", margin, nan, nan, nan, nan, 0, 0, "no tickets")
    if identical:
        same = "the same top label for every ticket"
        return NonInferiority("pass", margin, 0.0, 0.0, 0.0, math.nan, n, 0, same)
    bounds = _bounds(clustered, d, groups, margin)
    outcome = outcome_of(bounds.low, bounds.high, mean, margin)
    return NonInferiority(
        outcome=outcome,
        margin=margin,
        difference=mean,
        low=bounds.low,
        high=bounds.high,
        p=bounds.p,
        n=n,
        n_needed=_tickets_needed(clustered, d, groups, margin) if outcome == "inconclusive" else 0,
        method=bounds.method,
    )


def outcome_of(low: float, high: float, seen: float, margin: float) -> GateOutcome:
    """Pass, fail or inconclusive from two one-sided bounds of a gain and the gain that was seen.

    Pass if low > -margin; fail if high < -margin, or if high < 0 and the drop seen is larger than
    the margin.
    """
    if low > -margin:
        return "pass"
    if high < -margin or (high < 0 and seen < -margin):
        return "fail"
    return "inconclusive"


def with_margin(found: NonInferiority, margin: float) -> NonInferiority:
    """The same test at another margin: its bounds do not depend on it.

    `p` and `n_needed` do, and are NaN and 0 unless the margin is the same.
    """
    if margin == found.margin:
        return found
    if found.outcome == "pass" and found.low == found.high == 0:  # identical, at any margin
        return replace(found, margin=margin)
    outcome = outcome_of(found.low, found.high, found.difference, margin)
    return replace(found, outcome=outcome, margin=margin, p=math.nan, n_needed=0)


def tango_z(only_base: int, only_candidate: int, n: int, *, margin: float) -> float:
    """Score statistic of the hypothesis that the true difference is -margin (Tango 1998).

    (b - c + n·m) / sqrt(n·(2q - m(1 + m))), b = only_candidate, c = only_base of n tickets, q the
    share "only base right" that is likeliest when the difference is -m: the larger root of
    2n·q² + B·q + c·m(1 + m) = 0 with B = -b - c - (2n - b + c)·m. Positive speaks for the
    candidate. NaN where both have no spread, as with margin 0 and no changed ticket.
    """
    return _score(only_base, only_candidate, n, -margin)


def clustered_z(d: FloatArray, groups: IntArray, *, margin: float) -> float:
    """(mean + margin) / SE, SE the cluster-robust standard error CR0; NaN when SE is 0.

    The statistic of large samples. The gate itself uses CR1 and a t law.
    """
    clustered = clustered_mean(d, groups)
    if clustered.n_groups < 2 or clustered.se_clustered == 0:
        return math.nan
    g = clustered.n_groups
    return (clustered.mean + margin) / (clustered.se_clustered * math.sqrt((g - 1) / g))


def tango_bounds(
    only_base: int, only_candidate: int, n: int, *, confidence: float = BOTH
) -> Interval:
    """The differences of paired shares that the score test does not reject (Tango 1998).

    By bisection; within [-1, 1]. The default confidence gives two one-sided 95 % bounds. n = 0
    gives NaN.
    """
    if n == 0:
        return Interval(math.nan, math.nan)
    critical = float(special.ndtri(0.5 + confidence / 2))
    low = _lowest(only_base, only_candidate, n, critical)
    high = -_lowest(only_candidate, only_base, n, critical)
    return Interval(low, high)


def _score(c: float, b: float, n: float, delta: float) -> float:
    linear = -b - c + (2 * n - b + c) * delta
    constant = -c * delta * (1 - delta)
    root = math.sqrt(max(linear * linear - 8 * n * constant, 0.0))
    q = (root - linear) / (4 * n)
    variance = n * (2 * q + delta * (1 - delta))
    distance = b - c - n * delta
    if variance > 0:
        return distance / math.sqrt(variance)
    return math.copysign(math.inf, distance) if distance else math.nan


def _lowest(c: float, b: float, n: float, critical: float) -> float:
    """The difference below which the score exceeds `critical`; the score falls as it grows."""
    low, high = -1.0, (b - c) / n
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _score(c, b, n, middle) > critical:
            low = middle
        else:
            high = middle
    return low


def _bounds(clustered: ClusteredMean, d: FloatArray, groups: IntArray, margin: float) -> _Bounds:
    if n_differing_groups(d, groups) < FEWEST_GROUPS:
        ends = exact_bounds(d, groups, confidence=BOTH)
        lost = int(np.count_nonzero(group_sums(d, groups) < 0))
        limit = min(1.0, margin / largest_over_mean(groups))
        p = float(special.bdtr(lost, clustered.n_groups, limit))
        return _Bounds(ends.low, ends.high, p, "exact bounds of the share of changed groups")
    if clustered.se_clustered == 0:
        return _of_alike_groups(clustered, groups, margin)
    repeats = _repeats(d, groups)
    if repeats:
        n = clustered.n // repeats
        lost, gained = (int(np.count_nonzero(d == side)) // repeats for side in (-1, 1))
        ends = tango_bounds(lost, gained, n)
        p = float(special.ndtr(-tango_z(lost, gained, n, margin=margin)))
        return _Bounds(ends.low, ends.high, p, "Tango's score test")
    # Few changed groups say little about the spread, however many stayed as they were.
    df = min(clustered.df, n_differing_groups(d, groups) - 1.0)
    if not df >= FEWEST_DF:
        return _Bounds(math.nan, math.nan, math.nan, NEARLY_ONE)
    return _of_clusters(replace(clustered, df=df), d, margin)


def _of_clusters(clustered: ClusteredMean, d: FloatArray, margin: float) -> _Bounds:
    """The cluster-robust t bounds, the lower one no better than the score test's on effective n.

    Both counts of changed tickets and n are divided by the design effect, the ratio of the two
    variances of the mean, at least 1.
    """
    n, df = clustered.n, clustered.df
    ends = clustered.interval(confidence=BOTH)
    t = (clustered.mean + margin) / clustered.se_clustered
    ratio = clustered.se_clustered / clustered.se_independent
    effect = max(1.0, ratio**2 * (n - 1) / n)
    lost, gained = (float(np.count_nonzero(d == side)) / effect for side in (-1, 1))
    by_score = _lowest(lost, gained, n / effect, float(special.stdtrit(df, CONFIDENCE)))
    z = min(t, _score(lost, gained, n / effect, -margin))
    method = "cluster-robust t"
    if by_score < ends.low:
        method = "cluster-robust t, lower bound by Tango's score test on the effective n"
    low = max(min(ends.low, by_score), -1.0)
    return _Bounds(low, min(ends.high, 1.0), float(special.stdtr(df, -z)), method)


def _repeats(d: FloatArray, groups: IntArray) -> int:
    """How often each ticket stands in the data when groups are nothing but repeats; else 0."""
    _, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if np.any(sizes != sizes[0]):
        return 0
    sums = np.bincount(inverse, weights=d)
    return int(sizes[0]) if np.array_equal(sums[inverse], d * sizes[0]) else 0


def _of_alike_groups(clustered: ClusteredMean, groups: IntArray, margin: float) -> _Bounds:
    """Every group has the same mean m: at most a share u of all groups behaves otherwise.

    u = 1 - .05^(1/G), scaled by group size. The others lie between -1 and 1, so the bounds are
    m - u(1 + m) and m + u(1 - m).
    """
    mean, g = clustered.mean, clustered.n_groups
    scale = largest_over_mean(groups)
    other = min(1.0, scale * (1 - (1 - CONFIDENCE) ** (1 / g)))
    spare = max(0.0, mean + margin) / (1 + mean) if mean > -1 else 0.0
    p = (1 - min(1.0, spare / scale)) ** g
    low, high = mean - other * (1 + mean), mean + other * (1 - mean)
    return _Bounds(low, high, p, "exact bounds: all groups changed alike")


def _tickets_needed(
    clustered: ClusteredMean, d: FloatArray, groups: IntArray, margin: float
) -> int:
    """About how many tickets settle it, if further ones behave like these; 0 if unknown.

    n·(2.49·SE/gap)² for 80 % power. Above -margin the gap is what the difference is above it; at
    or below, what it is below 0. With few differing groups there must also be six of them, or so
    many groups that the exact bound of those that lost is below the margin.
    """
    if not clustered.df >= FEWEST_DF:
        return 0
    n, mean = clustered.n, clustered.mean
    gap = mean + margin if mean > -margin else -mean
    ratio = POWER_FACTOR * clustered.se_clustered / gap if gap > 0 else math.inf
    needed = n * ratio**2
    changed = n_differing_groups(d, groups)
    if changed < FEWEST_GROUPS:
        lost = int(np.count_nonzero(group_sums(d, groups) < 0))
        several = max(needed, n * FEWEST_GROUPS / changed) if changed else math.inf
        limit = margin / largest_over_mean(groups)
        needed = min(several, until_bounded(lost, clustered, limit, confidence=BOTH))
    elif clustered.se_clustered == 0:
        limit = gap / (1 + abs(mean)) / largest_over_mean(groups)
        needed = until_bounded(0, clustered, limit, confidence=BOTH)
    return max(n + 1, math.ceil(needed)) if needed < MOST_NEEDED else 0
