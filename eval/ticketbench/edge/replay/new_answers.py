"""Answers of a recording that another one has not, and the questions that they answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ticketbench.core.types import Dataset, RubricSet
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import key_function, request_body


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """A stored answer, and what asks for it again; `ticket_id` is the first ticket of those that
    share it.
    """

    key: str
    ticket_id: str
    body: bytes
    content: bytes


def new_keys(now: Mapping[str, Stored], before: Mapping[str, Stored]) -> set[str]:
    """The questions that `before` has no answer to, or another one. Time and details do not count:
    they change no score.
    """
    return {
        key
        for key, stored in now.items()
        if (known := before.get(key)) is None or known.content != stored.content
    }


def new_answers(
    dataset: Dataset,
    rubrics: RubricSet,
    url: str,
    recording: Mapping[str, Stored],
    keys: Collection[str],
) -> list[NewAnswer]:
    """Those of `keys` that a replay of these tickets and rubrics may take, in order of tickets.

    A text counts as it is sent, and as it stands in the file.
    """
    key_of = key_function(url, rubrics)
    found: dict[str, NewAnswer] = {}
    for ticket in dataset.tickets:
        for text in (ticket.text, ticket.text_in_file):
            if text is None or (key := key_of(text)) not in keys or key in found:
                continue
            body = request_body(text, rubrics)
            found[key] = NewAnswer(key, ticket.id, body, recording[key].content)
    return list(found.values())
