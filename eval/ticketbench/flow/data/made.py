"""A ticket of an export as a row of a dataset: its text through the steps, its label taken."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from ticketbench.edge.imports.record import Record
from ticketbench.edge.inputs.tickets.joined_text import joined_text
from ticketbench.edge.inputs.tickets.one_row import with_line_feeds
from ticketbench.edge.texts.steps import STEPS, cleaned
from ticketbench.flow.data.people import JOIN, People, Taken
from ticketbench.flow.import_notes import StepNote

JOIN_PARTS = "\n\n"
CHARACTERS = "characters"
"""The step that every text goes through: what no file can keep is taken out."""

_ODD = re.compile("[\x00\ud800-\udfff]")


class Made(msgspec.Struct, frozen=True, gc=False):
    """A ticket: the row that it becomes, what it is of, and whether people left it undecided.

    before  its text without any step
    """

    record: Record
    text: str
    before: str
    taken: Taken
    annotators: str


class Maker:
    """Makes tickets of records, and counts what it did."""

    def __init__(self, steps: Sequence[str], people: People) -> None:
        self._steps, self._people = steps, people
        self._changed: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self.first_changed: Made | None = None

    def made(self, record: Record) -> Made | None:
        """The ticket; None where nothing but blanks is left of its text."""
        parts = [with_line_feeds(part) for part in record.texts]
        text = before = joined(parts)
        names: set[str] = set()
        if self._steps:
            text = joined([self._stepped(part, names) for part in parts])
        if holds_odd(text):
            text = _ODD.sub("", text)
            names.add(CHARACTERS)
        if not text.strip():
            return None
        answers, people = record.answers, self._people
        named = [one.annotator for one in answers if one.annotator]
        who = JOIN.join(map(people.shown, named)) if named else ""
        found = Made(record, text, before, people.taken(answers), who)
        if names:
            self._changed.update(names)
            self.first_changed = self.first_changed or found
        return found

    def _stepped(self, part: str, names: set[str]) -> str:
        found = cleaned(part, self._steps)
        names.update(found.changed)
        self._kept.update(found.emptied)
        return found.text

    def notes(self) -> tuple[StepNote, ...]:
        """Every step in its order, what was not asked for left out."""
        asked = [name for name in STEPS if name in self._steps]
        shown = [*asked, *([CHARACTERS] if self._changed[CHARACTERS] else [])]
        return tuple(StepNote(one, self._changed[one], self._kept[one]) for one in shown)


def holds_odd(text: str) -> bool:
    """Whether there is a character that no file can keep. A search for it takes ten times as long
    as writing the text, so it is written.
    """
    if text.isascii():
        return "\0" in text
    try:
        return b"\0" in text.encode()
    except UnicodeEncodeError:
        return True


def joined(parts: Sequence[str]) -> str:
    """One part as it stands; of several, each without outer blanks, none that begins the next."""
    if len(parts) == 1:
        return parts[0]
    return joined_text(parts, join=JOIN_PARTS)
