"""Replay: every ticket's answer for one rubric set, from recording, cache or endpoint."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from ticketbench.core.classify import REFUSAL, ContractViolation
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset, Failure, FloatArray, Missing, ScoreTable
from ticketbench.edge.answers.memo import Remembered
from ticketbench.edge.answers.recording import comes_after, refuse_moved
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.answers.stored_scores import StoredScores
from ticketbench.edge.replay.drift import Drift
from ticketbench.edge.replay.many_questions import Progress, ask_all, check_drift
from ticketbench.edge.replay.questions import Questions, questions
from ticketbench.edge.replay.source import Answers, Source, sending
from ticketbench.edge.replay.why_missing import REFUSED, because, reasons
from ticketbench.edge.results.predictions import score_table

_DAMAGED = Failure("", "cache", 0, "the stored answer is damaged")
_REFUSED = Failure("", "refused", 200, REFUSAL)


@dataclass(frozen=True, slots=True)
class Replayed:
    """The score table, how many different questions came from where, how many stored answers
    were damaged, what asking a few questions again found, which limit stopped it, in words, and
    how many of those sent had been refused before.
    """

    table: ScoreTable
    recorded: int
    cached: int
    sent: int
    damaged: int = 0
    drift: Drift = Drift()  # noqa: RUF009 - frozen, so sharing the default is safe
    stopped: str = ""
    refused_before: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would take from where; `missing` would be sent (or fail in strict replay).

    `duplicates` are tickets whose question an earlier ticket or rubric set asks, `damaged` stored
    answers among the missing that cannot be used, `refused` those that the endpoint refused when
    it was last asked, `requests` what the missing take: more than one each where every label is
    asked for by itself; `characters` are those of these requests. `why` counts the others by
    reason (refresh needs none); `answered` are the rubrics that most of them were answered for
    instead, None where that is no reason.
    """

    questions: int
    duplicates: int
    damaged: int
    recorded: int
    cached: int
    missing: int
    refused: int
    requests: int
    characters: int
    why: tuple[Missing, ...]
    answered: RubricSet | None

    @property
    def reasons(self) -> tuple[Missing, ...]:
        """Why questions are missing, refusals last."""
        return (*self.why, *([Missing(self.refused, REFUSED)] if self.refused else ()))


