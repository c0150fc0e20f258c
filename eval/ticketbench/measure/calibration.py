"""Does a score of 0.8 mean 80 % right? Calibration errors, reliability curve, temperature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray
from ticketbench.measure.intervals import wilson

_MOST_DECIMALS = 15


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Tickets with similar top scores: how confident they are and how many are right."""

    low: float
    high: float
    n: int
    mean_score: float
    right: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float


@dataclass(frozen=True, slots=True)
class HistogramBin:
    """Right and wrong tickets whose top score lies in [low, high)."""

    low: float
    high: float
    right: int
    wrong: int


def printed_decimals(scores: FloatArray) -> int:
    """Number of decimals the scores were printed with: the smallest that reproduces them all.

    15 stands for full precision. No scores: 15.
    """
    for decimals in range(_MOST_DECIMALS):
        if scores.size and np.array_equal(np.round(scores, decimals), scores):
            return decimals
    return _MOST_DECIMALS


def clip_floor(scores: FloatArray) -> float:
    """Half of the last printed digit: what a printed 0 may stand for at most.

    Two digits at least: scores that happen to be all 0 or 1 were not printed without decimals.
    """
    return float(0.5 * 10.0 ** -max(2, printed_decimals(scores)))


def score_of_truth(scores: FloatArray, truth: IntArray, *, clipped: bool) -> FloatArray:
    """The score each ticket gave its gold label; 0 for a gold label the rubric set lacks.

    `clipped` keeps it within [f, 1 - f], f = half of the last printed digit.
    """
    expressible = truth < scores.shape[1]
    column = np.where(expressible, truth, 0)
    gold = np.where(expressible, np.take_along_axis(scores, column[:, None], axis=1)[:, 0], 0.0)
    floor = clip_floor(scores)
    return np.clip(gold, floor, 1 - floor) if clipped else gold


def equal_mass_edges(top_score: FloatArray, *, bins: int) -> FloatArray:
    """Upper edges of `bins` bins with equally many tickets each; the last is 1.

    An edge lies halfway between its neighbours in sorted order. Where both are equal the edge
    is that value, and all its tickets fall into the lower bin: file order never matters.
    """
    parts = np.array_split(np.sort(top_score), min(bins, len(top_score)))
    inner = [(a[-1] + b[0]) / 2 for a, b in pairwise(parts)]
    return np.unique([*inner, 1.0])


def _ece(top_score: FloatArray, right: BoolArray, bin_of: IntArray) -> float:
    gaps = np.bincount(bin_of, weights=top_score - right)
    return float(np.abs(gaps).sum() / len(top_score))


def ece_equal_mass(top_score: FloatArray, right: BoolArray, *, bins: int) -> float:
    """Σ_b (n_b/n)·|accuracy_b - mean score_b| over equal-mass bins (Naeini et al. 2015).

    Biased upwards when tickets are few. No tickets: NaN.
    """
    if len(top_score) == 0:
        return math.nan
    edges = equal_mass_edges(top_score, bins=bins)
    return _ece(top_score, right, np.searchsorted(edges, top_score, side="left"))


def ece_equal_width(top_score: FloatArray, right: BoolArray, *, bins: int) -> float:
    """The same over bins of equal width [b/B, (b+1)/B); a score of 1 falls into the last one."""
    if len(top_score) == 0:
        return math.nan
    edges = _equal_width_edges(bins)[1:-1]
    return _ece(top_score, right, np.searchsorted(edges, top_score, side="right"))


def _equal_width_edges(bins: int) -> FloatArray:
    """b/B for b = 0..B, each the double nearest to the printed number: 0.3 is 0.3."""
    return np.arange(bins + 1) / bins


def reliability_bins(
    top_score: FloatArray, right: BoolArray, *, bins: int = 10
) -> tuple[ReliabilityBin, ...]:
    """The reliability curve in equal-mass bins, empty ones left out, with Wilson intervals."""
    if len(top_score) == 0:
        return ()
    edges = equal_mass_edges(top_score, bins=bins)
    bin_of = np.searchsorted(edges, top_score, side="left")
    lows = np.concatenate([[0.0], edges[:-1]])
    result = []
    for b in np.unique(bin_of):
        inside = bin_of == b
        n, hits = int(inside.sum()), int(right[inside].sum())
        ends = wilson(hits, n)
        mean_score = float(top_score[inside].mean())
        low, high = float(lows[b]), float(edges[b])
        result.append(ReliabilityBin(low, high, n, mean_score, hits, hits / n, ends.low, ends.high))
    return tuple(result)


def confidence_histogram(
    top_score: FloatArray, right: BoolArray, *, bins: int = 20
) -> tuple[HistogramBin, ...]:
    """Right and wrong tickets per top-score bin of equal width; counts sum to n."""
    edges = _equal_width_edges(bins)
    bin_of = np.clip(np.searchsorted(edges, top_score, side="right") - 1, 0, bins - 1)
    good = np.bincount(bin_of[right], minlength=bins)
    bad = np.bincount(bin_of[~right], minlength=bins)
    spans = zip(edges.tolist(), edges[1:].tolist(), good.tolist(), bad.tolist(), strict=False)
    return tuple(HistogramBin(*span) for span in spans)


def fit_temperature(scores: FloatArray, truth: IntArray) -> float:
    """The temperature that minimises the log loss of the gold labels (Guo et al. 2017).

    Scores are clipped at half of the last printed digit before the logarithm. The loss is convex
    in 1/T; T is sought in [0.05, 20]. Tickets whose gold is no column (`__none__`, or a label
    the rubric set lacks) take no part. 1 when there is nothing to fit on, or no score differs.
    """
    from scipy.optimize import minimize_scalar  # 0.2 s to import, needed once per run

    usable = (truth != NONE) & (truth < scores.shape[1])
    if not usable.any():
        return 1.0
    logs = np.log(np.maximum(scores[usable], clip_floor(scores)))
    if np.all(logs == logs[:, :1]):
        return 1.0
    gold = logs[np.arange(len(logs)), truth[usable]]

    def loss(beta: float) -> float:
        scaled = beta * logs
        peak = scaled.max(axis=1)
        log_sum = peak + np.log(np.exp(scaled - peak[:, None]).sum(axis=1))
        return float((log_sum - beta * gold).mean())

    fitted = minimize_scalar(loss, bounds=(0.05, 20.0), method="bounded", options={"xatol": 1e-8})
    return float(1.0 / fitted.x)
