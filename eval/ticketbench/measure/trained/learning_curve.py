"""How many labelled tickets a trained classifier needs to be as often right as a rubric set."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.statistics.compiled import isotonic
from ticketbench.measure.statistics.resampling import Units, replicates

_SMALLEST = 20

Learner = Callable[[IntArray, IntArray], FloatArray]
"""Trains on the first rows, which have a gold label, and scores the second: (len, R) shares."""


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """One way to split and to draw: folds, the seed for training sets, and the tickets that came
    right with all other folds trained on.
    """

    folds: IntArray
    seed: int
    right: BoolArray


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
    """Which of n labelled tickets came right at each of S training sizes, in D draws.

    sizes  labelled tickets trained on, the mean over draws and folds, ascending
    right  D x S x n
    """

    sizes: IntArray
    right: BoolArray
    groups: IntArray


def learning_curve(
    learner: Learner, tickets: ScoreTable, draws: Sequence[Draw], *, enough: float
) -> LearningCurve:
    """Train on about 20, 40, 80 ... labelled tickets of the other folds and judge on the fold.

    Groups are drawn whole, so a size is what was really trained on; equal ones are one point. A
    larger size of a draw holds the smaller one. The last size is all tickets of the other folds,
    as the draws have scored them. Doubling ends after two sizes in a row above `enough` accuracy.
    """
    labelled = tickets.truth != NONE
    full = [_n_trained(tickets, draw.folds) for draw in draws]
    last = round(float(np.mean(full)))
    sizes: list[int] = []
    rights: list[BoolArray] = []
    above = 0
    for wanted in _sizes(int(np.min(full))):
        tried = [_trained_on(learner, tickets, draw, wanted) for draw in draws]
        size = round(float(np.mean([one.n_trained for one in tried])))
        if not (sizes[-1] if sizes else 0) < size < last:
            continue
        right = np.array([one.right[labelled] for one in tried])
        sizes.append(size)
        rights.append(right)
        above = above + 1 if right.mean() > enough else 0
        if above == 2:
            break
    rights.append(np.array([draw.right[labelled] for draw in draws]))
    return LearningCurve(
        np.array([*sizes, last]), np.stack(rights, axis=1), tickets.groups[labelled]
    )


def curve_points(curve: LearningCurve) -> tuple[CurvePoint, ...]:
    """The accuracy at each size, the mean over draws."""
    accuracy = curve.right.mean(axis=(0, 2))
    return tuple(CurvePoint(int(n), float(a)) for n, a in zip(curve.sizes, accuracy, strict=True))


def tickets_needed(curve: LearningCurve, table: ScoreTable, *, seed: int) -> TicketsNeeded:
    """Where the curve reaches the accuracy of `table`, whose rows are those of the curve.

    The curve is made monotone by isotonic regression (Barlow et al. 1972) and read linearly in
    log n. The interval is a percentile bootstrap: each resample draws groups of tickets to judge
    on, and one of the training draws. Nothing is extrapolated.
    """
    n_draws, n_sizes, _ = curve.right.shape
    rows = np.vstack([curve.right.reshape(n_draws * n_sizes, -1), _right_of(table)])
    _, group = np.unique(curve.groups, return_inverse=True)
    sums = np.zeros((int(group.max()) + 1, len(rows)))
    np.add.at(sums, group, rows.T)
    drawn = Units(np.arange(len(rows)), np.ones(len(sums), dtype=np.int64), sums)
    rng = np.random.default_rng(seed)

    def needed(totals: FloatArray) -> FloatArray:
        curves = totals[:, :-1].reshape(-1, n_draws, n_sizes)
        chosen = curves[np.arange(len(totals)), rng.integers(n_draws, size=len(totals))]
        wanted = totals[:, -1]
        return np.array([_reached(curve.sizes, c, w) for c, w in zip(chosen, wanted, strict=True)])

    mean = drawn.observed[:-1].reshape(n_draws, n_sizes).mean(axis=0)
    value = _reached(curve.sizes, mean, float(drawn.observed[-1]))
    ends = np.quantile(replicates(drawn, needed, seed=seed), [0.025, 0.975], method="inverted_cdf")
    low, high = min(value, ends[0]), max(value, ends[1])
    return TicketsNeeded(table.provenance.rubric_set, *(_whole(n) for n in (value, low, high)))


def _whole(tickets: float) -> int | None:
    return None if math.isinf(tickets) else round(float(tickets))


def _right_of(table: ScoreTable) -> BoolArray:
    return np.asarray(table.right[table.truth != NONE])


def _n_trained(tickets: ScoreTable, folds: IntArray) -> float:
    """Labelled tickets outside a fold, the mean over folds."""
    labelled = tickets.truth != NONE
    return float(np.mean([(labelled & (folds != fold)).sum() for fold in np.unique(folds)]))


def _sizes(largest: int) -> Iterator[int]:
    size = _SMALLEST
    while size < largest:
        yield size
        size *= 2


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    right: BoolArray
    n_trained: float


def _trained_on(learner: Learner, tickets: ScoreTable, draw: Draw, size: int) -> _Tried:
    """Whether each ticket comes right after training on about `size` tickets of other folds."""
    right = np.zeros(tickets.n_scored, dtype=np.bool_)
    trained = []
    for fold in np.unique(draw.folds):
        pool = np.flatnonzero((draw.folds != fold) & (tickets.truth != NONE))
        test = np.flatnonzero(draw.folds == fold)
        train = _whole_groups(pool, tickets.groups, size, seed=draw.seed)
        trained.append(len(train))
        right[test] = np.argmax(learner(train, test), axis=1) == tickets.truth[test]
    return _Tried(right, float(np.mean(trained)))


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
    curve = isotonic(rights, weights=np.ones(len(rights)))
    at = int(np.searchsorted(curve, wanted - 1e-9))
    if at == 0:
        return float(sizes[0])
    if at == len(sizes):
        return math.inf
    share = (wanted - curve[at - 1]) / (curve[at] - curve[at - 1])
    start, end = math.log(sizes[at - 1]), math.log(sizes[at])
    return math.exp(start + share * (end - start))
