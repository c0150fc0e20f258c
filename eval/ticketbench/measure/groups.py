"""Tickets that are not independent: customers, threads and near-duplicates come as groups."""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import IntArray


def one_per_group(groups: IntArray, *, seed: int) -> IntArray:
    """Row numbers of one ticket per group, drawn at random, in ascending order.

    For statistics that hold for independent tickets only. Groups of one are kept as they are; the
    same seed gives the same rows. No tickets: empty.
    """
    order = np.random.default_rng(seed).permutation(len(groups))
    _, first = np.unique(np.asarray(groups)[order], return_index=True)
    return np.sort(order[first])
