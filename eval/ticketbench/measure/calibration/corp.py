"""Reliability without bins: a monotone curve through right and wrong, and what it says of Brier.

Tied scores are one cell from the start, so file order never matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray, Value
from ticketbench.measure.statistics.compiled import isotonic
from ticketbench.measure.statistics.distinct import distinct

N_DRAWS = 500

_MOST_DISTINCT = 20_000
_POOLED_CELLS = 8192
_CHUNK = 50
_BAND = (0.05, 0.95)
_MOST_STEP_ENDS = 150
_MOST_BETWEEN = 50


@dataclass(frozen=True, slots=True, eq=False)
class Corp(Value):
    """The Brier score of the top label in parts: score = miscalibration - discrimination + unc.

    score           S: mean (top score - right)², 0 to 1, 0 is best
    miscalibration  MCB: what recalibrating would save, 0 is best; biased upwards with few tickets
    discrimination  DSC: what the recalibrated scores gain over one score for all, more is better
    uncertainty     UNC: accuracy · (1 - accuracy), no merit or fault of the scores
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class CorpPoint:
    """A point of the reliability curve, and where it would lie if the scores were calibrated.

    accuracy   share of right tickets at this score, by isotonic regression
    low, high  5 % and 95 % quantile of the same fit to outcomes drawn from the scores
    """

    score: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCells:
    """Tickets pooled by top score, ascending: mean score, number of tickets, number right."""

    score: FloatArray
    n: IntArray
    right: FloatArray


def corp_decomposition(top_score: FloatArray, right: BoolArray) -> Corp:
    """S = MCB - DSC + UNC, exact at any size (Dimitriadis, Gneiting & Jordan 2021).

    With S(x) = mean (x - right)² and f the isotonic fit: MCB = S(top score) - S(f),
    DSC = S(accuracy) - S(f), UNC = S(accuracy). No tickets: all NaN.
    """
    return decomposed(score_cells(top_score, right))


def decomposed(cells: ScoreCells) -> Corp:
    """The same from counted scores."""
    if len(cells.score) == 0:
        return Corp(math.nan, math.nan, math.nan, math.nan)
    accuracy = float(cells.right.sum() / cells.n.sum())
    score, fitted = _brier(cells, cells.score), _brier(cells, isotonic_fit(cells))
    uncertainty = accuracy * (1 - accuracy)
    # Neither part can be negative; rounding could make it so.
    return Corp(score, max(0.0, score - fitted), max(0.0, uncertainty - fitted), uncertainty)


@dataclass(frozen=True, slots=True, eq=False)
class ShownFit:
    """The isotonic fit where it is drawn: scores, ascending, and the share of right tickets."""

    score: FloatArray
    accuracy: FloatArray


def shown_fit(cells: ScoreCells) -> ShownFit:
    """The fit at up to 200 of the scores (Dimitriadis et al. 2021). Cells without tickets: none.

    Between two points it is drawn as a straight line: both ends of every flat piece are points,
    evenly thinned out when there are more than 150.
    """
    if len(cells.score) == 0:
        return ShownFit(cells.score, cells.right)
    fit = isotonic_fit(cells)
    shown = _shown(fit)
    return ShownFit(cells.score[shown], fit[shown])


def corp_curve(shown: ShownFit, drawn: Sequence[FloatArray]) -> tuple[CorpPoint, ...]:
    """The points of the fit with a band that covers 90 % point by point; none for no points.

    `drawn` are the fits to draws from calibrated scores, each at the shown scores.
    """
    if len(shown.score) == 0:
        return ()
    low, high = np.quantile(drawn, _BAND, axis=0)
    columns = (shown.score, shown.accuracy, low, high)
    return tuple(CorpPoint(*point) for point in zip(*(c.tolist() for c in columns), strict=True))


def score_cells(top_score: FloatArray, right: BoolArray) -> ScoreCells:
    """One cell per distinct top score. No tickets: no cells."""
    score, inverse, n = np.unique(top_score, return_inverse=True, return_counts=True)
    hits = np.bincount(inverse, weights=right, minlength=len(score))
    return ScoreCells(score, n, np.asarray(hits, dtype=np.float64))


def pooled(cells: ScoreCells) -> ScoreCells:
    """Above 20,000 cells, at most 8,192 with about equally many tickets; else the cells as given.

    For repeated draws. Neighbours in one cell cannot be told apart any more, which makes the
    miscalibration of draws from calibrated scores smaller: by 0.00002 or less in our runs.
    """
    if len(cells.score) <= _MOST_DISTINCT:
        return cells
    middle = np.cumsum(cells.n) - cells.n / 2
    part = np.floor(middle / cells.n.sum() * _POOLED_CELLS)
    starts = np.flatnonzero(np.diff(part, prepend=-1.0))
    n = np.add.reduceat(cells.n, starts)
    score = np.add.reduceat(cells.score * cells.n, starts) / n
    return ScoreCells(score, n, np.add.reduceat(cells.right, starts))


def draws_if_calibrated(cells: ScoreCells, *, seed: int) -> Iterator[ScoreCells]:
    """500 times the cells with right tickets drawn anew, each right with its score's probability.

    Binomial per cell; the same seed gives the same draws.
    """
    rng = np.random.default_rng(seed)
    chance = np.clip(cells.score, 0, 1)
    several = np.flatnonzero(cells.n > 1)
    for _ in range(N_DRAWS // _CHUNK):
        # A uniform number costs a tenth of a binomial one, and most cells hold a single ticket.
        counts = (rng.random((_CHUNK, len(chance))) < chance).astype(np.float64)
        size = (_CHUNK, len(several))
        counts[:, several] = rng.binomial(cells.n[several], chance[several], size)
        for right in counts:
            yield ScoreCells(cells.score, cells.n, right)


def isotonic_fit(cells: ScoreCells) -> FloatArray:
    """Share of right tickets per cell, made non-decreasing in the score by weighted least squares.

    Pool adjacent violators (Ayer et al. 1955), 0 to 1.
    """
    return isotonic(cells.right / cells.n, weights=cells.n)


def miscalibration(cells: ScoreCells, fit: FloatArray) -> float:
    """MCB of the cells: Σ n·[(score - share)² - (fit - share)²] / Σ n, at least 0."""
    share = cells.right / cells.n
    excess = (cells.score - share) ** 2 - (fit - share) ** 2
    return max(0.0, float((cells.n * excess).sum() / cells.n.sum()))


def _brier(cells: ScoreCells, predicted: FloatArray) -> float:
    wrong = cells.n - cells.right
    squares = cells.right * (1 - predicted) ** 2 + wrong * predicted**2
    return float(squares.sum() / cells.n.sum())


def _shown(fit: FloatArray) -> IntArray:
    """Cells to draw: the ends of the flat pieces, and some in between for the band."""
    rises = np.flatnonzero(np.diff(fit) > 1e-12)
    ends = distinct(np.concatenate([[0], rises, rises + 1, [len(fit) - 1]], dtype=np.int64))
    between = _evenly(np.arange(len(fit)), _MOST_BETWEEN)
    return distinct(np.concatenate([_evenly(ends, _MOST_STEP_ENDS), between]))


def _evenly(of: IntArray, most: int) -> IntArray:
    """At most so many of the entries, evenly spaced, first and last among them."""
    if len(of) <= most:
        return of
    return of[np.linspace(0, len(of) - 1, most).round().astype(np.int64)]
