from __future__ import annotations

import json
import math
import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tables import ORACLES, random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Costs, Policy
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.compare import (
    Comparison,
    Contingency,
    compare,
    mcnemar_exact,
    mcnemar_midp,
    still_wrong,
)
from ticketbench.measure.kinds import NOT_COMPARED, LabelMetric, RoutingMetric
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.change import SAME
from ticketbench.measure.pairs.changes import MetricChange
from ticketbench.measure.pairs.pairing import paired_rows
from ticketbench.measure.pairs.verdict import MARGIN
from ticketbench.measure.pairs.verdict import not_worse as not_worse_gate
from ticketbench.measure.statistics import groups as of_groups
from ticketbench.measure.statistics.intervals import clustered_mean

SEARCH = settings(max_examples=25, deadline=None, derandomize=True)

PAIRED: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]

A, B, C = [0.801, 0.102, 0.097], [0.102, 0.801, 0.097], [0.097, 0.102, 0.801]


def answers(right: int, wrong: int, name: str = "v1", **more: Any) -> ScoreTable:
    """Tickets with gold a: first `right` right answers, then `wrong` wrong ones."""
    return table([A] * right + [B] * wrong, ["a"] * (right + wrong), rubric_set=name, **more)


def fixed_and_broken(n: int, fixed: int, broken: int, **more: Any) -> Comparison:
    """Of n tickets the candidate fixes some, breaks others, and is right about the rest."""
    base = [B] * fixed + [A] * (n - fixed)
    candidate = [A] * fixed + [B] * broken + [A] * (n - fixed - broken)
    return compare(*(table(rows, ["a"] * n, **more) for rows in (base, candidate)))


def difference(found: Comparison, name: str) -> MetricChange:
    return found.change(name)


@pytest.fixture(scope="module")
def pair() -> tuple[ScoreTable, ScoreTable]:
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{which}.csv") for which in "ab")
    return a, b


@pytest.fixture(scope="module")
def paired(pair: tuple[ScoreTable, ScoreTable]) -> Comparison:
    return compare(*pair)


def expected(key: str) -> Any:
    return pytest.approx(PAIRED[key]["value"], abs=PAIRED[key]["tol"])


def test_the_contingency_agrees_with_the_reference(paired: Comparison) -> None:
    c = paired.contingency
    found = {"both": c.both, "only_a": c.only_base, "only_b": c.only_candidate}
    assert {**found, "neither": c.neither} == PAIRED["contingency"]["value"]


def test_both_accuracies_agree_with_the_reference(paired: Comparison) -> None:
    accuracy = difference(paired, "accuracy")
    assert accuracy.base == expected("accuracy_a")
    assert accuracy.candidate == expected("accuracy_b")


def test_the_difference_agrees_with_the_reference(paired: Comparison) -> None:
    assert paired.verdict.difference.value == expected("diff_b_minus_a")
    assert difference(paired, "accuracy").difference.value == expected("diff_b_minus_a")


def test_mcnemar_agrees_with_the_reference(paired: Comparison) -> None:
    assert paired.mcnemar_midp == expected("mcnemar_midp")


def test_both_standard_errors_agree_with_the_reference(
    pair: tuple[ScoreTable, ScoreTable],
) -> None:
    a, b = paired_rows(*pair)
    found = clustered_mean(b.right.astype(float) - a.right, a.groups)
    assert found.se_clustered == expected("diff_se_clustered_CR1")
    assert found.se_independent == expected("diff_se_iid")


def test_both_macro_f1_agree_with_the_reference(paired: Comparison) -> None:
    macro_f1 = difference(paired, "macro_f1")
    assert macro_f1.base == expected("macro_f1_a")
    assert macro_f1.candidate == expected("macro_f1_b")


def test_every_label_is_compared(paired: Comparison) -> None:
    recalls = paired.of_labels("recall")
    assert [d.label for d in recalls] == PAIRED["labels_order"]
    assert sum(d.change.n for d in recalls) == paired.n_paired


