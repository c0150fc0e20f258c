"""What recording and cache hold of the questions of rubric sets, as one matrix of scores a set."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from ticketbench.core.classify import ContractViolation
from ticketbench.core.types import Failure
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.details import NO_DETAILS
from ticketbench.edge.answers.recording import by_part, refuse_moved
from ticketbench.edge.answers.rows import Kept, Stored
from ticketbench.edge.answers.stored_scores import StoredScores
from ticketbench.edge.replay.questions import Questions
from ticketbench.edge.replay.source import Answers, Source

_DAMAGED = Failure("", "cache", 0, "the stored answer is damaged")


def known_answers(asked: Questions, source: Source) -> Answers:
    """What recording and cache hold; in refresh only what was asked since it began."""
    if source.mode != "refresh":
        return known_of_each([asked], source.recording, source.cache)[0]
    wanted = _Wanted.all_of(asked)
    arriving = _Arriving(wanted)
    for key, stored in source.cache.read(asked.position)[0].items():
        wanted.answers.tells |= stored.details != NO_DETAILS
        if stored.recorded_at >= source.since:
            arriving.add(key, stored.content)
    wanted.answers.cached = arriving.put()
    return wanted.answers


def known_of_each(
    asked: Sequence[Questions], recording: Mapping[str, Stored], cache: AnswerCache
) -> list[Answers]:
    """What recording and cache hold of several sets, each part of them read once for all sets.

    A recorded answer that cannot be used leaves the question to the cache, and one that is in
    neither is looked for once more under the text with the line ends of the file. Raises InputError
    when a recorded line names another URL than its key is of.
    """
    wanted = [_Wanted.all_of(one) for one in asked]
    _take(wanted, recording, cache)
    _take([one.in_file() for one in wanted if one.asked.in_file], recording, cache)
    return [one.answers for one in wanted]


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """The questions of a set that are looked for, by key, and where what is found is put."""

    asked: Questions
    answers: Answers
    position: Mapping[str, int]

    @classmethod
    def all_of(cls, asked: Questions) -> _Wanted:
        """Every question, none of them answered."""
        shape = (len(asked), len(asked.rubrics.labels))
        return cls(asked, Answers(np.full(shape, np.nan), {}), asked.position)

    def in_file(self) -> _Wanted:
        """Those without an answer whose text is another one in the file."""
        return replace(self, position=self.asked.in_file).left()

    def left(self) -> _Wanted:
        """Those of them without an answer."""
        unanswered = np.isnan(self.answers.scores[:, 0]).tolist()
        left = {key: number for key, number in self.position.items() if unanswered[number]}
        return replace(self, position=left)


def _take(wanted: Sequence[_Wanted], recording: Mapping[str, Stored], cache: AnswerCache) -> None:
    """Put in what recording and cache hold of these questions."""
    if recording:
        for keys in by_part(recording, chain.from_iterable(one.position for one in wanted)):
            for one in wanted:
                own = dict.fromkeys(key for key in keys if key in one.position)
                one.answers.recorded += _recorded(one, own, recording)
        wanted = [one.left() for one in wanted]
    arriving = [_Arriving(one) for one in wanted]
    for number, key, kept in cache.kept_of_each([one.position for one in wanted]):
        arriving[number].add_kept(key, kept)
    for one, found in zip(wanted, arriving, strict=True):
        one.answers.cached += found.put()


def _recorded(wanted: _Wanted, keys: Collection[str], recording: Mapping[str, Stored]) -> int:
    refuse_moved(recording, keys, wanted.asked.url)
    arriving = _Arriving(wanted)
    for key in keys:
        if key in recording:
            arriving.add(key, recording[key].content)
    return arriving.put()


class _Arriving:
    """Stored answers on their way into the matrix of a set, which takes them all at once."""

    def __init__(self, wanted: _Wanted) -> None:
        self._position, self._answers = wanted.position, wanted.answers
        self._found, self._numbers = StoredScores(wanted.asked.rubrics.labels), array("q")

    def add_kept(self, key: str, kept: Kept | None) -> None:
        """Take in what the cache keeps of a question; None for an answer that is damaged."""
        answers = self._answers
        if kept is None:
            answers.failures[self._position[key]] = _DAMAGED
            answers.damaged += 1
            return
        answers.tells = answers.tells or kept.tells
        self.add(key, kept.content)

    def add(self, key: str, content: bytes) -> None:
        """Take in the answer to a question."""
        number, answers = self._position[key], self._answers
        try:
            self._found.add(content)
        except ContractViolation as error:
            answers.failures[number] = _invalid(str(error))
        else:
            self._numbers.append(number)
            answers.failures.pop(number, None)

    def put(self) -> int:
        """Put them into the matrix; how many were usable."""
        answers, numbers = self._answers, self._numbers
        scores, wrong = self._found.matrix()
        answers.scores[np.asarray(numbers, dtype=np.int64)] = scores
        for row, reason in wrong.items():
            answers.scores[numbers[row]] = np.nan
            answers.failures[numbers[row]] = _invalid(reason)
        return len(numbers) - len(wrong)


def _invalid(reason: str) -> Failure:
    return Failure("", "contract", 200, f"stored answer: {reason}")
