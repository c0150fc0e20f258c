"""The labelled tickets on which two sets differ, as a table for a person to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.cells import CellStyle, csv_text
from ticketbench.edge.labels.state import read_state
from ticketbench.flow.labels.begin import inputs_for, refuse_changed
from ticketbench.flow.labels.judge import Difference, Labelled
from ticketbench.flow.texts import texts_of

HEAD = (
    "number",
    "ticket_id",
    "label",
    "base_label",
    "base_outcome",
    "candidate_label",
    "candidate_outcome",
    "speaks_for",
)


def write_differences(found: Labelled, state_path: Path, out: Path) -> None:
    """Write them to `out`, with their texts where the config lets these be shown.

    Raises what reading the config and the tickets raises.
    """
    state = read_state(state_path)
    inputs, _ = inputs_for(state.source)
    refuse_changed(state, inputs)
    texts = texts_of(inputs).texts
    cells = inputs.config.file.report.csv
    write_file(out, differences_csv(found.differences, texts, cells=cells).encode("utf-8"))


def differences_csv(
    differences: tuple[Difference, ...], texts: Mapping[str, str], *, cells: CellStyle
) -> str:
    """A row a ticket in the order of labelling; with `texts`, by id, a last column `text`."""
    head = (*HEAD, "text") if texts else HEAD
    rows = [(*_row(one), *([texts.get(one.ticket_id, "")] if texts else [])) for one in differences]
    of_people = [cell for row in rows for cell in row[1:]]
    return csv_text(head, rows, texts=of_people, cells=cells)


def _row(one: Difference) -> tuple[str, ...]:
    return (
        str(one.number),
        one.ticket_id,
        one.label,
        one.base_label,
        one.base_outcome,
        one.candidate_label,
        one.candidate_outcome,
        one.speaks_for,
    )
