"""The change of a function of counts, against means, resampling and closed gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.types import FloatArray
from ticketbench.measure.kinds import CellMetric
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs import of_counts as module
from ticketbench.measure.pairs.change import NO_TICKETS, ONE_SIDED, Change
from ticketbench.measure.pairs.of_counts import differences, of_counts
from ticketbench.measure.pairs.of_means import of_means

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)
CELL_METRICS = ("macro_f1", "balanced_accuracy", "mcc")
K = 4


def share(counts: FloatArray) -> FloatArray:
    """The share of the second of two cells."""
    return np.asarray(counts[..., 1] / counts.sum(axis=-1))


def among(counts: FloatArray) -> FloatArray:
    """Hits among those that count: cells 2 and 1; a ticket in cell 0 does not count."""
    n = counts[..., 1] + counts[..., 2]
    return np.where(n > 0, counts[..., 2] / np.where(n > 0, n, 1), np.nan)


def counts(
    first: Any, second: Any, of: Any = share, groups: Any = None, n_cells: int = 2, **more: Any
) -> Change:
    a, b = np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)
    own = np.arange(len(a)) if groups is None else np.asarray(groups)
    return of_counts(a, b, n_cells, of, own, **more)


def cells_of(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Confusion cells of both sides, gold by top label: most right, a fifth answered anew."""
    rng = np.random.default_rng(seed)
    gold = rng.choice(K, n, p=[0.4, 0.3, 0.2, 0.1])
    top = np.where(rng.random(n) < 0.75, gold, rng.integers(0, K, n))
    again = np.where(rng.random(n) < 0.2, rng.integers(0, K, n), top)
    return gold * K + top, gold * K + again


def of_cells(name: str) -> tuple[Callable[[FloatArray], FloatArray], Any]:
    metric = METRICS.get(name)
    assert isinstance(metric, CellMetric)
    slope = metric.gradient
    assert slope is not None

    def function(flat: FloatArray) -> FloatArray:
        return np.asarray(metric.function(flat.reshape(*flat.shape[:-1], K, K)))

    return function, lambda flat: slope(flat.reshape(K, K)).ravel()


def test_a_share_of_all_tickets_is_a_mean() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 2, 200), rng.integers(0, 2, 200)
    groups = rng.integers(0, 50, 200)
    found = counts(first, second, groups=groups)
    mean = of_means(first.astype(float), second.astype(float), groups)
    for name in ("value", "variance", "imagined", "df", "n_changed"):
        assert getattr(found, name) == pytest.approx(getattr(mean, name), abs=1e-9), name


def test_where_no_ticket_moved_one_ticket_counts_as_a_mean_has_it() -> None:
    same = np.arange(40) % 2
    assert counts(same, same).imagined == pytest.approx(1 / 40)


