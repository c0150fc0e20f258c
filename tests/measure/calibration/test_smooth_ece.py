"""The smooth calibration error, against sums over mirrored kernels and the authors' library."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import ORACLES, random_table
from ticketbench.core.policy import at_temperature
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.calibration.smooth_ece import (
    smooth_ece,
    smooth_ece_by_chance,
    smooth_ece_influence,
    smooth_ece_relplot,
)

SEARCH = settings(max_examples=30, deadline=None, derandomize=True, database=None)

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")

OF_RELPLOT = [
    (60, 3, 11, 1.0, 0.048870796171058044),
    (60, 3, 11, 0.4, 0.1265653116387743),
    (300, 5, 12, 0.5, 0.13613346162369339),
    (300, 5, 12, 2.0, 0.2109828926570691),
    (1500, 6, 13, 0.3, 0.27561744775266034),
    (1500, 6, 13, 1.0, 0.021021624700892506),
]
"""n, labels, seed and temperature of `random_table`, and relplot 1.0.3's value."""

Error = Callable[[np.ndarray, np.ndarray], float]
BOTH = pytest.mark.parametrize("error", [smooth_ece, smooth_ece_relplot])


def mirrored_error(top_score: np.ndarray, right: np.ndarray, width: float) -> float:
    """The integral of the method's definition, by adding up mirrored Gaussians on a fine grid."""
    t = np.linspace(0, 1, 8001)
    smeared = np.zeros_like(t)
    for score, residual in zip(top_score, right - top_score, strict=True):
        for turn in range(-12, 13):
            for copy in (2 * turn + score, 2 * turn - score):
                smeared += residual * np.exp(-0.5 * ((t - copy) / width) ** 2)
    scaled = np.abs(smeared) / (width * math.sqrt(2 * math.pi) * len(top_score))
    return float(((scaled[1:] + scaled[:-1]) / 2).mean())


@st.composite
def confidences(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(1, 40))
    scores = draw(st.lists(st.integers(0, 100), min_size=n, max_size=n))
    hits = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return np.array(scores) / 100, np.array(hits)


@BOTH
@pytest.mark.parametrize("of", TABLES)
def test_it_agrees_with_the_reference(of: str, error: Error) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    entry = VALUES[of]["smece"]
    assert error(t.top_score, t.right) == pytest.approx(entry["value"], abs=entry["tol"])


@pytest.mark.parametrize(("n", "k", "seed", "temperature", "value"), OF_RELPLOT)
def test_the_value_of_relplot_is_met_on_other_tables(
    n: int, k: int, seed: int, temperature: float, value: float
) -> None:
    t = random_table(n, k=k, seed=seed)
    top_score = at_temperature(t.scores, temperature).max(axis=1)
    assert smooth_ece_relplot(top_score, t.right) == pytest.approx(value, abs=0.001)


@pytest.mark.parametrize(("n", "seed", "temperature"), [(15, 1, 1.0), (40, 2, 0.3), (60, 3, 3.0)])
def test_the_result_is_the_width_that_equals_its_error(
    n: int, seed: int, temperature: float
) -> None:
    t = random_table(n, seed=seed)
    top_score = at_temperature(t.scores, temperature).max(axis=1)
    found = smooth_ece(top_score, t.right)
    assert mirrored_error(top_score, t.right, found) == pytest.approx(found, abs=2e-4)


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_errors_to_one_side_add_up_to_the_gap_of_the_means(n: int, seed: int) -> None:
    scores = np.random.default_rng(seed).uniform(0, 1, n)
    wrong = np.zeros(n, dtype=bool)
    assert smooth_ece(scores, wrong) == pytest.approx(scores.mean(), abs=1e-9)
    assert smooth_ece(scores, ~wrong) == pytest.approx(1 - scores.mean(), abs=1e-9)