def replay(
    dataset: Dataset, rubrics: RubricSet, source: Source, *, progress: Progress | None = None
) -> Replayed:
    """One row or one failure for every ticket; equal questions are asked once.

    Strict replay sends nothing: what is missing becomes a failure of kind `miss` that says why, or
    `refused` where that is what the endpoint said last. Otherwise what was refused before
    `source.since` is asked again.

    Raises InputError when a recorded line names another URL than its key is of, EndpointError when
    no question can succeed, MachineError when answers cannot be stored; answers that were stored
    before that stay stored.
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
    refused = _refused(asked, source, answers)
    final = {n for n, when in refused.items() if source.mode == "replay" or when >= source.since}
    answers.failures |= dict.fromkeys(final, _REFUSED)
    missing = [number for number in answers.missing() if number not in final]
    drift, sent, before = Drift(), 0, 0
    if source.mode == "replay":
        unknown = [number for number in missing if number not in answers.failures]
        for number, reason in reasons(asked, unknown, source).items():
            answers.failures[number] = Failure("", "miss", 0, reason.because)
    elif missing:
        ask_all(asked, source, answers, missing, progress)
        drift = check_drift(asked, source, answers, missing)
        not_run = {n for n, failure in answers.failures.items() if failure.kind == "not_run"}
        sent = len(missing) - len(not_run)
        before = len(refused.keys() - not_run - final)
    scores = answers.scores[asked.of_ticket]
    failures = {
        i: answers.failures[number]
        for i, number in enumerate(asked.of_ticket.tolist())
        if number in answers.failures
    }
    table = score_table(dataset, rubrics, source.url, scores, failures)
    counts = answers.recorded, answers.cached, sent, answers.damaged
    found = Replayed(table, *counts, drift, answers.stopped, before)
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
    known = _refused(asked, source, answers)
    final = {n for n, when in known.items() if source.mode == "refresh" and when >= source.since}
    unanswered = [number for number in answers.missing() if number not in final]
    missing = [number for number in unanswered if keys[number] not in counted]
    counted.update(keys[number] for number in missing)
    shared = len(unanswered) - len(missing)
    refused = known.keys() & set(missing) if source.mode != "refresh" else set()
    unknown = [n for n in missing if n not in answers.failures and n not in refused]
    why = reasons(asked, [] if source.mode == "refresh" else unknown, source)
    takes = sending(source.url, map(asked.body, missing))
    unusable = [because(answers.failures[n]) for n in missing if n in answers.failures]
    return Plan(
        questions=len(asked),
        duplicates=len(dataset.tickets) - len(asked) + shared,
        damaged=len(answers.failures),
        recorded=answers.recorded,
        cached=answers.cached,
        missing=len(missing),
        refused=len(refused),
        requests=takes.requests,
        characters=takes.characters,
        why=Missing.counted([*(reason.because for reason in why.values()), *unusable]),
        answered=_commonest(reason.answered for reason in why.values()),
    )


def _commonest(sets: Iterable[RubricSet | None]) -> RubricSet | None:
    counts = Counter(one for one in sets if one is not None)
    return counts.most_common(1)[0][0] if counts else None


def stored_answers(dataset: Dataset, rubrics: RubricSet, source: Source) -> dict[str, Stored]:
    """The stored answers for these tickets and rubrics, by key; the cache before the recording.

    So an answer that was refreshed reaches the next recording. One to a text with the line ends of
    the file is taken where there is none to the text as it is sent.
    """
    asked = questions(dataset, rubrics, source.url)
    found = _recorded(asked.position, source) | source.cache.read(asked.position)[0]
    sent = asked.keys
    left = [key for key, number in asked.in_file.items() if sent[number] not in found]
    return found | _recorded(left, source) | source.cache.read(left)[0]


def stored_refusals(
    dataset: Dataset, rubrics: RubricSet, source: Source, answers: Mapping[str, Stored]
) -> dict[str, Refusal]:
    """What is known as refused of these tickets and rubrics, by key, and not among `answers`, or
    refused after that; the cache before the recording.
    """
    known = {**source.refused(), **source.cache.refusals()}
    keys = (key for key in questions(dataset, rubrics, source.url).keys if key in known)
    return {
        key: known[key]
        for key in keys
        if key not in answers or comes_after(known[key], answers[key])
    }


def used_answers(dataset: Dataset, rubrics: RubricSet, source: Source) -> dict[str, Stored]:
    """The stored answers that a replay takes, by key: the recording before the cache."""
    keys = questions(dataset, rubrics, source.url).keys
    return source.cache.read(keys)[0] | _recorded(keys, source)


def _recorded(keys: Iterable[str], source: Source) -> dict[str, Stored]:
    return {key: source.recording[key] for key in keys if key in source.recording}


def _refused(asked: Questions, source: Source, answers: Answers) -> dict[int, datetime]:
    """When the questions were refused that have no stored answer, as far as that is known."""
    recorded = {} if source.mode == "refresh" else source.refused()
    cached = source.cache.refusals()
    if not (recorded or cached):
        return {}
    keys = asked.keys
    open_ = [n for n in answers.missing() if n not in answers.failures]
    refuse_moved(source.recording, (keys[n] for n in open_ if keys[n] in recorded), asked.url)
    known = {**recorded, **cached}
    return {n: known[keys[n]].recorded_at for n in open_ if keys[n] in known}


def _stored(asked: Questions, source: Source) -> Answers:
    """What recording and cache hold; in refresh only what was asked since it began.

    A recorded answer that cannot be used leaves the question to the cache, and one that is in
    neither is looked for once more under the text with the line ends of the file.
    """
    shape = (len(asked), len(asked.rubrics.labels))
    answers = Answers(np.full(shape, np.nan), {})
    if source.mode == "refresh":
        stored = source.cache.read(asked.position)[0].items()
        since = ((k, s.content) for k, s in stored if s.recorded_at >= source.since)
        answers.cached = _fill(answers, asked, asked.position, since)
        return answers
    _take(answers, asked, asked.position, source)
    if asked.in_file:
        _take(answers, asked, _unanswered(answers, asked.in_file), source)
    return answers


def _take(answers: Answers, asked: Questions, position: Mapping[str, int], source: Source) -> None:
    """Put in what recording and cache hold of the questions that have these keys."""
    left = position
    if len(source.recording):
        refuse_moved(source.recording, position, asked.url)
        taken = (key for key in position if key in source.recording)
        recorded = ((key, source.recording[key].content) for key in taken)
        answers.recorded += _fill(answers, asked, position, recorded)
        left = _unanswered(answers, position)
    answers.cached += _fill(answers, asked, position, source.cache.contents(left))


def _unanswered(answers: Answers, position: Mapping[str, int]) -> dict[str, int]:
    unanswered = np.isnan(answers.scores[:, 0]).tolist()
    return {key: number for key, number in position.items() if unanswered[number]}


def _fill(
    answers: Answers,
    asked: Questions,
    position: Mapping[str, int],
    rows: Iterable[tuple[str, bytes | None]],
) -> int:
    """Put stored answers into the matrix, all at once; how many were usable."""
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
