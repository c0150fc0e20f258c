from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tables import ORACLES
from ticketbench.core.types import FloatArray, ScoreTable
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.counts.confusion import cell_of_ticket
from ticketbench.measure.estimates import on_used_cells
from ticketbench.measure.metrics import macro_f1, mcc
from ticketbench.measure.statistics import resampling
from ticketbench.measure.statistics.groups import Counted
from ticketbench.measure.statistics.resampling import Units, bca, percentile, replicates, units

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)
FUNCTIONS = {"macro_f1": macro_f1, "mcc": mcc}

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")


def first_share(counts: FloatArray) -> FloatArray:
    """The share of tickets in the first used cell."""
    return np.asarray(counts[..., 0] / counts.sum(axis=-1))


def undefined(counts: FloatArray) -> FloatArray:
    return np.full(counts.shape[:-1], np.nan)


def independent(cells: list[int]) -> Units:
    return units(np.array(cells, dtype=np.int64), np.arange(len(cells)))


@st.composite
def cells_and_groups(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(1, 25))
    cells = draw(st.lists(st.integers(0, 8), min_size=n, max_size=n))
    groups = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    return np.array(cells, dtype=np.int64), np.array(groups, dtype=np.int64)


def test_independent_tickets_of_one_cell_are_merged() -> None:
    drawn = independent([4, 1, 4, 4])
    assert (drawn.used.tolist(), drawn.times.tolist(), drawn.cells) == ([1, 4], [1, 3], None)


def test_groups_that_add_the_same_counts_are_merged() -> None:
    # Groups 0 and 2 hold one ticket in cell 1 and one in cell 4, group 1 two in cell 4.
    drawn = units(np.array([1, 4, 4, 4, 4, 1]), np.array([0, 0, 1, 1, 2, 2]))
    assert drawn.cells is not None
    by_counts = dict(zip(map(tuple, drawn.cells.tolist()), drawn.times.tolist(), strict=True))
    assert by_counts == {(1.0, 1.0): 2, (0.0, 2.0): 1}


