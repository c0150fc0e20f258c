"""What recording and cache hold of the questions of a rubric set, as one matrix of scores."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

import numpy as np

from ticketbench.core.classify import ContractViolation
from ticketbench.core.types import Failure
from ticketbench.edge.answers.recording import by_part, refuse_moved
from ticketbench.edge.answers.stored_scores import StoredScores
from ticketbench.edge.replay.questions import Questions
from ticketbench.edge.replay.source import Answers, Source

_DAMAGED = Failure("", "cache", 0, "the stored answer is damaged")


def known_answers(asked: Questions, source: Source) -> Answers:
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
    if source.recording:
        for keys in by_part(source.recording, position):
            refuse_moved(source.recording, keys, asked.url)
            taken = (key for key in keys if key in source.recording)
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
