"""How many labelled tickets a trained classifier needs to be as often right as a rubric set."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.resampling import Units, replicates

_SMALLEST = 20
_DRAWS = 5

Learner = Callable[[IntArray, IntArray], FloatArray]
"""Trains on the first rows, which have a gold label, and scores the second: (len, R) shares."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Accuracy on tickets not trained on, after training on n labelled ones."""

    n: int
    accuracy: float


@dataclass(frozen=True, slots=True)
class TicketsNeeded:
    """Labelled tickets to match a rubric set, with a 95 % bootstrap interval over tickets.

    None is more than the curve's largest size; the smallest size means that many or fewer.
    """

    rubric_set: str
    tickets: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True, eq=False)
class LearningCurve:
    """For each of S growing training sizes, how often each of the n labelled tickets came right.

    right  S x n, the mean over the draws of a training set of that size
    """

    sizes: IntArray
    right: FloatArray
    groups: IntArray


def learning_curve(
    learner: Learner, tickets: ScoreTable, folds: IntArray, *, enough: float, seed: int
) -> LearningCurve:
    """Train on 20, 40, 80 ... labelled tickets of the other folds, groups drawn whole, five draws
    each, and judge on the fold; the last size is all of them, as `tickets.scores` has it.

    Doubling ends after two sizes in a row with an accuracy above `enough`.
    """
    labelled = tickets.truth != NONE
    training = [int((labelled & (folds != fold)).sum()) for fold in np.unique(folds)]
    sizes, rights = [], []
    above = 0
    for size in _sizes(min(training)):
        right = np.zeros(tickets.n_scored)
        for draw in range(_DRAWS):
            right += _right_at(learner, tickets, folds, size, seed=seed + draw) / _DRAWS
        sizes.append(size)
        rights.append(right[labelled])
        above = above + 1 if right[labelled].mean() > enough else 0
        if above == 2:
            break
    sizes.append(round(float(np.mean(training))))
    rights.append(tickets.right[labelled].astype(float))
    return LearningCurve(np.array(sizes), np.array(rights), tickets.groups[labelled])


def curve_points(curve: LearningCurve) -> tuple[CurvePoint, ...]:
    """The accuracy at each size."""
    accuracy = curve.right.mean(axis=1)
    return tuple(CurvePoint(int(n), float(a)) for n, a in zip(curve.sizes, accuracy, strict=True))


def tickets_needed(curve: LearningCurve, table: ScoreTable, *, seed: int) -> TicketsNeeded:
    """Where the curve reaches the accuracy of `table`, whose rows are those of the curve.

    The curve is made monotone by isotonic regression (Barlow et al. 1972) and read linearly in
    log n. The interval is a percentile bootstrap that draws groups; it covers which tickets the
    two are judged on, not which are trained on. Nothing is extrapolated.
    """
    right = np.vstack([curve.right, table.right[table.truth != NONE]])
    _, group = np.unique(curve.groups, return_inverse=True)
    sums = np.zeros((int(group.max()) + 1, len(right)))
    np.add.at(sums, group, right.T)
    drawn = Units(np.arange(len(right)), np.ones(len(sums), dtype=np.int64), sums)

    def needed(totals: FloatArray) -> FloatArray:
        flat = totals.reshape(-1, len(right))
        found = [_reached(curve.sizes, row[:-1], row[-1]) for row in flat]
        return np.array(found).reshape(totals.shape[:-1])

    value = float(needed(drawn.observed))
    ends = np.quantile(replicates(drawn, needed, seed=seed), [0.025, 0.975], method="inverted_cdf")
    low, high = (None if math.isinf(end) else round(end) for end in ends)
    rounded = None if math.isinf(value) else round(value)
    return TicketsNeeded(table.provenance.rubric_set, rounded, low, high)


def _sizes(largest: int) -> Iterator[int]:
    size = _SMALLEST
    while size < largest:
        yield size
        size *= 2


def _right_at(
    learner: Learner, tickets: ScoreTable, folds: IntArray, size: int, *, seed: int
) -> BoolArray:
    """Whether each ticket comes right after training on about `size` tickets of other folds."""
    right = np.zeros(tickets.n_scored, dtype=np.bool_)
    for fold in np.unique(folds):
        pool = np.flatnonzero((folds != fold) & (tickets.truth != NONE))
        test = np.flatnonzero(folds == fold)
        train = _whole_groups(pool, tickets.groups, size, seed=seed)
        right[test] = np.argmax(learner(train, test), axis=1) == tickets.truth[test]
    return right


def _whole_groups(pool: IntArray, groups: IntArray, size: int, *, seed: int) -> IntArray:
    """Rows of `pool` in random order of their groups, until there are `size` of them.

    A larger size under the same seed holds the smaller one.
    """
    _, group = np.unique(groups[pool], return_inverse=True)
    place = np.random.default_rng(seed).permutation(int(group.max()) + 1)
    ordered = pool[np.argsort(place[group], kind="stable")]
    last = place[group].max() if len(pool) <= size else np.sort(place[group])[size - 1]
    return np.sort(ordered[np.sort(place[group]) <= last])


def _reached(sizes: IntArray, rights: FloatArray, wanted: float) -> float:
    """The size at which the monotone curve reaches `wanted`; infinity when it never does."""
    from scipy.optimize import isotonic_regression

    curve = isotonic_regression(rights).x
    at = int(np.searchsorted(curve, wanted - 1e-9))
    if at == 0:
        return float(sizes[0])
    if at == len(sizes):
        return math.inf
    share = (wanted - curve[at - 1]) / (curve[at] - curve[at - 1])
    start, end = math.log(sizes[at - 1]), math.log(sizes[at])
    return math.exp(start + share * (end - start))
