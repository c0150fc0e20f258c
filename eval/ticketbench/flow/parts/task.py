"""What is done with one part, here or on another machine: it is read and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

import numpy as np

from ticketbench.core.policy import Policy
from ticketbench.core.types import IntArray
from ticketbench.edge.parts.rows import AT_ONCE
from ticketbench.edge.parts.scores import Asked, Head, Some, some_rows
from ticketbench.edge.results.rows import Predictions
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.parts.ids import TicketSum, keys_of, sum_of
from ticketbench.measure.parts.statistics import Statistics, merge, part_statistics


@dataclass(frozen=True, slots=True)
class Task:
    """A part to be counted: which predictions of it, what all parts agree in, and how to judge.

    It goes to other machines as it is, so it holds no ticket and no key.
    """

    part: Path
    asked: Asked
    head: Head
    policy: Policy
    seed: int
    at_once: int = AT_ONCE

    def resolved(self) -> Task:
        """The same task, whose part is found from any folder."""
        return replace(self, part=self.part.resolve())


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What a part says.

    sets        the rubric sets that its rows name
    statistics  of the set that is asked for; None where no row is of it
    ids         the keys of its tickets, ascending, with and without an answer
    tickets     the sum that tells which tickets and gold labels they are
    notes       what was decided in reading it
    """

    part: Path
    sets: frozenset[str]
    statistics: Statistics | None
    ids: IntArray
    tickets: TicketSum
    notes: tuple[str, ...]


def statistics_of_part(task: Task) -> Counted:
    """Read and count one part, some rows after the other; nothing outlives it but the counts.

    Raises InputError that names the part for what is wrong in it.
    """
    sums_in_one_order()  # this may be another machine, with another number of threads
    try:
        return _counted(task)
    except Exception as error:
        error.add_note(f"in the part {task.part}")
        raise


def _counted(task: Task) -> Counted:
    sets, notes, ids = set[str](), set[str](), list[IntArray]()
    statistics, tickets = None, TicketSum()
    for some in _some(task):
        sets |= some.sets
        notes.update(some.notes)
        if some.found is None:
            continue
        ids.append(keys_of(some.found.ids))
        own = _statistics(some.found, task, ids[-1])
        statistics = own if statistics is None else merge(statistics, own)
        tickets += sum_of(some.found.ids, some.found.labels)
    keys = np.sort(np.concatenate(ids)) if ids else keys_of(())
    return Counted(task.part, frozenset(sets), statistics, keys, tickets, tuple(sorted(notes)))


def _some(task: Task) -> Iterator[Some]:
    return some_rows(task.part, task.asked, task.head, at_once=task.at_once)


def _statistics(found: Predictions, task: Task, keys: IntArray) -> Statistics:
    """Those of the tickets, whose keys are known, that have an answer."""
    failed = {failure.ticket_id for failure in found.table.failures}
    answered = [ticket not in failed for ticket in found.ids] if failed else [True] * len(keys)
    groups = None
    if found.named_groups:
        groups = [group or None for group in compress(found.named_groups, answered)]
    own = keys[np.array(answered, dtype=np.bool_)]
    return part_statistics(found.table, task.policy, seed=task.seed, groups=groups, ids=own)
