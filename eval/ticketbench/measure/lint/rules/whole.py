"""What only the whole set shows: nothing for the rest, lengths, many labels, limits."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from ticketbench.core.quotes import quoted
from ticketbench.core.rubrics import RubricSet
from ticketbench.measure.lint.mentions import takes_the_rest
from ticketbench.measure.lint.rule import Said, rule

LARGEST_RATIO = 4
"""Of the longest rubric to the median one."""

MOST_LABELS = 10
"""Four to six are told apart best; with more than ten even good questions share their tickets."""

MOST_BY_LETTER = 26
"""Endpoints that let a language model answer with one letter have no more letters."""

MOST_OPTIONS = 255
"""Endpoints with one choice among options take so many, some fewer: 64, 128, 208."""

MOST_BYTES = 12_000
"""The smallest limit that an endpoint states for the text of a question, the ticket included."""


@rule("TB130", "note")
def nothing_for_the_rest(rubrics: RubricSet) -> Iterator[Said]:
    """No label is called `other`, `general` or the like, and no rubric asks for anything else."""
    if not any(takes_the_rest(one) for one in rubrics.rubrics):
        yield Said(
            "no label takes the rest",
            "a ticket that fits none still gets the highest score somewhere",
            "let a threshold send it to people, or add a label such as `other`",
        )


@rule("TB131", "note")
def uneven_lengths(rubrics: RubricSet) -> Iterator[Said]:
    """The longest rubric has more than four times the signs of the median one."""
    lengths = {rubric.label: len(rubric.text) for rubric in rubrics.rubrics}
    longest, middle = max(lengths, key=lambda label: lengths[label]), median(lengths.values())
    if lengths[longest] > LARGEST_RATIO * middle:
        yield Said(
            f"the rubric of {quoted(longest)} is far longer than the others",
            f"{lengths[longest]} signs, the median rubric has {middle:.0f}",
            "a long list catches more tickets than a short one: write them alike",
            (longest,),
        )


@rule("TB132", "note")
def many_labels(rubrics: RubricSet) -> Iterator[Said]:
    """More than ten labels."""
    n = len(rubrics.rubrics)
    if n > MOST_LABELS:
        yield Said(
            f"{n} labels",
            "four to six are told apart best",
            "join labels that one team gets anyway",
        )


@rule("TB133", "note")
def limits(rubrics: RubricSet) -> Iterator[Said]:
    """More labels, or more text, than some kinds of endpoints take."""
    n = len(rubrics.rubrics)
    size = sum(len(part.encode()) for one in rubrics.rubrics for part in (one.label, one.text))
    passed = []
    if n > MOST_BY_LETTER:
        passed.append(f"{n} labels, over {MOST_BY_LETTER} where a model answers with a letter")
    if n > MOST_OPTIONS:
        passed.append(f"over {MOST_OPTIONS} where it chooses among options")
    if size > MOST_BYTES:
        passed.append(f"{size:,} bytes of rubrics, over {MOST_BYTES:,} where a question is short")
    if passed:
        title, action = "too large for some endpoints", "look up the limits of yours"
        yield Said(title, "; ".join(passed), action)
