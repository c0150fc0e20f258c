from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from ticketbench.core.types import Estimate, FloatArray, IntArray
from ticketbench.measure.statistics import intervals
from ticketbench.measure.statistics.groups import sums_and_sizes
from ticketbench.measure.statistics.intervals import (
    NEARLY_ONE,
    ONE_UNIT,
    clopper_pearson,
    clopper_pearson_lower,
    clustered_mean,
    effective_n,
    mean,
    share,
    wilson,
)

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

COUNTS = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@st.composite
def grouped(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Values and group numbers of 1 to 30 tickets."""
    n = draw(st.integers(1, 30))
    values = draw(st.lists(st.integers(-20, 20), min_size=n, max_size=n))
    groups = draw(st.lists(st.integers(0, 8), min_size=n, max_size=n))
    return np.array(values) / 10, np.array(groups)


@st.composite
def grouped_hits(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Hits and group numbers of 1 to 30 tickets."""
    values, groups = draw(grouped())
    return values > 0, groups


def independent(n: int) -> np.ndarray:
    return np.arange(n)


def test_wilson_of_half_of_four_is_the_formula_by_hand() -> None:
    z2 = 1.959963984540054**2
    half = math.sqrt(z2 / 16 + z2**2 / 64) / (1 + z2 / 4)
    ends = wilson(2, 4)
    assert (ends.low, ends.high) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(0, 5), (5, 5), (3, 10), (95, 100), (1, 1)])
