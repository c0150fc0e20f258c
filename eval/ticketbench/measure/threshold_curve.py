"""What a rubric set does at every threshold: who goes out alone, how often right, at what cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.policy import ROUTE, Costs, Policy
from ticketbench.core.types import FloatArray, IntArray, Value
from ticketbench.measure.statistics.groups import effective_groups, group_index
from ticketbench.measure.statistics.intervals import ClusteredMean, estimated
from ticketbench.measure.thresholds.saving import Saving, priced
from ticketbench.measure.thresholds.tickets import Tickets

GRID: tuple[float, ...] = tuple(round(i / 100, 2) for i in range(102))
"""0.00 to 1.01, at which nothing goes out alone."""


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoint(Value):
    """n tickets at one threshold, for all labels; `saving` on these very tickets."""

    threshold: float
    n: int
    routed: int
    right: int
    saving: Saving


def threshold_curve(tickets: Tickets, policy: Policy, costs: Costs) -> tuple[CurvePoint, ...]:
    """A point for each threshold of the grid, everything else as in `policy`.

    The thresholds of single labels play no part. No tickets: points with n 0. From the highest
    threshold down each ticket goes out once, so the sums that the intervals rest on are kept up.
    """
    open_ = replace(policy, threshold=0.0, label_thresholds=())
    routable = tickets.decided(open_).outcome == ROUTE
    saved = tickets.saving(open_, costs)
    at = np.where(routable, np.searchsorted(GRID, tickets.score, side="right") - 1, len(GRID))
    sums = _Sums(tickets.group_numbers)
    sums.add(np.flatnonzero(~routable), saved)
    points, routed, right = [], 0, 0
    for step, rows in _from_the_top(at):
        sums.add(rows, saved)
        routed, right = routed + len(rows), right + int(tickets.right[rows].sum())
        saving = sums.saving(costs, wrong=float(routed - right))
        points.append(CurvePoint(GRID[step], tickets.n, routed, right, saving))
    return tuple(reversed(points))


def _from_the_top(at: IntArray) -> Iterator[tuple[int, IntArray]]:
    """Each step of the grid with the rows that go out there; those beyond the grid never do."""
    order = np.argsort(at, kind="stable")
    ends = np.searchsorted(at[order], np.arange(len(GRID) + 1))
    for step in range(len(GRID) - 1, -1, -1):
        yield step, order[ends[step] : ends[step + 1]]


class _Sums:
    """What is saved over all tickets and by group; nothing as yet."""

    def __init__(self, groups: IntArray) -> None:
        self.group = group_index(groups) if len(groups) else groups
        self.n, self.worth = len(groups), effective_groups(groups)
        self.sizes = np.bincount(self.group).astype(np.float64)
        self.by_group = np.zeros(len(self.sizes))
        self.total = self.squares = self.mixed = 0.0
        self.moved = False

    def add(self, rows: IntArray, saved: FloatArray) -> None:
        """What is saved on these tickets, on which nothing was saved before."""
        met, inverse = np.unique(self.group[rows], return_inverse=True)
        more = np.bincount(inverse, weights=saved[rows], minlength=len(met))
        self.total += float(more.sum())
        self.squares += float((more * (2 * self.by_group[met] + more)).sum())
        self.mixed += float((more * self.sizes[met]).sum())
        self.by_group[met] += more
        self.moved = self.moved or bool(saved[rows].any())

    def saving(self, costs: Costs, *, wrong: float) -> Saving:
        """As `saving_on` would have it: Σ_g (S_g - m·n_g)² is written out in sums over groups."""
        mean = self.total / self.n if self.n else math.nan
        g, sizes = len(self.sizes), float(self.sizes @ self.sizes)
        spread = max(0.0, self.squares - 2 * mean * self.mixed + mean * mean * sizes)
        # What rounding leaves where all groups are alike is no spread.
        spread = spread if spread > 1e-12 * max(1.0, self.squares) else 0.0
        se = math.sqrt(spread * g / (g - 1)) / self.n if g > 1 else math.nan
        found = estimated(ClusteredMean(mean, self.n, g, math.nan, se, self.worth))
        return priced(found, costs, worth=self.worth, wrong=wrong, moved=self.moved, held_out=False)
