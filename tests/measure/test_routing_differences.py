from __future__ import annotations

import math

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Costs, Policy
from ticketbench.measure.intervals import clustered_mean
from ticketbench.measure.judged import Judged, judged, paired
from ticketbench.measure.metric_differences import Difference
from ticketbench.measure.routing import cost_of_ticket, summarise
from ticketbench.measure.routing_differences import (
    precision_of_states,
    routing_differences,
    routing_states,
)

A, B = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def found(base: Judged, candidate: Judged, **more: Costs) -> dict[str, Difference]:
    each = routing_differences(paired(base, candidate), seed=0, **more)
    return {d.name: d for d in each}


def test_both_sides_have_what_the_routing_summary_says() -> None:
    policy, costs = Policy(threshold=0.5), Costs(misroute=7)
    tables = random_table(150, n_groups=40), random_table(150, seed=3, n_groups=40)
    each = found(*(judged(t, policy) for t in tables), costs=costs)
    sides = [summarise(t, policy.decide(t.scores, t.labels), costs) for t in tables]
    for name, values in {
        "coverage": [s.coverage.value for s in sides],
        "selective_precision": [s.selective_precision.value for s in sides],
        "cost": [s.cost.value for s in sides],
    }.items():
        assert [each[name].base, each[name].candidate] == pytest.approx(values)
        assert each[name].difference.value == pytest.approx(values[1] - values[0])
        assert each[name].difference.low < each[name].difference.value < each[name].difference.high


def test_cost_has_the_cluster_robust_interval() -> None:
    policy, costs = Policy(threshold=0.5), Costs(misroute=7)
    tables = random_table(120, n_groups=30), random_table(120, seed=1, n_groups=30)
    sides = paired(*(judged(t, policy) for t in tables))
    cost = {d.name: d for d in routing_differences(sides, costs=costs, seed=0)}["cost"]
    first, second = (
        cost_of_ticket(s.table, policy.decide(s.table.scores, s.table.labels), costs) for s in sides
    )
    ends = clustered_mean(second - first, sides[0].table.groups).interval()
    assert (cost.difference.low, cost.difference.high) == (ends.low, ends.high)
    assert not cost.higher_is_better


def test_the_outcomes_given_count_not_those_of_a_policy() -> None:
    t = table([A, A, B, A], ["a", "a", "a", "__none__"])
    base = Judged(t, np.array([ROUTE, REVIEW, ROUTE, ROUTE]))
    candidate = Judged(t, np.array([ROUTE, ROUTE, ESCALATE, REVIEW]))
    each = found(base, candidate, costs=Costs(misroute=4, review=1, escalate=2))
    assert (each["coverage"].base, each["coverage"].candidate) == (0.75, 0.5)
    assert each["selective_precision"].base == pytest.approx(1 / 3)
    assert each["selective_precision"].candidate == 1.0
    assert (each["cost"].base, each["cost"].candidate) == ((1 + 4 + 4) / 4, (2 + 1) / 4)


def test_a_side_that_routes_nothing_has_no_precision() -> None:
    t = table([A] * 20, ["a"] * 20)
    nothing, all_of_them = (Judged(t, np.full(20, o)) for o in (REVIEW, ROUTE))
    precision = found(nothing, all_of_them)["selective_precision"]
    assert math.isnan(precision.base)
    assert precision.candidate == 1.0
    assert not precision.difference.defined
    assert math.isnan(precision.difference.low)


def test_without_costs_there_is_no_cost_and_without_tickets_nothing_is_known() -> None:
    empty = Judged(table([], []), np.empty(0, dtype=np.int64))
    each = found(empty, empty)
    assert set(each) == {"coverage", "selective_precision"}
    assert not any(d.difference.defined for d in each.values())


def test_states_tell_not_routed_wrong_and_right_apart() -> None:
    t = table([A, A, B], ["a", "a", "a"])
    states = routing_states(Judged(t, np.array([REVIEW, ROUTE, ROUTE])))
    assert states.tolist() == [0, 2, 1]
    assert precision_of_states(np.array([5.0, 1.0, 3.0])) == 0.75
    assert np.isnan(precision_of_states(np.array([5.0, 0.0, 0.0])))