def test_wilson_agrees_with_scipy(k: int, n: int) -> None:
    expected = stats.binomtest(k, n).proportion_ci(method="wilson")
    ends = wilson(k, n)
    assert (ends.low, ends.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@SEARCH
@given(COUNTS)
def test_wilson_holds_the_share_and_stays_within_zero_and_one(counts: tuple[int, int]) -> None:
    k, n = counts
    ends = wilson(k, n)
    assert 0 <= ends.low <= k / n <= ends.high <= 1


@SEARCH
@given(COUNTS)
def test_wilson_of_the_misses_mirrors_wilson_of_the_hits(counts: tuple[int, int]) -> None:
    k, n = counts
    hits, misses = wilson(k, n), wilson(n - k, n)
    assert (hits.low, hits.high) == pytest.approx((1 - misses.high, 1 - misses.low), abs=1e-12)


@SEARCH
@given(COUNTS)
def test_wilson_is_narrower_with_twice_the_tickets(counts: tuple[int, int]) -> None:
    k, n = counts
    few, many = wilson(k, n), wilson(2 * k, 2 * n)
    assert many.high - many.low < few.high - few.low


def test_wilson_of_no_hits_starts_at_exactly_zero() -> None:
    assert wilson(0, 37).low == 0.0


def test_wilson_of_all_hits_ends_at_exactly_one() -> None:
    assert wilson(37, 37).high == 1.0


def test_wilson_without_tickets_is_nan() -> None:
    ends = wilson(0, 0)
    assert math.isnan(ends.low)
    assert math.isnan(ends.high)


def test_wilson_covers_as_often_as_enumeration_says_it_should() -> None:
    # The exact coverage at n = 50, p = .90 by summing the binomial law: .970, for Wald .879.
    n, p = 50, 0.90
    covered = [k for k in range(n + 1) if wilson(k, n).low <= p <= wilson(k, n).high]
    assert stats.binom.pmf(covered, n, p).sum() == pytest.approx(0.970, abs=5e-4)


@pytest.mark.parametrize(("k", "n"), [(0, 5), (5, 5), (3, 10), (95, 100), (1, 1)])
def test_clopper_pearson_agrees_with_scipy(k: int, n: int) -> None:
    expected = stats.binomtest(k, n).proportion_ci(method="exact")
    ends = clopper_pearson(k, n)
    assert (ends.low, ends.high) == pytest.approx((expected.low, expected.high), abs=1e-10)


@pytest.mark.parametrize("p", [0.02, 0.5, 0.9, 0.98])
def test_clopper_pearson_never_covers_less_than_it_promises(p: float) -> None:
    n = 40
    ends = [clopper_pearson(k, n) for k in range(n + 1)]
    covered = [k for k in range(n + 1) if ends[k].low <= p <= ends[k].high]
    assert stats.binom.pmf(covered, n, p).sum() >= 0.95


def test_clopper_pearson_without_tickets_is_nan() -> None:
    ends = clopper_pearson(0, 0)
    assert math.isnan(ends.low)
    assert math.isnan(ends.high)


def test_the_one_sided_bound_of_all_hits_is_a_root() -> None:
    # All of n right: p^n = 5 % at the bound.
    assert clopper_pearson_lower(10, 10) == pytest.approx(0.05 ** (1 / 10), abs=1e-12)


@SEARCH
@given(COUNTS)
def test_the_one_sided_bound_is_where_the_binomial_tail_is_five_percent(
    counts: tuple[int, int],
) -> None:
    k, n = max(1, counts[0]), counts[1]
    bound = clopper_pearson_lower(k, n)
    assert stats.binom.sf(k - 1, n, bound) == pytest.approx(0.05, abs=1e-9)


@SEARCH
@given(COUNTS)
def test_the_one_sided_bound_is_above_the_two_sided_end(counts: tuple[int, int]) -> None:
    k, n = counts
    assert clopper_pearson(k, n).low <= clopper_pearson_lower(k, n) <= k / n


@pytest.mark.parametrize("n", [0, 7])
def test_the_one_sided_bound_without_hits_is_zero(n: int) -> None:
    assert clopper_pearson_lower(0, n) == 0.0


def test_a_clustered_mean_by_hand() -> None:
    # mean 2; residuals -2, 0, 2 in groups {1st, 2nd} and {3rd}: sums -2 and 2, CR0² = 8/9.
    result = clustered_mean([0.0, 2.0, 4.0], np.array([5, 5, 9]))
    assert (result.mean, result.n, result.n_groups) == (2.0, 3, 2)
    assert result.se_clustered == pytest.approx(math.sqrt(2 * 8 / 9))
    assert result.se_independent == pytest.approx(math.sqrt(8) / 3)


@SEARCH
@given(st.lists(st.integers(-20, 20), min_size=2, max_size=30))
def test_groups_of_one_give_the_usual_standard_error(values: list[int]) -> None:
    result = clustered_mean(values, independent(len(values)))
    usual = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    assert result.se_clustered == pytest.approx(usual, abs=1e-12)


@SEARCH
@given(st.lists(st.integers(-20, 20), min_size=2, max_size=30))
def test_the_interval_of_independent_values_is_the_t_interval(values: list[int]) -> None:
    assume(len(set(values)) > 1)
    ends = clustered_mean(values, independent(len(values))).interval()
    margin = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    expected = (np.mean(values) - margin, np.mean(values) + margin)
    assert (ends.low, ends.high) == pytest.approx(expected, abs=1e-9)


def test_one_group_has_no_interval() -> None:
    ends = clustered_mean([0.0, 1.0, 1.0], np.array([3, 3, 3])).interval()
    assert math.isnan(ends.low)
    assert math.isnan(ends.high)


def test_the_clustered_mean_of_nothing_is_nan() -> None:
    result = clustered_mean([], np.array([], dtype=np.int64))
    assert (result.n, result.n_groups) == (0, 0)
    assert math.isnan(result.mean)
    assert math.isnan(result.se_clustered)


@SEARCH
@given(grouped())
def test_the_order_of_tickets_does_not_matter_to_a_clustered_mean(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    values, groups = drawn
    order = np.random.default_rng(len(values)).permutation(len(values))
    one, other = clustered_mean(values, groups), clustered_mean(values[order], groups[order])
    assert one.mean == pytest.approx(other.mean, abs=1e-12)
    assert one.se_clustered == pytest.approx(other.se_clustered, abs=1e-12, nan_ok=True)


@SEARCH
@given(grouped())
def test_the_numbers_of_groups_are_only_names(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    values, groups = drawn
    renamed = clustered_mean(values, 100 - 7 * groups)
    expected = clustered_mean(values, groups).se_clustered
    assert renamed.se_clustered == pytest.approx(expected, abs=1e-12, nan_ok=True)


@SEARCH
@given(st.lists(st.integers(-20, 20), min_size=2, max_size=30))
def test_duplicating_every_ticket_into_a_group_leaves_the_interval_of_a_mean(
    values: list[int],
) -> None:
    once = mean(values, independent(len(values)))
    twice = mean(np.repeat(values, 2), np.repeat(independent(len(values)), 2))
    expected = (once.value, once.low, once.high)
    assert (twice.value, twice.low, twice.high) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@SEARCH
@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_duplicating_every_ticket_into_a_group_leaves_the_interval_of_a_share(
    hits: list[bool],
) -> None:
    once = share(hits, independent(len(hits)))
    twice = share(np.repeat(hits, 2), np.repeat(independent(len(hits)), 2))
    expected = (once.value, once.low, once.high)
    assert (twice.value, twice.low, twice.high) == pytest.approx(expected, abs=1e-9)


@SEARCH
@given(grouped_hits())
def test_the_effective_n_lies_between_zero_and_n(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    hits, groups = drawn
    assert 0 < effective_n(hits, groups) <= len(hits)


def test_the_effective_n_of_independent_tickets_is_n() -> None:
    assert effective_n([1, 0, 1, 1], independent(4)) == 4.0


def test_the_effective_n_of_copies_is_the_number_of_groups() -> None:
    assert effective_n([1, 1, 0, 0, 1, 1], np.array([0, 0, 1, 1, 2, 2])) == pytest.approx(3.0)


def test_the_effective_n_of_equal_values_is_the_number_of_groups() -> None:
    assert effective_n([1, 1, 1, 1], np.array([0, 0, 1, 1])) == 2.0


def test_the_effective_n_of_one_group_is_one() -> None:
    assert effective_n([1, 0, 1], np.array([4, 4, 4])) == 1.0


def test_the_effective_n_of_groups_that_cancel_is_n() -> None:
    # One hit and one miss in each group: the design effect would be 0, and is held at 1.
    assert effective_n([1, 0, 0, 1], np.array([0, 0, 1, 1])) == 4.0


def test_the_effective_n_of_nothing_is_zero() -> None:
    assert effective_n([], np.array([], dtype=np.int64)) == 0.0


def test_a_share_of_independent_tickets_has_the_wilson_interval() -> None:
    three = share([True, True, True, False], independent(4))
    ends = wilson(3, 4)
    assert (three.value, three.low, three.high, three.n) == (0.75, ends.low, ends.high, 4)


def test_the_method_of_a_share_says_whether_groups_counted() -> None:
    alone = share([True, False], independent(2)).method
    tied = share([True, True, False, False], np.array([0, 0, 1, 1])).method
    assert (alone, tied) == ("Wilson", "Wilson on the effective n")


@SEARCH
@given(grouped_hits())
def test_a_share_lies_within_its_interval(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    result = share(*drawn)
    assert 0 <= result.low <= result.value <= result.high <= 1


@SEARCH
@given(grouped_hits())
def test_groups_never_narrow_the_interval_of_a_share(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    hits, groups = drawn
    tied, alone = share(hits, groups), share(hits, independent(len(hits)))
    assert tied.high - tied.low >= alone.high - alone.low - 1e-12


def test_a_share_of_nothing_is_nan_with_n_zero() -> None:
    nothing = share([], np.array([], dtype=np.int64))
    assert (nothing.defined, nothing.n, nothing.method) == (False, 0, "no tickets")


def test_a_mean_of_nothing_is_nan_with_n_zero() -> None:
    nothing = mean([], np.array([], dtype=np.int64))
    assert (nothing.defined, nothing.n, nothing.method) == (False, 0, "no tickets")


def test_a_mean_of_one_ticket_has_a_value_and_no_interval() -> None:
    one = mean([0.3], np.array([0]))
    assert one.value == pytest.approx(0.3)
    assert math.isnan(one.low)
    assert math.isnan(one.high)


def test_a_mean_without_interval_does_not_claim_a_method() -> None:
    # Estimate: "`method` names how the interval was made, or why there is none".
    with_interval = mean([0.3, 0.4], np.array([0, 1])).method
    assert mean([0.3, 0.4], np.array([0, 0])).method != with_interval


def test_equal_values_have_no_interval_and_say_so() -> None:
    found = mean([0.5, 0.5, 0.5], np.arange(3))
    assert math.isnan(found.low)
    assert found.method == "no interval: all values are alike"


def one_large(largest: int, others: int) -> np.ndarray:
    """One group of `largest` tickets and `others` of one."""
    return np.concatenate([np.zeros(largest, np.int64), np.arange(1, others + 1)])


def test_the_degrees_of_freedom_are_those_of_the_effective_groups() -> None:
    # Sizes 2, 2, 1, 1: 36 / 10 effective groups.
    found = clustered_mean([0.0, 1.0, 0.0, 1.0, 1.0, 1.0], np.array([0, 0, 1, 1, 2, 3]))
    assert found.df == pytest.approx(2.6)
    half = stats.t.ppf(0.975, 2.6) * found.se_clustered
    ends = found.interval()
    assert (ends.low, ends.high) == pytest.approx((found.mean - half, found.mean + half))


@pytest.mark.parametrize(("size", "n_groups"), [(1, 8), (3, 8), (5, 2)])
def test_groups_of_one_size_have_one_degree_of_freedom_less_than_groups(
    size: int, n_groups: int
) -> None:
    groups = np.repeat(np.arange(n_groups), size)
    assert clustered_mean(np.arange(len(groups)), groups).df == pytest.approx(n_groups - 1)


def test_one_group_with_nearly_all_tickets_leaves_no_interval_and_is_named() -> None:
    groups = one_large(20, 4)
    found = mean(np.arange(24) / 24, groups)
    assert (math.isnan(found.low), math.isnan(found.high)) == (True, True)
    assert found.method == NEARLY_ONE
    assert mean([0.0, 1.0], np.zeros(2, dtype=np.int64)).method == ONE_UNIT


def test_two_groups_of_one_size_still_have_an_interval() -> None:
    assert mean([0.0, 1.0, 1.0, 1.0], np.array([0, 0, 1, 1])).method == "cluster-robust t"


def test_wilson_with_degrees_of_freedom_takes_the_t_quantile() -> None:
    ends = wilson(3, 10, df=9)
    t2 = stats.t.ppf(0.975, 9) ** 2
    # Both ends p solve n (share - p)² = t² p (1 - p).
    for p in (ends.low, ends.high):
        assert 10 * (0.3 - p) ** 2 == pytest.approx(t2 * p * (1 - p))
    assert wilson(3, 10, df=math.inf) == wilson(3, 10)


def test_a_share_on_more_effective_tickets_than_groups_takes_the_t_quantile() -> None:
    # Six groups of five with 0, 3, 4, 4, 5 and 5 hits.
    hits = np.array([i < k for k in (0, 3, 4, 4, 5, 5) for i in range(5)])
    groups = np.repeat(np.arange(6), 5)
    n = effective_n(hits, groups)
    assert 6 < n < 30
    ends = wilson(hits.mean() * n, n, df=5)
    found = share(hits, groups)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


def test_a_share_with_fewer_than_two_effective_groups_rests_on_those() -> None:
    groups = one_large(30, 6)
    hits = np.arange(36) >= 9
    hits[30:] = False
    by_groups = 36**2 / (30**2 + 6)
    assert by_groups < 2 < effective_n(hits, groups) < 36
    ends = wilson(hits.mean() * by_groups, by_groups)
    found = share(hits, groups)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


@pytest.mark.parametrize("copies", [2, 5])
def test_copies_leave_the_share_of_independent_tickets_where_it_was(copies: int) -> None:
    rng = np.random.default_rng(copies)
    for n in (2, 9, 40):
        hits = rng.random(n) < 0.8
        once = share(hits, independent(n))
        again = share(np.tile(hits, copies), np.tile(independent(n), copies))
        assert (again.low, again.high) == pytest.approx((once.low, once.high), abs=1e-9)


def test_copies_leave_the_share_of_unequal_groups_where_it_was() -> None:
    groups = np.repeat(np.arange(30), 1 + np.arange(30) % 4)
    hits = (groups % 3 > 0) ^ (np.arange(len(groups)) % 7 == 0)
    assert effective_n(hits, groups) < len(groups)
    once, twice = share(hits, groups), share(np.tile(hits, 2), np.tile(groups, 2))
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high), abs=1e-9)


@pytest.mark.parametrize("n_groups", [None, 40])
def test_a_share_among_some_tickets_is_that_of_these_alone(n_groups: int | None) -> None:
    rng = np.random.default_rng(3)
    hits, some = rng.random(100) < 0.7, rng.random(100) < 0.5
    groups = np.arange(100) if n_groups is None else rng.integers(0, n_groups, 100)
    assert repr(share(hits, groups, among=some)) == repr(share(hits[some], groups[some]))
    assert share(hits, groups, among=some).method == share(hits[some], groups[some]).method


def test_a_share_of_independent_tickets_is_to_the_bit_that_of_groups_of_one() -> None:
    for n in range(1, 200):
        hits, backwards = np.arange(n) % 3 == 0, np.arange(n)[::-1]
        fast, slow = share(hits, np.arange(n)), share(hits, backwards)
        assert (fast.value, fast.low, fast.high) == (slow.value, slow.low, slow.high)


@pytest.mark.parametrize("of", [share, mean])
def test_an_interval_passes_over_the_groups_once(
    of: Callable[..., Estimate], monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []

    def counted(values: FloatArray, groups: IntArray) -> tuple[FloatArray, IntArray]:
        passes.append(len(groups))
        return sums_and_sizes(values, groups)

    monkeypatch.setattr(intervals, "sums_and_sizes", counted)
    of(np.array([1, 0, 1, 1]), np.array([7, 3, 7, 3]))
    assert passes == [4]
