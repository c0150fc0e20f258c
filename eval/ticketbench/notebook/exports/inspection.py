"""A look into a file of tickets before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ticketbench.edge.imports.preset import Asked
from ticketbench.edge.tables.dialect import said_dialect
from ticketbench.flow.data.inspection.found import Inspection
from ticketbench.flow.data.inspection.inspect import inspect as looked_into
from ticketbench.flow.data.inspection.words import headline, label_rows, sampled, sentences
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns
from ticketbench.notebook.exports.roles import by_role
from ticketbench.notebook.result import Frames, Result


class Inspected(Result):
    """What `data inspect` prints; `found` is all of it, as the command has it.

    Its frames are `labels`, `columns` and `personal`. No text of a ticket stands in it.
    """

    thing = "inspect"

    def __init__(self, found: Inspection) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {"labels": self._labels, "columns": self._columns, "personal": self._personal}

    def _labels(self) -> Columns:
        rows = ((one.label, one.n, one.share) for one in self.found.balance.labels)
        return Columns.of("label tickets share", rows)

    def _columns(self) -> Columns:
        rows = (
            (one.role, one.column, one.reason, ", ".join(one.others)) for one in self.found.columns
        )
        return Columns.of("role column reason others", rows)

    def _personal(self) -> Columns:
        rows = ((one.kind, one.n_strings, one.n_texts) for one in self.found.contents.personal)
        return Columns.of("kind strings texts", rows)

    def _data(self) -> Inspection:
        return self.found

    def _card(self) -> Card:
        told = (*sentences(self.found), sampled(self.found))
        rows = label_rows(self.found)
        head = ("label", "tickets", "share") if rows else ()
        return Card(headline(self.found), tuple(filter(None, told)), head, rows)


def inspect(
    file: str | Path,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    preset: str = "",
    label_tag: str = "",
    label_field: str = "",
    field: str = "",
    text_field: str = "",
    delimiter: str = "",
    encoding: str = "",
    everything: bool = False,
) -> Inspected:
    """What a table of tickets, or an export, holds; arguments are the options of the command.

    `columns` says which column is the id, text, label, group or split where a guess is wrong; a
    text may have several. `label_tag`, `label_field`, `field` and `text_field` are what a preset
    has to be told. Raises InputError for what cannot be read.
    """
    found = looked_into(
        Path(file),
        columns=by_role(columns),
        preset=preset,
        asked=Asked(
            label_tag=label_tag, label_field=label_field, field=field, text_field=text_field
        ),
        dialect=said_dialect(delimiter, encoding),
        everything=everything,
    )
    return Inspected(found)
