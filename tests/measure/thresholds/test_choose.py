from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.store import envelope, load
from ticketbench.measure.calibration.bins import fit_temperature
from ticketbench.measure.routing.outcomes import GRID, cost_of_ticket, summarise, sweep
from ticketbench.measure.thresholds.capacity import capacity_policy
from ticketbench.measure.thresholds.certified import certified_policy, certified_policy_by_label
from ticketbench.measure.thresholds.choose import (
    ChosenThreshold,
    choose_thresholds,
    cost_optimal_policy,
    descriptive_policy,
    fold_of_ticket,
)

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

COSTS = Costs(misroute=5, review=1, escalate=1.5)
BASE = Policy(threshold=0.6, escalate_above=1.0)
T100 = random_table(100, seed=3)
T10000 = random_table(10_000, seed=12)


def choose(
    t: ScoreTable, *, seed: int = 0, costs: Costs = COSTS, most_reviewed: float | None = None
) -> tuple[ChosenThreshold, ...]:
    return choose_thresholds(
        t, BASE, costs, min_precision=0.8, most_reviewed=most_reviewed, seed=seed
    )


def optimum(costs: Costs) -> float:
    return cost_optimal_policy(T100, BASE, costs).threshold


def test_the_cost_optimal_threshold_is_one_minus_review_over_misroute() -> None:
    assert optimum(Costs(misroute=5, review=1)) == 0.8


def test_the_cost_optimal_threshold_is_rounded_up_to_the_grid() -> None:
    assert optimum(Costs(misroute=3, review=1)) == 0.67


def test_a_review_as_dear_as_a_misroute_routes_everything() -> None:
    assert optimum(Costs(misroute=2, review=2)) == 0.0


def test_a_review_dearer_than_a_misroute_routes_everything() -> None:
    assert optimum(Costs(misroute=1, review=4)) == 0.0


def test_misroutes_without_cost_route_everything() -> None:
    assert optimum(Costs(misroute=0, review=1)) == 0.0


def test_reviews_without_cost_route_only_the_certain() -> None:
    assert optimum(Costs(misroute=5, review=0)) == 1.0


@SEARCH
@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0.01, 100))
def test_the_cost_optimal_threshold_lies_on_the_grid(
    misroute: float, review: float, escalate: float
) -> None:
    assert optimum(Costs(misroute, review, escalate)) in GRID


@SEARCH
@given(st.integers(1, 50), st.integers(1, 50), st.integers(-8, 8))
def test_rescaling_costs_leaves_the_cost_optimal_threshold(
    misroute: int, review: int, power: int
) -> None:
    factor = 2.0**power
    scaled = Costs(misroute * factor, review * factor, 1.5 * factor)
    assert optimum(scaled) == optimum(Costs(misroute, review))


def test_the_cost_optimal_policy_fits_a_temperature() -> None:
    chosen = cost_optimal_policy(T100, BASE, COSTS)
    assert chosen.temperature == fit_temperature(T100.scores, T100.truth)


def test_the_cost_optimal_policy_keeps_the_escalation_rule() -> None:
    base = Policy(escalate_above=0.37, fallback="second_line")
    chosen = cost_optimal_policy(T100, base, COSTS)
    assert (chosen.escalate_above, chosen.fallback) == (0.37, "second_line")


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_cost_optimal_rule_is_near_the_cheapest_threshold(temperature: float) -> None:
    # On calibrated tickets no threshold on the grid is much cheaper than the rule's.
    t = random_table(4000, seed=11)
    policy = cost_optimal_policy(t, Policy(escalate_above=1.0, temperature=temperature), COSTS)
    points = sweep(t, policy, COSTS)
    chosen = next(p.cost for p in points if p.threshold == policy.threshold)
    assert chosen - min(p.cost for p in points) < 0.01


def test_the_descriptive_threshold_by_hand() -> None:
    # .5 wrong, .6 right, .7 right: from .51 on, all routed tickets are right.
    rows = [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.7, 0.2, 0.1]]
    chosen = descriptive_policy(table(rows, ["b", "a", "a"]), BASE, 0.9)
    assert (chosen.threshold, chosen.temperature) == (0.51, 1.0)


def test_a_target_met_exactly_is_met() -> None:
    rows = [[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]]
    assert descriptive_policy(table(rows, ["b", "a"]), BASE, 0.5).threshold == 0.0


