"""What a change allows to say, and that it says so exactly where its interval does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ticketbench.measure.pairs.change import GATE_CONFIDENCE, Change, no_change
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import MARGIN, not_worse, outcome_of, verdict
from ticketbench.measure.statistics.intervals import NEARLY_ONE

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def accuracy(gained: int, lost: int, n: int, groups: Any = None) -> Change:
    first, second = np.ones(n), np.ones(n)
    first[:gained] = 0.0
    second[gained : gained + lost] = 0.0
    return of_means(first, second, np.arange(n) if groups is None else np.asarray(groups))


@pytest.mark.parametrize(
    ("gained", "lost", "n", "expected"),
    [
        (30, 0, 100, "better"),
        (0, 30, 100, "worse"),
        (6, 0, 200, "better"),
        (0, 6, 200, "worse"),
        (5, 0, 200, "cannot tell"),
        (0, 5, 200, "cannot tell"),
        (5, 0, 20, "cannot tell"),
        (10, 5, 100, "cannot tell"),
        (20, 0, 20, "better"),
        (0, 0, 1, "cannot tell"),
        (0, 0, 150, "cannot tell"),
        (0, 0, 200, "no relevant difference"),
        (1, 0, 300, "no relevant difference"),
        (20, 20, 10_000, "no relevant difference"),
    ],
)
def test_the_outcome_of_single_tickets(gained: int, lost: int, n: int, expected: str) -> None:
    assert verdict(accuracy(gained, lost, n)).outcome == expected


@pytest.mark.parametrize(
    ("gained", "lost", "n", "expected"),
    [
        (10, 10, 1000, "pass"),
        (40, 10, 200, "pass"),
        (0, 0, 145, "pass"),
        (0, 0, 140, "inconclusive"),
        (10, 40, 1000, "fail"),
        (0, 30, 100, "fail"),
        (30, 30, 200, "inconclusive"),
        (0, 15, 1000, "inconclusive"),
        (0, 4, 100, "inconclusive"),
    ],
)
def test_whether_a_loss_of_the_margin_is_excluded(
    gained: int, lost: int, n: int, expected: str
) -> None:
    assert not_worse(accuracy(gained, lost, n)) == expected
    assert verdict(accuracy(gained, lost, n)).not_worse == expected


@SEARCH
@given(
    st.integers(0, 30), st.integers(0, 30), st.integers(0, 300), st.integers(1, 4), st.booleans()
)
def test_the_verdict_says_what_its_interval_says(
    gained: int, lost: int, rest: int, size: int, wide: bool
) -> None:
    n = gained + lost + rest
    change = accuracy(gained, lost, n, np.arange(n) // size)
    margin = 0.3 if wide else MARGIN
    found = verdict(change, margin=margin)
    ends = found.difference
    assert (found.outcome == "better") == (ends.low > 0)
    assert (found.outcome == "worse") == (ends.high < 0)
    assert (found.outcome in ("better", "worse")) == (found.p < 0.05)
    if found.outcome == "no relevant difference":
        assert -margin < ends.low <= 0 <= ends.high < margin
    gate = change.bounds(GATE_CONFIDENCE)
    if change.defined:
        assert (found.low, found.high) == (max(gate.low, -1.0), min(gate.high, 1.0))
    assert (found.not_worse == "pass") == (gate.low > -margin)
    assert (change.p(-margin, side="above") < 0.05) == (gate.low > -margin)


def test_a_gain_below_the_margin_is_still_better() -> None:
    found = verdict(accuracy(30, 0, 4000))
    assert (found.outcome, found.difference.high < MARGIN) == ("better", True)


def test_identical_answers_are_no_relevant_difference_even_of_one_ticket() -> None:
    found = verdict(no_change(1, 1))
    assert (found.outcome, found.not_worse, found.p) == ("no relevant difference", "pass", 1.0)
    assert (found.difference.low, found.difference.high, found.tickets_needed) == (0.0, 0.0, 0)


@pytest.mark.parametrize("n", [50, 0])
def test_one_customer_or_no_ticket_decides_nothing(n: int) -> None:
    found = verdict(accuracy(0, n, n, np.zeros(n, dtype=np.int64)))
    assert (found.outcome, found.not_worse, found.tickets_needed) == (
        "cannot tell",
        "inconclusive",
        0,
    )
    assert math.isnan(found.difference.low)
    assert math.isnan(found.p)


def test_nearly_one_customer_decides_nothing() -> None:
    groups = np.concatenate([np.zeros(80, np.int64), np.arange(1, 13)])
    found = verdict(accuracy(60, 2, 92, groups))
    assert (found.outcome, found.difference.method) == ("cannot tell", NEARLY_ONE)


def test_the_printed_interval_ends_at_the_largest_possible_change() -> None:
    # 1 -+ t · sqrt(3)/n, as if three tickets more had changed.
    found = verdict(accuracy(6, 0, 6)).difference
    assert (found.low, found.high) == (
        pytest.approx(1 - stats.t.ppf(0.975, 5) * math.sqrt(3) / 6),
        1.0,
    )
    assert verdict(accuracy(0, 3, 3)).difference.low == -1.0


def test_an_undecided_verdict_says_how_many_tickets_it_takes() -> None:
    change = accuracy(25, 15, 300)
    found = verdict(change)
    assert found.outcome == "cannot tell"
    assert found.tickets_needed == change.needed(MARGIN) > 300
    assert verdict(change, margin=0.04).tickets_needed == change.needed(0.04)
    assert verdict(accuracy(30, 2, 100)).tickets_needed == 0


@pytest.mark.parametrize(("gained", "lost"), [(10, 10), (14, 6), (14, 8)])
def test_after_so_many_tickets_the_same_change_is_settled(gained: int, lost: int) -> None:
    found = verdict(accuracy(gained, lost, 200))
    assert found.outcome == "cannot tell"
    times = math.ceil(found.tickets_needed / 200) + 1
    assert verdict(accuracy(gained * times, lost * times, 200 * times)).outcome != "cannot tell"


def test_one_of_several_candidates_has_a_wider_interval_and_its_own_p() -> None:
    change = accuracy(20, 8, 300)
    alone, one_of_ten = verdict(change), verdict(change, confidence=0.995, p=0.3)
    assert (alone.outcome, one_of_ten.outcome) == ("better", "cannot tell")
    assert one_of_ten.difference.low < 0 < alone.difference.low
    assert (one_of_ten.p, one_of_ten.confidence, alone.confidence) == (0.3, 0.995, 0.95)
    assert (one_of_ten.low, one_of_ten.high) == (alone.low, alone.high)


def test_the_margin_is_the_border_of_relevance() -> None:
    change = accuracy(10, 10, 2000)
    high = change.bounds().high
    above, below = (outcome_of(change, margin=m) for m in (high + 1e-9, high - 1e-9))
    assert (above, below) == ("no relevant difference", "cannot tell")
