from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from ticketbench.measure.pairs.bootstrap import calibration_error, paired_sides
from ticketbench.measure.pairs.of_metrics import (
    SAME,
    MetricChange,
    of_counts,
    of_means,
    of_scores,
    of_shares,
    room,
    weighted,
)
from ticketbench.measure.pairs.of_shares import noninferiority

from tables import random_table
from ticketbench.core.types import FloatArray
from ticketbench.measure.statistics.intervals import NEARLY_ONE, clustered_mean
from ticketbench.measure.statistics.resampling import FEW_GROUPS

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)
Z95 = stats.norm.ppf(0.95)


def sides(gained: int, lost: int, n: int) -> tuple[FloatArray, FloatArray]:
    """Of n tickets the candidate gains some and loses others; both have 1 for all the rest."""
    first, second = np.ones(n), np.ones(n)
    first[:gained] = 0.0
    second[gained : gained + lost] = 0.0
    return first, second


def means(first: Any, second: Any, groups: Any = None, **more: Any) -> MetricChange:
    a, b = np.array(first, dtype=float), np.array(second, dtype=float)
    of = np.arange(len(a)) if groups is None else np.asarray(groups)
    asked = {"sign": 1, "width": 5.0, "margin": 0.1, "identical": False, **more}
    return of_means(a, b, of, **asked)


def share(counts: FloatArray) -> FloatArray:
    """The share of the second of two cells."""
    return np.asarray(counts[..., 1] / counts.sum(axis=-1))


def counts(first: Any, second: Any, groups: Any = None, **more: Any) -> MetricChange:
    a, b = np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)
    of = np.arange(len(a)) if groups is None else np.asarray(groups)
    asked = {"sign": 1, "margin": 0.02, "seed": 0, **more}
    return of_counts((a, b), 2, asked.pop("statistic", share), of, **asked)


def test_a_share_is_judged_by_the_gate_on_the_accuracy() -> None:
    first, second = sides(10, 25, 200)
    found = of_shares(first, second, np.arange(200), margin=0.03, identical=False)
    assert found.gain == noninferiority(second - first, np.arange(200), margin=0.03)
    assert (found.base, found.candidate) == (0.95, 0.875)


def test_a_share_of_no_tickets_is_inconclusive() -> None:
    nothing = np.empty(0)
    found = of_shares(nothing, nothing, np.empty(0, np.int64), margin=0.02, identical=False)
    assert math.isnan(found.base)
    assert (found.gain.outcome, found.gain.n) == ("inconclusive", 0)


def test_a_mean_has_cluster_robust_t_bounds_with_the_groups_that_changed() -> None:
    # Of 60 tickets 7 cost more and 3 less, so 9 degrees of freedom instead of 59.
    first = [0.0] * 60
    second = [5.0] * 7 + [-1.0] * 3 + [0.0] * 50
    found = means(first, second, sign=-1)
    d = -np.array(second)
    half = stats.t.ppf(0.95, 9) * d.std(ddof=1) / math.sqrt(60)
    ends = (found.gain.low, found.gain.difference, found.gain.high)
    assert ends == pytest.approx((d.mean() - half, d.mean(), d.mean() + half))
    assert (found.gain.n, found.gain.method) == (60, "cluster-robust t")
    assert (found.base, found.candidate) == (0.0, pytest.approx(32 / 60))


def test_groups_of_tickets_widen_the_bounds_of_a_mean() -> None:
    d = np.tile([4.0, 4.0, 4.0, -3.0, -3.0, -3.0, 0.0, 0.0, 0.0], 10)
    groups = np.arange(90) // 3
    found = means(np.zeros(90), d, groups)
    clustered = clustered_mean(d, groups)
    half = stats.t.ppf(0.95, 19) * clustered.se_clustered
    assert found.gain.high - found.gain.low == pytest.approx(2 * half)
    alone = means(np.zeros(90), d)
    assert found.gain.high - found.gain.low > 1.5 * (alone.gain.high - alone.gain.low)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_mean_that_moves_the_wrong_way_fails(sign: int) -> None:
    more, fewer = [5.0, 0.0] * 50, [0.0, 0.0] * 50
    worse, better = (more, fewer) if sign == 1 else (fewer, more)
    assert means(worse, better, sign=sign).gain.outcome == "fail"
    assert means(better, worse, sign=sign).gain.outcome == "pass"


