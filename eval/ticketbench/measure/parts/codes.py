"""What is kept of each ticket: the cell it falls into, and its scores on a decimal grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import ESCALATE, TOLERANCE, Decisions, Policy, reaches
from ticketbench.core.types import BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.routing.outcomes import missed_by, needs_two
from ticketbench.measure.thresholds.tickets import Tickets

STEPS = 100_000
"""A score is known to 10^-5, so every threshold of up to five decimals lies on the grid. Cells of
2^-16 would be about as many, but 0.60 would lie inside of one of them."""

N_FOLDS = 5

OPEN, ROUTED, UNROUTED = 0, 1, 2
"""What the thresholds of single labels say of a ticket: nothing, or whether it is routed."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the numbers, most significant first, each from 0 up to below its size.

    The size of the first one does not count, so it may grow without moving any code.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def packed(self, **columns: IntArray | BoolArray) -> IntArray:
        """The code of each ticket, from a column for every name."""
        code = np.asarray(columns[self.names[0]], dtype=np.int64)
        for name, size in zip(self.names[1:], self.sizes[1:], strict=True):
            code = code * size + columns[name]
        return code

    def column(self, code: IntArray, name: str) -> IntArray:
        """The numbers called `name`."""
        at = self.names.index(name)
        found = code // self.stride(name)
        return found if at == 0 else found % self.sizes[at]

    def mark(self, code: IntArray, name: str) -> BoolArray:
        """The numbers called `name`, which are 0 or 1, as truth values."""
        return np.asarray(self.column(code, name) == 1)

    def stride(self, name: str) -> int:
        """What one more of `name` adds to a code."""
        stride = 1
        for size in self.sizes[self.names.index(name) + 1 :]:
            stride *= size
        return stride


SCORES = Fields(
    ("fold", "own", "right", "two_above", "missed", "needs_two", "fits", "score"),
    (N_FOLDS, 3, 2, 2, 2, 2, 2, STEPS + 1),
)
"""As thresholds see a ticket, its score at the temperature of the policy."""

CONFIDENCE = Fields(("alone", "right", "score"), (2, 2, STEPS + 1))
"""As calibration sees it: whether it belongs to no group, and its score as it was answered."""

DRAWN = Fields(
    ("right", "two_above", "score", "confidence"),
    (2, 2, STEPS + 1, STEPS + 1),
)
"""What is kept of the one ticket of a group that stands for it."""


def cells_of(n_labels: int) -> Fields:
    """What metrics of labels and outcomes see; `gold` is 0 for `__none__`, else its index + 1."""
    return Fields(
        ("gold", "top", "outcome", "collision", "missed", "needs_two", "fits"),
        (0, n_labels, 3, 2, 2, 2, 2),
    )


def on_grid(score: FloatArray) -> IntArray:
    """The largest j, 0 to 100,000, for which a score reaches the threshold j/100,000."""
    at = np.floor((score + TOLERANCE) * STEPS).astype(np.int64)
    at += reaches(score, (at + 1) / STEPS)
    at -= ~reaches(score, at / STEPS)
    return np.asarray(np.clip(at, 0, STEPS))


def score_at(at: IntArray) -> FloatArray:
    """The score that stands for each cell of the grid: its lower end."""
    return np.asarray(at / STEPS)


def cell_codes(table: ScoreTable, decisions: Decisions, policy: Policy) -> IntArray:
    """The code of each ticket by `cells_of`."""
    return cells_of(max(1, len(table.labels))).packed(
        gold=table.truth + 1,
        top=table.top,
        outcome=decisions.outcome,
        collision=decisions.collision,
        missed=missed_by(table, policy),
        **_by_all_labels(table),
    )


def score_codes(table: ScoreTable, policy: Policy, fold: IntArray) -> IntArray:
    """The code of each ticket by `SCORES`; tickets of one fold have one number in `fold`."""
    tickets = Tickets.of(table, policy)
    return SCORES.packed(
        fold=fold,
        own=_own(tickets, policy),
        right=tickets.right,
        two_above=two_above(tickets, policy),
        missed=tickets.missed(policy),
        score=on_grid(tickets.score),
        **_by_all_labels(table),
    )


def confidence_codes(table: ScoreTable, alone: BoolArray) -> IntArray:
    """The code of each ticket by `CONFIDENCE`."""
    return CONFIDENCE.packed(alone=alone, right=table.right, score=on_grid(table.top_score))


def drawn_codes(table: ScoreTable, policy: Policy) -> IntArray:
    """The code of each ticket by `DRAWN`."""
    tickets = Tickets.of(table, policy)
    return DRAWN.packed(
        right=tickets.right,
        two_above=two_above(tickets, policy),
        score=on_grid(tickets.score),
        confidence=on_grid(table.top_score),
    )


def two_above(tickets: Tickets, policy: Policy) -> BoolArray:
    """Which tickets two labels or more score above the escalation limit of."""
    return np.asarray(tickets.decided(policy).outcome == ESCALATE)


def _by_all_labels(table: ScoreTable) -> dict[str, BoolArray]:
    """Whether two labels fit, and whether the top label does; without all_labels gold alone."""
    needed = needs_two(table)
    if needed is None or table.wanted is None:
        return {"needs_two": np.zeros(table.n_scored, dtype=np.bool_), "fits": table.right}
    return {"needs_two": needed, "fits": table.wanted[np.arange(table.n_scored), table.top]}


def _own(tickets: Tickets, policy: Policy) -> IntArray:
    own = np.full(tickets.n, OPEN)
    for label, threshold in policy.label_thresholds:
        if label in tickets.labels:
            here = tickets.top == tickets.labels.index(label)
            own[here] = np.where(reaches(tickets.score[here], threshold), ROUTED, UNROUTED)
    return own
