"""Sums in fixed point: exact, the same in any order, and the mean that floats have."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parted import assert_identical
from ticketbench.core.errors import InputError
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.parts.fixed_point import (
    BITS,
    Sums,
    added,
    counted_sums,
    fixed,
    sum_of_cubes,
)
from ticketbench.measure.parts.fixed_point import sums as sums_of
from ticketbench.measure.parts.tally import tally
from ticketbench.measure.statistics.intervals import clustered_mean

VALUES = st.floats(-40, 40) | st.floats(-1e7, 1e7) | st.sampled_from([0.0, 1.0])
ROWS = st.lists(st.tuples(VALUES, st.integers(0, 5)), max_size=40)


def sums(values: FloatArray, group: IntArray) -> Sums:
    return sums_of(fixed(values), group)


@settings(max_examples=80)
@given(rows=ROWS, cut=st.integers(0, 40))
def test_two_parts_add_up_to_the_whole_and_to_exact_fractions(
    rows: list[tuple[float, int]], cut: int
) -> None:
    values, group = np.array([v for v, _ in rows]), np.array([g for _, g in rows], dtype=np.int64)
    whole = sums(values, group)
    parts = sums(values[:cut], group[:cut]), sums(values[cut:], group[cut:])
    assert_identical(added(*parts), whole)
    assert_identical(added(*reversed(parts)), whole)
    each = [round(Fraction(v) * 2**BITS) for v in values.tolist()]
    assert (whole.total, whole.square) == (sum(each), sum(f * f for f in each))
    assert sum_of_cubes(fixed(values)) == sum(abs(f) ** 3 for f in each)


@pytest.mark.parametrize("n_groups", [None, 7])
def test_the_mean_has_the_standard_errors_of_floats(n_groups: int | None) -> None:
    rng = np.random.default_rng(3)
    values = rng.exponential(size=300)
    named = np.zeros(300, np.int64) if n_groups is None else rng.integers(0, n_groups, 300)
    alone = np.where(named == 0, 100 + np.arange(300), named)
    found, expected = sums(values, named).mean, clustered_mean(values, alone)
    assert (found.n, found.n_groups) == (expected.n, expected.n_groups)
    for name in ("mean", "se_independent", "se_clustered", "effective_groups"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-9)


def test_values_that_are_all_alike_have_no_spread_at_all() -> None:
    found = sums(np.full(30, 0.1), np.arange(30) % 4).mean
    assert found.se_independent == found.se_clustered == 0


def test_without_tickets_or_with_an_undefined_value_the_mean_is_nan() -> None:
    nothing = np.zeros(0, np.int64)
    assert np.isnan(sums(nothing, nothing).mean.mean)
    found = sums(np.array([1.0, np.nan, np.inf]), np.zeros(3, np.int64))
    assert (found.n, found.undefined) == (1, 2)
    assert np.isnan(found.mean.mean)


def test_a_value_too_large_for_whole_numbers_of_64_bits_is_refused() -> None:
    with pytest.raises(InputError, match="too large"):
        sums(np.array([2.0**24]), np.zeros(1, np.int64))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40))
def test_counted_tickets_add_up_to_single_ones(rows: list[tuple[int, int]]) -> None:
    code, group = (np.array([row[at] for row in rows], dtype=np.int64) for at in (0, 1))
    value = fixed(np.array([0.25, -7.5, np.nan, 1e6]))
    assert_identical(counted_sums(value, tally(group, code)), sums_of(value[code], group))
