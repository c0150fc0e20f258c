"""What is kept of a ticket: scores on the decimal grid, and the same marks as the policy sees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parted import random_whole
from ticketbench.core.policy import ESCALATE, Policy, reaches
from ticketbench.measure.parts.codes import SCORES, STEPS, Fields, on_grid, score_at, score_codes


@given(score=st.floats(0, 1), at=st.integers(0, STEPS))
def test_a_score_reaches_a_threshold_on_the_grid_where_its_cell_does(score: float, at: int) -> None:
    near = np.array([score, at / STEPS, at / STEPS - 1e-9, at / STEPS - 2e-9, at / STEPS + 1e-6])
    near = np.clip(near, 0, 1)
    cell = on_grid(near)
    assert np.array_equal(cell >= at, reaches(near, at / STEPS))
    assert np.array_equal(on_grid(score_at(cell)), cell)


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 4), st.integers(0, 1)), max_size=9))
def test_packed_numbers_come_out_as_they_went_in(rows: list[tuple[int, int, int]]) -> None:
    fields = Fields(("a", "b", "c"), (0, 5, 2))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    code = fields.packed(a=columns[0], b=columns[1], c=columns[2])
    assert [fields.column(code, name).tolist() for name in "abc"] == columns.tolist()
    assert np.array_equal(fields.mark(code, "c"), columns[2] == 1)


@pytest.mark.parametrize("temperature", [1.0, 1.7])
def test_thresholds_see_the_scores_at_the_temperature_and_the_limit(temperature: float) -> None:
    table = random_whole(200).table
    policy = Policy(0.5, 0.25, temperature=temperature, label_thresholds=(("l1", 0.4),))
    code = score_codes(table, policy, np.zeros(200, dtype=np.int64))
    decisions = policy.decide(table.scores, table.labels)
    escalated = SCORES.mark(code, "two_above")
    assert np.array_equal(escalated, decisions.outcome == ESCALATE)
    own, cell = SCORES.column(code, "own"), SCORES.column(code, "score")
    routed = np.where(own > 0, own == 1, cell >= STEPS // 2) & ~escalated
    assert np.array_equal(routed, decisions.outcome == 0)
