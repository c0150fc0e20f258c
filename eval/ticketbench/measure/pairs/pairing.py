"""The same tickets on two sides: what was answered and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import le

import numpy as np

from ticketbench.core.policy import Policy
from ticketbench.core.types import NONE, BoolArray, IntArray, ScoreTable
from ticketbench.measure.routing.outcomes import missed_by


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A score table, and the outcome (ROUTE, REVIEW or ESCALATE) of each of its tickets.

    The outcome of a committed baseline is the one it had, whatever the policy is now. `missed`
    marks the tickets whose gold label an escalation does not ask; None where nobody looked.
    """

    table: ScoreTable
    outcome: IntArray
    missed: BoolArray | None = None

    def rows(self, at: IntArray) -> Judged:
        """Only the tickets at the indices `at`, in that order."""
        missed = None if self.missed is None else self.missed[at]
        return Judged(self.table.rows(at), self.outcome[at], missed)

    def in_order_of_ids(self) -> Judged:
        """The same tickets sorted by id, so that the order of a file changes no result."""
        ids = self.table.ids
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
        missed = None if self.missed is None else self.missed[order]
        return Judged(self.table.in_order_of_ids(), self.outcome[order], missed)


Pair = tuple[Judged, Judged]
"""The same tickets in the same order, as base and candidate have them."""


def judged(table: ScoreTable, policy: Policy) -> Judged:
    """The table with the outcomes that `policy` decides."""
    outcome = policy.decide(table.scores, table.labels).outcome
    return Judged(table, outcome, missed_by(table, policy))


def paired(base: Judged, candidate: Judged) -> Pair:
    """The tickets that both sides scored, sorted by id; none in common gives empty sides.

    Draws follow row numbers, so the order of a file changes no result.
    """
    ids = base.table.ids
    if ids == candidate.table.ids and all(map(le, ids, ids[1:])):
        return base, candidate
    first, second = rows_in_common(ids, candidate.table.ids)
    common = [ids[row] for row in first.tolist()]
    order = np.array(sorted(range(len(common)), key=common.__getitem__), dtype=np.int64)
    return base.rows(first[order]), candidate.rows(second[order])


def paired_rows(
    base: ScoreTable, candidate: ScoreTable, *, labelled: bool = True
) -> tuple[ScoreTable, ScoreTable]:
    """The rows of tickets that both tables scored, in base order.

    With `labelled` only those whose gold is a label.
    """
    if base.ids == candidate.ids:
        keep = base.truth != NONE if labelled else np.ones(base.n_scored, dtype=np.bool_)
        return (base, candidate) if keep.all() else (base.rows(keep), candidate.rows(keep))
    first, second = rows_in_common(base.ids, candidate.ids)
    if labelled:
        keep = base.truth[first] != NONE
        first, second = first[keep], second[keep]
    return base.rows(first), candidate.rows(second)


def rows_in_common(base: Sequence[str], candidate: Sequence[str]) -> tuple[IntArray, IntArray]:
    """Where the ids that both have stand in each, in base order."""
    if base == candidate:
        return np.arange(len(base)), np.arange(len(base))
    position = {ticket: i for i, ticket in enumerate(candidate)}
    rows = [(i, position[ticket]) for i, ticket in enumerate(base) if ticket in position]
    first, second = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    return first, second


def same_top(a: ScoreTable, b: ScoreTable) -> BoolArray:
    """Which tickets got the same top label from both sets, compared by name."""
    names = list(b.labels)
    known = [names.index(label) if label in names else NONE for label in a.labels]
    return np.asarray(np.array(known, dtype=np.int64)[a.top] == b.top)


def same_answers(pair: Pair) -> bool:
    """Whether every ticket has the same top label, top score and outcome on both sides.

    Where the scores are not known, nobody knows whether they are the same.
    """
    a, b = pair
    return (
        bool(same_top(a.table, b.table).all())
        and np.array_equal(a.table.top_score, b.table.top_score)
        and np.array_equal(a.outcome, b.outcome)
    )
