"""A cutoff from scores alone, without labels: exploratory, and blind to what an error costs."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import FloatArray

_BINS = 256


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
