"""Replay: every ticket's answer for one rubric set, from recording, cache or endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

import requests

from ticketbench.core.types import Dataset, Failure, RubricSet, ScoreTable
from ticketbench.edge.asking import (
    Breaker,
    Pace,
    Retry,
    Stop,
    Unanswered,
    ask_until_answered,
)
from ticketbench.edge.cache import AnswerCache, Stored, prepared_request
from ticketbench.edge.contract import (
    Answer,
    ContractViolation,
    answer_key,
    parse_answer,
    request_body,
)
from ticketbench.edge.score_tables import score_table

Mode = Literal["auto", "replay", "refresh"]
MODES: tuple[Mode, ...] = ("auto", "replay", "refresh")

Outcome = Answer | Failure

Progress = Callable[[int, int], None]
"""Called with the number of questions answered or given up, and the number to ask."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where answers come from: a recording (read first), the cache, and the endpoint behind it."""

    url: str
    cache: AnswerCache
    recording: Mapping[str, Stored]
    mode: Mode = "auto"
    concurrency: int = 8
    per_second: float | None = None
    retry: Retry = Retry()  # noqa: RUF009 - frozen, so sharing the default is safe


@dataclass(frozen=True, slots=True)
class Replayed:
    """The score table, and how many different questions came from where."""

    table: ScoreTable
    recorded: int
    cached: int
    sent: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would take from where; `missing` would be sent (or fail in strict replay)."""

    questions: int
    recorded: int
    cached: int
    missing: int


def full_url(url: str) -> str:
    """The URL as it is sent and stored, so that keys computed from it agree."""
    return prepared_request(url, b"").url or url


def replay(
    dataset: Dataset, rubrics: RubricSet, source: Source, *, progress: Progress | None = None
) -> Replayed:
    """One row or one failure for every ticket; equal questions are asked once.

    Strict replay sends nothing: what is missing becomes a failure of kind `miss`. Raises
    EndpointError when no question can succeed, MachineError when answers cannot be stored;
    answers that were stored before that stay stored.
    """
    keys, bodies = _questions(dataset, rubrics, source.url)
    stored, damaged, recorded = _stored_answers(source, bodies)
    outcomes = {key: _parsed(answer.content, rubrics) for key, answer in stored.items()}
    unusable = damaged | {key for key, outcome in outcomes.items() if isinstance(outcome, Failure)}
    if source.mode == "replay":
        outcomes |= {key: _not_stored(key in damaged) for key in bodies if key not in outcomes}
        missing = []
    else:
        missing = [key for key in bodies if key not in stored or key in unusable]
        outcomes |= _ask_all(source, missing, unusable, bodies, rubrics, progress)
    table = score_table(dataset, rubrics, source.url, [outcomes[key] for key in keys])
    n_cached = len(stored) - recorded - len(unusable & set(missing) & set(stored))
    return Replayed(table, recorded, n_cached, len(missing))


def _not_stored(damaged: bool) -> Outcome:
    if damaged:
        return Failure("", "cache", 0, "the stored answer is damaged")
    return Failure("", "miss", 0, "no stored answer")


def plan(dataset: Dataset, rubrics: RubricSet, source: Source) -> Plan:
    """What `replay` would do, without sending anything."""
    _, bodies = _questions(dataset, rubrics, source.url)
    stored, _, recorded = _stored_answers(source, bodies)
    return Plan(len(bodies), recorded, len(stored) - recorded, len(bodies) - len(stored))


def stored_answers(dataset: Dataset, rubrics: RubricSet, source: Source) -> dict[str, Stored]:
    """The stored answers for these tickets and rubrics, by key; the cache before the recording.

    So an answer that was refreshed reaches the next recording.
    """
    bodies = _questions(dataset, rubrics, source.url)[1]
    recorded = {key: source.recording[key] for key in bodies if key in source.recording}
    return recorded | source.cache.read(bodies)[0]


def _questions(
    dataset: Dataset, rubrics: RubricSet, url: str
) -> tuple[list[str], dict[str, bytes]]:
    """Each ticket's key, and the different questions by key."""
    keys, bodies = [], {}
    for ticket in dataset.tickets:
        body = request_body(ticket.text, rubrics)
        key = answer_key(url, body)
        keys.append(key)
        bodies[key] = body
    return keys, bodies


def _stored_answers(
    source: Source, bodies: Mapping[str, bytes]
) -> tuple[dict[str, Stored], set[str], int]:
    """Stored answers, damaged keys, and how many came from the recording; none in refresh."""
    if source.mode == "refresh":
        return {}, set(), 0
    recorded = {key: source.recording[key] for key in bodies if key in source.recording}
    cached, damaged = source.cache.read(key for key in bodies if key not in recorded)
    return recorded | cached, damaged, len(recorded)


def _parsed(content: bytes, rubrics: RubricSet) -> Outcome:
    try:
        return parse_answer(content, rubrics.labels)
    except ContractViolation as error:
        return Failure("", "contract", 200, f"stored answer: {error}")


def _ask_all(
    source: Source,
    missing: list[str],
    unusable: set[str],
    bodies: Mapping[str, bytes],
    rubrics: RubricSet,
    progress: Progress | None,
) -> dict[str, Outcome]:
    """Ask every missing question; an unusable answer is replaced, not read again."""
    pace, breaker, stop = Pace(source.per_second), Breaker(source.url), Stop()

    def ask(key: str) -> Outcome:
        def send() -> requests.Response:
            refresh = source.mode == "refresh" or key in unusable
            return source.cache.ask(source.url, bodies[key], refresh=refresh)

        try:
            response = ask_until_answered(send, retry=source.retry, pace=pace, stop=stop)
        except Unanswered as error:
            breaker.record(error)
            return Failure("", error.kind, error.status, error.detail)
        breaker.record(None)
        return parse_answer(response.content, rubrics.labels)

    outcomes: dict[str, Outcome] = {}
    for key, outcome in _in_threads(ask, missing, source.concurrency, stop):
        outcomes[key] = outcome
        if progress is not None:
            progress(len(outcomes), len(missing))
    return outcomes


def _in_threads(
    ask: Callable[[str], Outcome], keys: list[str], concurrency: int, stop: Stop
) -> Iterator[tuple[str, Outcome]]:
    """Outcomes as they come; the first error stops the rest, but for those in flight."""
    pool = ThreadPoolExecutor(concurrency)
    running: dict[Future[Outcome], str] = {}
    try:
        remaining = iter(keys)
        while True:
            for key in remaining:
                running[pool.submit(ask, key)] = key
                if len(running) >= 2 * concurrency:
                    break
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
