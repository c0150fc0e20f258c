"""Calibration errors beside what chance would show, tests of calibration, and each top label."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tables import ORACLES, random_table, table
from ticketbench.core.policy import at_temperature
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.calibration.bins import ece_equal_mass, reliability_bins
from ticketbench.measure.calibration.check import (
    CalibrationCheck,
    by_label,
    calibration,
    ece_debiased,
    l2_error_debiased,
    spiegelhalter_z,
)
from ticketbench.measure.calibration.corp import corp_decomposition
from ticketbench.measure.calibration.smooth_ece import smooth_ece
from ticketbench.measure.statistics.intervals import share

SEARCH = settings(max_examples=15, deadline=None, derandomize=True, database=None)

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")

TESTED = ("ece_expected", "ece_p", "spiegelhalter_z", "spiegelhalter_p", "mcb_expected")


def entry(of: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = VALUES[of][key]
    return found


def answers(n: int, *, seed: int, temperature: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated top scores, or too confident ones at a temperature below 1."""
    t = random_table(n, seed=seed)
    return at_temperature(t.scores, temperature).max(axis=1), t.right


def check_alone(scores: np.ndarray, hits: np.ndarray, *, seed: int = 0) -> CalibrationCheck:
    return calibration(scores, hits, np.arange(len(scores)), seed=seed).check


@pytest.mark.parametrize("of", TABLES)
def test_spiegelhalters_z_agrees_with_the_reference(of: str) -> None:
    t, expected = read_score_table(ORACLES / f"{of}.csv"), entry(of, "spiegelhalter_z")
    found = spiegelhalter_z(t.top_score, t.right)
    assert found == pytest.approx(expected["value"], abs=expected["tol"])


@pytest.mark.parametrize("of", TABLES)
def test_the_debiased_errors_agree_with_the_reference(of: str) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    for key, error in (
        ("ece_equal_mass_10_debiased_l1", ece_debiased),
        ("l2_ce_equal_mass_10_debiased", l2_error_debiased),
    ):
        expected = entry(of, key)
        found = error(t.top_score, t.right, bins=10)
        assert found == pytest.approx(expected["value"], abs=expected["tol"])


@pytest.mark.parametrize(("n", "seed", "temperature"), [(33, 1, 1.0), (250, 2, 0.5), (999, 3, 2.0)])
def test_the_debiased_error_is_what_many_noisy_draws_come_to(
    n: int, seed: int, temperature: float
) -> None:
    scores, hits = answers(n, seed=seed, temperature=temperature)
    bins = reliability_bins(scores, hits, bins=10)
    of_bin = np.array([(b.n / n, b.accuracy, b.mean_score, b.n) for b in bins]).T
    weight, accuracy, mean_score, tickets = of_bin
    sd = np.sqrt(accuracy * (1 - accuracy) / tickets)
    noisy = np.random.default_rng(0).normal(accuracy, sd, (40_000, len(bins)))
    drawn = (np.abs(noisy - mean_score) @ weight).mean()
    expected = 2 * ece_equal_mass(scores, hits, bins=10) - drawn
    assert ece_debiased(scores, hits, bins=10) == pytest.approx(expected, abs=4e-4)


def test_the_debiased_l2_error_by_hand() -> None:
    # Two bins: .5 with 1 of 4 right, .9 with 2 of 4.
    scores, hits = np.repeat([0.5, 0.9], 4), np.array([1, 0, 0, 0, 1, 1, 0, 0], dtype=bool)
    square = ((0.25**2 - 0.25 * 0.75 / 3) + (0.4**2 - 0.5 * 0.5 / 3)) / 2
    assert l2_error_debiased(scores, hits, bins=2) == pytest.approx(math.sqrt(square))


def test_the_debiased_l2_error_is_floored_at_zero() -> None:
    assert l2_error_debiased(np.full(4, 0.5), np.array([1, 1, 0, 0], dtype=bool), bins=1) == 0.0


def test_without_spread_in_any_bin_nothing_is_debiased() -> None:
    scores, hits = np.repeat([0.6, 0.9], 5), np.ones(10, dtype=bool)
    expected = ece_equal_mass(scores, hits, bins=2)
    assert ece_debiased(scores, hits, bins=2) == pytest.approx(expected)
    assert l2_error_debiased(scores, hits, bins=1) == pytest.approx(0.25)


