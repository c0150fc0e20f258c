from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticketbench.measure.pairs.by_policy import (
    routed,
    routing_differences,
    share_of_states,
    states,
)
from ticketbench.measure.pairs.differences import Difference

from tables import random_table, table
from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.metrics import cost, selective_precision
from ticketbench.measure.pairs.pairing import Judged, Pair, judged, paired
from ticketbench.measure.routing.outcomes import cost_of_ticket, summarise
from ticketbench.measure.statistics.intervals import clustered_mean
from ticketbench.measure.statistics.resampling import FEW_GROUPS

SEARCH = settings(max_examples=20, deadline=None, derandomize=True, database=None)
BOOTSTRAP = "paired percentile bootstrap, 2,000 resamples"
POLICY = Policy(threshold=0.5, escalate_above=0.4)

A, B, C = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]
WEAK = [0.5, 0.25, 0.25]


def found(
    pair: Pair,
    costs: Costs | None = Costs(),  # noqa: B008 - frozen
    seed: int = 0,
) -> dict[str, Difference]:
    return {d.name: d for d in routing_differences(pair, costs=costs, seed=seed)}


def decided(pair: tuple[ScoreTable, ScoreTable], policy: Policy = POLICY) -> Pair:
    return judged(pair[0], policy), judged(pair[1], policy)


def tables(n: int, *, seed: int = 0, n_groups: int | None = None) -> tuple[ScoreTable, ScoreTable]:
    base = random_table(n, seed=seed, n_groups=n_groups)
    noise = np.random.default_rng(seed + 1).normal(scale=0.8, size=base.scores.shape)
    powered = np.exp(1.2 * np.log(base.scores) + noise)
    return base, replace(base, scores=powered / powered.sum(axis=1, keepdims=True))


def by_hand() -> Pair:
    """Base: 4 of 8 routed, 2 right, 3 in review, 1 escalated. Candidate: 6 routed, 5 right."""
    gold = ["a", "a", "a", "a", "b", "b", "b", "__none__"]
    base = table([A, A, B, B, B, B, B, C], gold)
    candidate = table([A, A, A, B, B, B, C, C], gold)
    outcomes = (
        [ROUTE, ROUTE, ROUTE, REVIEW, REVIEW, REVIEW, ESCALATE, ROUTE],
        [ROUTE, ROUTE, ROUTE, ROUTE, ROUTE, ROUTE, REVIEW, REVIEW],
    )
    return Judged(base, np.array(outcomes[0])), Judged(candidate, np.array(outcomes[1]))


def test_coverage_precision_and_cost_by_hand() -> None:
    each = found(by_hand(), Costs(misroute=5, review=1, escalate=1.5))
    assert list(each) == ["coverage", "selective_precision", "cost"]
    assert [(d.base, d.candidate) for d in each.values()] == [
        (4 / 8, 6 / 8),
        (2 / 4, 5 / 6),
        ((2 * 5 + 3 + 1.5) / 8, (5 + 2) / 8),
    ]
    values = [d.difference.value for d in each.values()]
    assert values == pytest.approx([1 / 4, 1 / 3, -7.5 / 8])
    assert {d.difference.n for d in each.values()} == {8}


def test_coverage_and_precision_are_shares_and_cost_is_better_low() -> None:
    each = found(by_hand())
    kinds = [(d.share, d.higher_is_better) for d in each.values()]
    assert kinds == [(True, True), (True, True), (False, False)]
    assert [d.title for d in each.values()] == [
        "Routed by the policy",
        "Right among routed",
        "Cost per ticket",
    ]


def test_without_costs_there_is_no_cost() -> None:
    assert list(found(by_hand(), None)) == ["coverage", "selective_precision"]


def test_the_given_outcomes_count_and_not_the_scores() -> None:
    t = table([A] * 10, ["a"] * 10)
    none, all_ = Judged(t, np.full(10, REVIEW)), Judged(t, np.full(10, ROUTE))
    each = found((none, all_))
    assert (each["coverage"].base, each["coverage"].candidate) == (0.0, 1.0)
    assert (each["cost"].base, each["cost"].candidate) == (1.0, 0.0)


@pytest.mark.parametrize("n_groups", [None, 40])
def test_coverage_and_cost_have_the_cluster_robust_t_interval(n_groups: int | None) -> None:
    pair = decided(tables(150, n_groups=n_groups))
    each = found(pair, Costs(misroute=7))
    routed = [(side.outcome == ROUTE).astype(float) for side in pair]
    spent = [Costs(misroute=7).of(side.outcome, side.table.right) for side in pair]
    for name, (first, second) in {"coverage": routed, "cost": spent}.items():
        ends = clustered_mean(second - first, pair[0].table.groups).interval()
        difference = each[name].difference
        assert (difference.low, difference.high) == (ends.low, ends.high)
        assert difference.low < difference.value < difference.high
        assert difference.method == "paired, cluster-robust t"


@pytest.mark.parametrize("n_groups", [None, 60])
def test_the_interval_of_precision_is_that_of_a_bootstrap_of_rows(n_groups: int | None) -> None:
    pair = decided(tables(300, seed=3, n_groups=n_groups))
    difference = found(pair)["selective_precision"].difference
    groups = np.unique(pair[0].table.groups, return_inverse=True)[1]
    g = groups.max() + 1
    rng = np.random.default_rng(5)
    values = []
    for _ in range(2000):
        weights = np.bincount(rng.integers(0, g, g), minlength=g)[groups]
        shares = []
        for side in pair:
            routed = side.outcome == ROUTE
            shares.append(weights[routed & side.table.right].sum() / weights[routed].sum())
        values.append(shares[1] - shares[0])
    low, high = np.quantile(values, [0.025, 0.975])
    width = high - low
    assert difference.method == BOOTSTRAP
    assert difference.low == pytest.approx(low, abs=0.06 * width)
    assert difference.high == pytest.approx(high, abs=0.06 * width)


