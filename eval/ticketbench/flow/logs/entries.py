"""Decisions as any log has them, before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision; what a log does not say is None, or an empty text.

    label, score  the top label and its raw score; None where there was no answer
    scores        raw scores by label
    time          in UTC, or as the log has it where that names no zone
    policy, rubric_set  what decided, as a decision log says it
    """

    ticket_id: str
    label: str | None
    score: float | None
    scores: Mapping[str, float] | None
    outcome: str
    reason: str
    model: str | None
    time: datetime | None
    policy: str = ""
    rubric_set: str = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """The decisions of all files, in their order.

    notes  what was left out of them, as sentences
    named  whether the log says which policy decided
    """

    decisions: tuple[Entry, ...]
    notes: tuple[str, ...]
    named: bool
