"""Group numbers, effective groups and one ticket per group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.core.types import IntArray
from ticketbench.measure.statistics.groups import (
    effective_groups,
    group_index,
    group_sizes,
    one_per_group,
    sums_and_sizes,
)

NUMBERS = st.sampled_from([st.integers(0, 8), st.integers(-3, 4), st.integers(0, 10**12)])
DRAWN = NUMBERS.flatmap(lambda of: st.lists(of, max_size=40)).map(np.array)


@given(groups=st.lists(st.integers(0, 8), max_size=40), seed=st.integers(0, 5))
def test_every_group_gives_exactly_one_row(groups: list[int], seed: int) -> None:
    rows = one_per_group(np.array(groups, dtype=np.int64), seed=seed)
    assert sorted(groups[i] for i in rows) == sorted(set(groups))
    assert list(rows) == sorted(rows)


def test_independent_tickets_are_all_kept() -> None:
    assert list(one_per_group(np.array([3, 1, 2]), seed=0)) == [0, 1, 2]


def test_each_ticket_of_a_group_is_drawn_about_equally_often() -> None:
    drawn = [int(one_per_group(np.zeros(3, dtype=np.int64), seed=s)[0]) for s in range(600)]
    assert min(np.bincount(drawn)) > 150


def test_the_same_seed_draws_the_same_rows() -> None:
    groups = np.arange(50) // 3
    assert np.array_equal(one_per_group(groups, seed=4), one_per_group(groups, seed=4))


@given(groups=DRAWN, seed=st.integers(0, 5))
def test_the_row_of_a_group_is_the_first_of_a_shuffled_order(groups: IntArray, seed: int) -> None:
    groups = groups.astype(np.int64)
    if len(set(groups.tolist())) == len(groups):
        return  # every ticket is kept, whatever the order
    order = np.random.default_rng(seed).permutation(len(groups))
    first = np.unique(groups[order], return_index=True)[1]
    assert one_per_group(groups, seed=seed).tolist() == sorted(order[first].tolist())


@given(groups=DRAWN, seed=st.integers(0, 5))
def test_sums_of_groups_are_to_the_bit_those_of_one_ticket_after_the_other(
    groups: IntArray, seed: int
) -> None:
    groups = groups.astype(np.int64)
    values = np.random.default_rng(seed).normal(size=len(groups))
    slow = np.zeros(len(set(groups.tolist())))
    for at, value in zip(group_index(groups).tolist(), values.tolist(), strict=True):
        slow[at] += value
    sums, sizes = sums_and_sizes(values, groups)
    assert np.array_equal(sums, slow)
    assert sizes.tolist() == group_sizes(groups).tolist()
    assert sizes.tolist() == np.unique(groups, return_counts=True)[1].tolist()


NOTHING = np.array([], dtype=np.int64)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([7], 1.0),
        ([3, 1, 2], 3.0),
        ([4, 4, 9, 9], 2.0),
        ([5, 5, 5, 1], 16 / 10),
        ([1, 1, 2, 2, 3, 4], 36 / 10),
        ([0] * 50 + list(range(1, 51)), 100**2 / (50**2 + 50)),
    ],
)
def test_effective_groups_by_hand(groups: list[int], expected: float) -> None:
    assert effective_groups(np.array(groups)) == pytest.approx(expected)


@given(groups=st.lists(st.integers(-3, 8), min_size=1, max_size=40), copies=st.integers(1, 3))
def test_effective_groups_are_at_most_the_groups_and_copies_add_none(
    groups: list[int], copies: int
) -> None:
    found = effective_groups(np.array(groups))
    assert 1 - 1e-12 <= found <= len(set(groups)) + 1e-9
    assert effective_groups(np.array(groups * copies)) == pytest.approx(found)


@given(groups=st.lists(st.integers(-3, 8), max_size=40))
def test_the_group_index_numbers_the_groups_in_their_order(groups: list[int]) -> None:
    order = sorted(set(groups))
    found = group_index(np.array(groups, dtype=np.int64))
    assert found.tolist() == [order.index(g) for g in groups]


@pytest.mark.parametrize("groups", [[5, -2, 5], [10**12, 3, 10**12], [7, 0, 7]])
def test_any_whole_numbers_number_groups(groups: list[int]) -> None:
    assert group_index(np.array(groups)).tolist() == [1, 0, 1]


def test_ascending_group_numbers_with_gaps_are_closed_up() -> None:
    assert group_index(np.array([2, 5, 90])).tolist() == [0, 1, 2]


def test_no_tickets_have_no_groups() -> None:
    assert effective_groups(NOTHING) == 0
    assert group_index(NOTHING).tolist() == one_per_group(NOTHING, seed=0).tolist() == []
