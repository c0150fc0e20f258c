"""What people wrote into a sheet, or chose in an annotation tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted, words
from ticketbench.core.registry import suggestion
from ticketbench.edge.files.cells import ESCAPED, original
from ticketbench.edge.imports.looks import first_record, told_by
from ticketbench.edge.imports.preset import Asked, LeftOut, Preset
from ticketbench.edge.imports.raw import open_export
from ticketbench.edge.inputs.tickets.identity import NoId, usable_id
from ticketbench.edge.labels.sheet import LABEL, TICKET
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Dialect, Row, Table

ANNOTATOR = "annotator"
"""The column that says who labelled a row, as annotation tools write it."""


@dataclass(frozen=True, slots=True)
class Given:
    """A label that somebody gave; empty where the cell is blank. `where` is its file:line."""

    ticket_id: str
    annotator: str
    label: str
    where: str


def labels_in(
    path: Path,
    *,
    annotator: str = "",
    annotators: Sequence[str] = (),
    dialect: Dialect | None = None,
) -> tuple[Given, ...]:
    """The labels in a sheet, or in the export of an annotation tool, in the order of the file.

    All are of `annotator` where one is named; `annotators` are columns with the labels of one
    person each. Raises InputError for a file that is neither, with file and line of what cannot be
    read.
    """
    record = first_record(path)
    preset = told_by(record) if record is not None and TICKET not in record else None
    if preset is not None:
        return tuple(_of_export(path, preset, annotator))
    table = read_table(path, dialect)
    columns = _columns(path, table, annotators)
    is_float = TICKET in table.facts.floats
    return tuple(
        Given(
            _id(row, path, is_float=is_float),
            annotator or who or _text(row, ANNOTATOR),
            _text(row, column),
            f"{path}:{row.line}",
        )
        for row in table.rows
        for who, column in columns
    )


def _columns(path: Path, table: Table, annotators: Sequence[str]) -> list[tuple[str, str]]:
    """Each column of labels, with whose it is where it is one person's."""
    wanted = [*annotators] or [LABEL]
    for column in (TICKET, *wanted):
        if column not in table.columns:
            what = f"there is no column {quoted(column)}"
            help_ = f"{suggestion(column, table.columns)}; a sheet of `label next` has "
            raise InputError(what, where=f"{path}:1", help=help_ + words((TICKET, LABEL)))
    return [(column if annotators else "", column) for column in wanted]


def _id(row: Row, path: Path, *, is_float: bool) -> str:
    """The id as it was before the sheet was written, and what a spreadsheet made of it."""
    found = _text(row, TICKET)
    try:
        if _text(row, ESCAPED) == "1":
            found = original(found)
        return usable_id(found, is_float=is_float)
    except ValueError as error:
        raise InputError(
            str(error), where=f"{path}:{row.line}", help="write the sheet anew"
        ) from None
    except NoId as error:
        what = f"{TICKET} {quoted(found)} {error}"
        raise InputError(what, where=f"{path}:{row.line}", help=error.help) from None


def _text(row: Row, column: str) -> str:
    value = row.values.get(column)
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else ", ".join(value)
    return (value or "").strip()


def _of_export(path: Path, preset: Preset, annotator: str) -> Iterator[Given]:
    """Tasks without an answer give nothing. Raises InputError for several labels in one answer."""
    for raw in open_export(path, preset).records:
        where = f"{path}:{raw.line}"
        try:
            record = preset.read(raw, Asked(), LeftOut())
        except InputError as error:
            raise error.located(where) from None
        for one in record.answers if record is not None else ():
            if len(one.labels) > 1:
                what = f"{len(one.labels)} labels in one answer: {words(one.labels)}"
                raise InputError(what, where=where, help="a ticket has one label")
            name = record.id if record is not None else ""
            yield Given(name, annotator or one.annotator, one.labels[0].strip(), where)
