"""The curve of a set is what the policy does at each threshold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tables import random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.measure.routing.outcomes import summarise, sweep
from ticketbench.measure.threshold_curve import GRID, threshold_curve
from ticketbench.measure.thresholds.choose import saving_on
from ticketbench.measure.thresholds.tickets import Tickets


@pytest.mark.parametrize("limit", [0.3, 1.0])
@pytest.mark.parametrize("n_groups", [None, 40])
def test_every_point_is_that_of_the_sweep(limit: float, n_groups: int | None) -> None:
    scored, policy = random_table(200, n_groups=n_groups), Policy(escalate_above=limit)
    curve = threshold_curve(Tickets.of(scored, policy), policy, Costs())
    for point, swept in zip(curve, sweep(scored, policy, Costs()), strict=False):
        assert (point.routed, point.right) == (swept.routed, swept.right)
        assert point.saving.cost.value == pytest.approx(swept.cost)


@pytest.mark.parametrize("limit", [0.3, 1.0])
@pytest.mark.parametrize("n_groups", [None, 40, 1])
@pytest.mark.parametrize("missed", [None, 2.0])
def test_every_saving_is_that_of_the_policy_there(
    limit: float, n_groups: int | None, missed: float | None
) -> None:
    costs, policy = Costs(missed=missed), Policy(escalate_above=limit)
    tickets = Tickets.of(random_table(150, n_groups=n_groups, seed=7), policy)
    for point in threshold_curve(tickets, policy, costs):
        known = saving_on(tickets, replace(policy, threshold=point.threshold), costs)
        for name in ("value", "low", "high"):
            for of in ("cost", "per_ticket"):
                found, wanted = (getattr(getattr(s, of), name) for s in (point.saving, known))
                assert found == pytest.approx(wanted, abs=1e-9, nan_ok=True)
        assert (point.saving.wrong, point.saving.pays) == (known.wrong, known.pays)


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