def test_equal_seeds_give_equal_intervals() -> None:
    pair = decided(tables(150))
    assert found(pair, seed=3) == found(pair, seed=3)
    one, other = (found(pair, seed=seed)["selective_precision"].difference for seed in (3, 4))
    assert (one.value, one.low) != (other.value, other.low)


def test_where_one_side_routes_no_ticket_precision_is_undefined() -> None:
    gold = ["a"] * 20
    pair = decided((table([A] * 20, gold), table([WEAK] * 20, gold)), Policy())
    precision = found(pair)["selective_precision"]
    assert precision.base == 1.0
    assert math.isnan(precision.candidate)
    assert (precision.difference.defined, precision.difference.n) == (False, 20)
    assert precision.difference.method == "no interval: on one side no ticket counts"


def test_no_tickets_are_undefined() -> None:
    each = found(decided((table([], []), table([], []))))
    assert len(each) == 3
    for d in each.values():
        assert (d.difference.defined, d.difference.n) == (False, 0)
        assert math.isnan(d.base)
        assert math.isnan(d.candidate)


def test_one_group_gives_no_interval() -> None:
    groups = np.zeros(60, dtype=np.int64)
    a, b = (replace(t, groups=groups) for t in tables(60))
    each = found(decided((a, b)))
    assert all(d.difference.defined for d in each.values())
    assert all(math.isnan(d.difference.low) for d in each.values())
    precision = each["selective_precision"].difference
    assert precision.method == "no interval: all tickets are one group"


@pytest.mark.parametrize(("n_groups", "without"), [(9, True), (10, False)])
def test_under_ten_groups_of_tickets_leave_no_bootstrap_interval(
    n_groups: int, without: bool
) -> None:
    a, b = (replace(t, groups=np.arange(120) % n_groups) for t in tables(120))
    precision = found(decided((a, b)))["selective_precision"].difference
    assert math.isnan(precision.low) is without
    assert (precision.method == FEW_GROUPS) is without


def test_resamples_that_are_all_alike_give_no_interval() -> None:
    gold = ["a"] * 12
    pair = decided((table([A] * 6 + [B] * 6, gold), table([A] * 6 + [B] * 6, gold)))
    each = found(pair)
    assert each["selective_precision"].difference.method == (
        "no interval: every resample is the same"
    )
    assert math.isnan(each["coverage"].difference.low)
    assert {d.difference.value for d in each.values()} == {0.0}


def test_the_states_of_a_ticket_are_not_routed_wrong_and_right() -> None:
    t = table([A, B, A, A, A], ["a", "a", "a", "a", "__none__"])
    side = Judged(t, np.array([ROUTE, ROUTE, REVIEW, ESCALATE, ROUTE]))
    assert states(selective_precision(routed(side, Costs()))).tolist() == [2, 1, 0, 0, 1]


def test_precision_is_right_over_routed_in_any_shape() -> None:
    counts = np.array([[[5.0, 1.0, 3.0], [0.0, 2.0, 0.0]], [[7.0, 0.0, 0.0], [1.0, 0.0, 4.0]]])
    found = share_of_states(counts)
    assert found.shape == (2, 2)
    assert found[0].tolist() == [0.75, 0.0]
    assert math.isnan(found[1, 0])
    assert found[1, 1] == 1.0


def test_the_cost_of_a_ticket_is_that_of_its_outcome() -> None:
    t = table([A, B, A, A, A], ["a", "a", "a", "a", "__none__"])
    side = Judged(t, np.array([ROUTE, ROUTE, REVIEW, ESCALATE, ROUTE]))
    costs = Costs(misroute=5, review=1, escalate=1.5)
    assert cost(routed(side, costs)).values.tolist() == [0.0, 5.0, 1.0, 1.5, 5.0]


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_both_sides_are_what_each_shows_alone(n: int, seed: int) -> None:
    pair = decided(tables(n, seed=seed))
    each = found(pair)
    for side, values in zip(pair, ("base", "candidate"), strict=True):
        decisions = POLICY.decide(side.table.scores, side.table.labels)
        alone = summarise(side.table, decisions, Costs())
        for name, d in each.items():
            value = getattr(alone, name).value
            assert getattr(d, values) == pytest.approx(value, nan_ok=True)
        spent = cost_of_ticket(side.table, decisions, Costs())
        assert cost(routed(side, Costs())).values.tolist() == spent.tolist()


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([None, 20]))
def test_the_order_of_tickets_does_not_matter(n: int, seed: int, n_groups: int | None) -> None:
    base, candidate = decided(tables(n, seed=seed, n_groups=n_groups))
    moved = base.rows(np.random.default_rng(seed).permutation(n))
    one, other = (found(paired(side, candidate)) for side in (base, moved))
    assert one == other


def test_the_interval_of_coverage_ends_at_one() -> None:
    # The t interval of 0, 1 and 1 would reach to 2.1.
    gold = ["a"] * 3
    coverage = found(decided((table([WEAK] * 3, gold), table([A, A, WEAK], gold)), Policy()))
    ends = coverage["coverage"].difference
    assert (ends.low, ends.high) == (pytest.approx(2 / 3 - 4.3027 / 3, abs=1e-3), 1.0)
