from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from ticketbench.measure.pairs.of_shares import (
    NonInferiority,
    clustered_z,
    noninferiority,
    outcome_of,
    tango_bounds,
    tango_z,
    with_margin,
)

from tables import ORACLES
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.pairs.verdict import n_differing_groups
from ticketbench.measure.statistics.intervals import clustered_mean

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
PAIRED: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]
MARGINS = (0.0, 0.01, 0.02, 0.05)
Z95 = stats.norm.ppf(0.95)


def differences(gained: int, lost: int, n: int) -> np.ndarray:
    return np.array([1.0] * gained + [-1.0] * lost + [0.0] * (n - gained - lost))


def gate(gained: int, lost: int, n: int, **more: Any) -> NonInferiority:
    return noninferiority(differences(gained, lost, n), np.arange(n), **more)


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray]:
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{which}.csv") for which in "ab")
    return b.right.astype(float) - a.right, a.groups


@pytest.mark.parametrize("margin", MARGINS)
def test_tango_agrees_with_the_reference(margin: float) -> None:
    entry = PAIRED[f"noninferiority_tango_z_margin{margin}"]
    c = PAIRED["contingency"]["value"]
    found = tango_z(c["only_a"], c["only_b"], 550, margin=margin)
    assert found == pytest.approx(entry["value"], abs=entry["tol"])


@pytest.mark.parametrize("margin", MARGINS)
def test_the_clustered_statistic_agrees_with_the_reference(
    pair: tuple[np.ndarray, np.ndarray], margin: float
) -> None:
    entry = PAIRED[f"noninferiority_clustered_z_margin{margin}"]
    assert clustered_z(*pair, margin=margin) == pytest.approx(entry["value"], abs=entry["tol"])


@pytest.mark.parametrize(
    ("lost", "gained", "n", "margin"), [(12, 5, 200, 0.02), (1, 9, 60, 0.1), (0, 3, 150, 0.05)]
)
def test_tangos_variance_is_that_of_the_likeliest_shares(
    lost: int, gained: int, n: int, margin: float
) -> None:
    # The shares q (only base) and q - m (only candidate) with the largest trinomial likelihood.
    def minus_log_likelihood(q: float) -> float:
        shares = np.array([q, q - margin, 1 - 2 * q + margin])
        counts = np.array([lost, gained, n - lost - gained])
        return -float(counts @ np.log(np.maximum(shares, 1e-300)))

    ends = (margin + 1e-9, (1 + margin) / 2 - 1e-9)
    options = {"xatol": 1e-10}
    q = optimize.minimize_scalar(
        minus_log_likelihood, bounds=ends, method="bounded", options=options
    ).x
    expected = (gained - lost + n * margin) / math.sqrt(n * (2 * q - margin - margin**2))
    assert tango_z(lost, gained, n, margin=margin) == pytest.approx(expected, abs=1e-5)


def test_without_a_margin_tango_is_mcnemars_statistic() -> None:
    assert tango_z(5, 14, 300, margin=0.0) == pytest.approx(9 / math.sqrt(19))
    assert math.isnan(tango_z(0, 0, 300, margin=0.0))


@SEARCH
@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 300))
def test_tangos_bounds_are_where_the_score_is_critical(lost: int, gained: int, rest: int) -> None:
    n = lost + gained + rest
    ends = tango_bounds(lost, gained, n)
    assert -1 <= ends.low <= (gained - lost) / n <= ends.high <= 1
    assert tango_z(lost, gained, n, margin=-ends.low) == pytest.approx(Z95, abs=1e-6)
    assert tango_z(lost, gained, n, margin=-ends.high) == pytest.approx(-Z95, abs=1e-6)


@SEARCH
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 300))
def test_swapping_the_sets_mirrors_the_bounds(lost: int, gained: int, rest: int) -> None:
    n = lost + gained + rest
    there, back = tango_bounds(lost, gained, n), tango_bounds(gained, lost, n)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), nan_ok=True)


def test_no_tickets_have_no_bounds() -> None:
    assert math.isnan(tango_bounds(0, 0, 0).low)


