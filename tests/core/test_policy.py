from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table
from ticketbench.core.policy import (
    ESCALATE,
    OUTCOMES,
    REVIEW,
    ROUTE,
    TOLERANCE,
    Costs,
    Decisions,
    Policy,
    at_temperature,
    exceeds,
    reaches,
)
from ticketbench.core.types import FloatArray

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

LABELS = ("a", "b", "c")
SHARES = st.floats(0, 1).map(lambda x: round(x, 2))


def decide(policy: Policy, *rows: tuple[float, ...]) -> Decisions:
    return policy.decide(np.array(rows, dtype=np.float64), LABELS)


def outcome(policy: Policy, *row: float) -> int:
    return int(decide(policy, row).outcome[0])


@st.composite
def printed_scores(draw: st.DrawFn) -> FloatArray:
    """Rows of 3 scores that sum to 1, printed with two decimals, so ties and zeros are common."""
    cuts = draw(
        st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=12)
    )
    rows = [(min(c), max(c) - min(c), 100 - max(c)) for c in cuts]
    return np.array(rows, dtype=np.float64) / 100


def test_a_score_above_the_threshold_is_routed() -> None:
    assert outcome(Policy(threshold=0.6), 0.7, 0.2, 0.1) == ROUTE


def test_a_score_equal_to_the_threshold_is_routed() -> None:
    assert outcome(Policy(threshold=0.6), 0.6, 0.2, 0.2) == ROUTE


def test_a_score_below_the_threshold_is_reviewed() -> None:
    assert outcome(Policy(threshold=0.6), 0.59, 0.21, 0.2) == REVIEW


def test_two_labels_above_the_limit_are_escalated() -> None:
    assert outcome(Policy(escalate_above=0.3), 0.4, 0.35, 0.25) == ESCALATE


def test_a_score_equal_to_the_limit_does_not_escalate() -> None:
    assert outcome(Policy(escalate_above=0.3), 0.5, 0.3, 0.2) == REVIEW


def test_three_labels_above_the_limit_are_escalated() -> None:
    assert outcome(Policy(escalate_above=0.3), 0.34, 0.33, 0.33) == ESCALATE


def test_escalation_wins_over_routing() -> None:
    assert outcome(Policy(threshold=0.5, escalate_above=0.3), 0.6, 0.35, 0.05) == ESCALATE


def test_an_escalated_ticket_that_passed_the_threshold_is_a_collision() -> None:
    policy = Policy(threshold=0.5, escalate_above=0.3)
    decisions = decide(policy, (0.6, 0.35, 0.05), (0.4, 0.35, 0.25), (0.9, 0.1, 0.0))
    assert decisions.collision.tolist() == [True, False, False]


def test_a_limit_of_one_switches_escalation_off() -> None:
    assert outcome(Policy(threshold=0.5, escalate_above=1.0), 0.5, 0.5, 0.0) == ROUTE


def test_tie_goes_to_the_earlier_label() -> None:
    assert decide(Policy(), (0.2, 0.4, 0.4), (0.4, 0.2, 0.4)).top.tolist() == [1, 0]


def test_tie_goes_to_the_earlier_label_at_any_temperature() -> None:
    assert decide(Policy(temperature=0.3), (0.2, 0.4, 0.4)).top.tolist() == [1]


def test_a_label_threshold_replaces_the_threshold_where_that_label_leads() -> None:
    policy = Policy(threshold=0.6, label_thresholds=(("b", 0.8),))
    decisions = decide(policy, (0.1, 0.75, 0.15), (0.75, 0.1, 0.15), (0.1, 0.8, 0.1))
    assert decisions.outcome.tolist() == [REVIEW, ROUTE, ROUTE]