@SEARCH
@given(cells_and_groups())
def test_the_observed_counts_are_those_of_the_tickets(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    cells, groups = drawn
    used, counts = np.unique(cells, return_counts=True)
    result = units(cells, groups)
    assert (result.used.tolist(), result.observed.tolist()) == (used.tolist(), counts.tolist())


@SEARCH
@given(cells_and_groups())
def test_as_many_units_are_drawn_as_there_are_groups(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    cells, groups = drawn
    assert units(cells, groups).times.sum() == len(np.unique(groups))


@SEARCH
@given(cells_and_groups())
def test_leaving_one_unit_out_loses_its_tickets(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    cells, groups = drawn
    result = units(cells, groups)
    left = result.left_out(lambda counts: counts)
    lost = np.repeat(result.observed.sum() - left.sum(axis=1), result.times)
    sizes = np.unique(groups, return_counts=True)[1]
    assert (left >= 0).all()
    assert sorted(lost.tolist()) == sorted(sizes.tolist())


@SEARCH
@given(cells_and_groups())
def test_every_resample_of_independent_tickets_holds_n_tickets(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    cells, _ = drawn
    result = independent(cells.tolist())
    sizes = replicates(result, lambda counts: counts.sum(axis=-1), seed=1, n=30)
    assert sizes.tolist() == [len(cells)] * 30


@SEARCH
@given(cells_and_groups(), st.booleans())
def test_very_many_groups_are_drawn_in_the_same_order_to_the_same_digits(
    drawn: tuple[np.ndarray, np.ndarray], counted: bool
) -> None:
    cells, numbers = drawn
    groups = Counted(numbers - 1, cells % 3 + 1) if counted else numbers
    dense = units(cells, groups)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resampling, "_MOST_NUMBERS", 0)
        sparse = units(cells, groups)
        ends = bca(sparse, first_share, seed=4)
    assert (sparse.cells is None) == (dense.cells is None)
    assert sparse.times.tolist() == dense.times.tolist()
    expected = bca(dense, first_share, seed=4)
    assert np.array_equal([ends.low, ends.high], [expected.low, expected.high], equal_nan=True)
    value = np.exp(np.arange(len(dense.used)))
    assert sparse.of_each(value).tolist() == pytest.approx(dense.of_each(value).tolist())


def test_no_tickets_give_no_units() -> None:
    assert independent([]).observed.tolist() == []


def test_the_number_of_replicates_is_the_one_asked_for() -> None:
    assert len(replicates(independent([0, 1]), first_share, seed=0, n=601)) == 601


def test_equal_seeds_give_equal_replicates() -> None:
    drawn = independent([0, 0, 1, 1, 1])
    one, other = (replicates(drawn, first_share, seed=7) for _ in range(2))
    assert one.tolist() == other.tolist()


def test_different_seeds_give_different_replicates() -> None:
    drawn = independent([0, 0, 1, 1, 1])
    one, other = (replicates(drawn, first_share, seed=seed) for seed in (7, 8))
    assert one.tolist() != other.tolist()


def test_the_order_of_tickets_does_not_change_the_replicates() -> None:
    one, other = independent([0, 0, 1, 1, 1]), independent([1, 0, 1, 1, 0])
    first, second = (replicates(drawn, first_share, seed=3) for drawn in (one, other))
    assert first.tolist() == second.tolist()


def test_replicates_of_a_share_have_the_binomial_spread() -> None:
    # 40 of 100: standard error sqrt(.4 · .6 / 100) = .049; 2,000 resamples know it to 3 %.
    values = replicates(independent([0] * 40 + [1] * 60), first_share, seed=0)
    assert values.std() == pytest.approx(math.sqrt(0.24 / 100), rel=0.06)


def test_resampling_groups_of_copies_spreads_as_the_groups_do() -> None:
    cells = np.repeat([0] * 40 + [1] * 60, 4)
    copies = units(cells, np.repeat(np.arange(100), 4))
    values = replicates(copies, first_share, seed=0)
    assert values.std() == pytest.approx(math.sqrt(0.24 / 100), rel=0.06)


def test_a_percentile_interval_cuts_both_tails() -> None:
    ends = percentile(np.arange(1001) / 1000)
    assert (ends.low, ends.high) == pytest.approx((0.025, 0.975))


def test_a_percentile_interval_leaves_undefined_values_out() -> None:
    ends = percentile(np.concatenate([np.arange(1001) / 1000, [np.nan] * 500]))
    assert (ends.low, ends.high) == pytest.approx((0.025, 0.975))


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_a_percentile_interval_of_nothing_is_nan(values: list[float]) -> None:
    assert math.isnan(percentile(np.array(values)).low)


def test_bca_of_one_unit_is_nan() -> None:
    one_group = units(np.array([0, 1, 1]), np.array([5, 5, 5]))
    assert math.isnan(bca(one_group, first_share, seed=0).low)


def test_bca_of_an_undefined_statistic_is_nan() -> None:
    assert math.isnan(bca(independent([0, 1, 1]), undefined, seed=0).low)


@SEARCH
@given(cells_and_groups())
def test_bca_ends_are_in_order_and_within_the_range_of_the_statistic(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    result = units(*drawn)
    ends = bca(result, first_share, seed=0)
    assert math.isnan(ends.low) or 0 <= ends.low <= ends.high <= 1


def test_bca_of_a_share_is_near_the_exact_interval() -> None:
    # 20 of 200: Clopper-Pearson .062 to .150.
    ends = bca(independent([0] * 20 + [1] * 180), first_share, seed=0)
    assert (ends.low, ends.high) == pytest.approx((0.062, 0.150), abs=0.008)


def test_bca_of_a_share_with_many_ties_agrees_with_scipy() -> None:
    hits = np.repeat([1.0, 0.0], [4, 56])
    expected = stats.bootstrap(
        (hits,), np.mean, n_resamples=5000, method="BCa", rng=np.random.default_rng(0)
    ).confidence_interval
    ends = bca(independent([0] * 4 + [1] * 56), first_share, seed=0)
    assert (ends.low, ends.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("size", [1, 3])
def test_bca_follows_the_formula_with_one_group_left_out_at_a_time(size: int) -> None:
    cells = np.array([0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 6, 6] * 2)
    groups = np.arange(len(cells)) // size
    value = np.exp(np.arange(7.0))

    def average(counts: FloatArray) -> FloatArray:
        return np.asarray((counts * value).sum(axis=-1) / counts.sum(axis=-1))

    drawn = units(cells, groups)
    values = replicates(drawn, average, seed=5)
    observed = value[cells].mean()
    left_out = np.array([value[cells[groups != g]].mean() for g in np.unique(groups)])
    distance = left_out.mean() - left_out
    a = (distance**3).sum() / (6 * (distance**2).sum() ** 1.5)
    ties = np.isclose(values, observed, rtol=1e-12, atol=0)
    z0 = stats.norm.ppf(((values < observed) & ~ties).mean() + ties.mean() / 2)
    z = stats.norm.ppf([0.025, 0.975])
    expected = np.quantile(values, stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))
    ends = bca(drawn, average, seed=5)
    assert abs(a) > 0.01
    assert [ends.low, ends.high] == pytest.approx(expected, rel=1e-6)


def test_bca_leans_away_from_the_border_where_percentile_does_not() -> None:
    drawn = independent([0] * 4 + [1] * 96)
    plain = percentile(replicates(drawn, first_share, seed=0))
    assert bca(drawn, first_share, seed=0).high > plain.high


@pytest.fixture(scope="module", params=TABLES)
def oracle(request: pytest.FixtureRequest) -> tuple[dict[str, Any], ScoreTable]:
    return VALUES[request.param], read_score_table(ORACLES / f"{request.param}.csv")


@pytest.mark.parametrize("name", ["macro_f1", "mcc"])
def test_percentile_intervals_agree_with_scipy(
    oracle: tuple[dict[str, Any], ScoreTable], name: str
) -> None:
    values, table = oracle
    drawn = units(cell_of_ticket(table), table.groups)
    statistic = on_used_cells(FUNCTIONS[name], len(table.gold_labels), drawn.used)
    ends = percentile(replicates(drawn, statistic, seed=0))
    expected = values[f"{name}_ci95_bootstrap_percentile"]
    assert [ends.low, ends.high] == pytest.approx(expected["value"], abs=expected["tol"])
