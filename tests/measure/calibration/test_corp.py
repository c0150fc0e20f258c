"""The monotone reliability curve and the parts of the Brier score it gives."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from tables import ORACLES, random_table
from ticketbench.core.policy import at_temperature
from ticketbench.core.types import BoolArray, FloatArray, IntArray
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.calibration.check import calibration
from ticketbench.measure.calibration.corp import (
    N_DRAWS,
    CorpPoint,
    ScoreCells,
    corp_decomposition,
    draws_if_calibrated,
    isotonic_fit,
    miscalibration,
    pooled,
    score_cells,
)


def corp_curve(
    top_score: FloatArray, right: BoolArray, groups: IntArray, *, seed: int
) -> tuple[CorpPoint, ...]:
    return calibration(top_score, right, groups, seed=seed).curve


SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")


@st.composite
def confidences(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Top scores printed with two decimals, so ties are common, and which are right."""
    n = draw(st.integers(1, 60))
    scores = draw(st.lists(st.integers(25, 100), min_size=n, max_size=n))
    hits = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return np.array(scores) / 100, np.array(hits)


def overconfident(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    t = random_table(n, seed=seed)
    return at_temperature(t.scores, 0.5).max(axis=1), t.right


@pytest.mark.parametrize("of", TABLES)
def test_the_parts_agree_with_the_reference(of: str) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    entry = VALUES[of]["corp_brier_top_label"]
    found = corp_decomposition(t.top_score, t.right)
    parts = {
        "MCB": found.miscalibration,
        "DSC": found.discrimination,
        "UNC": found.uncertainty,
        "S": found.score,
    }
    assert parts == pytest.approx(entry["value"], abs=entry["tol"])


@pytest.mark.parametrize("of", TABLES)
def test_the_flat_pieces_of_the_curve_agree_with_the_reference(of: str) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    curve = corp_curve(t.top_score, t.right, t.groups, seed=0)
    heights = np.unique(np.round([point.accuracy for point in curve], 12))
    expected = [block["cep"] for block in VALUES[of]["corp_pav_blocks_top_label"]["value"]]
    assert heights.tolist() == pytest.approx(expected, abs=1e-9)


@SEARCH
@given(confidences())
def test_the_parts_agree_with_scikit_learn_also_with_ties(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    scores, hits = drawn
    fit = IsotonicRegression().fit(scores, hits).predict(scores)
    found = corp_decomposition(scores, hits)
    of_fit = np.mean((fit - hits) ** 2)
    assert found.score == pytest.approx(np.mean((scores - hits) ** 2), abs=1e-12)
    assert found.miscalibration == pytest.approx(found.score - of_fit, abs=1e-12)
    assert found.discrimination == pytest.approx(hits.var() - of_fit, abs=1e-12)
    assert found.uncertainty == pytest.approx(hits.var(), abs=1e-12)


@SEARCH
@given(confidences())
def test_the_parts_add_up_to_the_brier_score(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    found = corp_decomposition(*drawn)
    total = found.miscalibration - found.discrimination + found.uncertainty
    assert total == pytest.approx(found.score, abs=1e-12)
    assert min(found.miscalibration, found.discrimination, found.uncertainty) >= 0


@SEARCH
@given(confidences(), st.integers(0, 100))
def test_file_order_changes_nothing_at_all(drawn: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    scores, hits = drawn
    order = np.random.default_rng(seed).permutation(len(scores))
    alone = np.arange(len(scores))
    assert corp_decomposition(scores[order], hits[order]) == corp_decomposition(scores, hits)
    assert corp_curve(scores[order], hits[order], alone, seed=1) == corp_curve(
        scores, hits, alone, seed=1
    )


def test_the_parts_by_hand() -> None:
    # Two scores, .5 with one of two right and .9 with both: the fit is .5 and 1.
    found = corp_decomposition(np.array([0.9, 0.5, 0.9, 0.5]), np.array([True, True, True, False]))
    assert found.score == pytest.approx((0.25 + 0.25 + 0.01 + 0.01) / 4)
    assert found.miscalibration == pytest.approx(0.02 / 4)
    assert found.uncertainty == pytest.approx(0.75 * 0.25)
    assert found.discrimination == pytest.approx(0.1875 - 0.125)


def test_scores_in_the_wrong_order_do_not_discriminate() -> None:
    found = corp_decomposition(np.array([0.6, 0.9]), np.array([True, False]))
    assert (found.discrimination, found.uncertainty) == (0.0, 0.25)


@pytest.mark.parametrize("hit", [True, False])
def test_tickets_that_are_all_alike_have_no_uncertainty(hit: bool) -> None:
    found = corp_decomposition(np.array([0.6, 0.7, 0.8]), np.full(3, hit))
    assert (found.uncertainty, found.discrimination) == (0.0, 0.0)
    assert found.miscalibration == pytest.approx(found.score)


def test_no_tickets_have_no_parts_and_no_curve() -> None:
    none, nobody = np.array([]), np.array([], dtype=bool)
    found = corp_decomposition(none, nobody)
    assert math.isnan(found.score)
    assert math.isnan(found.miscalibration)
    assert corp_curve(none, nobody, np.array([], dtype=np.int64), seed=0) == ()


def test_one_ticket_is_one_point() -> None:
    (point,) = corp_curve(np.array([0.7]), np.array([True]), np.array([0]), seed=0)
    assert (point.score, point.accuracy, point.low, point.high) == (0.7, 1.0, 0.0, 1.0)


@SEARCH
@given(confidences())
def test_the_curve_rises_within_zero_and_one(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    curve = corp_curve(*drawn, np.arange(len(drawn[0])), seed=0)
    for name in ("score", "accuracy", "low", "high"):
        column = np.array([getattr(point, name) for point in curve])
        assert np.all(np.diff(column) >= -1e-12)
        assert column.min() >= 0
        assert column.max() <= 1
    assert all(point.low <= point.high for point in curve)


@SEARCH
@given(confidences())
def test_straight_lines_between_the_points_give_the_fit_at_every_score(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    scores, hits = drawn
    curve = corp_curve(scores, hits, np.arange(len(scores)), seed=0)
    drawn_at = np.interp(scores, [p.score for p in curve], [p.accuracy for p in curve])
    fit = IsotonicRegression().fit(scores, hits).predict(scores)
    assert drawn_at.tolist() == pytest.approx(fit.tolist(), abs=1e-9)


@pytest.mark.parametrize("n", [150, 3000, 25_000])
def test_the_curve_has_at_most_two_hundred_points_from_first_to_last_score(n: int) -> None:
    rng = np.random.default_rng(n)
    scores = rng.uniform(0.3, 1, n)
    curve = corp_curve(scores, rng.random(n) < scores, np.arange(n), seed=0)
    assert len(curve) <= 200
    assert (curve[0].score, curve[-1].score) == (scores.min(), scores.max())


def test_a_jagged_curve_is_thinned_out() -> None:
    # Every ticket is a step of its own: the share right grows from cell to cell.
    share = np.arange(1, 301)
    scores = np.repeat(np.linspace(0.3, 0.9, 300), 300)
    hits = np.concatenate([np.arange(300) < right for right in share])
    assert len(corp_curve(scores, hits, np.arange(len(scores)), seed=0)) <= 200


@pytest.mark.evidence
def test_the_band_holds_about_nine_in_ten_calibrated_curves_at_each_point() -> None:
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        scores = np.round(rng.uniform(0.3, 1, 300), 2)
        curve = corp_curve(scores, rng.random(300) < scores, np.arange(300), seed=seed)
        inside += [p.low <= p.accuracy <= p.high for p in curve if 0.4 < p.score < 0.9]
    assert 0.85 <= np.mean(inside) <= 0.95


def test_an_overconfident_curve_leaves_the_band() -> None:
    scores, hits = overconfident(400, seed=3)
    curve = corp_curve(scores, hits, np.arange(400), seed=0)
    assert any(point.accuracy < point.low for point in curve)
    assert not any(point.accuracy > point.high for point in curve)


def test_copies_that_share_a_group_leave_curve_and_band_where_they_were() -> None:
    scores, hits = overconfident(80, seed=4)
    twice = np.repeat(np.arange(80), 2)
    assert corp_curve(scores[twice], hits[twice], twice, seed=5) == corp_curve(
        scores, hits, np.arange(80), seed=5
    )


def test_the_same_seed_gives_the_same_band_and_another_seed_another() -> None:
    scores, hits = overconfident(80, seed=4)
    bands = [corp_curve(scores, hits, np.arange(80), seed=seed) for seed in (1, 1, 2)]
    assert bands[0] == bands[1] != bands[2]


def test_cells_hold_every_ticket_once() -> None:
    cells = score_cells(np.array([0.9, 0.5, 0.9]), np.array([True, False, False]))
    assert cells.score.tolist() == [0.5, 0.9]
    assert cells.n.tolist() == [1, 2]
    assert cells.right.tolist() == [0.0, 1.0]


def test_cells_are_pooled_above_twenty_thousand_scores_only() -> None:
    rng = np.random.default_rng(0)
    few = score_cells(rng.random(20_000), rng.random(20_000) < 0.5)
    assert pooled(few) is few
    many = score_cells(rng.random(30_000), rng.random(30_000) < 0.5)
    fewer = pooled(many)
    assert len(fewer.score) <= 8192
    assert fewer.n.sum() == 30_000
    assert fewer.right.sum() == many.right.sum()
    assert fewer.n @ fewer.score == pytest.approx(many.n @ many.score)
    assert np.all(np.diff(fewer.score) > 0)


def test_one_crowded_score_is_never_split_when_cells_are_pooled() -> None:
    rng = np.random.default_rng(1)
    scores = np.concatenate([rng.random(25_000), np.ones(25_000)])
    fewer = pooled(score_cells(scores, rng.random(50_000) < scores))
    assert fewer.n[-1] >= 25_000
    assert fewer.n.sum() == 50_000


def test_draws_are_right_as_often_as_the_scores_say() -> None:
    cells = ScoreCells(np.array([0.2, 0.7, 1.0]), np.array([1, 40, 3]), np.zeros(3))
    draws = np.array([draw.right for draw in draws_if_calibrated(cells, seed=0)])
    assert draws.shape == (N_DRAWS, 3)
    assert draws.mean(axis=0) == pytest.approx([0.2, 28, 3], abs=0.4)
    assert draws[:, 1].std() == pytest.approx(math.sqrt(40 * 0.7 * 0.3), abs=0.3)


def test_tickets_of_one_score_count_as_often_as_there_are() -> None:
    # .6 (three of four right) comes before .7 (none of one): pooled they are 3 of 5.
    fit = isotonic_fit(ScoreCells(np.array([0.6, 0.7]), np.array([4, 1]), np.array([3.0, 0.0])))
    assert fit.tolist() == pytest.approx([0.6, 0.6])


@SEARCH
@given(confidences())
def test_the_miscalibration_of_cells_is_that_of_the_tickets(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    expected = corp_decomposition(*drawn).miscalibration
    assert miscalibration(score_cells(*drawn), isotonic_fit(score_cells(*drawn))) == pytest.approx(
        expected, abs=1e-12
    )
