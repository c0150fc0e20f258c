"""The sums of every metric that is a mean of one value per ticket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import NONE, FloatArray, IntArray, ScoreTable
from ticketbench.measure.calibration.bins import FEWEST_DECIMALS, MOST_DECIMALS, printed_decimals
from ticketbench.measure.kinds import TicketMetric
from ticketbench.measure.parts.fixed_point import NOTHING, Sums, added, same, sums


@dataclass(frozen=True, slots=True, eq=False)
class MetricSums:
    """The sums of one metric, whatever the decimals of other parts are.

    A score printed as 0.000 is clipped at half of the last digit that any part prints, so what it
    adds to the log loss is not known before all parts are.

    decimals  with which the scores of these tickets are printed
    by_decimals  the sums if `decimals` are printed anywhere, if one more is, up to 15; a single
                 entry where they are all the same
    """

    name: str
    decimals: int
    by_decimals: tuple[Sums, ...]

    @property
    def sums(self) -> Sums:
        """The sums over these tickets alone."""
        return self.by_decimals[0]

    def at(self, decimals: int) -> Sums:
        """The sums where so many decimals are printed in another part."""
        return self.by_decimals[min(decimals - self.decimals, len(self.by_decimals) - 1)]


def metric_sums(metric: TicketMetric, table: ScoreTable, group: IntArray) -> MetricSums:
    """The sums of `metric` over its population in `table`; `group` has the key of each ticket.

    Evaluates the metric twice, and its tickets of few decimals up to 13 times more.
    """
    keep = table.truth != NONE if metric.over == "labelled" else np.full(table.n_scored, True)
    scores, truth, group = table.scores[keep], table.truth[keep], group[keep]
    if not len(scores):
        return MetricSums(metric.name, FEWEST_DECIMALS, (NOTHING,))
    decimals = max(FEWEST_DECIMALS, printed_decimals(scores))
    values = metric.values(scores, truth)
    finest = _values_at(metric, scores, truth, MOST_DECIMALS)
    moved = values != finest
    still = sums(values[~moved], group[~moved])

    def of(decimals: int) -> Sums:
        found = _values_at(metric, scores[moved], truth[moved], decimals)
        return added(still, sums(found, group[moved]))

    return _told(metric.name, decimals, of if moved.any() else lambda _: still)


def both(one: MetricSums, other: MetricSums) -> MetricSums:
    """The sums over the tickets of both."""
    decimals = max(one.decimals, other.decimals)
    if len(one.by_decimals) == len(other.by_decimals) == 1:
        return MetricSums(one.name, decimals, (added(one.sums, other.sums),))
    return _told(one.name, decimals, lambda at: added(one.at(at), other.at(at)))


def _told(name: str, decimals: int, of: Callable[[int], Sums]) -> MetricSums:
    every = [of(at) for at in range(decimals, MOST_DECIMALS + 1)]
    alike = all(same(every[0], each) for each in every)
    return MetricSums(name, decimals, tuple(every[:1] if alike else every))


def _values_at(
    metric: TicketMetric, scores: FloatArray, truth: IntArray, decimals: int
) -> FloatArray:
    """The values as they are in a table that is printed with so many decimals."""
    first = np.zeros((1, scores.shape[1]))
    first[0, 0] = 10.0**-decimals
    values = metric.values(np.concatenate([first, scores]), np.concatenate([[0], truth]))
    return np.asarray(values[1:])
