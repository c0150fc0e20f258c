"""Tickets to label, without any answer: a table for a spreadsheet, or tasks for Label Studio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ticketbench.edge.files.cells import csv_text

PLACE, TICKET, TEXT, LABEL = "place", "ticket_id", "text", "label"


@dataclass(frozen=True, slots=True)
class Blank:
    """A ticket that waits for a label; `place` is its place in the order of the whole log."""

    place: int
    ticket_id: str
    text: str


def sheet_csv(blanks: Sequence[Blank]) -> bytes:
    """A table with an empty column `label`; no text in it is run as a formula.

    With a byte order mark, since a spreadsheet takes a file without one for another encoding.
    """
    rows = [(str(one.place), one.ticket_id, one.text, "") for one in blanks]
    texts = [cell for one in blanks for cell in (one.ticket_id, one.text)]
    head = (PLACE, TICKET, TEXT, LABEL)
    return csv_text(head, rows, texts=texts, cells="safe").encode("utf-8-sig")


def label_studio_tasks(blanks: Sequence[Blank]) -> bytes:
    """Tasks for Label Studio; the id stands twice: its short exports have an `id` of their own."""
    tasks = [
        {"data": {"id": b.ticket_id, TICKET: b.ticket_id, PLACE: b.place, TEXT: b.text}}
        for b in blanks
    ]
    return msgspec.json.format(msgspec.json.encode(tasks), indent=2) + b"\n"
