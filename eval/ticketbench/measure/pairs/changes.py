"""Every metric on paired tickets: its value on both sides, and how it changed.

The kind of a metric decides how a ticket's part in the change is told; everything after that is
one rule (`change.py`). Comparison, label table, routing table and gates read the same values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.policy import Costs
from ticketbench.core.types import (
    NONE,
    Estimate,
    FloatArray,
    IntArray,
    ScoreTable,
    Value,
    least_known,
)
from ticketbench.measure.kinds import (
    CellMetric,
    LabelMetric,
    LabelTickets,
    Metric,
    Part,
    RoutedTickets,
    RoutingMetric,
    TableMetric,
    TicketMetric,
    counted,
    registered,
    routing_metrics,
)
from ticketbench.measure.label_results import label_tickets
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.change import NO_TICKETS, Change, no_change, undefined
from ticketbench.measure.pairs.of_counts import of_counts
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.of_scores import of_influences
from ticketbench.measure.pairs.pairing import Judged, Pair, same_answers
from ticketbench.measure.routing.outcomes import needs_two
from ticketbench.measure.statistics.groups import (
    Groups,
    counts_of,
    effective_groups,
    n_tickets,
    times_of,
    total,
)
from ticketbench.measure.statistics.holm import holm
from ticketbench.measure.statistics.intervals import clipped

NOT_LOOKED = "one side does not say which escalations missed: bless the baseline again"

_N_STATES = 3
"""A ticket does not count for a metric, counts, or counts and hits."""


@dataclass(frozen=True, slots=True, eq=False)
class MetricChange(Value):
    """A metric on both sides of the paired tickets, and its change.

    label       the label that it is about; empty for none
    difference  candidate - base with its 95 % interval, within the range that it can have
    p           two-sided, of no change
    p_holm      the same, adjusted for looking at every label (Holm 1979)
    change      what interval, p and tickets needed come from
    """

    name: str
    label: str
    title: str
    higher_is_better: bool
    share: bool
    base: float
    candidate: float
    difference: Estimate
    p: float
    p_holm: float
    change: Change

    @property
    def gain(self) -> Change:
        """The change with the sign that makes better positive."""
        return self.change if self.higher_is_better else self.change.mirrored()


def metric_change(
    metric: Metric, pair: Pair, *, label: str = "", costs: Costs | None = None
) -> MetricChange:
    """`metric` on both sides; `label` names the one that a label metric is about.

    Over the tickets of its population: those with a gold label, or all scored ones. Where every
    ticket has the same top label, top score and outcome on both sides the change is 0 without any
    doubt. No tickets: NaN. A function of the whole table without influence has no interval.
    """
    return _change(metric, pair, label, costs or Costs(), same=same_answers(pair))


def described(
    metric: Metric, base: float, candidate: float, change: Change, *, label: str = ""
) -> MetricChange:
    """`change` under the words of `metric`, its printed interval within the metric's range."""
    ends, width = change.bounds(), metric.high - metric.low
    difference = Estimate(change.value, ends.low, ends.high, change.n, change.method)
    p = change.p()
    return MetricChange(
        name=metric.name,
        label=label,
        title=metric.title,
        higher_is_better=metric.higher_is_better,
        share=metric.share,
        base=base,
        candidate=candidate,
        difference=clipped(difference, -width, width),
        p=p,
        p_holm=p,
        change=change,
    )


def metric_changes(pair: Pair, *, costs: Costs | None, routed: bool) -> tuple[MetricChange, ...]:
    """Every metric that is about no label, in order of registration.

    Routing metrics only where the outcomes are known (`routed`), those that need costs where there
    are `costs`, those that need all labels where the dataset has them.
    """
    known = pair[0].table.wanted is not None
    wanted = routing_metrics(priced=costs is not None, all_labels=known) if routed else []
    metrics = [m for m in METRICS if not isinstance(m, LabelMetric | RoutingMetric)]
    same = same_answers(pair)
    return tuple(
        _change(metric, pair, "", costs or Costs(), same=same) for metric in (*metrics, *wanted)
    )


