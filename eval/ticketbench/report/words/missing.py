"""Answers in words: how many there are and are missing, and why, the same wherever it is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ticketbench.report.words.numbers import count

if TYPE_CHECKING:
    from ticketbench.core.types import Missing
    from ticketbench.measure.evaluation import Measured
    from ticketbench.measure.gates.completeness import Answered

_MOST_REASONS = 5


def missing_text(missing: Sequence[Missing], *, of: str = "") -> str:
    """Such as "12 answers missing: 12 because configs/rec.jsonl is not there".

    `of` names the rubric set. Nothing missing is "0 answers missing".
    """
    n = sum(one.n for one in missing)
    whose = f" for rubric set {of!r}" if of else ""
    said = [f"{one.n:,} because {one.because}" for one in missing[:_MOST_REASONS]]
    rest = sum(one.n for one in missing[_MOST_REASONS:])
    why = ", ".join([*said, f"{rest:,} for other reasons"] if rest else said)
    return f"{count(n, 'answer')} missing{whose}" + (f": {why}" if why else "")


def answered_text(one: Answered) -> str:
    """Such as "v2: 408 requested = 400 scored + 8 failed"."""
    return (
        f"{one.rubric_set}: {one.n_requested:,} requested = {one.n_scored:,} scored + "
        f"{one.n_failed:,} failed"
    )


def missing_action(evaluations: Sequence[Measured]) -> str:
    """What to do where too many tickets lack an answer: a new try gets no answer to what was
    refused.
    """
    if _worth_asking(evaluations):
        return "run it again: too many tickets have no answer"
    return "ask another endpoint: too many tickets were refused"


def incomplete_text(evaluations: Sequence[Measured]) -> str:
    """How many tickets lack an answer, of the first set of which too many do and a new try helps,
    and what to do; else how many were refused.
    """
    from ticketbench.measure.recommendation import incomplete

    e = next(iter(_worth_asking(evaluations) or incomplete(evaluations)))
    under = "" if len(evaluations) == 1 else f" under {e.rubric_set}"
    if e.n_failed == e.n_refused:
        return f"the endpoint refused {e.n_failed:,} of {e.n_requested:,} tickets{under}"
    have = "has" if e.n_failed == 1 else "have"
    return f"{e.n_failed:,} of {e.n_requested:,} tickets {have} no answer{under}. Run it again"


def _worth_asking(evaluations: Sequence[Measured]) -> list[Measured]:
    """Sets of which too many tickets lack an answer, not all of them refused."""
    from ticketbench.measure.recommendation import incomplete

    return [e for e in incomplete(evaluations) if e.n_failed > e.n_refused]