def test_the_threshold_applies_to_the_scores_at_the_temperature() -> None:
    # (0.8, 0.2) at T = 2 is proportional to (sqrt 0.8, sqrt 0.2) = 2 : 1
    soft = np.array([[0.8, 0.2]])
    decided = Policy(threshold=0.7, temperature=2.0, escalate_above=1.0).decide(soft, ("a", "b"))
    assert decided.outcome.tolist() == [REVIEW]


def test_escalation_applies_to_the_scores_at_the_temperature() -> None:
    soft = np.array([[0.8, 0.2]])
    policy = Policy(threshold=0.5, temperature=2.0, escalate_above=0.3)
    assert policy.decide(soft, ("a", "b")).outcome.tolist() == [ESCALATE]


def test_an_infinite_threshold_routes_nothing() -> None:
    assert outcome(Policy(threshold=float("inf")), 1.0, 0.0, 0.0) == REVIEW


def test_no_tickets_give_no_decisions() -> None:
    decisions = Policy(temperature=2.0).decide(np.zeros((0, 3)), LABELS)
    assert (len(decisions.top), len(decisions.outcome), len(decisions.collision)) == (0, 0, 0)


def test_outcome_numbers_index_the_outcome_names() -> None:
    named = (OUTCOMES[ROUTE], OUTCOMES[REVIEW], OUTCOMES[ESCALATE])
    assert named == ("route", "review", "escalate")


def test_by_default_a_misroute_costs_five_reviews_and_an_escalation_one_and_a_half() -> None:
    assert Costs() == Costs(misroute=5.0, review=1.0, escalate=1.5, missed=None)


def test_by_default_a_ticket_is_routed_from_60_percent_and_escalated_above_two_of_30() -> None:
    assert Policy() == Policy(threshold=0.6, escalate_above=0.3, fallback="manual_review")
    assert (Policy().temperature, Policy().label_thresholds) == (1.0, ())


OUTCOME = np.array([ROUTE, ROUTE, REVIEW, REVIEW, ESCALATE, ESCALATE])
RIGHT = np.array([True, False, True, False, True, False])
MISSED = np.array([False, True, False, True, False, True])


def test_each_outcome_has_its_price() -> None:
    assert Costs(5, 1, 1.5).of(OUTCOME, RIGHT).tolist() == [0, 5, 1, 1, 1.5, 1.5]


def test_an_escalation_that_misses_the_gold_label_costs_more() -> None:
    costs = Costs(misroute=5, review=1, escalate=0.5, missed=2)
    # Of a route or a review nothing is missed.
    assert costs.of(OUTCOME, RIGHT, MISSED).tolist() == [0, 5, 1, 1, 0.5, 2.5]
    assert Costs(5, 1, 0.5, missed=0).of(OUTCOME, RIGHT, MISSED).tolist() == [0, 5, 1, 1, 0.5, 0.5]


def test_a_missed_escalation_without_a_price_adds_nothing() -> None:
    assert Costs().missed is None
    assert Costs().of(OUTCOME, RIGHT, MISSED).tolist() == Costs().of(OUTCOME, RIGHT).tolist()
    # A price, but nobody looked.
    priced = Costs(missed=9.0)
    assert priced.of(OUTCOME, RIGHT).tolist() == Costs().of(OUTCOME, RIGHT).tolist()


@pytest.mark.parametrize("costs", [Costs(5, 1, 1.5, 2), Costs(5, 1, 2, 3), Costs(5.5, 1, 2, 3)])
def test_prices_may_be_whole_numbers(costs: Costs) -> None:
    found = costs.of(OUTCOME, RIGHT, MISSED)
    assert found.dtype == np.float64
    assert found[-1] == costs.escalate + (costs.missed or 0)


def test_no_tickets_cost_nothing() -> None:
    nobody = np.zeros(0, np.int64)
    none = nobody.astype(np.bool_)
    assert Costs(missed=1).of(nobody, none, none).tolist() == []


