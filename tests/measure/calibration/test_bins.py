from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import ORACLES, random_table
from ticketbench.measure.calibration.bins import (
    clip_floor,
    confidence_histogram,
    ece_by_chance,
    ece_equal_mass,
    ece_equal_width,
    ece_influence,
    equal_mass_edges,
    printed_decimals,
    reliability_bins,
    score_of_truth,
)
from ticketbench.measure.statistics.intervals import wilson

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")

PRINTED = np.array([0.3, 0.4, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
HITS = np.array([True, False, True, True, False, True, False, True, True, True])


@st.composite
def confidences(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Top scores printed with two decimals, so ties are common, and which are right."""
    n = draw(st.integers(1, 40))
    scores = draw(st.lists(st.integers(25, 100), min_size=n, max_size=n))
    hits = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return np.array(scores) / 100, np.array(hits)


@pytest.mark.parametrize(
    ("row", "decimals"),
    [([1.0, 0.0], 0), ([0.5, 0.5], 1), ([0.25, 0.75], 2), ([0.285, 0.715], 3)],
)
def test_printed_decimals_are_the_fewest_that_reproduce_the_scores(
    row: list[float], decimals: int
) -> None:
    assert printed_decimals(np.array([row])) == decimals


@SEARCH
@given(st.integers(0, 10**9), st.integers(1, 9))
def test_printed_decimals_find_the_digits_of_any_print(number: int, digits: int) -> None:
    printed = float(f"0.{number % 10**digits:0{digits}d}")
    text = f"{printed:.{digits}f}".rstrip("0")
    assert printed_decimals(np.array([[printed]])) == len(text) - 2


def test_full_precision_counts_as_fifteen_decimals() -> None:
    assert printed_decimals(np.array([[1 / 3, 2 / 3]])) == 15


def test_no_scores_count_as_fifteen_decimals() -> None:
    assert printed_decimals(np.zeros((0, 3))) == 15


def test_the_clip_floor_is_half_of_the_last_digit() -> None:
    assert clip_floor(np.array([[0.25, 0.75]])) == pytest.approx(0.005)


def test_the_score_of_the_truth_is_the_gold_column() -> None:
    scores = np.array([[0.7, 0.3], [0.6, 0.4]])
    assert score_of_truth(scores, np.array([0, 1]), clipped=False).tolist() == [0.7, 0.4]


def test_the_score_of_a_gold_label_the_set_lacks_is_zero() -> None:
    scores = np.array([[0.7, 0.3]])
    assert score_of_truth(scores, np.array([2]), clipped=False).tolist() == [0.0]


def test_a_clipped_score_stays_half_a_digit_away_from_zero_and_one() -> None:
    scores = np.array([[1.0, 0.0], [1.0, 0.0], [0.75, 0.25]])
    clipped = score_of_truth(scores, np.array([0, 1, 1]), clipped=True)
    assert clipped.tolist() == pytest.approx([0.995, 0.005, 0.25])


def test_equal_mass_edges_lie_halfway_between_neighbours() -> None:
    edges = equal_mass_edges(np.array([0.2, 0.4, 0.6, 0.8]), bins=2)
    assert edges.tolist() == pytest.approx([0.5, 1.0])


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_equal_mass_bins_of_distinct_scores_differ_by_one_ticket_at_most(n: int, seed: int) -> None:
    t = random_table(n, seed=seed)
    sizes = [b.n for b in reliability_bins(t.top_score, t.right)]
    assert max(sizes) - min(sizes) <= 1


def test_the_equal_mass_error_by_hand() -> None:
    # Bins {.5, .6} with one right and {.8, .9} with both: |1.1 - 1| + |1.7 - 2| over 4.
    found = ece_equal_mass(
        np.array([0.5, 0.9, 0.6, 0.8]), np.array([True, True, False, True]), bins=2
    )
    assert found == pytest.approx(0.1)


def test_the_equal_width_error_by_hand() -> None:
    # Bins [.5, .75) with .5 right and .6 wrong, and [.75, 1] with .9 right.
    found = ece_equal_width(np.array([0.5, 0.6, 0.9]), np.array([True, False, True]), bins=4)
    assert found == pytest.approx((0.1 + 0.1) / 3)


@pytest.mark.parametrize("score", [i / 10 for i in range(10)])
def test_a_score_on_an_edge_falls_into_the_upper_equal_width_bin(score: float) -> None:
    # [b/10, (b+1)/10): together with a right ticket just above it, the gaps add up first.
    scores = np.array([score, score + 0.05])
    together = abs(scores.sum() - 1) / 2
    found = ece_equal_width(scores, np.array([False, True]), bins=10)
    assert found == pytest.approx(together)


def test_a_score_of_one_falls_into_the_last_equal_width_bin() -> None:
    found = ece_equal_width(np.array([0.95, 1.0]), np.array([False, True]), bins=10)
    assert found == pytest.approx(0.95 / 2)


@SEARCH
@given(confidences(), st.integers(1, 15))
def test_calibration_errors_lie_between_the_overall_gap_and_one(
    drawn: tuple[np.ndarray, np.ndarray], bins: int
) -> None:
    scores, hits = drawn
    overall = abs(scores.mean() - hits.mean())
    for error in (ece_equal_mass, ece_equal_width):
        assert overall - 1e-12 <= error(scores, hits, bins=bins) <= 1


@SEARCH
@given(confidences())
def test_one_bin_shows_the_overall_gap(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    scores, hits = drawn
    overall = pytest.approx(abs(scores.mean() - hits.mean()), abs=1e-12)
    assert ece_equal_mass(scores, hits, bins=1) == overall
    assert ece_equal_width(scores, hits, bins=1) == overall


@SEARCH
@given(confidences(), st.integers(1, 15))
def test_file_order_never_changes_a_calibration_error(
    drawn: tuple[np.ndarray, np.ndarray], bins: int
) -> None:
    scores, hits = drawn
    order = np.random.default_rng(bins).permutation(len(scores))
    for error in (ece_equal_mass, ece_equal_width):
        expected = error(scores, hits, bins=bins)
        assert error(scores[order], hits[order], bins=bins) == pytest.approx(expected, abs=1e-12)


def test_tied_scores_share_one_equal_mass_bin() -> None:
    assert ece_equal_mass(np.full(6, 0.5), np.array([1, 1, 1, 0, 0, 0], dtype=bool), bins=3) == 0.0


@pytest.mark.parametrize("error", [ece_equal_mass, ece_equal_width])
def test_the_calibration_error_of_no_tickets_is_nan(error: Any) -> None:
    assert math.isnan(error(np.array([]), np.array([], dtype=bool), bins=10))


@SEARCH
@given(confidences(), st.integers(1, 15))
def test_the_reliability_curve_counts_every_ticket_once(
    drawn: tuple[np.ndarray, np.ndarray], bins: int
) -> None:
    scores, hits = drawn
    curve = reliability_bins(scores, hits, bins=bins)
    assert sum(b.n for b in curve) == len(scores)
    assert sum(b.right for b in curve) == hits.sum()


@SEARCH
@given(confidences(), st.integers(1, 15))
def test_the_reliability_curve_adds_up_to_the_calibration_error(
    drawn: tuple[np.ndarray, np.ndarray], bins: int
) -> None:
    scores, hits = drawn
    curve = reliability_bins(scores, hits, bins=bins)
    error = sum(b.n * abs(b.mean_score - b.accuracy) for b in curve) / len(scores)
    assert error == pytest.approx(ece_equal_mass(scores, hits, bins=bins), abs=1e-12)


@SEARCH
@given(confidences(), st.integers(1, 15))
def test_the_mean_score_of_a_bin_lies_between_its_edges(
    drawn: tuple[np.ndarray, np.ndarray], bins: int
) -> None:
    curve = reliability_bins(*drawn, bins=bins)
    assert all(b.low - 1e-12 <= b.mean_score <= b.high + 1e-12 for b in curve)


def test_a_bin_of_the_reliability_curve_has_the_wilson_interval() -> None:
    (only,) = reliability_bins(PRINTED, HITS, bins=1)
    ends = wilson(7, 10)
    assert (only.accuracy_low, only.accuracy_high) == (ends.low, ends.high)


def test_the_reliability_curve_of_no_tickets_is_empty() -> None:
    assert reliability_bins(np.array([]), np.array([], dtype=bool)) == ()


@SEARCH
@given(confidences(), st.integers(1, 25))
def test_the_counts_of_the_histogram_sum_to_n(
    drawn: tuple[np.ndarray, np.ndarray], bins: int
) -> None:
    scores, hits = drawn
    histogram = confidence_histogram(scores, hits, bins=bins)
    assert sum(b.right for b in histogram) == hits.sum()
    assert sum(b.wrong for b in histogram) == (~hits).sum()


@pytest.mark.parametrize("percent", range(5, 100, 5))
def test_a_score_on_an_edge_falls_into_the_histogram_bin_that_starts_there(percent: int) -> None:
    score = percent / 100
    histogram = confidence_histogram(np.array([score]), np.array([True]))
    (filled,) = (b for b in histogram if b.right)
    assert (filled.low, filled.high) == pytest.approx((score, score + 0.05))


def test_a_score_of_one_falls_into_the_last_histogram_bin() -> None:
    last = confidence_histogram(np.array([1.0]), np.array([False]))[-1]
    assert (last.high, last.wrong) == (1.0, 1)


def test_the_histogram_of_no_tickets_has_empty_bins() -> None:
    histogram = confidence_histogram(np.array([]), np.array([], dtype=bool))
    assert [b.right + b.wrong for b in histogram] == [0] * 20


def test_digits_that_show_only_in_a_late_row_are_seen() -> None:
    scores = np.tile([0.25, 0.75], (5000, 1))
    scores[-1] = [0.12345, 0.87655]
    assert printed_decimals(scores) == 5


@pytest.mark.parametrize("hit", [True, False])
@pytest.mark.parametrize("n", [1, 2, 9, 11])
def test_the_equal_mass_error_of_all_right_or_all_wrong_is_the_gap_of_the_means(
    n: int, hit: bool
) -> None:
    scores = np.random.default_rng(n).uniform(0.3, 1, n)
    found = ece_equal_mass(scores, np.full(n, hit), bins=10)
    assert found == pytest.approx(abs(scores.mean() - hit))


def test_fewer_distinct_tickets_than_bins_are_a_bin_each() -> None:
    scores, hits = np.array([0.4, 0.6, 0.9]), np.array([True, False, True])
    assert ece_equal_mass(scores, hits, bins=10) == pytest.approx((0.6 + 0.6 + 0.1) / 3)


def test_tickets_tied_across_an_edge_fall_into_the_lower_bin_together() -> None:
    # Halves would split the three .6; the edge is .6, so the bins are {.5, .6, .6, .6} and {.9}.
    scores = np.array([0.5, 0.6, 0.6, 0.6, 0.9])
    hits = np.array([True, False, False, True, True])
    expected = (abs(0.5 + 1.8 - 2) + abs(0.9 - 1)) / 5
    assert ece_equal_mass(scores, hits, bins=2) == pytest.approx(expected)


def error_of_weights(
    scores: np.ndarray, right: np.ndarray, bin_of: np.ndarray, weight: np.ndarray
) -> float:
    gaps = np.bincount(bin_of, weights=weight * (scores - right))
    return float(np.abs(gaps).sum() / weight.sum())


@SEARCH
@given(confidences())
def test_the_influence_on_the_error_is_its_slope_by_the_weight_of_a_ticket(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    scores, right = drawn
    n, step = len(scores), 1e-6
    bin_of = np.searchsorted(equal_mass_edges(scores, bins=10), scores, side="left")
    gaps = np.bincount(bin_of, weights=scores - right)
    smooth = (np.abs(gaps) > 1e-4)[bin_of]  # an error of 0 bends there
    found = ece_influence(scores, right, bins=10)
    for i in np.flatnonzero(smooth):
        ends = []
        for sign in (1, -1):
            weight = np.ones(n)
            weight[i] += sign * step
            ends.append(error_of_weights(scores, right, bin_of, weight))
        assert found[i] == pytest.approx(n * (ends[0] - ends[1]) / (2 * step), abs=1e-5)
    assert found.mean() == pytest.approx(0, abs=1e-12)


def test_no_tickets_have_no_influence_and_no_chance_error() -> None:
    nothing = np.array([])
    assert ece_influence(nothing, np.array([], dtype=bool), bins=10).shape == (0,)
    assert math.isnan(ece_by_chance(nothing, bins=10))


@pytest.mark.parametrize("n", [100, 1000])
def test_calibrated_scores_show_about_the_error_that_chance_makes(n: int) -> None:
    rng = np.random.default_rng(4)
    scores = 0.4 + 0.6 * rng.beta(4, 2, n)
    shown = [ece_equal_mass(scores, rng.random(n) < scores, bins=10) for _ in range(400)]
    assert ece_by_chance(scores, bins=10) == pytest.approx(np.mean(shown), rel=0.06)


def test_certain_scores_leave_nothing_to_chance() -> None:
    assert ece_by_chance(np.ones(20), bins=10) == 0.0
