"""How the stored answer of each ticket came, and which model gave it, where the answer says so."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset
from ticketbench.edge.answers.recording import in_order
from ticketbench.edge.answers.rows import Told
from ticketbench.edge.replay.questions import Questions, questions
from ticketbench.edge.replay.source import Source


def models(dataset: Dataset, rubrics: RubricSet, source: Source) -> tuple[str | None, ...]:
    """The model of each answer that a ticket has, in dataset order; None where it names none.

    A ticket without an answer, as one that was refused, speaks of no model and is left out.
    """
    told = told_of_tickets(questions(dataset, rubrics, source.url), source)
    found = (one for one in told if one is not None)
    return tuple(None if one.details.model is UNSET else one.details.model for one in found)


def told_of_tickets(asked: Questions, source: Source) -> tuple[Told | None, ...]:
    """How the answer of each ticket came that a replay takes, in dataset order; None where there is
    none.
    """
    if source.mode == "refresh":
        known = [*map(source.cache.told(asked.position).get, asked.position)]
    else:
        found = source.cache.told(asked.position) | _recorded(asked.position, source)
        known = [*map(found.get, asked.position)]
        in_file = {key: n for key, n in asked.in_file.items() if known[n] is None}
        found = source.cache.told(in_file) | _recorded(in_file, source)
        for key, number in in_file.items():
            known[number] = found.get(key)
    return tuple(known[number] for number in asked.of_ticket.tolist())


def _recorded(keys: Iterable[str], source: Source) -> dict[str, Told]:
    ordered = in_order(source.recording, keys)
    found = ((key, source.recording[key]) for key in ordered if key in source.recording)
    return {key: Told(stored.recorded_at, stored.details) for key, stored in found}