def test_a_target_out_of_reach_routes_nothing() -> None:
    rows = [[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]]
    assert descriptive_policy(table(rows, ["b", "b"]), BASE, 0.5).threshold == math.inf


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.floats(0, 1))
def test_the_descriptive_threshold_is_the_lowest_that_meets_the_target(
    n: int, seed: int, target: float
) -> None:
    t = random_table(n, seed=seed)
    chosen = descriptive_policy(t, BASE, target).threshold
    meets = {p.threshold: bool(p.routed) and p.precision >= target for p in sweep(t, BASE, COSTS)}
    assert not any(meets[threshold] for threshold in GRID if threshold < chosen)
    assert chosen == math.inf or meets[chosen]


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.integers(1, 30))
def test_tickets_of_one_group_share_a_fold(n: int, seed: int, n_groups: int) -> None:
    groups = np.random.default_rng(seed).integers(0, n_groups, n)
    folds = fold_of_ticket(groups, n_folds=5, seed=seed)
    assert all(len(set(folds[groups == g].tolist())) == 1 for g in groups)


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_folds_of_independent_tickets_differ_by_one_ticket_at_most(n: int, seed: int) -> None:
    sizes = np.bincount(fold_of_ticket(np.arange(n), n_folds=5, seed=seed))
    assert len(sizes) == min(5, n)
    assert sizes.max() - sizes.min() <= 1


def test_with_few_groups_there_are_as_many_folds_as_groups() -> None:
    folds = fold_of_ticket(np.array([4, 4, 9, 9, 9]), n_folds=5, seed=0)
    assert sorted(set(folds.tolist())) == [0, 1]


def test_equal_seeds_give_equal_folds() -> None:
    one, other = (fold_of_ticket(np.arange(20), n_folds=5, seed=1) for _ in range(2))
    assert one.tolist() == other.tolist()


RULES = ["cost_optimal", "descriptive", "certified", "certified_by_label"]


def test_all_rules_are_chosen_side_by_side() -> None:
    assert [chosen.rule for chosen in choose(T100)] == RULES


def test_capacity_is_chosen_only_when_a_limit_is_given() -> None:
    chosen = choose(T100, most_reviewed=0.2)
    assert [found.rule for found in chosen] == [*RULES, "capacity"]


def test_no_tickets_give_no_thresholds() -> None:
    assert choose(table([], [])) == ()


def test_a_target_out_of_reach_has_no_threshold() -> None:
    rows = [[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]]
    descriptive = choose(table(rows, ["b", "b"]))[1]
    assert math.isnan(descriptive.threshold)
    assert descriptive.in_sample.routed == 0


@pytest.mark.parametrize("at", [0, 1])
def test_the_in_sample_result_is_that_of_the_chosen_threshold(at: int) -> None:
    chosen = choose(T100)[at]
    policy = Policy(chosen.threshold, BASE.escalate_above, chosen.temperature)
    expected = summarise(T100, policy.decide(T100.scores, T100.labels), COSTS)
    assert chosen.in_sample == expected


@pytest.mark.parametrize("at", range(5))
def test_every_ticket_is_judged_out_of_sample_once(at: int) -> None:
    found = choose(T100, most_reviewed=0.2)[at].out_of_sample
    assert found.n == found.routed + found.reviewed + found.escalated == 100


def test_the_out_of_sample_result_chooses_on_the_other_folds() -> None:
    descriptive = choose(T100, seed=5)[1]
    folds = fold_of_ticket(T100.groups, n_folds=5, seed=5)
    routed = 0
    for fold in range(5):
        policy = descriptive_policy(T100.rows(folds != fold), BASE, 0.8)
        judged = T100.rows(folds == fold)
        routed += summarise(judged, policy.decide(judged.scores, judged.labels), COSTS).routed
    assert descriptive.out_of_sample.routed == routed


def test_equal_seeds_give_equal_choices() -> None:
    assert choose(T100, seed=2) == choose(T100, seed=2)


@pytest.mark.parametrize("gold", [["a"], ["__none__"], ["zebra"]])
def test_one_ticket_is_enough_to_choose_without_an_error(gold: list[str]) -> None:
    chosen = choose(table([[0.6, 0.3, 0.1]], gold))
    assert [c.n_folds for c in chosen] == [1] * len(RULES)


def test_a_precision_target_is_named_in_the_title() -> None:
    assert "80%" in choose(T100)[1].title


def test_the_costs_are_named_in_the_title() -> None:
    assert "misroute 5, review 1" in choose(T100)[0].title


