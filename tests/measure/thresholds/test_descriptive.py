from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scored_tickets import OFF, asked, blocks, tickets
from tables import random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.routing.outcomes import GRID, sweep
from ticketbench.measure.thresholds.descriptive import descriptive, descriptive_policy
from ticketbench.measure.thresholds.tickets import Tickets

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)

ROWS = [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.7, 0.2, 0.1]]


def lowest(t: ScoreTable, target: float, base: Policy = OFF) -> Policy:
    return descriptive_policy(Tickets.of(t, base), base, target)


def test_the_descriptive_threshold_by_hand() -> None:
    # .5 wrong, .6 right, .7 right: from .51 on, all routed tickets are right.
    assert lowest(table(ROWS, ["b", "a", "a"]), 0.9).threshold == 0.51


def test_a_target_met_exactly_is_met() -> None:
    assert lowest(table([ROWS[0], ROWS[2]], ["b", "a"]), 0.5).threshold == 0.0


@pytest.mark.parametrize("t", [table([ROWS[0], ROWS[2]], ["b", "b"]), table([], [])])
def test_a_target_out_of_reach_routes_nothing(t: ScoreTable) -> None:
    assert lowest(t, 0.5).threshold == math.inf


def test_escalated_tickets_do_not_count() -> None:
    of = tickets([0.5, 0.6, 0.7], [False, True, True], second=[0.4, 0.1, 0.1])
    assert descriptive_policy(of, Policy(escalate_above=0.3), 0.9).threshold == 0.0
    assert descriptive_policy(of, OFF, 0.9).threshold == 0.51


def test_tickets_that_no_label_fits_are_wrong() -> None:
    assert lowest(table(ROWS, ["__none__", "a", "a"]), 0.9).threshold == 0.51


def test_the_rest_of_the_policy_stays() -> None:
    base = Policy(0.1, 0.35, 2.0, (("a", 0.9),), "second_line")
    found = lowest(table(ROWS, ["a"] * 3), 0.5, base)
    assert (found.escalate_above, found.temperature, found.fallback) == (0.35, 2.0, "second_line")
    assert found.label_thresholds == ()


def test_the_rule_names_its_target_and_promises_nothing() -> None:
    found = descriptive(blocks((0.9, 10, 0)), asked(min_precision=0.8))
    assert (found.policy.threshold, found.target, found.certificate) == (0.0, 0.8, None)
    assert "80% right" in found.title


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.floats(0, 1), st.sampled_from([0.3, 1.0]))
def test_it_is_the_lowest_threshold_that_meets_the_target(
    n: int, seed: int, target: float, limit: float
) -> None:
    t, base = random_table(n, seed=seed), Policy(escalate_above=limit)
    chosen = lowest(t, target, base).threshold
    points = sweep(t, base, Costs())
    meets = {p.threshold: bool(p.routed) and p.precision >= target for p in points}
    assert not any(meets[threshold] for threshold in GRID if threshold < chosen)
    assert chosen == math.inf or meets[chosen]
