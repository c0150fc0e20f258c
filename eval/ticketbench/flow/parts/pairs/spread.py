"""One part of one side, read into a file in which its tickets lie by the hashes of their ids."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, get_args

import numpy as np

from ticketbench.core.errors import MachineError
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, FailureKind
from ticketbench.edge.files.atomic import temporary_beside
from ticketbench.edge.parts.buckets import Rows, Written, write_rows
from ticketbench.edge.parts.scores import Asked, Head, Some, some_rows
from ticketbench.edge.results.rows import Predictions
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.parts.ids import keys_of
from ticketbench.measure.parts.pairs.contradictions import Contradictions, contradictions
from ticketbench.measure.parts.statistics import refuse

KINDS: tuple[FailureKind, ...] = get_args(FailureKind)
"""Why a ticket has no answer, by its number in a file less 1."""

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class SpreadTask:
    """A part of side 0 or 1, and the file that it is read into."""

    side: int
    part: Path
    asked: Asked
    head: Head
    into: Path

    def resolved(self) -> SpreadTask:
        """The same task, whose files are found from any folder."""
        return replace(self, part=self.part.resolve(), into=self.into.resolve())


@dataclass(frozen=True, slots=True)
class Spread:
    """A part that was read.

    sets   the rubric sets that its rows name; `called` what the one that is asked for is called,
           empty where no row is of it
    gold   its gold labels but `__none__` by their number in the file: the labels of the set first;
           `n_gold` the tickets of each
    notes  what was decided in reading it
    """

    side: int
    part: Path
    sets: frozenset[str]
    called: str
    gold: tuple[str, ...]
    n_gold: tuple[int, ...]
    contradictions: Contradictions
    notes: tuple[str, ...]
    rows: Written


def spread_part(task: SpreadTask) -> Spread:
    """Read one part, some rows after the other; its file is there as a whole, or not at all.

    Raises InputError that names the part for what is wrong in it, and MachineError where whoever
    reads it does not see the folder of the file, or the disk is full.
    """
    sums_in_one_order()
    if not task.into.parent.is_dir():
        what = f"a worker does not see the folder {task.into.parent}"
        raise MachineError(what, help="--scratch FOLDER names one that all workers see")
    temporary = temporary_beside(task.into)
    try:
        with temporary.open("wb") as file:
            found = _spread(task, file)
        os.replace(temporary, task.into)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            what = f"cannot write {task.into.parent.parent}: {error.strerror}"
            help_ = "free some space, or name another folder: --scratch FOLDER"
            raise MachineError(what, help=help_) from None
        error.add_note(f"in the part {task.part}")
        raise
    finally:
        temporary.unlink(missing_ok=True)
    return found


def _spread(task: SpreadTask, file: BinaryIO) -> Spread:
    sets, called, notes, told = set[str](), "", set[str](), Contradictions()
    counts, ends = Counter(dict.fromkeys(task.head.labels, 0)), list[tuple[int, ...]]()
    for some in _some(task):
        sets |= some.sets
        notes.update(some.notes)
        if some.found is None:
            continue
        refuse(some.found.table)
        called = some.found.table.provenance.rubric_set
        told += contradictions(some.found.table)
        counts.update(label for label in some.found.labels if label != NONE_LABEL)
        number = {label: i for i, label in enumerate(counts)}
        ends.append(write_rows(file, _rows(some.found, number)))
    return Spread(
        side=task.side,
        part=task.part,
        sets=frozenset(sets),
        called=called,
        gold=tuple(counts),
        n_gold=tuple(counts.values()),
        contradictions=told,
        notes=tuple(sorted(notes)),
        rows=Written(task.into, tuple(ends)),
    )


def _some(task: SpreadTask) -> Iterator[Some]:
    return some_rows(task.part, task.asked, task.head)


def _rows(found: Predictions, number: dict[str, int]) -> Rows:
    """Every ticket in the order of the part, whose gold labels have these numbers."""
    table, n = found.table, len(found.ids)
    kinds = {one.ticket_id: 1 + KINDS.index(one.kind) for one in table.failures}
    failure = np.zeros(n, dtype=np.int64)
    if kinds:
        failure = np.array([kinds.get(ticket, 0) for ticket in found.ids], dtype=np.int64)
    scores = np.zeros((n, len(table.labels)))
    scores[failure == 0] = table.scores
    gold = [NONE if label == NONE_LABEL else number[label] for label in found.labels]
    return Rows(
        keys=keys_of(found.ids),
        ids=found.ids,
        groups=found.named_groups or [""] * n,
        gold=np.array(gold, dtype=np.int64),
        failure=failure,
        scores=scores,
    )
