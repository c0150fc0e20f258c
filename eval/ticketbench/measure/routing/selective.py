"""Selective risk: how wrong the most confident tickets are, at every coverage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, Value
from ticketbench.measure.statistics.groups import one_per_group
from ticketbench.measure.statistics.intervals import CONFIDENCE, clopper_pearson_lower

_MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Among the share `coverage` of most confident tickets, the share `risk` is wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage(Value):
    """The risk-coverage curve (thinned to 200 points) and its two areas, exact."""

    points: tuple[RiskPoint, ...]
    aurc: float
    augrc: float
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Selection(Value):
    """Tickets whose top score is at least a threshold."""

    selected: int
    errors: int
    coverage: float
    precision: float
    precision_low: float


def expected_errors(top_score: FloatArray, right: BoolArray) -> FloatArray:
    """Expected errors among the k most confident tickets, k = 1..n; tied tickets in random order.

    Without the average over ties the curve would depend on file order. No tickets: empty.
    """
    ends, errors = error_curve(top_score, right)
    return np.asarray(np.interp(np.arange(1, len(top_score) + 1), ends, errors))


def error_curve(top_score: FloatArray, right: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Numbers of most confident tickets, and the errors among them, after each block of ties.

    Both ascend from 0 to all tickets and all errors; between two blocks the expected errors lie
    on the straight line. No tickets: the 0 alone.
    """
    order = np.argsort(-top_score, kind="stable")
    wrong = np.cumsum(~right[order])
    changes = np.append(np.diff(top_score[order]) != 0, True)[: len(order)]
    last_of_block = np.flatnonzero(changes)
    ends = np.concatenate([[0.0], last_of_block + 1.0])
    return ends, np.concatenate([[0.0], wrong[last_of_block]])


def risk_coverage(top_score: FloatArray, right: BoolArray) -> RiskCoverage:
    """Risk-coverage curve with AURC = mean_k errors(k)/k (Geifman & El-Yaniv 2017) and
    AUGRC = mean_k errors(k)/n (Traub et al. 2024), k = 1..n most confident, ties averaged.

    Both are shares, 0 is best. No tickets: NaN and no points.
    """
    n = len(top_score)
    if n == 0:
        return RiskCoverage((), math.nan, math.nan, 0)
    errors = expected_errors(top_score, right)
    k = np.arange(1, n + 1)
    shown = np.unique(np.linspace(1, n, min(n, _MOST_POINTS)).round().astype(int)) - 1
    points = tuple(RiskPoint(float(k[i] / n), float(errors[i] / k[i])) for i in shown)
    return RiskCoverage(points, float((errors / k).mean()), float(errors.mean() / n), n)


def at_least(scores: FloatArray, thresholds: Sequence[float]) -> IntArray:
    """How many scores are at or above each threshold; no scores: zeros."""
    return np.asarray(len(scores) - np.searchsorted(np.sort(scores), thresholds, side="left"))


def selection_at(top_score: FloatArray, right: BoolArray, threshold: float) -> Selection:
    """Who is selected by top score >= threshold, and the share of them that is right.

    `precision_low` is the one-sided 95 % Clopper-Pearson bound. Nobody selected: precision NaN.
    """
    chosen = top_score >= threshold
    selected, hits = int(chosen.sum()), int((chosen & right).sum())
    coverage = selected / len(top_score) if len(top_score) else math.nan
    precision = hits / selected if selected else math.nan
    low = clopper_pearson_lower(hits, selected)
    return Selection(selected, selected - hits, coverage, precision, low)


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
    ranks = _midranks(top_score)
    below = (ranks[right] - _midranks(top_score[right])) / misses
    above = 1 - (ranks[~right] - _midranks(top_score[~right])) / hits
    return math.sqrt(float(below.var(ddof=1)) / hits + float(above.var(ddof=1)) / misses)


def _midranks(values: FloatArray) -> FloatArray:
    """Ranks from 1; tied values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse])
