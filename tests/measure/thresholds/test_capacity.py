from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import REVIEW, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.thresholds.capacity import capacity_policy

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)

ROWS = [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.7, 0.2, 0.1], [0.8, 0.1, 0.1]]
FOUR = table(ROWS, ["a", "b", "c", "__none__"])
OFF = Policy(escalate_above=1.0)


def reviewed(t: ScoreTable, policy: Policy) -> float:
    return float((policy.decide(t.scores, t.labels).outcome == REVIEW).mean())


@pytest.mark.parametrize(
    ("limit", "threshold"), [(0.0, 0.5), (0.24, 0.5), (0.25, 0.6), (0.5, 0.7), (1.0, 1.0)]
)
def test_the_highest_threshold_within_the_limit(limit: float, threshold: float) -> None:
    assert capacity_policy(FOUR, OFF, most_reviewed=limit).threshold == threshold


def test_a_limit_met_exactly_is_met() -> None:
    rows = [[0.5, 0.3, 0.2]] * 29 + [[0.9, 0.05, 0.05]] * 71
    found = capacity_policy(table(rows, ["a"] * 100), OFF, most_reviewed=0.29)
    assert found.threshold == 0.9


def test_escalated_tickets_are_not_reviewed() -> None:
    t = table([[0.5, 0.45, 0.05], *ROWS[1:]], ["a"] * 4)
    found = capacity_policy(t, Policy(escalate_above=0.4), most_reviewed=0.0)
    assert found.threshold == 0.6


def test_tied_scores_are_reviewed_together() -> None:
    t = table([[0.5, 0.3, 0.2]] * 3 + [[0.9, 0.05, 0.05]], ["a"] * 4)
    assert capacity_policy(t, OFF, most_reviewed=0.5).threshold == 0.5


def test_a_limit_below_zero_routes_what_can_be_routed() -> None:
    assert capacity_policy(FOUR, OFF, most_reviewed=-0.1).threshold == 0.0


def test_labels_are_not_looked_at() -> None:
    other = table(ROWS, ["c", "c", "zebra", "a"])
    one, two = (capacity_policy(t, OFF, most_reviewed=0.3) for t in (FOUR, other))
    assert one == two


def test_no_tickets_keep_the_threshold() -> None:
    assert capacity_policy(table([], []), Policy(threshold=0.77), most_reviewed=0.1) == Policy(0.77)


def test_the_rest_of_the_policy_stays() -> None:
    base = Policy(0.1, 0.35, 2.0, (("a", 0.9),), "second_line")
    found = capacity_policy(FOUR, base, most_reviewed=0.5)
    assert (found.escalate_above, found.temperature, found.fallback) == (0.35, 2.0, "second_line")
    assert found.label_thresholds == ()


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.floats(0, 1), st.sampled_from([0.5, 1.0, 3.0]))
def test_the_next_threshold_would_review_too_many(
    n: int, seed: int, limit: float, temperature: float
) -> None:
    t = random_table(n, seed=seed)
    base = Policy(escalate_above=0.35, temperature=temperature)
    found = capacity_policy(t, base, most_reviewed=limit)
    assert found.threshold in GRID
    assert reviewed(t, found) <= limit
    above = [x for x in GRID if x > found.threshold]
    if above:
        stricter = Policy(above[0], base.escalate_above, temperature)
        assert reviewed(t, stricter) > limit
