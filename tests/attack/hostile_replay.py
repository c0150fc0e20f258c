"""A replay of made-up tickets against a hostile server, and what is stored of it."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from hostile_server import truth
from ticketbench.core.errors import EndpointError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.asking.one_question import Retry
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.endpoints import Connection, connect
from ticketbench.edge.replay.every_ticket import Replayed, replay
from ticketbench.edge.replay.source import Source

RUBRICS = RubricSet(
    "v1", tuple(Rubric(x, f"Is it about {x}?") for x in ("billing", "technical", "general"))
)
RETRY = Retry(attempts=3, base_s=0.01, cap_s=0.05)


@dataclass(frozen=True, slots=True)
class Left:
    """What a replay left: its result, or why it stopped, and the stored answers."""

    found: Replayed | EndpointError
    stored: int
    wrong: int


def tickets(n: int) -> Dataset:
    """`n` tickets with texts of their own."""
    rows = (Ticket(f"t{i}", f"Question {i} about my order", "billing") for i in range(n))
    return Dataset("made up", tuple(rows))


def replayed(
    folder: Path,
    url: str,
    n: int,
    *,
    concurrency: int,
    timeout_s: float = 0.4,
    ca_file: Path | None = None,
) -> Left:
    """Ask about `n` tickets; a run that stops is a result as well."""
    dataset = tickets(n)
    path = folder / "answers.sqlite"
    endpoint = connect(url, Connection(timeout_s=timeout_s, ca_file=ca_file))
    found: Replayed | EndpointError
    with AnswerCache(path, endpoint) as cache:
        source = Source(url, cache, {}, concurrency=concurrency, retry=RETRY, timeout_s=timeout_s)
        try:
            found = replay(dataset, RUBRICS, source)
        except EndpointError as error:
            found = error
    return Left(found, *stored(path, url, dataset))


def stored(path: Path, url: str, dataset: Dataset) -> tuple[int, int]:
    """How many answers are stored, and how many of them are not what the server computed."""
    bodies = [request_body(ticket.text, RUBRICS) for ticket in dataset.tickets]
    right = {answer_key(url, body): body for body in bodies}
    with AnswerCache(path) as cache:
        answers, damaged = cache.read(cache.stored_keys())
    wrong = sum(
        json.loads(kept.content) != json.loads(truth(right[key])) for key, kept in answers.items()
    )
    return len(answers), wrong + len(damaged)


def calm_down(url: str) -> None:
    """From now on every question gets a right answer."""
    request = urllib.request.Request(url.replace("/classify", "/calm"), data=b"{}")
    urllib.request.urlopen(request, timeout=10).close()
