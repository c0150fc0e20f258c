"""Tickets that are not independent: customers, threads and near-duplicates come as groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray

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

    def __getitem__(self, keep: BoolArray | IntArray) -> Counted:
        """Only the rows in `keep`, a mask or row numbers."""
        return Counted(self.group[keep], self.times[keep])

    @property
    def n(self) -> int:
        """Number of tickets."""
        return int(self.times.sum())

    @property
    def sizes(self) -> IntArray:
        """Number of tickets of each group that has any; those that stand alone are left out."""
        tied = self.group != ALONE
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
        tied = self.group != ALONE
        sums = np.bincount(self.group[tied], weights=(self.times * values)[tied])
        return float(self.times[~tied] @ values[~tied] ** 2) + float(sums @ sums)

    def sums(self, values: FloatArray) -> tuple[FloatArray, IntArray]:
        """Sums of groups where every ticket of a row has the row's value, and how many groups have
        each.
        """
        tied = self.group != ALONE
        named = np.bincount(self.group[tied], weights=(self.times * values)[tied])
        named = named[np.bincount(self.group[tied]) > 0]
        times = np.concatenate([self.times[~tied], np.ones(len(named), dtype=np.int64)])
        return np.concatenate([values[~tied], named]), times


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
    if np.all(groups[1:] > groups[:-1]):
        return np.arange(len(groups))
    if groups.min() >= 0 and groups.max() < _MOST_EMPTY * len(groups):
        return np.asarray((np.cumsum(np.bincount(groups) > 0) - 1)[groups])
    return np.asarray(np.unique(groups, return_inverse=True)[1])


def effective_groups(groups: Groups) -> float:
    """n² / Σ n_g² (Kish 1965): G for groups of one size, fewer where one holds many tickets.

    What a variance estimated from the groups rests on. No tickets: 0.
    """
    if isinstance(groups, Counted):
        return effective_number(groups.sizes, n_alone=groups.n_alone)
    if np.all(groups[1:] > groups[:-1]):
        return float(len(groups))
    return effective_number(np.bincount(group_index(groups)))


def effective_number(sizes: IntArray, *, n_alone: int = 0) -> float:
    """The same from the number of tickets in each group, and of those that stand alone."""
    if not sizes.any():
        return float(n_alone)
    squares = n_alone + sizes.astype(np.float64) @ sizes
    return float((n_alone + int(sizes.sum())) ** 2 / squares)


def one_per_group(groups: IntArray, *, seed: int) -> IntArray:
    """Row numbers of one ticket per group, drawn at random, in ascending order.

    For statistics that hold for independent tickets only. Groups of one are kept as they are; the
    same seed gives the same rows. No tickets: empty.
    """
    if np.all(groups[1:] > groups[:-1]):
        return np.arange(len(groups))
    order = np.random.default_rng(seed).permutation(len(groups))
    _, first = np.unique(np.asarray(groups)[order], return_index=True)
    return np.sort(order[first])
