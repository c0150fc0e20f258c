"""Every metric on paired tickets: values by hand, and what a reader sees side by side agrees."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tables import random_table, table
from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Costs, Policy
from ticketbench.core.types import NONE, ScoreTable
from ticketbench.measure import metrics
from ticketbench.measure.calibration.bins import ece_by_chance
from ticketbench.measure.kinds import (
    LabelMetric,
    LabelTickets,
    Part,
    RoutedTickets,
    RoutingMetric,
    cell_metric,
    label_metric,
    routing_metric,
    table_metric,
    ticket_metric,
)
from ticketbench.measure.label_results import label_results
from ticketbench.measure.metrics import METRICS, macro_f1
from ticketbench.measure.pairs import changes as module
from ticketbench.measure.pairs import of_counts, of_means, of_scores
from ticketbench.measure.pairs.change import (
    GATE_CONFIDENCE,
    NO_SLOPE,
    NO_TICKETS,
    ONE_SIDED,
    SAME,
)
from ticketbench.measure.pairs.changes import (
    MetricChange,
    label_changes,
    metric_change,
    metric_changes,
)
from ticketbench.measure.pairs.pairing import Judged, Pair, judged, paired
from ticketbench.measure.pairs.verdict import not_worse, outcome_of
from ticketbench.measure.routing.outcomes import summarise
from ticketbench.measure.statistics.holm import holm
from ticketbench.measure.statistics.intervals import ONE_UNIT, clustered_mean

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)
FEW = settings(SEARCH, max_examples=7)

A, B, C = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]
WEAK = [0.5, 0.25, 0.25]
POLICY = Policy(escalate_above=0.45)


def pair_of(base: ScoreTable, candidate: ScoreTable, policy: Policy | None = None) -> Pair:
    return judged(base, policy or Policy()), judged(candidate, policy or Policy())


def random_pair(
    n: int, *, seed: int = 0, n_groups: int | None = None, noise: float = 1.5, none: int = 0
) -> Pair:
    """Two sets that answer the same tickets alike but for noise; `none` of them fit no label."""
    base = random_table(n, seed=seed, n_groups=n_groups)
    rng = np.random.default_rng(seed + 1)
    powered = np.exp(1.2 * np.log(base.scores) + rng.normal(scale=noise, size=base.scores.shape))
    other = powered / powered.sum(axis=1, keepdims=True)
    scores = np.where(rng.random(n)[:, None] < 0.5, base.scores, other)
    truth = np.where(np.arange(n) < none, NONE, base.truth)
    wanted = np.arange(4)[None, :] == truth[:, None]
    wanted[::3, 0] = True
    first = replace(base, truth=truth, wanted=wanted)
    return pair_of(first, replace(first, scores=scores), POLICY)


def of_metric(name: str, pair: Pair, label: str = "", **more: Any) -> MetricChange:
    return metric_change(METRICS.get(name), pair, label=label, **more)


def every_change(pair: Pair) -> list[MetricChange]:
    """All metrics of all kinds."""
    return [*metric_changes(pair, costs=Costs(), routed=True), *label_changes(pair, routed=True)]


# --- what a reader sees side by side


def agree(found: MetricChange) -> None:
    """Interval, p, verdict and gate of one change say the same."""
    change, gain = found.change, found.gain
    ends, gate = change.bounds(), gain.bounds(GATE_CONFIDENCE)
    shown = found.difference
    if not change.defined:
        assert math.isnan(found.p)
        assert outcome_of(gain) == "cannot tell"
        assert not_worse(gain) == "inconclusive"
        return
    excludes = shown.low > 0 or shown.high < 0
    assert excludes == (found.p < 0.05) == (outcome_of(change) in ("better", "worse"))
    assert excludes == (ends.low > 0 or ends.high < 0)
    for margin in (0.0, 0.02, 0.1):
        assert (gain.p(-margin, side="above") < 0.05) == (gate.low > -margin)
        assert (not_worse(gain, margin=margin) == "pass") == (gate.low > -margin)
    assert gain.needed(0.02) == change.needed(0.02)
    assert shown.low <= shown.value + 1e-12
    assert shown.value - 1e-12 <= shown.high
    assert found.difference.value == pytest.approx(found.candidate - found.base, abs=1e-12)


@FEW
@given(
    st.integers(0, 60),
    st.integers(0, 1000),
    st.sampled_from([None, 1, 2, 8, 30]),
    st.integers(0, 3),
)
def test_verdict_interval_p_and_gate_agree_for_every_metric(
    n: int, seed: int, n_groups: int | None, none: int
) -> None:
    for found in every_change(random_pair(n, seed=seed, n_groups=n_groups, none=none)):
        agree(found)


@pytest.mark.evidence
def test_verdict_interval_p_and_gate_agree_on_ten_thousand_changes() -> None:
    rng = np.random.default_rng(20261215)
    seen = 0
    while seen < 10_000:
        n = int(rng.integers(2, 400))
        pair = random_pair(
            n,
            seed=int(rng.integers(1_000_000)),
            n_groups=int(rng.integers(1, n + 1)),
            noise=float(rng.choice([0.1, 0.5, 1.5])),
            none=int(rng.integers(0, 4)),
        )
        for found in every_change(pair):
            agree(found)
            seen += 1


def numbers(found: MetricChange) -> list[float]:
    change = found.change
    ends = (found.difference.low, found.difference.high, found.p)
    return [change.value, change.variance, change.imagined, change.df, *change.chance, *ends]


@FEW
@given(st.integers(2, 60), st.integers(0, 1000), st.sampled_from([None, 8, 30]))
def test_the_order_of_tickets_and_the_numbers_of_groups_change_nothing(
    n: int, seed: int, n_groups: int | None
) -> None:
    pair = random_pair(n, seed=seed, n_groups=n_groups)
    at = np.random.default_rng(seed).permutation(n)
    moved = [side.rows(at) for side in pair]
    renamed = [
        replace(side, table=replace(side.table, groups=99 - side.table.groups)) for side in moved
    ]
    one, other = every_change(pair), every_change((renamed[0], renamed[1]))
    for first, second in zip(one, other, strict=True):
        near = pytest.approx(numbers(first), abs=1e-10, nan_ok=True)
        assert numbers(second) == near, (first.name, first.label)


@FEW
@given(st.integers(2, 60), st.integers(0, 1000), st.sampled_from([None, 8, 30]))
def test_swapping_both_sides_mirrors_every_metric(n: int, seed: int, n_groups: int | None) -> None:
    pair = random_pair(n, seed=seed, n_groups=n_groups)
    for there, back in zip(every_change(pair), every_change((pair[1], pair[0])), strict=True):
        turned = back.change.mirrored()
        assert (back.base, back.candidate) == pytest.approx(
            (there.candidate, there.base), nan_ok=True
        )
        ends, mirrored = there.change.bounds(), turned.bounds()
        near = pytest.approx((ends.low, ends.high), abs=1e-10, nan_ok=True)
        assert (mirrored.low, mirrored.high) == near, there.name
        assert back.p == pytest.approx(there.p, abs=1e-9, nan_ok=True)


@pytest.fixture
def shares(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, np.ndarray]]:
    """Value and shares of each change that was made while a test runs."""
    seen: list[tuple[float, np.ndarray]] = []
    for where in (of_means, of_counts, of_scores):
        inner = where.from_shares

        def watched(each: Any, *rest: Any, inner: Any = inner, **more: Any) -> Any:
            seen.append((more["value"], each))
            return inner(each, *rest, **more)

        monkeypatch.setattr(where, "from_shares", watched)
    return seen


def test_shares_of_tickets_add_up_to_the_value_of_every_metric(
    shares: list[tuple[float, np.ndarray]],
) -> None:
    for seed in range(3):
        every_change(random_pair(120, seed=seed, n_groups=30, none=2))
    assert len(shares) > 50
    for value, each in shares:
        assert each.sum() == pytest.approx(value, abs=1e-9)


# --- metrics of tickets, cells and tables


def test_accuracy_is_tested_on_tickets_whose_gold_is_a_label() -> None:
    gold = ["a"] * 30 + ["__none__"] * 20
    pair = pair_of(table([A] * 30 + [B] * 20, gold), table([A] * 20 + [B] * 10 + [C] * 20, gold))
    found = of_metric("accuracy", pair)
    alone = of_means.of_means(np.ones(30), np.repeat([1.0, 0.0], [20, 10]), np.arange(30))
    assert found.change == alone
    assert (found.base, found.candidate) == (1.0, pytest.approx(2 / 3))


def test_accuracy_is_without_doubt_only_where_every_answer_is_the_same() -> None:
    gold = ["a"] * 20
    same, other = (
        of_metric("accuracy", pair_of(table([B] * 20, gold), table(rows, gold)))
        for rows in ([B] * 20, [C] * 20)
    )
    assert (same.change.method, not_worse(same.gain)) == (SAME, "pass")
    assert (other.change.value, not_worse(other.gain)) == (0.0, "inconclusive")


def test_the_same_top_answers_with_other_scores_below_are_another_log_loss() -> None:
    # One customer: no interval, and yet no reason to call it the same.
    gold = ["b"] * 4
    other = [0.8, 0.15, 0.05]
    found = of_metric(
        "log_loss", pair_of(*(table([row] * 4, gold, groups=[0] * 4) for row in (A, other)))
    )
    assert found.change.value == pytest.approx(math.log(0.1 / 0.15))
    assert found.change.method == ONE_UNIT


def test_a_loss_of_log_loss_is_a_gain_below_zero() -> None:
    base, candidate = table([A] * 60, ["a"] * 60), table([A] * 40 + [B] * 20, ["a"] * 60)
    found = of_metric("log_loss", pair_of(base, candidate))
    d = np.array([0.0] * 40 + [math.log(0.8 / 0.1)] * 20)
    se = math.sqrt(d.var(ddof=1) / 60 + 3 * (d.max() / 60) ** 2)
    half = stats.t.ppf(0.95, 59) * se
    ends = found.gain.bounds(GATE_CONFIDENCE)
    assert found.base == pytest.approx(-math.log(0.8))
    assert (ends.low, ends.high) == pytest.approx((-d.mean() - half, -d.mean() + half))
    assert not_worse(found.gain, margin=0.2) == "fail"


def test_the_brier_score_of_the_top_label_is_tested_on_all_scored_tickets() -> None:
    gold = ["a"] * 6 + ["__none__"] * 6
    pair = pair_of(table([A] * 12, gold), table([B] * 12, gold))
    found = of_metric("brier_top_label", pair)
    assert (found.change.n, found.base) == (12, pytest.approx((0.04 + 0.64) / 2))
    assert found.candidate == pytest.approx(0.64)


@pytest.mark.parametrize("name", ["macro_f1", "balanced_accuracy", "mcc"])
def test_cell_metrics_of_both_sides_are_those_of_the_registry(name: str) -> None:
    pair = random_pair(120)
    found = of_metric(name, pair)
    for side, value in zip(pair, (found.base, found.candidate), strict=True):
        cells = np.zeros((4, 4))
        np.add.at(cells, (side.table.truth, side.table.top), 1.0)
        assert value == pytest.approx(float(METRICS.get(name).function(cells)))
    assert found.difference.low < found.difference.value < found.difference.high


@pytest.mark.parametrize("name", ["macro_f1", "balanced_accuracy", "mcc"])
def test_the_pairing_is_kept(name: str) -> None:
    # 2 of 300 tickets differ: unpaired, the interval would be over .1 wide.
    base = random_table(300, seed=1)
    scores = base.scores.copy()
    scores[:2] = scores[:2, ::-1]
    found = of_metric(name, pair_of(base, replace(base, scores=scores))).difference
    assert 0 < found.high - found.low < 0.04


def test_a_label_of_one_side_only_is_a_column_of_its_own() -> None:
    gold = ["a", "z"] * 20
    base = table([[0.7, 0.3]] * 40, gold, labels=("a", "b"))
    candidate = table([[0.7, 0.3], [0.2, 0.8]] * 20, gold, labels=("a", "z"))
    found = of_metric("macro_f1", pair_of(base, candidate))
    assert (found.base, found.candidate) == (pytest.approx(1 / 3), 1.0)
    assert not_worse(found.gain) == "pass"


@pytest.mark.parametrize("name", ["ece_equal_mass_10", "smooth_ece", "auroc", "augrc"])
def test_metrics_of_scores_are_those_of_both_tables(name: str) -> None:
    pair = random_pair(200, none=5)
    found = of_metric(name, pair)
    metric = METRICS.get(name)
    of = [float(metric.function(side.table.scores, side.table.truth)) for side in pair]
    assert [found.base, found.candidate] == pytest.approx(of)
    assert found.difference.value == pytest.approx(of[1] - of[0])
    assert found.difference.low < found.difference.value < found.difference.high
    assert found.change.n == 200


def test_the_interval_of_the_calibration_error_is_widened_by_chance() -> None:
    pair = random_pair(300)
    change = of_metric("ece_equal_mass_10", pair).change
    base, candidate = (ece_by_chance(side.table.top_score, bins=10) for side in pair)
    assert change.chance == pytest.approx((candidate, base))
    assert change.bounds().low < change.value - candidate
    assert change.bounds().high > change.value + base


def test_customers_leave_more_of_the_calibration_error_to_chance() -> None:
    alone = random_pair(200)
    pairs = tuple(
        replace(side, table=replace(side.table, groups=np.arange(200) // 2)) for side in alone
    )
    one, two = (of_metric("ece_equal_mass_10", (p[0], p[1])).change for p in (alone, pairs))
    assert two.chance == pytest.approx(tuple(math.sqrt(2) * c for c in one.chance))


def test_where_one_side_is_all_right_there_is_no_change_of_the_auroc() -> None:
    gold = ["a"] * 20
    found = of_metric("auroc", pair_of(table([A] * 10 + [B] * 10, gold), table([A] * 20, gold)))
    assert (found.base, math.isnan(found.candidate)) == (0.5, True)
    assert (found.change.method, found.change.n) == (ONE_SIDED, 20)


@pytest.mark.parametrize("name", [m.name for m in METRICS if not isinstance(m, LabelMetric)])
def test_no_tickets_have_no_change(name: str) -> None:
    empty = replace(table([], []), wanted=np.zeros((0, 3), dtype=bool))
    found = of_metric(name, pair_of(empty, empty))
    assert (found.change.method, found.change.n) == (NO_TICKETS, 0)
    assert all(map(math.isnan, (found.base, found.candidate, found.p, found.difference.low)))
    assert found == of_metric(name, pair_of(empty, empty))


@pytest.mark.parametrize("n_groups", [4, 9])
def test_few_customers_have_an_interval_and_one_has_none(n_groups: int) -> None:
    for groups, known in ((np.arange(240) % n_groups, True), (np.zeros(240, np.int64), False)):
        sides = [replace(side.table, groups=groups) for side in random_pair(240)]
        pair = pair_of(sides[0], sides[1])
        for found in metric_changes(pair, costs=Costs(), routed=True):
            assert math.isnan(found.difference.low) is not known, found.name
            assert not math.isnan(found.difference.value), found.name


def test_all_metrics_come_in_order_of_registration_and_as_far_as_they_can_be_told() -> None:
    pair = random_pair(30)
    overall = [m.name for m in METRICS if not isinstance(m, LabelMetric | RoutingMetric)]

    def names(of: Pair, **more: Any) -> list[str]:
        return [found.name for found in metric_changes(of, **more)]

    assert names(pair, costs=Costs(), routed=False) == overall
    routed = ["coverage", "selective_precision", "cost", "escalation_recall"]
    unpriced = [name for name in routed if name != "cost"]
    assert names(pair, costs=None, routed=True) == [*overall, *unpriced]
    assert names(pair, costs=Costs(), routed=True) == [*overall, *routed]
    unknown = tuple(replace(side, table=replace(side.table, wanted=None)) for side in pair)
    assert "escalation_recall" not in names((unknown[0], unknown[1]), costs=None, routed=True)


# --- metrics of a label


def test_recall_is_tested_on_the_tickets_of_its_label() -> None:
    gold = ["a"] * 40 + ["b"] * 10
    pair = pair_of(table([A] * 40 + [B] * 10, gold), table([A] * 28 + [B] * 12 + [C] * 10, gold))
    found = of_metric("recall", pair, "a")
    alone = of_means.of_means(np.ones(40), np.repeat([1.0, 0.0], [28, 12]), np.arange(40))
    assert numbers(found)[:4] == pytest.approx(
        [alone.value, alone.variance, alone.imagined, alone.df], abs=1e-9
    )
    assert (found.base, found.candidate, found.change.n) == (1.0, 0.7, 40)


@pytest.mark.parametrize(("n", "outcome"), [(3, "inconclusive"), (400, "pass")])
def test_a_label_that_stayed_as_it_was_is_a_sample_like_any_other(n: int, outcome: str) -> None:
    gold = ["a"] * n + ["b"] * 30
    pair = pair_of(table([A] * n + [B] * 30, gold), table([A] * n + [C] * 30, gold))
    for name in ("recall", "precision", "f1"):
        assert not_worse(of_metric(name, pair, "a").gain) == outcome
    assert not_worse(of_metric("recall", pair, "b").gain) == "fail"


@pytest.mark.parametrize("label", ["c", "unknown"])
def test_a_label_without_tickets_is_undefined(label: str) -> None:
    pair = pair_of(table([A, B], ["a", "b"]), table([B, A], ["a", "b"]))
    for name in ("recall", "precision", "f1", "routed_recall"):
        found = of_metric(name, pair, label)
        assert (not_worse(found.gain), found.change.n) == ("inconclusive", 0)
        assert math.isnan(found.base)
        assert math.isnan(found.candidate)


def test_a_label_that_one_side_lacks_is_never_its_answer() -> None:
    gold = ["a", "z"] * 20
    base = table([[0.7, 0.3]] * 40, gold, labels=("a", "b"))
    candidate = table([[0.7, 0.3], [0.2, 0.8]] * 20, gold, labels=("a", "z"))
    pair = pair_of(base, candidate)
    recall, precision = of_metric("recall", pair, "z"), of_metric("precision", pair, "z")
    assert (recall.base, recall.candidate) == (0.0, 1.0)
    assert (math.isnan(precision.base), precision.candidate) == (True, 1.0)
    assert precision.change.method == ONE_SIDED
    labels = [found.label for found in label_changes(pair, routed=True) if found.name == "recall"]
    assert labels == ["a", "b", "z"]


def test_labels_that_only_the_candidate_has_are_listed_last() -> None:
    base = table([[0.7, 0.3], [0.3, 0.7]], ["c", "b"], labels=("a", "b"))
    wider = table([C, B], ["c", "b"], labels=("x", "b", "c"))
    found = [f.label for f in label_changes(pair_of(base, wider), routed=True)]
    assert found[:4] == ["a", "b", "c", "x"]


def test_under_the_policy_a_right_ticket_in_review_is_missed() -> None:
    gold = ["a"] * 300
    pair = pair_of(table([A] * 300, gold), table([A] * 150 + [WEAK] * 150, gold))
    found = of_metric("routed_recall", pair, "a")
    assert (found.base, found.candidate, not_worse(found.gain)) == (1.0, 0.5, "fail")
    recall = of_metric("recall", pair, "a")
    assert (recall.change.value, not_worse(recall.gain)) == (0.0, "pass")


def test_every_label_metric_has_the_values_of_each_side_alone() -> None:
    pair = random_pair(120, none=3)
    found = label_changes(pair, routed=True)
    assert [d.name for d in found] == [
        name for name in ("recall", "precision", "f1", "routed_recall") for _ in range(4)
    ]
    for side, value in zip(pair, ("base", "candidate"), strict=True):
        alone = {r.label: r for r in label_results(side.table, side.outcome)}
        for d in found:
            assert getattr(d, value) == pytest.approx(alone[d.label].metric(d.name).value)


def test_without_outcomes_what_needs_them_is_left_out() -> None:
    found = {d.name for d in label_changes(random_pair(20), routed=False)}
    assert found == {"recall", "precision", "f1"}


def test_p_values_are_adjusted_over_the_labels_that_have_tickets() -> None:
    gold = ["a"] * 80 + ["b"] * 80
    pair = pair_of(table([A] * 70 + [B] * 90, gold), table([A] * 80 + [B] * 80, gold))
    labels = [d for d in label_changes(pair, routed=False) if d.name == "recall"]
    assert [d.p_holm for d in labels] == pytest.approx(
        list(holm([d.p for d in labels])), nan_ok=True
    )
    assert labels[0].p_holm == pytest.approx(2 * labels[0].p)
    assert math.isnan(labels[2].p_holm)


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([None, 8]))
def test_the_recalls_of_all_labels_add_up_to_the_accuracy(
    n: int, seed: int, n_groups: int | None
) -> None:
    pair = random_pair(n, seed=seed, n_groups=n_groups)
    labels = [d for d in label_changes(pair, routed=False) if d.name == "recall"]
    assert sum(d.change.n for d in labels) == n
    total = sum(d.change.n * d.change.value for d in labels if d.change.n)
    assert total / n == pytest.approx(of_metric("accuracy", pair).change.value)


def test_changes_between_other_labels_say_nothing_about_a_label() -> None:
    gold = ["a"] * 5 + ["b"] * 30
    base = table([A] * 5 + [B] * 30, gold)
    few = table([B] + [A] * 4 + [B] * 30, gold)
    more = table([B] + [A] * 4 + [C] * 10 + [B] * 20, gold)
    for name, n in (("precision", 4), ("f1", 5)):
        one, other = (of_metric(name, pair_of(base, t), "a").gain for t in (few, more))
        assert one == other
        assert one.n == n


def test_a_label_that_wins_tickets_of_others_loses_precision() -> None:
    gold = ["a"] * 60 + ["b"] * 60
    pair = pair_of(table([A] * 60 + [B] * 60, gold), table([A] * 90 + [B] * 30, gold))
    found = of_metric("precision", pair, "a")
    assert (found.candidate, not_worse(found.gain)) == (pytest.approx(2 / 3), "fail")
    # All 30 answers of b are right, which cannot exclude a loss of 2 points.
    assert not_worse(of_metric("precision", pair, "b").gain) == "inconclusive"


# --- metrics of the policy


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
    costs = Costs(misroute=5, review=1, escalate=1.5)
    names = ("coverage", "selective_precision", "cost")
    each = [of_metric(name, by_hand(), costs=costs) for name in names]
    assert [(d.base, d.candidate) for d in each] == [
        (4 / 8, 6 / 8),
        (2 / 4, 5 / 6),
        ((2 * 5 + 3 + 1.5) / 8, (5 + 2) / 8),
    ]
    assert [d.change.value for d in each] == pytest.approx([1 / 4, 1 / 3, -7.5 / 8])
    assert [d.change.n for d in each] == [8, 6, 8]
    assert [(d.share, d.higher_is_better) for d in each] == [
        (True, True),
        (True, True),
        (False, False),
    ]
    assert each[2].gain.value == 7.5 / 8


def test_a_missed_escalation_costs_more_on_its_own_side() -> None:
    base, candidate = by_hand()
    costs = Costs(misroute=5, review=1, escalate=1.5, missed=2)
    everyone = np.ones(8, dtype=np.bool_)
    plain = of_metric("cost", (base, candidate), costs=replace(costs, missed=None))
    found = of_metric(
        "cost", (replace(base, missed=everyone), replace(candidate, missed=everyone)), costs=costs
    )
    escalated = [int((side.outcome == ESCALATE).sum()) for side in (base, candidate)]
    more = [2 * n / 8 for n in escalated]
    assert escalated[0] > 0
    assert found.base == pytest.approx(plain.base + more[0])
    assert found.candidate == pytest.approx(plain.candidate + more[1])
    assert found.change.value == pytest.approx(plain.change.value + more[1] - more[0])
    # Without a price nobody pays for it.
    free = replace(costs, missed=None)
    unpriced = of_metric("cost", (replace(base, missed=everyone), candidate), costs=free)
    assert (unpriced.base, unpriced.candidate) == (plain.base, plain.candidate)


def test_coverage_rests_on_the_outcomes_and_not_on_the_policy_now() -> None:
    t = table([A] * 40, ["a"] * 40)
    outcome = np.array([ROUTE] * 10 + [REVIEW] * 20 + [ESCALATE] * 10)
    found = of_metric("coverage", (Judged(t, outcome), judged(t, Policy())))
    assert (found.base, found.candidate) == (0.25, 1.0)
    d = np.array([0.0] * 10 + [1.0] * 30)
    assert found.change.variance == pytest.approx(clustered_mean(d, t.groups).se_clustered ** 2)


def test_coverage_counts_tickets_that_no_label_fits() -> None:
    gold = ["__none__"] * 10
    found = of_metric("coverage", pair_of(table([A] * 10, gold), table([WEAK] * 10, gold)))
    assert (found.base, found.candidate, found.change.n) == (1.0, 0.0, 10)


@pytest.mark.parametrize("swap", [False, True])
def test_the_share_right_among_routed_is_open_where_one_side_routes_nothing(swap: bool) -> None:
    gold = ["a"] * 20
    pair = pair_of(table([A] * 20, gold), table([WEAK] * 20, gold))
    found = of_metric("selective_precision", (pair[1], pair[0]) if swap else pair)
    assert sorted([found.base, found.candidate], key=math.isnan)[0] == 1.0
    assert (found.change.method, not_worse(found.gain)) == (ONE_SIDED, "inconclusive")


def test_six_right_answers_of_six_prove_no_precision() -> None:
    gold = ["a"] * 12
    pair = pair_of(table([A] * 6 + [WEAK] * 6, gold), table([WEAK] * 6 + [A] * 6, gold))
    gain = of_metric("selective_precision", pair).gain
    assert (gain.value, not_worse(gain)) == (0.0, "inconclusive")
    assert gain.bounds(GATE_CONFIDENCE).low < -0.02


def test_where_no_cost_changed_the_dearest_outcome_counts() -> None:
    gold = ["a"] * 200
    pair = pair_of(table([B] * 200, gold), table([C] * 200, gold))
    found = of_metric("cost", pair, costs=Costs(misroute=3, review=8, escalate=4))
    assert (found.base, found.candidate, found.change.imagined) == (3.0, 3.0, 8 / 200)


def test_escalation_recall_is_over_tickets_that_need_two_labels() -> None:
    wanted = [["a", "b"]] * 30 + [["a"]] * 70
    t = table([A] * 100, ["a"] * 100, wanted=wanted)
    few, more = (np.where(np.arange(100) < k, ESCALATE, ROUTE) for k in (5, 25))
    found = of_metric("escalation_recall", (Judged(t, few), Judged(t, more)))
    assert (found.base, found.candidate, found.change.n) == (5 / 30, 25 / 30, 30)
    assert (found.change.n_groups, found.change.n_changed) == (30, 20)


@FEW
@given(st.integers(1, 60), st.integers(0, 1000))
def test_base_and_candidate_are_what_each_side_shows_alone(n: int, seed: int) -> None:
    pair = random_pair(n, seed=seed)
    for name in ("coverage", "selective_precision", "cost", "escalation_recall"):
        found = of_metric(name, pair)
        for side, value in zip(pair, (found.base, found.candidate), strict=True):
            decisions = POLICY.decide(side.table.scores, side.table.labels)
            own = summarise(side.table, decisions, Costs()).metric(name)
            assert value == pytest.approx(own.value, nan_ok=True)


def test_the_order_of_a_file_changes_no_bit() -> None:
    base, candidate = random_pair(60, n_groups=20)
    moved = base.rows(np.random.default_rng(1).permutation(60))
    one, other = (every_change(paired(side, candidate)) for side in (base, moved))
    assert one == other


def test_a_side_against_itself_is_the_same_for_every_metric() -> None:
    side = random_pair(40)[0]
    for found in every_change((side, side)):
        if not math.isnan(found.base):
            assert (found.change.value, found.change.method) == (0.0, SAME), found.name
            assert (not_worse(found.gain), found.p) == ("pass", 1.0)


# --- metrics of a user


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The registry as it was, after the test."""
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS._entries))
    return iter([None])


