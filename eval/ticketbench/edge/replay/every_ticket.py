"""Replay: every ticket's answer for one rubric set, from recording, cache or endpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset, Failure, FloatArray, Missing, ScoreTable
from ticketbench.edge.answers.memo import Memo, Remembered
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.batches.uploads import custom_id
from ticketbench.edge.replay.drift import Drift
from ticketbench.edge.replay.known_answers import known_answers
from ticketbench.edge.replay.many_questions import Progress, ask_all, check_drift
from ticketbench.edge.replay.questions import Questions, questions
from ticketbench.edge.replay.source import Answers, Source, requests_each
from ticketbench.edge.replay.why_missing import because, reasons
from ticketbench.edge.results.predictions import score_table


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
    `why` counts the missing by reason (refresh needs none); `answered` are the rubrics that most of
    them were answered for instead, None where that is no reason.
    """

    questions: int
    duplicates: int
    damaged: int
    recorded: int
    cached: int
    missing: int
    characters: int
    why: tuple[Missing, ...]
    answered: RubricSet | None


def replay(
    dataset: Dataset, rubrics: RubricSet, source: Source, *, progress: Progress | None = None
) -> Replayed:
    """One row or one failure for every ticket; equal questions are asked once.

    Strict replay sends nothing: what is missing becomes a failure of kind `miss` that says why.
    Raises InputError when a recorded line names another URL than its key is of, EndpointError when
    no question can succeed, MachineError when answers cannot be stored; answers that were stored
    before that stay stored.
    """
    memo = source.memo
    if memo is None or source.mode == "refresh":
        return _replayed(dataset, rubrics, source, progress)[0]
    key = _memo_key(memo, dataset, rubrics, source)
    kept = memo.load(key)
    if kept is not None:
        table = score_table(dataset, rubrics, source.url, kept.scores, {})
        return Replayed(table, kept.recorded, kept.cached, 0)
    found, scores = _replayed(dataset, rubrics, source, progress)
    # What changed while the answers were read must not be kept under the token from before.
    same = key == _memo_key(memo, dataset, rubrics, source)
    if same and not (found.sent or found.table.n_failed):
        memo.save(key, Remembered(scores, found.recorded, found.cached))
    return found


def _memo_key(memo: Memo, dataset: Dataset, rubrics: RubricSet, source: Source) -> str:
    return memo.key(dataset, rubrics, source.url, source.cache.state())


def _replayed(
    dataset: Dataset, rubrics: RubricSet, source: Source, progress: Progress | None
) -> tuple[Replayed, FloatArray]:
    """The replay from the answers themselves, and the score of every ticket."""
    asked = questions(dataset, rubrics, source.url)
    answers = known_answers(asked, source)
    batched = _of_batches(asked, source, answers) if source.mode != "replay" else frozenset()
    missing = answers.missing()
    drift, sent = Drift(), 0
    if source.mode == "replay":
        unknown = [number for number in missing if number not in answers.failures]
        for number, reason in reasons(asked, unknown, source).items():
            answers.failures[number] = Failure("", "miss", 0, reason.because)
    elif missing or batched:
        single = [number for number in missing if number not in batched]
        ask_all(asked, source, answers, single, progress)
        new = sorted({*missing, *batched})
        drift = check_drift(asked, source, answers, new)
        sent = len(new) - sum(f.kind == "not_run" for f in answers.failures.values())
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


def _of_batches(asked: Questions, source: Source, answers: Answers) -> frozenset[int]:
    """The questions that are not asked one by one: those whose fate batches of this run decided,
    whose answers are not of before, and those that wait in batches which are open.
    """
    missing = frozenset(answers.missing())
    found = {n: source.batched[k] for k, n in asked.position.items() if k in source.batched}
    failed = {n: failure for n, failure in found.items() if failure is not None and n in missing}
    answered = [n for n, failure in found.items() if failure is None and n not in missing]
    failed = _waiting(asked, source, missing) | failed
    answers.cached -= len(answered)
    answers.failures |= failed
    limits = (one.detail for one in failed.values() if one.kind == "not_run")
    answers.stopped = next(limits, "")
    return frozenset((*failed, *answered))


def _waiting(asked: Questions, source: Source, missing: Iterable[int]) -> dict[int, Failure]:
    """Missing questions in open batches: asked once more, they would be paid twice."""
    open_ones = [one for one in source.cache.open_batches() if one.url == source.url]
    batch_of = {name: one for one in open_ones for name in one.custom_ids}
    if not batch_of:
        return {}
    keys = asked.keys
    waiting = {n: batch_of.get(custom_id(keys[n])) for n in missing}
    told = "`ticketbench run CONFIG` waits for it"
    return {
        n: Failure("", "not_run", 0, f"{one.shown}, is open: {told}")
        for n, one in waiting.items()
        if one is not None
    }


def unanswered(dataset: Dataset, rubrics: RubricSet, source: Source) -> tuple[Questions, list[int]]:
    """The questions of a replay, and the numbers of those without a stored answer."""
    asked, memo = questions(dataset, rubrics, source.url), source.memo
    if memo and source.mode != "refresh" and memo.load(_memo_key(memo, dataset, rubrics, source)):
        return asked, []
    return asked, known_answers(asked, source).missing()


def plan(
    dataset: Dataset, rubrics: RubricSet, source: Source, counted: set[str] | None = None
) -> Plan:
    """What `replay` would do, without sending anything.

    Questions in `counted` are asked for another rubric set already; those asked for this one are
    added to it.
    """
    counted = set() if counted is None else counted
    asked = questions(dataset, rubrics, source.url)
    answers = known_answers(asked, source)
    keys = asked.keys
    unanswered = answers.missing()
    missing = [number for number in unanswered if keys[number] not in counted]
    counted.update(keys[number] for number in missing)
    shared = len(unanswered) - len(missing)
    unknown = [number for number in missing if number not in answers.failures]
    why = reasons(asked, [] if source.mode == "refresh" else unknown, source)
    unusable = [because(answers.failures[n]) for n in missing if n in answers.failures]
    return Plan(
        questions=len(asked),
        duplicates=len(dataset.tickets) - len(asked) + shared,
        damaged=len(answers.failures),
        recorded=answers.recorded,
        cached=answers.cached,
        missing=len(missing),
        characters=sum(len(asked.body(number).decode("utf-8")) for number in missing)
        * requests_each(source.url, len(rubrics.labels)),
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


def used_answers(dataset: Dataset, rubrics: RubricSet, source: Source) -> dict[str, Stored]:
    """The stored answers that a replay takes, by key: the recording before the cache."""
    keys = questions(dataset, rubrics, source.url).keys
    return source.cache.read(keys)[0] | _recorded(keys, source)


def _recorded(keys: Iterable[str], source: Source) -> dict[str, Stored]:
    return {key: source.recording[key] for key in keys if key in source.recording}
