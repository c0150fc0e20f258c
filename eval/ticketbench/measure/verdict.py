"""The verdict of a comparison: better, worse, no relevant difference, or cannot tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.types import Estimate, FloatArray, IntArray
from ticketbench.measure.intervals import (
    ONE_UNIT,
    ClusteredMean,
    clopper_pearson,
    clustered_mean,
)

MARGIN = 0.02
_POWER_FACTOR = 2.80
"""z(97.5 %) + z(80 %): a difference this many standard errors away is found 80 % of the time."""

Outcome = Literal["better", "worse", "no relevant difference", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the accuracy difference allows to say.

    tickets_needed  about how many tickets would settle it; 0 when it is settled
    detectable      the smallest true difference found with 80 % power at this n (MDE)
    """

    outcome: Outcome
    difference: Estimate
    margin: float
    tickets_needed: int
    detectable: float


def verdict(d: FloatArray, groups: IntArray, *, margin: float = MARGIN) -> Verdict:
    """The verdict on per-ticket differences `d`: 1 newly right, -1 newly wrong, 0 as before.

    Better if low > 0, worse if high < 0, no relevant difference if -m < low and high < m.

    With fewer than six differing groups a t interval is too narrow to be trusted: the exact
    sign-flip p, 2^(1-k), cannot fall below 5 % either. Then nothing is better or worse, and "no
    relevant difference" rests on the exact bound of the share of differing groups instead.
    """
    clustered = clustered_mean(d, groups)
    if clustered.n and not d.any():
        same = Estimate(0.0, 0.0, 0.0, clustered.n, "no ticket turned right or wrong")
        return Verdict("no relevant difference", same, margin, 0, 0.0)
    ends = clustered.interval()
    method = "paired, cluster-robust t" if clustered.n_groups > 1 else ONE_UNIT
    difference = Estimate(clustered.mean, ends.low, ends.high, clustered.n, method)
    if 2.0 ** (1 - n_differing_groups(d, groups)) > 0.05:
        small = _largest_difference(d, groups) < margin
        outcome: Outcome = "no relevant difference" if small else "cannot tell"
    elif ends.low > 0:
        outcome = "better"
    elif ends.high < 0:
        outcome = "worse"
    elif -margin < ends.low and ends.high < margin:
        outcome = "no relevant difference"
    else:
        outcome = "cannot tell"
    detectable = _POWER_FACTOR * clustered.se_clustered if clustered.n_groups > 1 else math.nan
    needed = _tickets_needed(clustered, margin) if outcome == "cannot tell" else 0
    return Verdict(outcome, difference, margin, needed, detectable)


def n_differing_groups(d: FloatArray, groups: IntArray) -> int:
    """Groups whose summed difference is not zero: the ones that carry evidence either way."""
    _, inverse = np.unique(groups, return_inverse=True)
    return int(np.count_nonzero(np.bincount(inverse, weights=d)))


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


def _tickets_needed(clustered: ClusteredMean, margin: float) -> int:
    """Tickets for 80 % power: n·(2.8·SE/δ)², δ = the larger of seen difference and margin."""
    target = max(abs(clustered.mean), margin)
    if clustered.n_groups < 2 or not target > 0:
        return 0
    needed = clustered.n * (_POWER_FACTOR * clustered.se_clustered / target) ** 2
    return max(clustered.n + 1, math.ceil(needed))