@SEARCH
@given(
    printed_scores(), SHARES, SHARES, st.sampled_from([0.5, 1.0, 2.3]),
    st.sampled_from([(), (("b", 0.2),), (("c", 0.95), ("zebra", 0.0))]),
)  # fmt: skip
def test_top_label_and_two_scores_are_enough_to_decide(
    scores: FloatArray, threshold: float, limit: float, temperature: float,
    own: tuple[tuple[str, float], ...],
) -> None:  # fmt: skip
    policy = Policy(threshold, limit, temperature, own)
    at = at_temperature(scores, temperature)
    second = np.sort(at, axis=1)[:, -2]
    top = np.argmax(scores, axis=1)
    found = policy.decide_by_top(top, at.max(axis=1), second > limit, LABELS)
    expected = policy.decide(scores, LABELS)
    assert found.top.tolist() == expected.top.tolist()
    assert found.outcome.tolist() == expected.outcome.tolist()
    assert found.collision.tolist() == expected.collision.tolist()


@SEARCH
@given(printed_scores(), SHARES, SHARES)
def test_every_ticket_has_exactly_one_of_three_outcomes(
    scores: FloatArray, threshold: float, limit: float
) -> None:
    decided = Policy(threshold, limit).decide(scores, LABELS).outcome
    assert np.bincount(decided, minlength=3).sum() == len(scores)
    assert set(decided.tolist()) <= {ROUTE, REVIEW, ESCALATE}


@SEARCH
@given(printed_scores(), SHARES, SHARES)
def test_outcomes_follow_the_rules_row_by_row(
    scores: FloatArray, threshold: float, limit: float
) -> None:
    def by_rule(row: list[float]) -> int:
        if sum(score > limit for score in row) >= 2:
            return ESCALATE
        return ROUTE if max(row) >= threshold else REVIEW

    expected = [by_rule(row) for row in scores.tolist()]
    assert Policy(threshold, limit).decide(scores, LABELS).outcome.tolist() == expected


@SEARCH
@given(printed_scores(), SHARES, SHARES)
def test_the_threshold_never_changes_who_is_escalated(
    scores: FloatArray, one: float, other: float
) -> None:
    first, second = (Policy(t).decide(scores, LABELS).outcome == ESCALATE for t in (one, other))
    assert first.tolist() == second.tolist()


@SEARCH
@given(printed_scores(), SHARES, SHARES)
def test_a_higher_threshold_routes_a_subset(scores: FloatArray, one: float, other: float) -> None:
    low, high = sorted((one, other))
    few, many = (Policy(t).decide(scores, LABELS).outcome == ROUTE for t in (high, low))
    assert not (few & ~many).any()


@SEARCH
@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_outcomes_do_not_depend_on_the_order_of_the_labels(seed: int, order: list[int]) -> None:
    t = random_table(20, seed=seed)
    moved = Policy().decide(t.scores[:, order], [t.labels[i] for i in order])
    assert moved.outcome.tolist() == Policy().decide(t.scores, t.labels).outcome.tolist()


def test_temperature_one_returns_the_scores_untouched() -> None:
    scores = np.array([[0.33, 0.33, 0.33]])
    assert at_temperature(scores, 1.0) is scores


def test_temperature_two_takes_square_roots_and_renormalises() -> None:
    assert at_temperature(np.array([[0.8, 0.2]]), 2.0)[0] == pytest.approx([2 / 3, 1 / 3])


def test_temperature_one_half_squares_and_renormalises() -> None:
    assert at_temperature(np.array([[0.8, 0.2]]), 0.5)[0] == pytest.approx([16 / 17, 1 / 17])


def test_a_score_of_zero_stays_zero_at_every_temperature() -> None:
    assert at_temperature(np.array([[0.6, 0.4, 0.0]]), 7.0)[0, 2] == 0.0


def test_a_row_of_the_smallest_numbers_is_renormalised_like_any_other() -> None:
    assert at_temperature(np.array([[1e-310, 0.0]]), 2.0).tolist() == [[1.0, 0.0]]