@pytest.mark.parametrize("n", [0, 1, 9, 19])
@pytest.mark.parametrize("error", [ece_debiased, l2_error_debiased])
def test_a_bin_of_one_ticket_leaves_the_debiased_error_open(error: Any, n: int) -> None:
    assert math.isnan(error(*answers(n, seed=1), bins=10) if n else error(*nobody(), bins=10))


def nobody() -> tuple[np.ndarray, np.ndarray]:
    return np.array([]), np.array([], dtype=bool)


@SEARCH
@given(st.integers(1, 200), st.integers(0, 1000))
def test_spiegelhalters_z_is_its_formula(n: int, seed: int) -> None:
    c, hits = answers(n, seed=seed)
    top = ((hits - c) * (1 - 2 * c)).sum()
    bottom = math.sqrt(((1 - 2 * c) ** 2 * c * (1 - c)).sum())
    assert spiegelhalter_z(c, hits) == pytest.approx(top / bottom, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("scores", [[], [0.5, 0.5], [1.0, 1.0], [0.0, 0.5, 1.0]])
def test_spiegelhalters_z_is_undefined_where_no_score_can_vary(scores: list[float]) -> None:
    assert math.isnan(spiegelhalter_z(np.array(scores), np.zeros(len(scores), dtype=bool)))


def test_the_p_value_of_spiegelhalters_z_is_two_sided() -> None:
    found = check_alone(*answers(100, seed=5, temperature=0.7))
    assert found.spiegelhalter_p == pytest.approx(2 * stats.norm.sf(abs(found.spiegelhalter_z)))


def test_too_much_confidence_has_a_positive_z() -> None:
    assert spiegelhalter_z(*answers(400, seed=6, temperature=0.5)) > 3
    assert spiegelhalter_z(*answers(400, seed=6, temperature=2.0)) < -3


def test_the_check_describes_all_tickets() -> None:
    scores, hits = answers(120, seed=7)
    found = calibration(scores, hits, np.arange(120) // 3, seed=0).check
    assert (found.n, found.n_groups) == (120, 40)
    assert found.ece == ece_equal_mass(scores, hits, bins=10)
    assert found.ece_debiased == ece_debiased(scores, hits, bins=10)
    assert found.smooth_ece == smooth_ece(scores, hits)
    assert found.corp == corp_decomposition(scores, hits)


def test_the_expected_errors_are_the_mean_over_draws_from_the_scores() -> None:
    scores, hits = answers(150, seed=8)
    rng = np.random.default_rng(99)
    draws = [rng.random(150) < scores for _ in range(1500)]
    eces = [ece_equal_mass(scores, draw, bins=10) for draw in draws]
    mcbs = [corp_decomposition(scores, draw).miscalibration for draw in draws]
    found = check_alone(scores, hits)
    assert found.ece_expected == pytest.approx(np.mean(eces), abs=0.005)
    assert found.mcb_expected == pytest.approx(np.mean(mcbs), abs=0.002)
    assert found.ece_p == pytest.approx(np.mean(np.array(eces) >= found.ece), abs=0.07)


@pytest.mark.parametrize("n", [400, 21_000])
def test_scores_far_off_have_the_smallest_p_value(n: int) -> None:
    rng = np.random.default_rng(n)
    scores = rng.uniform(0.5, 1, n)
    found = check_alone(scores, rng.random(n) < scores - 0.3)
    assert found.ece_p == 1 / 501
    assert found.spiegelhalter_p < 1e-6


@pytest.mark.evidence
def test_calibrated_scores_are_rejected_about_one_time_in_twenty() -> None:
    checks = [check_alone(*answers(60, seed=seed), seed=seed) for seed in range(100)]
    assert 0.005 <= np.mean([check.ece_p <= 0.05 for check in checks]) <= 0.10
    assert 0.005 <= np.mean([check.spiegelhalter_p <= 0.05 for check in checks]) <= 0.10


def test_many_calibrated_tickets_expect_little_error() -> None:
    rng = np.random.default_rng(1)
    scores = rng.uniform(0.3, 1, 30_000)
    found = check_alone(scores, rng.random(30_000) < scores)
    assert found.ece_p > 0.01
    assert found.ece_expected == pytest.approx(found.ece, abs=0.004)
    assert found.mcb_expected == pytest.approx(found.corp.miscalibration, abs=0.0005)


def test_a_draw_that_ties_with_the_tickets_counts_as_reaching_them() -> None:
    # One bin, one score: 0 of 1 right and 1 of 1 right are equally far from a half.
    found = check_alone(np.array([0.5]), np.array([True]))
    assert found.ece_p == 1.0
    assert found.ece == found.ece_expected == 0.5


@SEARCH
@given(st.integers(1, 80), st.integers(0, 1000))
def test_file_order_of_independent_tickets_changes_nothing(n: int, seed: int) -> None:
    scores, hits = answers(n, seed=seed)
    scores = np.round(scores, 2)
    order = np.random.default_rng(seed).permutation(n)
    found = dataclasses.asdict(check_alone(scores, hits))
    shuffled = dataclasses.asdict(check_alone(scores[order], hits[order]))
    assert flat(shuffled) == pytest.approx(flat(found), abs=1e-9, nan_ok=True)


def flat(fields: dict[str, Any]) -> dict[str, float]:
    return {**{k: v for k, v in fields.items() if k != "corp"}, **fields["corp"]}


def test_copies_that_share_a_group_leave_tests_and_expectations_where_they_were() -> None:
    scores, hits = answers(90, seed=9, temperature=0.8)
    twice = np.tile(np.arange(90), 2)
    alone = check_alone(scores, hits, seed=3)
    copied = calibration(scores[twice], hits[twice], twice, seed=3).check
    for name in (*TESTED, "ece", "smooth_ece", "n_groups"):
        assert getattr(copied, name) == pytest.approx(getattr(alone, name), abs=1e-9)
    assert flat({"corp": dataclasses.asdict(copied.corp)}) == pytest.approx(
        flat({"corp": dataclasses.asdict(alone.corp)}), abs=1e-9
    )


def test_the_same_seed_gives_the_same_check() -> None:
    scores, hits = answers(50, seed=10)
    assert check_alone(scores, hits, seed=1) == check_alone(scores, hits, seed=1)
    assert check_alone(scores, hits, seed=1) != check_alone(scores, hits, seed=2)


def test_a_check_holds_plain_numbers_only() -> None:
    fields = dataclasses.asdict(check_alone(*answers(50, seed=11)))
    assert {type(value) for value in flat(fields).values()} == {int, float}


def test_the_check_of_no_tickets_is_undefined() -> None:
    found = flat(dataclasses.asdict(check_alone(*nobody())))
    assert (found.pop("n"), found.pop("n_groups")) == (0, 0)
    assert all(math.isnan(value) for value in found.values())


@pytest.mark.parametrize("hit", [True, False])
@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_tickets_all_right_or_all_wrong_have_the_gap_of_the_means_as_error(
    n: int, hit: bool
) -> None:
    scores = np.random.default_rng(n).uniform(0.3, 0.9, n)
    found = check_alone(scores, np.full(n, hit))
    gap = abs(scores.mean() - hit)
    assert found.ece == pytest.approx(gap)
    assert found.smooth_ece == pytest.approx(gap)
    assert 1 / 501 <= found.ece_p <= 1


def test_each_top_label_has_its_mean_score_and_accuracy() -> None:
    rows = [[0.8, 0.1, 0.1], [0.6, 0.2, 0.2], [0.3, 0.7, 0.0]]
    first, second, third = by_label(table(rows, ["a", "b", "b"]))
    assert (first.label, first.n, first.accuracy.value) == ("a", 2, 0.5)
    assert first.mean_score == pytest.approx(0.7)
    assert (second.label, second.n, second.accuracy.value) == ("b", 1, 1.0)
    assert (third.label, third.n) == ("c", 0)
    assert math.isnan(third.mean_score)
    assert not third.accuracy.defined


def test_the_accuracy_of_a_top_label_has_an_interval_that_knows_groups() -> None:
    t = random_table(80, seed=12, n_groups=20)
    for index, found in enumerate(by_label(t)):
        here = t.top == index
        assert found.accuracy == share(t.right[here], t.groups[here])


def test_a_ticket_that_no_label_fits_counts_as_wrong_for_its_top_label() -> None:
    first = by_label(table([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1]], ["a", "__none__"]))[0]
    assert (first.n, first.accuracy.value) == (2, 0.5)


def test_every_scored_ticket_belongs_to_one_top_label() -> None:
    assert sum(found.n for found in by_label(random_table(70, seed=13))) == 70