@SEARCH
@given(st.integers(0, 1000), st.integers(8, 60))
def test_swapping_both_sides_mirrors_the_bounds_of_a_mean(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (rng.integers(0, 6, n).astype(float) for _ in range(2))
    groups = rng.integers(0, 12, n)
    there, back = means(first, second, groups), means(second, first, groups)
    assert (there.gain.low, there.gain.high) == pytest.approx(
        (-back.gain.high, -back.gain.low), nan_ok=True
    )
    assert there.gain.difference == pytest.approx(-back.gain.difference)


def test_few_changed_tickets_have_the_exact_bound_times_the_largest_change() -> None:
    found = means([0.0] * 400, [5.0] * 3 + [-5.0] + [0.0] * 396, sign=-1)
    assert found.gain.low == pytest.approx(-5 * stats.beta.ppf(0.95, 4, 397))
    assert found.gain.high == pytest.approx(5 * stats.beta.ppf(0.95, 2, 399))
    assert found.gain.difference == pytest.approx(-10 / 400)


def test_few_changed_tickets_of_a_mean_without_a_largest_change_are_inconclusive() -> None:
    found = means([0.0] * 100, [9.0] * 4 + [0.0] * 96, sign=-1, width=math.inf)
    assert (found.gain.outcome, found.gain.difference) == ("inconclusive", -0.36)
    assert math.isnan(found.gain.low)
    assert found.gain.n_needed == 150  # six of 25 that change
    assert "fewer than six" in found.gain.method


def test_the_same_values_from_other_answers_pass_by_the_exact_bound_alone() -> None:
    # 5·(1 - .05^(1/n)) is below .1 from 149 tickets on.
    few, enough = (means([1.0] * n, [1.0] * n) for n in (148, 149))
    assert (few.gain.outcome, enough.gain.outcome) == ("inconclusive", "pass")


def test_the_same_answers_pass_whatever_the_values() -> None:
    found = means([1.0, 2.0], [1.0, 2.0], identical=True, margin=0.0)
    assert (found.gain.outcome, found.gain.low, found.gain.high) == ("pass", 0.0, 0.0)
    assert found.gain.method == SAME


@pytest.mark.parametrize("identical", [False, True])
def test_a_mean_of_no_tickets_is_inconclusive(identical: bool) -> None:
    gain = means([], [], identical=identical).gain
    assert (gain.outcome, gain.n, gain.method) == ("inconclusive", 0, "no tickets")
    assert math.isnan(gain.difference)


def test_a_mean_of_nearly_one_group_is_inconclusive() -> None:
    groups = np.concatenate([np.zeros(80, np.int64), np.arange(1, 13)])
    found = means(np.zeros(92), np.random.default_rng(2).integers(-5, 6, 92), groups)
    assert (found.gain.outcome, found.gain.method) == ("inconclusive", NEARLY_ONE)


def test_an_open_gain_of_a_mean_says_how_many_tickets_settle_it() -> None:
    d = np.array([2.0, -2.0] * 30 + [0.0] * 140)
    found = means(np.zeros(200), d)
    assert found.gain.outcome == "inconclusive"
    # The bounds are t bounds of the 60 that changed, and n_needed goes by their width.
    se = stats.t.ppf(0.95, 59) * d.std(ddof=1) / math.sqrt(200) / Z95
    assert found.gain.n_needed == pytest.approx(200 * (2.49 * se / 0.1) ** 2, abs=1)
    n = found.gain.n_needed
    more = np.resize(np.array([2.0, -2.0] * 3 + [0.0] * 14), n - n % 20)
    assert means(np.zeros(len(more)), more).gain.outcome == "pass"


def test_an_open_loss_beyond_the_margin_is_settled_by_its_distance_from_zero() -> None:
    d = np.array([2.0] * 28 + [-2.0] * 40 + [0.0] * 132)
    found = means(np.zeros(200), d, margin=0.05).gain
    assert (found.outcome, found.difference) == ("inconclusive", pytest.approx(-0.12))
    se = (found.high - found.low) / (2 * Z95)
    assert found.n_needed == pytest.approx(200 * (2.49 * se / 0.12) ** 2, abs=1)


def test_counts_of_a_share_have_about_the_normal_bounds() -> None:
    first, second = sides(30, 50, 400)
    found = counts(first, second)
    se = math.sqrt((80 - 20**2 / 400) / 400**2)
    assert (found.base, found.candidate) == (0.925, 0.875)
    assert found.gain.difference == pytest.approx(-0.05)
    ends = (found.gain.low, found.gain.high)
    assert ends == pytest.approx((-0.05 - Z95 * se, -0.05 + Z95 * se), abs=0.1 * Z95 * se)
    assert (found.gain.outcome, found.gain.n) == ("fail", 400)


def test_counts_where_fewer_is_better_turn_the_gain_round() -> None:
    first, second = sides(30, 50, 400)
    found = counts(first, second, sign=-1)
    assert found.gain.difference == pytest.approx(0.05)
    assert (found.gain.outcome, found.candidate) == ("pass", 0.875)


def test_counts_draw_groups_whole() -> None:
    # Ten tickets a group that change together are ten times fewer to draw.
    first, second = sides(200, 250, 2000)
    alone = counts(first, second).gain
    grouped = counts(first, second, np.arange(2000) // 10).gain
    ratio = (grouped.high - grouped.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(math.sqrt(10), rel=0.12)


def test_counts_keep_the_pairing() -> None:
    # 20 of 1,000 tickets change while half of all are wrong: unpaired, the bounds were .07 wide.
    first = np.arange(1000) % 2
    second = first.copy()
    second[:20] = 1 - second[:20]
    found = counts(first, second).gain
    assert 0 < found.high - found.low < 0.02


def test_the_same_cells_for_every_ticket_pass() -> None:
    found = counts([1, 0, 1], [1, 0, 1])
    assert (found.gain.outcome, found.gain.difference, found.gain.n) == ("pass", 0.0, 3)
    assert (found.base, found.candidate) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_counts_of_no_tickets_are_inconclusive() -> None:
    found = counts([], [])
    assert (found.gain.outcome, found.gain.method) == ("inconclusive", "no tickets")
    assert math.isnan(found.base)


@pytest.mark.parametrize(("changed", "needed"), [(1, 600), (3, 200), (5, 120)])
def test_fewer_than_six_changed_tickets_never_settle_counts(changed: int, needed: int) -> None:
    for first, second in (sides(0, changed, 100), sides(changed, 0, 100)):
        found = counts(first, second).gain
        assert (found.outcome, found.n_needed) == ("inconclusive", needed)
        assert math.isnan(found.low)


def test_many_tickets_of_five_groups_never_settle_counts() -> None:
    found = counts(np.ones(100), np.zeros(100), np.arange(100) % 5).gain
    assert (found.outcome, found.difference) == ("inconclusive", -1.0)


def test_fewer_than_ten_effective_groups_are_too_few_to_draw_counts() -> None:
    first, second = sides(40, 40, 180)
    mixed = np.random.default_rng(0).permutation(180)
    found = counts(first[mixed], second[mixed], np.arange(180) % 9).gain
    assert (found.outcome, found.method) == ("inconclusive", FEW_GROUPS)
    assert not math.isnan(found.difference)


def test_an_undefined_function_of_counts_is_inconclusive() -> None:
    def undefined(cells: FloatArray) -> FloatArray:
        return np.full(cells.shape[:-1], math.nan)

    found = counts(*sides(10, 10, 50), statistic=undefined).gain
    assert (found.outcome, found.n, found.n_needed) == ("inconclusive", 50, 0)
    assert math.isnan(found.low)


def test_equal_seeds_give_equal_bounds_of_counts() -> None:
    first, second = sides(30, 35, 300)
    assert counts(first, second, seed=4) == counts(first, second, seed=4)
    assert counts(first, second, seed=4) != counts(first, second, seed=5)


def test_weighted_gives_the_counts_their_form() -> None:
    flat = np.arange(12.0).reshape(3, 4)
    diagonal = weighted(lambda cells: np.trace(cells, axis1=-2, axis2=-1), (2, 2))
    assert diagonal(flat).tolist() == [0 + 3, 4 + 7, 8 + 11]


def test_scores_that_are_the_same_for_every_ticket_pass() -> None:
    t = random_table(50)
    found = of_scores(
        paired_sides(t, t, seed=0),
        calibration_error,
        t.groups,
        np.zeros(50, dtype=np.bool_),
        sign=-1,
        bias=(0.0, 0.0),
        margin=0.02,
        seed=0,
    )
    assert (found.gain.outcome, found.gain.method) == ("pass", SAME)
    assert found.base == found.candidate > 0


def test_harm_that_was_not_seen_yet_lowers_the_bound_of_counts() -> None:
    # Twelve tickets changed without harm: a bootstrap alone never draws a loss.
    def nothing(cells: FloatArray) -> FloatArray:
        return np.zeros(cells.shape[:-1])

    first, second = sides(12, 0, 100)
    alone = counts(first, second, statistic=nothing).gain
    unseen = room(np.zeros(100, dtype=np.bool_), np.arange(100)) / 100
    found = counts(first, second, statistic=nothing, unseen=unseen).gain
    assert (alone.outcome, alone.low) == ("pass", 0.0)
    assert found.low == pytest.approx(-stats.beta.ppf(0.95, 1, 100))
    assert (found.outcome, found.high) == ("inconclusive", 0.0)


def test_harm_counts_by_the_number_of_tickets_the_metric_is_made_of() -> None:
    first, second = sides(30, 2, 400)
    harmed = first > second
    left = room(harmed, np.arange(400))
    gains = [counts(first, second, unseen=left / size).gain for size in (400, 100)]
    assert left == pytest.approx(400 * stats.beta.ppf(0.95, 3, 398) - 2)
    assert gains[1].low == pytest.approx(28 / 400 - left / 100)
    assert gains[0].low > gains[1].low


def test_much_harm_seen_leaves_the_bound_of_counts_to_the_bootstrap() -> None:
    first, second = sides(200, 200, 1000)
    harmed = first > second
    alone = counts(first, second).gain
    unseen = room(harmed, np.arange(1000)) / 1000
    assert counts(first, second, unseen=unseen).gain.low == alone.low


def test_changes_of_less_than_one_half_are_changes() -> None:
    rose = np.where(np.arange(400) % 2 == 0, 0.25, 0.0)
    found = of_means(
        np.ones(400), np.ones(400) + 2 * rose, np.arange(400),
        sign=-1, width=5.0, margin=0.1, identical=False,
    ).gain  # fmt: skip
    assert found.low < found.difference == -0.25 < found.high
    assert found.outcome == "fail"


def test_a_mean_of_no_known_width_that_did_not_change_is_inconclusive() -> None:
    same = np.ones(30)
    found = of_means(
        same, same, np.arange(30), sign=-1, width=math.inf, margin=0.1, identical=False
    ).gain
    assert (found.outcome, found.n_needed) == ("inconclusive", 0)


def test_every_ticket_changed_alike_has_exact_bounds() -> None:
    found = of_means(
        np.zeros(50), np.full(50, 5.0), np.arange(50),
        sign=-1, width=5.0, margin=0.02, identical=False,
    ).gain  # fmt: skip
    other = 1 - 0.05 ** (1 / 50)
    assert (found.outcome, found.low) == ("fail", -5.0)
    assert found.high == pytest.approx(-5 + 10 * other)


def test_fewer_than_six_changes_of_counts_pass_where_there_is_room_for_them() -> None:
    first, second = sides(0, 2, 1000)
    found = counts(first, second, identical=False, unseen=0.005).gain
    assert (found.outcome, found.low) == ("pass", pytest.approx(-0.007))
    assert counts(first, second, identical=False, unseen=0.05).gain.outcome == "inconclusive"
    assert counts(first, first, identical=False, unseen=0.05).gain.outcome == "inconclusive"


def test_there_is_room_for_three_of_many_where_none_was_harmed() -> None:
    assert room(np.zeros(10_000, dtype=np.bool_), np.arange(10_000)) == pytest.approx(3, abs=0.01)
    assert room(np.zeros(0, dtype=np.bool_), np.arange(0)) == 0
