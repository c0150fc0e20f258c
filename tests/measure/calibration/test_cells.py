"""Counted scores give the calibration errors, curves and areas of the tickets one by one."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.types import BoolArray, FloatArray
from ticketbench.measure.calibration import bins, cells, ranking, smooth_ece
from ticketbench.measure.calibration.check import calibration, calibration_of_cells
from ticketbench.measure.calibration.corp import ScoreCells, score_cells
from ticketbench.measure.routing.selective import risk_coverage, risk_coverage_of_cells

TICKETS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=60)


def columns(tickets: list[tuple[int, bool]]) -> tuple[FloatArray, BoolArray, ScoreCells]:
    """Scores, marks of right tickets, and both counted."""
    score = np.array([at / 20 for at, _ in tickets], dtype=np.float64)
    right = np.array([hit for _, hit in tickets], dtype=np.bool_)
    return score, right, score_cells(score, right)


def near(expected: object) -> object:
    return pytest.approx(expected, abs=1e-12, nan_ok=True)


@settings(max_examples=80)
@given(TICKETS)
def test_every_error_and_area_is_that_of_the_tickets(tickets: list[tuple[int, bool]]) -> None:
    score, right, counted = columns(tickets)
    assert cells.ece(counted, bins=10) == near(bins.ece_equal_mass(score, right, bins=10))
    assert cells.smooth_ece(counted) == near(smooth_ece.smooth_ece(score, right))
    assert cells.auroc(counted) == near(ranking.auroc(score, right))
    assert cells.augrc(counted) == near(ranking.augrc(score, right))
    alone = np.arange(len(score))
    found = cells.auroc_interval(counted, counted)
    expected = ranking.auroc_interval(score, right, alone, seed=0)
    assert (found.n, found.method) == (expected.n, expected.method)
    assert (found.low, found.high) == near((expected.low, expected.high))


@settings(max_examples=60)
@given(TICKETS)
def test_every_curve_is_that_of_the_tickets(tickets: list[tuple[int, bool]]) -> None:
    score, right, counted = columns(tickets)
    assert cells.histogram(counted) == bins.confidence_histogram(score, right)
    pairs = zip(cells.reliability(counted), bins.reliability_bins(score, right), strict=True)
    assert all(astuple(found) == near(astuple(expected)) for found, expected in pairs)
    found, expected = risk_coverage_of_cells(counted), risk_coverage(score, right)
    assert (found.n, found.aurc, found.augrc) == near((expected.n, expected.aurc, expected.augrc))
    points = [[astuple(point) for point in each.points] for each in (found, expected)]
    np.testing.assert_allclose(*points, rtol=0, atol=1e-12)


def test_the_check_is_that_of_the_tickets_with_one_a_group_beside_them() -> None:
    rng = np.random.default_rng(2)
    score = rng.integers(0, 40, 300) / 40
    right = rng.random(300) < score
    of = score_cells(score, right)
    found = calibration_of_cells(of, of, seed=3)
    expected = calibration(score, right, np.arange(300), seed=3)
    told = [[*astuple(each.check)[:9], *astuple(each.check.corp)] for each in (found, expected)]
    np.testing.assert_allclose(*told, rtol=0, atol=1e-12)
    assert found.check.mcb_expected == near(expected.check.mcb_expected)
    curves = [[astuple(point) for point in each.curve] for each in (found, expected)]
    np.testing.assert_allclose(*curves, rtol=0, atol=1e-12)


def test_without_tickets_nothing_is_told() -> None:
    none = columns([])[2]
    found = calibration_of_cells(none, none, seed=0)
    assert found.check.n == found.check.n_groups == 0
    assert found.curve == () == cells.reliability(none)
    assert sum(bin_.right + bin_.wrong for bin_ in cells.histogram(none)) == 0
