"""What the answers of a set took: how long each live one, and how many tokens or characters."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset
from ticketbench.edge.answers.rows import Told
from ticketbench.edge.replay.models import told_of_tickets
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source, sending

_TOKENS = ("input_tokens", "prompt_tokens")
"""What a count of the tokens sent is called; the second by chat servers."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Of different questions that have an answer, each counted once.

    requests    that they take, one each but where every label is asked for by itself
    ms          of every answer whose time was kept, in order
    characters  of all requests
    tokens      that the answers name; None where one of them names none, or there is none
    """

    questions: int
    requests: int
    ms: tuple[int, ...]
    characters: int
    tokens: int | None


def effort(dataset: Dataset, rubrics: RubricSet, source: Source) -> Effort:
    """What the answers of these tickets took, as far as it was stored with them.

    Questions without an answer, as refused ones, do not count: what they took is not known.
    """
    asked = questions(dataset, rubrics, source.url)
    of_ticket = told_of_tickets(asked, source)
    first = [of_ticket[i] for i in asked.first]
    found = {number: one for number, one in enumerate(first) if one is not None}
    timed = [one.details.ms for one in found.values() if one.details.ms is not UNSET]
    known = [n for n in map(_tokens, found.values()) if n is not None]
    takes = sending(source.url, map(asked.body, found))
    return Effort(
        questions=len(found),
        requests=takes.requests,
        ms=tuple(sorted(timed)),
        characters=takes.characters,
        tokens=sum(known) if found and len(known) == len(found) else None,
    )


def _tokens(told: Told) -> int | None:
    usage = {} if told.details.usage is UNSET else told.details.usage
    return next((usage[name] for name in _TOKENS if name in usage), None)
