"""The sums of every metric that is a mean of one value per ticket.

A score printed as 0.000 is clipped at half of the last digit that any part prints, so what it adds
to the log loss is not known before all parts are. Tickets whose value hangs on that are few of a
kind, such as gold labels with a score of 0, so they are counted by kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.calibration.bins import FEWEST_DECIMALS, MOST_DECIMALS, printed_decimals
from ticketbench.measure.kinds import TicketMetric
from ticketbench.measure.parts.fixed_point import Sums, added, counted_sums, fixed, sums
from ticketbench.measure.parts.tally import Tally, tally


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """The values of n tickets in units of 2^-32, whatever the decimals of other parts are.

    decimals  with which the scores of these tickets are printed, two at least
    own       the values where nothing else is printed (n)
    rows      the m tickets whose value hangs on the decimals
    moving    their values if `decimals` are printed anywhere, if one more is, up to 15 (m x ...)
    """

    decimals: int
    own: IntArray
    rows: IntArray
    moving: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class MetricSums:
    """The sums of one metric, whatever the decimals of other parts are.

    decimals  with which the scores of these tickets are printed
    still     of tickets whose value is the same with any decimals
    values    of the others by kind, different rows in ascending order: in units of 2^-32, if
              `decimals` are printed anywhere, if one more is, up to 15
    kinds     how many tickets of which group have which row of `values`
    """

    name: str
    decimals: int
    still: Sums
    values: IntArray
    kinds: Tally

    @property
    def sums(self) -> Sums:
        """The sums over these tickets alone."""
        return self.at(self.decimals)

    def at(self, decimals: int) -> Sums:
        """The sums where so many decimals are printed in another part."""
        if not len(self.values):
            return self.still
        own = self.values[:, decimals - self.decimals]
        return added(self.still, counted_sums(own, self.kinds))


def metric_sums(metric: TicketMetric, table: ScoreTable, group: IntArray) -> MetricSums:
    """The sums of `metric` over its population in `table`; `group` has the key of each ticket.

    Evaluates the metric twice, and its tickets of few decimals up to 13 times more.
    """
    keep = population(metric, table)
    return sums_of(metric, valued(metric, table.scores[keep], table.truth[keep]), group[keep])


def population(metric: TicketMetric, table: ScoreTable) -> BoolArray:
    """Which tickets the metric is about."""
    return table.truth != NONE if metric.over == "labelled" else np.full(table.n_scored, True)


def valued(metric: TicketMetric, scores: FloatArray, truth: IntArray) -> Valued:
    """The value of each ticket of a population."""
    if not len(scores):
        nothing = np.zeros(0, dtype=np.int64)
        width = MOST_DECIMALS + 1 - FEWEST_DECIMALS
        return Valued(FEWEST_DECIMALS, nothing, nothing, nothing.reshape(0, width))
    decimals = max(FEWEST_DECIMALS, printed_decimals(scores))
    values = metric.values(scores, truth)
    rows = np.flatnonzero(values != _values_at(metric, scores, truth, MOST_DECIMALS))
    every = range(decimals, MOST_DECIMALS + 1)
    moving = [fixed(_values_at(metric, scores[rows], truth[rows], at)) for at in every]
    return Valued(decimals, fixed(values), rows, np.stack(moving, axis=1))


def sums_of(metric: TicketMetric, of: Valued, group: IntArray) -> MetricSums:
    """The sums of these values of tickets whose groups have these keys."""
    still = np.ones(len(of.own), dtype=np.bool_)
    still[of.rows] = False
    kinds = Tally(group[of.rows], np.arange(len(of.rows)), np.ones(len(of.rows), dtype=np.int64))
    return _by_kind(
        MetricSums(metric.name, of.decimals, sums(of.own[still], group[still]), of.moving, kinds)
    )


def both(one: MetricSums, other: MetricSums) -> MetricSums:
    """The sums over the tickets of both."""
    decimals = max(one.decimals, other.decimals)
    left, right = (each.values[:, decimals - each.decimals :] for each in (one, other))
    kinds = Tally(
        np.concatenate([one.kinds.group, other.kinds.group]),
        np.concatenate([one.kinds.code, other.kinds.code + len(left)]),
        np.concatenate([one.kinds.times, other.kinds.times]),
    )
    still = added(one.still, other.still)
    return _by_kind(MetricSums(one.name, decimals, still, np.concatenate([left, right]), kinds))


def _by_kind(of: MetricSums) -> MetricSums:
    """The same with each kind once, and kinds that no decimals move among those that are still."""
    if not len(of.values):
        return of
    values, number = _different(of.values)
    still = (values == values[:, :1]).all(axis=1)
    code, group, times = number[of.kinds.code], of.kinds.group, of.kinds.times
    rest = still[code]
    more = counted_sums(values[:, 0], Tally(group[rest], code[rest], times[rest]))
    renumbered = np.cumsum(~still) - 1
    kinds = tally(group[~rest], renumbered[code[~rest]], times[~rest])
    return MetricSums(of.name, of.decimals, added(of.still, more), values[~still], kinds)


def _different(rows: IntArray) -> tuple[IntArray, IntArray]:
    """The different rows, ascending, and which of them each one is."""
    _, first, number = np.unique(rows[:, 0], return_index=True, return_inverse=True)
    if np.array_equal(rows[first][number], rows):  # a quick look at many tickets of few kinds
        return rows[first], number
    different, number = np.unique(rows, axis=0, return_inverse=True)
    return different, number.ravel()


def _values_at(
    metric: TicketMetric, scores: FloatArray, truth: IntArray, decimals: int
) -> FloatArray:
    """The values as they are in a table that is printed with so many decimals."""
    first = np.zeros((1, scores.shape[1]))
    first[0, 0] = 10.0**-decimals
    values = metric.values(np.concatenate([first, scores]), np.concatenate([[0], truth]))
    return np.asarray(values[1:])
