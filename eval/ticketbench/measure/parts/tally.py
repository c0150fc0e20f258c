"""How many tickets of which group have which code: sparse, ascending, and added exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import IntArray
from ticketbench.measure.parts import keys
from ticketbench.measure.statistics import groups


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Different pairs of a group's key and a code, ascending, and how many tickets have each.

    Tickets without a group have the key `keys.ALONE`. 24 bytes a row.
    """

    group: IntArray
    code: IntArray
    times: IntArray

    @property
    def counted(self) -> groups.Counted:
        """The rows as every interval takes them, groups numbered from 0."""
        tied = self.group != keys.ALONE
        number = np.cumsum(np.diff(self.group[tied], prepend=keys.ALONE) != 0) - 1
        group = np.full(len(self.group), groups.ALONE)
        group[tied] = number
        return groups.Counted(group, self.times)

    @property
    def n_named(self) -> int:
        """Number of groups that have a name."""
        return int(np.count_nonzero(np.diff(self.group, prepend=keys.ALONE)))


def tally(group: IntArray, code: IntArray, times: IntArray | None = None) -> Tally:
    """Equal pairs counted together; a pair counts once, or as often as `times` says."""
    often = np.ones(len(code), dtype=np.int64) if times is None else times
    one_group = len(group) == 0 or bool((group == group[0]).all())
    order = np.argsort(code, kind="stable") if one_group else np.lexsort((code, group))
    # One column in order at a time: beside ten million groups three would not find room.
    new = np.diff(code[order], prepend=-1) != 0
    if not one_group:
        new |= np.diff(group[order], prepend=-1) != 0
    first = np.flatnonzero(new)
    total = np.add.reduceat(often[order], first) if len(first) else often
    order = order[first]
    return Tally(group[order], code[order], total)


def together(one: Tally, other: Tally) -> Tally:
    """Both counted as one."""
    columns = ((one.group, other.group), (one.code, other.code), (one.times, other.times))
    return tally(*(np.concatenate(pair) for pair in columns))
