"""The longest ticket beside how much of it the endpoint reads, where that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset
from ticketbench.edge.endpoints.limits import limit_of
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint


@dataclass(frozen=True, slots=True)
class Longest:
    """What an endpoint reads, and what it would be asked to read.

    endpoint  its name; empty where there is only one
    tokens    of the longest ticket, with all rubrics of the longest set where the question counts,
              too; characters / characters per token, an estimate
    most      the tokens that are read
    n_over    of `n` tickets, how many have more
    known_on  the day of the vendor's page that says so; empty for an engine of this package
    """

    endpoint: str
    tokens: float
    most: int
    n_over: int
    n: int
    of_question: bool
    known_on: str

    @property
    def words(self) -> str:
        """Such as "the longest ticket has about 310 tokens, 256 are read", and how many go over."""
        whose = f"{self.endpoint}: " if self.endpoint else ""
        question = " with its question" if self.of_question else ""
        found = f"{whose}the longest ticket{question} has about {self.tokens:,.0f} tokens"
        day = f" (as known on {self.known_on})" if self.known_on else ""
        known = f"{found}, {self.most:,} are read{day}"
        over = f"about {self.n_over:,} of {self.n:,} tickets have more"
        return f"{known}; {over}" if self.n_over else known


def longest(
    dataset: Dataset, rubric_sets: Sequence[RubricSet], endpoint: NamedEndpoint
) -> Longest | None:
    """The longest ticket beside the limit of an endpoint, which is asked for these rubric sets;
    None where no limit is known, or no ticket is there.
    """
    limit = limit_of(endpoint.settings.url)
    if limit is None or not dataset.tickets:
        return None
    question = max(map(_characters, rubric_sets), default=0) if limit.of_question else 0
    per_token = endpoint.settings.characters_per_token
    tokens = [(len(one.text) + question) / per_token for one in dataset.tickets]
    return Longest(
        endpoint=endpoint.name,
        tokens=max(tokens),
        most=limit.tokens,
        n_over=sum(n > limit.tokens for n in tokens),
        n=len(tokens),
        of_question=limit.of_question,
        known_on=limit.known_on,
    )


def _characters(rubrics: RubricSet) -> int:
    return sum(len(one.label) + len(one.text) for one in rubrics.rubrics)
