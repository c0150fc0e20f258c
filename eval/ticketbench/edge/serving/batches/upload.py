"""The questions of an upload, every line of it checked before the first is answered."""

from __future__ import annotations

from ticketbench.core.classify import ContractViolation
from ticketbench.core.shapes.batch import MOST_LINES, Question, question_of
from ticketbench.edge.serving.shapes.body import strict_object
from ticketbench.edge.serving.shapes.problem import TOO_LARGE, Malformed, Problem


def questions_in(body: bytes) -> list[Question]:
    """One question a line; empty lines do not count. Texts and labels are not checked: what is
    wrong with them fails that question alone.

    Raises Malformed with the number of the line that is none, or repeats a `custom_id`, and for
    an upload without a line; Problem for one of too many.
    """
    lines = [(number, raw) for number, raw in enumerate(body.split(b"\n"), 1) if raw.strip()]
    if not lines:
        raise Malformed("the upload holds no line")
    if len(lines) > MOST_LINES:
        raise Problem(TOO_LARGE, f"an upload has at most {MOST_LINES:,} lines, not {len(lines):,}")
    first: dict[str, int] = {}
    found = []
    for number, raw in lines:
        question = _question(raw, number)
        if (before := first.setdefault(question.custom_id, number)) != number:
            raise Malformed(f"line {number} has the custom_id of line {before}")
        found.append(question)
    return found


def _question(raw: bytes, number: int) -> Question:
    try:
        return question_of(strict_object(raw, "it"))
    except (ContractViolation, Malformed) as error:
        raise Malformed(f"line {number}: {error}") from None
