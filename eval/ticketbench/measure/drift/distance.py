"""How far a log lies from what was kept of an evaluation: in its scores, and in its labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.statistics import special

LEAST_EXPECTED = 5
"""Classes that expect fewer are merged: the distribution of chi-square needs as many (Cochran)."""

_BINS = 10
_LEAST_SHARE = 1e-4
"""In place of an empty bin of PSI, whose logarithm has no value."""


@dataclass(frozen=True, slots=True)
class Distance:
    """A distance, 0 to 1, and how often one as large is seen where nothing changed."""

    value: float
    p: float


def score_distance(quantiles: Sequence[float], n: int, scores: FloatArray) -> Distance:
    """The largest difference of two distribution functions (Kolmogorov-Smirnov).

    `quantiles` stand at equal steps of the n scores they were taken from and are interpolated
    linearly; equal ones are a step. p is that of Stephens (1970) on n·m / (n + m), and too large
    where many scores are equal. No scores on either side: NaN.
    """
    m = len(scores)
    if m == 0 or n == 0:
        return Distance(math.nan, math.nan)
    values, counts = np.unique(scores, return_counts=True)
    above = np.cumsum(counts) / m
    below = above - counts / m
    known = np.asarray(quantiles, dtype=np.float64)
    at = np.abs(above - _share_up_to(known, values)).max()
    before = np.abs(below - _share_below(known, values)).max()
    distance = float(max(at, before))
    root = math.sqrt(n * m / (n + m))
    return Distance(distance, float(special.kolmogorov((root + 0.12 + 0.11 / root) * distance)))


def label_distance(before: Sequence[int], now: Sequence[int]) -> Distance:
    """The largest change of a label's share, and p of chi-square over all of them.

    Counts by label in one order. Labels that expect fewer than 5 on either side count as one in
    chi-square, with the next larger one where that is still too few; with one class left, p is 1.
    No tickets on either side: NaN.
    """
    first, second = np.asarray(before, dtype=np.float64), np.asarray(now, dtype=np.float64)
    if not (first.sum() and second.sum()):
        return Distance(math.nan, math.nan)
    moved = float(np.abs(second / second.sum() - first / first.sum()).max())
    return Distance(moved, _chi_square(_merged(np.stack([first, second]))))


def stability_index(quantiles: Sequence[float], scores: FloatArray) -> float:
    """The population stability index over tenths of what is known: Σ (a - b)·ln(a / b).

    To be shown beside the tests, for those who know it; it has no n in it, so nothing is decided by
    it. Empty tenths count as one in ten thousand; no scores: NaN.
    """
    if len(scores) == 0 or len(quantiles) == 0:
        return math.nan
    known = np.asarray(quantiles, dtype=np.float64)
    inner = np.unique(known[:: (len(known) - 1) // _BINS][1:-1])
    # An equal score stands with those below it on both sides, so that a step stays in one bin.
    expected = np.diff(np.concatenate([[0.0], _share_up_to(known, inner), [1.0]]))
    counts = np.bincount(np.searchsorted(inner, scores), minlength=len(inner) + 1)
    a = np.maximum(counts / len(scores), _LEAST_SHARE)
    b = np.maximum(expected, _LEAST_SHARE)
    return float(((a - b) * np.log(a / b)).sum())


def _share_up_to(quantiles: FloatArray, values: FloatArray) -> FloatArray:
    """The share of scores at or below each value."""
    after = np.searchsorted(quantiles, values, side="right")
    return _interpolated(quantiles, values, after)


def _share_below(quantiles: FloatArray, values: FloatArray) -> FloatArray:
    """The share of scores below each value."""
    after = np.searchsorted(quantiles, values, side="left")
    return _interpolated(quantiles, values, after)


def _interpolated(quantiles: FloatArray, values: FloatArray, after: IntArray) -> FloatArray:
    """Between the quantile before `after` and the one there; 0 and 1 outside."""
    last = len(quantiles) - 1
    left, right = np.clip(after - 1, 0, last), np.clip(after, 0, last)
    width = quantiles[right] - quantiles[left]
    part = np.where(width > 0, (values - quantiles[left]) / np.where(width > 0, width, 1.0), 0.0)
    share = (left + part) / last
    return np.asarray(np.where(after == 0, 0.0, np.where(after > last, 1.0, share)))


def _merged(counts: FloatArray) -> FloatArray:
    """2 x C counts in which every class expects 5 on both sides, or one class."""
    share = counts.sum(axis=1) / counts.sum()
    by_size = counts[:, np.argsort(counts.sum(axis=0), kind="stable")]
    rest, kept = np.zeros(2), []
    for one in by_size.T:
        if float((one.sum() * share).min()) >= LEAST_EXPECTED:
            kept.append(one)
        else:
            rest = rest + one
    while kept and 0 < float((rest.sum() * share).min()) < LEAST_EXPECTED:
        rest = rest + kept.pop(0)
    return np.stack([*kept, *([rest] if rest.any() else [])], axis=1)


def _chi_square(counts: FloatArray) -> float:
    if counts.shape[1] < 2:
        return 1.0
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return float(special.chdtrc(counts.shape[1] - 1, statistic))