def test_the_interval_is_near_the_cluster_bootstrap_of_the_reference(paired: Comparison) -> None:
    entry = PAIRED["bootstrap_diff_ci95_cluster_percentile"]
    found = paired.verdict.difference
    assert [found.low, found.high] == pytest.approx(entry["value"], abs=entry["tol"])


def test_the_reference_pair_cannot_be_told_apart(paired: Comparison) -> None:
    assert (paired.n_paired, paired.n_groups) == (550, 260)
    assert paired.verdict.outcome == "cannot tell"


def test_tables_of_different_datasets_are_refused() -> None:
    with pytest.raises(InputError, match="different datasets"):
        compare(answers(1, 1), answers(1, 1, dataset="other"))


def test_both_sets_are_named() -> None:
    found = compare(answers(1, 1, "v1"), answers(2, 0, "v2"))
    assert (found.base, found.candidate) == ("v1", "v2")


def test_the_contingency_by_hand() -> None:
    base = table([A, A, B, B, A], ["a"] * 5)
    candidate = table([A, B, A, B, A], ["a"] * 5)
    assert compare(base, candidate).contingency == Contingency(2, 1, 1, 1)


def test_tickets_that_only_one_set_scored_are_unpaired() -> None:
    base = answers(3, 0, failures=[Failure("t3", "timeout")])
    candidate = answers(4, 0)
    found = compare(base, candidate)
    assert (found.n_paired, found.unpaired) == (3, 1)


def test_tickets_that_no_label_fits_are_not_compared() -> None:
    gold = ["a", "__none__", "a"]
    found = compare(table([A, A, B], gold), table([A, B, A], gold))
    assert (found.n_paired, found.unpaired, len(found.flips)) == (2, 0, 1)


def test_tickets_are_paired_by_id_and_not_by_place() -> None:
    base = table([A, B, C], ["a", "b", "c"])
    moved = base.rows(np.array([2, 0, 1]))
    assert compare(base, moved).contingency == Contingency(3, 0, 0, 0)


def test_a_gold_label_that_one_set_lacks_counts_as_wrong_there() -> None:
    base = table([[0.7, 0.3]], ["c"], labels=("a", "b"))
    candidate = table([C], ["c"])
    found = compare(base, candidate)
    assert found.contingency == Contingency(0, 0, 1, 0)
    assert difference(found, "macro_f1").candidate == 1.0


def test_labels_are_matched_by_name_and_not_by_place() -> None:
    base = table([A, B, C], ["a", "b", "c"], labels=("a", "b", "c"))
    moved = table(
        [[row[i] for i in (2, 0, 1)] for row in (A, B, C)],
        ["a", "b", "c"],
        labels=("c", "a", "b"),
    )
    found = compare(base, moved)
    assert found.contingency == Contingency(3, 0, 0, 0)
    defined = [d.difference.value for d in found.differences if d.name != "auroc"]
    assert all(abs(value) < 1e-12 for value in defined)


def test_flips_name_ticket_gold_and_both_answers() -> None:
    (flip,) = compare(table([B, A], ["a", "a"]), table([A, A], ["a", "a"])).flips
    assert (flip.kind, flip.ticket_id, flip.gold) == ("fixed", "t0", "a")
    assert (flip.base_label, flip.base_score) == ("b", 0.801)
    assert (flip.candidate_label, flip.candidate_score) == ("a", 0.801)


def test_broken_tickets_come_first_and_the_most_confident_error_first() -> None:
    weak, strong = [0.3, 0.6, 0.1], [0.1, 0.8, 0.1]
    base = table([weak, strong, A, A], ["a"] * 4)
    candidate = table([A, A, weak, strong], ["a"] * 4)
    order = [(flip.kind, flip.ticket_id) for flip in compare(base, candidate).flips]
    assert order == [("broken", "t3"), ("broken", "t2"), ("fixed", "t1"), ("fixed", "t0")]


def test_a_ticket_that_both_get_wrong_differently_is_no_flip() -> None:
    assert compare(table([B], ["a"]), table([C], ["a"])).flips == ()


