"""Whether a release ships."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ticketbench.measure.labelled.release import fresh_tickets, release
from ticketbench.measure.pairs.change import Change, undefined
from ticketbench.measure.pairs.of_means import of_means


def gain(gained: int, lost: int, n: int = 2_000) -> Change:
    first, second = np.zeros(n), np.zeros(n)
    second[:gained] = 1
    first[gained : gained + lost] = 1
    return of_means(first, second, np.arange(n))


def test_it_ships_where_a_loss_of_the_budget_is_excluded_at_the_level_of_all_releases() -> None:
    found = release(gain(200, 240), budget=0.05, planned=5)
    assert found.outcome == "ships"
    assert found.low == gain(200, 240).bounds(0.98).low
    assert found.low == pytest.approx(-0.02 - 2.3282 * found.change.se, abs=1e-5)
    assert release(gain(200, 240), budget=0.03).outcome == "nothing ships"


def test_more_planned_releases_ask_for_more() -> None:
    lows = [release(gain(200, 220), budget=0.05, planned=k).low for k in (1, 5, 50)]
    assert lows == sorted(lows, reverse=True)
    assert release(gain(200, 220), budget=0.05, planned=1).low == gain(200, 220).bounds(0.9).low


def test_without_an_interval_nothing_ships() -> None:
    found = release(undefined(math.nan, 0, "no tickets"), budget=0.05)
    assert found.outcome == "nothing ships"
    assert math.isnan(found.low)


def test_a_loss_at_the_budget_does_not_ship() -> None:
    found = release(gain(100, 200), budget=0.05)
    assert release(gain(100, 200), budget=-found.low).outcome == "nothing ships"
    assert release(gain(100, 200), budget=-found.low + 1e-9).outcome == "ships"


def test_fresh_tickets_are_as_many_as_the_formula_says() -> None:
    five = fresh_tickets(turned=0.3, differ=0.4, budget=0.05)
    for n, enough in ((five.n, True), (five.n - 1, False)):
        reach = 2.3263479 * math.sqrt(0.3 / n + 3 / n**2) + 1.0364334 * math.sqrt(0.3 / n) + 0.5 / n
        assert (reach <= 0.05) == enough
    assert 1_357 < five.n < 1_390
    assert five.n_labels == math.ceil(0.4 * five.n)
    assert fresh_tickets(turned=0.3, differ=0.4, budget=0.03).n > 2.7 * five.n
    assert fresh_tickets(turned=0.3, differ=0.4, budget=0.05, planned=1).n < five.n
    nothing = fresh_tickets(turned=0.0, differ=0.0, budget=0.05)
    assert (nothing.n, nothing.n_labels) == (math.ceil((2.3263479 * math.sqrt(3) + 0.5) / 0.05), 0)
    assert fresh_tickets(turned=0.3, differ=0.4, budget=1e-9).n == 1_000_000
