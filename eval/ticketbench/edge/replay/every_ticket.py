"""Replay: every ticket's answer for one rubric set, from recording, cache or endpoint."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import Dataset, Failure, FloatArray, RubricSet, ScoreTable
from ticketbench.edge.answers.memo import Remembered
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.answers.stored_scores import StoredScores
from ticketbench.edge.contract import ContractViolation
from ticketbench.edge.replay.drift import Drift
from ticketbench.edge.replay.many_questions import Progress, ask_all, check_drift
from ticketbench.edge.replay.questions import Questions, questions
from ticketbench.edge.replay.source import Answers, Source
from ticketbench.edge.results.predictions import score_table

_MISS = Failure("", "miss", 0, "no stored answer")
_DAMAGED = Failure("", "cache", 0, "the stored answer is damaged")


@dataclass(frozen=True, slots=True)
class Replayed:
    """The score table, how many different questions came from where, how many stored answers
    were damaged, what asking a few questions again found, and which limit stopped it, in words.
    """

    table: ScoreTable
    recorded: int
    cached: int
    sent: int
    damaged: int = 0
    drift: Drift = Drift()  # noqa: RUF009 - frozen, so sharing the default is safe
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would take from where; `missing` would be sent (or fail in strict replay).

    `duplicates` are tickets whose question an earlier ticket or rubric set asks, `damaged` stored
    answers among the missing that cannot be used, `characters` those of the missing requests.
    """

    questions: int
    duplicates: int
    damaged: int
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
        drift = check_drift(asked, source, answers, missing)
        sent = len(missing) - sum(f.kind == "not_run" for f in answers.failures.values())
    scores = answers.scores[asked.of_ticket]
    failures = {
        i: answers.failures[number]
        for i, number in enumerate(asked.of_ticket.tolist())
        if number in answers.failures
    }
    table = score_table(dataset, rubrics, source.url, scores, failures)
    counts = answers.recorded, answers.cached, sent, answers.damaged
    found = Replayed(table, *counts, drift, answers.stopped)
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
    unanswered = answers.missing()
    missing = [number for number in unanswered if keys[number] not in counted]
    counted.update(keys[number] for number in missing)
    shared = len(unanswered) - len(missing)
    return Plan(
        questions=len(asked),
        duplicates=len(dataset.tickets) - len(asked) + shared,
        damaged=len(answers.failures),
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
    return _recorded(keys, source) | source.cache.read(keys)[0]


def used_answers(dataset: Dataset, rubrics: RubricSet, source: Source) -> dict[str, Stored]:
    """The stored answers that a replay takes, by key: the recording before the cache."""
    keys = questions(dataset, rubrics, source.url).keys
    return source.cache.read(keys)[0] | _recorded(keys, source)


def _recorded(keys: Iterable[str], source: Source) -> dict[str, Stored]:
    return {key: source.recording[key] for key in keys if key in source.recording}


def _stored(asked: Questions, source: Source) -> Answers:
    """What recording and cache hold; in refresh only what was asked since it began.

    A recorded answer that cannot be used leaves the question to the cache.
    """
    shape = (len(asked), len(asked.rubrics.labels))
    answers = Answers(np.full(shape, np.nan), {})
    if source.mode == "refresh":
        stored = source.cache.read(asked.position)[0].items()
        since = ((k, s.content) for k, s in stored if s.recorded_at >= source.refresh_since)
        answers.cached = _fill(answers, asked, since)
        return answers
    left = asked.position
    if len(source.recording):
        taken = (key for key in left if key in source.recording)
        recorded = ((key, source.recording[key].content) for key in taken)
        answers.recorded = _fill(answers, asked, recorded)
        unanswered = np.isnan(answers.scores[:, 0]).tolist()
        left = {key: number for key, number in left.items() if unanswered[number]}
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
            answers.failures.pop(number, None)
    scores, wrong = found.matrix()
    answers.scores[np.asarray(numbers, dtype=np.int64)] = scores
    for row, reason in wrong.items():
        answers.scores[numbers[row]] = np.nan
        answers.failures[numbers[row]] = _invalid(reason)
    return len(numbers) - len(wrong)


def _invalid(reason: str) -> Failure:
    return Failure("", "contract", 200, f"stored answer: {reason}")
