"""Whether a rubric is one question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ticketbench.core.quotes import quoted
from ticketbench.core.rubrics import RubricSet
from ticketbench.measure.lint.rule import Said, rule
from ticketbench.measure.lint.words import MOST_READ

_OPENINGS = frozenset(
    "am are can could did do does had has have how is may might must shall should was were what "
    "when where which who whom whose why will would".split()
)
_MARKS = ("?", "\uff1f", "\u061f", "\u037e")
"""Of English and of East Asian, Arabic and Greek texts."""

_CLOSING = " \t\n.'\")]\u201d\u2019\u00bb"
_WRITER = "(?:customer|user|client|person|sender|writer|ticket|message|text|request)"
_SECOND = re.compile(
    r"(?:[,;]|\band|\bor)\s+(?:(?:and|or|also|if so)(?:\s*,)?\s+)*"
    r"(?:(?:does|do|did)\s+(?:it|this|that|the|they|he|she|there)"
    rf"|(?:is|are|was|were|has|have|had|can|could|would|will|should)\s+"
    rf"(?:it|this|they|there|he|she|the\s+{_WRITER}))\b",
    re.IGNORECASE,
)


@rule("TB124", "warning")
def no_question(rubrics: RubricSet) -> Iterator[Said]:
    """No question mark at the end, and no question word at the beginning."""
    for rubric in rubrics.rubrics:
        if not _asks(rubric.text):
            yield Said(
                f"the rubric of {quoted(rubric.label)} is no question",
                quoted(rubric.text),
                "ask what can be answered with yes or no: Is the customer asking about ...?",
                (rubric.label,),
            )


@rule("TB128", "note")
def two_questions(rubrics: RubricSet) -> Iterator[Said]:
    """A second question mark, or an auxiliary with its subject behind a comma, "and" or "or".

    The latter in the first 2,000 signs.
    """
    for rubric in rubrics.rubrics:
        if sum(map(rubric.text.count, _MARKS)) > 1 or _SECOND.search(rubric.text[:MOST_READ]):
            yield Said(
                f"the rubric of {quoted(rubric.label)} asks two questions",
                quoted(rubric.text),
                "ask one: a list of what belongs here, joined by `or`",
                (rubric.label,),
            )


def _asks(text: str) -> bool:
    first = re.match(r"\W*([^\W_]+)", text)
    opened = first is not None and first[1].casefold() in _OPENINGS
    return opened or text.rstrip(_CLOSING).endswith(_MARKS)
