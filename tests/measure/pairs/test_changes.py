from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from ticketbench.measure.pairs.of_metrics import SAME, MetricChange
from ticketbench.measure.pairs.of_shares import noninferiority

from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure import metrics
from ticketbench.measure.kinds import (
    LabelTickets,
    Part,
    RoutedTickets,
    label_metric,
    routing_metric,
    table_metric,
)
from ticketbench.measure.label_results import label_results
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs import bootstrap
from ticketbench.measure.pairs.changes import Question, change
from ticketbench.measure.pairs.pairing import Judged, Pair, judged
from ticketbench.measure.routing.outcomes import summarise
from ticketbench.measure.statistics.intervals import clustered_mean

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)

A, B, C = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]
WEAK = [0.5, 0.25, 0.25]


def asked(label: str = "", **more: Any) -> Question:
    return Question(**{"label": label, "margin": 0.02, "costs": Costs(), "seed": 0, **more})


def pair_of(base: ScoreTable, candidate: ScoreTable, policy: Policy | None = None) -> Pair:
    return judged(base, policy or Policy()), judged(candidate, policy or Policy())


def random_pair(n: int, *, seed: int = 0, n_groups: int | None = None) -> Pair:
    base = random_table(n, seed=seed, n_groups=n_groups)
    noise = np.random.default_rng(seed + 1).normal(scale=1.5, size=base.scores.shape)
    powered = np.exp(1.2 * np.log(base.scores) + noise)
    other = replace(base, scores=powered / powered.sum(axis=1, keepdims=True))
    return pair_of(base, other, Policy(escalate_above=0.45))


def of_metric(name: str, pair: Pair, label: str = "", **more: Any) -> MetricChange:
    return change(METRICS.get(name), pair, asked(label, **more))


def test_accuracy_is_tested_on_tickets_whose_gold_is_a_label() -> None:
    gold = ["a"] * 30 + ["__none__"] * 20
    pair = pair_of(table([A] * 30 + [B] * 20, gold), table([A] * 20 + [B] * 10 + [C] * 20, gold))
    found = of_metric("accuracy", pair)
    d = np.array([0.0] * 20 + [-1.0] * 10)
    assert found.gain == noninferiority(d, np.arange(30))
    assert (found.base, found.candidate) == (1.0, pytest.approx(2 / 3))


def test_accuracy_is_identical_only_where_every_top_label_is() -> None:
    gold = ["a"] * 20
    same, other = (of_metric("accuracy", pair_of(table([B] * 20, gold), table(rows, gold)))
                   for rows in ([B] * 20, [C] * 20))  # fmt: skip
    assert (same.gain.outcome, other.gain.outcome) == ("pass", "inconclusive")


def test_a_loss_of_log_loss_is_a_gain_below_zero() -> None:
    base, candidate = table([A] * 60, ["a"] * 60), table([A] * 40 + [B] * 20, ["a"] * 60)
    found = of_metric("log_loss", pair_of(base, candidate), margin=0.2)
    d = np.array([0.0] * 40 + [math.log(0.1 / 0.8)] * 20)
    half = stats.t.ppf(0.95, 19) * d.std(ddof=1) / math.sqrt(60)
    assert found.base == pytest.approx(-math.log(0.8))
    ends = (found.gain.low, found.gain.difference, found.gain.high)
    assert ends == pytest.approx((d.mean() - half, d.mean(), d.mean() + half))
    assert found.gain.outcome == "fail"


def test_the_brier_score_of_the_top_label_is_tested_on_all_scored_tickets() -> None:
    gold = ["a"] * 6 + ["__none__"] * 6
    pair = pair_of(table([A] * 12, gold), table([B] * 12, gold))
    found = of_metric("brier_top_label", pair)
    assert (found.gain.n, found.base) == (12, pytest.approx((0.04 + 0.64) / 2))
    assert found.candidate == pytest.approx(0.64)


@pytest.mark.parametrize("name", ["macro_f1", "balanced_accuracy", "mcc"])
def test_cell_metrics_of_both_sides_are_those_of_the_registry(name: str) -> None:
    pair = random_pair(120)
    found = of_metric(name, pair)
    for side, value in zip(pair, (found.base, found.candidate), strict=True):
        cells = np.zeros((4, 4))
        np.add.at(cells, (side.table.truth, side.table.top), 1.0)
        assert value == pytest.approx(float(METRICS.get(name).function(cells)))
    assert found.gain.difference == pytest.approx(found.candidate - found.base)
    assert found.gain.low < found.gain.difference < found.gain.high