@BOTH
@SEARCH
@given(drawn=confidences())
def test_it_is_a_share(error: Error, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    assert 0 <= error(*drawn) <= 1


@SEARCH
@given(drawn=confidences())
def test_it_is_at_least_the_gap_of_the_means_and_at_most_the_mean_residual(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    scores, hits = drawn
    residuals = hits - scores
    found = smooth_ece(scores, hits)
    assert abs(residuals.mean()) - 1e-9 <= found <= np.abs(residuals).mean() + 1e-9


@BOTH
@SEARCH
@given(drawn=confidences(), seed=st.integers(0, 100))
def test_file_order_and_copies_of_every_ticket_never_change_it(
    error: Error, drawn: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    scores, hits = drawn
    order = np.random.default_rng(seed).permutation(np.tile(np.arange(len(scores)), 2))
    assert error(scores[order], hits[order]) == pytest.approx(error(scores, hits), abs=1e-9)


@BOTH
@pytest.mark.parametrize("score", [0.0, 0.3, 1.0])
def test_one_wrong_ticket_errs_by_its_score(error: Error, score: float) -> None:
    assert error(np.array([score]), np.array([False])) == pytest.approx(score, abs=1e-3)


@BOTH
def test_certain_and_right_is_no_error(error: Error) -> None:
    assert error(np.ones(5), np.ones(5, dtype=bool)) == 0.0


def test_tickets_scored_one_weigh_like_any_other() -> None:
    # Half of the tickets claim certainty and a fifth of them are wrong, the rest is calibrated.
    scores = np.repeat([1.0, 0.5], 100)
    hits = np.array([True] * 80 + [False] * 20 + [True, False] * 50)
    assert smooth_ece(scores, hits) == pytest.approx(0.1, abs=1e-9)
    assert smooth_ece_relplot(scores, hits) == pytest.approx(0.2 / 3, abs=1e-3)


@BOTH
def test_no_tickets_have_no_error(error: Error) -> None:
    assert math.isnan(error(np.array([]), np.array([], dtype=bool)))


@pytest.mark.parametrize(("n", "seed", "temperature"), [(20, 4, 0.5), (30, 5, 2.0)])
def test_the_influence_is_the_slope_of_the_error_by_the_weight_of_a_ticket(
    n: int, seed: int, temperature: float
) -> None:
    t = random_table(n, seed=seed)
    score, copies = at_temperature(t.scores, temperature).max(axis=1), 40
    found = smooth_ece_influence(score, t.right)
    slopes = []
    for i in range(n):
        ends = []
        for more in (1, -1):
            times = np.full(n, copies)
            times[i] += more
            ends.append(smooth_ece(np.repeat(score, times), np.repeat(t.right, times)))
        slopes.append(n * (ends[0] - ends[1]) / (2 / copies))
    assert found == pytest.approx(np.array(slopes), abs=0.03 * np.ptp(found))
    assert found.mean() == pytest.approx(0, abs=1e-12)


def test_calibrated_scores_show_about_the_error_that_chance_makes() -> None:
    rng = np.random.default_rng(4)
    score = 0.4 + 0.6 * rng.beta(4, 2, 300)
    shown, expected = [], []
    for _ in range(25):
        right = rng.random(300) < score
        shown.append(smooth_ece(score, right))
        expected.append(smooth_ece_by_chance(score, right))
    assert np.mean(expected) == pytest.approx(np.mean(shown), rel=0.25)


def test_no_tickets_have_no_influence_and_no_chance_error() -> None:
    nothing = np.array([]), np.array([], dtype=bool)
    assert smooth_ece_influence(*nothing).shape == (0,)
    assert math.isnan(smooth_ece_by_chance(*nothing))


def test_certain_and_right_leaves_nothing_to_chance() -> None:
    right = np.ones(5, dtype=bool)
    assert smooth_ece_by_chance(np.ones(5), right) == 0.0
    assert smooth_ece_influence(np.ones(5), right).tolist() == [0.0] * 5
