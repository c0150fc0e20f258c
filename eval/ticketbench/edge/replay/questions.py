"""The different questions that a dataset and a rubric set make, by the key of their answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset, IntArray
from ticketbench.edge.contract import key_function, request_body


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """Each different question once, in the order of its first ticket.

    position   key to number of the question
    in_file    key under the text as it stands in the file, where line ends there are others
    of_ticket  number of each ticket's question, in dataset order
    first      each question's first ticket
    """

    dataset: Dataset
    rubrics: RubricSet
    url: str
    position: dict[str, int]
    in_file: dict[str, int]
    of_ticket: IntArray
    first: list[int]

    @property
    def keys(self) -> list[str]:
        """The key of every question, in order."""
        return list(self.position)

    def __len__(self) -> int:
        return len(self.position)

    def text(self, number: int) -> str:
        """What one question is about."""
        return self.dataset.tickets[self.first[number]].text

    def body(self, number: int) -> bytes:
        """The request body of one question; made when it is sent, since all would fill memory."""
        return request_body(self.text(number), self.rubrics)


def questions(dataset: Dataset, rubrics: RubricSet, url: str) -> Questions:
    """The questions of `dataset` for `rubrics` at `url`; equal texts make one question."""
    key_of = key_function(url, rubrics)
    position: dict[str, int] = {}
    in_file: dict[str, int] = {}
    of_ticket = np.empty(len(dataset.tickets), dtype=np.int64)
    first: list[int] = []
    for i, ticket in enumerate(dataset.tickets):
        number = position.setdefault(key_of(ticket.text), len(position))
        of_ticket[i] = number
        if number == len(first):
            first.append(i)
        if ticket.text_in_file is not None:
            in_file.setdefault(key_of(ticket.text_in_file), number)
    return Questions(dataset, rubrics, url, position, in_file, of_ticket, first)
