"""One answer of a harness, and how the files of a harness are known and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ticketbench.core.registry import Registry
from ticketbench.core.types import FailureKind

YES, NO = "true", "false"
"""The labels of a yes-or-no question, as JSON writes them."""

UNLABELLED = "without a gold label"
ON_A_SCALE = "to a question on a scale"

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one question about one ticket.

    question  which becomes the rubric set
    ticket    its id; of two answers under one id and question the second one is another ticket
    label     the gold label; empty where the file has none
    scores    of every label; None where it is not known
    top       the label that was answered; empty where that is the one with the largest score
    variant   what else may tell answers to one question apart: a model, a prompt
    group     what ties tickets that are the same text
    failure   why there is no answer
    columns   what else the file says of the ticket
    """

    question: str
    ticket: str
    label: str
    scores: Mapping[str, float] | None = None
    top: str = ""
    variant: str = ""
    group: str = ""
    failure: FailureKind | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


Read = Callable[[Values, Values], Iterator[Answer | str]]
"""The answers in a record, given what stands beside all records; words for what is left out, which
read on after "answers".
"""


@dataclass(frozen=True, slots=True)
class Harness:
    """How the records of one harness are read.

    tool     its name as people write it
    tells    keys of its records, or of what stands beside them; a file that has them all is its own
    needs_gold  whether its gold labels stand in another file
    """

    name: str
    tool: str
    tells: Sequence[str]
    needs_gold: bool
    read: Read


HARNESSES: Registry[Harness] = Registry("harness")


def harness(
    name: str, *, tool: str, tells: Sequence[str], needs_gold: bool = False
) -> Callable[[Read], Read]:
    """Register a function that reads one record."""

    def entry(read: Read) -> Harness:
        return Harness(name, tool, tells, needs_gold, read)

    return HARNESSES.register(name, entry=entry)


def told(value: Any) -> str:
    """A label or a name as text; empty for what is neither text, number nor truth value."""
    match value:
        case bool():
            return YES if value else NO
        case str() | int() | float():
            return str(value)
    return ""


def shares(value: Any) -> dict[str, float] | None:
    """Scores by label, such as probabilities of a choice; None for anything else."""
    if not isinstance(value, Mapping) or not value:
        return None
    if not all(type(share) in (int, float) for share in value.values()):
        return None
    return {str(label): float(share) for label, share in value.items()}


def yes_or_no(value: Any) -> dict[str, float] | None:
    """The scores of both labels by that of `true`; None for what is no number."""
    if type(value) not in (int, float):
        return None
    return {YES: float(value), NO: 1 - value}
