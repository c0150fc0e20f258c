"""What each top label's scores are in a log, and which labels score low all the time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import Policy
from ticketbench.core.types import Estimate, FloatArray, IntArray, Value
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.intervals import share

FEWEST = 50
"""Decisions of a label below which nothing is said of how it scores."""

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class ScoreSpread(Value):
    """Quartiles of the top scores of n decisions; NaN for none."""

    n: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class LabelScores(Value):
    """The decisions with one top label.

    share      of all scored decisions
    spread     quartiles of their top score
    at_most    one-sided 95 % upper bound of the median; NaN under five decisions
    threshold  what a score of this label has to reach
    low        50 decisions or more, and the bound lies under the threshold
    """

    label: str
    share: Estimate
    spread: ScoreSpread
    at_most: float
    threshold: float
    low: bool


def score_spread(scores: FloatArray) -> ScoreSpread:
    """The quartiles of `scores`, interpolated linearly."""
    if len(scores) == 0:
        return ScoreSpread(0, math.nan, math.nan, math.nan)
    low, median, high = np.quantile(scores, [0.25, 0.5, 0.75]).tolist()
    return ScoreSpread(len(scores), low, median, high)


def label_scores(
    labels: Sequence[str], top: IntArray, score: FloatArray, policy: Policy
) -> tuple[LabelScores, ...]:
    """Every label of `labels`, in their order, from the top label and raw top score of decisions.

    The threshold is that of `policy` for the label; it is about scores at its temperature, so with
    another one than 1 no label is called low.
    """
    found = []
    for i, label in enumerate(labels):
        own, needed = score[top == i], policy.threshold_of(label)
        bound = median_at_most(own)
        low = len(own) >= FEWEST and bound < needed and policy.temperature == 1.0
        of_all = share(top == i, np.arange(len(top)))
        found.append(LabelScores(label, of_all, score_spread(own), bound, needed, low))
    return tuple(found)


def median_at_most(scores: FloatArray) -> float:
    """One-sided 95 % upper bound of the median: the order statistic that the binomial law gives.

    The smallest x_(k) with P(at most k - 1 of n fair coins) >= 95 %, whatever the distribution; n
    under 5 has none: NaN.
    """
    n = len(scores)
    below = special.bdtr(np.arange(n), n, 0.5)  # P(at most k of n), k = 0 .. n - 1
    k = int(np.searchsorted(below, _CONFIDENCE))
    return float(np.partition(scores, k)[k]) if k < n else math.nan
