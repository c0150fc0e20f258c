"""A table and its rows, what a format reads them from, and a row that cannot be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import listed, quoted
from ticketbench.core.registry import Registry

MOST_PROBLEMS = 20

Cell = str | list[str] | None
"""A value as text; a list where the format has lists; None where the format has nulls."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the physical line (or row) it starts at, and its values by column."""

    line: int
    values: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of its columns beside their names, which are the keys.

    repeated     a name that stands more than once: its fields, from 1; they are columns under the
                 name with `#1`, `#2` ... behind it
    class_names  the names that the numbers of a column stand for, which its cells hold
    floats       columns whose values are numbers with a point, whatever text they became
    """

    repeated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    floats: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns in order, its rows, notes (what was decided in reading it), and facts."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    facts: Facts = Facts()


class MalformedRow(Exception):
    """A row that cannot be read; `line` is its physical line."""

    def __init__(self, line: int, what: str, help: str = "") -> None:
        super().__init__(what)
        self.line, self.help = line, help


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is said to be written; None where its suffix, or the file itself, says so.

    delimiter  one character
    encoding   by its name in Python
    """

    delimiter: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What a format reads: all bytes of a file, unpacked, and the dialect they are said to have.

    `bad` takes the rows that cannot be read, in place of the table; `notes` what was decided.
    """

    data: bytes
    dialect: Dialect = Dialect()
    bad: list[MalformedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stream:
    """The columns of a file, its rows one after the other, and notes: what was decided.

    `columns` and `notes` are complete once the last row is read: some formats name columns row by
    row.
    """

    columns: Collection[str]
    rows: Iterator[Row]
    notes: Sequence[str] = ()
    facts: Facts = Facts()

    def whole(self) -> Table:
        """All of it at once."""
        rows = tuple(self.rows)
        return Table(tuple(self.columns), rows, tuple(self.notes), self.facts)


Parse = Callable[[Source], Stream]
"""Parses a file; rows that cannot be read go to `bad` of the source."""

FORMATS: Registry[Parse] = Registry("dataset format")


def file_format(*suffixes: str) -> Callable[[Parse], Parse]:
    """Register a parser under its file suffixes (".csv")."""
    return FORMATS.register(*suffixes)


def column_names(columns: Iterable[str], line: int) -> tuple[str, ...]:
    """The names of the columns, checked. Raises MalformedRow for one that cannot be kept."""
    names = tuple(columns)
    for name in names:
        if "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
            raise MalformedRow(line, f"the column name {quoted(name)} cannot be kept", "rename it")
    doubled = sorted(name for name, n in Counter(names).items() if n > 1)
    if doubled:
        what = f"the column {listed(doubled)} stands twice"
        raise MalformedRow(line, what, "rename or drop one")
    return names


def line_of_problem(problem: Problem) -> int:
    """The line in a problem's `file:line`, to sort by."""
    return int(problem.where.rsplit(":", 1)[-1])


def problems_error(problems: list[Problem]) -> InputError:
    """One InputError for many problems: the first 20, and the number of the rest."""
    shown = problems[:MOST_PROBLEMS]
    rest = len(problems) - len(shown)
    if rest:
        shown = [*shown, Problem(f"... and {rest} more problems of this kind")]
    return InputError.of(shown)
