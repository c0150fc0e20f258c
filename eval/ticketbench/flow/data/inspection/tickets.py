"""The tickets of a table, or of an export, one after the other, as a look into it needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ticketbench.edge.imports.preset import Asked, LeftOut, Preset
from ticketbench.edge.imports.raw import open_export
from ticketbench.edge.imports.record import Record
from ticketbench.edge.imports.values import labels
from ticketbench.edge.tables.columns import at
from ticketbench.edge.tables.reading import open_table
from ticketbench.edge.tables.rows import Dialect, Facts, Row
from ticketbench.flow.data.inspection.reservoir import Reservoir
from ticketbench.flow.data.inspection.tally import Seen
from ticketbench.flow.data.made import joined
from ticketbench.flow.data.records import Records
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
    facts: Facts


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
    rows, n = (tuple(reservoir.kept()), reservoir.n) if reservoir else ((), 0)
    return Drawn(tuple(stream.columns), rows, n, stream.facts)


def tickets_of_table(path: Path, roles: Mapping[str, Sequence[str]], dialect: Dialect) -> Tickets:
    """A ticket a row, by the columns of each role; a text may have several."""
    stream = open_table(path, dialect)
    found = Tickets(iter(()))

    def seen() -> Iterator[Seen]:
        for row in stream.rows:
            cells = {role: at(row, names[0]) for role, names in roles.items()}
            texts = roles.get("text", ())
            parts = [_text(at(row, name)) for name in texts[1:]]
            text = _text(cells.get("text"))
            yield Seen(
                line=row.line,
                id=_text(cells.get("id")),
                text=joined([text, *parts]) if parts else text,
                labels=_labels(cells.get("label")),
                group=_text(cells.get("group")),
                split=_text(cells.get("split")),
            )
        found.notes.extend(stream.notes)

    return Tickets(seen(), found.notes)


def tickets_of_export(path: Path, preset: Preset, asked: Asked, dialect: Dialect) -> Tickets:
    """A ticket as the preset reads it. Raises InputError, while it is read, where a choice has to
    be made.
    """
    export = open_export(path, preset, dialect)
    records = Records(path, export, preset, asked)
    found = Tickets(iter(()), left_out=records.left_out)

    def seen() -> Iterator[Seen]:
        n = 0
        for record in records.each():
            n += 1
            yield _of_record(record)
        records.refuse_nothing(n)
        found.notes.extend(export.notes)
        found.notes.extend(filter(None, [export.more(records.n_read)]))

    return Tickets(seen(), found.notes, records.left_out)


def _of_record(record: Record) -> Seen:
    said = {answer.labels for answer in record.answers}
    return Seen(
        line=record.line,
        id=record.id,
        text=joined(record.texts),
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
