"""A table and its rows, what a format reads them from, and what cannot be read, by its cause."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

import msgspec

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.registry import Registry
from ticketbench.core.types import FloatArray

MOST_PROBLEMS = 20

_ROWS_A_BATCH = 1_000

_MOST_PLACES = 5
"""Lines, or variants, that one problem lists: enough to see what they share."""

Cell = str | list[str] | None
"""A value as text; a list where the format has lists; None where the format has nulls."""

Options = Literal["none", "config", "config or flags", "flags", "score flags"]
"""How a reader can say more of a file: not at all, keys of a config, these or options of a command
that checks a file alone, options, or those of a command that reads scores, which has one for the
decimal sign too.
"""


class Row(msgspec.Struct, frozen=True, gc=False):
    """One record: the physical line (or row) it starts at, and its values by column.

    A struct of C: it is made a million times, in a third of the time of a dataclass.
    """

    line: int
    values: dict[str, Cell]


Cells = Sequence[Cell] | FloatArray
"""The cells of a column; numbers that a format keeps as floats may come as such, with NaN for None:
their text is their `repr`.
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows by column: the physical line of each, and the cells of each column in order."""

    lines: Sequence[int]
    cells: Mapping[str, Cells]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of its columns beside their names, which are the keys.

    repeated     a name that stands more than once: its fields, from 1; they are columns under the
                 name with `#1`, `#2` ... behind it
    class_names  the names that the numbers of a column stand for, which its cells hold; a number
                 that has none stays its digits
    floats       columns with a number that has a point, or may have had one (a spreadsheet keeps
                 no other numbers), whatever text it became
    numbers      columns with values that are numbers, true or false and no text: their lines; no
                 line stands for all of them
    """

    repeated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    floats: Collection[str] = ()
    numbers: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns in order, its rows, notes (what was decided in reading it), and facts."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    facts: Facts = Facts()


class MalformedRow(Exception):
    """A row that cannot be read; `line` is its physical line.

    Rows of one `cause` are one problem: a sentence about several rows, such as "have {} fields",
    in which `variant` stands where they differ. Without one, each row is a cause of its own.
    """

    def __init__(
        self, line: int, what: str, help: str = "", *, cause: str = "", variant: str = ""
    ) -> None:
        super().__init__(what)
        self.line, self.help = line, help
        self.cause, self.variant = cause, variant


@dataclass(slots=True)
class _Cause:
    """What is wrong with some rows, of which the first has the words."""

    first: MalformedRow
    n: int = 0
    lines: list[int] = field(default_factory=list)
    variants: dict[str, None] = field(default_factory=dict)

    def add(self, row: MalformedRow) -> None:
        self.n += 1
        if len(self.lines) < _MOST_PLACES:
            self.lines.append(row.line)
        if len(self.variants) < _MOST_PLACES and row.variant:
            self.variants[row.variant] = None


class Causes:
    """What is wrong with rows, a cause at a time: counted, with its first lines.

    It holds as much for a million bad rows as for twenty. `n_rows` is how many were read, good and
    bad, as the format counts them.
    """

    def __init__(self) -> None:
        self.n_rows = 0
        self._causes: dict[str, _Cause] = {}
        self._more = 0

    def append(self, row: MalformedRow) -> None:
        """Count `row` to its cause."""
        name = row.cause or f"{row.line} {row}"
        if name not in self._causes and len(self._causes) > MOST_PROBLEMS:
            self._more += 1
            return
        self._causes.setdefault(name, _Cause(row)).add(row)

    def __len__(self) -> int:
        return self._more + sum(cause.n for cause in self._causes.values())

    def error(self, name: str) -> InputError:
        """One problem for each cause, by its first line in the file `name`."""
        causes = sorted(self._causes.values(), key=lambda cause: cause.first.line)
        shown = [_problem(cause, name, self.n_rows) for cause in causes[:MOST_PROBLEMS]]
        rest = sum(cause.n for cause in causes[MOST_PROBLEMS:]) + self._more
        if rest:
            shown.append(Problem(f"... and {rest} more problems of this kind"))
        return InputError.of(shown)


def _problem(cause: _Cause, name: str, n_rows: int) -> Problem:
    row = cause.first
    what = str(row)
    if cause.n > 1:
        variants = " or ".join(cause.variants)
        rows = row.cause.replace("{}", variants)
        if variants == "1":
            rows = rows.replace(" 1 fields", " 1 field")
        what = f"{cause.n} of {n_rows} rows {rows} (lines {_places(cause)})"
    return Problem(what, f"{name}:{row.line}", row.help)


def _places(cause: _Cause) -> str:
    more = cause.n - len(cause.lines)
    shown = ", ".join(map(str, cause.lines))
    return f"{shown} and {more} more" if more else shown


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is said to be written; None where its suffix, or the file itself, says so.

    delimiter  one character
    encoding   by its name in Python
    options    how whoever reads can say them, for the help of an error
    """

    delimiter: str | None = None
    encoding: str | None = None
    options: Options = "none"


@dataclass(frozen=True, slots=True)
class Source:
    """What a format reads: all bytes of a file, unpacked, and the dialect they are said to have.

    `bad` takes the rows that cannot be read, in place of the table; `notes` what was decided.
    `sheet` is the one that was asked for, of a file that has several; `suffix` that of the file.
    """

    data: bytes
    dialect: Dialect = Dialect()
    bad: Causes = field(default_factory=Causes)
    notes: list[str] = field(default_factory=list)
    sheet: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """The columns of a file, its rows one after the other, and notes: what was decided.

    `columns`, `notes` and `facts` are complete once the last row is read: some formats name columns
    row by row. `batches` are the same rows by column, where a format has them so: whoever reads the
    ones does not read the others.
    """

    columns: Collection[str]
    rows: Iterator[Row]
    notes: Sequence[str] = ()
    facts: Facts = Facts()
    batches: Iterator[Batch] | None = None

    def whole(self) -> Table:
        """All of it at once."""
        rows = tuple(self.rows)
        return Table(tuple(self.columns), rows, tuple(self.notes), self.facts)

    def by_column(self) -> Iterator[Batch]:
        """All rows a batch after the other, each with the columns that are known by then."""
        if self.batches is not None:
            yield from self.batches
            return
        while rows := list(islice(self.rows, _ROWS_A_BATCH)):
            lines = [row.line for row in rows]
            yield Batch(lines, {name: [row.values.get(name) for row in rows]
                                for name in tuple(self.columns)})  # fmt: skip


Parse = Callable[[Source], Stream]
"""Parses a file; rows that cannot be read go to `bad` of the source."""

FORMATS: Registry[Parse] = Registry("dataset format")


def file_format(*suffixes: str) -> Callable[[Parse], Parse]:
    """Register a parser under its file suffixes (".csv")."""
    return FORMATS.register(*suffixes)


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
