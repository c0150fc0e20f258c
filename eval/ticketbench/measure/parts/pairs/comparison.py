"""Is the candidate better? The comparison of a dataset in parts, as one of two tables has it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.policy import ROUTE, Costs
from ticketbench.core.types import NONE, BoolArray, IntArray
from ticketbench.measure.compare import Comparison, Contingency, mcnemar_midp
from ticketbench.measure.kinds import (
    CellMetric,
    LabelMetric,
    LabelTickets,
    Metric,
    RoutedTickets,
    RoutingMetric,
    TableMetric,
    TicketMetric,
    registered,
    routing_metrics,
)
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.change import Change, undefined
from ticketbench.measure.pairs.changes import (
    Found,
    MetricChange,
    holm_adjusted,
    of_cells,
    of_outcomes,
    of_parts,
    of_values,
    told,
)
from ticketbench.measure.pairs.fragility import fragility
from ticketbench.measure.pairs.marginal_shift import MarginalShift, stuart_maxwell
from ticketbench.measure.pairs.verdict import MARGIN, Verdict, verdict
from ticketbench.measure.parts.pairs.joint import Joint, joint_cells_of
from ticketbench.measure.parts.pairs.moves import mean_change
from ticketbench.measure.parts.rows import cells_by_score
from ticketbench.measure.statistics.groups import ALONE, Counted
from ticketbench.measure.statistics.sign_flip import shown_p

NO_INTERVAL = "no interval in parts: it would take the scores of each ticket on both sides"


def comparison(of: Joint, *, costs: Costs | None = None, margin: float = MARGIN) -> Comparison:
    """Candidate against base over tickets whose gold is a label, with the metrics of routing.

    Changes of shares, of means, of cells and by outcome have the intervals of two tables. Functions
    of the whole table have a change without one, and say so; the coverage at a target and the list
    of flips are left out. No tickets: NaN.
    """
    both = _Both.of(of)
    labelled = both.rows(both.gold != NONE)
    right, groups = _right(of)
    change = _accuracy(right, groups, same=both.same)
    counts = _contingency(right, groups.times)
    return Comparison(
        base=of.answered[0].rubric_set,
        candidate=of.answered[1].rubric_set,
        n_paired=labelled.groups.n,
        n_groups=labelled.groups.n_groups,
        unpaired=of.unpaired,
        contingency=counts,
        verdict=verdict(change, margin=margin),
        fragility=fragility(change, *right, groups, margin=margin),
        differences=tuple(_differences(of, both, labelled, costs)),
        mcnemar_midp=mcnemar_midp(counts.only_base, counts.only_candidate),
        flips=(),
        sign_flip_p=shown_p(right[1].astype(np.float64) - right[0], groups),
        label_differences=tuple(_label_differences(labelled)),
        marginal_shift=_marginal_shift(of, both),
    )


def read_at(found: Comparison, of: Joint, told: Verdict) -> Comparison:
    """The comparison of these counts with another verdict, as `read_at` of two tables has it."""
    before = found.verdict
    if (told.margin, told.confidence) == (before.margin, before.confidence):
        return replace(found, verdict=told)
    change, (right, groups) = found.change("accuracy").change, _right(of)
    rests_on = fragility(change, *right, groups, margin=told.margin, confidence=told.confidence)
    return replace(found, verdict=told, fragility=rests_on)


def change_told(metric: Metric) -> bool:
    """Whether the change of a metric has an interval, so that it can be tested."""
    return not isinstance(metric, TableMetric)


def accuracy_change(of: Joint) -> Change:
    """The accuracy of the candidate minus that of the base, as the comparison has it."""
    return _accuracy(*_right(of), same=_Both.of(of).same)


def _right(of: Joint) -> tuple[tuple[BoolArray, BoolArray], Counted]:
    """Which rows of tickets with a gold label base and candidate get right, and their groups."""
    named = dict(of.shares)["accuracy"]
    return (named.code // 2 == 1, named.code % 2 == 1), named.counted


def _accuracy(right: tuple[BoolArray, BoolArray], groups: Counted, *, same: bool) -> Change:
    found = _of_share(right, groups, width=1.0)
    return told(METRICS.get("accuracy"), found, "", same=same).change


@dataclass(frozen=True, slots=True, eq=False)
class _Both:
    """Rows of tickets as both sides have them; labels of either side by their number in `names`."""

    names: tuple[str, ...]
    gold: IntArray
    top: tuple[IntArray, IntArray]
    outcome: tuple[IntArray, IntArray]
    missed: tuple[BoolArray, BoolArray]
    needs_two: tuple[BoolArray, BoolArray]
    same: bool
    groups: Counted

    @classmethod
    def of(cls, joint: Joint) -> _Both:
        base, candidate = (answered.labels for answered in joint.answered)
        fields, code = joint_cells_of(len(base), len(candidate)), joint.cells.code
        names = _names(joint)
        number = np.array([names.index(label) for label in candidate] or [0], dtype=np.int64)
        top = fields.column(code, "top_base"), number[fields.column(code, "top_candidate")]
        outcome = fields.column(code, "outcome_base"), fields.column(code, "outcome_candidate")
        alike = fields.mark(code, "same_score") & (top[0] == top[1]) & (outcome[0] == outcome[1])
        return cls(
            names=names,
            gold=fields.column(code, "gold") - 1,
            top=top,
            outcome=outcome,
            missed=(fields.mark(code, "missed_base"), fields.mark(code, "missed_candidate")),
            needs_two=(
                fields.mark(code, "needs_two_base"),
                fields.mark(code, "needs_two_candidate"),
            ),
            same=bool(alike.all()),
            groups=joint.cells.counted,
        )

    def rows(self, keep: BoolArray) -> _Both:
        """Only the rows in `keep`; whether both sides are the same stays said of all."""
        return _Both(
            names=self.names,
            gold=self.gold[keep],
            top=(self.top[0][keep], self.top[1][keep]),
            outcome=(self.outcome[0][keep], self.outcome[1][keep]),
            missed=(self.missed[0][keep], self.missed[1][keep]),
            needs_two=(self.needs_two[0][keep], self.needs_two[1][keep]),
            same=self.same,
            groups=self.groups[keep],
        )

    def label_tickets(self, label: int) -> tuple[LabelTickets, LabelTickets]:
        """Both sides as one label sees them."""
        base, candidate = (
            LabelTickets(self.gold == label, top == label, outcome == ROUTE)
            for top, outcome in zip(self.top, self.outcome, strict=True)
        )
        return base, candidate

    def routed_tickets(self, costs: Costs, *, all_labels: bool) -> list[RoutedTickets]:
        """Both sides as routing metrics see them."""
        sides = zip(self.top, self.outcome, self.needs_two, self.missed, strict=True)
        return [
            RoutedTickets(outcome, self.gold == top, costs, needed if all_labels else None, missed)
            for top, outcome, needed, missed in sides
        ]


def _names(of: Joint) -> tuple[str, ...]:
    """Every label, in the order in which two tables list them."""
    base, candidate = (answered.labels for answered in of.answered)
    return tuple(dict.fromkeys((*base, *of.outside, *candidate)))


def _differences(
    of: Joint, both: _Both, labelled: _Both, costs: Costs | None
) -> Iterator[MetricChange]:
    """Every metric that is about no label, in order of registration, those of routing last."""
    shares = dict(of.shares)
    means = {moves.base.name: moves for moves in of.means}
    for metric in METRICS:
        match metric:
            case TicketMetric(share=True):
                code, groups = shares[metric.name].code, shares[metric.name].counted
                right = code // 2 == 1, code % 2 == 1
                found = _of_share(right, groups, width=metric.high - metric.low)
            case TicketMetric():
                found = mean_change(means[metric.name], width=metric.high - metric.low)
            case CellMetric():
                found = _of_cells(metric, labelled)
            case TableMetric():
                found = _of_table(metric, of, both)
            case _:
                continue
        yield told(metric, found, "", same=both.same)
    routed = both.routed_tickets(costs or Costs(), all_labels=of.all_labels)
    for routing in routing_metrics(priced=costs is not None, all_labels=of.all_labels):
        yield told(routing, _of_routing(routing, routed, both, costs), "", same=both.same)


def _label_differences(labelled: _Both) -> Iterator[MetricChange]:
    """Every label metric of every label, adjusted over the labels of a metric."""
    marks = [labelled.label_tickets(at) for at in range(len(labelled.names))]
    for metric in registered(LabelMetric):
        found = [
            told(metric, _of_label(metric, of, labelled), label, same=labelled.same)
            for label, of in zip(labelled.names, marks, strict=True)
        ]
        yield from holm_adjusted(found)


def _of_share(right: tuple[BoolArray, BoolArray], groups: Counted, width: float) -> Found:
    first, second = (side.astype(np.float64) for side in right)
    return of_values(first, second, groups, width=width)


def _of_cells(metric: CellMetric, labelled: _Both) -> Found:
    r = len(labelled.names)
    first, second = (labelled.gold * r + top for top in labelled.top)
    return of_cells(metric, first, second, labelled.groups, r=r)


def _of_label(
    metric: LabelMetric, marks: tuple[LabelTickets, LabelTickets], labelled: _Both
) -> Found:
    first, second = (metric.part(of) for of in marks)
    return of_parts(metric, first, second, labelled.groups)


def _of_routing(
    metric: RoutingMetric, sides: list[RoutedTickets], both: _Both, costs: Costs | None
) -> Found:
    first, second = (metric.part(side) for side in sides)
    return of_outcomes(metric, first, second, both.groups, costs=costs or Costs())


def _of_table(metric: TableMetric, of: Joint, both: _Both) -> Found:
    groups = both.groups
    if metric.of_counts is None or groups.n == 0:
        return _without_interval(math.nan, math.nan, groups, same=both.same)
    every = (cells_by_score(scores) for scores in of.scores)
    base, candidate = (metric.of_counts(cells, cells).value for cells in every)
    return _without_interval(base, candidate, groups, same=both.same)


def _without_interval(base: float, candidate: float, groups: Counted, *, same: bool) -> Found:
    """`same` where every ticket has one answer on both sides: then nothing has moved."""
    if same and base == candidate:
        still = np.zeros(len(groups.times))
        return base, candidate, of_values(still, still, groups, width=1.0)[2]
    return base, candidate, undefined(candidate - base, groups.n, NO_INTERVAL)


def _contingency(right: tuple[BoolArray, BoolArray], times: IntArray) -> Contingency:
    a, b = right
    kinds = (a & b, a & ~b, ~a & b, ~a & ~b)
    return Contingency(*(int(times[kind].sum()) for kind in kinds))


def _marginal_shift(of: Joint, both: _Both) -> MarginalShift:
    """Over one ticket of each group, and those that stand alone."""
    names, candidate = both.names, of.answered[1].labels
    k, counts = max(1, len(candidate)), np.zeros((len(names), len(names)), dtype=np.int64)
    number = np.array([names.index(label) for label in candidate] or [0], dtype=np.int64)
    alone = both.groups.group == ALONE
    np.add.at(counts, (both.top[0][alone], both.top[1][alone]), both.groups.times[alone])
    np.add.at(counts, (of.drawn.code // k, number[of.drawn.code % k]), 1)
    return stuart_maxwell(counts)
