"""Missing answers in words: how many, and why, the same wherever it is said."""

from __future__ import annotations

from collections.abc import Sequence

from ticketbench.core.types import Missing
from ticketbench.report.words.numbers import count

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
