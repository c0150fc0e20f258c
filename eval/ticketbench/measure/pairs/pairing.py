"""Tickets with what was answered and what became of them: the sides of a paired judgement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import Policy
from ticketbench.core.types import IntArray, ScoreTable


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A score table, and the outcome (ROUTE, REVIEW or ESCALATE) of each of its tickets.

    The outcome of a committed baseline is the one it had, whatever the policy is now.
    """

    table: ScoreTable
    outcome: IntArray

    def rows(self, at: IntArray) -> Judged:
        """Only the tickets at the indices `at`, in that order."""
        return Judged(self.table.rows(at), self.outcome[at])

    def in_order_of_ids(self) -> Judged:
        """The same tickets sorted by id, so that the order of a file changes no result."""
        ids = self.table.ids
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
        return Judged(self.table.in_order_of_ids(), self.outcome[order])


Pair = tuple[Judged, Judged]
"""The same tickets in the same order, as base and candidate have them."""


def judged(table: ScoreTable, policy: Policy) -> Judged:
    """The table with the outcomes that `policy` decides."""
    return Judged(table, policy.decide(table.scores, table.labels).outcome)


def paired(base: Judged, candidate: Judged) -> Pair:
    """The tickets that both sides scored, sorted by id; none in common gives empty sides.

    Draws follow row numbers, so the order of a file changes no result.
    """
    of_base = {ticket: i for i, ticket in enumerate(base.table.ids)}
    of_candidate = {ticket: i for i, ticket in enumerate(candidate.table.ids)}
    shared = sorted(of_base.keys() & of_candidate.keys())
    first, second = (
        np.array([where[ticket] for ticket in shared], dtype=np.int64)
        for where in (of_base, of_candidate)
    )
    return base.rows(first), candidate.rows(second)
