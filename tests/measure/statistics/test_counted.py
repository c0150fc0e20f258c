"""Rows that stand for several tickets give what the tickets one by one give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.types import Estimate, FloatArray, IntArray
from ticketbench.measure.statistics import intervals, resampling
from ticketbench.measure.statistics.groups import ALONE, Counted, effective_groups

ROWS = st.lists(
    st.tuples(st.integers(-1, 4), st.integers(1, 5), st.sampled_from([0.0, 1.0])), max_size=12
)


def spread(rows: Counted, values: FloatArray) -> tuple[FloatArray, IntArray]:
    """One value and one group number per ticket."""
    group, value = (np.repeat(of, rows.times) for of in (rows.group, values))
    return value, np.where(group == ALONE, 100 + np.arange(len(group)), group)


def counted(rows: list[tuple[int, int, float]]) -> tuple[Counted, FloatArray]:
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    group, times = columns[:2].astype(np.int64)
    return Counted(group, times), columns[2]


def alike(found: Estimate, expected: Estimate) -> bool:
    numbers = [(each.value, each.low, each.high) for each in (found, expected)]
    told = [(each.n, each.method) for each in (found, expected)]
    return told[0] == told[1] and bool(np.allclose(*numbers, rtol=0, atol=1e-12, equal_nan=True))


@settings(max_examples=80)
@given(ROWS)
def test_shares_and_means_and_effective_groups_are_those_of_the_tickets(
    rows: list[tuple[int, int, float]],
) -> None:
    of_rows, value = counted(rows)
    values, groups = spread(of_rows, value)
    assert alike(intervals.share(value, of_rows), intervals.share(values, groups))
    found, expected = (
        intervals.clustered_mean(value, of_rows),
        intervals.clustered_mean(values, groups),
    )
    assert (found.n, found.n_groups) == (expected.n, expected.n_groups)
    assert found.se_clustered == pytest.approx(expected.se_clustered, abs=1e-12, nan_ok=True)
    assert effective_groups(of_rows) == pytest.approx(effective_groups(groups))


@settings(max_examples=60)
@given(ROWS, st.data())
def test_the_units_to_draw_are_those_of_the_tickets_in_their_order(
    rows: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    of_rows, _ = counted(rows)
    drawn = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    cell = np.array(drawn, dtype=np.int64)
    cells, groups = spread(of_rows, cell)
    found = resampling.units(cell, of_rows)
    expected = resampling.units(cells.astype(np.int64), groups)
    assert np.array_equal(found.used, expected.used)
    assert np.array_equal(found.times, expected.times)
    assert np.array_equal(found.cells, expected.cells) if found.cells is not None else True
    assert (found.cells is None) == (expected.cells is None)
