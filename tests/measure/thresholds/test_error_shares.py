from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom

from ticketbench.measure.thresholds.error_shares import (
    correlation_of_errors,
    exact_p,
    grouped_p,
)

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)
NOBODY = np.zeros(0, np.int64)


def errors(n: int, wrong: int) -> np.ndarray:
    return np.arange(n) < wrong


def test_p_is_the_chance_of_so_few_errors() -> None:
    n, wrong = np.array([1, 22, 108, 1000]), np.array([1, 0, 6, 80])
    expected = binom.cdf(wrong, n, 0.1)
    assert exact_p(wrong, n, risk=0.1) == pytest.approx(expected, abs=1e-12)
    assert exact_p(np.array([0]), np.array([22]), risk=0.1) == pytest.approx(0.9**22)


@pytest.mark.parametrize("correlation", [0.0, 0.4, 1.0])
def test_single_tickets_have_the_exact_p_whatever_the_correlation(correlation: float) -> None:
    for n, wrong in ((1, 0), (22, 0), (40, 3), (40, 40)):
        found = grouped_p(errors(n, wrong), np.arange(n), risk=0.1, correlation=correlation)
        assert found == pytest.approx(binom.cdf(wrong, n, 0.1), abs=1e-9)


def test_copies_that_are_all_alike_count_once() -> None:
    wrong, groups = np.repeat(errors(50, 2), 3), np.repeat(np.arange(50), 3)
    found = grouped_p(wrong, groups, risk=0.1, correlation=1.0)
    assert found == pytest.approx(binom.cdf(2, 50, 0.1))


def test_groups_that_share_nothing_count_by_ticket() -> None:
    wrong, groups = np.repeat(errors(50, 2), 3), np.repeat(np.arange(50), 3)
    found = grouped_p(wrong, groups, risk=0.1, correlation=0.0)
    assert found == pytest.approx(binom.cdf(6, 150, 0.1))


def test_shrunk_counts_by_hand() -> None:
    # 4 tickets of one customer and 6 of others: deff = 1 + (22/10 - 1) · 0.5 = 1.6.
    found = grouped_p(
        errors(10, 1), np.array([7, 7, 7, 7, 1, 2, 3, 4, 5, 6]), risk=0.1, correlation=0.5
    )
    n, wrong = 10 / 1.6, 1 / 1.6
    assert found == pytest.approx(beta.cdf(0.9, n - wrong, wrong + 1), abs=1e-12)


def test_no_tickets_prove_nothing() -> None:
    assert grouped_p(NOBODY.astype(bool), NOBODY, risk=0.1, correlation=0.0) == 1.0


def test_a_group_that_counts_for_less_proves_less() -> None:
    wrong, groups = errors(200, 8), np.repeat(np.arange(50), 4)
    found = [grouped_p(wrong, groups, risk=0.1, correlation=c) for c in (0.0, 0.2, 0.6, 1.0)]
    assert found == sorted(found)
    assert found[-1] > 5 * found[0]


def test_without_pairs_nothing_is_correlated() -> None:
    assert correlation_of_errors(np.zeros(0), NOBODY.astype(bool), NOBODY) == 0.0
    score = np.linspace(0, 1, 60)
    assert correlation_of_errors(score, errors(60, 20), np.arange(60)) == 0.0


def test_copies_are_wholly_correlated() -> None:
    score = np.tile(np.linspace(0, 1, 20), 2)
    wrong, groups = np.tile(errors(20, 8), 2), np.tile(np.arange(20), 2)
    assert correlation_of_errors(score, wrong, groups) == pytest.approx(1.0)


def test_customers_of_whom_half_is_wrong_are_not_correlated() -> None:
    # Below 0, which would make a group worth more than its tickets.
    wrong = np.tile([True, False], 20)
    assert correlation_of_errors(np.full(40, 0.5), wrong, np.repeat(np.arange(20), 2)) == 0.0


def test_what_the_score_tells_is_not_correlation() -> None:
    # Half of the tickets at .2 are wrong, as if by the toss of a coin each, and none at .9.
    low = np.tile([True, True, True, False, False, True, False, False], 125)
    wrong = np.concatenate([low, np.zeros(1000, bool)])
    score = np.concatenate([np.full(1000, 0.2), np.full(1000, 0.9)])
    groups = np.repeat(np.arange(1000), 2)
    assert correlation_of_errors(score, wrong, groups) == 0.0
    assert correlation_of_errors(np.full(2000, 0.5), wrong, groups) > 0.0


def by_definition(score: np.ndarray, wrong: np.ndarray, groups: np.ndarray) -> float:
    """Residuals in equal bins of the score, ticket by ticket and group by group."""
    n = len(score)
    bins = max(1, min(20, n // 25))
    place = [(np.sum(score < s) + np.sum(score <= s)) / (2 * n) for s in score]
    bin_of = np.array([min(int(p * bins), bins - 1) for p in place])
    residual = np.zeros(n)
    for i in range(n):
        share = wrong[bin_of == bin_of[i]].mean()
        residual[i] = (wrong[i] - share) / math.sqrt(max(share * (1 - share), 1e-4))
    above = below = 0.0
    for group in set(groups.tolist()):
        r = residual[groups == group]
        above += sum(r[i] * r[j] for i in range(len(r)) for j in range(len(r)) if i != j)
        below += len(r) * (len(r) - 1)
    return min(1.0, max(0.0, above / below)) if below else 0.0


@SEARCH
@given(st.integers(1, 160), st.integers(0, 1000), st.integers(1, 60), st.sampled_from([1, 2, 9]))
def test_the_correlation_follows_its_definition(
    n: int, seed: int, n_groups: int, decimals: int
) -> None:
    rng = np.random.default_rng(seed)
    score, groups = rng.random(n).round(decimals), rng.integers(0, n_groups, n)
    harder = rng.random(n_groups)[groups]
    wrong = rng.random(n) < 0.4 * harder + 0.3 * (1 - score)
    expected = by_definition(score, wrong, groups)
    assert correlation_of_errors(score, wrong, groups) == pytest.approx(expected, abs=1e-9)
    order = rng.permutation(n)
    again = correlation_of_errors(score[order], wrong[order], groups[order])
    assert again == pytest.approx(expected, abs=1e-9)


@SEARCH
@given(st.integers(1, 80), st.integers(0, 1000), st.integers(1, 40), st.floats(0, 1))
def test_the_grouped_p_is_a_chance_that_follows_its_definition(
    n: int, seed: int, n_groups: int, correlation: float
) -> None:
    rng = np.random.default_rng(seed)
    wrong, groups = rng.random(n) < 0.2, rng.integers(0, n_groups, n)
    sizes = [int((groups == g).sum()) for g in range(n_groups)]
    deff = 1 + (sum(size**2 for size in sizes) / n - 1) * correlation
    worth, bad = n / deff, wrong.sum() / deff
    found = grouped_p(wrong, groups, risk=0.15, correlation=correlation)
    assert 0 <= found <= 1
    assert found == pytest.approx(beta.cdf(0.85, max(worth - bad, 1e-9), bad + 1), abs=1e-8)
