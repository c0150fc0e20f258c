"""Cutoffs from scores without labels."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest

from tables import ORACLES
from ticketbench.core.types import FloatArray
from ticketbench.measure.drift.cutoff import NO_VALLEY, TOO_FEW, natural_cutoff, otsu_cutoff


def test_two_clear_groups_are_split_between_them() -> None:
    scores = np.concatenate([np.linspace(0.3, 0.4, 50), np.linspace(0.9, 0.95, 80)])
    assert 0.4 <= otsu_cutoff(scores) < 0.9


def test_the_order_of_scores_does_not_matter() -> None:
    scores = np.random.default_rng(0).beta(5, 2, 500)
    assert otsu_cutoff(scores) == otsu_cutoff(scores[::-1].copy())


def test_a_brute_force_over_all_bins_finds_no_better_split() -> None:
    scores = np.random.default_rng(1).beta(2, 2, 300)
    counts, edges = np.histogram(scores, bins=256)
    centres = (edges[:-1] + edges[1:]) / 2
    spread = []
    for i in range(255):
        low, high = counts[: i + 1], counts[i + 1 :]
        gap = np.average(centres[: i + 1], weights=low) - np.average(centres[i + 1 :], weights=high)
        spread.append(low.sum() * high.sum() * gap**2)
    assert otsu_cutoff(scores) == pytest.approx(centres[int(np.argmax(spread))])


@pytest.mark.parametrize("scores", [[], [0.7], [0.7, 0.7, 0.7]], ids=["none", "one", "alike"])
def test_scores_without_a_split_give_nan(scores: list[float]) -> None:
    assert math.isnan(otsu_cutoff(np.array(scores)))


def test_the_reference_value_is_reproduced() -> None:
    entry = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["u_unlabelled"]
    with (ORACLES / "u_unlabelled_confidences_n3000.csv").open(newline="") as file:
        scores = np.array([float(row[-1]) for row in list(csv.reader(file))[1:]])
    expected = entry["otsu_bins256"]
    assert abs(otsu_cutoff(scores) - expected["value"]) <= expected["tol"]


def _two_humps(n: int, seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    low = rng.random(n) < 0.4
    return np.where(low, rng.normal(0.4, 0.06, n), rng.normal(0.85, 0.06, n)).clip(0, 1)


@pytest.mark.parametrize("seed", range(5))
def test_two_groups_of_scores_have_a_cutoff_between_them(seed: int) -> None:
    found = natural_cutoff(_two_humps(1000, seed))
    assert found.found
    assert 0.5 < found.at < 0.75
    assert found.below == pytest.approx(0.4, abs=0.05)
    assert 0.4 < found.otsu < 0.85


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("shape", [(1, 1), (5, 2), (2, 5), (8, 1), (2, 2)])
def test_one_group_of_scores_has_none(seed: int, shape: tuple[int, int]) -> None:
    found = natural_cutoff(np.random.default_rng(seed).beta(*shape, 1000))
    assert not found.found
    assert found.why == NO_VALLEY
    assert math.isnan(found.otsu)


def test_a_small_second_group_is_none() -> None:
    scores = np.concatenate([np.full(40, 0.2), np.full(960, 0.9)])
    assert not natural_cutoff(scores).found
    assert natural_cutoff(np.concatenate([np.full(50, 0.2), np.full(950, 0.9)])).found


def test_499_decisions_are_too_few_whatever_they_look_like() -> None:
    assert natural_cutoff(_two_humps(499, 0)).why == TOO_FEW
    assert natural_cutoff(_two_humps(500, 0)).found