def label_changes(pair: Pair, *, routed: bool) -> tuple[MetricChange, ...]:
    """Every label metric of every gold label, over the paired tickets with a gold label.

    Metrics in order of registration; labels in the order of the base set, then those that only the
    candidate has. Without `routed`, metrics that need the outcomes are left out. `p_holm` is
    adjusted over the labels of a metric; one without tickets has NaN and does not count.
    """
    labels = dict.fromkeys(label for side in pair for label in side.table.gold_labels)
    metrics = [m for m in registered(LabelMetric) if routed or not m.knows_outcome]
    same = same_answers(pair)
    found: list[list[MetricChange]] = [[] for _ in metrics]
    for label in labels:
        marks = _marks(pair, label)
        for metric, of_one in zip(metrics, found, strict=True):
            known = not _missing(metric, pair)
            found_ = _of_label(metric, pair, marks) if known else _not_known(metric, pair)
            of_one.append(told(metric, found_, label, same=same))
    return tuple(change for of_one in found for change in holm_adjusted(of_one))


def holm_adjusted(changes: list[MetricChange]) -> list[MetricChange]:
    """The same with p-values adjusted for looking at all of them."""
    adjusted = holm([each.p for each in changes])
    return [replace(each, p_holm=p) for each, p in zip(changes, adjusted, strict=True)]


Found = tuple[float, float, Change]
"""A metric of base and candidate, and its change."""


def _change(metric: Metric, pair: Pair, label: str, costs: Costs, *, same: bool) -> MetricChange:
    return told(metric, _of(metric, pair, label, costs), label, same=same)


def told(metric: Metric, found: Found, label: str, *, same: bool) -> MetricChange:
    """A metric as it was found; `same` says whether both sides gave every ticket one answer."""
    base, candidate, change = found
    if same and change.n_changed == 0 and change.value == 0:
        change = no_change(change.n, change.n_groups)
    return described(metric, base, candidate, change, label=label)


def _of(metric: Metric, pair: Pair, label: str, costs: Costs) -> Found:
    if _missing(metric, pair):
        return _not_known(metric, pair)
    match metric:
        case TicketMetric():
            return _of_tickets(metric, _population(metric, pair))
        case CellMetric():
            return _of_cells(metric, _population(metric, pair))
        case TableMetric():
            return _of_table(metric, _population(metric, pair))
        case LabelMetric():
            return _of_label(metric, pair, _marks(pair, label))
        case RoutingMetric():
            return _of_routing(metric, pair, costs)
    raise TypeError(f"{type(metric).__name__} is no kind of metric")


def _missing(metric: Metric, pair: Pair) -> str:
    return metric.missing(least_known(*(side.table.known for side in pair)))


def _not_known(metric: Metric, pair: Pair) -> Found:
    """A metric that needs more than both sides know of each answer."""
    n = len(_population(metric, pair)[0].outcome)
    return math.nan, math.nan, undefined(math.nan, n, _missing(metric, pair))


def _population(metric: Metric, pair: Pair) -> Pair:
    if metric.over == "scored" or not np.any(pair[0].table.truth == NONE):
        return pair
    keep = np.flatnonzero(pair[0].table.truth != NONE)
    return pair[0].rows(keep), pair[1].rows(keep)


def _of_tickets(metric: TicketMetric, sides: Pair) -> Found:
    first, second = (metric.values(side.table.scores, side.table.truth) for side in sides)
    width = metric.high - metric.low
    return of_values(first, second, sides[0].table.groups, width=width)


def of_values(first: FloatArray, second: FloatArray, groups: Groups, *, width: float) -> Found:
    """Means of both sides; `width` is the most that a ticket can move by, without a limit 1."""
    step, n = width if math.isfinite(width) else 1.0, n_tickets(groups)
    base, candidate = (total(each, groups) / n if n else math.nan for each in (first, second))
    return base, candidate, of_means(first, second, groups, step=step)


def _of_cells(metric: CellMetric, sides: Pair) -> Found:
    a, b = (side.table for side in sides)
    names = tuple(dict.fromkeys((*a.gold_labels, *b.gold_labels)))
    r = len(names)
    gold = _renumbered(a.truth, a.gold_labels, names)
    first, second = (gold * r + _renumbered(t.top, t.gold_labels, names) for t in (a, b))
    return of_cells(metric, first, second, a.groups, r=r)


def of_cells(
    metric: CellMetric, first: IntArray, second: IntArray, groups: Groups, *, r: int
) -> Found:
    """A metric of the R x R cells that tickets, or rows of counted ones, fall into on each side."""

    def of(counts: FloatArray) -> FloatArray:
        return np.asarray(metric.function(counts.reshape(*counts.shape[:-1], r, r)))

    slope = metric.gradient
    gradient = (lambda counts: slope(counts.reshape(r, r)).ravel()) if slope else None
    change = of_counts(first, second, r * r, of, groups, gradient=gradient)
    counts = (counts_of(cell, groups, n=r * r).astype(np.float64) for cell in (first, second))
    base, candidate = (float(of(of_side)) if len(first) else math.nan for of_side in counts)
    return base, candidate, change


