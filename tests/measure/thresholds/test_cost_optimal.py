from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scored_tickets import OFF, asked, blocks, drawn, tickets
from tables import random_table
from ticketbench.core.policy import Costs, Policy
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.thresholds.cost_optimal import (
    LIMITS,
    NOTHING,
    cost_optimal,
    cost_optimal_policy,
)
from ticketbench.measure.thresholds.tickets import Tickets

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)
T200 = tickets(*drawn(200, wrong=0.2, seed=3))
PRICED = Costs(misroute=5, review=1, escalate=0.5, missed=1)


def cheapest(of: Tickets, costs: Costs, base: Policy = OFF) -> Policy:
    return cost_optimal_policy(of, base, costs)


@pytest.mark.parametrize(
    ("misroute", "threshold"),
    [
        # At .60 all are right, at .30 half, at .10 one in ten.
        (0, 0.1), (1, 0.1), (1.12, 0.3), (1.9, 0.3), (2, 0.6), (5, 0.6), (1000, 0.6),
    ],
)  # fmt: skip
def test_the_cheapest_threshold_by_hand(misroute: float, threshold: float) -> None:
    of = blocks((0.6, 40, 0), (0.3, 40, 20), (0.1, 40, 36))
    assert cheapest(of, Costs(misroute, 1)).threshold == threshold


def test_of_equally_cheap_thresholds_the_highest_is_taken() -> None:
    assert cheapest(blocks((0.613, 40, 0)), Costs()).threshold == 0.61
    # Whoever routes these saves as much as is lost.
    assert cheapest(blocks((0.9, 10, 2)), Costs(misroute=5, review=1)).threshold == NOTHING
    assert cheapest(blocks((0.9, 10, 3)), Costs(misroute=1 / 3, review=0.1)).threshold == NOTHING


def test_where_routing_never_pays_nothing_is_routed() -> None:
    policy = cheapest(blocks((1.0, 10, 9)), Costs())
    assert policy.threshold == NOTHING
    assert T200.saving(policy, Costs()).tolist() == [0.0] * 200


@pytest.mark.parametrize("n", [0, 1])
def test_no_tickets_route_nothing(n: int) -> None:
    of = tickets([0.9] * n, [False] * n)
    assert cheapest(of, PRICED) == Policy(NOTHING, 1.0)


@SEARCH
@given(st.integers(1, 80), st.integers(0, 1000), st.floats(0, 30), st.floats(0, 3))
def test_it_saves_most_of_all_thresholds_of_the_grid(
    n: int, seed: int, misroute: float, review: float
) -> None:
    of, costs = tickets(*drawn(n, decimals=2, seed=seed)), Costs(misroute, review)
    found = cheapest(of, costs)
    saved = {t: of.saving(Policy(t, 1.0), costs).mean() for t in (*GRID, NOTHING)}
    best = max(saved.values())
    assert saved[found.threshold] == pytest.approx(best, abs=1e-9)
    assert not any(one >= best + 1e-9 for t, one in saved.items() if t > found.threshold)


def test_tickets_that_no_label_fits_are_wrong_routes() -> None:
    of = Tickets.of(random_table(100, seed=2), OFF)
    never = tickets(of.score, np.zeros(100, bool))
    assert cheapest(never, Costs()).threshold == NOTHING


def test_the_rest_of_the_policy_stays_and_escalation_is_off() -> None:
    base = Policy(0.1, 0.35, 2.0, (("a", 0.9),), "second_line")
    found = cheapest(T200, Costs(), base)
    assert (found.escalate_above, found.temperature, found.fallback) == (1.0, 2.0, "second_line")
    assert found.label_thresholds == ()


def test_the_threshold_is_on_the_scale_of_the_policy() -> None:
    t = random_table(400, seed=5)
    for temperature in (0.5, 1.0, 2.0):
        base = Policy(temperature=temperature)
        found = cheapest(Tickets.of(t, base), Costs(), base)
        tried = [
            (Tickets.of(t, base).saving(Policy(x, 1.0, temperature), Costs()).mean(), x)
            for x in (*GRID, NOTHING)
        ]
        assert (found.temperature, found.threshold) == (temperature, max(tried)[1])


