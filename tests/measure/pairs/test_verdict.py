from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from ticketbench.measure.pairs.verdict import (
    Outcome,
    difference_p,
    exact_bounds,
    mean_difference,
    n_differing_groups,
    until_bounded,
    verdict,
)
from ticketbench.measure.statistics.intervals import NEARLY_ONE, clustered_mean


def differences(gained: int, lost: int, n: int) -> np.ndarray:
    return np.array([1.0] * gained + [-1.0] * lost + [0.0] * (n - gained - lost))


def outcome(gained: int, lost: int, n: int) -> Outcome:
    return verdict(differences(gained, lost, n), np.arange(n)).outcome


@pytest.mark.parametrize(
    ("gained", "lost", "n", "expected"),
    [
        (30, 0, 100, "better"),
        (0, 30, 100, "worse"),
        (6, 0, 20, "better"),
        (5, 0, 5, "cannot tell"),
        (5, 0, 20, "cannot tell"),
        (10, 5, 100, "cannot tell"),
        (20, 0, 20, "better"),
        (0, 0, 1, "cannot tell"),
        (0, 0, 200, "no relevant difference"),
        (20, 20, 10_000, "no relevant difference"),
    ],
)
def test_the_outcome_follows_the_interval(
    gained: int, lost: int, n: int, expected: Outcome
) -> None:
    assert outcome(gained, lost, n) == expected


@pytest.mark.parametrize(
    ("lost", "n", "expected"),
    [
        (1, 200, "cannot tell"),
        (1, 300, "no relevant difference"),
        (3, 1000, "no relevant difference"),
    ],
)
def test_few_changes_are_irrelevant_only_where_the_exact_bound_says_so(
    lost: int, n: int, expected: Outcome
) -> None:
    # Clopper-Pearson 97.5 % bounds: 1 of 200 -> .0275, 1 of 300 -> .0184, 3 of 1000 -> .0088.
    assert outcome(0, lost, n) == expected


def test_identical_top_labels_are_no_relevant_difference_whatever_n() -> None:
    assert verdict(np.zeros(1), np.arange(1), identical=True).outcome == "no relevant difference"


def test_every_ticket_fixed_has_an_exact_interval() -> None:
    found = verdict(np.ones(20), np.arange(20)).difference
    # Clopper-Pearson of 20 of 20: .025^(1/20)
    assert (found.low, found.high) == pytest.approx((0.025 ** (1 / 20), 1.0))


def test_few_changes_ask_for_enough_tickets_to_bound_or_to_decide() -> None:
    # 1 of 150: six changes would need 900 tickets; one change stays below .02 from about 277 on.
    needed = verdict(differences(0, 1, 150), np.arange(150)).tickets_needed
    assert 250 <= needed <= 900
    # 3 of 3: six changed tickets at least.
    assert verdict(np.ones(3), np.arange(3)).tickets_needed == 6


def test_a_wider_margin_lets_the_same_change_be_irrelevant() -> None:
    d, groups = differences(0, 1, 200), np.arange(200)
    assert verdict(d, groups, margin=0.03).outcome == "no relevant difference"


def test_changes_that_cancel_within_their_groups_carry_no_evidence() -> None:
    d, groups = np.array([1.0, -1.0] * 10), np.repeat(np.arange(10), 2)
    assert n_differing_groups(d, groups) == 0
    assert verdict(d, groups).outcome == "cannot tell"


def test_one_group_decides_nothing() -> None:
    found = verdict(np.ones(50), np.zeros(50, dtype=np.int64))
    assert found.outcome == "cannot tell"
    assert math.isnan(found.difference.low)
    assert math.isnan(found.detectable)


def test_nothing_paired_decides_nothing() -> None:
    found = verdict(np.array([]), np.array([], dtype=np.int64))
    assert (found.outcome, found.tickets_needed) == ("cannot tell", 0)


def test_undecided_asks_for_more_tickets_than_there_are() -> None:
    found = verdict(differences(10, 5, 100), np.arange(100))
    assert found.tickets_needed > 100


@pytest.mark.evidence
def test_equal_sets_are_rarely_called_different() -> None:
    # Both sets right with the same chance on each ticket: at most 5 % + 2 standard errors.
    rng = np.random.default_rng(3)
    groups = np.arange(120)
    decided = 0
    for _ in range(1000):
        d = (rng.random(120) < 0.8).astype(float) - (rng.random(120) < 0.8)
        decided += verdict(d, groups).outcome in ("better", "worse")
    assert decided <= 1000 * 0.05 + 2 * math.sqrt(1000 * 0.05 * 0.95)


@pytest.mark.parametrize(
    ("changed", "n", "expected"),
    [
        (0.05, 200, 0.044), (0.05, 1000, 0.020), (0.05, 5000, 0.009),
        (0.10, 100, 0.089), (0.10, 500, 0.040), (0.10, 2000, 0.020),
        (0.20, 50, 0.177), (0.20, 200, 0.089), (0.20, 1000, 0.040),
    ],
)  # fmt: skip
def test_the_detectable_difference_is_the_known_one(
    changed: float, n: int, expected: float
) -> None:
    # 2.80 · sqrt(share changed / n), to the three digits of its table.
    half = round(changed * n / 2)
    found = verdict(differences(half, half, n), np.arange(n)).detectable
    assert found == pytest.approx(2.8 * math.sqrt(changed / n), rel=0.011)
    assert found == pytest.approx(expected, abs=0.0025 if n == 50 else 0.0006)