@pytest.mark.parametrize(
    ("gained", "lost", "n", "outcome"),
    [
        (10, 10, 1000, "pass"),
        (40, 10, 200, "pass"),
        (10, 40, 1000, "fail"),
        (0, 30, 100, "fail"),
        (30, 30, 200, "inconclusive"),
        (10, 25, 1000, "inconclusive"),
        (0, 15, 1000, "inconclusive"),
        (0, 6, 10, "fail"),
        (20, 0, 20, "pass"),
        (0, 20, 20, "fail"),
    ],
)
def test_the_outcome_of_single_tickets(gained: int, lost: int, n: int, outcome: str) -> None:
    assert gate(gained, lost, n).outcome == outcome


@SEARCH
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 400), st.sampled_from([1, 3]))
def test_the_outcome_follows_from_the_bounds(gained: int, lost: int, rest: int, size: int) -> None:
    d = differences(gained, lost, gained + lost + rest)
    found = noninferiority(d, np.arange(len(d)) // size, margin=0.02)
    if len(d) == 0:
        assert found.outcome == "inconclusive"
        return
    assert found.low <= found.difference + 1e-12
    assert found.high >= found.difference - 1e-12
    fails = found.high < -0.02 or (found.high < 0 and found.difference < -0.02)
    expected = "pass" if found.low > -0.02 else "fail" if fails else "inconclusive"
    assert found.outcome == expected
    assert (found.outcome == "inconclusive") or found.n_needed == 0
    assert (found.outcome == "pass") == (found.p < 0.05)


def test_a_significant_drop_within_the_margin_does_not_fail() -> None:
    found = gate(0, 15, 1000)
    assert found.high < 0
    assert found.outcome == "inconclusive"


def test_identical_answers_pass_even_of_one_ticket() -> None:
    found = noninferiority(np.zeros(1), np.zeros(1, dtype=np.int64), identical=True)
    assert (found.outcome, found.difference, found.n_needed) == ("pass", 0.0, 0)


def test_no_tickets_are_inconclusive() -> None:
    found = noninferiority(np.array([]), np.array([], dtype=np.int64))
    assert (found.outcome, found.n_needed) == ("inconclusive", 0)
    assert math.isnan(found.low)
    assert found == noninferiority(np.array([]), np.array([], dtype=np.int64))


@pytest.mark.parametrize(
    ("n", "outcome"), [(133, "inconclusive"), (148, "inconclusive"), (149, "pass")]
)
def test_no_changed_ticket_passes_only_where_the_exact_bound_says_so(n: int, outcome: str) -> None:
    # .98^148 = .0503 and .98^149 = .0493, while Tango's score already passes 133 tickets.
    assert gate(0, 0, n).outcome == outcome
    assert tango_z(0, 0, n, margin=0.02) > Z95


def test_fewer_than_six_changed_tickets_have_exact_bounds() -> None:
    found = gate(1, 3, 400)
    assert found.low == pytest.approx(-stats.beta.ppf(0.95, 4, 397))
    assert found.high == pytest.approx(stats.beta.ppf(0.95, 2, 399))
    assert found.p == pytest.approx(stats.binom.cdf(3, 400, 0.02))


@pytest.mark.parametrize("lost", range(1, 6))
@pytest.mark.parametrize("rest", [0, 5, 100])
def test_fewer_than_six_changed_tickets_never_fail(lost: int, rest: int) -> None:
    assert gate(0, lost, lost + rest).outcome != "fail"


def test_many_tickets_of_few_groups_never_fail() -> None:
    d = -np.ones(100)
    assert noninferiority(d, np.arange(100) % 5).outcome == "inconclusive"


def test_one_group_is_inconclusive_and_nobody_knows_how_many_it_takes() -> None:
    found = noninferiority(-np.ones(50), np.zeros(50, dtype=np.int64))
    assert (found.outcome, found.n_needed) == ("inconclusive", 0)


def test_exact_bounds_allow_for_the_largest_group() -> None:
    # 40 groups, one of 11 tickets and 39 of one: mean size 1.25, so the share counts 8.8 times.
    sizes = np.array([11] + [1] * 39)
    found = noninferiority(np.zeros(50), np.repeat(np.arange(40), sizes))
    assert found.low == pytest.approx(-(1 - 0.05 ** (1 / 40)) * 8.8)


def test_groups_use_the_cluster_robust_t(pair: tuple[np.ndarray, np.ndarray]) -> None:
    found = noninferiority(*pair)
    sizes = np.unique(pair[1], return_counts=True)[1]
    df = min(sizes.sum() ** 2 / (sizes @ sizes), n_differing_groups(*pair)) - 1
    half = stats.t.ppf(0.95, df) * PAIRED["diff_se_clustered_CR1"]["value"]
    assert found.high == pytest.approx(found.difference + half, abs=1e-9)
    assert found.difference - half - 0.002 < found.low <= found.difference - half + 1e-9
    assert found.outcome == "inconclusive"


def test_few_changes_in_groups_lower_the_bound_of_t() -> None:
    # 2 gained and 6 lost groups of 300: t is too narrow where few changed.
    sizes = np.tile([1, 2, 3], 100)
    groups = np.repeat(np.arange(300), sizes)
    d = np.where(groups < 6, -1.0, np.where(groups < 8, 1.0, 0.0))
    clustered = clustered_mean(d, groups)
    by_t = clustered.mean - stats.t.ppf(0.95, 299) * clustered.se_clustered
    found = noninferiority(d, groups)
    assert found.low < by_t - 1e-4
    assert "Tango" in found.method


def test_groups_that_all_lost_alike_fail_by_an_exact_bound() -> None:
    sizes = np.array([1, 2, 3, 3, 3, 3, 3, 3, 4, 5])
    found = noninferiority(-np.ones(30), np.repeat(np.arange(10), sizes))
    other = (1 - 0.05 ** (1 / 10)) * 5 / 3
    assert (found.low, found.high) == pytest.approx((-1.0, -1 + 2 * other))
    assert found.outcome == "fail"


@SEARCH
@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 200), st.integers(2, 3))
def test_repeating_every_ticket_within_its_group_changes_nothing(
    gained: int, lost: int, rest: int, times: int
) -> None:
    d = differences(gained, lost, gained + lost + rest)
    groups = np.arange(len(d))
    once = noninferiority(d, groups)
    more = noninferiority(np.repeat(d, times), np.repeat(groups, times))
    assert (more.low, more.high, more.p) == pytest.approx(
        (once.low, once.high, once.p), abs=1e-9, nan_ok=True
    )
    assert more.outcome == once.outcome


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_the_order_of_tickets_does_not_matter(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    d, groups, at = rng.integers(-1, 2, n).astype(float), rng.integers(0, 20, n), rng.permutation(n)
    one, other = noninferiority(d, groups), noninferiority(d[at], groups[at])
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-9, nan_ok=True)
    assert other.outcome == one.outcome


