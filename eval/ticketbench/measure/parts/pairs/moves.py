"""How the mean of a value per ticket changed: from sums of what single tickets moved by.

The change of a group is that of its sums, which either side has. Of tickets that stand alone the
squares and cubes of what each moves by are added up, for any decimals that either side may be
printed with elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, IntArray, ScoreTable
from ticketbench.measure.calibration.bins import MOST_DECIMALS
from ticketbench.measure.kinds import TicketMetric
from ticketbench.measure.pairs.change import (
    NO_TICKETS,
    ONE_SIDED,
    PAIRED,
    Change,
    too_few_groups,
    undefined,
)
from ticketbench.measure.parts.fixed_point import (
    BITS,
    UNDEFINED,
    Sums,
    spread,
    sum_of_cubes,
    sum_of_squares,
)
from ticketbench.measure.parts.keys import ALONE
from ticketbench.measure.parts.metric_sums import (
    MetricSums,
    Valued,
    both,
    population,
    sums_of,
    valued,
)

_UNIT = 2.0**-BITS


@dataclass(frozen=True, slots=True)
class Moved:
    """What tickets that stand alone move by: n of them by more than the two roundings of 2^-33, the
    squares of all in 2^-64, and the cubes without their signs in 2^-96.
    """

    n: int = 0
    square: int = 0
    cube: int = 0

    def __add__(self, other: Moved) -> Moved:
        """Of both together."""
        return Moved(self.n + other.n, self.square + other.square, self.cube + other.cube)


Grid = tuple[tuple[Moved, ...], ...]
"""By the decimals of the base, and of the candidate; a single entry where all are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """The sums of a metric on either side, and what its tickets that stand alone move by.

    alone  if the decimals of base and candidate are printed anywhere, if more are, up to 15
    """

    base: MetricSums
    candidate: MetricSums
    alone: Grid

    def at(self, base: int, candidate: int) -> Moved:
        """What they move by where so many decimals are printed in another part."""
        last = len(self.alone) - 1, len(self.alone[0]) - 1
        row = self.alone[min(base - self.base.decimals, last[0])]
        return row[min(candidate - self.candidate.decimals, last[1])]


def moves(metric: TicketMetric, a: ScoreTable, b: ScoreTable, group: IntArray) -> Moves:
    """How the tickets of `a` and `b`, which are the same, move; `group` has the key of each."""
    keep = population(metric, a)
    base, candidate = (valued(metric, each.scores[keep], each.truth[keep]) for each in (a, b))
    group = group[keep]
    alone = _grid(list(_moved_by_decimals(base, candidate, group == ALONE)))
    return Moves(sums_of(metric, base, group), sums_of(metric, candidate, group), alone)


def moves_of_both(one: Moves, other: Moves) -> Moves:
    """Of the tickets of both."""
    base, candidate = both(one.base, other.base), both(one.candidate, other.candidate)
    if len(one.alone) == len(other.alone) == len(one.alone[0]) == len(other.alone[0]) == 1:
        return Moves(base, candidate, ((one.alone[0][0] + other.alone[0][0],),))
    columns = range(candidate.decimals, MOST_DECIMALS + 1)
    alone = [
        [one.at(row, column) + other.at(row, column) for column in columns]
        for row in range(base.decimals, MOST_DECIMALS + 1)
    ]
    return Moves(base, candidate, _grid(alone))


def mean_change(of: Moves, *, width: float) -> tuple[float, float, Change]:
    """The means of base and candidate and their change, as `of_values` has it of single tickets.

    `width` is the most that a ticket can move by, without a limit 1. Either mean is off by 2^-33 at
    most, and what moves by no more than the rounding counts as unchanged.
    """
    base, candidate = of.base.sums, of.candidate.sums
    n = base.n + base.undefined
    if n == 0 or base.undefined or candidate.undefined:
        why = undefined(math.nan, n, ONE_SIDED if n else NO_TICKETS)
        return base.mean.mean, candidate.mean.mean, why
    means = base.total / n * _UNIT, candidate.total / n * _UNIT
    step = width if math.isfinite(width) else 1.0
    return *means, _change(base, candidate, of.alone[0][0], step)


def _change(base: Sums, candidate: Sums, alone: Moved, step: float) -> Change:
    n, of_group, sizes = base.n, candidate.of_group - base.of_group, base.size.astype(np.float64)
    n_alone, total = n - int(base.size.sum()), candidate.total - base.total
    g, squares = n_alone + len(sizes), n_alone + float(sizes @ sizes)
    changed = np.abs(of_group) > base.size
    n_changed = alone.n + int(np.count_nonzero(changed))
    value = total / n * _UNIT if n_changed else 0.0
    df = n**2 / squares - 1
    why = too_few_groups(g, df)
    if why:
        return undefined(value, n, why)
    apart = of_group * _UNIT - total / n * _UNIT * sizes
    own = total - sum(of_group.tolist())
    varied = spread(n, total, n_alone, own, alone.square) + float(apart @ apart)
    return Change(
        value=value,
        n=n,
        n_groups=g,
        n_changed=n_changed,
        variance=varied * g / (g - 1) / n**2,
        imagined=_imagined(of_group[changed], alone, step * squares / n) / n,
        df=df,
        chance=(0.0, 0.0),
        method=PAIRED,
    )


def _imagined(of_group: IntArray, alone: Moved, otherwise: float) -> float:
    """The size-weighted mean size of a change of a group."""
    if not len(of_group) and not alone.n:
        return otherwise
    sizes = np.abs(of_group) * _UNIT
    cubes = float((sizes**3).sum()) + math.ldexp(alone.cube, -3 * BITS)
    return cubes / (float(sizes @ sizes) + math.ldexp(alone.square, -2 * BITS))


def _moved_by_decimals(base: Valued, candidate: Valued, alone: BoolArray) -> Iterator[list[Moved]]:
    """By decimals of the base, those of the candidate."""
    hangs = [_marks(side) for side in (base, candidate)]
    still, first, second, either = (
        np.flatnonzero(alone & (hangs[0] == on_base) & (hangs[1] == on_candidate))
        for on_base, on_candidate in ((False, False), (True, False), (False, True), (True, True))
    )
    rest = _moved(base.own[still], candidate.own[still])
    after = [_moved(base.own[second], values) for values in _by_decimals(candidate, second)]
    columns = _by_decimals(candidate, either)
    for before, row in zip(_by_decimals(base, first), _by_decimals(base, either), strict=True):
        own = rest + _moved(before, candidate.own[first])
        yield [
            own + more + _moved(row, column) for more, column in zip(after, columns, strict=True)
        ]


def _marks(of: Valued) -> BoolArray:
    marks = np.zeros(len(of.own), dtype=np.bool_)
    marks[of.rows] = True
    return marks


def _by_decimals(of: Valued, rows: IntArray) -> list[IntArray]:
    """The values of tickets among `of.rows`, for each number of decimals."""
    return list(of.moving[np.searchsorted(of.rows, rows)].T)


def _moved(before: IntArray, after: IntArray) -> Moved:
    known = (before != UNDEFINED) & (after != UNDEFINED)
    by = after[known] - before[known]
    return Moved(int(np.count_nonzero(np.abs(by) > 1)), sum_of_squares(by), sum_of_cubes(by))


def _grid(found: list[list[Moved]]) -> Grid:
    alike = all(each == found[0][0] for row in found for each in row)
    return ((found[0][0],),) if alike else tuple(map(tuple, found))