@pytest.mark.parametrize("review_share", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("escalate_above", [0.25, 1.0])
def test_the_rule_finds_the_cheapest_of_all_thresholds(
    review_share: float, escalate_above: float
) -> None:
    # The tickets are calibrated, so the chance of a misroute is known: 1 - top score.
    costs = Costs(misroute=5, review=5 * review_share, escalate=1.5)
    policy = cost_optimal_policy(T10000, Policy(escalate_above=escalate_above), costs)
    assert policy.threshold == pytest.approx(1 - review_share)
    seen, expected = {}, {}
    for threshold in GRID:
        tried = replace(policy, threshold=threshold)
        decisions = tried.decide(T10000.scores, T10000.labels)
        seen[threshold] = cost_of_ticket(T10000, decisions, costs)
        by_outcome = (costs.misroute * (1 - T10000.top_score), costs.review, costs.escalate)
        expected[threshold] = float(np.choose(decisions.outcome, by_outcome).mean())
    assert expected[policy.threshold] - min(expected.values()) < 0.001
    cheapest = min(seen, key=lambda threshold: seen[threshold].mean())
    saved = seen[policy.threshold] - seen[cheapest]
    assert saved.mean() <= 3 * saved.std() / math.sqrt(len(saved))


T300 = random_table(300, k=3, seed=4, sharpness=4.0)
PROMISED = {"risk": 0.2, "delta": 0.1, "seed": 3}


def test_the_certified_rule_is_the_certified_policy() -> None:
    chosen = choose(T300, seed=3)[2]
    found = certified_policy(T300, BASE, **PROMISED)
    assert chosen.threshold == found.policy.threshold
    assert (chosen.certificate, chosen.label_thresholds) == (found.certificate, ())
    assert (chosen.target, chosen.confidence, chosen.temperature) == (0.8, 0.9, 1.0)
    expected = summarise(T300, found.policy.decide(T300.scores, T300.labels), COSTS)
    assert chosen.in_sample == expected


def test_the_rule_by_label_is_the_certified_policy_by_label() -> None:
    chosen = choose(T300, seed=3)[3]
    found = certified_policy_by_label(T300, BASE, **PROMISED)
    assert chosen.label_thresholds == found.labels
    assert [label.label for label in chosen.label_thresholds] == list(T300.labels)
    expected = summarise(T300, found.policy.decide(T300.scores, T300.labels), COSTS)
    assert chosen.in_sample == expected


def test_the_rule_capacity_keeps_to_its_limit() -> None:
    chosen = choose(T300, most_reviewed=0.2)[4]
    assert chosen.threshold == capacity_policy(T300, BASE, most_reviewed=0.2).threshold
    assert chosen.in_sample.reviewed <= 0.2 * 300
    assert chosen.most_reviewed == 0.2
    assert math.isnan(chosen.target)


def test_the_certified_rules_are_judged_on_folds_they_were_not_chosen_on() -> None:
    chosen = choose(T300, seed=3)
    folds = fold_of_ticket(T300.groups, n_folds=5, seed=3)
    for at, certified in ((2, certified_policy), (3, certified_policy_by_label)):
        right = routed = 0
        for fold in range(5):
            policy = certified(T300.rows(folds != fold), BASE, **PROMISED).policy
            judged = T300.rows(folds == fold)
            found = summarise(judged, policy.decide(judged.scores, judged.labels), COSTS)
            routed, right = routed + found.routed, right + found.right
        assert (chosen[at].out_of_sample.routed, chosen[at].out_of_sample.right) == (routed, right)


def test_nothing_certified_has_no_threshold_but_says_what_is_missing() -> None:
    chosen = choose(random_table(12, seed=1))[2]
    assert math.isnan(chosen.threshold)
    assert chosen.in_sample.routed == 0
    assert chosen.certificate is not None
    assert chosen.certificate.outlook != "certified"


def test_a_higher_confidence_never_lowers_the_certified_threshold() -> None:
    found = [
        choose_thresholds(T300, BASE, COSTS, min_precision=0.8, confidence=c, seed=0)[2]
        for c in (0.6, 0.8, 0.9, 0.95)
    ]
    thresholds = [math.inf if math.isnan(f.threshold) else f.threshold for f in found]
    assert thresholds == sorted(thresholds)
    assert [f.confidence for f in found] == [0.6, 0.8, 0.9, 0.95]


def test_a_target_of_95_percent_is_a_risk_of_exactly_5_percent() -> None:
    chosen = choose_thresholds(T300, BASE, COSTS, min_precision=0.95, seed=0)[2]
    assert chosen.certificate is not None
    assert (chosen.certificate.risk, chosen.certificate.delta) == (0.05, 0.1)


@pytest.mark.parametrize("n", [12, 300])
def test_chosen_thresholds_survive_being_saved(tmp_path: Path, n: int) -> None:
    chosen = choose(T300.rows(np.arange(n)), most_reviewed=0.1)
    for saved in chosen:
        path = tmp_path / "threshold.json"
        path.write_bytes(envelope("threshold", saved))
        assert load(path, ChosenThreshold) == saved


def test_no_tickets_have_no_folds() -> None:
    assert fold_of_ticket(np.zeros(0, dtype=np.int64), n_folds=5, seed=0).tolist() == []
