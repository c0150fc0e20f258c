"""Replay: every ticket's answer for one rubric set, from recording, cache or endpoint."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import Dataset, Failure, FloatArray, RubricSet, ScoreTable
from ticketbench.edge.contract import ContractViolation
from ticketbench.edge.drift import Drift
from ticketbench.edge.live import Progress, ask_all, check_drift
from ticketbench.edge.memo import Remembered
from ticketbench.edge.questions import Questions, questions
from ticketbench.edge.rows import Stored
from ticketbench.edge.score_tables import score_table
from ticketbench.edge.source import Answers, Source
from ticketbench.edge.stored_scores import StoredScores

_MISS = Failure("", "miss", 0, "no stored answer")
_DAMAGED = Failure("", "cache", 0, "the stored answer is damaged")


@dataclass(frozen=True, slots=True)
class Replayed:
    """The score table, how many different questions came from where, how many stored answers
    were damaged, and what asking a few questions again found.
    """

    table: ScoreTable
    recorded: int
    cached: int
    sent: int
    damaged: int = 0
    drift: Drift = Drift()  # noqa: RUF009 - frozen, so sharing the default is safe


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would take from where; `missing` would be sent (or fail in strict replay).

    `duplicates` are tickets whose question an earlier ticket asks, `characters` those of the
    missing request bodies.
    """

    questions: int
    duplicates: int
    recorded: int
    cached: int
    missing: int
    characters: int


def replay(
    dataset: Dataset, rubrics: RubricSet, source: Source, *, progress: Progress | None = None
) -> Replayed:
    """One row or one failure for every ticket; equal questions are asked once.

    Strict replay sends nothing: what is missing becomes a failure of kind `miss`. Raises
    EndpointError when no question can succeed, MachineError when answers cannot be stored;
    answers that were stored before that stay stored.
    """
    if source.memo is None or source.mode == "refresh":
        return _replayed(dataset, rubrics, source, progress)[0]
    key = source.memo.key(dataset, rubrics, source.url, source.cache.state())
    kept = source.memo.load(key)
    if kept is not None:
        table = score_table(dataset, rubrics, source.url, kept.scores, {})
        return Replayed(table, kept.recorded, kept.cached, 0)
    found, scores = _replayed(dataset, rubrics, source, progress)
    # What changed while the answers were read must not be kept under the token from before.
    same = key == source.memo.key(dataset, rubrics, source.url, source.cache.state())
    if same and not (found.sent or found.table.n_failed):
        source.memo.save(key, Remembered(scores, found.recorded, found.cached))
    return found


def _replayed(
    dataset: Dataset, rubrics: RubricSet, source: Source, progress: Progress | None
) -> tuple[Replayed, FloatArray]:
    """The replay from the answers themselves, and the score of every ticket."""
    asked = questions(dataset, rubrics, source.url)
    answers = _stored(asked, source)
    missing = answers.missing()
    drift, sent = Drift(), 0
    if source.mode == "replay":
        for number in missing:
            answers.failures.setdefault(number, _MISS)
    elif missing:
        ask_all(asked, source, answers, missing, progress)
        drift, sent = check_drift(asked, source, answers, missing), len(missing)
    scores = answers.scores[asked.of_ticket]
    failures = {
        i: answers.failures[number]
        for i, number in enumerate(asked.of_ticket.tolist())
        if number in answers.failures
    }
    table = score_table(dataset, rubrics, source.url, scores, failures)
    found = Replayed(table, answers.recorded, answers.cached, sent, answers.damaged, drift)
    return found, scores


def plan(
    dataset: Dataset, rubrics: RubricSet, source: Source, counted: set[str] | None = None
) -> Plan:
    """What `replay` would do, without sending anything.

    Questions in `counted` are asked for another rubric set already; those asked for this one are
    added to it.
    """
    counted = set() if counted is None else counted
    asked = questions(dataset, rubrics, source.url)
    answers = _stored(asked, source)
    keys = asked.keys
    missing = [number for number in answers.missing() if keys[number] not in counted]
    counted.update(keys[number] for number in missing)
    return Plan(
        questions=len(asked),
        duplicates=len(dataset.tickets) - len(asked),
        recorded=answers.recorded,
        cached=answers.cached,
        missing=len(missing),
        characters=sum(len(asked.body(number).decode("utf-8")) for number in missing),
    )


def stored_answers(dataset: Dataset, rubrics: RubricSet, source: Source) -> dict[str, Stored]:
    """The stored answers for these tickets and rubrics, by key; the cache before the recording.

    So an answer that was refreshed reaches the next recording.
    """
    keys = questions(dataset, rubrics, source.url).keys
    recorded = {key: source.recording[key] for key in keys if key in source.recording}
    return recorded | source.cache.read(keys)[0]


def _stored(asked: Questions, source: Source) -> Answers:
    """What recording and cache hold; in refresh only what this run has already asked again."""
    shape = (len(asked), len(asked.rubrics.labels))
    answers = Answers(np.full(shape, np.nan), {})
    left = asked.position
    if source.mode == "refresh":
        left = {key: n for key, n in left.items() if key in source.refreshed}
    elif len(source.recording):
        taken = (key for key in left if key in source.recording)
        recorded = ((key, source.recording[key].content) for key in taken)
        answers.recorded = _fill(answers, asked, recorded)
        left = {key: n for key, n in left.items() if key not in source.recording}
    answers.cached = _fill(answers, asked, source.cache.contents(left))
    return answers


def _fill(answers: Answers, asked: Questions, rows: Iterable[tuple[str, bytes | None]]) -> int:
    """Put stored answers into the matrix, all at once; how many were usable."""
    position = asked.position
    found, numbers = StoredScores(asked.rubrics.labels), array("q")
    for key, content in rows:
        number = position[key]
        if content is None:
            answers.failures[number] = _DAMAGED
            answers.damaged += 1
            continue
        try:
            found.add(content)
        except ContractViolation as error:
            answers.failures[number] = _invalid(str(error))
        else:
            numbers.append(number)
    scores, wrong = found.matrix()
    answers.scores[np.asarray(numbers, dtype=np.int64)] = scores
    for row, reason in wrong.items():
        answers.scores[numbers[row]] = np.nan
        answers.failures[numbers[row]] = _invalid(reason)
    return len(numbers) - len(wrong)


def _invalid(reason: str) -> Failure:
    return Failure("", "contract", 200, f"stored answer: {reason}")
