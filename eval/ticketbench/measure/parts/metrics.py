"""Every metric from counted tickets: one ticket of each cell is asked, and weighs as many as it is.

So a metric that is registered anywhere has its value of parts as well, but for those of a whole
table, which have to say how they are counted.
"""

from __future__ import annotations

import numpy as np

from ticketbench.core.policy import ESCALATE, ROUTE
from ticketbench.core.types import NONE, Estimate, IntArray
from ticketbench.measure.calibration.corp import ScoreCells
from ticketbench.measure.counts.confusion import (
    ESCALATE_COLUMN,
    REVIEW_COLUMN,
    ConfusionMatrix,
    matrix,
)
from ticketbench.measure.estimates import MetricResult, cell_estimates, part_estimate
from ticketbench.measure.kinds import (
    CellMetric,
    LabelMetric,
    Metric,
    TableMetric,
    TicketMetric,
    registered,
)
from ticketbench.measure.label_results import LabelResult
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.parts.fixed_point import Sums
from ticketbench.measure.parts.metric_sums import MetricSums
from ticketbench.measure.parts.rows import Cells
from ticketbench.measure.statistics import intervals

NOT_TOLD = "not told of a dataset in parts"
NOT_FINITE = "undefined for some tickets"


def metric_results(
    sums: tuple[MetricSums, ...], cells: Cells, scores: tuple[ScoreCells, ScoreCells], *, seed: int
) -> tuple[MetricResult, ...]:
    """Every metric of tickets, cells and tables, in order of registration.

    `scores` are those of all tickets and of one a group. Means are off by 2^-33 at most.
    """
    known = {each.name: each.sums for each in sums}
    of_cells = _of_cells(cells, seed=seed)
    found = []
    for metric in METRICS:
        match metric:
            case TicketMetric():
                found.append(MetricResult.of(metric, _of_tickets(metric, known[metric.name])))
            case CellMetric():
                found.append(MetricResult.of(metric, of_cells[metric.name]))
            case TableMetric():
                found.append(MetricResult.of(metric, _of_table(metric, scores)))
    return tuple(found)


def told(metric: Metric) -> bool:
    """Whether parts tell the value of a metric."""
    return not isinstance(metric, TableMetric) or metric.of_counts is not None


def not_told() -> tuple[str, ...]:
    """The titles of metrics that parts do not tell."""
    return tuple(metric.title for metric in METRICS if not told(metric))


def label_results(cells: Cells) -> tuple[LabelResult, ...]:
    """Every gold label, as `label_results` has it of single tickets."""
    labelled = cells.rows(cells.gold != NONE)
    return tuple(_of_label(label, at, labelled) for at, label in enumerate(cells.gold_labels))


def top_label_confusion(cells: Cells, labels: tuple[str, ...]) -> ConfusionMatrix:
    """Gold label by top label."""
    return _matrix(cells, cells.top, labels)


def routed_confusion(cells: Cells, labels: tuple[str, ...]) -> ConfusionMatrix:
    """Gold label by outcome."""
    k, outcome = len(labels), cells.outcomes.outcome
    column = np.where(outcome == ROUTE, cells.top, np.where(outcome == ESCALATE, k + 1, k))
    return _matrix(cells, column, (*labels, REVIEW_COLUMN, ESCALATE_COLUMN))


def _matrix(cells: Cells, column: IntArray, columns: tuple[str, ...]) -> ConfusionMatrix:
    r, width = len(cells.gold_labels), len(columns)
    row = np.where(cells.gold == NONE, r, cells.gold)
    counts = np.zeros((r + 1, width), dtype=np.int64)
    np.add.at(counts, (row, column), cells.groups.times)
    return matrix(cells.gold_labels, counts[:-1], counts[-1], columns)


def _of_label(label: str, at: int, labelled: Cells) -> LabelResult:
    tickets = labelled.label_tickets(at)
    found = (
        MetricResult.of(metric, part_estimate(metric, metric.part(tickets), labelled.groups))
        for metric in registered(LabelMetric)
    )
    n = labelled.outcomes.n
    return LabelResult(label, n(tickets.gold), n(tickets.top), tuple(found))


def _of_tickets(metric: TicketMetric, sums: Sums) -> Estimate:
    if sums.undefined:
        return Estimate.undefined(sums.n + sums.undefined, NOT_FINITE)
    of = intervals.estimated_share if metric.share else intervals.estimated
    return intervals.clipped(of(sums.mean), metric.low, metric.high)


def _of_cells(cells: Cells, *, seed: int) -> dict[str, Estimate]:
    metrics = registered(CellMetric)
    rows, r = np.flatnonzero(cells.gold != NONE), len(cells.gold_labels)
    if not len(rows):
        return {metric.name: Estimate.undefined(0, "no tickets") for metric in metrics}
    cell = cells.gold[rows] * r + cells.top[rows]
    found = cell_estimates(metrics, cell, cells.groups[rows], r=r, seed=seed)
    return dict(zip((metric.name for metric in metrics), found, strict=True))


def _of_table(metric: TableMetric, scores: tuple[ScoreCells, ScoreCells]) -> Estimate:
    n = int(scores[0].n.sum())
    if n == 0:
        return Estimate.undefined(0, "no tickets")
    if metric.of_counts is None:
        return Estimate.undefined(n, NOT_TOLD)
    return metric.of_counts(*scores)
