"""The stored answer of each ticket, and which model gave it, where the answer says so."""

from __future__ import annotations

from msgspec import UNSET

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.replay.every_ticket import used_answers
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source


def models(dataset: Dataset, rubrics: RubricSet, source: Source) -> tuple[str | None, ...]:
    """The model of each answer that a ticket has, in dataset order; None where it names none.

    A ticket without an answer, as one that was refused, speaks of no model and is left out.
    """
    found = (one for one in answers(dataset, rubrics, source) if one is not None)
    return tuple(None if one.details.model is UNSET else one.details.model for one in found)


def answers(dataset: Dataset, rubrics: RubricSet, source: Source) -> tuple[Stored | None, ...]:
    """The answer of each ticket that a replay takes, in dataset order; None where there is none."""
    asked = questions(dataset, rubrics, source.url)
    if source.mode == "refresh":
        fresh = source.cache.read(asked.position)[0]
        keys = asked.keys
        return tuple(fresh.get(keys[number]) for number in asked.of_ticket.tolist())
    found = used_answers(dataset, rubrics, source)
    known = [found.get(key) for key in asked.keys]
    in_file = {key: n for key, n in asked.in_file.items() if known[n] is None}
    cached = source.cache.read(in_file)[0]
    for key, number in in_file.items():
        known[number] = source.recording.get(key) or cached.get(key)
    return tuple(known[number] for number in asked.of_ticket.tolist())
