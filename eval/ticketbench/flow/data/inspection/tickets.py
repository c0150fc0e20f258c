"""The tickets of a table, or of an export, one after the other, as a look into it needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.edge.imports.preset import Asked, LeftOut, Preset
from ticketbench.edge.imports.raw import open_export
from ticketbench.edge.imports.record import Record
from ticketbench.edge.imports.values import labels
from ticketbench.edge.tables.reading import open_table
from ticketbench.edge.tables.rows import Dialect, Row
from ticketbench.flow.data.inspection.reservoir import Reservoir
from ticketbench.flow.data.inspection.tally import Seen
from ticketbench.flow.steps.settings import SEED

_MOST_ROWS = 2_000
_MOST_CELLS = 400_000
_LONGEST_CELL = 5_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rows of a table drawn from all of them, by column; `n` is how many there are in all."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    n: int


@dataclass(frozen=True, slots=True)
class Tickets:
    """Tickets one after the other; notes and counts are complete once the last one is read."""

    tickets: Iterator[Seen]
    notes: list[str] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)


def drawn_rows(path: Path, dialect: Dialect) -> Drawn:
    """Up to 2,000 rows of a table, fewer of one with very many columns; long cells are cut.

    Raises what reading the table raises.
    """
    stream = open_table(path, dialect)
    reservoir: Reservoir[Row] | None = None
    for row in stream.rows:
        if reservoir is None:
            most = min(_MOST_ROWS, max(1, _MOST_CELLS // max(1, len(row.values))))
            reservoir = Reservoir(most, seed=SEED)
        place = reservoir.place()
        if place is not None:
            cells = {
                name: cell[:_LONGEST_CELL] if isinstance(cell, str) else cell
                for name, cell in row.values.items()
            }
            reservoir.keep(place, Row(row.line, cells))
    columns = tuple(stream.columns)
    return (
        Drawn(columns, tuple(reservoir.kept()), reservoir.n) if reservoir else Drawn(columns, (), 0)
    )


def tickets_of_table(path: Path, roles: Mapping[str, str], dialect: Dialect) -> Tickets:
    """A ticket a row, by the column of each role."""
    stream = open_table(path, dialect)
    found = Tickets(iter(()))

    def seen() -> Iterator[Seen]:
        for row in stream.rows:
            cells = {role: row.values.get(name) for role, name in roles.items()}
            yield Seen(
                line=row.line,
                id=_text(cells.get("id")),
                text=_text(cells.get("text")),
                labels=_labels(cells.get("label")),
                group=_text(cells.get("group")),
                split=_text(cells.get("split")),
            )
        found.notes.extend(stream.notes)

    return Tickets(seen(), found.notes)


def tickets_of_export(path: Path, preset: Preset, asked: Asked, dialect: Dialect) -> Tickets:
    """A ticket a record, as the preset reads it. Raises InputError, while it is read, where a
    choice has to be made.
    """
    export = open_export(path, preset, dialect)
    found = Tickets(iter(()))

    def seen() -> Iterator[Seen]:
        n = 0
        for raw in export.records:
            n += 1
            try:
                record = preset.read(raw, asked, found.left_out)
            except InputError as error:
                first = error.problems[0]
                where = first.where or f"{path}:{raw.line}"
                raise InputError(first.what, where=where, help=first.help) from None
            if record is not None:
                yield _of_record(record)
        found.notes.extend(export.notes)
        found.notes.extend(filter(None, [export.more(n)]))

    return Tickets(seen(), found.notes, found.left_out)


def _of_record(record: Record) -> Seen:
    said = {answer.labels for answer in record.answers}
    return Seen(
        line=record.line,
        id=record.id,
        text="\n\n".join(filter(None, (part.strip() for part in record.texts))),
        labels=next(iter(said)) if len(said) == 1 else (),
        group=record.group,
        split=record.split,
        annotators=len(record.answers),
        disagreed=len(said) > 1,
    )


def _text(cell: Any) -> str:
    match cell:
        case str():
            return cell
        case [str() as only]:
            return only
        case list():
            return "|".join(map(str, cell))
    return ""


def _labels(cell: Any) -> tuple[str, ...]:
    if isinstance(cell, str) and cell[:1] not in ("[", "{"):
        return (cell.strip(),) if cell.strip() else ()
    return labels(cell)
