"""Sums of numbers that come out the same in any order: rounded once per ticket, then whole."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.parts.keys import ALONE
from ticketbench.measure.parts.tally import Tally
from ticketbench.measure.statistics.intervals import NO_VALUES, ClusteredMean

BITS = 32
"""A value is rounded to 2^-32, so a mean is off by 2^-33 at most."""

UNDEFINED = np.iinfo(np.int64).min
"""What stands for a value that is not finite."""

_UNIT = 2.0**-BITS
_MOST = 2.0**24
_HALF = 20
_LIMB = 15
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
        own = self.total - sum(self.of_group.tolist())
        alone = spread(self.n, self.total, n_alone, own, self.square_alone)
        cr0 = math.sqrt(alone + float(apart @ apart)) / self.n
        return ClusteredMean(
            mean=mean,
            n=self.n,
            n_groups=g,
            se_independent=math.sqrt(self.n * self.square - self.total**2) / self.n**1.5 * _UNIT,
            se_clustered=cr0 * math.sqrt(g / (g - 1)) if g > 1 else math.nan,
            effective_groups=self._worth(n_alone),
        )

    def _worth(self, n_alone: int) -> float:
        sizes = self.size.astype(np.float64)
        return self.n**2 / (n_alone + float(sizes @ sizes)) if len(sizes) else float(self.n)


def fixed(values: FloatArray) -> IntArray:
    """The values in units of 2^-32; UNDEFINED where one is not finite.

    Raises InputError for values of 2^24 or more, whose sums 64 bits may not hold.
    """
    known = np.isfinite(values)
    if known.any() and np.abs(values[known]).max() >= _MOST:
        largest = np.abs(values[known]).max()
        what = f"a value of {largest:g} is too large to be added up in parts"
        raise InputError(what, help=f"give values below {_MOST:g}, as in a larger unit")
    whole = np.rint(np.ldexp(np.where(known, values, 0.0), BITS)).astype(np.int64)
    return np.where(known, whole, UNDEFINED)


def sums(of: IntArray, group: IntArray) -> Sums:
    """The sums of tickets that have these values in units of 2^-32, and groups with these keys."""
    known = of != UNDEFINED
    of, group = of[known], group[known]
    alone = group == ALONE
    square_alone = sum_of_squares(of[alone])
    key, of_group, size = _by_group(of[~alone], group[~alone])
    return Sums(
        n=len(of),
        total=_sum(of),
        square=square_alone + sum_of_squares(of[~alone]),
        square_alone=square_alone,
        undefined=int(np.count_nonzero(~known)),
        group=key,
        size=size,
        of_group=of_group,
    )


def counted_sums(value: IntArray, of: Tally) -> Sums:
    """The sums of counted tickets whose codes have these values in units of 2^-32."""
    known = value[of.code] != UNDEFINED
    code, group, times = of.code[known], of.group[known], of.times[known]
    alone = group == ALONE
    n = np.bincount(code, weights=times, minlength=len(value))
    n_alone = np.bincount(code[alone], weights=times[alone], minlength=len(value))
    each = list(
        zip(value.tolist(), map(round, n.tolist()), map(round, n_alone.tolist()), strict=True)
    )
    key, first, order = _numbered(group[~alone])
    often = times[~alone][order]
    return Sums(
        n=sum(n for _, n, _ in each),
        total=sum(v * n for v, n, _ in each),
        square=sum(v * v * n for v, n, _ in each),
        square_alone=sum(v * v * n for v, _, n in each),
        undefined=int(of.times[~known].sum()),
        group=key,
        size=_added(often, first),
        of_group=_added(value[code[~alone][order]], first, often),
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


def spread(n: int, total: int, n_alone: int, total_alone: int, square_alone: int) -> float:
    """Σ (v - total/n)² over n_alone of n tickets, from whole numbers to the last step."""
    whole = n * n * square_alone - 2 * n * total * total_alone + n_alone * total**2
    return float(whole / (n * n * 4**BITS))


def sum_of_squares(of: IntArray) -> int:
    """Σ v², exact."""
    if len(of) and int(np.abs(of).max()) >= _PLAIN:
        return sum(one * one for one in of.tolist())
    total = 0
    for start in range(0, len(of), _CHUNK):
        part = of[start : start + _CHUNK]
        high, low = part >> _HALF, part & ((1 << _HALF) - 1)
        total += (int(high @ high) << 2 * _HALF) + (int(high @ low) << _HALF + 1) + int(low @ low)
    return total


def sum_of_cubes(of: IntArray) -> int:
    """Σ |v|³, exact."""
    sizes = np.abs(of)
    if len(of) and int(sizes.max()) >= _PLAIN:
        return sum(one**3 for one in sizes.tolist())
    total = 0
    for start in range(0, len(of), _CHUNK):
        part = sizes[start : start + _CHUNK]
        # Three factors of 15 bits, 2^14 times: below 2^59.
        limbs = np.stack([part >> at * _LIMB & (1 << _LIMB) - 1 for at in range(3)])
        squares = (limbs[:, None] * limbs).reshape(9, -1) @ limbs.T
        for at, found in enumerate(squares.ravel().tolist()):
            total += found << _LIMB * (at // 9 + at // 3 % 3 + at % 3)
    return total


def _by_group(of: IntArray, group: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    key, first, order = _numbered(group)
    return key, _added(of[order], first), np.diff(first, append=len(order))


def _numbered(group: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The different keys, where each begins in ascending order, and that order."""
    order = np.argsort(group, kind="stable")
    ascending = group[order]
    first = np.flatnonzero(np.diff(ascending, prepend=ALONE))
    return ascending[first], first, order


def _added(values: IntArray, first: IntArray, times: IntArray | None = None) -> IntArray:
    """The sums of runs that begin at `first`, of each value so many `times`; InputError where 64
    bits cannot hold one.
    """
    if not len(first):
        return np.zeros(0, dtype=np.int64)
    often = np.ones(1, dtype=np.int64) if times is None else times
    rough = np.add.reduceat(np.abs(values.astype(np.float64)) * often, first)
    if rough.max() >= _FULL:
        raise InputError(
            "a group is too large to be added up in parts",
            help="split it, or let its tickets stand alone",
        )
    return np.asarray(np.add.reduceat(values * often, first))


def _sum(of: IntArray) -> int:
    high, low = of >> _HALF, of & ((1 << _HALF) - 1)
    return (int(high.sum()) << _HALF) + int(low.sum())
