"""The kinds of question, as options that an engine scores, and the figures made of their scores.

Every option is scored by its name and its description, or by its name alone. What a question asks
for is not scored, but for yes/no, where it describes the yes: so a choice between labels has the
scores of /classify. Order and names of questions, and other questions, change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from ticketbench.core.shapes.contract import Shape
from ticketbench.edge.serving.shapes.model import Option
from ticketbench.edge.serving.shapes.problem import Malformed

YES, NO = "true", "false"
MOST_CHOICES, MOST_LEVELS = Shape.most_labels, 10


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the options applies."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class YesNo:
    """Whether it is so: two options, yes first."""

    options: tuple[Option, Option]


@dataclass(frozen=True, slots=True)
class Levels:
    """How much: the options are levels, lowest first."""

    options: tuple[Option, ...]


Question = Choice | YesNo | Levels


def yes_no(said: str, if_not: str) -> YesNo:
    """Whether what is `said` is so, where `if_not` describes that it is not; "" says nothing."""
    return YesNo(((YES, said or YES), (NO, if_not or NO)))


def unique(options: Iterable[Option], most: int, *where: str | int) -> tuple[Option, ...]:
    """At most `most` options of different names, else Malformed."""
    found = tuple(options)
    if len(found) > most:
        raise Malformed(f"at most {most} are possible, not {len(found)}", *where)
    if len({name for name, _ in found}) < len(found):
        raise Malformed("two of them are the same", *where)
    return found


def confidence(probabilities: Sequence[float]) -> float:
    """(max p - 1/K) / (1 - 1/K) of K options, within [0, 1]; 1 for a single one."""
    k = len(probabilities)
    return 1.0 if k == 1 else min(1.0, max(0.0, (max(probabilities) - 1 / k) / (1 - 1 / k)))


def expectation(probabilities: Sequence[float]) -> float:
    """The mean level: sum of i times p_i."""
    return fsum(i * p for i, p in enumerate(probabilities))


def first_of_highest(probabilities: Sequence[float]) -> int:
    """Where the highest stands; a tie goes to the earlier option, as in /classify."""
    return max(range(len(probabilities)), key=lambda i: probabilities[i])


def words_in(text: str, questions: Iterable[Question]) -> int:
    """What stands in `usage`, since an engine of ours counts no tokens: words between blanks."""
    asked = (part for one in questions for _, part in one.options)
    return sum(len(part.split()) for part in (text, *asked))
