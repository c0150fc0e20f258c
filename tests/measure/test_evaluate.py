from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.measure.calibration.check import calibration
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.label_results import LabelResult
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.statistics import groups as of_groups
from ticketbench.measure.statistics.intervals import wilson
from ticketbench.measure.thresholds.choose import choose_thresholds

SEARCH = settings(max_examples=10, deadline=None, derandomize=True)

ROWS = [
    [0.8, 0.1, 0.1],
    [0.6, 0.3, 0.1],
    [0.1, 0.8, 0.1],
    [0.5, 0.25, 0.25],
    [0.1, 0.1, 0.8],
    [0.35, 0.5, 0.15],
]
GOLD = ["a", "b", "b", "a", "__none__", "b"]
FAILURES = (Failure("x", "timeout"), Failure("y", "http", 500), Failure("z", "timeout"))


def label(e: Evaluation, name: str) -> LabelResult:
    return next(result for result in e.by_label.results if result.label == name)


@pytest.fixture(scope="module")
def small() -> Evaluation:
    return evaluate(table(ROWS, GOLD, failures=FAILURES), Settings())


@st.composite
def mixed(draw: st.DrawFn) -> ScoreTable:
    """Any small table: ties, groups, failures, tickets no label fits, labels the set lacks."""
    n = draw(st.integers(0, 20))
    cuts = st.tuples(st.integers(0, 100), st.integers(0, 100))
    rows = [
        (min(c) / 100, (max(c) - min(c)) / 100, (100 - max(c)) / 100)
        for c in draw(st.lists(cuts, min_size=n, max_size=n))
    ]
    names = st.sampled_from(["a", "b", "c", "__none__", "zebra"])
    gold = draw(st.lists(names, min_size=n, max_size=n))
    groups = draw(st.none() | st.lists(st.integers(0, 6), min_size=n, max_size=n))
    failures = [Failure(f"f{i}", "timeout") for i in range(draw(st.integers(0, 3)))]
    return table(rows, gold, groups=groups, failures=failures)


def test_requested_tickets_are_scored_and_failed_ones(small: Evaluation) -> None:
    assert (small.n_requested, small.n_scored, small.n_failed) == (9, 6, 3)


def test_scored_tickets_are_labelled_ones_and_those_no_label_fits(small: Evaluation) -> None:
    assert (small.tickets.n_labelled, small.tickets.n_none) == (5, 1)


def test_failures_are_counted_by_kind(small: Evaluation) -> None:
    counts = [(count.kind, count.n) for count in small.tickets.failed_by_kind]
    assert counts == [("http", 1), ("timeout", 2)]


def test_failures_are_kept_one_by_one(small: Evaluation) -> None:
    assert small.tickets.failures == FAILURES


def test_accuracy_bounds_count_failures_as_wrong_and_as_right(small: Evaluation) -> None:
    # 4 of 5 labelled tickets are right and 3 failed.
    bounds = small.accuracy_bounds
    assert (bounds.low, bounds.high) == (4 / 8, 7 / 8)


def test_without_failures_the_accuracy_bounds_are_the_accuracy() -> None:
    e = evaluate(table(ROWS, GOLD), Settings())
    accuracy = e.metric("accuracy").value
    assert (e.accuracy_bounds.low, e.accuracy_bounds.high) == (accuracy, accuracy)


def test_accuracy_is_over_tickets_whose_gold_is_a_label(small: Evaluation) -> None:
    assert (small.metric("accuracy").value, small.metric("accuracy").n) == (4 / 5, 5)


def test_every_registered_metric_is_measured(small: Evaluation) -> None:
    of_labels = small.by_label.results[0].metrics
    measured = (*small.metrics, *of_labels, *small.routing.summary.metrics)
    unknown = {"escalation_recall"}  # these tickets do not say how many labels fit
    known = tuple(name for name in METRICS.names() if name not in unknown)
    assert tuple(result.name for result in measured) == known


