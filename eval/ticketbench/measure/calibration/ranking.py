"""Does a higher top score mean a likelier right answer? AUROC and AUGRC, ticket by ticket."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray
from ticketbench.measure.statistics.groups import one_per_group
from ticketbench.measure.statistics.intervals import CONFIDENCE


def augrc(top_score: FloatArray, right: BoolArray) -> float:
    """Mean over k of the errors among the k most confident / n (Traub et al. 2024), ties averaged.

    A wrong ticket counts once for every ticket that is not more confident, itself included. A
    share, 0 is best. No tickets: NaN.
    """
    n = len(right)
    if n == 0:
        return math.nan
    # Whole numbers, so that no order of the tickets changes the last digit.
    low, high = _ends(np.sort(top_score), top_score[~right])
    return float((low + high + 1).sum()) / (2 * n * n)


def augrc_influence(top_score: FloatArray, right: BoolArray) -> FloatArray:
    """How the AUGRC moves with the weight of each of n tickets, mean 0.

    wrong_i · F(s_i) + mean_j wrong_j [s_j above s_i, ties half], less their mean; F is the share
    of tickets not more confident.
    """
    wrong = (~right).astype(np.float64)
    order = np.argsort(top_score, kind="stable")
    low, high = _ends(top_score[order], top_score)
    so_far = np.concatenate([[0.0], np.cumsum(wrong[order])])
    above = (so_far[-1] - (so_far[low] + so_far[high]) / 2) / max(len(right), 1)
    return _centred(wrong * _share_below(top_score) + above)


def auroc(top_score: FloatArray, right: BoolArray) -> float:
    """Chance that a right ticket has a higher top score than a wrong one, a tie counting half.

    The area under the ROC curve of "right" by top score (Mann & Whitney 1947): 1 when every right
    ticket stands above every wrong one, 0.5 when the score says nothing. All right, all wrong or
    no tickets: NaN.
    """
    hits = int(right.sum())
    misses = len(right) - hits
    if hits == 0 or misses == 0:
        return math.nan
    ranks = float(_midranks(top_score)[right].sum())
    return (ranks - hits * (hits + 1) / 2) / (hits * misses)


def auroc_influence(top_score: FloatArray, right: BoolArray) -> FloatArray:
    """How the AUROC moves with the weight of each of n tickets, mean 0; NaN where it is undefined.

    Of a right ticket the share of wrong ones below it, of a wrong one the share of right ones above
    it, less the AUROC, over the share of tickets of its kind (DeLong et al. 1988).
    """
    n, value = len(right), auroc(top_score, right)
    if math.isnan(value):
        return np.full(n, math.nan)
    below, above = _placements(top_score, right)
    influence = np.empty(n)
    influence[right] = (below - value) * n / len(below)
    influence[~right] = (above - value) * n / len(above)
    return _centred(influence)


def auroc_interval(
    top_score: FloatArray, right: BoolArray, groups: IntArray, *, seed: int
) -> Estimate:
    """AUROC with the normal interval of DeLong et al. (1988), clipped to [0, 1].

    Var = var(V10)/right + var(V01)/wrong: V10 is the share of wrong tickets below each right one,
    V01 the share of right tickets above each wrong one, both from midranks in O(n log n) (Sun & Xu
    2014). When tickets share groups, the interval is that of one ticket per group, drawn by `seed`,
    widened where needed to hold the value, which is over all tickets. Undefined as in `auroc`. No
    interval with fewer than two right or two wrong tickets, or when every right one stands above
    every wrong one or below: width 0 would claim certainty.
    """
    value, n = auroc(top_score, right), len(top_score)
    if math.isnan(value):
        return Estimate.undefined(n, "all right or all wrong" if n else "no tickets")
    rows = one_per_group(groups, seed=seed)
    centre, error = auroc(top_score[rows], right[rows]), _delong_error(top_score[rows], right[rows])
    if not error > 0:
        return Estimate(value, math.nan, math.nan, n, "no interval: too few to tell apart")
    half = float(special.ndtri(0.5 + CONFIDENCE / 2)) * error
    low, high = min(value, max(0.0, centre - half)), max(value, min(1.0, centre + half))
    return Estimate(value, low, high, n, "DeLong" if len(rows) == n else "DeLong, one per group")


def _delong_error(top_score: FloatArray, right: BoolArray) -> float:
    """Standard error of the AUROC; NaN with fewer than two right or two wrong tickets."""
    hits = int(right.sum())
    misses = len(right) - hits
    if min(hits, misses) < 2:
        return math.nan
    below, above = _placements(top_score, right)
    return math.sqrt(float(below.var(ddof=1)) / hits + float(above.var(ddof=1)) / misses)


def _placements(top_score: FloatArray, right: BoolArray) -> tuple[FloatArray, FloatArray]:
    """For each right ticket the share of wrong ones below it, for each wrong one the share of right
    ones above it; ties half.
    """
    hits = int(right.sum())
    ranks = _midranks(top_score)
    below = (ranks[right] - _midranks(top_score[right])) / (len(right) - hits)
    above = 1 - (ranks[~right] - _midranks(top_score[~right])) / hits
    return below, above


def _midranks(values: FloatArray) -> FloatArray:
    """Ranks from 1; tied values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse])


def _share_below(top_score: FloatArray) -> FloatArray:
    """Per ticket the share of tickets that are not more confident; ties and itself count half."""
    low, high = _ends(np.sort(top_score), top_score)
    return np.asarray((low + high) / 2 / max(len(top_score), 1))


def _ends(ascending: FloatArray, values: FloatArray) -> tuple[IntArray, IntArray]:
    """How many of `ascending` are below each value, and how many are at most it."""
    low, high = (np.searchsorted(ascending, values, side) for side in ("left", "right"))
    return low, high


def _centred(influence: FloatArray) -> FloatArray:
    return np.asarray(influence - influence.mean()) if len(influence) else influence
