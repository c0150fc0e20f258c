from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, t

from ticketbench.core.policy import Costs
from ticketbench.core.types import Estimate
from ticketbench.measure.statistics.intervals import mean
from ticketbench.measure.thresholds.saving import FEW_WRONG, Saving, saving

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
COSTS = Costs(misroute=5, review=1, escalate=1.5)


def of_routes(
    right: int, wrong: int, reviewed: int, *, size: int = 1, costs: Costs = COSTS
) -> Saving:
    """What so many routes save, in customers of `size` tickets in their order."""
    parts = [costs.review] * right + [costs.review - costs.misroute] * wrong + [0.0] * reviewed
    saved = np.array(parts)
    groups = np.arange(len(saved)) // size
    return saving(saved, groups, costs, wrong=wrong, held_out=False)


def upper(wrong: float, n: float) -> float:
    return float(beta.ppf(0.975, wrong + 1, n - wrong))


def test_with_five_wrong_routes_it_is_the_t_interval_by_hand() -> None:
    # 40 right, 5 wrong at -4, 55 reviewed: (40 - 20) / 100.
    found = of_routes(40, 5, 55)
    spread = math.sqrt((40 * 0.8**2 + 5 * 4.2**2 + 55 * 0.2**2) / 99 / 100)
    half = t.ppf(0.975, 99) * spread
    assert found.per_ticket.value == pytest.approx(0.2)
    assert (found.per_ticket.low, found.per_ticket.high) == pytest.approx((0.2 - half, 0.2 + half))
    assert (found.wrong, found.per_ticket.n, found.held_out) == (5, 100, False)


def test_with_fewer_the_lower_end_leaves_room_for_those_not_seen() -> None:
    # One wrong route of 100: mean (60 - 4) / 100, the share wrong may be 5.4 %.
    found = of_routes(60, 1, 39)
    guarded = 0.56 - 5 * (upper(1, 100) - 0.01)
    assert upper(1, 100) == pytest.approx(0.0545, abs=1e-4)
    assert found.per_ticket.low == pytest.approx(guarded)
    plain = mean(np.array([1.0] * 60 + [-4.0] + [0.0] * 39), np.arange(100))
    assert guarded < plain.low
    assert found.per_ticket.high == plain.high


def test_the_guard_only_ever_lowers_the_lower_end() -> None:
    # Four wrong of 2,000 that cost hardly more than a review: the t interval is the wider one.
    costs = Costs(misroute=0.01, review=1)
    found = of_routes(1000, 4, 996, costs=costs)
    parts = np.array([1.0] * 1000 + [0.99] * 4 + [0.0] * 996)
    assert found.per_ticket.low == mean(parts, np.arange(2000)).low


def test_a_mean_over_splits_need_not_be_whole() -> None:
    saved = np.array([1.0] * 60 + [-4.0] * 4 + [0.0] * 36)
    for wrong, guard in ((4.8, True), (5.0, False)):
        found = saving(saved, np.arange(100), COSTS, wrong=wrong, held_out=True)
        guarded = saved.mean() - 5 * (upper(wrong, 100) - wrong / 100)
        plain = mean(saved, np.arange(100)).low
        assert found.per_ticket.low == pytest.approx(min(plain, guarded) if guard else plain)
    assert FEW_WRONG == 5


def test_tickets_that_are_all_right_may_still_go_wrong() -> None:
    found = of_routes(60, 0, 0)
    guarded = 1 - 5 * (1 - 0.025 ** (1 / 60))
    assert (found.per_ticket.value, found.per_ticket.high) == (1.0, 1.0)
    assert found.per_ticket.low == pytest.approx(guarded)
    assert found.pays == "yes"


