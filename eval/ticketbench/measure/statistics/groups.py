"""Tickets that are not independent: customers, threads and near-duplicates come as groups."""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import IntArray

_MOST_EMPTY = 16


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


def effective_groups(groups: IntArray) -> float:
    """n² / Σ n_g² (Kish 1965): G for groups of one size, fewer where one holds many tickets.

    What a variance estimated from the groups rests on. No tickets: 0.
    """
    if np.all(groups[1:] > groups[:-1]):
        return float(len(groups))
    return effective_number(np.bincount(group_index(groups)))


def effective_number(sizes: IntArray) -> float:
    """The same from the number of tickets in each group."""
    return float(int(sizes.sum()) ** 2 / (sizes.astype(np.float64) @ sizes))


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
