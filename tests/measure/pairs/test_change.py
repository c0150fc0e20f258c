"""One rule for every change: interval, p and tickets needed from the same numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ticketbench.measure.pairs.change import (
    GATE_CONFIDENCE,
    MOST_NEEDED,
    NO_TICKETS,
    ONE_SIDED,
    SAME,
    Change,
    from_shares,
    no_change,
    undefined,
)
from ticketbench.measure.statistics.intervals import NEARLY_ONE, ONE_UNIT

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def changed(
    gained: int, lost: int, n: int, groups: Any = None, chance: tuple[float, float] = (0.0, 0.0)
) -> Change:
    """The accuracy of n tickets, of which some were gained and others lost."""
    d = np.array([1.0] * gained + [-1.0] * lost + [0.0] * (n - gained - lost)) / n
    return from_tickets(d, groups, chance=chance)


def from_tickets(
    shares: Any, groups: Any = None, *, chance: tuple[float, float] = (0.0, 0.0)
) -> Change:
    each = np.array(shares, dtype=np.float64)
    n = len(each)
    return from_shares(
        each,
        each - each.mean() if n else each,
        np.arange(n) if groups is None else np.asarray(groups),
        value=float(each.sum()),
        n=n,
        unit=1 / max(n, 1),
        chance=chance,
    )


@st.composite
def random_changes(draw: st.DrawFn) -> Change:
    """Changes of tickets in groups of any size, with or without a part that chance may add."""
    n, g = draw(st.integers(2, 60)), draw(st.integers(2, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    moved = rng.integers(-3, 4, n) * (rng.random(n) < draw(st.sampled_from([0.0, 0.1, 0.5, 1.0])))
    chance = draw(st.sampled_from([(0.0, 0.0), (0.01, 0.03)]))
    return from_tickets(moved / (3 * n), rng.integers(0, g, n), chance=chance)


def test_the_standard_error_is_that_of_the_data_and_three_more_groups() -> None:
    found = changed(3, 9, 100)
    variance = (12 / 100 - 0.06**2) / 99
    assert found.variance == pytest.approx(variance)
    assert found.imagined == pytest.approx(1 / 100)
    assert found.se == pytest.approx(math.sqrt(variance + 3 / 100**2))
    half = stats.t.ppf(0.975, 99) * found.se
    ends = found.bounds()
    assert (ends.low, ends.high) == pytest.approx((-0.06 - half, -0.06 + half))
    assert (found.n, found.n_groups, found.n_changed, found.df) == (100, 100, 12, 99)


@pytest.mark.parametrize("margin", [0.005, 0.01, 0.02, 0.05])
def test_nothing_changed_excludes_a_loss_from_nearly_three_tickets_per_unit_of_it_on(
    margin: float,
) -> None:
    enough, few = math.ceil(2.9 / margin), math.floor(2.8 / margin)
    assert changed(0, 0, enough).bounds(GATE_CONFIDENCE).low > -margin
    assert changed(0, 0, few).bounds(GATE_CONFIDENCE).low < -margin


def test_nothing_changed_excludes_nearly_what_the_exact_bound_does() -> None:
    assert changed(0, 0, 400).bounds(GATE_CONFIDENCE).low == pytest.approx(-2.855 / 400, rel=1e-3)
    assert stats.beta.ppf(0.95, 1, 400) == pytest.approx(2.985 / 400, rel=1e-3)


@pytest.mark.parametrize(("of_same", "p"), [(3, 0.221), (5, 0.077), (6, 0.045), (8, 0.015)])
def test_five_changes_of_one_kind_cannot_tell_and_six_decide(of_same: int, p: float) -> None:
    for found in (changed(of_same, 0, 200), changed(0, of_same, 200)):
        assert found.p() == pytest.approx(p, abs=0.001)
        ends = found.bounds()
        assert (ends.low > 0 or ends.high < 0) is (of_same >= 6)


def test_the_size_of_an_imagined_change_is_weighted_by_size() -> None:
    # One customer lost 20 tickets, 40 others one each: (20³ + 40)/(20² + 40) tickets.
    groups = np.concatenate([np.zeros(20, np.int64), np.arange(1, 381)])
    lost = np.array([-1.0] * 60 + [0.0] * 340) / 400
    one_large = from_tickets(lost, groups)
    assert one_large.n_changed == 41
    assert one_large.imagined == pytest.approx((20**3 + 40) / (20**2 + 40) / 400)
    alike = changed(0, 60, 400)
    assert alike.imagined == pytest.approx(1 / 400)
    assert alike.bounds().high < 0 < one_large.bounds().high


def test_where_nothing_changed_an_imagined_change_is_a_group_of_the_average_ticket() -> None:
    # An average ticket lives in a group of (11² + 39)/50 tickets.
    groups = np.repeat(np.arange(40), [11] + [1] * 39)
    assert from_tickets(np.zeros(50), groups).imagined == pytest.approx((11**2 + 39) / 50 / 50)


def test_the_degrees_of_freedom_are_the_effective_groups_less_one() -> None:
    groups = np.repeat(np.arange(40), [11] + [1] * 39)
    assert from_tickets(np.zeros(50), groups).df == pytest.approx(50**2 / (11**2 + 39) - 1)


def test_changes_that_cancel_in_every_customer_but_for_rounding_are_none() -> None:
    # .1 + .2 - .3 is 5.6e-17.
    found = from_tickets(np.tile([0.1, 0.2, -0.3], 40) / 120, np.repeat(np.arange(40), 3))
    assert (found.value, found.n_changed) == (0.0, 0)
    assert found.bounds().low < 0 < found.bounds().high
    assert found.p() == pytest.approx(1.0)


@pytest.mark.parametrize("size", [1e-150, 1e120])
def test_changes_of_any_size_have_an_imagined_one_of_their_size(size: float) -> None:
    found = from_tickets([size, size, -size, 0.0, 0.0])
    assert found.imagined == pytest.approx(size)


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        (np.zeros(92, np.int64), ONE_UNIT),
        (np.concatenate([np.zeros(80, np.int64), np.arange(1, 13)]), NEARLY_ONE),
    ],
)
def test_one_customer_or_nearly_one_has_a_value_and_no_interval(
    groups: np.ndarray, why: str
) -> None:
    found = changed(60, 2, 92, groups)
    assert (found.value, found.method, found.defined) == (pytest.approx(58 / 92), why, False)
    numbers = (found.bounds().low, found.bounds().high, found.se, found.p(), found.p(side="above"))
    assert all(map(math.isnan, numbers))
    assert found.needed(0.02) == 0


def test_two_effective_groups_have_an_interval() -> None:
    assert from_tickets([0.1, 0.0, -0.1, 0.1], [0, 0, 1, 1]).defined


def test_no_tickets_have_no_change() -> None:
    found = from_tickets([])
    assert (found.method, found.n, found.needed(0.02)) == (NO_TICKETS, 0, 0)
    assert found == from_tickets([])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_has_no_interval(value: float) -> None:
    each = np.array([value, 0.0, 0.0])
    found = from_shares(each, each, np.arange(3), value=value, n=3, unit=1 / 3)
    assert (found.method, found.defined) == (ONE_SIDED, False)
    assert found.value == pytest.approx(value, nan_ok=True)


def test_the_same_answers_change_nothing_without_doubt() -> None:
    found = no_change(3, 1)
    assert (found.value, found.se, found.method) == (0.0, 0.0, SAME)
    assert (found.bounds().low, found.bounds().high, found.p(), found.needed(0.02)) == (0, 0, 1, 0)
    assert found.p(-0.02, side="above") == 0.0
    assert found.p(0.0, side="above") == 1.0
    assert found.p(0.02, side="below") == 0.0


@SEARCH
@given(random_changes(), st.sampled_from([0.0, -0.02, 0.05]))
def test_p_is_below_five_percent_exactly_where_the_interval_excludes(
    found: Change, null: float
) -> None:
    ends, gate = found.bounds(), found.bounds(GATE_CONFIDENCE)
    if not found.defined:
        assert math.isnan(found.p(null))
        return
    assert (found.p(null) < 0.05) == (ends.low > null or ends.high < null)
    assert (found.p(null, side="above") < 0.05) == (gate.low > null)
    assert (found.p(null, side="below") < 0.05) == (gate.high < null)
    assert 0 <= found.p(null) <= 1


@SEARCH
@given(random_changes())
def test_the_other_way_round_everything_is_mirrored(found: Change) -> None:
    back = found.mirrored()
    assert back.mirrored() == found
    for confidence in (0.9, 0.95, 0.99):
        ends, turned = found.bounds(confidence), back.bounds(confidence)
        assert (turned.low, turned.high) == pytest.approx((-ends.high, -ends.low), nan_ok=True)
    assert back.p() == pytest.approx(found.p(), nan_ok=True)
    assert back.p(0.01, side="above") == pytest.approx(found.p(-0.01, side="below"), nan_ok=True)
    assert back.needed(0.02) == found.needed(0.02)


def test_chance_widens_the_interval_on_the_side_it_may_have_lifted() -> None:
    plain, lifted = changed(20, 5, 200), changed(20, 5, 200, chance=(0.01, 0.03))
    ends, wide = plain.bounds(), lifted.bounds()
    assert (wide.low, wide.high) == pytest.approx((ends.low - 0.01, ends.high + 0.03))
    assert lifted.p() > plain.p()
    assert lifted.mirrored().chance == (0.03, 0.01)


@pytest.mark.parametrize("seed", range(5))
def test_after_so_many_tickets_the_interval_is_as_wide_as_the_margin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = from_tickets(rng.choice([-1, 0, 0, 0, 1], 300) / 300, rng.integers(0, 60, 300))
    n = found.needed(0.02)
    fades = 300 / n
    se = math.sqrt(found.variance * fades + 3 * found.imagined**2 * fades**2)
    assert n > 300
    assert 2 * 1.96 * se == pytest.approx(0.02, rel=1e-3)


def test_more_tickets_are_needed_than_there_are_and_none_beyond_a_million() -> None:
    found = changed(0, 3, 3000)
    assert found.needed(0.5) == 3001
    assert changed(30, 30, 200).needed(1e-4) == 0
    assert 0 < changed(30, 30, 200).needed(0.003) < MOST_NEEDED
    assert found.needed(0.0) == 0


def test_where_the_spread_hides_what_is_imagined_the_tickets_needed_are_known() -> None:
    wide = replace(changed(30, 30, 200), variance=0.04, imagined=1e-12)
    assert wide.needed(0.5) == math.ceil(200 * 0.04 / (0.5 / 3.92) ** 2)


def test_a_number_without_interval_keeps_its_reason() -> None:
    found = undefined(0.25, 7, "no interval")
    assert (found.value, found.n, found.n_changed, found.method) == (0.25, 7, 0, "no interval")


@SEARCH
@given(st.integers(2, 60), st.integers(0, 10_000))
def test_the_order_and_the_numbers_of_groups_do_not_matter(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares, groups, at = rng.normal(size=n) / n, rng.integers(0, 20, n), rng.permutation(n)
    one, other = from_tickets(shares, groups), from_tickets(shares[at], 50 - groups[at])
    numbers = [
        (c.value, c.variance, c.imagined, c.df, c.bounds().low, c.bounds().high, c.p())
        for c in (one, other)
    ]
    assert numbers[1] == pytest.approx(numbers[0], abs=1e-12, nan_ok=True)
