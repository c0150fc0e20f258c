"""Errors, curves and ranking from scores that are counted: the same questions as of single tickets.

Each function answers what the one of its name answers ticket by ticket, up to the order in which
floats are added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ticketbench.core.types import Estimate, FloatArray, IntArray
from ticketbench.measure.calibration.bins import (
    HistogramBin,
    ReliabilityBin,
    equal_width_edges,
)
from ticketbench.measure.calibration.ranking import SAME_KIND, delong
from ticketbench.measure.calibration.smooth_ece import smooth_error
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.distinct import distinct
from ticketbench.measure.statistics.intervals import wilson

if TYPE_CHECKING:
    from ticketbench.measure.calibration.corp import ScoreCells


@dataclass(frozen=True, slots=True, eq=False)
class MassBins:
    """Bins of equally many tickets, empty ones left out: ends, tickets, scores, right tickets."""

    low: FloatArray
    high: FloatArray
    n: FloatArray
    score: FloatArray
    right: FloatArray

    @property
    def accuracy(self) -> FloatArray:
        """Share of right tickets in each bin."""
        return self.right / self.n

    @property
    def mean_score(self) -> FloatArray:
        """Mean score of each bin."""
        return self.score / self.n


def mass_edges(cells: ScoreCells, *, bins: int) -> FloatArray:
    """The upper edges of `equal_mass_edges`."""
    n = int(cells.n.sum())
    parts = min(bins, n)
    sizes = np.full(parts, n // parts) + (np.arange(parts) < n % parts)
    split = np.cumsum(sizes)[:-1]
    ends = np.cumsum(cells.n)
    before, after = (
        cells.score[np.searchsorted(ends, at, side="right")] for at in (split - 1, split)
    )
    return distinct(np.array([*((before + after) / 2), 1.0]))


def mass_bins(cells: ScoreCells, *, bins: int) -> MassBins:
    """The tickets in bins of equal mass; none without tickets."""
    if len(cells.score) == 0:
        return MassBins(*(np.zeros(0) for _ in range(5)))
    edges = mass_edges(cells, bins=bins)
    bin_of = np.searchsorted(edges, cells.score, side="left")
    n = _sums(bin_of, cells.n)
    at, ends = np.flatnonzero(n), np.concatenate([[0.0], edges])
    score, right = _sums(bin_of, cells.n * cells.score)[at], _sums(bin_of, cells.right)[at]
    return MassBins(ends[at], ends[at + 1], n[at], score, right)


def ece(cells: ScoreCells, *, bins: int) -> float:
    """As `ece_equal_mass`."""
    of = mass_bins(cells, bins=bins)
    return float(np.abs(of.score - of.right).sum() / of.n.sum()) if len(of.n) else math.nan


def reliability(cells: ScoreCells, *, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """As `reliability_bins`."""
    of = mass_bins(cells, bins=bins)
    columns = (of.low, of.high, of.n, of.mean_score, of.right, of.accuracy)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(
        ReliabilityBin(low, high, int(n), score, int(right), accuracy, ends.low, ends.high)
        for low, high, n, score, right, accuracy in rows
        for ends in [wilson(right, n)]
    )


def histogram(cells: ScoreCells, *, bins: int = 20) -> tuple[HistogramBin, ...]:
    """As `confidence_histogram`."""
    edges = equal_width_edges(bins)
    bin_of = np.clip(np.searchsorted(edges, cells.score, side="right") - 1, 0, bins - 1)
    right, wrong = (
        np.rint(np.bincount(bin_of, weights=of, minlength=bins)).astype(np.int64).tolist()
        for of in (cells.right, cells.n - cells.right)
    )
    spans = zip(edges.tolist(), edges[1:].tolist(), right, wrong, strict=False)
    return tuple(HistogramBin(*span) for span in spans)


def smooth_ece(cells: ScoreCells) -> float:
    """As `smooth_ece` of smooth_ece.py."""
    n = int(cells.n.sum())
    return smooth_error(cells.score, cells.right - cells.n * cells.score, n) if n else math.nan


def auroc(cells: ScoreCells) -> float:
    """As `auroc` of ranking.py."""
    hits, misses = _kinds(cells)
    if not (hits.sum() and misses.sum()):
        return math.nan
    return float((hits * _twice_below(misses)).sum()) / (2 * int(hits.sum()) * int(misses.sum()))


def augrc(cells: ScoreCells) -> float:
    """As `augrc` of ranking.py."""
    n = int(cells.n.sum())
    if n == 0:
        return math.nan
    wrong = _kinds(cells)[1]
    return float((wrong * (_twice_below(cells.n) + 1)).sum()) / (2 * n * n)


def auroc_interval(cells: ScoreCells, alone: ScoreCells) -> Estimate:
    """As `auroc_interval` of ranking.py, where `alone` holds the one ticket of each group."""
    value, n, n_alone = auroc(cells), int(cells.n.sum()), int(alone.n.sum())
    if math.isnan(value):
        return Estimate.undefined(n, SAME_KIND if n else "no tickets")
    return delong(value, auroc(alone), _delong_error(alone), n=n, n_alone=n_alone)


def _delong_error(cells: ScoreCells) -> float:
    hits, misses = _kinds(cells)
    n_hits, n_misses = int(hits.sum()), int(misses.sum())
    if min(n_hits, n_misses) < 2:
        return math.nan
    below = _twice_below(misses) / (2 * n_misses)
    above = 1 - _twice_below(hits) / (2 * n_hits)
    return math.sqrt(_variance(below, hits) / n_hits + _variance(above, misses) / n_misses)


def _variance(values: FloatArray, times: IntArray) -> float:
    mean = float(times @ values) / int(times.sum())
    return float(times @ (values - mean) ** 2) / (int(times.sum()) - 1)


def _kinds(cells: ScoreCells) -> tuple[IntArray, IntArray]:
    """Right and wrong tickets of each cell."""
    right = np.rint(cells.right).astype(np.int64)
    return right, cells.n - right


def _twice_below(n: IntArray) -> IntArray:
    """Per cell twice the number of tickets below it, those in it counting half."""
    return np.asarray(2 * np.cumsum(n) - n)


def _sums(bin_of: IntArray, values: FloatArray | IntArray) -> FloatArray:
    return np.bincount(bin_of, weights=values).astype(np.float64)


def harmonic(n: FloatArray) -> FloatArray:
    """Σ 1/k over k = 1 .. n; 0 for 0."""
    return np.asarray(special.psi(n + 1) + np.euler_gamma)
