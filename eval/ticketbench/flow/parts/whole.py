"""What all parts say together, and what only all of them can show to be wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import listed
from ticketbench.core.types import IntArray
from ticketbench.edge.parts.scores import Asked, Head, some_rows
from ticketbench.edge.results.forms.options import HEAD
from ticketbench.flow.parts.ids import TicketSum, refuse_doubled
from ticketbench.flow.parts.task import Counted
from ticketbench.measure.parts.rows import cell_rows
from ticketbench.measure.parts.statistics import Statistics, merge


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """All parts: their statistics, what tells their tickets from others, and notes, which hang on
    how they are cut.
    """

    statistics: Statistics
    fingerprint: str
    notes: tuple[str, ...]


def whole(
    counted: Iterable[Counted], asked: Asked, head: Head, *, told: Callable[[int], None]
) -> Whole:
    """The parts together, the same in whatever order they come; `told` hears the number of each.

    Raises InputError where they name several rubric sets and none is asked for, where a ticket
    stands twice, and where no gold label, or no stated top label, goes with the scores.
    """
    statistics, tickets = None, TicketSum()
    sets, ids = set[str](), dict[Path, IntArray]()
    notes = dict[Path, tuple[str, ...]]()
    for n, one in enumerate(counted, start=1):
        sets |= one.sets
        if asked.rubric_set is None and sets:
            asked.refuse_sets(sets)
        if statistics is None or one.statistics is None:
            statistics = statistics or one.statistics
        else:
            statistics = merge(statistics, one.statistics)
        ids[one.part], tickets = one.ids, tickets + one.tickets
        notes[one.part] = one.notes
        told(n)
    if sets:
        asked.refuse_sets(sets)
    if statistics is None:
        raise InputError(f"there are no rows in {asked.name}", help="add predictions")
    refuse_doubled(ids, partial(_ids, asked=asked, head=head))
    _refuse_no_gold(statistics, head)
    odd = statistics.oddities
    refuse_other_tops(odd.n_otherwise, int(statistics.cells.times.sum()))
    return Whole(statistics, tickets.fingerprint, tuple(each_once(notes)))


def each_once(notes: Mapping[Path, Sequence[str]]) -> Iterator[str]:
    """What is noted of parts, each once with the first part by name that it is noted of."""
    first: dict[str, Path] = {}
    n = Counter[str]()
    for part, own in sorted(notes.items()):
        n.update(own)
        first |= {note: part for note in own if note not in first}
    for note, part in first.items():
        yield f"{part}: {note}" + (f" (so in {n[note]:,} parts)" if n[note] > 1 else "")


def _ids(part: Path, *, asked: Asked, head: Head) -> Iterator[str]:
    for some in some_rows(part, asked, head):
        if some.found is not None:
            yield from some.found.ids


def _refuse_no_gold(of: Statistics, head: Head) -> None:
    labels, gold = of.answered.labels, cell_rows(of).gold
    if not np.any((gold >= 0) & (gold < len(labels))):
        refuse_no_gold(of.outside, head)


def refuse_no_gold(outside: Sequence[str], head: Head) -> None:
    """Raise InputError where all gold labels that are no `__none__` are `outside` of the set.

    As `gold_against` does; in what a run left such labels are meant.
    """
    if outside and not head.columns.issuperset(HEAD):
        what = f"no gold label has a score column: gold {listed(outside)}"
        raise InputError(
            f"{what}; columns {listed(head.labels)}", help="say what is what: --labels"
        )


def refuse_other_tops(n_otherwise: int, n: int) -> None:
    """Raise InputError, as `stated` does, where every answer states another top label than its
    scores have.
    """
    if 0 < n == n_otherwise:
        what = f"{n:,} of {n:,} rows: top_label is not the largest score"
        help_ = "if top_label has other names, map them; if it is right, the scores are not"
        raise InputError(what, help=help_)
