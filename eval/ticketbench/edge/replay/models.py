"""Which model gave the stored answer of each ticket, where the answer says so."""

from __future__ import annotations

from msgspec import UNSET

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.replay.every_ticket import used_answers
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source


def models(dataset: Dataset, rubrics: RubricSet, source: Source) -> tuple[str | None, ...]:
    """The model of each ticket's answer in dataset order; None where the answer names none, or
    there is no answer.
    """
    asked = questions(dataset, rubrics, source.url)
    found = used_answers(dataset, rubrics, source)
    known = [found.get(key) for key in asked.keys]
    in_file = {key: n for key, n in asked.in_file.items() if known[n] is None}
    cached = source.cache.read(in_file)[0]
    for key, number in in_file.items():
        known[number] = source.recording.get(key) or cached.get(key)
    return tuple(_model(known[number]) for number in asked.of_ticket.tolist())


def _model(stored: Stored | None) -> str | None:
    if stored is None or stored.details.model is UNSET:
        return None
    return stored.details.model
