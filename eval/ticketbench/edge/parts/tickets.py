"""The labelled tickets of parts, some rows after the other, each checked as in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import listed, quoted
from ticketbench.edge.inputs.dataset import LoadedDataset, tickets_of
from ticketbench.edge.inputs.tickets.columns import makes_ids, mapped_columns
from ticketbench.edge.inputs.tickets.conditions import conditions_of, refuse_none, value_of
from ticketbench.edge.inputs.tickets.keys import Reading
from ticketbench.edge.inputs.tickets.label_map import label_map_of
from ticketbench.edge.parts.files import Parts
from ticketbench.edge.parts.rows import COLUMNS_BY_ROW, Columns, refuse_columns
from ticketbench.edge.tables.columns import has_column, missing_column
from ticketbench.edge.tables.reading import open_table
from ticketbench.edge.tables.rows import Row, Stream, Table

AT_ONCE = 32_768
"""Rows that are held at a time: with texts they are larger than scores."""

_NO_ROWS = "parts without rows passed over"


@dataclass(frozen=True, slots=True)
class TicketRows:
    """How the tickets of all parts are read: it goes to other machines, so it knows no place in a
    config.

    name    what all of them together are called
    labels  of all rubric sets; None: any may stand there
    first   the columns of the first part
    """

    name: str
    reading: Reading
    labels: tuple[str, ...] | None
    first: Columns

    def resolved(self) -> TicketRows:
        """The same, whose files are found from any folder."""
        file = self.reading.labels_file
        if file is None:
            return self
        return replace(self, reading=replace(self.reading, labels_file=file.resolve()))


@dataclass(frozen=True, slots=True)
class SomeTickets:
    """Some tickets of a part; `met` are the values that each condition asks for and found."""

    loaded: LoadedDataset
    met: tuple[frozenset[str], ...]


def rows_of(parts: Parts, reading: Reading, labels: Sequence[str] | None) -> TicketRows:
    """How to read these parts, after a look at the head of the first one that has rows.

    Raises InputError, at its place in the config, for columns, conditions and labels that cannot be
    those of the parts, where no part has rows, and where no column has ids: made of texts they
    would hang on where parts end.
    """
    first, table = _head(parts, reading)
    head = f"{first}:1"
    columns = mapped_columns(head, table, reading)
    if makes_ids(table, columns):
        what = f"tickets in parts need a column of ids, and {first} has none"
        help_ = "name it in the config: `dataset: {columns: {id: COLUMN}}`"
        raise InputError(what, where=head, help=help_)
    if not _names_columns_by_row(first):
        _refuse_conditions(table, reading, head)
    if labels is not None:
        label_map_of(reading, where=head).refuse_unknown(labels)
    portable, known = replace(reading, place=None), None if labels is None else tuple(labels)
    return TicketRows(parts.name, portable, known, Columns(frozenset(table.columns), first))


def _head(parts: Parts, reading: Reading) -> tuple[Path, Table]:
    """The first part that has rows, and its columns with one of them."""
    for part in parts.files:
        stream = open_table(part, reading.dialect)
        if rows := tuple(islice(stream.rows, 1)):
            return part, Table(tuple(stream.columns), rows, (), stream.facts)
    raise InputError(f"there are no rows in {parts.name}", help="add tickets")


def some_tickets(part: Path, how: TicketRows, *, at_once: int = AT_ONCE) -> Iterator[SomeTickets]:
    """The tickets of `part` that meet the conditions, of so many rows at a time; once, with a note,
    of a part without rows, such as Spark writes.

    Raises InputError, with the part and the line, for what `load_dataset` refuses in a row; and
    where columns are others than those of the first part.
    """
    stream = open_table(part, how.reading.dialect)
    rows = tuple(islice(stream.rows, at_once))
    notes = () if rows else (_NO_ROWS,)
    while rows or notes:
        if not _names_columns_by_row(part):
            refuse_columns(frozenset(stream.columns), how.first, part)
        yield _some(part, stream, rows, how, notes)
        rows, notes = tuple(islice(stream.rows, at_once)), ()


def refuse_unmet(
    met: Sequence[frozenset[str]], n_kept: int, n_rows: int, reading: Reading, where: str
) -> None:
    """Raise InputError, at the place of the condition, for a value that no row of all parts has,
    and where no row meets all conditions.
    """
    conditions = conditions_of(reading)
    problems = []
    for one, values in zip(conditions, met, strict=True):
        absent = [value for value in one.values if value not in values]
        if absent:
            what = f"no row has {listed(absent)} in {quoted(one.column)}"
            place = reading.where(("where", one.column), where)
            problems.append(Problem(what, place, "write a value as the parts have it"))
    if problems:
        raise InputError.of(problems)
    refuse_none(conditions, n_kept, n_rows, reading, where=where)


def _some(
    part: Path, stream: Stream, rows: tuple[Row, ...], how: TicketRows, notes: tuple[str, ...]
) -> SomeTickets:
    # JSON lines without a line have no columns either.
    columns = tuple(stream.columns) or tuple(sorted(how.first.names))
    table = Table(columns, rows, (*stream.notes, *notes), stream.facts)
    loaded = tickets_of(part, table, how.reading, how.labels, whole=False)
    return SomeTickets(loaded, _met(rows, how.reading))


def _met(rows: Sequence[Row], reading: Reading) -> tuple[frozenset[str], ...]:
    conditions = conditions_of(reading)
    return tuple(
        frozenset(one.values).intersection(value_of(row, one.column) for row in rows)
        for one in conditions
    )


def _refuse_conditions(table: Table, reading: Reading, head: str) -> None:
    how = "write one of them: `dataset: {where: {COLUMN: VALUE}}`"
    missing = [
        missing_column(
            one.column,
            table.columns,
            table.facts,
            where=reading.where(("where", one.column), head),
            role="condition",
            say=how,
        )
        for one in conditions_of(reading)
        if not has_column(one.column, table.columns)
    ]
    if missing:
        raise InputError.of(missing)


def _names_columns_by_row(part: Path) -> bool:
    """Whether the format has columns that not every row has."""
    return part.name.lower().removesuffix(".gz").endswith(COLUMNS_BY_ROW)
