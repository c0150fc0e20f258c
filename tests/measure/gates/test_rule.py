"""When a gate on a change passes, fails, or cannot tell, under each choice of `undecided`."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from ticketbench.measure.gates.rule import (
    Demand,
    Undecided,
    least_green,
    loss_left,
    loss_shown,
    outcomes,
)
from ticketbench.measure.pairs.change import GATE_CONFIDENCE, Change, no_change, undefined
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import not_worse

MARGIN = 0.02
RULES: tuple[Undecided, ...] = ("pass", "warn", "fail")


def gain(lost: int, gained: int = 0, n: int = 400) -> Change:
    """Of n independent tickets so many turn wrong, and so many right."""
    base, candidate = np.ones(n), np.ones(n)
    candidate[:lost] = 0
    base[n - gained :] = 0
    return of_means(base, candidate, np.arange(n))


def judged(*gains: Change, undecided: Undecided = "warn", primary: int | None = 0) -> list[str]:
    demands = [Demand(one, MARGIN, i == primary) for i, one in enumerate(gains)]
    return list(outcomes(demands, undecided=undecided))


SEEN = gain(38, 28)
"""A loss of 2.5 points that chance alone makes: neither shown nor excluded."""
SHOWN = gain(24, 10)
"""A loss of 3.5 points that is shown by one gate, and not by one of ten."""
LARGE = gain(80, 10)
SMALL = gain(26, 24)
NONE = gain(2, 2)


@pytest.mark.parametrize(
    ("one", "by_rule"),
    [
        (NONE, {"pass": "pass", "warn": "pass", "fail": "pass"}),
        (SMALL, {"pass": "inconclusive", "warn": "inconclusive", "fail": "inconclusive"}),
        (SEEN, {"pass": "inconclusive", "warn": "fail", "fail": "fail"}),
        (LARGE, {"pass": "fail", "warn": "fail", "fail": "fail"}),
    ],
)
def test_a_primary_gate_fails_by_the_loss_seen_unless_undecided_passes(
    one: Change, by_rule: dict[Undecided, str]
) -> None:
    assert {rule: judged(one, undecided=rule)[0] for rule in RULES} == by_rule


def test_another_gate_fails_only_where_a_loss_is_shown() -> None:
    assert judged(NONE, SEEN) == ["pass", "inconclusive"]
    assert judged(NONE, LARGE) == ["pass", "fail"]
    assert judged(SEEN, primary=None) == ["inconclusive"]


def test_a_shown_loss_within_the_margin_fails_nothing() -> None:
    shown = gain(7)
    assert loss_shown(shown)
    assert [judged(shown, undecided=rule)[0] for rule in RULES] == ["inconclusive"] * 3


def test_holm_counts_every_gate_and_only_tests_losses_over_the_margin() -> None:
    p = SHOWN.p(side="below")
    assert 0.05 / 10 < p < 0.05 / 2
    assert judged(NONE, SHOWN)[1] == "fail"
    ten = [NONE] * 9
    assert judged(*ten, SHOWN)[9] == "inconclusive"
    assert judged(*ten, SHOWN, undecided="pass")[9] == "fail"
    assert judged(*ten[:8], LARGE, SHOWN)[8:] == ["fail", "inconclusive"]


def test_holm_steps_down_from_the_largest_loss() -> None:
    p = SHOWN.p(side="below")
    n = math.floor(0.05 / p)
    assert judged(*[NONE] * (n - 1), LARGE, SHOWN)[-2:] == ["fail", "fail"]
    assert judged(*[NONE] * n, NONE, SHOWN)[-1] == "inconclusive"


def test_a_loss_of_exactly_the_margin_is_not_over_it() -> None:
    at, over = gain(8), gain(9)
    assert at.value == pytest.approx(-0.02)
    assert judged(at, undecided="warn") == judged(at, undecided="pass") == ["inconclusive"]
    assert judged(over) == ["fail"]
    for n in range(50, 3000, 50):
        lost = n // 50
        assert judged(gain(lost, n=n)) != ["fail"], n


def test_a_loss_of_the_margin_that_is_beyond_doubt_is_not_excluded() -> None:
    certain = replace(no_change(400, 400), value=-MARGIN)
    assert judged(certain) == ["inconclusive"]
    assert judged(replace(certain, value=-MARGIN / 2)) == ["pass"]


def test_a_loss_is_shown_where_even_the_upper_bound_is_below_zero() -> None:
    assert loss_shown(SHOWN)
    assert not loss_shown(SEEN)
    assert not loss_shown(no_change(400, 400))


def test_the_same_answers_pass_whatever_the_rule() -> None:
    for rule in RULES:
        assert judged(no_change(0, 0), undecided=rule, primary=0) == ["pass"]


def test_without_an_interval_the_loss_seen_is_left_to_a_primary_gate() -> None:
    unknown = undefined(-0.05, 30, "all tickets are one group")
    assert judged(unknown) == ["fail"]
    assert judged(NONE, unknown) == ["pass", "inconclusive"]
    assert judged(unknown, undecided="pass") == ["inconclusive"]
    assert judged(undefined(math.nan, 0, "no tickets")) == ["inconclusive"]
    assert math.isnan(loss_left(unknown))
    assert not loss_shown(unknown)


def test_no_gates_have_no_outcomes() -> None:
    assert [outcomes([], undecided=rule) for rule in RULES] == [[], [], []]


def test_the_largest_loss_left_is_the_end_of_the_90_percent_interval() -> None:
    assert loss_left(SEEN) == -SEEN.bounds(GATE_CONFIDENCE).low
    assert loss_left(gain(0, 60)) == 0.0


GAINS = st.builds(gain, st.integers(0, 60), st.integers(0, 60), st.sampled_from([130, 400, 1000]))


@options(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.tuples(GAINS, st.booleans()), min_size=1, max_size=6))
def test_each_rule_is_stricter_than_the_one_before(found: list[tuple[Change, bool]]) -> None:
    demands = [Demand(one, MARGIN, primary) for one, primary in found]
    old, warn, strict = (outcomes(demands, undecided=rule) for rule in RULES)
    assert old == [not_worse(one.gain, margin=MARGIN) for one in demands]
    assert warn == strict
    for before, now, demand in zip(old, warn, demands, strict=True):
        if before != now:
            new_red = (before, now) == ("inconclusive", "fail") and demand.primary
            less_red = (before, now) == ("fail", "inconclusive") and not demand.primary
            assert new_red or less_red


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("primary", [True, False])
@options(max_examples=50, deadline=None, derandomize=True)
@given(
    GAINS,
    st.sampled_from([(0.0, 0.0), (0.004, 0.012)]),
    st.sampled_from([0.004, MARGIN, 0.1]),
    st.integers(1, 10),
)
def test_the_outcomes_turn_at_the_least_green_gain(
    rule: Undecided,
    primary: bool,
    one: Change,
    chance: tuple[float, float],
    margin: float,
    n_demands: int,
) -> None:
    spread = replace(one, chance=chance)
    others = [Demand(NONE, MARGIN, primary=False)] * (n_demands - 1)
    cut = least_green(spread, margin, undecided=rule, primary=primary, n_demands=n_demands)
    found = [
        outcomes([Demand(replace(spread, value=value), margin, primary), *others], undecided=rule)
        for value in (cut - 1e-6, cut + 1e-6)
    ]
    green = [each[0] == "pass" if rule == "fail" else each[0] != "fail" for each in found]
    assert green == [False, True]