def test_labels_are_matched_by_name_and_not_by_place() -> None:
    gold = ["a", "b", "c"] * 4
    base = table([A, B, C] * 4, gold)
    moved = table(
        [[row[i] for i in (2, 0, 1)] for row in (A, B, C)] * 4, gold, labels=("c", "a", "b")
    )
    pair = pair_of(base, moved)
    for found in (
        of_metric("macro_f1", pair),
        of_metric("accuracy", pair),
        of_metric("ece_equal_mass_10", pair),
        of_metric("recall", pair, "a"),
        of_metric("precision", pair, "b"),
        of_metric("cost", pair),
    ):
        assert (found.gain.outcome, found.gain.difference) == ("pass", 0.0)
        assert found.base == pytest.approx(found.candidate)


def test_a_label_of_one_side_only_is_a_column_of_its_own() -> None:
    gold = ["a", "z"] * 20
    base = table([[0.7, 0.3]] * 40, gold, labels=("a", "b"))
    candidate = table([[0.7, 0.3], [0.2, 0.8]] * 20, gold, labels=("a", "z"))
    found = of_metric("macro_f1", pair_of(base, candidate))
    assert (found.base, found.candidate) == (pytest.approx(1 / 3), 1.0)
    assert found.gain.outcome == "pass"


def test_the_calibration_errors_are_those_of_both_tables() -> None:
    pair = random_pair(200)
    found = of_metric("ece_equal_mass_10", pair)
    of = [float(metrics.ece(side.table.scores, side.table.truth)) for side in pair]
    assert [found.base, found.candidate] == pytest.approx(of)
    assert found.gain.difference == pytest.approx(of[0] - of[1])
    assert found.gain.low < found.gain.difference < found.gain.high
    assert found.gain.n == 200


def test_a_table_metric_without_a_paired_bootstrap_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS._entries))

    @table_metric("highest", title="Highest score")
    def highest(scores: np.ndarray, truth: np.ndarray) -> float:
        return float(scores.max())

    with pytest.raises(InputError, match="highest has no paired interval"):
        of_metric("highest", random_pair(20))


def test_the_calibration_error_of_no_tickets_is_inconclusive() -> None:
    found = of_metric("ece_equal_mass_10", pair_of(table([], []), table([], [])))
    assert (found.gain.outcome, found.gain.n) == ("inconclusive", 0)


def test_the_calibration_error_of_five_changed_tickets_is_inconclusive() -> None:
    base = random_table(100)
    scores = base.scores.copy()
    scores[:5] = scores[:5, ::-1]
    found = of_metric("ece_equal_mass_10", pair_of(base, replace(base, scores=scores)))
    assert (found.gain.outcome, found.gain.n_needed) == ("inconclusive", 120)


@pytest.mark.parametrize(("n_groups", "open_"), [(1, True), (9, True), (12, False)])
def test_the_calibration_error_needs_ten_groups(n_groups: int, open_: bool) -> None:
    groups = np.arange(240) % n_groups
    a, b = (replace(side.table, groups=groups) for side in random_pair(240))
    assert math.isnan(of_metric("ece_equal_mass_10", pair_of(a, b)).gain.low) is open_


def test_recall_is_tested_on_the_tickets_of_its_label() -> None:
    gold = ["a"] * 40 + ["b"] * 10
    pair = pair_of(table([A] * 40 + [B] * 10, gold), table([A] * 28 + [B] * 12 + [C] * 10, gold))
    found = of_metric("recall", pair, "a")
    d = np.array([0.0] * 28 + [-1.0] * 12)
    assert found.gain == noninferiority(d, np.arange(40))
    assert (found.base, found.candidate, found.gain.n) == (1.0, 0.7, 40)


@pytest.mark.parametrize(("n", "outcome"), [(3, "inconclusive"), (400, "pass")])
def test_a_label_that_stayed_as_it_was_is_a_sample_like_any_other(n: int, outcome: str) -> None:
    gold = ["a"] * n + ["b"] * 30
    pair = pair_of(table([A] * n + [B] * 30, gold), table([A] * n + [C] * 30, gold))
    for name in ("recall", "precision", "f1"):
        assert of_metric(name, pair, "a").gain.outcome == outcome
    assert of_metric("recall", pair, "b").gain.outcome == "fail"


