"""Whether a release ships."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ticketbench.measure.labelled.about_tickets import of_tickets
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.labelled.release import (
    fresh_tickets,
    judged_part,
    release,
    two_sided,
    wanted,
)
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


def log(n: int, differ: int, labels: list[float]) -> LabelledLog:
    """n tickets, of which the first `differ` need a label, and the first of these have one."""
    gains = np.zeros(n)
    gains[:differ] = math.nan
    gains[: len(labels)] = labels
    return LabelledLog(gains, np.arange(n) < differ, np.arange(n), 1.0)


def test_labels_asked_for_are_those_of_as_few_tickets_as_would_do() -> None:
    asked = wanted(log(6_000, 1_800, []), budget=0.05)
    assert asked == fresh_tickets(turned=0.3, differ=0.3, budget=0.05).n_labels
    assert 400 < asked < 420
    assert wanted(log(1_000, 300, []), budget=0.05) == 300
    assert wanted(log(6_000, 40, []), budget=0.05) == 30
    assert wanted(log(6_000, 12, []), budget=0.05) == 12
    assert wanted(log(6_000, 0, []), budget=0.05) == 0
    assert wanted(log(6_000, 1_800, []), budget=0.05, planned=50) > asked


def test_m_labels_of_a_large_log_have_the_error_of_a_log_that_they_fill() -> None:
    signs = [1.0, -1.0] * 200
    part = of_tickets(judged_part(log(6_000, 1_800, signs), 400))
    whole = of_tickets(log(round(6_000 * 400 / 1_800), 400, signs))
    assert part.se == pytest.approx(whole.se, rel=0.003)


def test_a_release_is_judged_on_the_labels_asked_for_and_on_no_others() -> None:
    one = judged_part(log(900, 300, [1.0] * 40 + [-1.0] * 260), 40)
    assert (one.n_labelled, one.seen) == (40, pytest.approx(1 / 3))
    assert judged_part(log(900, 300, [1.0] * 20), 40).n_labelled == 20


def test_the_ends_of_the_interval_that_is_printed_are_the_bounds_that_decide() -> None:
    found = release(gain(200, 240), budget=0.05, planned=4)
    assert found.low == found.change.bounds(two_sided(4)).low
    assert two_sided(5) == pytest.approx(0.98)
