from __future__ import annotations

import math
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.measure.routing.selective import (
    error_curve,
    expected_errors,
    risk_coverage,
    selection_at,
)
from ticketbench.measure.statistics.intervals import clopper_pearson_lower

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

Drawn = tuple[np.ndarray, np.ndarray]


def confidences(most: int) -> st.SearchStrategy[Drawn]:
    """Top scores with many ties, and which are right."""
    ticket = st.tuples(st.integers(3, 10), st.booleans())
    return st.lists(ticket, min_size=1, max_size=most).map(
        lambda rows: (np.array([s for s, _ in rows]) / 10, np.array([hit for _, hit in rows]))
    )


def test_errors_without_ties_are_counted_from_the_most_confident() -> None:
    errors = expected_errors(np.array([0.5, 0.9, 0.7]), np.array([False, True, False]))
    assert errors.tolist() == [0.0, 1.0, 2.0]


def test_errors_within_a_tie_are_spread_evenly() -> None:
    errors = expected_errors(np.array([0.9, 0.6, 0.6]), np.array([True, False, True]))
    assert errors.tolist() == pytest.approx([0.0, 0.5, 1.0])


@SEARCH
@given(confidences(5))
def test_expected_errors_average_over_every_order_of_tied_tickets(drawn: Drawn) -> None:
    scores, right = drawn
    orders = [
        order
        for order in permutations(range(len(scores)))
        if all(scores[i] >= scores[j] for i, j in pairwise(order))
    ]
    average = np.mean([np.cumsum(~right[list(order)]) for order in orders], axis=0)
    assert expected_errors(scores, right) == pytest.approx(average)


def test_the_areas_by_hand() -> None:
    # errors 0, 1, 1 among the first 1, 2, 3: AURC (0 + 1/2 + 1/3)/3, AUGRC (0 + 1 + 1)/9
    curve = risk_coverage(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]))
    assert (curve.aurc, curve.augrc) == pytest.approx((5 / 18, 2 / 9))


def test_the_points_by_hand() -> None:
    curve = risk_coverage(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]))
    found = [(point.coverage, point.risk) for point in curve.points]
    assert found == [(1 / 3, 0.0), (2 / 3, 0.5), (1.0, 1 / 3)]


@SEARCH
@given(confidences(40))
def test_the_areas_lie_between_zero_and_one(drawn: Drawn) -> None:
    curve = risk_coverage(*drawn)
    assert 0 <= curve.augrc <= curve.aurc <= 1


@SEARCH
@given(confidences(40))
def test_the_curve_ends_at_full_coverage_with_the_error_rate(drawn: Drawn) -> None:
    last = risk_coverage(*drawn).points[-1]
    assert (last.coverage, last.risk) == pytest.approx((1.0, float((~drawn[1]).mean())))


@SEARCH
@given(confidences(40))
def test_file_order_never_changes_the_curve(drawn: Drawn) -> None:
    scores, right = drawn
    order = np.random.default_rng(len(scores)).permutation(len(scores))
    assert risk_coverage(scores[order], right[order]) == risk_coverage(scores, right)


@SEARCH
@given(confidences(40))
def test_only_the_order_of_scores_counts(drawn: Drawn) -> None:
    scores, right = drawn
    assert risk_coverage(scores**3, right) == risk_coverage(scores, right)


@SEARCH
@given(confidences(40))
def test_equal_scores_have_the_same_risk_at_every_coverage(drawn: Drawn) -> None:
    right = drawn[1]
    curve = risk_coverage(np.full(len(right), 0.5), right)
    assert [p.risk for p in curve.points] == pytest.approx([float((~right).mean())] * len(right))


def test_right_answers_only_have_no_risk() -> None:
    curve = risk_coverage(np.array([0.9, 0.8]), np.array([True, True]))
    assert (curve.aurc, curve.augrc) == (0.0, 0.0)


def test_wrong_answers_only_are_all_risk() -> None:
    curve = risk_coverage(np.array([0.9, 0.8]), np.array([False, False]))
    assert (curve.aurc, curve.augrc) == (1.0, 0.75)


def test_a_long_curve_is_thinned_to_two_hundred_points_with_both_ends() -> None:
    n = 1234
    scores = np.linspace(0.2, 0.9, n)
    points = risk_coverage(scores, scores > 0.5).points
    assert (len(points), points[0].coverage, points[-1].coverage) == (200, 1 / n, 1.0)


def test_thinning_does_not_change_the_areas() -> None:
    n = 1234
    scores, wrong = np.linspace(0.9, 0.2, n), np.arange(n) % 3 == 0
    curve = risk_coverage(scores, ~wrong)
    assert curve.augrc == pytest.approx(float(np.cumsum(wrong).mean() / n))


def test_the_curve_of_no_tickets_is_empty_and_nan() -> None:
    curve = risk_coverage(np.array([]), np.array([], dtype=bool))
    assert (curve.points, curve.n) == ((), 0)
    assert math.isnan(curve.aurc)
    assert math.isnan(curve.augrc)


def test_a_score_equal_to_the_threshold_is_selected() -> None:
    at = selection_at(np.array([0.6, 0.59]), np.array([True, True]), 0.6)
    assert (at.selected, at.coverage) == (1, 0.5)


def test_a_selection_by_hand() -> None:
    at = selection_at(np.array([0.9, 0.8, 0.7, 0.2]), np.array([True, False, True, True]), 0.5)
    assert (at.selected, at.errors, at.coverage, at.precision) == (3, 1, 0.75, 2 / 3)


def test_the_lower_bound_of_a_selection_is_the_one_sided_exact_one() -> None:
    at = selection_at(np.array([0.9, 0.8, 0.7, 0.2]), np.array([True, False, True, True]), 0.5)
    assert at.precision_low == clopper_pearson_lower(2, 3)


def test_selecting_nobody_has_no_precision() -> None:
    at = selection_at(np.array([0.5]), np.array([True]), 0.6)
    assert (at.selected, at.errors, at.coverage, at.precision_low) == (0, 0, 0.0, 0.0)
    assert math.isnan(at.precision)


def test_a_selection_from_no_tickets_has_no_coverage() -> None:
    at = selection_at(np.array([]), np.array([], dtype=bool), 0.6)
    assert at.selected == 0
    assert math.isnan(at.coverage)


@SEARCH
@given(confidences(40), st.floats(0, 1))
def test_precision_is_never_below_its_lower_bound(drawn: Drawn, threshold: float) -> None:
    at = selection_at(*drawn, threshold)
    assert at.selected == 0 or at.precision_low <= at.precision


def test_the_error_curve_by_hand() -> None:
    ends, errors = error_curve(np.array([0.6, 0.9, 0.6]), np.array([False, True, True]))
    assert (ends.tolist(), errors.tolist()) == ([0.0, 1.0, 3.0], [0.0, 0.0, 1.0])


def test_the_error_curve_of_no_tickets_is_its_origin() -> None:
    ends, errors = error_curve(np.array([]), np.array([], dtype=bool))
    assert (ends.tolist(), errors.tolist()) == ([0.0], [0.0])
    assert expected_errors(np.array([]), np.array([], dtype=bool)).tolist() == []
