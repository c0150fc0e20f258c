from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tables import ORACLES
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.pairs.marginal_shift import marginal_shift, stuart_maxwell

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)
PAIRED: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]


def crosstab(first: np.ndarray, second: np.ndarray, k: int) -> np.ndarray:
    counts = np.zeros((k, k), dtype=np.int64)
    np.add.at(counts, (first, second), 1)
    return counts


def test_it_agrees_with_the_reference_that_ignores_groups() -> None:
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{which}.csv") for which in "ab")
    found = stuart_maxwell(crosstab(a.top, b.top, 5))
    entry = PAIRED["stuart_maxwell_marginal_homogeneity"]
    assert found.stat == pytest.approx(entry["value"]["stat"], abs=entry["tol"])
    assert found.p == pytest.approx(entry["value"]["p"], abs=entry["tol"])
    assert (found.df, found.n) == (4, 550)


def test_with_groups_one_ticket_of_each_takes_part() -> None:
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{which}.csv") for which in "ab")
    assert marginal_shift(a.top, b.top, a.groups, seed=0).n == 260


@pytest.mark.parametrize(("lost", "gained"), [(3, 9), (10, 10), (0, 4)])
def test_of_two_labels_it_is_mcnemars_chi_square(lost: int, gained: int) -> None:
    found = stuart_maxwell(np.array([[20, lost], [gained, 30]]))
    chi2 = (lost - gained) ** 2 / (lost + gained)
    assert found.stat == pytest.approx(chi2)
    assert found.p == pytest.approx(stats.chi2.sf(chi2, 1))
    assert found.df == 1


def test_a_label_that_never_occurs_takes_no_part() -> None:
    counts = np.array([[10, 5, 2], [1, 8, 4], [6, 0, 9]])
    wider = np.insert(np.insert(counts, 1, 0, axis=0), 1, 0, axis=1)
    one, other = stuart_maxwell(counts), stuart_maxwell(wider)
    assert (other.df, other.n) == (one.df, one.n) == (2, 45)
    assert other.stat == pytest.approx(one.stat)


def test_a_label_that_never_changes_takes_no_part() -> None:
    counts = np.array([[10, 5, 0], [1, 8, 0], [0, 0, 9]])
    found = stuart_maxwell(counts)
    assert (found.stat, found.df) == (pytest.approx(16 / 6), 1)


def test_the_same_labels_everywhere_are_no_shift() -> None:
    found = stuart_maxwell(np.diag([3, 4, 5]))
    assert (found.stat, found.df, found.p, found.n) == (0.0, 0, 1.0, 12)


def test_no_tickets_give_nan() -> None:
    none = np.array([], dtype=np.int64)
    found = marginal_shift(none, none, none, seed=0)
    assert math.isnan(found.stat)
    assert math.isnan(found.p)
    assert (found.df, found.n) == (0, 0)


def test_a_shift_of_one_mix_to_another_is_seen() -> None:
    first = np.array([0] * 60 + [1] * 40)
    second = np.array([0] * 30 + [1] * 70)
    assert marginal_shift(first, second, np.arange(100), seed=0).p < 1e-6


@SEARCH
@given(st.integers(0, 1000), st.integers(2, 5))
def test_order_of_tickets_and_of_labels_and_direction_do_not_matter(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, k, (2, 60))
    groups, at, renamed = np.arange(60), rng.permutation(60), rng.permutation(k)
    found = marginal_shift(first, second, groups, seed=0)
    again = marginal_shift(renamed[second[at]], renamed[first[at]], groups, seed=0)
    assert again.stat == pytest.approx(found.stat, abs=1e-9)
    assert again.df == found.df


@SEARCH
@given(st.integers(0, 1000))
def test_a_ticket_that_stands_twice_in_its_group_counts_once(seed: int) -> None:
    first, second = np.random.default_rng(seed).integers(0, 4, (2, 50))
    once = marginal_shift(first, second, np.arange(50), seed=1)
    doubled = (np.repeat(x, 2) for x in (first, second, np.arange(50)))
    assert marginal_shift(*doubled, seed=1) == once


@pytest.mark.evidence
def test_equal_mixes_are_rarely_called_different() -> None:
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(1000):
        first = rng.choice(4, p=[0.4, 0.3, 0.2, 0.1], size=150)
        moved = rng.random(150) < 0.3
        second = np.where(moved, rng.choice(4, p=[0.4, 0.3, 0.2, 0.1], size=150), first)
        alarms += marginal_shift(first, second, np.arange(150), seed=0).p < 0.05
    assert alarms <= 1000 * 0.05 + 2 * math.sqrt(1000 * 0.05 * 0.95)
