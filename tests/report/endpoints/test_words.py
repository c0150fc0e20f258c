"""What stands below the leaderboard."""

from __future__ import annotations

import math

import pytest

from ticketbench.core.types import Estimate
from ticketbench.measure.endpoints.effort import Effort, latency
from ticketbench.measure.endpoints.leaderboard import Leaderboard, SetRow
from ticketbench.report.endpoints.words import board_note


def row(name: str, *, n: int) -> SetRow:
    known = Estimate(0.5, 0.4, 0.6, n, "Wilson")
    return SetRow(name, "e", known, known, known, 0.1, Effort(math.nan, "answers", latency([])))


@pytest.mark.parametrize(
    ("n", "said"),
    [
        ((58, 58), "37 tickets that every set scored"),
        ((36, 1058), "accuracy of each set's own 36 to 1,058 labelled tickets with an answer"),
    ],
)
def test_accuracies_of_other_tickets_are_told(n: tuple[int, int], said: str) -> None:
    board = Leaderboard(0.05, 37, tuple(row(f"v{i}", n=one) for i, one in enumerate(n)), ())
    assert board_note(board).endswith(said)
    assert ("accuracy of" in board_note(board)) == (n[0] != n[1])
