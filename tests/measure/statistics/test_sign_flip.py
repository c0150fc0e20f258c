from __future__ import annotations

import json
import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tables import ORACLES
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.statistics.sign_flip import group_sums, sign_flip_p

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
PAIRED: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]

SUMS = st.lists(st.integers(-4, 4), max_size=9)


def tickets(sums: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Differences and groups whose sums are these; a group of sum 0 has one unchanged ticket."""
    sizes = [max(1, abs(s)) for s in sums]
    groups = np.repeat(np.arange(len(sums)), sizes)
    return np.repeat(np.sign(sums).astype(float), sizes), groups


def by_enumeration(sums: list[int]) -> float:
    """The p-value over all 2^k choices of signs."""
    moved = [s for s in sums if s]
    totals = [sum(signed) for signed in product(*((s, -s) for s in moved))]
    return float(np.mean(np.abs(totals) >= abs(sum(moved))))


def test_it_agrees_with_the_reference() -> None:
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{which}.csv") for which in "ab")
    entry = PAIRED["cluster_sign_flip_p_exact"]
    found = sign_flip_p(b.right.astype(float) - a.right, a.groups)
    assert found == pytest.approx(entry["value"], abs=entry["tol"])
    simulated = PAIRED["cluster_sign_flip_p"]
    assert found == pytest.approx(simulated["value"], abs=simulated["tol"])


@SEARCH
@given(SUMS.filter(lambda sums: len(sums) > 0))
def test_it_is_the_share_of_all_signs_with_as_large_a_sum(sums: list[int]) -> None:
    assert sign_flip_p(*tickets(sums)) == pytest.approx(by_enumeration(sums), abs=1e-14)


@pytest.mark.parametrize(("gained", "lost"), [(5, 1), (58, 74), (400, 460), (40_000, 40_500)])
def test_of_single_tickets_it_is_the_exact_binomial_test(gained: int, lost: int) -> None:
    d = np.array([1.0] * gained + [-1.0] * lost + [0.0] * 50)
    expected = stats.binomtest(gained, gained + lost).pvalue
    assert sign_flip_p(d, np.arange(len(d))) == pytest.approx(expected, rel=1e-10)


def test_by_hand() -> None:
    # Sums 2, 1, -1: of 8 choices of signs |±2 ±1 ±1| is 4 twice, 2 four times and 0 twice.
    assert sign_flip_p(*tickets([2, 1, -1])) == 6 / 8


@pytest.mark.parametrize("k", range(1, 8))
def test_k_groups_that_all_gain_have_p_of_two_to_the_one_minus_k(k: int) -> None:
    assert sign_flip_p(*tickets([3] * k)) == pytest.approx(2.0 ** (1 - k))


def test_fewer_than_six_differing_groups_cannot_fall_below_five_percent() -> None:
    assert sign_flip_p(*tickets([9, 7, 5, 3, 1])) > 0.05 > sign_flip_p(*tickets([1] * 6))


def test_many_groups_of_mixed_sizes_come_near_the_normal_law() -> None:
    rng = np.random.default_rng(4)
    d = rng.choice([-1.0, 0.0, 1.0], p=[0.15, 0.69, 0.16], size=30_000)
    groups = rng.integers(0, 8_000, len(d))
    sums = group_sums(d, groups)
    z = abs(sums.sum()) / math.sqrt(float(sums @ sums))
    assert sign_flip_p(d, groups) == pytest.approx(2 * stats.norm.sf(z), rel=0.05)


def test_a_huge_imbalance_is_no_error() -> None:
    assert sign_flip_p(np.ones(5000), np.arange(5000)) == pytest.approx(0.0, abs=1e-300)


@pytest.mark.parametrize("d", [[0.0], [0.0] * 5, [1.0, -1.0]])
def test_no_changed_group_gives_one(d: list[float]) -> None:
    assert sign_flip_p(np.array(d), np.zeros(len(d), dtype=np.int64)) == 1.0


def test_no_tickets_give_nan() -> None:
    assert math.isnan(sign_flip_p(np.array([]), np.array([], dtype=np.int64)))


@SEARCH
@given(SUMS.filter(lambda sums: len(sums) > 0))
def test_signs_sizes_and_order_do_not_matter(sums: list[int]) -> None:
    d, groups = tickets(sums)
    p = sign_flip_p(d, groups)
    at = np.random.default_rng(1).permutation(len(d))
    assert sign_flip_p(-d, groups) == pytest.approx(p, abs=1e-14)
    assert sign_flip_p(d[at], groups[at] + 7) == pytest.approx(p, abs=1e-14)
    assert sign_flip_p(np.repeat(d, 2), np.repeat(groups, 2)) == pytest.approx(p, abs=1e-14)


def test_sums_come_in_order_of_group_number() -> None:
    found = group_sums(np.array([1.0, -1.0, 1.0, 1.0]), np.array([9, 2, 9, 5]))
    assert found.tolist() == [-1, 1, 2]
