"""How each gate metric is tested on paired tickets: from two sides to base, candidate and gain."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import ROUTE, Costs
from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure import metrics, paired_bootstrap
from ticketbench.measure.calibration import equal_mass_edges
from ticketbench.measure.groups import effective_groups
from ticketbench.measure.judged import Judged, Pair
from ticketbench.measure.metric_differences import MEASURES
from ticketbench.measure.metric_noninferiority import (
    MetricChange,
    of_counts,
    of_means,
    of_scores,
    of_shares,
    weighted,
)
from ticketbench.measure.metrics import Metric
from ticketbench.measure.routing_differences import (
    cost_per_ticket,
    precision_of_states,
    routing_states,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What to test: for which label (empty: none), with which margin, costs and seed."""

    label: str
    margin: float
    costs: Costs
    seed: int


def of_tickets(metric: Metric, pair: Pair, asked: Question) -> MetricChange:
    """A mean over tickets; a share of them where the metric is one."""
    a, b = (side.table for side in _population(metric, pair))
    first, second = (metric.function(t.scores, t.truth) for t in (a, b))
    if metric.share:
        identical = not _other_top(a, b).any() and np.array_equal(first, second)
        return of_shares(first, second, a.groups, margin=asked.margin, identical=identical)
    return of_means(
        first,
        second,
        a.groups,
        sign=1 if metric.higher_is_better else -1,
        width=metric.high - metric.low,
        margin=asked.margin,
        identical=np.array_equal(first, second) and not _other_answers(a, b).any(),
    )


def of_cells(metric: Metric, pair: Pair, asked: Question) -> MetricChange:
    """A function of the confusion counts."""
    sign = 1 if metric.higher_is_better else -1
    sides = _population(metric, pair)
    a, b = (side.table for side in sides)
    return _of_confusion(metric.function, sign, sides, asked, a.right & ~b.right, len(a.ids))


def of_table(metric: Metric, pair: Pair, asked: Question) -> MetricChange:
    """A function of top scores; InputError where no paired bootstrap of it is known."""
    a, b = (side.table for side in _population(metric, pair))
    measure = MEASURES.get(metric.name)
    if measure is None:
        raise InputError(
            f"{metric.name} has no paired interval", help="use min or max, or another metric"
        )
    if a.n_scored == 0:
        return of_shares(np.empty(0), np.empty(0), a.groups, margin=asked.margin, identical=False)
    return of_scores(
        paired_bootstrap.paired_sides(a, b, seed=asked.seed),
        measure,
        a.groups,
        _other_answers(a, b),
        sign=1 if metric.higher_is_better else -1,
        bias=(chance_error(a), chance_error(b)),
        margin=asked.margin,
        seed=asked.seed,
    )


def chance_error(table: ScoreTable) -> float:
    """About the calibration error that calibrated scores would show in 10 equal-mass bins.

    Σ_b sqrt(2/π · Σ_{i in b} s(1 - s)) / n, times the root of n over the effective groups. By so
    much an observed error may be above the true one, most where the true one is 0.
    """
    score = table.top_score
    bins = np.searchsorted(equal_mass_edges(score, bins=10), score, side="left")
    spread = np.bincount(bins, weights=score * (1 - score))
    noise = float(np.sqrt(2 / math.pi * spread).sum()) / len(score)
    return noise * math.sqrt(len(score) / effective_groups(table.groups))


def recall(pair: Pair, asked: Question) -> MetricChange:
    """Right / gold of one label."""
    own = _gold(pair, asked.label)
    a, b = (side.table.rows(own) for side in pair)
    identical = not _other_top(a, b).any()
    first, second = (t.right.astype(np.float64) for t in (a, b))
    return of_shares(first, second, a.groups, margin=asked.margin, identical=identical)


def routed_recall(pair: Pair, asked: Question) -> MetricChange:
    """Routed and right / gold of one label."""
    own = _gold(pair, asked.label)
    a, b = (side.rows(own) for side in pair)
    first, second = ((side.outcome == ROUTE) & side.table.right for side in (a, b))
    return _of_hits(first, second, a, b, asked)


def coverage(pair: Pair, asked: Question) -> MetricChange:
    """Routed / all scored tickets."""
    first, second = (side.outcome == ROUTE for side in pair)
    return _of_hits(first, second, *pair, asked)


def selective_precision(pair: Pair, asked: Question) -> MetricChange:
    """Right / routed, by the outcomes each side has."""
    first, second = (routing_states(side) for side in pair)
    return of_counts(
        (first, second),
        3,
        precision_of_states,
        pair[0].table.groups,
        harmed=(second == 1) & (first != 1),
        size=max(float(np.count_nonzero(second)), 1.0),
        sign=1,
        margin=asked.margin,
        seed=asked.seed,
    )


