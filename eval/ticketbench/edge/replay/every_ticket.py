"""Replay: every ticket's answer for one rubric set, from recording, cache or endpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ticketbench.core.classify import REFUSAL
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset, Failure, FloatArray, Missing, ScoreTable
from ticketbench.edge.answers.memo import Remembered
from ticketbench.edge.answers.recording import comes_after, in_order, refuse_moved
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.batches.uploads import custom_id
from ticketbench.edge.replay.drift import Drift
from ticketbench.edge.replay.known_answers import known_answers, known_of_each
from ticketbench.edge.replay.many_questions import Progress, ask_all, check_drift
from ticketbench.edge.replay.questions import Questions, questions
from ticketbench.edge.replay.source import Answers, Source, Sources, sending
from ticketbench.edge.replay.why_missing import REFUSED, because, reasons
from ticketbench.edge.results.predictions import score_table

_REFUSED = Failure("", "refused", 200, REFUSAL)
_UNEXPLAINED = Failure("", "miss", 0, "it is not stored, and nobody looked why")


@dataclass(frozen=True, slots=True)
class Replayed:
    """The score table, how many different questions came from where, how many stored answers
    were damaged, what asking a few questions again found, which limit stopped it, in words, how
    many of those sent had been refused before, and whether the cache may say of any of them how its
    answer came.
    """

    table: ScoreTable
    recorded: int
    cached: int
    sent: int
    damaged: int = 0
    drift: Drift = Drift()  # noqa: RUF009 - frozen, so sharing the default is safe
    stopped: str = ""
    refused_before: int = 0
    tells: bool = False


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


_MOST_KEYS = 4_000_000
"""Questions of all sets whose answers are read together: each takes about 250 bytes."""


def replay(
    dataset: Dataset, rubrics: RubricSet, source: Source, *, progress: Progress | None = None
) -> Replayed:
    """One row or one failure for every ticket; equal questions are asked once.

    Strict replay sends nothing: what is missing becomes a failure of kind `miss` that says why.
    Raises InputError when a recorded line names another URL than its key is of, EndpointError when
    no question can succeed, MachineError when answers cannot be stored; answers that were stored
    before that stay stored.
    """
    kept = _Kept(dataset, rubrics, source)
    if kept.replayed is not None:
        return kept.replayed
    asked = questions(dataset, rubrics, source.url)
    return kept.with_what_was(_replayed(asked, source, known_answers(asked, source), progress))


def replay_stored(
    dataset: Dataset, rubric_sets: Sequence[RubricSet], sources: Sources
) -> list[Replayed]:
    """The strict replay of every set, in the order given, with recording and cache read once for as
    many sets as are held together. Raises what `replay` raises of a strict one.
    """
    of = [sources.of(rubrics) for rubrics in rubric_sets]
    kept = [_Kept(dataset, *one) for one in zip(rubric_sets, of, strict=True)]
    found = {i: one.replayed for i, one in enumerate(kept) if one.replayed is not None}
    left = [i for i in range(len(kept)) if i not in found]
    at_once = max(1, _MOST_KEYS // max(1, len(dataset.tickets)))
    for some in (left[i : i + at_once] for i in range(0, len(left), at_once)):
        asked = [questions(dataset, rubric_sets[i], of[i].url) for i in some]
        known = known_of_each(asked, of[0].recording, sources.cache)
        for i in some:  # no set is held longer than it is needed
            found[i] = kept[i].with_what_was(_replayed(asked.pop(0), of[i], known.pop(0), None))
    return [found[i] for i in range(len(kept))]


class _Kept:
    """What the memo keeps of a set, if it may be asked, and takes of it once it was read.

    replayed  the replay as it was kept, or None
    """

    def __init__(self, dataset: Dataset, rubrics: RubricSet, source: Source) -> None:
        self._memo = source.memo if source.mode != "refresh" else None
        self._of = dataset, rubrics, source
        self._key = self._key_now()
        self.replayed = self._replayed()

    def with_what_was(self, read: tuple[Replayed, FloatArray]) -> Replayed:
        """A replay from the answers themselves, after its scores were kept where that is right."""
        found, scores = read
        # What changed while the answers were read must not be kept under the token from before.
        same = self._key == self._key_now()
        if self._memo and same and not (found.sent or found.table.n_failed):
            kept = Remembered(scores, found.recorded, found.cached, found.tells)
            self._memo.save(self._key, kept)
        return found

    def _key_now(self) -> str:
        dataset, rubrics, source = self._of
        if self._memo is None:
            return ""
        return self._memo.key(dataset, rubrics, source.url, source.cache.state())

    def _replayed(self) -> Replayed | None:
        dataset, rubrics, source = self._of
        kept = self._memo.load(self._key) if self._memo else None
        if kept is None:
            return None
        table = score_table(dataset, rubrics, source.url, kept.scores, {})
        return Replayed(table, kept.recorded, kept.cached, 0, tells=kept.tells)


def explained(replayed: Replayed, dataset: Dataset, rubrics: RubricSet, source: Source) -> Replayed:
    """A strict replay whose missing answers nobody explained, with why they are missing."""
    asked = questions(dataset, rubrics, source.url)
    row = {ticket.id: i for i, ticket in enumerate(dataset.tickets)}
    number = {
        failure.ticket_id: int(asked.of_ticket[row[failure.ticket_id]])
        for failure in replayed.table.failures
        if failure.kind == "miss"
    }
    found = reasons(asked, sorted({*number.values()}), source)
    failures = tuple(
        replace(one, detail=found[number[one.ticket_id]].because) if one.kind == "miss" else one
        for one in replayed.table.failures
    )
    return replace(replayed, table=replace(replayed.table, failures=failures))


def _replayed(
    asked: Questions, source: Source, answers: Answers, progress: Progress | None
) -> tuple[Replayed, FloatArray]:
    """The replay from the answers themselves, and the score of every ticket."""
    batched = _of_batches(asked, source, answers) if source.mode != "replay" else frozenset()
    refused = _refused(asked, source, answers)
    final = {n for n in refused if source.mode == "replay"} | _refused_now(refused, source)
    answers.failures |= dict.fromkeys(final, _REFUSED)
    missing = [number for number in answers.missing() if number not in final]
    drift, sent, before = Drift(), 0, 0
    if source.mode == "replay":
        unknown = [number for number in missing if number not in answers.failures]
        if not source.explains:
            answers.failures |= dict.fromkeys(unknown, _UNEXPLAINED)
        else:
            for number, reason in reasons(asked, unknown, source).items():
                answers.failures[number] = Failure("", "miss", 0, reason.because)
    elif missing or batched:
        single = [number for number in missing if number not in batched]
        ask_all(asked, source, answers, single, progress)
        new = sorted({*missing, *batched})
        drift = check_drift(asked, source, answers, new)
        not_run = {n for n, failure in answers.failures.items() if failure.kind == "not_run"}
        sent = len(new) - len(not_run)
        before = len(refused.keys() - not_run - final)
    scores = answers.scores[asked.of_ticket]
    failures = {
        i: answers.failures[number]
        for i, number in enumerate(asked.of_ticket.tolist())
        if number in answers.failures
    }
    table = score_table(asked.dataset, asked.rubrics, source.url, scores, failures)
    counts = answers.recorded, answers.cached, sent, answers.damaged
    tells = answers.tells or sent > 0
    return Replayed(table, *counts, drift, answers.stopped, before, tells), scores


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
    """The questions of a replay, and the numbers of those without a stored answer that this run, or
    the refresh that it goes on with, has not asked already.
    """
    asked = questions(dataset, rubrics, source.url)
    if _Kept(dataset, rubrics, source).replayed is not None:
        return asked, []
    answers = known_answers(asked, source)
    final = _refused_now(_refused(asked, source, answers), source)
    return asked, [number for number in answers.missing() if number not in final]


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
    known = _refused(asked, source, answers)
    final = _refused_now(known, source)
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
    ordered = in_order(source.recording, keys)
    return {key: source.recording[key] for key in ordered if key in source.recording}


def _refused(asked: Questions, source: Source, answers: Answers) -> dict[int, datetime]:
    """When the questions were refused that have no stored answer, as far as that is known."""
    open_ = [n for n in answers.missing() if n not in answers.failures]
    if not open_:
        return {}
    keys = asked.keys
    number = {keys[n]: n for n in open_}
    recorded = {} if source.mode == "refresh" else _recorded_refusals(number, source)
    refuse_moved(source.recording, recorded, asked.url)
    known = {**recorded, **source.cache.refusals()}
    return {n: known[key].recorded_at for key, n in number.items() if key in known}


def _recorded_refusals(keys: Iterable[str], source: Source) -> dict[str, Refusal]:
    refused = source.refused()
    return {key: refused[key] for key in in_order(source.recording, keys) if key in refused}


def _refused_now(refused: Mapping[int, datetime], source: Source) -> set[int]:
    """Those refused since the run, or the refresh that it goes on with, began."""
    return {number for number, when in refused.items() if when >= source.since}