@pytest.mark.parametrize("label", ["c", "unknown"])
def test_a_label_without_tickets_is_inconclusive(label: str) -> None:
    pair = pair_of(table([A, B], ["a", "b"]), table([B, A], ["a", "b"]))
    for name in ("recall", "routed_recall"):
        found = of_metric(name, pair, label)
        assert (found.gain.outcome, found.gain.n) == ("inconclusive", 0)
        assert math.isnan(found.base)


def test_under_the_policy_a_right_ticket_in_review_is_missed() -> None:
    gold = ["a"] * 30
    pair = pair_of(table([A] * 30, gold), table([A] * 15 + [WEAK] * 15, gold))
    found = of_metric("routed_recall", pair, "a")
    assert (found.base, found.candidate, found.gain.outcome) == (1.0, 0.5, "fail")
    assert of_metric("recall", pair, "a").gain.outcome == "pass"


def test_under_the_policy_a_ticket_routed_to_another_label_is_missed() -> None:
    gold = ["a"] * 30
    pair = pair_of(table([A] * 30, gold), table([A] * 15 + [B] * 15, gold))
    found = of_metric("routed_recall", pair, "a")
    assert (found.base, found.candidate) == (1.0, 0.5)


def test_coverage_rests_on_the_outcomes_and_not_on_the_policy_now() -> None:
    t = table([A] * 40, ["a"] * 40)
    outcome = np.array([ROUTE] * 10 + [REVIEW] * 20 + [ESCALATE] * 10)
    found = of_metric("coverage", (Judged(t, outcome), judged(t, Policy())))
    assert (found.base, found.candidate) == (0.25, 1.0)
    d = np.array([0.0] * 10 + [1.0] * 30)
    assert found.gain == noninferiority(d, np.arange(40))


def test_coverage_counts_tickets_that_no_label_fits() -> None:
    gold = ["__none__"] * 10
    pair = pair_of(table([A] * 10, gold), table([WEAK] * 10, gold))
    found = of_metric("coverage", pair)
    assert (found.base, found.candidate, found.gain.n) == (1.0, 0.0, 10)


def test_the_share_right_among_routed_by_hand() -> None:
    gold = ["a"] * 20 + ["__none__"] * 5
    base = table([A] * 10 + [B] * 5 + [WEAK] * 5 + [A] * 5, gold)
    candidate = table([A] * 15 + [WEAK] * 10, gold)
    found = of_metric("selective_precision", pair_of(base, candidate))
    assert (found.base, found.candidate) == (10 / 20, 1.0)
    assert (found.gain.outcome, found.gain.difference) == ("pass", 0.5)


def test_the_share_right_among_routed_is_open_where_one_side_routes_nothing() -> None:
    gold = ["a"] * 20
    pair = pair_of(table([A] * 20, gold), table([WEAK] * 20, gold))
    found = of_metric("selective_precision", pair)
    assert (found.base, found.gain.outcome) == (1.0, "inconclusive")
    assert math.isnan(found.candidate)


def test_cost_by_hand() -> None:
    # 20 misroutes at 7 turn into reviews at 1: each ticket costs 3 less on average.
    gold = ["a"] * 40
    base, candidate = table([A] * 20 + [B] * 20, gold), table([A] * 20 + [WEAK] * 20, gold)
    found = of_metric("cost", pair_of(base, candidate), costs=Costs(misroute=7))
    assert (found.base, found.candidate) == (3.5, 0.5)
    assert (found.gain.difference, found.gain.outcome) == (3.0, "pass")
    clustered = clustered_mean([0.0] * 20 + [6.0] * 20, np.arange(40))
    assert found.gain.low == pytest.approx(3 - stats.t.ppf(0.95, 19) * clustered.se_clustered)


def test_few_changed_costs_are_bounded_by_the_dearest_outcome() -> None:
    gold = ["a"] * 200
    pair = pair_of(table([A] * 200, gold), table([B] * 2 + [A] * 198, gold))
    found = of_metric("cost", pair, costs=Costs(misroute=3, review=8, escalate=4))
    assert found.gain.low == pytest.approx(-8 * stats.beta.ppf(0.95, 3, 198))