def test_about_so_many_tickets_would_settle_it() -> None:
    # No difference, 60 of 200 changed: (2.49 · SE / .02)² times as many.
    found = gate(30, 30, 200)
    assert found.n_needed == math.ceil(200 * (2.49 * math.sqrt(0.3 / 199) / 0.02) ** 2)
    n = found.n_needed
    assert gate(round(0.15 * n), round(0.15 * n), n).outcome == "pass"


def test_a_drop_beyond_the_margin_is_settled_once_it_is_below_zero() -> None:
    # Mean -.05, so what counts is its distance from 0.
    found = gate(20, 30, 200)
    se = math.sqrt((0.25 - 0.05**2) / 199)
    assert found.outcome == "inconclusive"
    assert found.n_needed == math.ceil(200 * (2.49 * se / 0.05) ** 2)


def test_few_changes_ask_for_enough_tickets_for_the_exact_bound() -> None:
    # 149 unchanged tickets would do; with 1 lost of 200 the bound is below 2 points from 236 on.
    assert 149 <= gate(0, 0, 100).n_needed <= 160
    assert 236 <= gate(0, 1, 200).n_needed <= 300


def test_a_difference_a_hair_above_the_margin_would_take_too_many() -> None:
    found = gate(30, 50, 1000, margin=0.020001)
    assert (found.outcome, found.n_needed) == ("inconclusive", 0)