def test_an_unknown_metric_is_told_with_the_nearest(small: Evaluation) -> None:
    with pytest.raises(InputError, match="acuracy") as caught:
        small.metric("acuracy")
    assert "accuracy" in caught.value.problems[0].help


def test_label_counts_by_hand(small: Evaluation) -> None:
    a = label(small, "a")
    assert (a.support, a.predicted, a.recall.value, a.precision.value) == (2, 3, 1.0, 2 / 3)


def test_the_f1_of_a_label_by_hand(small: Evaluation) -> None:
    # 2 right of 3 tickets that are gold or top a: F1 = 2·2 / (2 + 3).
    assert label(small, "a").f1.value == pytest.approx(0.8)


def test_the_f1_interval_of_a_label_is_the_transformed_wilson_interval(small: Evaluation) -> None:
    f1, ends = label(small, "a").f1, wilson(2, 3)
    expected = [2 * ends.low / (1 + ends.low), 2 * ends.high / (1 + ends.high)]
    assert [f1.low, f1.high] == pytest.approx(expected)


def test_a_label_without_tickets_has_no_recall(small: Evaluation) -> None:
    c = label(small, "c")
    assert (c.support, c.recall.defined, c.recall.n) == (0, False, 0)


def test_the_precision_of_a_label_leaves_out_tickets_no_label_fits(small: Evaluation) -> None:
    # The only ticket with top label c has gold __none__.
    assert label(small, "c").predicted == 0


def test_routed_recall_keeps_reviewed_and_escalated_tickets(small: Evaluation) -> None:
    # Of the two tickets of a, one is routed to a and one reviewed.
    routed = label(small, "a").metric("routed_recall")
    assert (routed.value, routed.n) == (0.5, 2)


def test_a_gold_label_the_set_lacks_has_its_own_row_of_misses() -> None:
    zebra = label(evaluate(table(ROWS, [*GOLD[:5], "zebra"]), Settings()), "zebra")
    assert (zebra.support, zebra.predicted, zebra.recall.value) == (1, 0, 0.0)


def test_calibration_runs_over_all_scored_tickets(small: Evaluation) -> None:
    assert sum(b.n for b in small.calibration.reliability) == 6
    assert sum(b.right + b.wrong for b in small.calibration.histogram) == 6


def test_the_calibration_error_and_the_reliability_curve_share_their_tickets(
    small: Evaluation,
) -> None:
    gaps = [b.n * abs(b.mean_score - b.accuracy) for b in small.calibration.reliability]
    assert small.metric("ece_equal_mass_10").value == pytest.approx(sum(gaps) / 6)
    assert small.metric("ece_equal_mass_10").n == 6


def test_the_calibration_error_without_tickets_is_nan() -> None:
    error = evaluate(table([], []), Settings()).metric("ece_equal_mass_10")
    assert (error.defined, error.n) == (False, 0)


def test_selective_risk_runs_over_all_scored_tickets(small: Evaluation) -> None:
    assert small.routing.risk_coverage.n == 6


def test_the_settings_are_kept() -> None:
    chosen = Settings(policy=Policy(0.7), seed=5)
    assert evaluate(table(ROWS, GOLD), chosen).settings == chosen


def test_the_sweep_at_the_policy_is_the_routing() -> None:
    e = evaluate(table(ROWS, GOLD), Settings(policy=Policy(0.55)))
    point = next(point for point in e.routing.sweep if point.threshold == 0.55)
    assert (point.routed, point.right, point.cost) == (
        e.routing.summary.routed,
        e.routing.summary.right,
        e.routing.cost.value,
    )


def test_escalation_is_judged_when_the_data_lists_all_labels() -> None:
    e = evaluate(table(ROWS, GOLD, wanted=[["a"], ["b"], ["b"], ["a"], [], ["a", "b"]]), Settings())
    assert e.routing.escalation is not None
    assert (e.routing.escalation.queue, e.routing.escalation.needed) == (1, 1)


def test_escalation_is_not_judged_otherwise(small: Evaluation) -> None:
    assert small.routing.escalation is None


