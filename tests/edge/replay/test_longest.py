"""The longest ticket beside what an endpoint reads: counted by hand."""

from __future__ import annotations

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.inputs.endpoint_config import EndpointConfig, NamedEndpoint
from ticketbench.edge.replay.longest import longest

SETS = [
    RubricSet("short", (Rubric("a", "b"),)),
    RubricSet("long", (Rubric("ab", "c" * 58), Rubric("d", "e" * 59))),
]


def dataset(*lengths: int) -> Dataset:
    tickets = (Ticket(f"t{i}", "x" * n, "a") for i, n in enumerate(lengths))
    return Dataset("tickets", tuple(tickets))


def endpoint(url: str, **more: object) -> NamedEndpoint:
    return NamedEndpoint("there", EndpointConfig(url=url, **more))  # type: ignore[arg-type]


MINILM = "local://minilm/v1/classify"
JEV = "systemone+https://api.typesafe.ai/v1/systemone?model=jev-1.13.0"


def test_a_text_is_longer_where_it_has_more_than_is_read() -> None:
    found = longest(dataset(1024, 1025, 2000, 3), SETS, endpoint(MINILM))
    assert found is not None
    assert (found.tokens, found.most, found.n_over, found.n) == (500, 256, 2, 4)
    assert found.words == (
        "there: the longest ticket has about 500 tokens, 256 are read; "
        "about 2 of 4 tickets have more"
    )


def test_where_the_question_counts_the_longest_set_is_added() -> None:
    found = longest(dataset(80, 40), SETS, endpoint(JEV, characters_per_token=2))
    assert found is not None
    assert (found.tokens, found.n_over) == ((80 + 60 + 60) / 2, 0)
    assert found.words == (
        "there: the longest ticket with its question has about 100 tokens, 32,000 are read "
        "(as known on 2026-11-29)"
    )


def test_nothing_is_said_without_a_limit_or_without_tickets() -> None:
    assert longest(dataset(9), SETS, endpoint("https://h.example/classify")) is None
    assert longest(dataset(), SETS, endpoint(MINILM)) is None
