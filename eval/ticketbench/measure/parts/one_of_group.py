"""One ticket of each group, the same whatever part it lies in: tests need independent tickets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """For each group, ascending, its ticket with the smallest rank, and that ticket's code.

    Ranks look drawn; of two tickets with one rank the smaller code counts. 24 bytes a group.
    """

    group: IntArray
    rank: IntArray
    code: IntArray


def drawn(group: IntArray, rank: IntArray, code: IntArray) -> Drawn:
    """The ticket drawn from each group."""
    order = np.lexsort((code, rank, group))
    first = order[np.flatnonzero(np.diff(group[order], prepend=-1))]
    return Drawn(group[first], rank[first], code[first])


def drawn_of_both(one: Drawn, other: Drawn) -> Drawn:
    """The ticket drawn from each group of both."""
    columns = ((one.group, other.group), (one.rank, other.rank), (one.code, other.code))
    return drawn(*(np.concatenate(pair) for pair in columns))