NOTHING = {
    "no tickets": table([], []),
    "only failures": table([], [], failures=FAILURES),
    "no label fits": table(ROWS[:3], ["__none__"] * 3),
    "one ticket that no label fits": table(ROWS[:1], ["__none__"]),
}


@pytest.mark.parametrize("t", NOTHING.values(), ids=NOTHING.keys())
def test_without_labelled_tickets_every_metric_is_nan(t: ScoreTable) -> None:
    results = evaluate(t, Settings()).metrics
    estimates = [r.estimate for r in results if METRICS.get(r.name).over == "labelled"]
    assert len(estimates) > 3
    assert not any(e.defined or e.n for e in estimates)


def test_without_tickets_every_estimate_is_nan() -> None:
    e = evaluate(table([], []), Settings())
    routing = (e.routing.coverage, e.routing.selective_precision, e.routing.cost)
    labels = [m.estimate for r in e.by_label.results for m in r.metrics]
    own = [one.recall for one in e.by_label.diagnosis.labels]
    assert not any(found.defined for found in (*routing, *labels, *own))


def test_without_tickets_there_is_nothing_to_choose_from() -> None:
    e = evaluate(table([], []), Settings())
    assert (
        e.thresholds,
        e.calibration.reliability,
        e.routing.risk_coverage.points,
        e.findings,
    ) == ((), (), (), ())


def test_without_tickets_the_accuracy_bounds_are_nan() -> None:
    bounds = evaluate(table([], []), Settings()).accuracy_bounds
    assert math.isnan(bounds.low)
    assert math.isnan(bounds.high)


def test_if_every_ticket_failed_the_accuracy_could_be_anything() -> None:
    bounds = evaluate(table([], [], failures=FAILURES), Settings()).accuracy_bounds
    assert (bounds.low, bounds.high) == (0.0, 1.0)


FEW = {
    **NOTHING,
    "one ticket": table(ROWS[:1], ["a"]),
    "one wrong ticket": table(ROWS[:1], ["b"]),
    "one class": table(ROWS, ["a"] * 6),
    "one group": table(ROWS, GOLD, groups=[0] * 6),
    "a gold label the set lacks": table(ROWS, ["zebra"] * 6),
    "all tied": table([[0.5, 0.5, 0.0]] * 3, ["a", "b", "c"]),
    "all certain": table([[1.0, 0.0, 0.0]] * 3, ["a", "b", "a"]),
}


@pytest.mark.parametrize("t", FEW.values(), ids=FEW.keys())
def test_few_tickets_are_measured_without_an_error(t: ScoreTable) -> None:
    e = evaluate(t, Settings())
    assert (e.n_scored, e.routing.confusion.n, len(e.routing.sweep)) == (
        t.n_scored,
        t.n_scored,
        len(GRID),
    )


@pytest.mark.parametrize("t", FEW.values(), ids=FEW.keys())
def test_the_same_table_gives_an_equal_evaluation(t: ScoreTable) -> None:
    # Evaluation: "saves to JSON and loads back equal"; NaN must not stand in the way.
    assert evaluate(t, Settings()) == evaluate(t, Settings())


@SEARCH
@given(mixed())
def test_counts_add_up_everywhere(t: ScoreTable) -> None:
    e = evaluate(t, Settings())
    assert e.n_requested == e.n_scored + e.n_failed
    assert e.n_scored == e.tickets.n_labelled + e.tickets.n_none
    assert e.n_failed == sum(count.n for count in e.tickets.failed_by_kind)
    assert e.n_scored == e.by_label.confusion.n == e.routing.confusion.n == e.routing.summary.n
    assert e.tickets.n_labelled == sum(r.support for r in e.by_label.results)
    assert e.tickets.n_labelled == sum(r.predicted for r in e.by_label.results)


@SEARCH
@given(mixed())
def test_accuracy_lies_between_its_bounds(t: ScoreTable) -> None:
    e = evaluate(t, Settings())
    accuracy = e.metric("accuracy").value
    assert math.isnan(accuracy) or e.accuracy_bounds.low <= accuracy <= e.accuracy_bounds.high


