"""One ticket as an export says it, and what people answered about it."""

from __future__ import annotations

import msgspec


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What one annotator said of a ticket: one label or several; a tool may name nobody ("")."""

    labels: tuple[str, ...]
    annotator: str = ""


class Record(msgspec.Struct, frozen=True, gc=False):
    """A ticket of an export.

    line     where it stands, from 1
    id       empty where the export has none: it is made of the text
    texts    the parts of its text in order (subject, body ...), as they stand; each may be HTML
    answers  one for each annotator; a help desk has one of nobody
    group    what ties tickets that are not independent: a customer, by number, never by name
    """

    line: int
    id: str
    texts: tuple[str, ...]
    answers: tuple[Answer, ...]
    group: str = ""
    time: str = ""
    split: str = ""