def test_customers_count_for_what_they_are_worth() -> None:
    # 20 customers of 5 tickets each, none wrong: as good as 20 tickets.
    found = of_routes(100, 0, 0, size=5)
    assert found.per_ticket.low == pytest.approx(1 - 5 * (1 - 0.025 ** (1 / 20)))
    mixed = of_routes(80, 1, 19, size=5)
    worth, seen = 20, 1 * 20 / 100
    bound = float(beta.ppf(0.975, seen + 1, worth - seen))
    assert mixed.per_ticket.low == pytest.approx(0.76 - 5 * (bound - 0.01))


def test_one_customer_with_many_wrong_routes_is_one_that_was_seen() -> None:
    # Eight of 160 tickets are wrong, all of one customer of 20.
    saved = np.array([-4.0] * 8 + [1.0] * 152)
    found = saving(saved, np.arange(160) // 8, COSTS, wrong=8, held_out=False)
    bound = float(beta.ppf(0.975, 1 + 1, 20 - 1))
    assert found.per_ticket.low == pytest.approx(0.75 - 5 * (bound - 0.05))
    assert found.per_ticket.low < mean(saved, np.arange(160) // 8).low


def test_what_routes_nothing_saves_nothing_without_any_doubt() -> None:
    found = of_routes(0, 0, 70)
    ends = found.per_ticket
    assert (ends.value, ends.low, ends.high, found.pays) == (0.0, 0.0, 0.0, "cannot tell")
    assert (found.cost.value, found.cost.low, found.cost.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("size", [50, 60])
def test_nobody_knows_what_one_customer_tells_of_others(size: int) -> None:
    found = of_routes(40, 2, 8, size=size)
    assert found.per_ticket.value == pytest.approx(32 / 50)
    assert math.isnan(found.per_ticket.low)
    assert math.isnan(found.per_ticket.high)
    assert found.pays == "cannot tell"


def test_nothing_costs_less_than_nothing() -> None:
    # One dear miss among many: half the width of the interval is more than the cost.
    saved = np.append(np.ones(59), -99.0)
    found = saving(saved, np.arange(60), Costs(100, 1), wrong=6, held_out=False)
    assert (found.per_ticket.high, found.cost.low) == (1, 0)
    alike = saving(np.full(60, 0.1), np.arange(60), Costs(0, 0.1), wrong=6, held_out=False)
    assert 0 <= alike.cost.low <= alike.cost.value < 1e-12


def test_no_tickets_have_no_saving() -> None:
    found = of_routes(0, 0, 0)
    assert not found.per_ticket.defined
    assert not found.cost.defined
    assert found.pays == "cannot tell"


@pytest.mark.parametrize(
    ("low", "high", "pays"),
    [
        (0.01, 0.3, "yes"),
        (-0.3, -0.01, "no"),
        (0.0, 0.3, "cannot tell"),
        (-0.3, 0.0, "cannot tell"),
    ],
)
def test_it_pays_where_the_interval_lies_above_0(low: float, high: float, pays: str) -> None:
    found = of_routes(60, 1, 39)
    between = Estimate((low + high) / 2, low, high, 100, "")
    assert replace(found, per_ticket=between).pays == pays


@SEARCH
@given(
    st.lists(st.sampled_from([1.0, 0.0, -4.0, -0.5]), max_size=60),
    st.integers(1, 6),
    st.floats(0, 8),
)
def test_cost_and_saving_are_the_price_of_a_review(
    parts: list[float], size: int, wrong: float
) -> None:
    saved = np.array(parts)
    wrong = min(wrong, len(parts))
    groups = np.arange(len(saved)) // size
    found = saving(saved, groups, COSTS, wrong=wrong, held_out=True)
    one, cost = found.per_ticket, found.cost
    for of_saving, of_cost in (
        (one.value, cost.value), (one.low, cost.high), (one.high, cost.low)
    ):  # fmt: skip
        assert found.by_hand - of_cost == pytest.approx(of_saving, nan_ok=True, abs=1e-12)
    assert found.by_hand == COSTS.review
    if not math.isnan(one.low):
        assert one.low <= one.value <= one.high
