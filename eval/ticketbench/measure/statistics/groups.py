"""Tickets that are not independent: customers, threads and near-duplicates come as groups."""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import FloatArray, IntArray, strictly_ascending

_MOST_EMPTY = 16


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


def effective_groups(groups: IntArray) -> float:
    """n² / Σ n_g² (Kish 1965): G for groups of one size, fewer where one holds many tickets.

    What a variance estimated from the groups rests on. No tickets: 0.
    """
    return effective_number(group_sizes(groups))


def effective_number(sizes: IntArray) -> float:
    """The same from the number of tickets in each group."""
    as_floats = sizes.astype(np.float64)
    return float(int(sizes.sum()) ** 2 / (as_floats @ as_floats)) if len(sizes) else 0.0


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
