from __future__ import annotations

import math

import numpy as np
import pytest

from ticketbench.measure.verdict import Outcome, n_differing_groups, verdict


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


def test_equal_sets_are_rarely_called_different() -> None:
    # Both sets right with the same chance on each ticket: at most 5 % + 2 standard errors.
    rng = np.random.default_rng(3)
    groups = np.arange(120)
    decided = 0
    for _ in range(1000):
        d = (rng.random(120) < 0.8).astype(float) - (rng.random(120) < 0.8)
        decided += verdict(d, groups).outcome in ("better", "worse")
    assert decided <= 1000 * 0.05 + 2 * math.sqrt(1000 * 0.05 * 0.95)