def two_labels(n: int, *, asked_too: int) -> Tickets:
    """Half of the tickets between two labels, of which `asked_too` have the gold label above .3."""
    between = np.arange(n) < n // 2
    return tickets(
        np.where(between, 0.5, 0.9),
        ~between,
        second=np.where(between, 0.4, 0.05),
        gold=np.where(between, np.where(np.arange(n) < asked_too, 0.4, 0.0), 0.9),
    )


def test_a_limit_that_clearly_saves_is_taken() -> None:
    found = cheapest(two_labels(100, asked_too=50), PRICED)
    assert found.threshold == 0.9
    # Any limit from .20 to below .40 escalates the same tickets; the first of these is taken.
    assert found.escalate_above == LIMITS[0] == 0.2


def test_without_a_price_of_a_missed_escalation_there_is_no_limit() -> None:
    costs = Costs(misroute=5, review=1, escalate=0.5)
    assert cheapest(two_labels(100, asked_too=50), costs).escalate_above == 1.0


@pytest.mark.parametrize(
    ("asked_too", "limit"),
    # Each escalated ticket saves .5, but .5 is lost where the gold label is not asked:
    # 1.64 standard errors of ±.5 on 50 of 100 tickets are .08 to .03.
    [(25, 1.0), (28, 1.0), (40, 0.2)],
)
def test_a_limit_that_may_save_by_luck_is_not_taken(asked_too: int, limit: float) -> None:
    of = two_labels(100, asked_too=asked_too)
    more = np.where(np.arange(100) < 50, np.where(np.arange(100) < asked_too, 0.5, -0.5), 0.0)
    clear = more.mean() > 1.64 * more.std(ddof=1) / 10
    assert clear == (limit < 1)
    assert cheapest(of, PRICED).escalate_above == limit


@pytest.mark.parametrize(("size", "limit"), [(1, 0.2), (50, 1.0), (100, 1.0)])
def test_a_limit_that_saves_with_one_customer_alone_is_not_taken(size: int, limit: float) -> None:
    of = two_labels(100, asked_too=50)
    found = cheapest(replace(of, groups=np.arange(100) // size), PRICED)
    assert found.escalate_above == limit


def test_where_an_escalation_costs_more_than_a_review_it_never_pays() -> None:
    costs = Costs(misroute=5, review=1, escalate=1.5, missed=0)
    assert cheapest(two_labels(100, asked_too=50), costs).escalate_above == 1.0


def test_the_rule_names_its_prices_and_promises_nothing() -> None:
    found = cost_optimal(T200, asked(costs=Costs(4, 0.5)))
    assert found.policy == cheapest(T200, Costs(4, 0.5))
    assert found.certificate is None
    assert np.isnan(found.target)
    assert "misroute 4, review 0.5" in found.title


@SEARCH
@given(st.integers(1, 50), st.integers(1, 50), st.integers(-40, 30))
def test_rescaling_costs_leaves_the_threshold(misroute: int, review: int, power: int) -> None:
    factor = 2.0**power
    scaled = Costs(misroute * factor, review * factor, 1.5 * factor)
    assert cheapest(T200, scaled) == cheapest(T200, Costs(misroute, review))


@SEARCH
@given(st.integers(1, 200), st.integers(0, 1000))
def test_the_order_of_tickets_changes_nothing(n: int, seed: int) -> None:
    of = tickets(*drawn(n, decimals=2, seed=seed))
    order = np.random.default_rng(seed).permutation(n)
    assert cheapest(of, PRICED) == cheapest(of.rows(order), PRICED)


@pytest.mark.parametrize(
    ("costs", "why"),
    [
        (Costs(escalate=1.5), "never pays"),
        (Costs(escalate=1.0), "never pays"),
        (Costs(escalate=0.5), "price of a missed one is not known"),
        (Costs(escalate=0.5, missed=1.0), ""),
    ],
)
def test_the_rule_says_why_it_escalates_nothing(costs: Costs, why: str) -> None:
    caveat = cost_optimal(T200, asked(costs=costs)).caveat
    assert caveat.endswith("right routes") if not why else why in caveat