@SEARCH
@given(mixed())
def test_macro_f1_and_balanced_accuracy_are_means_of_the_label_results(t: ScoreTable) -> None:
    e = evaluate(t, Settings())
    supported = [r for r in e.by_label.results if r.support]
    if supported:
        f1 = np.mean([r.f1.value for r in supported])
        recall = np.mean([r.recall.value for r in supported])
        assert e.metric("macro_f1").value == pytest.approx(f1)
        assert e.metric("balanced_accuracy").value == pytest.approx(recall)
    else:
        assert not e.metric("macro_f1").defined


@SEARCH
@given(mixed())
def test_the_order_of_tickets_does_not_matter(t: ScoreTable) -> None:
    forwards = evaluate(t, Settings())
    backwards = evaluate(t.rows(np.arange(t.n_scored)[::-1]), Settings())
    assert backwards.by_label.confusion == forwards.by_label.confusion
    assert backwards.routing.confusion == forwards.routing.confusion
    pairs = (e.by_label.diagnosis.pairs for e in (forwards, backwards))
    for one, other in zip(*pairs, strict=True):
        assert replace(one, mixed=other.mixed) == other
        assert other.mixed.low == pytest.approx(one.mixed.low, nan_ok=True, abs=1e-9)
    for one, other in zip(forwards.metrics, backwards.metrics, strict=True):
        expected = pytest.approx(one.estimate.value, nan_ok=True, abs=1e-9)
        assert other.estimate.value == expected


def test_routed_recall_is_at_most_recall() -> None:
    e = evaluate(random_table(200, seed=1), Settings())
    assert all(r.metric("routed_recall").value <= r.recall.value for r in e.by_label.results)


def test_calibration_of_an_evaluation_is_that_of_its_top_scores() -> None:
    of = random_table(120, seed=4, n_groups=50)
    e = evaluate(of, Settings(seed=3))
    assert e.calibration.check == calibration(of.top_score, of.right, of.groups, seed=3).check
    assert (
        e.calibration.check.ece
        == e.metric("ece_equal_mass_10").value
        == e.calibration.temperature.ece_before
    )
    assert (e.calibration.check.n, e.calibration.check.n_groups) == (120, e.tickets.n_groups)


def test_each_label_of_the_set_has_its_calibration_in_rubric_order(small: Evaluation) -> None:
    assert [label.label for label in small.calibration.by_label] == ["a", "b", "c"]
    # Top label c once: the ticket that no label fits.
    assert [(label.n, label.accuracy.value) for label in small.calibration.by_label] == [
        (3, pytest.approx(2 / 3)),
        (2, 1.0),
        (1, 0.0),
    ]
    assert small.calibration.by_label[0].mean_score == pytest.approx((0.8 + 0.6 + 0.5) / 3)


def test_the_reliability_curve_ends_at_the_lowest_and_highest_top_score(small: Evaluation) -> None:
    scores = [point.score for point in small.calibration.corp]
    assert (scores[0], scores[-1]) == (0.5, 0.8)
    assert scores == sorted(scores)


def test_the_temperature_is_judged_on_folds_of_whole_groups() -> None:
    of = random_table(240, seed=4, n_groups=120)
    report = evaluate(of, Settings()).calibration.temperature
    assert (report.n, report.n_folds) == (240, 5)
    assert not math.isnan(report.ece_after)


def test_with_one_group_a_temperature_cannot_be_judged() -> None:
    report = evaluate(table(ROWS, GOLD, groups=[0] * 6), Settings()).calibration.temperature
    assert report.n_folds == 0
    assert math.isnan(report.temperature)
    assert math.isnan(report.ece_after)
    assert math.isnan(report.log_loss_after)


def test_the_auroc_is_over_all_scored_tickets(small: Evaluation) -> None:
    # Right: .8, .8, .5, .5; wrong: .6 and .8 (which no label fits). Of 8 pairs 2 win and 2 tie.
    assert (small.calibration.auroc.value, small.calibration.auroc.n) == (pytest.approx(3 / 8), 6)