@pytest.mark.parametrize(("b", "c"), [(0, 6), (5, 1), (58, 74), (400, 460), (1, 0)])
def test_mcnemar_midp_is_the_exact_p_minus_the_probability_of_the_split(b: int, c: int) -> None:
    exact = stats.binomtest(min(b, c), b + c).pvalue
    split = stats.binom.pmf(min(b, c), b + c, 0.5)
    assert mcnemar_midp(b, c) == pytest.approx(exact - split, abs=1e-10)


@SEARCH
@given(st.integers(0, 500), st.integers(0, 500))
def test_mcnemar_midp_is_symmetric_and_a_probability(b: int, c: int) -> None:
    assert 0 <= mcnemar_midp(b, c) == mcnemar_midp(c, b) <= 1


@pytest.mark.parametrize("n", [0, 1, 40])
def test_mcnemar_midp_of_an_even_split_is_one(n: int) -> None:
    assert mcnemar_midp(n, n) == 1.0


def test_a_clear_gain_is_better() -> None:
    assert fixed_and_broken(100, 30, 2).verdict.outcome == "better"


def test_a_clear_loss_is_worse() -> None:
    assert fixed_and_broken(100, 2, 30).verdict.outcome == "worse"


def test_a_narrow_interval_around_zero_is_no_relevant_difference() -> None:
    found = fixed_and_broken(4000, 10, 10).verdict
    assert found.outcome == "no relevant difference"
    assert -MARGIN < found.difference.low < 0 < found.difference.high < MARGIN


def test_a_wide_interval_around_zero_cannot_tell() -> None:
    assert fixed_and_broken(100, 10, 10).verdict.outcome == "cannot tell"


def test_a_significant_gain_below_the_margin_is_still_better() -> None:
    found = fixed_and_broken(4000, 30, 0).verdict
    assert found.difference.high < MARGIN
    assert found.outcome == "better"


def test_identical_answers_are_no_relevant_difference() -> None:
    found = compare(answers(3, 2), answers(3, 2)).verdict
    assert found.outcome == "no relevant difference"
    assert (found.difference.value, found.tickets_needed) == (0.0, 0)


def test_the_margin_is_the_border_of_relevance() -> None:
    base, candidate = answers(1990, 10), table([A] * 1980 + [B] * 10 + [A] * 10, ["a"] * 2000)
    high = compare(base, candidate).verdict.difference.high
    above, below = (
        compare(base, candidate, margin=m).verdict.outcome for m in (high + 1e-9, high - 1e-9)
    )
    assert (above, below) == ("no relevant difference", "cannot tell")


def test_wrong_answers_that_differ_are_not_called_identical() -> None:
    # Neither set is right about any ticket, but their top labels are b and c.
    found = compare(table([B] * 3, ["a"] * 3), table([C] * 3, ["a"] * 3)).verdict
    assert found.difference.method != SAME


def test_a_gain_and_a_loss_in_one_group_are_not_called_identical() -> None:
    base, candidate = (table(rows, ["a"] * 2, groups=[0, 0]) for rows in ([A, B], [B, A]))
    assert compare(base, candidate).verdict.difference.method != SAME


def test_a_settled_verdict_needs_no_more_tickets() -> None:
    assert fixed_and_broken(100, 30, 2).verdict.tickets_needed == 0


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_swapping_base_and_candidate_turns_every_difference_round(n: int, seed: int) -> None:
    base = random_table(n, seed=seed)
    candidate = replace(base, scores=random_table(n, seed=seed + 1).scores.copy())
    there, back = compare(base, candidate), compare(candidate, base)
    for one, other in zip(there.differences, back.differences, strict=True):
        turned_round = pytest.approx(-one.difference.value, abs=1e-12, nan_ok=True)
        assert other.difference.value == turned_round
    turned = {"better": "worse", "worse": "better"}
    outcome = there.verdict.outcome
    assert back.verdict.outcome == turned.get(outcome, outcome)


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([None, 8]))
def test_the_contingency_counts_every_pair(n: int, seed: int, n_groups: int | None) -> None:
    base = random_table(n, seed=seed, n_groups=n_groups)
    candidate = replace(base, scores=random_table(n, seed=seed + 1).scores.copy())
    found = compare(base, candidate)
    c = found.contingency
    assert c.both + c.only_base + c.only_candidate + c.neither == found.n_paired == n
    assert len(found.flips) == c.only_base + c.only_candidate
    assert sum(flip.kind == "fixed" for flip in found.flips) == c.only_candidate


