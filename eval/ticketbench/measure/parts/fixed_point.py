"""Sums of numbers that come out the same in any order: rounded once per ticket, then whole."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.parts.keys import ALONE
from ticketbench.measure.statistics.intervals import NO_VALUES, ClusteredMean

BITS = 32
"""A value is rounded to 2^-32, so a mean is off by 2^-33 at most."""

_UNIT = 2.0**-BITS
_MOST = 2.0**24
_HALF = 20
_PLAIN = 1 << 43
_CHUNK = 1 << 14
_FULL = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over n tickets in units of 2^-32, squares in units of 2^-64: no digit is lost.

    square, square_alone  over all tickets, and over those without a group
    undefined             tickets that have no finite value, which are in no sum
    group, size, of_group  ascending keys of the groups with tickets, their tickets, their sums
    """

    n: int
    total: int
    square: int
    square_alone: int
    undefined: int
    group: IntArray
    size: IntArray
    of_group: IntArray

    @property
    def mean(self) -> ClusteredMean:
        """The mean with both standard errors, as `clustered_mean` has it of the same values.

        NaN without tickets, or where one of them has no finite value.
        """
        if self.n == 0 or self.undefined:
            return NO_VALUES
        mean = self.total / self.n * _UNIT
        n_alone = self.n - int(self.size.sum())
        g = n_alone + len(self.size)
        apart = self.of_group * _UNIT - mean * self.size
        cr0 = math.sqrt(self._spread_alone(n_alone) + float(apart @ apart)) / self.n
        return ClusteredMean(
            mean=mean,
            n=self.n,
            n_groups=g,
            se_independent=math.sqrt(self.n * self.square - self.total**2) / self.n**1.5 * _UNIT,
            se_clustered=cr0 * math.sqrt(g / (g - 1)) if g > 1 else math.nan,
            effective_groups=self._worth(n_alone),
        )

    def _spread_alone(self, n_alone: int) -> float:
        """Σ (v - mean)² over the tickets without a group, from whole numbers to the last step."""
        total, n, own = self.total, self.n, self.total - sum(self.of_group.tolist())
        whole = n * n * self.square_alone - 2 * n * total * own + n_alone * total**2
        return float(whole / (n * n * 4**BITS))

    def _worth(self, n_alone: int) -> float:
        sizes = self.size.astype(np.float64)
        return self.n**2 / (n_alone + float(sizes @ sizes)) if len(sizes) else float(self.n)


NOTHING = Sums(0, 0, 0, 0, 0, *(np.zeros(0, dtype=np.int64) for _ in range(3)))


def sums(values: FloatArray, group: IntArray) -> Sums:
    """The sums of the values of tickets whose groups have these keys.

    Raises InputError for values of 2^24 or more, whose sums 64 bits may not hold.
    """
    known = np.isfinite(values)
    values, group = values[known], group[known]
    if len(values) and np.abs(values).max() >= _MOST:
        what = f"a value of {np.abs(values).max():g} is too large to be added up in parts"
        raise InputError(what, help=f"give values below {_MOST:g}, as in a larger unit")
    fixed = np.rint(np.ldexp(values, BITS)).astype(np.int64)
    alone = group == ALONE
    square_alone = _sum_of_squares(fixed[alone])
    key, of_group, size = _by_group(fixed[~alone], group[~alone])
    return Sums(
        n=len(values),
        total=_sum(fixed),
        square=square_alone + _sum_of_squares(fixed[~alone]),
        square_alone=square_alone,
        undefined=int(np.count_nonzero(~known)),
        group=key,
        size=size,
        of_group=of_group,
    )


def added(one: Sums, other: Sums) -> Sums:
    """The sums of both."""
    group = np.concatenate([one.group, other.group])
    key, first, inverse = _numbered(group)
    size, of_group = (
        _added(np.concatenate(pair)[inverse], first)
        for pair in ((one.size, other.size), (one.of_group, other.of_group))
    )
    return Sums(
        n=one.n + other.n,
        total=one.total + other.total,
        square=one.square + other.square,
        square_alone=one.square_alone + other.square_alone,
        undefined=one.undefined + other.undefined,
        group=key,
        size=size,
        of_group=of_group,
    )


def same(one: Sums, other: Sums) -> bool:
    """Whether every sum is the same."""
    whole = ("n", "total", "square", "square_alone", "undefined")
    return all(getattr(one, name) == getattr(other, name) for name in whole) and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("group", "size", "of_group")
    )


def _by_group(fixed: IntArray, group: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    key, first, order = _numbered(group)
    return key, _added(fixed[order], first), _added(np.ones(len(order), dtype=np.int64), first)


def _numbered(group: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The different keys, where each begins in ascending order, and that order."""
    order = np.argsort(group, kind="stable")
    ascending = group[order]
    first = np.flatnonzero(np.diff(ascending, prepend=ALONE))
    return ascending[first], first, order


def _added(values: IntArray, first: IntArray) -> IntArray:
    """The sums of runs that begin at `first`; InputError where 64 bits cannot hold one."""
    if not len(first):
        return np.zeros(0, dtype=np.int64)
    rough = np.add.reduceat(np.abs(values.astype(np.float64)), first)
    if rough.max() >= _FULL:
        raise InputError(
            "a group is too large to be added up in parts",
            help="split it, or let its tickets stand alone",
        )
    return np.asarray(np.add.reduceat(values, first))


def _sum(fixed: IntArray) -> int:
    high, low = fixed >> _HALF, fixed & ((1 << _HALF) - 1)
    return (int(high.sum()) << _HALF) + int(low.sum())


def _sum_of_squares(fixed: IntArray) -> int:
    if len(fixed) and int(np.abs(fixed).max()) >= _PLAIN:
        return sum(one * one for one in fixed.tolist())
    total = 0
    for start in range(0, len(fixed), _CHUNK):
        part = fixed[start : start + _CHUNK]
        high, low = part >> _HALF, part & ((1 << _HALF) - 1)
        total += (int(high @ high) << 2 * _HALF) + (int(high @ low) << _HALF + 1) + int(low @ low)
    return total
