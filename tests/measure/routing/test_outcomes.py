from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tables import table
from ticketbench.core.policy import ROUTE, Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.routing.outcomes import (
    GRID,
    RoutingSummary,
    SweepPoint,
    missed_by,
    summarise,
    sweep,
)
from ticketbench.measure.statistics import intervals

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

COSTS = Costs(misroute=5, review=1, escalate=1.5)
POLICY = Policy(threshold=0.6, escalate_above=0.3)

# routed right, routed wrong, reviewed, escalated, routed although no label fits, collision
ROWS = [
    [0.8, 0.1, 0.1],
    [0.7, 0.2, 0.1],
    [0.5, 0.3, 0.2],
    [0.4, 0.4, 0.2],
    [0.1, 0.1, 0.8],
    [0.6, 0.35, 0.05],
]
GOLD = ["a", "b", "a", "b", "__none__", "a"]


def routed(t: ScoreTable, policy: Policy = POLICY, costs: Costs = COSTS) -> RoutingSummary:
    return summarise(t, policy.decide(t.scores, t.labels), costs)


@pytest.fixture
def small() -> ScoreTable:
    return table(ROWS, GOLD)


@st.composite
def mixed(draw: st.DrawFn) -> ScoreTable:
    """Printed scores with ties, tickets no label fits, labels the set lacks, and groups."""
    n = draw(st.integers(0, 25))
    cuts = st.tuples(st.integers(0, 100), st.integers(0, 100))
    rows = [
        (min(c) / 100, (max(c) - min(c)) / 100, (100 - max(c)) / 100)
        for c in draw(st.lists(cuts, min_size=n, max_size=n))
    ]
    names = st.sampled_from(["a", "b", "c", "__none__", "zebra"])
    gold = draw(st.lists(names, min_size=n, max_size=n))
    groups = draw(st.none() | st.lists(st.integers(0, 6), min_size=n, max_size=n))
    return table(rows, gold, groups=groups)


def test_each_outcome_has_its_cost(small: ScoreTable) -> None:
    decisions = POLICY.decide(small.scores, small.labels)
    costs = COSTS.of(decisions.outcome, small.right)
    assert costs.tolist() == [0.0, 5.0, 1.0, 1.5, 5.0, 1.5]
    assert routed(small).cost.value == costs.mean()


def test_an_escalation_that_does_not_ask_the_gold_label_costs_more(small: ScoreTable) -> None:
    # The fourth and the last are escalated to a and b; only of the fourth the gold is c.
    t = table(ROWS, ["a", "b", "a", "c", "__none__", "a"])
    decisions, missed = POLICY.decide(t.scores, t.labels), missed_by(t, POLICY)
    priced = replace(COSTS, missed=2)
    found = summarise(t, decisions, priced, missed=missed)
    assert found.cost.value == pytest.approx((0 + 5 + 1 + 3.5 + 5 + 1.5) / 6)
    # Nobody looked, or it has no price.
    assert summarise(t, decisions, priced).cost == routed(small).cost
    assert summarise(t, decisions, COSTS, missed=missed).cost == routed(small).cost


def test_a_gold_label_at_the_limit_is_not_asked() -> None:
    t = table([[0.4, 0.35, 0.25]] * 5, ["a", "b", "c", "__none__", "zebra"])
    assert missed_by(t, Policy(escalate_above=0.3)).tolist() == [False, False, True, True, True]
    assert missed_by(t, Policy(escalate_above=0.35)).tolist() == [False, True, True, True, True]
    # At temperature 2 the scores are .370, .346 and .292.
    assert missed_by(t, Policy(escalate_above=0.29, temperature=2)).tolist()[2] is False
    assert missed_by(table([], []), POLICY).tolist() == []


def test_outcomes_are_counted(small: ScoreTable) -> None:
    found = routed(small)
    counts = (found.n, found.routed, found.right, found.wrong, found.reviewed, found.escalated)
    assert counts == (6, 3, 1, 2, 1, 2)


def test_collisions_are_counted(small: ScoreTable) -> None:
    assert routed(small).collisions == 1


def test_coverage_is_the_share_of_routed_tickets(small: ScoreTable) -> None:
    ends = intervals.wilson(3, 6)
    found = routed(small).coverage
    assert (found.value, found.low, found.high, found.n) == (0.5, ends.low, ends.high, 6)


def test_routing_a_ticket_that_no_label_fits_is_wrong() -> None:
    found = routed(table([[0.9, 0.05, 0.05]], ["__none__"]))
    assert (found.wrong, found.selective_precision.value) == (1, 0.0)


def test_routing_a_gold_label_the_set_lacks_is_wrong() -> None:
    assert routed(table([[0.9, 0.05, 0.05]], ["zebra"])).wrong == 1


def test_selective_precision_is_right_routes_over_routes(small: ScoreTable) -> None:
    found = routed(small).selective_precision
    assert (found.value, found.n) == (1 / 3, 3)


def test_the_mean_cost_is_that_of_all_tickets(small: ScoreTable) -> None:
    assert routed(small).cost.value == pytest.approx(14 / 6)


def test_any_label_precision_accepts_every_label_that_fits() -> None:
    wanted = [["a"], ["a", "b"], ["a"], ["b"], [], ["a"]]
    found = routed(table(ROWS, GOLD, wanted=wanted))
    assert (found.any_label_precision.value, found.any_label_precision.n) == (2 / 3, 3)


