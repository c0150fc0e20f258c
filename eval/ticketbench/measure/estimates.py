"""From a metric to an estimate: the value with the interval that fits its kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.types import Estimate, FloatArray, IntArray, ScoreTable
from ticketbench.measure.counts import confusion
from ticketbench.measure.kinds import (
    CellMetric,
    LabelMetric,
    Metric,
    OfCells,
    Part,
    RoutingMetric,
    TableMetric,
    TicketMetric,
)
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.statistics import intervals, resampling
from ticketbench.measure.statistics.groups import Groups, effective_groups, n_tickets

_Whole = TicketMetric | CellMetric | TableMetric
_BCA = "BCa bootstrap, 2,000 resamples"


@dataclass(frozen=True, slots=True)
class MetricResult:
    """A registered metric with its estimate."""

    name: str
    title: str
    higher_is_better: bool
    share: bool
    estimate: Estimate

    @classmethod
    def of(cls, metric: Metric, estimate: Estimate) -> MetricResult:
        """`metric` with its `estimate`."""
        return cls(
            name=metric.name,
            title=metric.title,
            higher_is_better=metric.higher_is_better,
            share=metric.share,
            estimate=estimate,
        )


def estimate_of(results: Sequence[MetricResult], name: str) -> Estimate:
    """The estimate of the metric called `name`; InputError with the nearest name if none is."""
    for result in results:
        if result.name == name:
            return result.estimate
    help_ = suggestion(name, [result.name for result in results])
    raise InputError(f"no metric is called {quoted(name)}", help=help_)


def metric_results(table: ScoreTable, *, seed: int) -> tuple[MetricResult, ...]:
    """Every metric of tickets, cells and tables over `table`, in order of registration."""
    shown = [metric for metric in METRICS if isinstance(metric, _Whole)]
    found: dict[str, Estimate] = {}
    for over in dict.fromkeys(metric.over for metric in shown):
        own = [metric for metric in shown if metric.over == over]
        found |= zip((m.name for m in own), _estimates(own, table, seed=seed), strict=True)
    return tuple(MetricResult.of(metric, found[metric.name]) for metric in shown)


def estimate(metric: _Whole, table: ScoreTable, *, seed: int) -> Estimate:
    """The metric over its population in `table`, with a 95 % interval within its range.

    Shares of tickets get Wilson, other per-ticket means a cluster-robust t, functions of the
    confusion cells a BCa bootstrap, and functions of the whole table their own or none. No tickets:
    NaN. So is a metric that needs more than is known of each answer.
    """
    return _estimates([metric], table, seed=seed)[0]


def _estimates(metrics: Sequence[_Whole], table: ScoreTable, *, seed: int) -> list[Estimate]:
    """Of metrics over one population: those of cells share their resamples."""
    tickets = table.labelled() if metrics[0].over == "labelled" else table
    if tickets.n_scored == 0:
        return [Estimate.undefined(0, "no tickets") for _ in metrics]
    cells = [m for m in metrics if isinstance(m, CellMetric) and not m.missing(table.known)]
    of_cells = iter(_of_cells(cells, tickets, seed=seed))
    return [
        Estimate.undefined(tickets.n_scored, metric.missing(table.known))
        if metric.missing(table.known)
        else next(of_cells)
        if isinstance(metric, CellMetric)
        else _of_tickets(metric, tickets, seed=seed)
        for metric in metrics
    ]


def _of_tickets(metric: TicketMetric | TableMetric, tickets: ScoreTable, *, seed: int) -> Estimate:
    match metric:
        case TicketMetric():
            values = metric.values(tickets.scores, tickets.truth)
            of = intervals.share if metric.share else intervals.mean
            return intervals.clipped(of(values, tickets.groups), metric.low, metric.high)
        case TableMetric(interval=interval) if interval is not None:
            return interval(tickets.top_score, tickets.right, tickets.groups, seed)
        case TableMetric():
            value = metric.function(tickets.scores, tickets.truth)
            return Estimate(value, math.nan, math.nan, tickets.n_scored, "no interval")


def part_estimate(metric: LabelMetric | RoutingMetric, part: Part, groups: Groups) -> Estimate:
    """The mean over the tickets of `part` that count, with a 95 % interval.

    Shares get Wilson, other means a cluster-robust t. The Dice form 2J/(1+J) is monotone in the
    share J, so the Wilson ends of J carry over. No ticket counts: NaN.
    """
    if not metric.share:
        return intervals.clipped(intervals.mean(part.values, groups), metric.low, metric.high)
    share = intervals.share(part.values, groups, among=part.among)
    if isinstance(metric, LabelMetric) and metric.form == "dice":
        return _dice(share)
    return share


def known_part_estimate(
    metric: LabelMetric | RoutingMetric, part: Callable[[], Part], table: ScoreTable
) -> Estimate:
    """`part_estimate` over all tickets of `table`; NaN where the metric needs more than is known.

    `part` is asked for only where it is known.
    """
    why = metric.missing(table.known)
    return Estimate.undefined(0, why) if why else part_estimate(metric, part(), table.groups)


def on_used_cells(function: OfCells, r: int, used: IntArray) -> resampling.Statistic:
    """A function of R x R cells as a function of counts over the `used` ones of the R·R cells."""

    def statistic(counts: FloatArray) -> FloatArray:
        full = np.zeros((*counts.shape[:-1], r * r))
        full[..., used] = counts
        return np.asarray(function(full.reshape(*counts.shape[:-1], r, r)))

    return statistic


def too_few_to_draw(groups: Groups) -> bool:
    """Whether resampling groups would draw from fewer than ten effective ones."""
    return effective_groups(groups) < min(n_tickets(groups), resampling.FEWEST_TO_DRAW)


def _dice(share: Estimate) -> Estimate:
    value, low, high = (2 * j / (1 + j) for j in (share.value, share.low, share.high))
    method = f"{share.method}, transformed" if share.n else share.method
    return Estimate(value, low, high, share.n, method)


def _of_cells(metrics: Sequence[CellMetric], tickets: ScoreTable, *, seed: int) -> list[Estimate]:
    cells, r = confusion.cell_of_ticket(tickets), len(tickets.gold_labels)
    return cell_estimates(metrics, cells, tickets.groups, r=r, seed=seed)


def cell_estimates(
    metrics: Sequence[CellMetric], cells: IntArray, groups: Groups, *, r: int, seed: int
) -> list[Estimate]:
    """Metrics of the tickets that fall into these of R x R cells, with BCa intervals from resamples
    that are drawn once for all of them.
    """
    drawn = resampling.units(cells, groups)
    statistics = [on_used_cells(metric.function, r, drawn.used) for metric in metrics]
    values = [float(statistic(drawn.observed)) for statistic in statistics]
    n = n_tickets(groups)
    if too_few_to_draw(groups):
        return [Estimate(value, math.nan, math.nan, n, resampling.FEW_GROUPS) for value in values]
    alone = drawn.times.sum() < 2
    none = intervals.ONE_UNIT if alone else "no interval: every resample is the same"
    every = resampling.bca_of_each(drawn, statistics, seed=seed)
    return [
        Estimate(value, ends.low, ends.high, n, none if math.isnan(ends.low) else _BCA)
        for value, ends in zip(values, every, strict=True)
    ]
