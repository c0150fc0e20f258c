from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ticketbench.measure.production.promise_check import PromiseCheck, promise_check


def judge(right: int, routed: int, *, review: int = 0, promised: float = 0.9) -> PromiseCheck:
    """Independent tickets: `right` of `routed`, and `review` that are not routed."""
    n = routed + review
    return promise_check(
        np.arange(n) < routed,
        np.arange(n) < right,
        np.arange(n),
        promised=promised,
        confidence=0.9,
        seed=0,
    )


@pytest.mark.parametrize(
    ("right", "routed", "verdict"),
    [(200, 200, "holds"), (190, 200, "holds"), (180, 200, "cannot tell"), (160, 200, "broken")],
)
def test_the_interval_decides(right: int, routed: int, verdict: str) -> None:
    assert judge(right, routed).verdict == verdict


@given(st.integers(1, 300), st.integers(0, 300))
@settings(max_examples=30, deadline=None)
def test_the_interval_is_the_exact_one_of_scipy(routed: int, wrong: int) -> None:
    right = max(0, routed - wrong)
    exact = stats.binomtest(right, routed).proportion_ci(0.9, "exact")
    found = judge(right, routed)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


def test_a_lower_end_at_the_promise_keeps_it() -> None:
    at = judge(95, 100)
    assert judge(95, 100, promised=at.low).verdict == "holds"
    assert judge(95, 100, promised=math.nextafter(at.low, 1)).verdict == "cannot tell"
    assert judge(95, 100, promised=at.high).verdict == "cannot tell"
    assert judge(95, 100, promised=math.nextafter(at.high, 1)).verdict == "broken"


def test_nothing_routed_tells_nothing() -> None:
    found = judge(0, 0, review=40)
    assert (found.verdict, found.needed, found.routed) == ("cannot tell", None, 0)
    assert math.isnan(found.low)


@pytest.mark.parametrize(("right", "routed", "review"), [(46, 50, 50), (44, 50, 0), (93, 100, 300)])
def test_so_many_tickets_as_are_said_to_be_needed_do_tell(
    right: int, routed: int, review: int
) -> None:
    found = judge(right, routed, review=review)
    assert found.verdict == "cannot tell"
    assert found.needed is not None
    assert found.needed > found.n
    times = found.needed / found.n
    more = judge(round(right * times), round(routed * times), review=round(review * times))
    assert more.verdict != "cannot tell"
    fewer = 0.8 * times
    less = judge(round(right * fewer), round(routed * fewer), review=round(review * fewer))
    assert less.verdict == "cannot tell"


def test_no_number_tells_where_exactly_the_promise_is_seen() -> None:
    assert judge(90, 100).needed is None


def test_tickets_of_one_group_count_once() -> None:
    groups = np.repeat(np.arange(20), 10)
    routed, right = np.ones(200, np.bool_), np.ones(200, np.bool_)
    found = promise_check(routed, right, groups, promised=0.9, confidence=0.9, seed=0)
    assert (found.right, found.routed, found.groups) == (200, 200, 20)
    assert found.verdict == "cannot tell"
    assert found.low == judge(20, 20).low


def test_a_promise_that_is_just_kept_is_called_broken_in_one_of_twenty_at_most() -> None:
    rng = np.random.default_rng(7)
    draws = rng.binomial(200, 0.9, size=400)
    broken = sum(judge(int(right), 200).verdict == "broken" for right in draws)
    assert broken / 400 <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 400)
