"""A cutoff from scores alone, without labels: a hint, and blind to what an error costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import FloatArray, IntArray, Value

_BINS = 256

FEWEST_FOR_VALLEY = 500
_VALLEY_BINS = 20
_LEAST_DEPTH = 0.30
_LEAST_SIDE = 0.05

TOO_FEW = f"fewer than {FEWEST_FOR_VALLEY} decisions"
NO_VALLEY = "the scores do not fall into two groups"


def otsu_cutoff(top_score: FloatArray) -> float:
    """The score that best splits a histogram of 256 equal bins into two groups (Otsu 1979).

    The centre of the bin that maximises w_0·w_1·(mean_0 - mean_1)², w the shares up to and above
    it; the lowest of equals. It knows no labels and no costs, so it can be far from any good
    threshold: in one unimodal log it is as sure of itself as in one with two clear groups. No
    scores, or all alike: NaN.
    """
    if len(top_score) == 0 or top_score.min() == top_score.max():
        return math.nan
    counts, edges = np.histogram(top_score, bins=_BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts)[:-1], np.cumsum(counts * centres)[:-1]
    above, total = len(top_score) - below, float((counts * centres).sum())
    between = below * above * (sums / below - (total - sums) / above) ** 2
    return float(centres[np.argmax(between)])


@dataclass(frozen=True, slots=True, eq=False)
class NaturalCutoff(Value):
    """Where the scores of a log fall into two groups, or why no such place is told.

    at      the middle of the valley, 0 to 1; NaN where there is none
    below   share of the decisions under the valley
    otsu    Otsu's cut of the same scores, to compare; NaN without a valley
    n       decisions looked at
    why     why there is no cutoff; else empty
    """

    at: float
    below: float
    otsu: float
    n: int
    why: str = ""

    @property
    def found(self) -> bool:
        """Whether there is a valley."""
        return not self.why


def natural_cutoff(top_score: FloatArray) -> NaturalCutoff:
    """The deepest valley of the scores in 20 bins over 0 .. 1, smoothed over three.

    A valley is a bin at least 30 % below the highest bin on either side, with 5 % of the decisions
    or more on each side; of a flat bottom the middle. It takes 500 decisions: with 200 a shape of
    one hump seems to have a valley in one of four logs. Nothing in it knows what an error costs.
    """
    n = len(top_score)
    if n < FEWEST_FOR_VALLEY:
        return NaturalCutoff(math.nan, math.nan, math.nan, n, TOO_FEW)
    counts = np.histogram(top_score, bins=_VALLEY_BINS, range=(0.0, 1.0))[0]
    at = _valley(counts)
    if at is None:
        return NaturalCutoff(math.nan, math.nan, math.nan, n, NO_VALLEY)
    middle = (at + 0.5) / _VALLEY_BINS
    below = float(np.mean(top_score < middle))
    return NaturalCutoff(middle, below, otsu_cutoff(top_score), n)


def _valley(counts: IntArray) -> float | None:
    """The middle of the bins of the deepest valley, as a fractional index."""
    room = np.convolve(np.ones(len(counts)), np.ones(3), mode="same")
    smooth = np.convolve(counts, np.ones(3), mode="same") / room
    sides = np.minimum(
        np.concatenate([[0.0], np.maximum.accumulate(smooth)[:-1]]),
        np.concatenate([np.maximum.accumulate(smooth[::-1])[::-1][1:], [0.0]]),
    )
    before = np.cumsum(counts) - counts
    after = counts.sum() - counts - before
    enough = np.minimum(before, after) >= _LEAST_SIDE * counts.sum()
    depth = np.where(enough & (sides > 0), smooth / np.where(sides > 0, sides, 1.0), math.inf)
    if not depth.min() <= 1 - _LEAST_DEPTH:
        return None
    return float(np.flatnonzero(depth == depth.min()).mean())
