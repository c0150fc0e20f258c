"""What the parts said so far, the same in whatever order they come, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import add, or_
from pathlib import Path

import numpy as np

from ticketbench.core.types import Finding, IntArray
from ticketbench.edge.parts.ticket_counts import TicketCounts, part_findings
from ticketbench.edge.parts.tickets import TicketRows, refuse_unmet, some_tickets
from ticketbench.flow.answers.origin import OfSet
from ticketbench.flow.endpoints.answers import SetAnswers
from ticketbench.flow.parts.ids import TicketSum, refuse_doubled
from ticketbench.flow.parts.tickets.task import CountedTickets, Sums, TicketTask
from ticketbench.flow.steps.inputs import PartInputs
from ticketbench.measure.results import DatasetSummary, LabelCount


class Together:
    """The parts that were counted, by their tasks; of each its counts are kept, and of all together
    the sums.
    """

    def __init__(self, tasks: Sequence[TicketTask]) -> None:
        self.tasks = tasks
        self._of_part: dict[Path, CountedTickets] = {}
        self._sums: Sums | None = None

    def take(self, one: CountedTickets, *, sums: bool = True) -> None:
        """Take in what a part says, in place of what it said before; its `sums` once alone."""
        if sums and one.sums is not None:
            self._sums = one.sums if self._sums is None else self._sums + one.sums
        self._of_part[one.part.resolve()] = one.without_sums()

    @property
    def parts(self) -> list[CountedTickets]:
        """All of them, in order of their tasks."""
        return [self._of_part[task.part.resolve()] for task in self.tasks]

    @property
    def sums(self) -> Sums:
        """Those of all tickets; there is one at least."""
        assert self._sums is not None, "no row meets the conditions, which is refused"
        return self._sums

    @property
    def counts(self) -> TicketCounts:
        """What the tickets are."""
        return reduce(add, (one.counts for one in self.parts))

    @property
    def fingerprint(self) -> str:
        """That of all tickets."""
        return reduce(add, (one.tickets for one in self.parts), TicketSum()).fingerprint

    @property
    def answers(self) -> tuple[SetAnswers, ...]:
        """How each set was answered."""
        given = [one.answers for one in self.parts if one.answers]
        return tuple(reduce(add, of_set) for of_set in zip(*given, strict=True))

    @property
    def origins(self) -> tuple[OfSet, ...]:
        """How the answers of each set came, as far as that is told, in the order of the sets."""
        found: dict[str, OfSet] = {}
        for one in (origin for part in self.parts for origin in part.origins):
            known = found.get(one.rubric_set)
            found[one.rubric_set] = known + one if known else one
        names = [one.rubrics.name for one in self.tasks[0].sets]
        return tuple(found[name] for name in names if name in found)

    def failing(self) -> list[TicketTask]:
        """The parts in which an answer is missing."""
        return [task for task, one in zip(self.tasks, self.parts, strict=True) if one.n_failed]

    def refuse_wrong(self, inputs: PartInputs, rows: TicketRows) -> None:
        """Raise InputError for what only all parts can show to be wrong: conditions that no row
        meets, and a ticket that stands twice.
        """
        counts, reading = self.counts, inputs.config.reading
        met = [reduce(or_, of) for of in zip(*(one.met for one in self.parts), strict=True)]
        n_kept, n_rows = counts.intake.n_kept, counts.intake.n_rows
        refuse_unmet(met, n_kept, n_rows, reading, where=inputs.parts.name)
        refuse_doubled({one.part: one.ids for one in self.parts}, lambda part: ids_of(part, rows))

    def summary(self, inputs: PartInputs) -> DatasetSummary:
        """What the results rest on."""
        counts, column = self.counts, inputs.config.file.dataset.columns.group
        return DatasetSummary(
            name=inputs.parts.name,
            fingerprint=self.fingerprint,
            n=counts.n,
            labels=tuple(
                LabelCount(label, counts.labels[label]) for label in sorted(counts.labels)
            ),
            n_groups=counts.n_alone + len(_distinct(one.groups for one in self.parts)),
            grouped_by=f"column {column}" if column is not None else "ticket",
        )

    def findings(self, inputs: PartInputs) -> tuple[Finding, ...]:
        """What is odd about the tickets."""
        return part_findings(self.counts, inputs.parts.name, inputs.config.file.dataset)


def ids_of(part: Path, rows: TicketRows) -> Iterator[str]:
    """The ids of a part, read again."""
    for some in some_tickets(part, rows):
        yield from (ticket.id for ticket in some.loaded.dataset.tickets)


def _distinct(keys: Iterable[IntArray]) -> IntArray:
    return np.unique(np.concatenate([*keys]))
