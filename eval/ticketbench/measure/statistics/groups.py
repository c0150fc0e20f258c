"""Tickets that are not independent: customers, threads and near-duplicates come as groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray, strictly_ascending

_MOST_EMPTY = 16

ALONE = -1
"""Group number of tickets that each stand alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Rows that each stand for several tickets, in the place of one group number per ticket.

    group  number >= 0 of the group of the row's tickets; ALONE: each of them is a group of its own
    times  how many tickets the row stands for, at least 1
    """

    group: IntArray
    times: IntArray

    def __getitem__(self, keep: BoolArray | IntArray | slice) -> Counted:
        """Only the rows in `keep`, a mask, row numbers or a slice."""
        return Counted(self.group[keep], self.times[keep])

    @property
    def n(self) -> int:
        """Number of tickets."""
        return int(self.times.sum())

    @property
    def sizes(self) -> IntArray:
        """Number of tickets of each group that has any; those that stand alone are left out."""
        tied = self.tied
        return np.rint(np.bincount(self.group[tied], weights=self.times[tied])).astype(np.int64)

    @property
    def n_alone(self) -> int:
        """Number of tickets that stand alone."""
        return int(self.times[self.group == ALONE].sum())

    @property
    def n_groups(self) -> int:
        """Number of independent groups."""
        return self.n_alone + int(np.count_nonzero(self.sizes))

    @property
    def numbers(self) -> IntArray:
        """A group number for every single ticket, row by row."""
        group = np.repeat(self.group, self.times)
        alone = np.flatnonzero(group == ALONE)
        group[alone] = group.max(initial=ALONE) + 1 + np.arange(len(alone))
        return group

    def sum_of_squares(self, values: FloatArray) -> float:
        """Σ_g (Σ_{i in g} v_i)² where every ticket of a row has the row's value."""
        tied, alone = self.tied, self.group == ALONE
        sums = np.bincount(self.group[tied], weights=(self.times * values)[tied])
        return float(self.times[alone] @ values[alone] ** 2) + float(sums @ sums)

    def sums(self, values: FloatArray) -> tuple[FloatArray, IntArray]:
        """Sums of groups where every ticket of a row has the row's value, and how many groups have
        each.
        """
        tied, alone = self.tied, self.group == ALONE
        named = np.bincount(self.group[tied], weights=(self.times * values)[tied])
        named = named[np.bincount(self.group[tied]) > 0]
        times = np.concatenate([self.times[alone], np.ones(len(named), dtype=np.int64)])
        return np.concatenate([values[alone], named]), times

    @property
    def tied(self) -> IntArray | slice:
        """The rows of tickets in groups; where that is all of them nothing is copied."""
        tied = self.group != ALONE
        return slice(None) if tied.all() else np.flatnonzero(tied)


Groups = IntArray | Counted
"""Which tickets are not independent: a number per ticket, or rows of counted tickets."""


def n_tickets(groups: Groups) -> int:
    """Number of tickets."""
    return groups.n if isinstance(groups, Counted) else len(groups)


def total(values: FloatArray, groups: Groups) -> float:
    """The sum over all tickets."""
    return float(groups.times @ values if isinstance(groups, Counted) else values.sum())


def counts_of(numbers: IntArray, groups: Groups, *, n: int) -> IntArray:
    """How many tickets have each of the numbers 0 .. n-1."""
    if not isinstance(groups, Counted):
        return np.bincount(numbers, minlength=n)
    found = np.bincount(numbers, weights=groups.times, minlength=n)
    return np.rint(found).astype(np.int64)


def sizes_of(groups: Groups) -> IntArray:
    """Number of tickets of each group; of counted rows those that stand alone are left out."""
    if isinstance(groups, Counted):
        return groups.sizes
    return np.bincount(group_index(groups)) if len(groups) else np.zeros(0, dtype=np.int64)


def times_of(groups: Groups) -> IntArray:
    """How many tickets each row stands for."""
    return groups.times if isinstance(groups, Counted) else np.ones(len(groups), dtype=np.int64)


def group_index(groups: IntArray) -> IntArray:
    """Group numbers as 0 .. G-1, in the order of the given numbers. No tickets: empty.

    Strictly ascending numbers, as independent tickets have them, need no sorting, nor do numbers
    that can be counted.
    """
    if strictly_ascending(groups):
        return np.arange(len(groups))
    if _countable(groups):
        met = np.bincount(groups) > 0
        return groups if met.all() else np.asarray((np.cumsum(met) - 1)[groups])
    return np.asarray(np.unique(groups, return_inverse=True)[1])


def group_sizes(groups: IntArray) -> IntArray:
    """The number of tickets of each group, in the order of group numbers. No tickets: empty."""
    if strictly_ascending(groups):
        return np.ones(len(groups), dtype=np.int64)
    sizes = np.bincount(groups if _countable(groups) else group_index(groups))
    return np.asarray(sizes[sizes > 0])


def sums_and_sizes(values: FloatArray, groups: IntArray) -> tuple[FloatArray, IntArray]:
    """The sum of `values` (n) in each group, and its number of tickets, in the order of group
    numbers. Tickets of a group are added in their order. No tickets: empty.
    """
    if strictly_ascending(groups):
        return values, np.ones(len(groups), dtype=np.int64)
    numbers = groups if _countable(groups) else group_index(groups)
    sums, sizes = np.bincount(numbers, weights=values), np.bincount(numbers)
    met = sizes > 0
    return np.asarray(sums[met]), np.asarray(sizes[met])


def effective_groups(groups: Groups) -> float:
    """n² / Σ n_g² (Kish 1965): G for groups of one size, fewer where one holds many tickets.

    What a variance estimated from the groups rests on. No tickets: 0.
    """
    if isinstance(groups, Counted):
        return effective_number(groups.sizes, n_alone=groups.n_alone)
    return effective_number(group_sizes(groups))


def effective_number(sizes: IntArray, *, n_alone: int = 0) -> float:
    """The same from the number of tickets in each group, and of those that stand alone."""
    if not sizes.any():
        return float(n_alone)
    as_floats = sizes.astype(np.float64)
    return float((n_alone + int(sizes.sum())) ** 2 / (n_alone + as_floats @ as_floats))


def one_per_group(groups: IntArray, *, seed: int) -> IntArray:
    """Row numbers of one ticket per group, drawn at random, in ascending order.

    For statistics that hold for independent tickets only. Groups of one are kept as they are; the
    same seed gives the same rows. No tickets: empty.
    """
    if strictly_ascending(groups):
        return np.arange(len(groups))
    order = np.random.default_rng(seed).permutation(len(groups))[::-1]
    first = np.full(len(groups), -1)
    # Of several values for one place the last one stays: in this order, the first one drawn.
    first[group_index(groups)[order]] = order
    return np.sort(first[first >= 0])


def _countable(groups: IntArray) -> bool:
    """Whether counting up to the largest number costs no more than looking at every ticket."""
    return bool(groups.min() >= 0 and groups.max() < _MOST_EMPTY * len(groups))
