"""Every error a user can meet, and the exit code it ends with.

    TicketbenchError
    ├── InputError        2   wrong usage, config, rubrics or data
    ├── IncompleteError   3   answers missing, or more failed tickets than allowed
    ├── EndpointError     4   endpoint unreachable, refused, or over quota
    └── MachineError      5   disk full, cache locked, damaged or foreign, directory in use

Each error holds one or more problems; a problem says what is wrong, where, and what to do next.
`ticketbench.cli.boundary` is the one place that prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, where (`file:line:column` when known), what to do next."""

    what: str
    where: str = ""
    help: str = ""


class TicketbenchError(Exception):
    """Base of all errors meant for a user; subclasses fix the exit code."""

    exit_code = 70

    def __init__(self, what: str, *, where: str = "", help: str = "") -> None:
        super().__init__(what)
        self.problems: tuple[Problem, ...] = (Problem(what, where, help),)
        self._note()

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> Self:
        """An error that holds all of `problems` (at least one), in their order."""
        error = cls(problems[0].what)
        error.problems = tuple(problems)
        error._note()
        return error

    def located(self, where: str) -> Self:
        """The same error, with `where` for every problem that does not say where it is."""
        self.problems = tuple(replace(p, where=p.where or where) for p in self.problems)
        self._note()
        return self

    def _note(self) -> None:
        """All of it where nobody prints the problems: in a notebook, and in a test that failed."""
        first, *others = self.problems
        notes = [": ".join(p for p in (first.where, first.help) if p)]
        notes += [": ".join(p for p in (o.where, o.what, o.help) if p) for o in others]
        self.__notes__ = [note for note in notes if note]


class InputError(TicketbenchError):
    """Wrong usage, config, rubric file or data."""

    exit_code = 2


class IncompleteError(TicketbenchError):
    """Answers are missing in strict replay, or more tickets failed than allowed."""

    exit_code = 3


class EndpointError(TicketbenchError):
    """The endpoint cannot be reached, refuses us, or the quota is used up."""

    exit_code = 4


class MachineError(TicketbenchError):
    """This machine stands in the way: disk, locks, a damaged or foreign cache."""

    exit_code = 5
