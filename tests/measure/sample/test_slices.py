from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.measure.sample.slices import SkippedColumn, Slice, Slices, slices
from ticketbench.measure.statistics import intervals

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
SAME_LENGTH = np.full(2000, 10)


def column_slices(
    right: np.ndarray, values: Sequence[str], groups: np.ndarray | None = None
) -> dict[str, Slice]:
    """The slices of one column by value; all texts equally long."""
    n = len(right)
    found = slices(
        right, np.arange(n) if groups is None else groups, {"x": values}, SAME_LENGTH[:n]
    )
    return {one.value: one for one in found.slices}


def hits(right: int, n: int) -> list[bool]:
    return [True] * right + [False] * (n - right)


def shuffled_runs(*, n_groups: int | None, runs: int, seed: int) -> float:
    """Share of data sets with any flag: 400 tickets, 4 shuffled columns of 4 values."""
    rng = np.random.default_rng(seed)
    flagged = 0
    for _ in range(runs):
        if n_groups is None:
            groups, right = np.arange(400), rng.random(400) < 0.8
        else:
            groups = rng.integers(0, n_groups, 400)
            noise = 0.8 * rng.normal(size=n_groups)[groups] + 0.6 * rng.normal(size=400)
            right = noise < 0.84
        # Every other column belongs to the groups, as a customer's plan does.
        drawn = [rng.integers(0, 4, 400), rng.integers(0, 4, 400)[groups]] * 2
        columns = {f"c{i}": [f"v{v}" for v in values] for i, values in enumerate(drawn)}
        found = slices(right, groups, columns, np.full(400, 10))
        flagged += any(one.flagged for one in found.slices)
    return flagged / runs


def test_each_value_is_compared_with_all_other_tickets() -> None:
    right = np.array(hits(30, 50) + hits(45, 50) + hits(95, 100))
    found = column_slices(right, ["mail"] * 50 + ["chat"] * 50 + ["web"] * 100)
    assert list(found) == ["mail", "chat", "web"]
    mail = found["mail"]
    assert (mail.n, mail.accuracy.value) == (50, 0.6)
    assert mail.accuracy == intervals.share(right[:50], np.arange(50))
    assert mail.difference.value == pytest.approx(0.6 - 140 / 150)
    assert mail.difference.n == 200
    assert [one.flagged for one in found.values()] == [True, False, True]
    assert mail.p < mail.p_holm < 1e-5


def test_the_interval_is_the_one_of_newcombe() -> None:
    # Newcombe (1998), table II: 56/70 - 48/80, method 10 gives .0524 to .3339.
    right = np.array(hits(56, 70) + hits(48, 80))
    found = column_slices(right, ["a"] * 70 + ["b"] * 80)["a"].difference
    # With t on 149 degrees of freedom instead of z the interval is a little wider.
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=0.002)
    assert found.low < 0.0524
    assert found.high > 0.3339


@pytest.mark.parametrize(("k", "n", "rest_k", "rest_n"), [(20, 25, 900, 1000), (85, 100, 285, 300)])
def test_p_is_close_to_the_exact_test(k: int, n: int, rest_k: int, rest_n: int) -> None:
    from scipy.stats import hypergeom

    found = column_slices(np.array(hits(k, n) + hits(rest_k, rest_n)), ["a"] * n + ["b"] * rest_n)
    law = hypergeom(n + rest_n, k + rest_k, n)
    mid_p = 2 * (law.cdf(k) - 0.5 * law.pmf(k))
    assert found["a"].p == pytest.approx(mid_p, rel=0.3)


def test_both_halves_of_a_column_mirror_each_other() -> None:
    found = column_slices(np.array(hits(30, 40) + hits(35, 60)), ["a"] * 40 + ["b"] * 60)
    a, b = found["a"], found["b"]
    assert a.p == pytest.approx(b.p)
    assert (a.difference.low, a.difference.high) == pytest.approx(
        (-b.difference.high, -b.difference.low)
    )


def test_values_with_fewer_than_20_tickets_are_pooled() -> None:
    values = ["a"] * 60 + ["b"] * 19 + ["c"] * 19 + [""] * 20
    found = column_slices(np.ones(118, dtype=bool), values)
    assert {value: one.n for value, one in found.items()} == {"a": 60, "(other)": 38, "(empty)": 20}


