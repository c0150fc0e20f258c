"""A temperature is the best of all there are, and judged on tickets it was not fitted on."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from tables import ORACLES, random_table, table
from ticketbench.core.policy import at_temperature
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.calibration.bins import clip_floor, ece_equal_mass
from ticketbench.measure.calibration.temperature import (
    cross_fitted,
    fit_temperature,
    temperature_fit,
    temperature_report,
)

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")


@pytest.mark.parametrize("of", TABLES)
def test_the_temperature_agrees_with_the_reference(of: str) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    expected = VALUES[of]["temperature_clip5e-07"]["value"]["T"]
    assert fit_temperature(t.scores, t.truth) == pytest.approx(expected, abs=1e-4)


def test_the_temperature_of_two_labels_by_hand() -> None:
    # At 4:1 and 75 % right the best scores are 3:1, so T = ln 4 / ln 3.
    scores = np.tile([0.8, 0.2], (4, 1))
    fitted = fit_temperature(scores, np.array([0, 0, 0, 1]))
    assert fitted == pytest.approx(math.log(4) / math.log(3), abs=1e-6)


@pytest.mark.parametrize("sharpening", [0.5, 2.0, 3.0])
def test_the_temperature_undoes_a_sharpening(sharpening: float) -> None:
    t = random_table(400, seed=1)
    plain = fit_temperature(t.scores, t.truth)
    sharper = at_temperature(t.scores, 1 / sharpening)
    assert fit_temperature(sharper, t.truth) == pytest.approx(plain * sharpening, rel=1e-4)


@SEARCH
@given(st.integers(1, 30), st.integers(0, 1000))
def test_the_temperature_lies_within_its_search_range(n: int, seed: int) -> None:
    t = random_table(n, seed=seed)
    assert 0.05 <= fit_temperature(t.scores, t.truth) <= 20


@SEARCH
@given(st.integers(5, 60), st.integers(0, 1000), st.floats(0.2, 5))
def test_no_other_temperature_has_a_smaller_log_loss(n: int, seed: int, other: float) -> None:
    t = random_table(n, seed=seed)

    def loss(temperature: float) -> float:
        own = at_temperature(t.scores, temperature)[np.arange(n), t.truth]
        return float(-np.log(own).mean())

    assert loss(fit_temperature(t.scores, t.truth)) <= loss(other) + 1e-6


def test_tickets_without_a_gold_column_take_no_part_in_the_temperature() -> None:
    t = random_table(50, seed=2)
    odd = np.concatenate([t.truth, [-1, 4]])
    more = np.vstack([t.scores, t.scores[:2]])
    expected = fit_temperature(t.scores, t.truth)
    assert fit_temperature(more, odd) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("truth", [[], [-1, -1], [3, 3]])
def test_the_temperature_is_one_when_there_is_nothing_to_fit_on(truth: list[int]) -> None:
    scores = np.tile([0.5, 0.3, 0.2], (len(truth), 1)).reshape(len(truth), 3)
    assert fit_temperature(scores, np.array(truth, dtype=np.int64)) == 1.0


def test_the_temperature_is_one_when_no_score_differs() -> None:
    # Every temperature has the same loss, so there is nothing to fit on.
    assert fit_temperature(np.full((5, 4), 0.25), np.array([0, 1, 2, 3, 0])) == 1.0


@pytest.mark.parametrize("of", TABLES)
def test_the_temperature_and_its_loss_agree_with_the_reference_closely(of: str) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    expected = VALUES[of]["temperature_clip5e-07"]
    found = temperature_fit(t.scores, t.truth)
    assert found.temperature == pytest.approx(expected["value"]["T"], abs=expected["tol"])
    assert found.log_loss == pytest.approx(expected["value"]["nll"], abs=1e-9)


@SEARCH
@given(st.integers(2, 60), st.integers(0, 1000), st.sampled_from([0.1, 0.4, 1.0, 3.0, 15.0]))
def test_a_search_over_all_temperatures_finds_no_better_one(
    n: int, seed: int, sharpening: float
) -> None:
    t = random_table(n, seed=seed)
    scores = at_temperature(t.scores, 1 / sharpening)
    logs = np.log(np.maximum(scores, clip_floor(scores)))

    def loss(beta: float) -> float:
        own = logs[np.arange(n), t.truth]
        return float(np.mean(special.logsumexp(beta * logs, axis=1) - beta * own))

    searched = optimize.minimize_scalar(loss, bounds=(0.05, 20.0), method="bounded")
    found = temperature_fit(scores, t.truth)
    assert found.log_loss == pytest.approx(loss(1 / found.temperature), abs=1e-9)
    assert found.log_loss <= searched.fun + 1e-9


@pytest.mark.parametrize(("truth", "temperature"), [([0, 0, 0], 0.05), ([1, 1, 1], 20.0)])
def test_all_right_or_all_wrong_ends_at_the_limits_of_the_search(
    truth: list[int], temperature: float
) -> None:
    scores = np.array([[0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    assert fit_temperature(scores, np.array(truth)) == pytest.approx(temperature)


def test_nearly_always_right_needs_a_low_temperature_within_the_limits() -> None:
    # The loss is flat for large 1/T, where Newton's steps would crawl.
    scores = np.vstack([np.tile([0.9, 0.1], (2000, 1)), [[0.500001, 0.499999]]])
    fitted = fit_temperature(scores, np.append(np.zeros(2000, dtype=np.int64), 1))
    assert 0.05 <= fitted < 0.3


def test_the_temperature_of_more_tickets_than_one_chunk_is_that_of_one_copy() -> None:
    t = random_table(300, seed=4)
    many = np.tile(np.arange(300), 100)
    expected = fit_temperature(t.scores, t.truth)
    assert fit_temperature(t.scores[many], t.truth[many]) == pytest.approx(expected, abs=1e-9)


def test_cross_fitted_scores_have_the_temperature_of_the_other_folds() -> None:
    t = random_table(90, seed=5)
    folds = np.arange(90) % 3
    found = cross_fitted(t.scores, t.truth, folds)
    others = fit_temperature(t.scores[folds != 1], t.truth[folds != 1])
    expected = at_temperature(t.scores[folds == 1], others)
    assert np.array_equal(found[folds == 1], expected)


def test_cross_fitting_never_looks_at_the_gold_labels_of_the_fold_itself() -> None:
    t = random_table(60, seed=6)
    folds = np.arange(60) % 4
    changed = np.where(folds == 2, (t.truth + 1) % 4, t.truth)
    before, after = (cross_fitted(t.scores, truth, folds) for truth in (t.truth, changed))
    assert np.array_equal(before[folds == 2], after[folds == 2])


def test_cross_fitted_scores_need_two_folds() -> None:
    t = random_table(10, seed=7)
    assert np.isnan(cross_fitted(t.scores, t.truth, np.zeros(10, dtype=np.int64))).all()
    assert cross_fitted(t.scores[:0], t.truth[:0], np.zeros(0, dtype=np.int64)).shape == (0, 4)


def test_the_report_has_the_errors_before_and_after_the_temperature() -> None:
    t = read_score_table(ORACLES / f"{TABLES[1]}.csv")
    folds = np.arange(t.n_scored) % 5
    found = temperature_report(t, folds)
    after = cross_fitted(t.scores, t.truth, folds)
    gold = after[np.arange(t.n_scored), t.truth]
    assert (found.n, found.n_folds, found.decimals, found.biased) == (2000, 5, 6, False)
    assert found.temperature == fit_temperature(t.scores, t.truth)
    assert found.ece_before == pytest.approx(VALUES[TABLES[1]]["ece_equal_mass_10"]["value"])
    assert found.ece_after == ece_equal_mass(after.max(axis=1), t.right, bins=10)
    assert found.log_loss_before == pytest.approx(
        VALUES[TABLES[1]]["log_loss_half_digit"]["value"], abs=1e-9
    )
    assert found.log_loss_after == pytest.approx(-np.log(np.clip(gold, 5e-7, 1 - 5e-7)).mean())
    assert found.ece_after < found.ece_before
    assert found.log_loss_after < found.log_loss_before


def test_a_temperature_that_makes_matters_worse_is_reported_as_such() -> None:
    reports = [temperature_report(random_table(100, seed=s), np.arange(100) % 5) for s in range(8)]
    assert any(found.log_loss_after > found.log_loss_before for found in reports)


@pytest.mark.parametrize(("digits", "biased"), [(1, True), (2, True), (3, False)])
def test_a_fit_to_two_decimals_or_fewer_is_called_biased(digits: int, biased: bool) -> None:
    step = 10.0**-digits
    rows = [[0.5 + step, 0.5 - step, 0.0], [0.3, 0.5, 0.2]]
    found = temperature_report(table(np.round(rows, digits).tolist(), ["a", "b"]), np.arange(2))
    assert (found.decimals, found.biased) == (digits, biased)


def test_a_gold_score_of_zero_costs_half_a_digit_before_and_after() -> None:
    t = table([[0.75, 0.25, 0.0]] * 100, ["c"] * 100)
    found = temperature_report(t, np.arange(100))
    assert found.log_loss_before == found.log_loss_after == pytest.approx(-math.log(0.005))


def test_tickets_that_no_label_fits_count_as_wrong_and_have_no_log_loss() -> None:
    rows = [[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.6, 0.3, 0.1]]
    found = temperature_report(table(rows, ["a", "a", "__none__"]), np.arange(3))
    assert found.ece_before == pytest.approx((0.2 + 0.3 + 0.6) / 3)
    assert found.log_loss_before == pytest.approx(-(math.log(0.8) + math.log(0.7)) / 2)


def test_with_one_fold_there_is_no_after() -> None:
    found = temperature_report(random_table(100, seed=8), np.zeros(100, dtype=np.int64))
    assert found.n_folds == 1
    assert math.isnan(found.ece_after)
    assert math.isnan(found.log_loss_after)
    assert not math.isnan(found.ece_before)


@pytest.mark.parametrize("n", [99, 100])
def test_fewer_than_a_hundred_groups_have_no_temperature(n: int) -> None:
    found = temperature_report(random_table(n, seed=3), np.arange(n) % 5)
    assert math.isnan(found.temperature) == math.isnan(found.ece_after) == (n < 100)
    in_groups = replace(random_table(300, seed=3), groups=np.arange(300) % n)
    tied = temperature_report(in_groups, np.arange(300) % 5)
    assert math.isnan(tied.temperature) == (n < 100)


@pytest.mark.parametrize("gold", [[], ["__none__"] * 100])
def test_the_report_without_gold_labels_has_no_log_loss(gold: list[str]) -> None:
    rows = [[0.8, 0.1, 0.1]] * len(gold)
    found = temperature_report(table(rows, gold), np.arange(len(gold)))
    assert math.isnan(found.temperature) if not gold else found.temperature == 1.0
    assert math.isnan(found.log_loss_before)
    assert math.isnan(
        temperature_fit(np.array(rows).reshape(-1, 3), np.full(len(gold), -1)).log_loss
    )