@SEARCH
@given(st.integers(2, 40), st.integers(0, 1000))
def test_duplicating_every_ticket_into_a_group_leaves_the_verdict(n: int, seed: int) -> None:
    base = random_table(n, seed=seed)
    candidate = replace(base, scores=random_table(n, seed=seed + 1).scores.copy())
    once = compare(base, candidate).verdict
    twins = tuple(f"{i}{t}" for i in base.ids for t in "xy")
    at = np.repeat(np.arange(n), 2)
    doubled = (replace(t.rows(at), ids=twins) for t in (base, candidate))
    twice = compare(*doubled).verdict
    ends = [once.difference.value, once.difference.low, once.difference.high]
    again = [twice.difference.value, twice.difference.low, twice.difference.high]
    assert again == pytest.approx(ends, abs=1e-9, nan_ok=True)
    assert twice.outcome == once.outcome


@SEARCH
@given(st.integers(1, 40), st.integers(0, 1000))
def test_the_order_of_tickets_does_not_matter(n: int, seed: int) -> None:
    base = random_table(n, seed=seed)
    candidate = replace(base, scores=random_table(n, seed=seed + 1).scores.copy())
    shuffled = base.rows(np.random.default_rng(seed).permutation(n))
    one, other = compare(base, candidate), compare(shuffled, candidate)
    assert other.contingency == one.contingency
    assert other.flips == one.flips
    for first, second in zip(one.differences, other.differences, strict=True):
        ends = [first.difference.low, first.difference.high]
        found = [second.difference.low, second.difference.high]
        assert found == pytest.approx(ends, abs=1e-9, nan_ok=True)


def test_every_registered_metric_is_compared(paired: Comparison) -> None:
    assert [d.name for d in paired.differences] == OVERALL


def test_a_set_compared_with_itself_differs_in_nothing(
    pair: tuple[ScoreTable, ScoreTable],
) -> None:
    found = compare(pair[0], pair[0])
    assert {d.difference.value for d in found.differences} == {0.0}
    assert (found.mcnemar_midp, found.flips) == (1.0, ())


@pytest.mark.parametrize("name", ["macro_f1", "balanced_accuracy", "mcc"])
def test_one_group_gives_no_interval_for_a_difference(name: str) -> None:
    # One unit to draw: every resample is the data, and an interval of width 0 would be a lie.
    base, candidate = (
        table(rows, ["a", "b", "a"], groups=[0] * 3) for rows in ([A, B, B], [A, B, A])
    )
    assert math.isnan(difference(compare(base, candidate), name).difference.low)


EMPTY = {
    "no tickets": table([], []),
    "only failures": table([], [], failures=[Failure("x", "timeout")]),
    "no label fits": table([A, B], ["__none__"] * 2),
}


@pytest.mark.parametrize("t", EMPTY.values(), ids=EMPTY.keys())
def test_nothing_to_compare_gives_nan_and_cannot_tell(t: ScoreTable) -> None:
    found = compare(t, t)
    assert (found.n_paired, found.verdict.outcome) == (0, "cannot tell")
    registered = [d for d in found.differences if d.name in METRICS.names()]
    labelled = [d for d in registered if METRICS.get(d.name).over == "labelled"]
    assert len(labelled) > 3
    assert not any(d.difference.defined for d in labelled)


@pytest.mark.parametrize("t", EMPTY.values(), ids=EMPTY.keys())
def test_nothing_to_compare_compares_equal(t: ScoreTable) -> None:
    # A result "loads back equal": NaN must not stand in the way.
    assert compare(t, t) == compare(t, t)