def test_every_escalation_limit_is_swept_where_all_labels_are_listed() -> None:
    wanted = [["a"], ["b"], ["b"], ["a"], [], ["a", "b"]]
    chosen = Settings(policy=Policy(escalate_above=0.3))
    e = evaluate(table(ROWS, GOLD, wanted=wanted), chosen)
    at_policy = next(point for point in e.routing.escalation_sweep if point.escalate_above == 0.3)
    assert at_policy.escalation == e.routing.escalation
    assert e.routing.escalation_sweep[-1].escalation.queue == 0


def test_without_all_labels_no_limit_is_swept(small: Evaluation) -> None:
    assert small.routing.escalation_sweep == ()


def test_the_capacity_rule_is_there_when_a_limit_is_set() -> None:
    of = random_table(100, seed=2)
    rules = [t.rule for t in evaluate(of, Settings()).thresholds]
    limited = evaluate(of, Settings(most_reviewed=0.1)).thresholds
    assert "capacity" not in rules
    assert [t.rule for t in limited if t.rule != "capacity"] == rules
    (capacity,) = (t for t in limited if t.rule == "capacity")
    assert capacity.in_sample.reviewed <= 10
    assert capacity.most_reviewed == 0.1


def test_thresholds_are_those_of_the_settings() -> None:
    of = random_table(100, seed=2)
    how = Settings(Policy(0.5, 0.4, 1.5), Costs(4, 1, 0.5, 1), 0.8, 0.8, 2, seed=3)
    assert evaluate(of, how).thresholds == choose_thresholds(of, how.asked)
    asked = how.asked
    assert (asked.base, asked.costs, asked.promises, asked.seed) == (how.policy, how.costs, 2, 3)
    assert (asked.min_precision, asked.confidence, asked.most_reviewed) == (0.8, 0.8, None)


def test_the_saving_of_a_policy_is_the_price_of_a_review_less_its_cost() -> None:
    for costs in (Costs(), Costs(4, 2, 0.5, 1)):
        of = random_table(100, seed=2, n_groups=40)
        routing = evaluate(of, Settings(Policy(0.5, 0.2), costs)).routing
        seen = routing.saving
        assert seen.by_hand - routing.cost.value == pytest.approx(seen.per_ticket.value)
        assert seen.cost.value == pytest.approx(routing.cost.value)
        assert (seen.wrong, seen.held_out) == (routing.summary.wrong, False)


def test_missed_escalations_cost_the_same_in_summary_and_sweep() -> None:
    of, costs = random_table(100, seed=2), Costs(4, 2, 0.5, 1)
    routing = evaluate(of, Settings(Policy(0.5, 0.2), costs)).routing
    (point,) = (p for p in routing.sweep if p.threshold == 0.5)
    assert point.cost == pytest.approx(routing.cost.value)
    unpriced = evaluate(of, Settings(Policy(0.5, 0.2), replace(costs, missed=None))).routing
    assert unpriced.cost.value < routing.cost.value


@pytest.mark.parametrize(("n", "some"), [(49, False), (50, True)])
def test_below_fifty_tickets_no_threshold_is_chosen(n: int, some: bool) -> None:
    assert bool(evaluate(random_table(n, seed=2), Settings()).thresholds) == some


def test_the_confidence_of_the_settings_is_that_of_the_certificate() -> None:
    chosen = evaluate(random_table(100, seed=2), Settings(min_precision=0.8, confidence=0.75))
    certified = next(t for t in chosen.thresholds if t.rule == "certified")
    assert certified.certificate is not None
    assert (certified.certificate.risk, certified.certificate.delta) == (0.2, 0.25)


def test_a_lower_confidence_never_raises_the_certified_threshold() -> None:
    of = random_table(400, seed=2)
    found = []
    for confidence in (0.99, 0.9, 0.6):
        chosen = evaluate(of, Settings(min_precision=0.8, confidence=confidence)).thresholds
        found.append(next(t.threshold for t in chosen if t.rule == "certified"))
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1]


