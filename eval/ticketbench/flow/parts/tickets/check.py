"""Whether tickets in parts can be read as they are: nothing is asked, and no answer looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from pathlib import Path

import numpy as np

from ticketbench.core.types import Finding, IntArray
from ticketbench.edge.inputs.tickets.keys import Reading
from ticketbench.edge.parts.files import Parts
from ticketbench.edge.parts.ticket_counts import TicketCounts, counts_of, part_findings
from ticketbench.edge.parts.tickets import TicketRows, refuse_unmet, rows_of, some_tickets
from ticketbench.flow.parts.ids import keys_of, refuse_doubled
from ticketbench.flow.parts.tickets.together import ids_of


@dataclass(frozen=True, slots=True)
class CheckedTickets:
    """How many tickets lie in how many parts, and what is worth knowing about them."""

    n: int
    n_parts: int
    findings: tuple[Finding, ...]


def checked_tickets(parts: Parts, reading: Reading, labels: Sequence[str] | None) -> CheckedTickets:
    """Read every part and keep nothing of it; raises what counting them would raise.

    `labels` are those of all rubric sets; None: any may stand in the parts.
    """
    rows = rows_of(parts, reading, labels)
    found = [_checked(part, rows) for part in parts.files]
    counts = reduce(add, (one.counts for one in found))
    met = [reduce(or_, of) for of in zip(*(one.met for one in found), strict=True)]
    refuse_unmet(met, counts.intake.n_kept, counts.intake.n_rows, reading, where=parts.name)
    own = {part: one.ids for part, one in zip(parts.files, found, strict=True)}
    refuse_doubled(own, lambda part: ids_of(part, rows))
    return CheckedTickets(counts.n, len(found), part_findings(counts, parts.name, reading.keys))


@dataclass(frozen=True, slots=True, eq=False)
class _Checked:
    """A part: `ids` are the keys of its tickets, ascending."""

    counts: TicketCounts
    ids: IntArray
    met: tuple[frozenset[str], ...]


def _checked(part: Path, rows: TicketRows) -> _Checked:
    counts, met, ids = list[TicketCounts](), list[tuple[frozenset[str], ...]](), list[IntArray]()
    for some in some_tickets(part, rows):
        counts.append(counts_of(some.loaded))
        met.append(some.met)
        ids.append(keys_of([ticket.id for ticket in some.loaded.dataset.tickets]))
    return _Checked(
        counts=reduce(add, counts),
        ids=np.sort(np.concatenate(ids)),
        met=tuple(reduce(or_, of) for of in zip(*met, strict=True)),
    )