def test_tables_without_a_common_ticket_cannot_tell() -> None:
    base = table([A], ["a"])
    found = compare(base, replace(base, ids=("other",)))
    assert (found.n_paired, found.unpaired, found.verdict.outcome) == (0, 2, "cannot tell")


@pytest.mark.parametrize("rows", [[A], [B]])
def test_one_differing_ticket_cannot_tell(rows: list[list[float]]) -> None:
    base, candidate = table([A], ["a"]), table([B], ["a"])
    pair = (base, candidate) if rows == [A] else (candidate, base)
    assert compare(*pair).verdict.outcome == "cannot tell"


def test_verdict_table_and_gate_say_the_same_of_five_tickets_newly_wrong() -> None:
    # 200 tickets: five are too few for any of them, six are enough for the accuracy.
    for broken, decides in ((5, False), (6, True)):
        found = fixed_and_broken(200, 0, broken)
        accuracy = found.change("accuracy")
        assert (found.verdict.outcome == "worse") is decides is (accuracy.difference.high < 0)
        assert found.verdict.difference == accuracy.difference
        assert (found.verdict.p, found.verdict.p < 0.05) == (accuracy.p, decides)
        gate = not_worse_gate(accuracy.gain)
        assert gate == found.verdict.not_worse
        needed = 0 if decides else accuracy.change.needed(MARGIN)
        assert found.verdict.tickets_needed == needed


def test_one_class_is_compared_without_an_error() -> None:
    found = compare(answers(10, 5), answers(15, 0))
    assert difference(found, "mcc").difference.value == 0.0


def test_equal_inputs_give_equal_comparisons(pair: tuple[ScoreTable, ScoreTable]) -> None:
    assert compare(*pair, seed=4) == compare(*pair, seed=4)


def test_calibration_is_compared_over_the_tickets_it_is_measured_on() -> None:
    base = table([A, B, B], ["a", "b", "__none__"])
    candidate = table([A, B, C], ["a", "b", "__none__"], rubric_set="v2")
    of = {d.name: d.difference.n for d in compare(base, candidate).differences}
    assert (of["accuracy"], of["log_loss"]) == (2, 2)
    assert (of["ece_equal_mass_10"], of["brier_top_label"]) == (3, 3)


def test_mcnemars_exact_test_agrees_with_the_reference(paired: Comparison) -> None:
    c = paired.contingency
    assert mcnemar_exact(c.only_base, c.only_candidate) == expected("mcnemar_exact_p")


@pytest.mark.parametrize(("b", "c"), [(0, 6), (5, 1), (400, 460), (3, 3), (0, 0)])
def test_mcnemars_exact_p_is_that_of_the_binomial_test(b: int, c: int) -> None:
    reference = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar_exact(b, c) == pytest.approx(reference, abs=1e-12)


def test_the_sign_flip_p_is_shown_up_to_forty_differing_groups(paired: Comparison) -> None:
    assert math.isnan(paired.sign_flip_p)
    assert fixed_and_broken(200, 25, 15).sign_flip_p == pytest.approx(mcnemar_exact(25, 15))
    assert math.isnan(fixed_and_broken(200, 25, 16).sign_flip_p)
    assert fixed_and_broken(20, 0, 0).sign_flip_p == 1.0


def test_the_label_mix_is_compared_over_one_ticket_per_group(paired: Comparison) -> None:
    assert (paired.marginal_shift.n, paired.marginal_shift.df) == (260, 4)


def test_the_label_mix_is_compared_by_name() -> None:
    base = table([A, B, C, A], ["a", "b", "c", "__none__"])
    moved = table(
        [[row[i] for i in (2, 0, 1)] for row in (A, B, C, A)],
        ["a", "b", "c", "__none__"],
        labels=("c", "a", "b"),
    )
    shift = compare(base, moved).marginal_shift
    assert (shift.stat, shift.p, shift.n) == (0.0, 1.0, 4)


