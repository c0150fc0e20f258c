from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.types import ScoreTable
from ticketbench.measure.rubrics.overlap import PairOverlap, overlaps
from ticketbench.measure.statistics.intervals import wilson

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

# a over b by .02 (right), b over a by .04 (wrong), a over b by .5, c over a by .01 (wrong)
ROWS = [[0.45, 0.43, 0.12], [0.44, 0.48, 0.08], [0.7, 0.2, 0.1], [0.46, 0.07, 0.47]]
GOLD = ["a", "a", "a", "b"]


def pair(t: ScoreTable, first: str, second: str, near_tie: float = 0.05) -> PairOverlap:
    found = overlaps(t, near_tie=near_tie)
    return next(p for p in found if (p.first, p.second) == (first, second))


@pytest.fixture
def small() -> ScoreTable:
    return table(ROWS, GOLD)


def test_tickets_are_counted_where_both_labels_lead(small: ScoreTable) -> None:
    counts = [pair(small, *names).top_two for names in (("a", "b"), ("a", "c"), ("b", "c"))]
    assert counts == [3, 1, 0]


def test_near_ties_are_counted_among_the_leaders(small: ScoreTable) -> None:
    assert pair(small, "a", "b").near_ties == 2


def test_a_near_tie_between_labels_that_do_not_lead_is_not_counted() -> None:
    # b and c are within .01 of each other, but a leads.
    assert pair(table([[0.8, 0.1, 0.1]], ["a"]), "b", "c").near_ties == 0


def test_near_ties_that_go_wrong_are_counted(small: ScoreTable) -> None:
    found = pair(small, "a", "b").wrong_near_ties, pair(small, "a", "c").wrong_near_ties
    assert found == (1, 1)


def test_the_share_of_near_ties_has_the_wilson_interval(small: ScoreTable) -> None:
    share, ends = pair(small, "a", "b").near_tie, wilson(2, 3)
    assert (share.value, share.low, share.high, share.n) == (2 / 3, ends.low, ends.high, 3)


def test_a_pair_that_never_leads_has_no_share(small: ScoreTable) -> None:
    share = pair(small, "b", "c").near_tie
    assert (share.defined, share.n) == (False, 0)


def test_confusions_are_counted_in_both_directions() -> None:
    rows = [[0.1, 0.8, 0.1]] * 2 + [[0.8, 0.1, 0.1]]
    found = pair(table(rows, ["a", "a", "b"]), "a", "b")
    assert (found.first_as_second, found.second_as_first) == (2, 1)


@pytest.mark.parametrize(("high", "low"), [(0.55, 0.50), (0.45, 0.40), (0.40, 0.35), (0.50, 0.45)])
def test_a_printed_difference_equal_to_the_limit_is_no_near_tie(high: float, low: float) -> None:
    # near_ties: "those whose two scores differ by less than the limit"
    rest = round(1 - high - low, 2)
    t = table([[high, low, rest]] if rest >= 0 else [[high, low, 0.0]], ["a"])
    assert pair(t, "a", "b").near_ties == 0


def test_pairs_with_most_near_ties_come_first() -> None:
    t = table([[0.1, 0.46, 0.44], [0.46, 0.44, 0.1], [0.1, 0.45, 0.45]], ["a", "a", "a"])
    names = [(p.first, p.second) for p in overlaps(t, near_tie=0.05)]
    assert names == [("b", "c"), ("a", "b"), ("a", "c")]


def test_pairs_with_equal_near_ties_stand_in_label_order() -> None:
    names = [(p.first, p.second) for p in overlaps(table([], []), near_tie=0.05)]
    assert names == [("a", "b"), ("a", "c"), ("b", "c")]


def test_a_tie_for_second_place_goes_to_the_earlier_label() -> None:
    assert pair(table([[0.6, 0.2, 0.2]], ["a"]), "a", "b").top_two == 1


@SEARCH
@given(st.integers(0, 60), st.integers(0, 1000), st.integers(2, 6))
def test_every_ticket_has_one_leading_pair(n: int, seed: int, k: int) -> None:
    found = overlaps(random_table(n, k=k, seed=seed), near_tie=0.05)
    assert len(found) == k * (k - 1) // 2
    assert sum(p.top_two for p in found) == n


@SEARCH
@given(st.integers(0, 60), st.integers(0, 1000), st.floats(0, 1))
def test_counts_are_nested(n: int, seed: int, limit: float) -> None:
    found = overlaps(random_table(n, seed=seed), near_tie=limit)
    assert all(p.wrong_near_ties <= p.near_ties <= p.top_two for p in found)


@SEARCH
@given(st.integers(0, 60), st.integers(0, 1000))
def test_confusions_of_all_pairs_are_the_wrong_tickets(n: int, seed: int) -> None:
    t = random_table(n, seed=seed)
    found = overlaps(t, near_tie=0.05)
    assert sum(p.first_as_second + p.second_as_first for p in found) == n - t.right.sum()


@SEARCH
@given(st.integers(0, 60), st.integers(0, 1000))
def test_the_order_of_tickets_does_not_matter(n: int, seed: int) -> None:
    t = random_table(n, seed=seed)
    assert overlaps(t.rows(np.arange(n)[::-1]), near_tie=0.1) == overlaps(t, near_tie=0.1)
