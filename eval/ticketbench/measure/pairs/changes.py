"""How each kind of metric is tested on paired tickets: from two sides to base, candidate, gain."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import ROUTE, Costs
from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.kinds import (
    CellMetric,
    LabelMetric,
    LabelTickets,
    Metric,
    Part,
    RoutingMetric,
    TableMetric,
    TicketMetric,
    counted,
)
from ticketbench.measure.label_results import label_tickets
from ticketbench.measure.pairs import bootstrap
from ticketbench.measure.pairs.by_policy import N_STATES, routed, share_of_states, states
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
from ticketbench.measure.pairs.pairing import Pair, same_top


@dataclass(frozen=True, slots=True)
class Question:
    """What to test: for which label (empty: none), with which margin, costs and seed."""

    label: str
    margin: float
    costs: Costs
    seed: int


def change(metric: Metric, pair: Pair, asked: Question) -> MetricChange:
    """The metric on both sides and the test of its gain, by its kind.

    InputError where no paired test of it is known.
    """
    match metric:
        case TicketMetric():
            return _of_tickets(metric, pair, asked)
        case CellMetric():
            return _of_cells(metric, pair, asked)
        case TableMetric():
            return _of_table(metric, pair, asked)
        case LabelMetric():
            return _of_label(metric, pair, asked)
        case RoutingMetric():
            return _of_routing(metric, pair, asked)
    raise TypeError(f"{type(metric).__name__} is no kind of metric")


def _of_tickets(metric: TicketMetric, pair: Pair, asked: Question) -> MetricChange:
    """A mean over tickets; a share of them where the metric is one."""
    a, b = (side.table for side in _population(metric, pair))
    first, second = (metric.values(t.scores, t.truth) for t in (a, b))
    if metric.share:
        identical = _same_tops(pair) and np.array_equal(first, second)
        return _of_shares(metric, first, second, a.groups, asked, identical=identical)
    return of_means(
        first,
        second,
        a.groups,
        sign=_sign(metric),
        width=metric.high - metric.low,
        margin=asked.margin,
        identical=np.array_equal(first, second) and not _other_answers(a, b).any(),
    )


def _of_cells(metric: CellMetric, pair: Pair, asked: Question) -> MetricChange:
    """A function of the confusion counts.

    A loss not seen yet weighs as in a mean over labels: 1/(K·n_k) a ticket of label k. The labels
    are independent of one another, so what they leave room for is added up as squares.
    """
    a, b = (side.table for side in _population(metric, pair))
    harmed, labels = a.right & ~b.right, np.unique(a.truth)
    rooms = [
        room(harmed[own], a.groups[own]) / (len(labels) * np.count_nonzero(own))
        for own in (a.truth == label for label in labels)
    ]
    r, cells = _cells(a, b)
    return of_counts(
        cells,
        r * r,
        weighted(metric.function, (r, r)),
        a.groups,
        identical=_same_tops(pair),
        unseen=math.hypot(*rooms),
        sign=_sign(metric),
        margin=asked.margin,
        seed=asked.seed,
    )


def _of_table(metric: TableMetric, pair: Pair, asked: Question) -> MetricChange:
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
        sign=_sign(metric),
        bias=(bootstrap.chance_error(a), bootstrap.chance_error(b)),
        margin=asked.margin,
        seed=asked.seed,
    )


def _of_label(metric: LabelMetric, pair: Pair, asked: Question) -> MetricChange:
    """A share of the tickets that count for one label.

    Where the gold label decides which count, both sides have the same ones: a share of tickets.
    Else a function of counts, of the tickets that either side ties to the label or counts: others
    cannot change it.
    """
    same = _same_outcomes(pair) if metric.knows_outcome else _same_tops(pair)
    labelled = np.flatnonzero(pair[0].table.truth != NONE)
    sides = pair[0].rows(labelled), pair[1].rows(labelled)
    marks = [label_tickets(side.table, side.outcome, asked.label) for side in sides]
    parts = [metric.part(of) for of in marks]
    groups = sides[0].table.groups
    if metric.counts_by_gold:
        own = counted(parts[0])
        first, second = (np.asarray(part.values[own], dtype=np.float64) for part in parts)
        return _of_shares(metric, first, second, groups[own], asked, identical=same)
    touched = [of.gold | of.top | counted(part) for of, part in zip(marks, parts, strict=True)]
    keep = np.flatnonzero(touched[0] | touched[1])
    kept = sides[0].rows(keep), sides[1].rows(keep)
    harmed = np.logical_and(_worse(metric, parts[1]), ~_worse(metric, parts[0]))[keep]
    n, hits = (int(np.count_nonzero(marked)) for marked in (counted(parts[1]), _hits(parts[1])))
    size = (n + hits) / 2 if metric.form == "dice" else n
    unseen = room(harmed, groups[keep]) / max(size, 1)
    found = _of_label_cells(metric, kept, asked, identical=same, unseen=unseen)
    return _resting_on(found, n)


def _of_label_cells(
    metric: LabelMetric, pair: Pair, asked: Question, *, identical: bool, unseen: float
) -> MetricChange:
    """A label metric as a function of confusion counts, split by outcome where it matters."""
    a, b = (side.table for side in pair)
    r, cells = _cells(a, b)
    halves = 2 if metric.knows_outcome else 1
    if metric.knows_outcome:
        first, second = (
            cell * halves + (side.outcome == ROUTE) for cell, side in zip(cells, pair, strict=True)
        )
        cells = first, second
    hits, among = _label_cells(metric, _names(a, b), asked.label, halves)
    return of_counts(
        cells,
        r * r * halves,
        lambda counts: metric.of(counts @ hits, counts @ among),
        a.groups,
        identical=identical,
        unseen=unseen,
        sign=_sign(metric),
        margin=asked.margin,
        seed=asked.seed,
    )


def _label_cells(
    metric: LabelMetric, names: tuple[str, ...], label: str, halves: int
) -> tuple[FloatArray, FloatArray]:
    """Which cells (gold, top, and outcome if there are two halves) hit, and which count."""
    at = names.index(label) if label in names else -1
    gold, top, half = np.unravel_index(
        np.arange(len(names) ** 2 * halves), (len(names), len(names), halves)
    )
    part = metric.part(LabelTickets(gold == at, top == at, half == 1))
    return _hits(part).astype(np.float64), counted(part).astype(np.float64)


def _of_routing(metric: RoutingMetric, pair: Pair, asked: Question) -> MetricChange:
    """A mean over all tickets, or a share of those that count on each side."""
    groups, same = pair[0].table.groups, _same_outcomes(pair)
    first, second = (metric.part(routed(side, asked.costs)) for side in pair)
    if first.among is not None:
        return _of_parts(metric, (first, second), groups, asked, identical=same)
    before, after = (np.asarray(part.values, dtype=np.float64) for part in (first, second))
    if metric.share:
        return _of_shares(metric, before, after, groups, asked, identical=same)
    costs = asked.costs
    dearest = max(costs.misroute, costs.review, costs.escalate)
    return of_means(
        before,
        after,
        groups,
        sign=_sign(metric),
        width=dearest if metric.priced else metric.high - metric.low,
        margin=asked.margin,
        identical=same,
    )


def _of_parts(
    metric: RoutingMetric,
    parts: tuple[Part, Part],
    groups: IntArray,
    asked: Question,
    *,
    identical: bool,
) -> MetricChange:
    first, second = (states(part) for part in parts)
    n = int(np.count_nonzero(counted(parts[1])))
    harmed = _worse(metric, parts[1]) & ~_worse(metric, parts[0])
    found = of_counts(
        (first, second),
        N_STATES,
        share_of_states,
        groups,
        identical=identical,
        unseen=room(harmed, groups) / max(n, 1),
        sign=_sign(metric),
        margin=asked.margin,
        seed=asked.seed,
    )
    return _resting_on(found, n)


def _of_shares(
    metric: Metric,
    first: FloatArray,
    second: FloatArray,
    groups: IntArray,
    asked: Question,
    *,
    identical: bool,
) -> MetricChange:
    return of_shares(
        first, second, groups, sign=_sign(metric), margin=asked.margin, identical=identical
    )


def _sign(metric: Metric) -> int:
    return 1 if metric.higher_is_better else -1


def _population(metric: Metric, pair: Pair) -> Pair:
    if metric.over == "scored":
        return pair
    keep = np.flatnonzero(pair[0].table.truth != NONE)
    return pair[0].rows(keep), pair[1].rows(keep)


def _resting_on(found: MetricChange, n: int) -> MetricChange:
    """The same with the `n` tickets that the metric counts, of those that could change it."""
    gain = found.gain
    needed = math.ceil(gain.n_needed * n / gain.n) if gain.n and n else 0
    return replace(found, gain=replace(gain, n=n, n_needed=max(needed, n + 1) if needed else 0))


def _same_tops(pair: Pair) -> bool:
    """Whether no ticket at all got another top label: then nothing was changed.

    The tickets of one label that stayed as they were are a sample, like any other.
    """
    return bool(same_top(pair[0].table, pair[1].table).all())


def _same_outcomes(pair: Pair) -> bool:
    """Whether no ticket at all got another top label or outcome."""
    return _same_tops(pair) and np.array_equal(pair[0].outcome, pair[1].outcome)


def _hits(part: Part) -> BoolArray:
    return np.asarray(part.values, dtype=np.bool_) & counted(part)


def _worse(metric: Metric, part: Part) -> BoolArray:
    """The tickets that count and pull the metric away from its best."""
    hits = _hits(part)
    return counted(part) & ~hits if metric.higher_is_better else hits


def _names(a: ScoreTable, b: ScoreTable) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a.gold_labels, *b.gold_labels)))


def _cells(a: ScoreTable, b: ScoreTable) -> tuple[int, tuple[IntArray, IntArray]]:
    """The number R of labels that either knows, and per side the cell gold·R + top of a ticket."""
    names = _names(a, b)
    gold = _renumbered(a.truth, a.gold_labels, names)
    first, second = (gold * len(names) + _renumbered(t.top, t.gold_labels, names) for t in (a, b))
    return len(names), (first, second)


def _renumbered(index: IntArray, own: tuple[str, ...], names: tuple[str, ...]) -> IntArray:
    numbers = np.array([names.index(name) for name in own], dtype=np.int64)
    return numbers[index] if len(index) else index


def _other_answers(a: ScoreTable, b: ScoreTable) -> BoolArray:
    return np.asarray(~same_top(a, b) | (a.top_score != b.top_score))