def test_a_label_that_only_one_set_has_shifts_the_mix() -> None:
    base = table([[0.9, 0.1]] * 20, ["a"] * 20, labels=("a", "b"))
    candidate = table([A] * 10 + [C] * 10, ["a"] * 20)
    shift = compare(base, candidate).marginal_shift
    assert (shift.stat, shift.df) == (pytest.approx(10.0), 1)


ROUTING = ["coverage", "selective_precision", "cost"]
OVERALL = [m.name for m in METRICS if not isinstance(m, LabelMetric | RoutingMetric)]


def test_what_the_policy_does_is_compared_on_request(pair: tuple[ScoreTable, ScoreTable]) -> None:
    found = compare(*pair, min_precision=0.9, policy=Policy(), costs=Costs())
    names = [d.name for d in found.differences]
    assert names == [*OVERALL, *ROUTING, "coverage_at_target"]
    assert all(d.difference.low < d.difference.high for d in found.differences[-5:])


def test_without_policy_or_outcomes_nothing_about_routing_is_compared(
    pair: tuple[ScoreTable, ScoreTable],
) -> None:
    names = [d.name for d in compare(*pair, costs=Costs()).differences]
    assert not set(names) & set(ROUTING)


def test_without_costs_no_cost_is_compared(pair: tuple[ScoreTable, ScoreTable]) -> None:
    names = [d.name for d in compare(*pair, policy=Policy()).differences]
    assert names[-2:] == ROUTING[:2]


def test_routing_is_compared_by_the_policy_on_all_tickets_both_sets_scored() -> None:
    gold = ["a"] * 6 + ["__none__"] * 4
    base = table([A] * 10, gold)
    candidate = table([A] * 5 + [[0.5, 0.25, 0.25]] * 5, gold).rows(np.arange(1, 10))
    found = compare(base, candidate, policy=Policy(), costs=Costs(misroute=9))
    coverage, precision, cost = (difference(found, name) for name in ROUTING)
    assert (coverage.base, coverage.candidate, coverage.difference.n) == (1.0, 4 / 9, 9)
    assert (precision.base, precision.candidate) == (5 / 9, 1.0)
    assert (cost.base, cost.candidate) == (4.0, 5 / 9)


def test_given_outcomes_count_instead_of_the_policy() -> None:
    base = candidate = table([A] * 8, ["a"] * 8)
    outcomes = (np.array([ROUTE] * 2 + [REVIEW] * 6), np.array([ROUTE] * 6 + [REVIEW] * 2))
    found = compare(base, candidate, policy=Policy(), costs=Costs(), outcomes=outcomes)
    coverage, precision, cost = (difference(found, name) for name in ROUTING)
    assert (coverage.base, coverage.candidate) == (0.25, 0.75)
    assert (precision.base, precision.candidate) == (1.0, 1.0)
    assert (cost.base, cost.candidate) == (0.75, 0.25)
    assert found.accuracy.value == 0.0


def test_given_outcomes_come_with_the_escalations_that_missed() -> None:
    base = candidate = table([A] * 8, ["a"] * 8)
    outcomes = (np.array([ESCALATE] * 4 + [REVIEW] * 4), np.array([ESCALATE] * 8))
    missed = (np.arange(8) < 1, np.arange(8) < 6)
    costs = Costs(misroute=5, review=1, escalate=0.5, missed=2)
    found = compare(base, candidate, costs=costs, outcomes=outcomes, missed=missed)
    cost = difference(found, "cost")
    assert (cost.base, cost.candidate) == ((4 * 0.5 + 2 + 4) / 8, (8 * 0.5 + 6 * 2) / 8)
    nobody_looked = difference(compare(base, candidate, costs=costs, outcomes=outcomes), "cost")
    assert math.isnan(nobody_looked.base)
    assert "bless" in nobody_looked.difference.method


def test_the_policy_tells_which_escalations_missed() -> None:
    between = [[0.4, 0.35, 0.25]] * 6
    base, candidate = (table(between, [gold] * 6) for gold in ("b", "b"))
    never = table(between, ["c"] * 6)
    costs, policy = Costs(misroute=5, review=1, escalate=0.5, missed=2), Policy()
    asked = difference(compare(base, candidate, policy=policy, costs=costs), "cost")
    assert (asked.base, asked.candidate) == (0.5, 0.5)
    missed = difference(compare(never, never, policy=policy, costs=costs), "cost")
    assert (missed.base, missed.candidate) == (2.5, 2.5)