def test_a_row_of_zeros_stays_one() -> None:
    assert at_temperature(np.array([[0.0, 0.0], [0.5, 0.5]]), 2.0).tolist() == [[0, 0], [0.5, 0.5]]


def test_tiny_scores_do_not_underflow_together() -> None:
    sharpened = at_temperature(np.array([[2e-200, 1e-200]]), 0.1)
    assert sharpened[0] == pytest.approx([1024 / 1025, 1 / 1025])


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_temperature_that_is_not_positive_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        at_temperature(np.array([[0.8, 0.2]]), temperature)


@SEARCH
@given(printed_scores(), st.floats(0.05, 20))
def test_rows_sum_to_one_at_every_temperature(scores: FloatArray, temperature: float) -> None:
    # T = 1 leaves the printed scores alone, and these sum to 1 within rounding anyway.
    assert np.allclose(at_temperature(scores, temperature).sum(axis=1), 1, atol=1e-12)


@SEARCH
@given(printed_scores(), st.floats(0.05, 20))
def test_temperature_never_changes_the_top_label(scores: FloatArray, temperature: float) -> None:
    decided = Policy(temperature=temperature).decide(scores, LABELS)
    assert decided.top.tolist() == np.argmax(scores, axis=1).tolist()


@SEARCH
@given(st.integers(0, 10_000), st.floats(0.2, 5))
def test_a_temperature_and_its_inverse_cancel(seed: int, temperature: float) -> None:
    scores = random_table(10, seed=seed).scores
    back = at_temperature(at_temperature(scores, temperature), 1 / temperature)
    assert np.allclose(back, scores, atol=1e-9)


def test_a_threshold_of_a_label_that_the_set_lacks_changes_nothing() -> None:
    rows = [(0.1, 0.75, 0.15), (0.75, 0.1, 0.15), (0.2, 0.2, 0.6)]
    own = (("b", 0.8), ("zebra", 0.99))
    with_zebra = decide(Policy(label_thresholds=own), *rows)
    without = decide(Policy(label_thresholds=own[:1]), *rows)
    assert with_zebra.outcome.tolist() == without.outcome.tolist() == [REVIEW, ROUTE, ROUTE]


def test_a_label_threshold_below_the_threshold_routes_more() -> None:
    policy = Policy(threshold=0.9, label_thresholds=(("b", 0.5),))
    assert decide(policy, (0.25, 0.5, 0.25), (0.5, 0.25, 0.25)).outcome.tolist() == [ROUTE, REVIEW]


def test_a_label_threshold_does_not_keep_a_ticket_from_escalation() -> None:
    policy = Policy(threshold=0.9, escalate_above=0.3, label_thresholds=(("a", 0.5),))
    decisions = decide(policy, (0.6, 0.35, 0.05))
    assert (decisions.outcome.tolist(), decisions.collision.tolist()) == ([ESCALATE], [True])


@SEARCH
@given(printed_scores(), SHARES, SHARES)
def test_label_thresholds_follow_their_label_whatever_the_order_of_columns(
    scores: FloatArray, one: float, other: float
) -> None:
    leads = np.sort(scores, axis=1)
    untied = scores[leads[:, -1] > leads[:, -2]]  # a tie goes to the earlier label
    policy = Policy(label_thresholds=(("a", one), ("c", other)))
    straight = policy.decide(untied, LABELS).outcome
    turned = policy.decide(untied[:, ::-1], LABELS[::-1]).outcome
    assert straight.tolist() == turned.tolist()


def test_a_threshold_above_one_routes_nothing_not_even_a_sure_score() -> None:
    scores = np.array([[1.0, 0.0], [0.0, 1.0]])
    for policy in (Policy(1.01), Policy(0.0, label_thresholds=(("a", 1.01), ("b", 1.01)))):
        assert not (policy.decide(scores, ("a", "b")).outcome == ROUTE).any()
    assert (Policy(1.0).decide(scores, ("a", "b")).outcome == ROUTE).all()