def test_precision_and_f1_of_a_label_are_those_of_the_evaluation() -> None:
    pair = random_pair(150)
    for name in ("precision", "f1"):
        found = of_metric(name, pair, "l2")
        for side, value in zip(pair, (found.base, found.candidate), strict=True):
            decisions = Policy().decide(side.table.scores, side.table.labels)
            own = next(r for r in label_results(side.table, decisions.outcome) if r.label == "l2")
            assert value == pytest.approx(getattr(own, name).value)
        assert found.gain.low < found.gain.difference < found.gain.high


def test_a_label_that_wins_tickets_of_others_loses_precision() -> None:
    gold = ["a"] * 60 + ["b"] * 60
    base = table([A] * 60 + [B] * 60, gold)
    candidate = table([A] * 60 + [A] * 30 + [B] * 30, gold)
    pair = pair_of(base, candidate)
    found = of_metric("precision", pair, "a")
    assert (found.candidate, found.gain.outcome) == (pytest.approx(2 / 3), "fail")
    # All 30 answers of b are right, which cannot exclude a loss of 2 points.
    assert of_metric("precision", pair, "b").gain.outcome == "inconclusive"


@pytest.mark.parametrize("label", ["c", "unknown"])
def test_the_precision_of_a_label_nobody_answers_is_inconclusive(label: str) -> None:
    gold = ["a", "b"] * 10
    pair = pair_of(table([A, B] * 10, gold), table([B, A] * 10, gold))
    found = of_metric("precision", pair, label)
    assert found.gain.outcome == "inconclusive"
    assert math.isnan(found.base)
    assert math.isnan(found.candidate)


@SEARCH
@given(st.integers(0, 1000), st.sampled_from([None, 40]))
def test_the_bounds_of_shares_mirror_when_both_sides_are_swapped(
    seed: int, n_groups: int | None
) -> None:
    pair = random_pair(80, seed=seed, n_groups=n_groups)
    back = (pair[1], pair[0])
    for name in ("coverage", "recall", "routed_recall"):
        one, other = of_metric(name, pair, "l1"), of_metric(name, back, "l1")
        assert other.gain.difference == pytest.approx(-one.gain.difference, nan_ok=True)
        assert (other.base, other.candidate) == (one.candidate, one.base)


@SEARCH
@given(st.integers(0, 1000), st.sampled_from([None, 40]))
def test_base_and_candidate_are_what_each_side_shows_alone(seed: int, n_groups: int | None) -> None:
    policy = Policy(escalate_above=0.45)
    pair = random_pair(80, seed=seed, n_groups=n_groups)
    for name in ("coverage", "selective_precision", "cost"):
        found = of_metric(name, pair)
        for side, value in zip(pair, (found.base, found.candidate), strict=True):
            decisions = policy.decide(side.table.scores, side.table.labels)
            own = getattr(summarise(side.table, decisions, Costs()), name)
            assert value == pytest.approx(own.value, nan_ok=True)


def test_a_side_against_itself_is_the_same_for_every_change() -> None:
    side = random_pair(40)[0]
    found = [of_metric(metric.name, (side, side), "l1") for metric in METRICS]
    assert {one.gain.outcome for one in found} == {"pass"}
    assert {one.gain.difference for one in found} == {0.0}
    assert SAME in {one.gain.method for one in found}