def test_a_small_pool_is_shown_but_not_tested() -> None:
    values = ["a"] * 30 + ["b"] * 30 + ["c"] * 5
    found = column_slices(np.array(hits(10, 30) + hits(30, 30) + hits(0, 5)), values)
    assert math.isnan(found["(other)"].p_holm)
    assert not found["(other)"].flagged
    assert found["(other)"].difference.defined
    # Two tests, not three.
    assert found["b"].p_holm == pytest.approx(2 * found["b"].p, rel=1e-9)
    assert found["b"].p < found["a"].p == found["a"].p_holm


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["a"] * 50, "all tickets have the same value"),
        ([str(i) for i in range(50)], "every ticket has its own value"),
        (["a"] * 45 + ["b"] * 5, "fewer than two values with 20 tickets"),
        ([str(i // 2) for i in range(50)], "fewer than two values with 20 tickets"),
        ([], "no tickets"),
    ],
)
def test_columns_without_slices_are_named_with_the_reason(values: list[str], reason: str) -> None:
    n = len(values)
    lengths = np.arange(n)
    found = slices(np.ones(n, dtype=bool), np.arange(n), {"x": values}, lengths)
    assert found.skipped[0] == SkippedColumn("x", reason)
    assert [one.column for one in found.slices if one.column == "x"] == []


def test_text_length_is_cut_into_quarters_and_equal_lengths_stay_together() -> None:
    lengths = np.array([5] * 30 + [10] * 20 + [50] * 25 + [900] * 25)
    found = slices(np.ones(100, dtype=bool), np.arange(100), {}, lengths)
    by_value = {one.value: one.n for one in found.slices}
    assert {one.column for one in found.slices} == {"text length"}
    assert by_value == {
        "5 to 5 characters": 30,
        "10 to 10 characters": 20,
        "50 to 50 characters": 25,
        "900 to 900 characters": 25,
    }
    spread = slices(np.ones(100, dtype=bool), np.arange(100), {}, np.arange(100))
    assert [one.n for one in spread.slices] == [25] * 4


def test_equally_long_texts_make_no_slices() -> None:
    found = slices(np.ones(90, dtype=bool), np.arange(90), {}, SAME_LENGTH[:90])
    assert found == Slices((), (SkippedColumn("text length", "all tickets have the same value"),))


def test_the_worst_slice_comes_first_across_columns() -> None:
    right = np.array(hits(10, 40) + hits(40, 40) + hits(30, 40))
    columns = {"x": ["a"] * 40 + ["b"] * 80, "y": ["c"] * 80 + ["d"] * 40}
    found = slices(right, np.arange(120), columns, SAME_LENGTH[:120])
    assert [one.value for one in found.slices] == ["a", "c", "d", "b"]


def test_a_slice_of_one_customer_proves_nothing() -> None:
    # All 30 wrong tickets of the slice come from one group: one unlucky customer.
    right = np.array(hits(0, 30) + hits(160, 200))
    groups = np.array([0] * 30 + list(range(1, 201)))
    values = ["a"] * 30 + ["b"] * 200
    assert column_slices(right, values)["a"].flagged
    alone = column_slices(right, values, groups)["a"]
    assert not alone.flagged
    assert alone.difference.low < -0.7
    assert alone.difference.high > 0


@pytest.mark.parametrize("sizes", [[60], [59, 1]])
def test_one_group_has_no_test(sizes: list[int]) -> None:
    right = np.array(hits(15, 30) + hits(30, 30))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    found = column_slices(right, ["a"] * 30 + ["b"] * 30, groups)["a"]
    assert not found.flagged
    assert math.isnan(found.difference.low) or found.difference.low < -0.9


@given(seed=st.integers(0, 300))
@SEARCH
def test_duplicates_in_groups_of_two_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    right = rng.random(150) < rng.uniform(0.5, 1)
    values = [("a", "b", "c")[v] for v in np.minimum(np.arange(150) // 40, 2)]
    once = column_slices(right, values)
    twice = column_slices(np.tile(right, 2), values * 2, np.tile(np.arange(150), 2))
    for value, one in once.items():
        other = twice[value]
        assert (other.p, other.p_holm) == pytest.approx((one.p, one.p_holm), abs=1e-9)
        for a, b in ((one.difference, other.difference), (one.accuracy, other.accuracy)):
            assert (b.value, b.low, b.high) == pytest.approx((a.value, a.low, a.high), abs=1e-9)


@given(seed=st.integers(0, 300))
@SEARCH
def test_the_order_of_tickets_and_columns_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 120
    right, groups, lengths = rng.random(n) < 0.7, rng.integers(0, 60, n), rng.integers(5, 90, n)
    columns = {name: [f"v{v}" for v in rng.integers(0, 4, n)] for name in "xy"}
    order = rng.permutation(n)
    found = slices(right, groups, columns, lengths)
    moved = slices(
        right[order],
        groups[order],
        {name: [columns[name][i] for i in order] for name in "yx"},
        lengths[order],
    )
    assert [(s.column, s.value, s.n) for s in moved.slices] == [
        (s.column, s.value, s.n) for s in found.slices
    ]
    for a, b in zip(found.slices, moved.slices, strict=True):
        assert (b.p_holm, b.difference.low) == pytest.approx(
            (a.p_holm, a.difference.low), abs=1e-9, nan_ok=True
        )


@pytest.mark.parametrize("n_groups", [None, 130])
@pytest.mark.evidence
def test_shuffled_metadata_is_rarely_flagged(n_groups: int | None) -> None:
    runs = 150
    share = shuffled_runs(n_groups=n_groups, runs=runs, seed=6)
    assert share <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)


@pytest.mark.evidence
def test_small_slices_of_a_good_classifier_are_rarely_flagged() -> None:
    # Nearly every slice of 20 to 40 tickets is all right: its own spread would be 0.
    rng = np.random.default_rng(8)
    runs, flagged = 150, 0
    for _ in range(runs):
        right = rng.random(600) < 0.96
        columns = {
            name: [f"v{v}" for v in rng.choice(5, 600, p=[0.05] * 4 + [0.8])] for name in "xyz"
        }
        found = slices(right, np.arange(600), columns, SAME_LENGTH[:600])
        flagged += any(one.flagged for one in found.slices)
    assert flagged <= runs * 0.05 + 2 * math.sqrt(runs * 0.05 * 0.95)


def test_a_slice_that_is_much_worse_is_found() -> None:
    rng = np.random.default_rng(9)
    found = 0
    for _ in range(50):
        values = rng.integers(0, 4, 400)
        right = rng.random(400) < np.where(values == 0, 0.6, 0.9)
        found += column_slices(right, [f"v{v}" for v in values])["v0"].flagged
    assert found >= 45


def test_no_tickets_have_no_slices() -> None:
    empty = np.array([], dtype=np.int64)
    found = slices(empty.astype(bool), empty, {"x": ()}, empty)
    reasons = [(one.column, one.reason) for one in found.skipped]
    assert found.slices == ()
    assert reasons == [("x", "no tickets"), ("text length", "no tickets")]