def test_given_outcomes_belong_to_the_rows_of_their_own_table() -> None:
    base = table([A] * 12, ["a"] * 12)
    moved = base.rows(np.arange(12)[::-1])
    one = np.array([ROUTE] * 6 + [REVIEW] * 6)
    same, other = (
        difference(compare(base, moved, outcomes=(one, of)), "coverage").difference
        for of in (one[::-1], one)
    )
    # Paired by id no outcome differs in the first, and every one in the second.
    assert (same.value, other.value) == (0.0, 0.0)
    assert (same.low, same.high) == (0.0, 0.0)
    assert other.low < 0 < other.high


def test_a_difference_is_found_by_name(paired: Comparison) -> None:
    for d in paired.differences:
        assert paired.metric(d.name) == d.difference
    assert len({paired.metric(d.name).value for d in paired.differences}) > 5


def test_an_unknown_difference_is_refused_with_the_nearest_name(paired: Comparison) -> None:
    with pytest.raises(InputError, match="no difference is called 'acuracy'") as caught:
        paired.metric("acuracy")
    assert caught.value.problems[0].help == "did you mean 'accuracy'?"


def test_the_difference_of_accuracy_is_the_one_the_verdict_rests_on(paired: Comparison) -> None:
    assert paired.accuracy == paired.verdict.difference
    assert paired.accuracy.value == expected("diff_b_minus_a")
    assert paired.accuracy.value == pytest.approx(paired.metric("accuracy").value)


@pytest.mark.parametrize("name", NOT_COMPARED)
def test_what_is_measured_but_cannot_be_compared_is_refused_as_such(
    name: str, paired: Comparison
) -> None:
    with pytest.raises(InputError, match=f"{name} cannot be compared yet") as caught:
        paired.metric(name)
    assert "macro_f1" in caught.value.problems[0].help


def test_the_difference_of_recall_is_found_by_label(paired: Comparison) -> None:
    recalls = paired.of_labels("recall")
    for d in recalls:
        assert paired.recall(d.label) == d.difference
    assert len({paired.recall(d.label).value for d in recalls}) > 1


def test_an_unknown_label_is_refused_with_the_known_ones(paired: Comparison) -> None:
    with pytest.raises(InputError, match="no label is called 'zzz'") as caught:
        paired.recall("zzz")
    assert all(label in caught.value.problems[0].help for label in PAIRED["labels_order"])


def test_a_comparison_is_short_in_a_failed_assertion() -> None:
    base = table([A] * 90 + [B] * 10, ["a"] * 100, rubric_set="v1")
    candidate = table([A] * 60 + [B] * 40, ["a"] * 100, rubric_set="v2")
    found = compare(base, candidate)
    ends = found.accuracy
    assert repr(found) == f"v2 - v1: -0.300 [{ends.low:.3f}, {ends.high:.3f}], n=100, worse"


def test_tickets_wrong_in_both_are_named_with_both_answers() -> None:
    base = table([A, B, B, A], ["a"] * 4)
    candidate = table([B, A, C, A], ["a"] * 4)
    (found,) = still_wrong(base, candidate)
    assert (found.kind, found.ticket_id, found.gold) == ("still wrong", "t2", "a")
    assert (found.base_label, found.candidate_label) == ("b", "c")
    assert (found.base_score, found.candidate_score) == (0.801, 0.801)


def test_of_tickets_wrong_in_both_the_candidates_surest_error_comes_first() -> None:
    def sure(score: float) -> list[float]:
        return [(1 - score) / 2, score, (1 - score) / 2]

    base = table([sure(0.9), sure(0.5), sure(0.6), sure(0.7)], ["a"] * 4)
    candidate = table([sure(0.5), sure(0.8), sure(0.7), sure(0.7)], ["a"] * 4)
    assert [flip.ticket_id for flip in still_wrong(base, candidate)] == ["t1", "t2", "t3", "t0"]


