"""From a metric to an estimate: the value with the interval that fits its kind."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import Estimate, FloatArray, IntArray, ScoreTable
from ticketbench.measure.counts import confusion
from ticketbench.measure.metrics import Metric
from ticketbench.measure.statistics import intervals, resampling
from ticketbench.measure.statistics.groups import effective_groups
from ticketbench.measure.statistics.intervals import Interval


def estimate(metric: Metric, table: ScoreTable, *, seed: int) -> Estimate:
    """The metric over its population in `table`, with a 95 % interval within its range.

    Shares of tickets get Wilson, other per-ticket means a cluster-robust t, functions of the
    confusion cells a BCa bootstrap, and functions of the whole table none. No tickets: NaN.
    """
    tickets = table.labelled() if metric.over == "labelled" else table
    if tickets.n_scored == 0:
        return Estimate.undefined(0, "no tickets")
    if metric.kind == "ticket":
        values = metric.function(tickets.scores, tickets.truth)
        of = intervals.share if metric.share else intervals.mean
        return intervals.clipped(of(values, tickets.groups), metric.low, metric.high)
    if metric.kind == "cell":
        return _of_cells(metric, tickets, seed=seed)
    value = metric.function(tickets.scores, tickets.truth)
    nan = float("nan")
    return Estimate(value, nan, nan, tickets.n_scored, "no interval")


def on_used_cells(metric: Metric, r: int, used: IntArray) -> resampling.Statistic:
    """The cell metric as a function of counts over the `used` ones of the R·R cells."""

    def statistic(counts: FloatArray) -> FloatArray:
        full = np.zeros((*counts.shape[:-1], r * r))
        full[..., used] = counts
        return np.asarray(metric.function(full.reshape(*counts.shape[:-1], r, r)))

    return statistic


def too_few_to_draw(groups: IntArray) -> bool:
    """Whether resampling groups would draw from fewer than ten effective ones."""
    grouped = len(np.unique(groups)) < len(groups)
    return grouped and effective_groups(groups) < resampling.FEWEST_GROUPS


def _of_cells(metric: Metric, tickets: ScoreTable, *, seed: int) -> Estimate:
    drawn = resampling.units(confusion.cell_of_ticket(tickets), tickets.groups)
    statistic = on_used_cells(metric, len(tickets.gold_labels), drawn.used)
    ends: Interval = resampling.bca(drawn, statistic, seed=seed)
    value = float(statistic(drawn.observed))
    if too_few_to_draw(tickets.groups):
        return Estimate(value, math.nan, math.nan, tickets.n_scored, resampling.FEW_GROUPS)
    method = "BCa bootstrap, 2,000 resamples"
    if math.isnan(ends.low):
        alone = drawn.times.sum() < 2
        method = intervals.ONE_UNIT if alone else "no interval: every resample is the same"
    return Estimate(value, ends.low, ends.high, tickets.n_scored, method)