def test_a_label_threshold_of_a_label_the_set_lacks_is_ignored_everywhere() -> None:
    of = random_table(60, seed=2)
    strange = Settings(policy=Policy(label_thresholds=(("zebra", 0.99),)))
    one, other = evaluate(of, Settings()), evaluate(of, strange)
    assert one.routing == other.routing
    assert one.routing.sweep == other.routing.sweep
    assert one.thresholds == other.thresholds


def test_without_tickets_the_newer_results_are_empty_or_nan() -> None:
    e = evaluate(table([], []), Settings(most_reviewed=0.1))
    assert (e.calibration.corp, e.thresholds, e.tickets.n_groups, e.calibration.check.n) == (
        (),
        (),
        0,
        0,
    )
    assert not e.calibration.auroc.defined
    values = (
        e.calibration.check.ece,
        e.calibration.check.ece_p,
        e.calibration.temperature.ece_after,
    )
    assert all(math.isnan(value) for value in values)
    assert [label.n for label in e.calibration.by_label] == [0, 0, 0]


def test_a_label_is_found_by_name(small: Evaluation) -> None:
    for result in small.by_label.results:
        assert small.of_label(result.label) is result
        assert small.recall(result.label) == result.recall
        assert small.precision(result.label) == result.precision
        assert small.f1(result.label) == result.f1
    # Gold b: t1 is answered a, t2 and t5 are right. Top a: t0, t1 and t3.
    assert (small.recall("b").value, small.precision("a").value) == (2 / 3, 2 / 3)
    assert small.f1("b").value == pytest.approx(0.8)


@pytest.mark.parametrize("name", ["of_label", "recall", "precision", "f1"])
def test_an_unknown_label_is_refused_with_the_nearest_name(name: str) -> None:
    of = table([[0.8, 0.2]], ["billing"], labels=("billing", "general"))
    with pytest.raises(InputError, match="no label is called 'biling'") as caught:
        getattr(evaluate(of, Settings()), name)("biling")
    assert caught.value.problems[0].help == "did you mean 'billing'?"


def test_accuracy_coverage_and_precision_have_names_of_their_own(small: Evaluation) -> None:
    assert small.accuracy == small.metric("accuracy")
    assert (small.accuracy.value, small.accuracy.n) == (4 / 5, 5)
    # t0, t1, t2 and t4 reach .6; t1 is wrong, and no label fits t4.
    assert (small.coverage.value, small.coverage.n) == (4 / 6, 6)
    assert (small.selective_precision.value, small.selective_precision.n) == (2 / 4, 4)


def test_an_evaluation_is_short_in_a_failed_assertion(small: Evaluation) -> None:
    ends = small.accuracy
    assert repr(small) == f"v1: accuracy 0.800 [{ends.low:.3f}, {ends.high:.3f}], n=5"


@pytest.mark.parametrize(("n_groups", "most"), [(None, 0), (150, 215)])
def test_an_evaluation_passes_over_the_groups_so_many_times(
    n_groups: int | None, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []
    countable = of_groups._countable
    monkeypatch.setattr(of_groups, "_countable", lambda g: passes.append(len(g)) or countable(g))
    evaluate(random_table(400, n_groups=n_groups), Settings())
    # One for each of the 101 thresholds of the sweep, the others for everything else.
    assert len(passes) <= most


def test_an_evaluation_of_20_000_tickets_takes_no_more_memory_than_this() -> None:
    rng = np.random.default_rng(0)
    parts = rng.dirichlet([0.3] * 6, size=20_000).round(6)
    truth = np.where(rng.random(20_000) < 0.8, parts.argmax(axis=1), rng.integers(0, 6, 20_000))
    few = random_table(5, k=6)
    many = replace(few, ids=tuple(map(str, range(20_000))), truth=truth, scores=parts,
                   groups=np.arange(20_000))  # fmt: skip
    evaluate(few, Settings())  # what is imported on the way does not count
    tracemalloc.start()
    try:
        evaluate(many, Settings())
        assert tracemalloc.get_traced_memory()[1] < 24 * 2**20
    finally:
        tracemalloc.stop()