def test_tickets_that_no_label_fits_or_one_set_lacks_are_not_still_wrong() -> None:
    base = table([B, B, B], ["a", "__none__", "a"])
    candidate = base.rows(np.array([0, 1]))
    assert [flip.ticket_id for flip in still_wrong(base, candidate)] == ["t0"]


def test_a_gold_label_that_neither_set_has_is_still_wrong() -> None:
    (found,) = still_wrong(table([A], ["zebra"]), table([A], ["zebra"]))
    assert found.gold == "zebra"


@SEARCH
@given(st.integers(0, 60), st.integers(0, 1000))
def test_as_many_tickets_are_still_wrong_as_the_contingency_says(n: int, seed: int) -> None:
    base = random_table(n, seed=seed)
    candidate = replace(base, scores=random_table(n, seed=seed + 1).scores.copy())
    wrong = still_wrong(base, candidate)
    assert len(wrong) == compare(base, candidate).contingency.neither
    assert {flip.kind for flip in wrong} <= {"still wrong"}


@SEARCH
@given(st.integers(2, 40), st.integers(0, 1000), st.integers(2, 20))
def test_with_groups_the_order_of_tickets_does_not_matter_either(
    n: int, seed: int, n_groups: int
) -> None:
    base = random_table(n, seed=seed, n_groups=n_groups)
    candidate = replace(base, scores=random_table(n, seed=seed + 1).scores.copy())
    shuffled = base.rows(np.random.default_rng(seed).permutation(n))
    more = {"min_precision": 0.6, "policy": Policy(), "costs": Costs()}
    one, other = (compare(t, candidate, **more) for t in (base, shuffled))
    assert other.marginal_shift == one.marginal_shift
    for first, second in zip(one.differences, other.differences, strict=True):
        ends = [first.difference.low, first.difference.high]
        found = [second.difference.low, second.difference.high]
        assert found == pytest.approx(ends, abs=1e-9, nan_ok=True), first.name


def test_a_comparison_passes_over_the_groups_so_many_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passes: list[int] = []
    countable = of_groups._countable
    monkeypatch.setattr(of_groups, "_countable", lambda g: passes.append(len(g)) or countable(g))
    base, candidate = (random_table(400, n_groups=150, seed=seed) for seed in (1, 2))
    candidate = replace(candidate, groups=base.groups)
    compare(base, candidate, policy=Policy(), costs=Costs(), min_precision=0.9)
    assert len(passes) <= 50


def test_a_comparison_of_20_000_tickets_takes_no_more_memory_than_this() -> None:
    rng, few = np.random.default_rng(0), random_table(5, k=6)
    truth = rng.integers(0, 6, 20_000)
    sides = []
    for _ in range(2):
        parts = rng.dirichlet([0.3] * 6, size=20_000).round(6)
        parts = (0.8 * parts).round(6)
        parts[np.arange(20_000), truth] += 0.2
        side = replace(few, ids=tuple(map(str, range(20_000))), truth=truth, scores=parts,
                       groups=np.arange(20_000))  # fmt: skip
        sides.append(side)
    compare(few, few, policy=Policy(), costs=Costs(), min_precision=0.9)
    tracemalloc.start()
    try:
        compare(sides[0], sides[1], policy=Policy(), costs=Costs(), min_precision=0.9)
        assert tracemalloc.get_traced_memory()[1] < 37 * 2**20
    finally:
        tracemalloc.stop()


def test_tickets_in_order_are_compared_as_those_that_have_to_be_sorted() -> None:
    base, candidate = (random_table(90, seed=seed, n_groups=40) for seed in (3, 4))
    order = np.argsort(np.array(base.ids))
    sorted_ = [side.rows(order) for side in (base, candidate)]
    known: dict[str, Any] = {"policy": Policy(), "costs": Costs(), "min_precision": 0.8}
    assert compare(sorted_[0], sorted_[1], **known) == compare(base, candidate, **known)
