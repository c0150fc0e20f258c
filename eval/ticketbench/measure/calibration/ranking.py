"""Does a higher top score mean a likelier right answer? AUROC and AUGRC, ticket by ticket."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import one_per_group
from ticketbench.measure.statistics.intervals import CONFIDENCE

SAME_KIND = "all right or all wrong"
"""Why there is no AUROC."""


def augrc(top_score: FloatArray, right: BoolArray) -> float:
    """Mean over k of the errors among the k most confident / n (Traub et al. 2024), ties averaged.

    A wrong ticket counts once for every ticket that is not more confident, itself included. A
    share, 0 is best. No tickets: NaN.
    """
    n = len(right)
    if n == 0:
        return math.nan
    below, _ = _twice_below(top_score, right)
    return float((below[~right] + 1).sum()) / (2 * n * n)


def augrc_influence(top_score: FloatArray, right: BoolArray) -> FloatArray:
    """How the AUGRC moves with the weight of each of n tickets, mean 0.

    wrong_i · F(s_i) + mean_j wrong_j [s_j above s_i, ties half], less their mean; F is the share
    of tickets not more confident.
    """
    below, wrong = _twice_below(top_score, right)
    above = 2 * np.count_nonzero(~right) - wrong
    return _centred((~right * below + above) / (2 * max(len(right), 1)))


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
    _, wrong = _twice_below(top_score, right)
    return float(wrong[right].sum()) / (2 * hits * misses)


def auroc_influence(top_score: FloatArray, right: BoolArray) -> FloatArray:
    """How the AUROC moves with the weight of each of n tickets, mean 0; NaN where it is undefined.

    Of a right ticket the share of wrong ones below it, of a wrong one the share of right ones above
    it, less the AUROC, over the share of tickets of its kind (DeLong et al. 1988).
    """
    n, hits = len(right), int(right.sum())
    if hits in (0, n):
        return np.full(n, math.nan)
    below, above = _placements(top_score, right)
    influence, value = np.empty(n), below.mean()
    influence[right] = (below - value) * n / hits
    influence[~right] = (above - value) * n / (n - hits)
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
        return Estimate.undefined(n, SAME_KIND if n else "no tickets")
    rows = one_per_group(groups, seed=seed)
    centre, error = auroc(top_score[rows], right[rows]), _delong_error(top_score[rows], right[rows])
    return delong(value, centre, error, n=n, n_alone=len(rows))


def delong(value: float, centre: float, error: float, *, n: int, n_alone: int) -> Estimate:
    """The AUROC `value` of n tickets with the interval of `centre`, that of `n_alone` independent
    ones, and its standard `error`.
    """
    if not error > 0:
        return Estimate(value, math.nan, math.nan, n, "no interval: too few to tell apart")
    half = float(special.ndtri(0.5 + CONFIDENCE / 2)) * error
    low, high = min(value, max(0.0, centre - half)), max(value, min(1.0, centre + half))
    return Estimate(value, low, high, n, "DeLong" if n_alone == n else "DeLong, one per group")


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
    tickets, wrong = _twice_below(top_score, right)
    below = wrong[right] / (2 * (len(right) - hits))
    above = 1 - (tickets - wrong)[~right] / (2 * hits)
    return below, above


def _twice_below(top_score: FloatArray, right: BoolArray) -> tuple[IntArray, IntArray]:
    """Per ticket twice the number of tickets below it, and of wrong ones, a tie counting half.

    A ticket ties with itself. Whole numbers, so that no order of tickets changes the last digit.
    """
    order = np.argsort(top_score)
    ascending = top_score[order]
    starts = np.flatnonzero(np.diff(ascending, prepend=-math.inf))
    ends = np.append(starts, len(order))[1:]
    wrong = np.concatenate([[0], np.cumsum(~right[order])])
    tied = ends - starts
    tickets_below, wrong_below = np.empty((2, len(order)), dtype=np.int64)
    tickets_below[order] = np.repeat(starts + ends, tied)
    wrong_below[order] = np.repeat(wrong[starts] + wrong[ends], tied)
    return tickets_below, wrong_below


def _centred(influence: FloatArray) -> FloatArray:
    return np.asarray(influence - influence.mean()) if len(influence) else influence