def cost(pair: Pair, asked: Question) -> MetricChange:
    """Mean cost per ticket of the outcomes each side has."""
    costs = asked.costs
    first, second = (cost_per_ticket(side, costs) for side in pair)
    a, b = pair
    changed = _other_top(a.table, b.table) | (a.outcome != b.outcome)
    return of_means(
        first,
        second,
        a.table.groups,
        sign=-1,
        width=max(costs.misroute, costs.review, costs.escalate),
        margin=asked.margin,
        identical=not changed.any(),
    )


def precision(pair: Pair, asked: Question) -> MetricChange:
    """Right / predicted of one label."""
    sides, about = _about(pair, asked.label)
    false = [top & ~gold for gold, top in about]
    size = float(np.count_nonzero(about[1][1]))
    of_one = _one_label(metrics.precision, sides, asked.label)
    return _of_confusion(of_one, 1, sides, asked, false[1] & ~false[0], size)


def f1(pair: Pair, asked: Question) -> MetricChange:
    """2·right / (gold + predicted) of one label."""
    sides, about = _about(pair, asked.label)
    wrong = [top != gold for gold, top in about]
    size = (np.count_nonzero(about[1][0]) + np.count_nonzero(about[1][1])) / 2
    of_one = _one_label(metrics.f1, sides, asked.label)
    return _of_confusion(of_one, 1, sides, asked, wrong[1] & ~wrong[0], size)


def _population(metric: Metric, pair: Pair) -> Pair:
    if metric.over == "scored":
        return pair
    keep = np.flatnonzero(pair[0].table.truth != NONE)
    return pair[0].rows(keep), pair[1].rows(keep)


def _of_confusion(
    function: Callable[[FloatArray], FloatArray],
    sign: int,
    pair: Pair,
    asked: Question,
    harmed: BoolArray,
    size: float,
) -> MetricChange:
    a, b = (side.table for side in pair)
    names = tuple(dict.fromkeys((*a.gold_labels, *b.gold_labels)))
    r = len(names)
    gold = _renumbered(a.truth, a.gold_labels, names)
    cells = tuple(gold * r + _renumbered(t.top, t.gold_labels, names) for t in (a, b))
    return of_counts(
        (cells[0], cells[1]),
        r * r,
        weighted(function, (r, r)),
        a.groups,
        harmed=harmed,
        size=max(size, 1.0),
        sign=sign,
        margin=asked.margin,
        seed=asked.seed,
    )


def _of_hits(
    first: BoolArray, second: BoolArray, a: Judged, b: Judged, asked: Question
) -> MetricChange:
    identical = not (_other_top(a.table, b.table) | (a.outcome != b.outcome)).any()
    return of_shares(
        first.astype(np.float64),
        second.astype(np.float64),
        a.table.groups,
        margin=asked.margin,
        identical=identical,
    )


def _about(pair: Pair, label: str) -> tuple[Pair, list[tuple[BoolArray, BoolArray]]]:
    """The tickets with a gold label that either side ties to `label`, and per side whether it is
    their gold and their top label: others cannot change its precision or F1.
    """
    marks = [
        (
            side.table.truth == _index(side.table.gold_labels, label),
            side.table.top == _index(side.table.labels, label),
        )
        for side in pair
    ]
    either = np.logical_or.reduce([mark for both in marks for mark in both])
    keep = np.flatnonzero(either & (pair[0].table.truth != NONE))
    sides = pair[0].rows(keep), pair[1].rows(keep)
    return sides, [(gold[keep], top[keep]) for gold, top in marks]


def _index(labels: tuple[str, ...], label: str) -> int:
    """Where `label` stands; a number that no ticket has where it does not."""
    return labels.index(label) if label in labels else -2


def _one_label(
    function: Callable[[FloatArray], FloatArray], pair: Pair, label: str
) -> Callable[[FloatArray], FloatArray]:
    """One label of a function of the confusion counts; a label nobody knows is undefined."""
    names = tuple(dict.fromkeys(n for side in pair for n in side.table.gold_labels))

    def of_one(cells: FloatArray) -> FloatArray:
        values = function(cells)
        if label not in names:
            return np.full(values.shape[:-1], math.nan)
        return np.asarray(values[..., names.index(label)])

    return of_one


def _gold(pair: Pair, label: str) -> IntArray:
    table = pair[0].table
    if label not in table.gold_labels:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(table.truth == table.gold_labels.index(label))


def _renumbered(index: IntArray, own: tuple[str, ...], names: tuple[str, ...]) -> IntArray:
    numbers = np.array([names.index(name) for name in own], dtype=np.int64)
    return numbers[index] if len(index) else index


def _other_top(a: ScoreTable, b: ScoreTable) -> BoolArray:
    names = tuple(dict.fromkeys((*a.labels, *b.labels)))
    first, second = (_renumbered(t.top, t.labels, names) for t in (a, b))
    return np.asarray(first != second)


def _other_answers(a: ScoreTable, b: ScoreTable) -> BoolArray:
    return np.asarray(_other_top(a, b) | (a.top_score != b.top_score))