@pytest.mark.evidence
def test_chance_alone_shows_about_so_much_calibration_error() -> None:
    shown, expected = [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        score = 0.45 + 0.5 * rng.random(200)
        rows = np.stack([score, 1 - score], axis=1)
        gold = np.where(rng.random(200) < score, "a", "b").tolist()
        t = table(rows.tolist(), gold, labels=("a", "b"))
        top = np.where(t.right, t.top_score, t.top_score)
        assert np.all(top >= 0.5)
        expected.append(bootstrap.chance_error(t))
        shown.append(float(metrics.ece(t.scores, t.truth)))
    assert np.mean(shown) == pytest.approx(np.mean(expected), rel=0.1)


def test_fewer_groups_leave_more_to_chance() -> None:
    t = random_table(200)
    pairs = replace(t, groups=np.arange(200) // 2)
    alone, of_pairs = bootstrap.chance_error(t), bootstrap.chance_error(pairs)
    assert of_pairs == pytest.approx(alone * math.sqrt(2))


def test_the_bounds_of_the_calibration_error_are_widened_by_chance() -> None:
    pair = random_pair(300)
    gain = of_metric("ece_equal_mass_10", pair).gain
    base, candidate = (bootstrap.chance_error(side.table) for side in pair)
    assert gain.difference - gain.low > base
    assert gain.high - gain.difference > candidate


def test_six_right_answers_of_six_prove_no_precision() -> None:
    gold = ["a"] * 12
    pair = pair_of(table([A] * 6 + [WEAK] * 6, gold), table([WEAK] * 6 + [A] * 6, gold))
    gain = of_metric("selective_precision", pair).gain
    assert (gain.outcome, gain.difference) == ("inconclusive", 0.0)
    assert gain.low < -0.02


@pytest.mark.parametrize(("name", "n"), [("precision", 4), ("f1", 5)])
def test_changes_between_other_labels_say_nothing_about_a_label(name: str, n: int) -> None:
    gold = ["a"] * 5 + ["b"] * 30
    base = table([A] * 5 + [B] * 30, gold)
    few = table([B] + [A] * 4 + [B] * 30, gold)
    more = table([B] + [A] * 4 + [C] * 10 + [B] * 20, gold)
    one, other = (of_metric(name, pair_of(base, t), "a").gain for t in (few, more))
    assert one == other
    assert (one.outcome, one.n) == ("inconclusive", n)


# --- metrics of a user, of kinds that no metric of ours is of


@pytest.fixture
def own_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS._entries))

    @label_metric("specificity", title="Specificity")
    def specificity(tickets: LabelTickets) -> Part:
        return Part(~tickets.top, among=~tickets.gold)

    @label_metric("false_alarms", title="False alarms", higher_is_better=False)
    def false_alarms(tickets: LabelTickets) -> Part:
        return Part(tickets.top, among=~tickets.gold)

    @label_metric("routed_precision", title="Right among routed to it")
    def routed_precision(tickets: LabelTickets) -> Part:
        return Part(tickets.gold, among=tickets.top & tickets.routed)

    @label_metric("routed_errors", title="Wrong among routed to it", higher_is_better=False)
    def routed_errors(tickets: LabelTickets) -> Part:
        return Part(~tickets.gold, among=tickets.top & tickets.routed)

    @routing_metric("held_back", title="Not routed", higher_is_better=False)
    def held_back(tickets: RoutedTickets) -> Part:
        return Part(tickets.outcome != ROUTE)

    @routing_metric("wrong_among_routed", title="Wrong among routed", higher_is_better=False)
    def wrong_among_routed(tickets: RoutedTickets) -> Part:
        return Part(~tickets.right, among=tickets.outcome == ROUTE)


@pytest.mark.usefixtures("own_metrics")
@pytest.mark.parametrize("n_groups", [None, 40])
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("specificity", "false_alarms"),
        ("routed_precision", "routed_errors"),
        ("coverage", "held_back"),
        ("selective_precision", "wrong_among_routed"),
    ],
)
def test_what_should_be_low_is_tested_as_its_opposite_that_should_be_high(
    good: str, bad: str, n_groups: int | None
) -> None:
    pair = random_pair(200, n_groups=n_groups)
    one, other = of_metric(good, pair, "l1"), of_metric(bad, pair, "l1")
    assert (other.base, other.candidate) == pytest.approx((1 - one.base, 1 - one.candidate))
    assert one.gain.difference == pytest.approx(one.candidate - one.base)
    ends = [(of.gain.low, of.gain.difference, of.gain.high) for of in (one, other)]
    assert ends[0] == pytest.approx(ends[1], abs=0.01)  # other states, so other draws
    assert (one.gain.outcome, one.gain.n) == (other.gain.outcome, other.gain.n)
    assert one.gain.low < one.gain.difference < one.gain.high


@pytest.mark.usefixtures("own_metrics")
def test_a_label_metric_that_knows_the_outcome_changes_with_it_alone() -> None:
    gold = ["a"] * 30 + ["b"] * 30
    t = table([A] * 60, gold)
    every, some = np.full(60, ROUTE), np.array([ROUTE] * 40 + [REVIEW] * 20)
    found = of_metric("routed_precision", (Judged(t, every), Judged(t, some)), "a")
    assert (found.base, found.candidate, found.gain.n) == (0.5, 0.75, 40)
    assert found.gain.outcome == "pass"
    assert of_metric("precision", (Judged(t, every), Judged(t, some)), "a").gain.difference == 0.0
