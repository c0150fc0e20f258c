"""Does a score of 0.8 mean 80 % right? Calibration errors and the reliability curve, by bins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray
from ticketbench.measure.statistics.distinct import distinct
from ticketbench.measure.statistics.intervals import wilson

MOST_DECIMALS = 15
"""Stands for full precision."""

FEWEST_DECIMALS = 2
"""Scores that happen to be all 0 or 1 were not printed without decimals."""

_FIRST_LOOK = 1000


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


def printed_decimals(scores: FloatArray, *, most: int = MOST_DECIMALS) -> int:
    """Number of decimals the scores were printed with: the smallest that reproduces them all.

    15 stands for full precision. No scores: 15. Some of scores with `most` decimals have no more.
    """
    for decimals in range(most if scores.size else 0):
        # The first rows rule most numbers out, so a million tickets are rounded once or twice.
        looks = (scores[:_FIRST_LOOK], scores)
        if all(np.array_equal(np.round(of, decimals), of) for of in looks):
            return decimals
    return most if scores.size else MOST_DECIMALS


def clip_floor(scores: FloatArray) -> float:
    """Half of the last printed digit, two at least: what a printed 0 may stand for at most."""
    return floor_at(printed_decimals(scores))


def floor_at(decimals: int) -> float:
    """The same of scores with so many decimals."""
    return float(0.5 * 10.0 ** -max(FEWEST_DECIMALS, decimals))


def score_of_truth(scores: FloatArray, truth: IntArray, *, clipped: bool) -> FloatArray:
    """The score each ticket gave its gold label; 0 for a gold label the rubric set lacks.

    `clipped` keeps it within [f, 1 - f], f = half of the last printed digit.
    """
    expressible = truth < scores.shape[1]
    column = np.where(expressible, truth, 0)
    gold = np.where(expressible, np.take_along_axis(scores, column[:, None], axis=1)[:, 0], 0.0)
    if not clipped:
        return gold
    floor = clip_floor(scores)
    return np.clip(gold, floor, 1 - floor)


def equal_mass_edges(top_score: FloatArray, *, bins: int) -> FloatArray:
    """Upper edges of `bins` bins with equally many tickets each; the last is 1.

    An edge lies halfway between its neighbours in sorted order. Where both are equal the edge
    is that value, and all its tickets fall into the lower bin: file order never matters.
    """
    parts = np.array_split(np.sort(top_score), min(bins, len(top_score)))
    inner = [(a[-1] + b[0]) / 2 for a, b in pairwise(parts)]
    return distinct(np.array([*inner, 1.0]))


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


def ece_influence(top_score: FloatArray, right: BoolArray, *, bins: int) -> FloatArray:
    """How `ece_equal_mass` moves with the weight of each of n tickets, mean 0, its edges held.

    (score_i - right_i) · the sign of the gap of its bin. No tickets: empty.
    """
    if len(top_score) == 0:
        return np.zeros(0)
    edges = equal_mass_edges(top_score, bins=bins)
    bin_of, gap = np.searchsorted(edges, top_score, side="left"), top_score - right
    influence = np.sign(np.bincount(bin_of, weights=gap))[bin_of] * gap
    return np.asarray(influence - influence.mean())


def ece_by_chance(top_score: FloatArray, *, bins: int) -> float:
    """About the error that calibrated scores like these would show in equal-mass bins.

    Σ_b sqrt(2/π · Σ_{i in b} s(1 - s)) / n: by so much an observed error may be above the true
    one, most where the true one is 0. No tickets: NaN.
    """
    if len(top_score) == 0:
        return math.nan
    bin_of = np.searchsorted(equal_mass_edges(top_score, bins=bins), top_score, side="left")
    spread = np.bincount(bin_of, weights=top_score * (1 - top_score))
    return float(np.sqrt(2 / math.pi * spread).sum()) / len(top_score)


def ece_equal_width(top_score: FloatArray, right: BoolArray, *, bins: int) -> float:
    """The same over bins of equal width [b/B, (b+1)/B); a score of 1 falls into the last one."""
    if len(top_score) == 0:
        return math.nan
    edges = equal_width_edges(bins)[1:-1]
    return _ece(top_score, right, np.searchsorted(edges, top_score, side="right"))


def equal_width_edges(bins: int) -> FloatArray:
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
    for b in met(bin_of):
        inside = bin_of == b
        n, hits = int(inside.sum()), int(right[inside].sum())
        ends = wilson(hits, n)
        mean_score = float(top_score[inside].mean())
        low, high = float(lows[b]), float(edges[b])
        result.append(ReliabilityBin(low, high, n, mean_score, hits, hits / n, ends.low, ends.high))
    return tuple(result)


def met(numbers: IntArray) -> IntArray:
    """Which of the numbers from 0 on occur."""
    return np.flatnonzero(np.bincount(numbers))


def confidence_histogram(
    top_score: FloatArray, right: BoolArray, *, bins: int = 20
) -> tuple[HistogramBin, ...]:
    """Right and wrong tickets per top-score bin of equal width; counts sum to n."""
    edges = equal_width_edges(bins)
    bin_of = np.clip(np.searchsorted(edges, top_score, side="right") - 1, 0, bins - 1)
    good = np.bincount(bin_of[right], minlength=bins)
    bad = np.bincount(bin_of[~right], minlength=bins)
    spans = zip(edges.tolist(), edges[1:].tolist(), good.tolist(), bad.tolist(), strict=False)
    return tuple(HistogramBin(*span) for span in spans)