@pytest.mark.parametrize("name", CELL_METRICS)
@pytest.mark.parametrize("seed", range(3))
def test_shares_add_up_to_the_change(name: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[FloatArray] = []
    inner = module.from_shares

    def watched(shares: FloatArray, *rest: Any, **more: Any) -> Change:
        seen.append(shares)
        return inner(shares, *rest, **more)

    monkeypatch.setattr(module, "from_shares", watched)
    first, second = cells_of(150, seed)
    function, gradient = of_cells(name)
    found = counts(first, second, function, n_cells=K * K, gradient=gradient)
    (shares,) = seen
    assert shares.sum() == pytest.approx(found.value, abs=1e-9)
    assert np.all(shares[first == second] == 0)


@pytest.mark.parametrize("name", CELL_METRICS)
def test_the_spread_is_about_that_of_resampled_tickets(name: str) -> None:
    first, second = cells_of(400, 5)
    function, gradient = of_cells(name)
    found = counts(first, second, function, n_cells=K * K, gradient=gradient)
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(600):
        at = rng.integers(0, 400, 400)
        before, after = (np.bincount(c[at], minlength=K * K) * 1.0 for c in (first, second))
        drawn.append(float(function(after) - function(before)))
    assert math.sqrt(found.variance) == pytest.approx(np.std(drawn), rel=0.1)


@SEARCH
@given(st.sampled_from(CELL_METRICS), st.integers(4, 80), st.integers(0, 10_000))
def test_without_its_gradient_a_function_gives_the_same(name: str, n: int, seed: int) -> None:
    first, second = cells_of(n, seed)
    function, gradient = of_cells(name)
    given_, by_differences = (
        counts(first, second, function, n_cells=K * K, gradient=slope) for slope in (gradient, None)
    )
    for field in ("value", "variance", "imagined", "df"):
        one, other = getattr(given_, field), getattr(by_differences, field)
        assert other == pytest.approx(one, rel=2e-3, abs=1e-7, nan_ok=True), field


@SEARCH
@given(st.integers(4, 60), st.integers(0, 10_000))
def test_swapping_both_sides_mirrors_the_change(n: int, seed: int) -> None:
    first, second = cells_of(n, seed)
    function, gradient = of_cells("macro_f1")
    there, back = (
        counts(*pair, function, n_cells=K * K, gradient=gradient)
        for pair in ((first, second), (second, first))
    )
    assert back.value == pytest.approx(-there.value, abs=1e-12)
    for name in ("variance", "imagined", "df"):
        assert getattr(back, name) == pytest.approx(getattr(there, name), abs=1e-12), name


def test_tickets_that_do_not_count_on_either_side_add_nothing() -> None:
    first, second = [1, 2, 2, 2, 0, 0], [2, 2, 2, 0, 1, 0]
    found = counts(first, second, among, n_cells=3, n=4)
    assert found.value == pytest.approx(0.0)
    assert (found.n, found.n_groups, found.n_changed) == (4, 6, 3)


def test_the_change_of_a_function_that_is_not_the_same_of_twice_the_counts_has_its_mean_left_out(
) -> None:  # fmt: skip
    # (hits + 1)/(n + 2): the influence of a ticket is no longer 0 on average.
    def smoothed(of: FloatArray) -> FloatArray:
        return np.asarray((of[..., 1] + 1) / (of.sum(axis=-1) + 2))

    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 2, 300), np.ones(300, dtype=np.int64)
    plain, other = counts(first, second), counts(first, second, smoothed)
    assert math.sqrt(other.variance) == pytest.approx(math.sqrt(plain.variance), rel=0.02)


def test_no_tickets_have_no_counts() -> None:
    found = counts([], [])
    assert (found.method, found.n, math.isnan(found.value)) == (NO_TICKETS, 0, True)


@pytest.mark.parametrize(("first", "second"), [([0, 0], [1, 2]), ([1, 2], [0, 0])])
def test_where_nothing_counts_on_one_side_there_is_no_change(
    first: list[int], second: list[int]
) -> None:
    found = counts(first, second, among, n_cells=3)
    assert (found.method, found.defined, math.isnan(found.value)) == (ONE_SIDED, False, True)


def test_differences_are_one_sided_in_an_empty_cell_and_0_in_one_that_is_not_used() -> None:
    at = np.array([0.0, 4.0, 4.0])
    found = differences(among, at, np.array([False, True, True]))
    assert found == pytest.approx([0.0, -4 / 64, 4 / 64], abs=1e-8)
    assert differences(lambda c: c[..., 0] * 3, at, np.array([True, False, False]))[0] == (
        pytest.approx(3.0)
    )


def test_differences_in_chunks_are_those_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    function, _ = of_cells("mcc")
    at = np.bincount(cells_of(90, 1)[0], minlength=K * K).astype(float)
    used = np.ones(K * K, dtype=bool)
    whole = differences(function, at, used)
    monkeypatch.setattr(module, "_MOST_NUMBERS", 3 * K * K)
    assert np.array_equal(differences(function, at, used), whole)


def test_the_three_points_are_those_of_gauss_and_legendre() -> None:
    nodes, weights = np.polynomial.legendre.leggauss(3)
    assert pytest.approx(nodes.tolist(), abs=1e-15) == module._NODES
    assert pytest.approx(weights.tolist(), abs=1e-15) == module._WEIGHTS
