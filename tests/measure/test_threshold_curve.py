"""The curve of a set is what the policy does at each threshold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tables import random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.measure.routing.outcomes import summarise, sweep
from ticketbench.measure.threshold_curve import GRID, threshold_curve
from ticketbench.measure.thresholds.tickets import Tickets


@pytest.mark.parametrize("limit", [0.3, 1.0])
@pytest.mark.parametrize("n_groups", [None, 40])
def test_every_point_is_that_of_the_sweep(limit: float, n_groups: int | None) -> None:
    scored, policy = random_table(200, n_groups=n_groups), Policy(escalate_above=limit)
    curve = threshold_curve(Tickets.of(scored, policy), policy, Costs())
    for point, swept in zip(curve, sweep(scored, policy, Costs()), strict=False):
        assert (point.routed, point.right) == (swept.routed, swept.right)
        assert point.saving.cost.value == pytest.approx(swept.cost)


def test_the_last_point_lets_nothing_out() -> None:
    policy = Policy(escalate_above=1)
    curve = threshold_curve(Tickets.of(random_table(80), policy), policy, Costs())
    assert len(curve) == len(GRID) == 102
    assert curve[-1].routed == 0
    assert curve[-1].saving.cost.value == Costs().review


def test_the_cost_has_the_interval_of_the_saving() -> None:
    scored, policy = random_table(200), Policy(threshold=0.5, escalate_above=1)
    point = threshold_curve(Tickets.of(scored, policy), policy, Costs())[50]
    summary = summarise(scored, replace(policy).decide(scored.scores, scored.labels), Costs())
    assert point.saving.cost.value == pytest.approx(summary.cost.value)
    assert point.saving.cost.low <= point.saving.cost.value <= point.saving.cost.high


def test_no_tickets_give_points_without_a_cost() -> None:
    assert all(
        p.n == 0 for p in threshold_curve(Tickets.of(table([], []), Policy()), Policy(), Costs())
    )