def test_groups_lower_the_n_that_detects() -> None:
    # n_eff = n · (SE_iid / SE_cluster)²: tickets in twos that change together count half.
    d = np.repeat(differences(20, 20, 400), 2)
    found = verdict(d, np.repeat(np.arange(400), 2)).detectable
    assert found == pytest.approx(2.8 * math.sqrt(0.1 / 399))


def test_so_many_tickets_would_detect_the_difference_seen() -> None:
    found = verdict(differences(25, 15, 300), np.arange(300))
    n = found.tickets_needed
    scaled = n / 300
    again = verdict(differences(round(25 * scaled), round(15 * scaled), n), np.arange(n))
    assert again.outcome == "better"
    assert again.detectable == pytest.approx(1 / 30, abs=0.001)


def test_p_is_that_of_a_t_test() -> None:
    d = differences(20, 9, 150)
    expected = stats.ttest_1samp(d, 0.0).pvalue
    assert difference_p(d, np.arange(150)) == pytest.approx(expected)


def test_few_or_alike_groups_have_the_sign_flip_p() -> None:
    assert difference_p(differences(5, 0, 200), np.arange(200)) == pytest.approx(2 * 0.5**5)
    assert difference_p(np.ones(8), np.arange(8)) == pytest.approx(2 * 0.5**8)
    assert difference_p(np.zeros(8), np.arange(8)) == 1.0
    assert math.isnan(difference_p(np.array([]), np.array([], dtype=np.int64)))


def test_exact_bounds_come_from_the_groups_that_lost_or_gained() -> None:
    found = exact_bounds(differences(1, 3, 200), np.arange(200))
    assert found.low == pytest.approx(-stats.beta.ppf(0.975, 4, 197))
    assert found.high == pytest.approx(stats.beta.ppf(0.975, 2, 199))


def test_exact_bounds_of_groups_allow_for_the_largest_one() -> None:
    d, groups = np.array([1.0, -1.0, 0.0, 0.0, -1.0, 0.0]), np.array([0, 0, 0, 0, 1, 2])
    found = exact_bounds(d, groups)
    assert found.high == pytest.approx(min(1.0, stats.beta.ppf(0.975, 1, 3) * 2))
    assert found.low == -1.0
    nothing = exact_bounds(np.array([]), np.array([], dtype=np.int64))
    assert math.isnan(nothing.low)


def test_groups_that_changed_alike_but_not_wholly_have_no_interval() -> None:
    d, groups = np.array([1.0, 0.0] * 8), np.repeat(np.arange(8), 2)
    found = mean_difference(clustered_mean(d, groups), d)
    assert (found.value, math.isnan(found.low)) == (0.5, True)


def test_a_bound_that_no_number_of_tickets_reaches_takes_infinitely_many() -> None:
    clustered = clustered_mean(differences(0, 3, 100), np.arange(100))
    assert until_bounded(3, clustered, 0.02) == math.inf
    assert until_bounded(0, clustered, 0.02) == pytest.approx(183, abs=10)


def one_customer_and(others: int, *, holds: int) -> np.ndarray:
    """Group numbers: one customer with `holds` tickets, `others` with one each."""
    return np.concatenate([np.zeros(holds, np.int64), np.arange(1, others + 1)])


def test_p_and_interval_have_the_degrees_of_freedom_of_the_effective_groups() -> None:
    d = np.random.default_rng(1).permutation(differences(20, 9, 150))
    groups = np.maximum(0, np.arange(150) - 40)
    clustered = clustered_mean(d, groups)
    df = 150**2 / (41**2 + 109) - 1
    assert clustered.df == pytest.approx(df)
    t = clustered.mean / clustered.se_clustered
    assert difference_p(d, groups) == pytest.approx(2 * stats.t.sf(t, df))
    half = stats.t.ppf(0.975, df) * clustered.se_clustered
    assert mean_difference(clustered, d).high == pytest.approx(clustered.mean + half)


def test_where_one_customer_holds_nearly_all_tickets_nothing_is_decided() -> None:
    groups = one_customer_and(12, holds=80)
    found = verdict(differences(60, 2, 92), groups)
    assert found.outcome == "cannot tell"
    assert found.difference.method == NEARLY_ONE
    assert math.isnan(found.difference.low)


@pytest.mark.evidence
def test_one_customer_with_half_of_the_tickets_raises_few_false_alarms() -> None:
    # The customer's tickets share a fifth of their changes, which are as often gains as losses.
    rng = np.random.default_rng(8)
    groups, sides = one_customer_and(100, holds=100), [-1.0, 0.0, 1.0]
    alarms = 0
    for _ in range(300):
        of_group, own = (rng.choice(sides, 200, p=[0.125, 0.75, 0.125]) for _ in range(2))
        d = np.where(rng.random(200) < 0.2, of_group[groups], own)
        alarms += verdict(d, groups).outcome in ("better", "worse")
    assert alarms <= 300 * 0.08
