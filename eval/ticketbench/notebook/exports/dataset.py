"""An export of a help desk or an annotation tool as a DataFrame of tickets, with its notes."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ticketbench.edge.imports.preset import Asked
from ticketbench.edge.tables.dialect import said_dialect
from ticketbench.flow.data.asked import LEAVE_OUT, ImportAsked
from ticketbench.flow.data.dataset import Imported, data_import
from ticketbench.flow.data.words import agreement_text, chance_text, headline, left_out_text
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns
from ticketbench.notebook.exports.roles import by_role
from ticketbench.notebook.result import Frames, Result


class ImportedTickets(Result):
    """What `data import` writes; `found` is what it prints, with all counts.

    Its frames are `tickets`, `disagreements`, `labels` and `left_out`.
    """

    thing = "import"

    def __init__(self, found: Imported, tickets: Columns, disagreements: Columns) -> None:
        self.found, self._tickets, self._apart = found, tickets, disagreements

    def _frames(self) -> Frames:
        notes = self.found.notes
        return {
            "tickets": lambda: self._tickets,
            "disagreements": lambda: self._apart,
            "labels": lambda: Columns.of("label n", notes.labels.items()),
            "left_out": lambda: Columns.of("why n", notes.left_out.items()),
        }

    def _data(self) -> Imported:
        return self.found

    def _card(self) -> Card:
        notes, agreed = self.found.notes, self.found.notes.agreement
        lines = [f"left out: {left_out_text(notes)}"] if notes.left_out else []
        lines += [] if agreed is None else [agreement_text(agreed), chance_text(agreed)]
        return Card(headline(notes), [*lines, *notes.remarks])


def import_tickets(
    path: str | Path,
    *,
    out: str | Path | None = None,
    preset: str = "none",
    columns: Mapping[str, str | Sequence[str]] | None = None,
    annotator: str = "",
    annotators: Sequence[str] = (),
    disagree: str = LEAVE_OUT,
    html: str = "",
    cut: Sequence[str] = (),
    label_tag: str = "",
    label_field: str = "",
    field: str = "",
    text_field: str = "",
    parts: str = "",
    delimiter: str = "",
    encoding: str = "",
    force: bool = False,
) -> ImportedTickets:
    """The export in `path` as tickets; arguments are the options of `data import`.

    `columns` are names by role, `cut` any of quotes and signatures. With `out` the files are
    written there, too. Raises InputError where a choice must be made.
    """
    of_preset = Asked(
        by_role(columns),
        annotator,
        tuple(annotators),
        text_field,
        field,
        label_tag,
        label_field,
        parts,
    )
    dialect = said_dialect(delimiter, encoding) if delimiter or encoding else None
    asked = ImportAsked(preset, of_preset, html, tuple(cut), disagree, dialect, force=force)
    if out is not None:
        return _read(data_import(Path(path), Path(out), asked))
    with TemporaryDirectory() as folder:
        return _read(data_import(Path(path), Path(folder, "tickets.csv"), asked))


def _read(found: Imported) -> ImportedTickets:
    tables = [_table(file) for file in found.files if file.suffix == ".csv"]
    return ImportedTickets(found, *tables, *([Columns((), ())] if len(tables) < 2 else []))


def _table(path: Path) -> Columns:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return Columns(tuple(head), tuple(map(tuple, rows)))