def test_any_label_precision_is_undefined_without_all_labels(small: ScoreTable) -> None:
    found = routed(small).any_label_precision
    assert (found.defined, found.n) == (False, 0)


@SEARCH
@given(mixed())
def test_any_label_precision_is_at_least_selective_precision(t: ScoreTable) -> None:
    assume(t.n_scored > 0)
    names = [t.gold_labels[i] if i >= 0 else "" for i in t.truth]
    fits = table(
        t.scores.tolist(),
        [name or "__none__" for name in names],
        wanted=[[name, "b"] if name else [] for name in names],
    )
    found = routed(fits, Policy(0.4, 0.45))
    assert not found.routed or found.any_label_precision.value >= found.selective_precision.value


def test_no_tickets_give_zero_counts_and_nan_estimates() -> None:
    found = routed(table([], []))
    assert (found.n, found.routed, found.reviewed, found.escalated) == (0, 0, 0, 0)
    estimates = (found.coverage, found.selective_precision, found.cost)
    assert not any(one.defined for one in estimates)


@SEARCH
@given(mixed(), st.sampled_from(GRID), st.floats(0, 1))
def test_outcomes_partition_the_tickets(t: ScoreTable, threshold: float, limit: float) -> None:
    found = routed(t, Policy(threshold, limit))
    assert found.routed + found.reviewed + found.escalated == found.n == t.n_scored
    assert found.right + found.wrong == found.routed


@SEARCH
@given(mixed(), st.sampled_from(GRID))
def test_the_order_of_tickets_does_not_matter(t: ScoreTable, threshold: float) -> None:
    backwards = routed(t.rows(np.arange(t.n_scored)[::-1]), Policy(threshold))
    forwards = routed(t, Policy(threshold))
    assert backwards.routed == forwards.routed
    assert backwards.right == forwards.right
    assert backwards.cost.value == pytest.approx(forwards.cost.value, nan_ok=True)


def test_the_grid_holds_every_percent_as_it_is_printed() -> None:
    assert [f"{threshold:.2f}" for threshold in GRID] == [f"{i / 100:.2f}" for i in range(101)]


def test_the_grid_holds_the_very_floats_of_its_texts() -> None:
    assert [float(f"{threshold:.2f}") for threshold in GRID] == list(GRID)


@SEARCH
@given(mixed(), st.sampled_from([1.0, 0.5, 2.3]), st.sampled_from([0.0, 0.2, 0.3, 1.0]))
def test_a_point_of_the_sweep_is_the_policy_at_its_threshold(
    t: ScoreTable, temperature: float, limit: float
) -> None:
    policy, costs = Policy(0.6, limit, temperature), replace(COSTS, missed=0.75)
    missed = missed_by(t, policy)
    for point in sweep(t, policy, costs, grid=GRID[::7]):
        decisions = replace(policy, threshold=point.threshold).decide(t.scores, t.labels)
        found = summarise(t, decisions, costs, missed=missed)
        ours = (point.routed, point.right, point.wrong, point.reviewed, point.escalated)
        counts = (found.routed, found.right, found.wrong, found.reviewed, found.escalated)
        assert ours == counts
        assert point.coverage == pytest.approx(found.coverage.value, nan_ok=True)
        assert point.precision == pytest.approx(found.selective_precision.value, nan_ok=True)
        assert point.cost == pytest.approx(found.cost.value, nan_ok=True)


@SEARCH
@given(mixed())
def test_the_precision_interval_of_the_sweep_is_that_of_the_summary(t: ScoreTable) -> None:
    for point in sweep(t, POLICY, COSTS, grid=GRID[::20]):
        found = routed(t, replace(POLICY, threshold=point.threshold)).selective_precision
        ends = (point.precision_low, point.precision_high)
        assert ends == pytest.approx((found.low, found.high), nan_ok=True, abs=1e-9)


@SEARCH
@given(mixed())
def test_a_higher_threshold_never_routes_more(t: ScoreTable) -> None:
    counts = [point.routed for point in sweep(t, POLICY, COSTS)]
    assert counts == sorted(counts, reverse=True)


def test_the_sweep_respects_thresholds_of_single_labels() -> None:
    # SweepPoint: "everything else of the policy unchanged".
    t = table([[0.7, 0.2, 0.1], [0.1, 0.7, 0.2]], ["a", "b"])
    policy = Policy(0.6, 1.0, label_thresholds=(("b", 0.9),))
    (point,) = sweep(t, policy, COSTS, grid=(0.6,))
    assert point.routed == int((policy.decide(t.scores, t.labels).outcome == ROUTE).sum())


def test_the_sweep_covers_the_whole_grid(small: ScoreTable) -> None:
    assert tuple(point.threshold for point in sweep(small, POLICY, COSTS)) == GRID


def test_the_sweep_of_no_tickets_is_nan_at_every_threshold() -> None:
    points: tuple[SweepPoint, ...] = sweep(table([], []), POLICY, COSTS)
    assert len(points) == len(GRID)
    assert all(math.isnan(point.coverage) and math.isnan(point.cost) for point in points)


@SEARCH
@given(mixed(), st.floats(0.1, 100))
def test_rescaling_all_costs_rescales_the_mean_cost(t: ScoreTable, factor: float) -> None:
    scaled = Costs(factor * 5, factor * 1, factor * 1.5)
    expected = factor * routed(t).cost.value
    assert routed(t, costs=scaled).cost.value == pytest.approx(expected, nan_ok=True)
