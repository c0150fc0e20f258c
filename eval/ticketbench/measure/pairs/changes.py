"""How each gate metric is tested on paired tickets: from two sides to base, candidate and gain."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import ROUTE, Costs
from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure import metrics
from ticketbench.measure.metrics import Metric
from ticketbench.measure.pairs import bootstrap
from ticketbench.measure.pairs.by_policy import (
    cost_per_ticket,
    precision_of_states,
    routing_states,
)
from ticketbench.measure.pairs.differences import MEASURES
from ticketbench.measure.pairs.of_metrics import (
    MetricChange,
    of_counts,
    of_means,
    of_scores,
    of_shares,
    room,
    weighted,
)
from ticketbench.measure.pairs.pairing import Pair


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
        identical = _same_tops(pair) and np.array_equal(first, second)
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
    """A function of the confusion counts.

    A loss not seen yet weighs as in a mean over labels: 1/(K·n_k) a ticket of label k. The labels
    are independent of one another, so what they leave room for is added up as squares.
    """
    sign = 1 if metric.higher_is_better else -1
    sides = _population(metric, pair)
    a, b = (side.table for side in sides)
    harmed, labels = a.right & ~b.right, np.unique(a.truth)
    rooms = [
        room(harmed[own], a.groups[own]) / (len(labels) * np.count_nonzero(own))
        for own in (a.truth == label for label in labels)
    ]
    return _of_confusion(
        metric.function, sign, sides, asked, identical=_same_tops(pair), unseen=math.hypot(*rooms)
    )


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
        bootstrap.paired_sides(a, b, seed=asked.seed),
        measure,
        a.groups,
        _other_answers(a, b),
        sign=1 if metric.higher_is_better else -1,
        bias=(bootstrap.chance_error(a), bootstrap.chance_error(b)),
        margin=asked.margin,
        seed=asked.seed,
    )


def recall(pair: Pair, asked: Question) -> MetricChange:
    """Right / gold of one label."""
    own = _gold(pair, asked.label)
    a, b = (side.table.rows(own) for side in pair)
    first, second = (t.right.astype(np.float64) for t in (a, b))
    return of_shares(first, second, a.groups, margin=asked.margin, identical=_same_tops(pair))


def routed_recall(pair: Pair, asked: Question) -> MetricChange:
    """Routed and right / gold of one label."""
    own = _gold(pair, asked.label)
    a, b = (side.rows(own) for side in pair)
    first, second = ((side.outcome == ROUTE) & side.table.right for side in (a, b))
    return _of_hits(first, second, a.table.groups, pair, asked)


def coverage(pair: Pair, asked: Question) -> MetricChange:
    """Routed / all scored tickets."""
    first, second = (side.outcome == ROUTE for side in pair)
    return _of_hits(first, second, pair[0].table.groups, pair, asked)


def selective_precision(pair: Pair, asked: Question) -> MetricChange:
    """Right / routed, by the outcomes each side has."""
    first, second = (routing_states(side) for side in pair)
    groups, routed = pair[0].table.groups, int(np.count_nonzero(second))
    found = of_counts(
        (first, second),
        3,
        precision_of_states,
        groups,
        identical=_same_outcomes(pair),
        unseen=room((second == 1) & (first != 1), groups) / max(routed, 1),
        sign=1,
        margin=asked.margin,
        seed=asked.seed,
    )
    return _resting_on(found, routed)


def cost(pair: Pair, asked: Question) -> MetricChange:
    """Mean cost per ticket of the outcomes each side has."""
    costs = asked.costs
    first, second = (cost_per_ticket(side, costs) for side in pair)
    return of_means(
        first,
        second,
        pair[0].table.groups,
        sign=-1,
        width=max(costs.misroute, costs.review, costs.escalate),
        margin=asked.margin,
        identical=_same_outcomes(pair),
    )


def precision(pair: Pair, asked: Question) -> MetricChange:
    """Right / predicted of one label."""
    sides, about = _about(pair, asked.label)
    false = [top & ~gold for gold, top in about]
    of_one = _one_label(metrics.precision, sides, asked.label)
    n = int(np.count_nonzero(about[1][1]))
    unseen = room(false[1] & ~false[0], sides[0].table.groups) / max(n, 1)
    found = _of_confusion(of_one, 1, sides, asked, identical=_same_tops(pair), unseen=unseen)
    return _resting_on(found, n)


def f1(pair: Pair, asked: Question) -> MetricChange:
    """2·right / (gold + predicted) of one label."""
    sides, about = _about(pair, asked.label)
    wrong = [top != gold for gold, top in about]
    of_one = _one_label(metrics.f1, sides, asked.label)
    size = (np.count_nonzero(about[1][0]) + np.count_nonzero(about[1][1])) / 2
    unseen = room(wrong[1] & ~wrong[0], sides[0].table.groups) / max(size, 1.0)
    found = _of_confusion(of_one, 1, sides, asked, identical=_same_tops(pair), unseen=unseen)
    return _resting_on(found, int(np.count_nonzero(about[1][0] | about[1][1])))


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
    *,
    identical: bool,
    unseen: float,
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
        identical=identical,
        unseen=unseen,
        sign=sign,
        margin=asked.margin,
        seed=asked.seed,
    )


def _of_hits(
    first: BoolArray, second: BoolArray, groups: IntArray, pair: Pair, asked: Question
) -> MetricChange:
    base, candidate = first.astype(np.float64), second.astype(np.float64)
    return of_shares(base, candidate, groups, margin=asked.margin, identical=_same_outcomes(pair))


def _resting_on(found: MetricChange, n: int) -> MetricChange:
    """The same with the `n` tickets that the metric counts, of those that could change it."""
    gain = found.gain
    needed = math.ceil(gain.n_needed * n / gain.n) if gain.n and n else 0
    return replace(found, gain=replace(gain, n=n, n_needed=max(needed, n + 1) if needed else 0))


def _same_tops(pair: Pair) -> bool:
    """Whether no ticket at all got another top label: then nothing was changed.

    The tickets of one label that stayed as they were are a sample, like any other.
    """
    return not _other_top(pair[0].table, pair[1].table).any()


def _same_outcomes(pair: Pair) -> bool:
    """Whether no ticket at all got another top label or outcome."""
    return _same_tops(pair) and np.array_equal(pair[0].outcome, pair[1].outcome)


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
