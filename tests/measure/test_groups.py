"""One ticket per group."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.measure.groups import one_per_group


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
