"""Distances of a log from what was kept of an evaluation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from ticketbench.measure.drift.distance import label_distance, score_distance, stability_index
from ticketbench.measure.drift.reference import quantiles_of


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("decimals", [None, 2, 1])
def test_quantiles_give_the_distance_of_all_scores_but_for_one_point(
    seed: int, decimals: int | None
) -> None:
    rng = np.random.default_rng(seed)
    known, now = rng.beta(5, 2, 400), rng.beta(4, 2, 900)
    if decimals is not None:
        known, now = known.round(decimals), now.round(decimals)
    found = score_distance(quantiles_of(known), len(known), now)
    assert found.value == pytest.approx(stats.ks_2samp(known, now).statistic, abs=0.0125)


def test_p_is_that_of_two_samples() -> None:
    rng = np.random.default_rng(0)
    known, now = rng.random(500), rng.random(700) ** 1.1
    found = score_distance(quantiles_of(known), len(known), now)
    expected = stats.ks_2samp(known, now, method="exact").pvalue
    assert found.p == pytest.approx(expected, rel=0.35)
    assert 0.001 < found.p < 0.5


def test_the_same_scores_are_as_near_as_the_quantiles_can_tell() -> None:
    known = np.random.default_rng(1).random(300)
    found = score_distance(quantiles_of(known), 300, known)
    assert found.value < 0.01
    assert found.p > 0.99
    assert stability_index(quantiles_of(known), known) < 0.01


def test_a_score_that_all_share_is_a_step_and_no_slope() -> None:
    quantiles = quantiles_of(np.full(200, 0.5))
    assert score_distance(quantiles, 200, np.full(80, 0.5)).value == 0.0
    assert score_distance(quantiles, 200, np.full(80, 0.6)).value == 1.0
    assert score_distance(quantiles, 200, np.full(80, 0.4)).value == 1.0


def test_chi_square_is_scipys_where_nothing_is_merged() -> None:
    before, now = [80, 60, 40, 20], [70, 90, 30, 25]
    expected = stats.chi2_contingency([before, now], correction=False).pvalue
    found = label_distance(before, now)
    assert found.p == pytest.approx(expected)
    assert found.value == pytest.approx(90 / 215 - 60 / 200)


def test_labels_too_rare_for_chi_square_count_as_one() -> None:
    expected = stats.chi2_contingency([[90, 100, 9], [85, 95, 12]], correction=False).pvalue
    found = label_distance([90, 100, 3, 3, 3], [85, 95, 4, 4, 4])
    assert found.p == pytest.approx(expected)


def test_one_class_can_not_have_moved() -> None:
    assert label_distance([300, 0], [200, 0]).p == 1.0
    assert label_distance([300, 1], [200, 1]).p == 1.0


def test_nothing_on_one_side_is_undefined() -> None:
    assert math.isnan(score_distance((), 0, np.array([0.5])).value)
    assert math.isnan(score_distance(quantiles_of(np.ones(3)), 3, np.array([])).p)
    assert math.isnan(label_distance([0, 0], [1, 2]).value)
    assert math.isnan(stability_index((), np.array([0.5])))


def test_the_stability_index_is_that_of_hand_counted_tenths() -> None:
    known = np.linspace(0, 1, 101)
    now = np.concatenate([np.full(30, 0.05), np.repeat(np.arange(1, 10) / 10 + 0.05, 8)])[:102]
    share = np.array([30, *[8] * 9]) / 102
    expected = float(((share - 0.1) * np.log(share / 0.1)).sum())
    assert stability_index(quantiles_of(known), now) == pytest.approx(expected)