@pytest.mark.usefixtures("own")
def test_a_cell_metric_without_gradient_agrees_with_one_that_has_it() -> None:
    cell_metric("macro_f1_again", title="Macro-F1")(macro_f1)
    for seed in range(5):
        pair = random_pair(80, seed=seed, n_groups=30)
        one, other = of_metric("macro_f1", pair), of_metric("macro_f1_again", pair)
        assert numbers(other) == pytest.approx(numbers(one), rel=1e-3, abs=1e-7)


@pytest.mark.usefixtures("own")
def test_a_table_metric_without_influence_has_a_value_and_no_interval() -> None:
    @table_metric("highest", title="Highest score")
    def highest(scores: np.ndarray, truth: np.ndarray) -> float:
        return float(scores.max())

    found = of_metric("highest", random_pair(20))
    assert (found.change.method, found.change.n) == ("no interval", 20)
    assert found.difference.value == pytest.approx(found.candidate - found.base)
    assert math.isnan(found.difference.low)


@pytest.mark.usefixtures("own")
def test_a_metric_that_is_no_number_on_a_ticket_is_undefined() -> None:
    @ticket_metric("hole", title="Hole", high=math.inf)
    def hole(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
        return np.where(scores[:, 0] > 0.5, math.inf, 1.0)

    found = of_metric("hole", pair_of(table([B] * 9, ["a"] * 9), table([A] * 9, ["a"] * 9)))
    assert (found.change.method, found.change.defined) == (ONE_SIDED, False)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("n_groups", [None, 40])
def test_what_should_be_low_is_the_opposite_of_what_should_be_high(n_groups: int | None) -> None:
    @label_metric("specificity", title="Specificity")
    def specificity(tickets: LabelTickets) -> Part:
        return Part(~tickets.top, among=~tickets.gold)

    @label_metric("false_alarms", title="False alarms", higher_is_better=False)
    def false_alarms(tickets: LabelTickets) -> Part:
        return Part(tickets.top, among=~tickets.gold)

    @routing_metric("wrong_among_routed", title="Wrong among routed", higher_is_better=False)
    def wrong_among_routed(tickets: RoutedTickets) -> Part:
        return Part(~tickets.right, among=tickets.outcome == ROUTE)

    pair = random_pair(200, n_groups=n_groups)
    both = (("specificity", "false_alarms"), ("selective_precision", "wrong_among_routed"))
    for good, bad in both:
        one, other = of_metric(good, pair, "l1"), of_metric(bad, pair, "l1")
        assert (other.base, other.candidate) == pytest.approx((1 - one.base, 1 - one.candidate))
        first, second = one.gain.bounds(), other.gain.bounds()
        assert (second.low, second.high) == pytest.approx((first.low, first.high))
        assert second.low < other.gain.value < second.high


def test_a_kind_that_nobody_knows_is_refused() -> None:
    strange = module.Metric(name="strange", title="Strange")
    with pytest.raises(TypeError, match="Metric is no kind of metric"):
        metric_change(strange, random_pair(5))


def test_the_calibration_error_of_a_table_is_that_of_the_metric() -> None:
    pair = random_pair(50)
    found = of_metric("ece_equal_mass_10", pair)
    assert found.base == float(metrics.ece(pair[0].table.scores, pair[0].table.truth))


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int64])
def test_hits_of_any_type_have_the_interval_of_the_accuracy(dtype: type[np.generic]) -> None:
    @ticket_metric("hits", title="Hits", share=True)
    def hits(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
        return np.asarray(np.argmax(scores, axis=1) == truth, dtype=dtype)

    pair = random_pair(60, seed=4)
    (found, accuracy) = (of_metric(name, pair).difference for name in ("hits", "accuracy"))
    assert found == accuracy


@pytest.mark.usefixtures("own")
def test_a_metric_without_a_slope_says_so_instead_of_naming_an_interval() -> None:
    @cell_metric("whole", title="Of whole tickets")
    def whole(cells: np.ndarray) -> np.ndarray:
        n = cells.sum(axis=(-2, -1))
        return np.where(n == np.round(n), cells[..., 0, 0] / np.maximum(n, 1), np.nan)

    found = of_metric("whole", random_pair(60, seed=4))
    assert math.isfinite(found.difference.value)
    assert not found.change.defined
    assert (found.change.method, found.change.n_changed) == (NO_SLOPE, 0)


def test_a_missed_escalation_with_a_price_is_not_guessed_for_a_side_that_does_not_say() -> None:
    of = table([[0.5, 0.4, 0.1]] * 60, ["c"] * 30 + ["a"] * 30)
    knows = judged(of, Policy())
    silent = Judged(knows.table, knows.outcome)
    cost = METRICS.get("cost")
    priced = metric_change(cost, (silent, knows), costs=Costs(missed=2.0))
    assert math.isnan(priced.base)
    assert priced.difference.method == module.NOT_LOOKED
    assert metric_change(cost, (silent, knows), costs=Costs()).change.value == 0
    assert metric_change(cost, (knows, knows), costs=Costs(missed=2.0)).base == 1.5 + 2.0 / 2
