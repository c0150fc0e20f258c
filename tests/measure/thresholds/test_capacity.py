from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scored_tickets import OFF, asked
from tables import random_table, table
from ticketbench.core.policy import REVIEW, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.thresholds.capacity import capacity, capacity_policy
from ticketbench.measure.thresholds.tickets import Tickets

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)

ROWS = [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.7, 0.2, 0.1], [0.8, 0.1, 0.1]]
FOUR = table(ROWS, ["a", "b", "c", "__none__"])


def highest(t: ScoreTable, base: Policy, most_reviewed: float) -> Policy:
    return capacity_policy(Tickets.of(t, base), base, most_reviewed=most_reviewed)


def reviewed(t: ScoreTable, policy: Policy) -> float:
    return float((policy.decide(t.scores, t.labels).outcome == REVIEW).mean())


@pytest.mark.parametrize(
    ("limit", "threshold"), [(0.0, 0.5), (0.24, 0.5), (0.25, 0.6), (0.5, 0.7), (1.0, 1.0)]
)
def test_the_highest_threshold_within_the_limit(limit: float, threshold: float) -> None:
    assert highest(FOUR, OFF, limit).threshold == threshold


def test_a_limit_met_exactly_is_met() -> None:
    rows = [[0.5, 0.3, 0.2]] * 29 + [[0.9, 0.05, 0.05]] * 71
    assert highest(table(rows, ["a"] * 100), OFF, 0.29).threshold == 0.9


def test_escalated_tickets_are_not_reviewed() -> None:
    t = table([[0.5, 0.45, 0.05], *ROWS[1:]], ["a"] * 4)
    assert highest(t, Policy(escalate_above=0.4), 0.0).threshold == 0.6


def test_tied_scores_are_reviewed_together() -> None:
    t = table([[0.5, 0.3, 0.2]] * 3 + [[0.9, 0.05, 0.05]], ["a"] * 4)
    assert highest(t, OFF, 0.5).threshold == 0.5


def test_a_limit_below_zero_routes_what_can_be_routed() -> None:
    assert highest(FOUR, OFF, -0.1).threshold == 0.0


def test_labels_are_not_looked_at() -> None:
    other = table(ROWS, ["c", "c", "zebra", "a"])
    assert highest(FOUR, OFF, 0.3) == highest(other, OFF, 0.3)


def test_no_tickets_keep_the_threshold() -> None:
    assert highest(table([], []), Policy(threshold=0.77), 0.1) == Policy(0.77)


def test_the_rest_of_the_policy_stays() -> None:
    base = Policy(0.1, 0.35, 2.0, (("a", 0.9),), "second_line")
    found = highest(FOUR, base, 0.5)
    assert (found.escalate_above, found.temperature, found.fallback) == (0.35, 2.0, "second_line")
    assert found.label_thresholds == ()


def test_without_a_limit_the_rule_has_no_answer() -> None:
    of = Tickets.of(FOUR, OFF)
    assert capacity(of, asked()) is None
    found = capacity(of, asked(most_reviewed=0.5))
    assert found is not None
    assert found.policy == highest(FOUR, OFF, 0.5)
    assert (found.most_reviewed, found.certificate) == (0.5, None)
    assert "50% of tickets" in found.title


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.floats(0, 1), st.sampled_from([0.5, 1.0, 3.0]))
def test_the_next_threshold_would_review_too_many(
    n: int, seed: int, limit: float, temperature: float
) -> None:
    t = random_table(n, seed=seed)
    base = Policy(escalate_above=0.35, temperature=temperature)
    found = highest(t, base, limit)
    assert found.threshold in GRID
    assert reviewed(t, found) <= limit
    above = [x for x in GRID if x > found.threshold]
    if above:
        stricter = Policy(above[0], base.escalate_above, temperature)
        assert reviewed(t, stricter) > limit