def _renumbered(index: IntArray, own: tuple[str, ...], names: tuple[str, ...]) -> IntArray:
    numbers = np.array([names.index(name) for name in own], dtype=np.int64)
    return numbers[index] if len(index) else index


def _of_table(metric: TableMetric, sides: Pair) -> Found:
    a, b = (side.table for side in sides)
    if a.n_scored == 0:
        return math.nan, math.nan, undefined(math.nan, 0, NO_TICKETS)
    base, candidate = (metric.function(t.scores, t.truth) for t in (a, b))
    if metric.influence is None:
        return base, candidate, undefined(candidate - base, a.n_scored, "no interval")
    first, second = (metric.influence(t.top_score, t.right) for t in (a, b))
    chance = _chance(metric, b), _chance(metric, a)
    return base, candidate, of_influences((base, first), (candidate, second), a.groups, chance)


def _chance(metric: TableMetric, table: ScoreTable) -> float:
    """What chance lifts the value by; more where tickets come in groups."""
    if metric.by_chance is None:
        return 0.0
    grouped = math.sqrt(table.n_scored / effective_groups(table.groups))
    return metric.by_chance(table.top_score, table.right) * grouped


def _marks(pair: Pair, label: str) -> tuple[LabelTickets, LabelTickets]:
    base, candidate = (label_tickets(side.table, side.outcome, label) for side in pair)
    return base, candidate


def _of_label(metric: LabelMetric, pair: Pair, marks: tuple[LabelTickets, LabelTickets]) -> Found:
    first, second = (metric.part(of) for of in marks)
    table = pair[0].table
    return of_parts(metric, first, second, table.groups[table.truth != NONE])


def _of_routing(metric: RoutingMetric, sides: Pair, costs: Costs) -> Found:
    groups = sides[0].table.groups
    if metric.priced and costs.missed is not None and any(s.missed is None for s in sides):
        return math.nan, math.nan, undefined(math.nan, len(groups), NOT_LOOKED)
    first, second = (metric.part(_routed(side, costs)) for side in sides)
    return of_outcomes(metric, first, second, groups, costs=costs)


def of_outcomes(
    metric: RoutingMetric, first: Part, second: Part, groups: Groups, *, costs: Costs
) -> Found:
    """A routing metric of both sides, from what each ticket, or row of counted ones, counts."""
    if first.among is not None:
        return of_parts(metric, first, second, groups)
    before, after = (np.asarray(part.values, dtype=np.float64) for part in (first, second))
    dearest = max(costs.misroute, costs.review, costs.escalate)
    return of_values(before, after, groups, width=dearest if metric.priced else metric.high)


def _routed(side: Judged, costs: Costs) -> RoutedTickets:
    known = needs_two(side.table)
    return RoutedTickets(side.outcome, side.table.right, costs, known, side.missed)


def of_parts(
    metric: LabelMetric | RoutingMetric, first: Part, second: Part, groups: Groups
) -> Found:
    """A share of the tickets that count, over those that count on one side at least."""
    touched = np.flatnonzero(counted(first) | counted(second))
    before, after = (_states(part, touched) for part in (first, second))

    # In the Dice form a hit counts twice, in the part and in the whole.
    times = 2.0 if isinstance(metric, LabelMetric) and metric.form == "dice" else 1.0

    def of(counts: FloatArray) -> FloatArray:
        hits = times * counts[..., 2]
        whole = counts[..., 1] + hits
        return np.where(whole > 0, hits / np.where(whole > 0, whole, 1), np.nan)

    def slope(counts: FloatArray) -> FloatArray:
        whole = counts[1] + times * counts[2]
        lifted = np.array([0.0, 1.0, times]) * counts[2] / whole
        return np.asarray(times * (np.array([0.0, 0.0, 1.0]) - lifted) / whole)

    n = int(times_of(groups)[counted(second)].sum())
    change = of_counts(before, after, _N_STATES, of, groups[touched], n=n, gradient=slope)
    states = (counts_of(s, groups[touched], n=_N_STATES) for s in (before, after))
    counts = (of_side.astype(np.float64) for of_side in states)
    base, candidate = (float(of(of_side)) for of_side in counts)
    return base, candidate, change


def _states(part: Part, rows: IntArray) -> IntArray:
    """Per ticket 0 where it does not count, 1 where it counts, 2 where it counts and hits."""
    return np.asarray(counted(part)[rows] * (1 + part.values[rows].astype(np.int64)))
