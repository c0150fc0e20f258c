"""Answers of tickets that were asked more than once, as a score table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tables import table
from ticketbench.core.types import Repeat, ScoreTable


def repeated(
    answers: Sequence[tuple[str, str, str]], *, gold: str = "a", rubric_set: str = "v1"
) -> ScoreTable:
    """Each answer is its ticket, repeat and top label of a, b or c; tickets are tied."""
    rows = [[0.8 if name == top else 0.1 for name in "abc"] for _, _, top in answers]
    tickets = [ticket for ticket, _, _ in answers]
    groups = [tickets.index(ticket) for ticket in tickets]
    made = table(rows, [gold] * len(answers), groups=groups, rubric_set=rubric_set)
    ids = tuple(f"{ticket} ({name})" for ticket, name, _ in answers)
    repeats = tuple(Repeat(ticket, name) for ticket, name, _ in answers)
    return replace(made, ids=ids, repeats=repeats)