# --- one ticket, as a router decides it


@SEARCH
@given(
    st.lists(st.integers(0, 1000), min_size=2, max_size=8).filter(any),
    st.sampled_from([0.2, 0.5, 0.7, 1.0, 1.5, 3.0, 10.0]),
    st.data(),
)
def test_one_ticket_is_decided_as_a_row_of_many(
    weights: list[int], temperature: float, data: st.DataObject
) -> None:
    row = [weight / sum(weights) for weight in weights]
    labels = [f"l{i}" for i in range(len(row))]
    sharpened = at_temperature(np.array([row]), temperature)[0].tolist()
    at = st.sampled_from([*row, *sharpened, 0.0, 0.3, 1.01])
    policy = Policy(
        threshold=data.draw(at),
        escalate_above=min(1.0, data.draw(at)),
        temperature=temperature,
        label_thresholds=((data.draw(st.sampled_from(labels)), data.draw(at)), ("gone", 0.1)),
    )
    one, many = policy.decide_one(row, labels), policy.decide(np.array([row]), labels)
    assert (one.top, one.outcome) == (many.top[0], many.outcome[0])
    assert one.score == pytest.approx(max(sharpened), abs=1e-12)


def test_a_score_that_rounding_put_below_its_threshold_is_at_it() -> None:
    for away, reached in ((0.0, True), (9e-10, True), (1.1e-9, False)):
        row = (0.6 - away, 0.2 + away, 0.2)
        policy = Policy(threshold=0.6)
        expected = ROUTE if reached else REVIEW
        assert outcome(policy, *row) == policy.decide_one(row, LABELS).outcome == expected


def test_a_score_that_rounding_put_above_the_limit_is_not_above_it() -> None:
    for away, above in ((0.0, False), (9e-10, False), (1.1e-9, True)):
        row = (0.5 - away, 0.3 + away, 0.2)
        policy = Policy(threshold=0.9, escalate_above=0.3)
        expected = ESCALATE if above else REVIEW
        assert outcome(policy, *row) == policy.decide_one(row, LABELS).outcome == expected


def test_the_earlier_of_two_equal_labels_is_the_top_of_one_ticket() -> None:
    decided = Policy(threshold=0.4, escalate_above=1).decide_one((0.1, 0.45, 0.45), LABELS)
    assert (decided.top, decided.outcome, decided.score) == (1, ROUTE, 0.45)


def test_scores_that_are_all_zero_are_refused_one_by_one_and_in_a_row_of_many() -> None:
    policy = Policy()
    with pytest.raises(ValueError, match="all zero"):
        policy.decide_one((0.0, 0.0, 0.0), LABELS)
    with pytest.raises(ValueError, match="all zero"):
        decide(policy, (0.5, 0.3, 0.2), (0.0, 0.0, 0.0))


def test_a_temperature_that_is_not_positive_is_refused_for_one_ticket_too() -> None:
    with pytest.raises(ValueError, match="positive"):
        Policy(temperature=0.0).decide_one((0.5, 0.3, 0.2), LABELS)


def test_what_decides_a_ticket_loads_no_numpy() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from ticketbench.core import classify, policy, rubrics; "
        "policy.Policy(temperature=2.0).decide_one((0.5, 0.5), ('a', 'b')); "
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_score_at_the_very_end_of_the_tolerance_is_at_its_threshold() -> None:
    assert reaches(0.0, TOLERANCE)
    assert not exceeds(TOLERANCE, 0.0)


def test_tiny_scores_of_one_ticket_do_not_vanish_all_together() -> None:
    decided = Policy(threshold=0.9, temperature=0.5).decide_one((1e-200, 0.0, 0.0), LABELS)
    assert (decided.outcome, decided.score) == (ROUTE, 1.0)
