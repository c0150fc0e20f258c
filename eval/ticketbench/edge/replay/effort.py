"""What the answers of a set took: how long each live one, and how many tokens or characters."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.replay.every_ticket import used_answers
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source, sending

_TOKENS = "input_tokens"


@dataclass(frozen=True, slots=True)
class Effort:
    """Of different questions, each counted once.

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
    """What it took to answer these tickets, as far as it was stored with the answers."""
    asked = questions(dataset, rubrics, source.url)
    found = used_answers(dataset, rubrics, source).values()
    timed = [one.details.ms for one in found if one.details.ms is not UNSET]
    tokens = [_tokens(one) for one in found]
    known = [n for n in tokens if n is not None]
    takes = sending(source.url, map(asked.body, range(len(asked))))
    return Effort(
        questions=len(asked),
        requests=takes.requests,
        ms=tuple(sorted(timed)),
        characters=takes.characters,
        tokens=sum(known) if len(known) == len(asked) else None,
    )


def _tokens(stored: Stored) -> int | None:
    usage = stored.details.usage
    return None if usage is UNSET else usage.get(_TOKENS)