@cache
def passes(gained: int, lost: int, n: int) -> bool:
    return gate(gained, lost, n).outcome == "pass"


@pytest.mark.parametrize("changed", [0.02, 0.05, 0.10])
@pytest.mark.parametrize("n", [140, 149, 200])
def test_a_true_drop_of_the_margin_passes_at_most_about_five_percent(
    n: int, changed: float
) -> None:
    # All outcomes of the trinomial law, not a simulation.
    lost_share = (changed + 0.02) / 2 / changed
    passed = 0.0
    for k in range(int(stats.binom.ppf(1 - 1e-6, n, changed)) + 1):
        chance = stats.binom.pmf(k, n, changed) * stats.binom.pmf(range(k + 1), k, lost_share)
        likely = np.flatnonzero(chance > 1e-8)
        passed += sum(chance[lost] for lost in likely if passes(k - int(lost), int(lost), n))
    assert passed <= 0.053


def test_where_one_group_holds_nearly_all_tickets_the_gate_does_not_decide() -> None:
    groups = np.concatenate([np.zeros(80, np.int64), np.arange(1, 13)])
    d = np.random.default_rng(2).permutation(differences(12, 30, 92))
    assert noninferiority(d, groups).outcome == "inconclusive"
    assert noninferiority(-d, groups).outcome == "inconclusive"


@pytest.mark.parametrize(
    ("low", "high", "seen", "outcome"),
    [
        (-0.019, 0.03, 0.0, "pass"),
        (-0.02, 0.03, 0.0, "inconclusive"),
        (-0.05, -0.021, -0.03, "fail"),
        (-0.05, -0.02, -0.02, "inconclusive"),
        (-0.05, -0.001, -0.021, "fail"),
        (-0.05, -0.001, -0.02, "inconclusive"),
        (-0.05, 0.0, -0.03, "inconclusive"),
        (-0.015, -0.001, -0.01, "pass"),
        (math.nan, math.nan, -0.5, "inconclusive"),
    ],
)
def test_the_outcome_of_two_bounds_at_a_margin_of_two_points(
    low: float, high: float, seen: float, outcome: str
) -> None:
    assert outcome_of(low, high, seen, 0.02) == outcome


@pytest.mark.parametrize(("gained", "lost", "n"), [(10, 25, 1000), (25, 10, 1000), (3, 1, 400)])
@pytest.mark.parametrize("margin", [0.0, 0.01, 0.05, 0.3])
def test_another_margin_leads_to_the_outcome_of_a_gate_at_that_margin(
    gained: int, lost: int, n: int, margin: float
) -> None:
    moved, anew = with_margin(gate(gained, lost, n), margin), gate(gained, lost, n, margin=margin)
    assert (moved.outcome, moved.margin) == (anew.outcome, margin)
    assert (moved.low, moved.high, moved.difference) == (anew.low, anew.high, anew.difference)


def test_at_another_margin_p_and_the_tickets_needed_are_unknown() -> None:
    found = gate(30, 30, 200)
    moved = with_margin(found, 0.03)
    assert found.n_needed > 0
    assert (moved.n_needed, math.isnan(moved.p)) == (0, True)


def test_the_same_margin_changes_nothing() -> None:
    found = gate(30, 30, 200)
    assert with_margin(found, 0.02) is found


def test_without_tickets_no_margin_decides() -> None:
    found = noninferiority(np.array([]), np.array([], dtype=np.int64))
    assert with_margin(found, 0.9).outcome == "inconclusive"


def test_identical_answers_pass_at_any_margin() -> None:
    same = noninferiority(np.zeros(9), np.arange(9), identical=True)
    assert with_margin(same, 0.0).outcome == "pass"
