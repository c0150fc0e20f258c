"""The interval about these very tickets."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logs_with_labels import drawn_log, in_order, log_of, up_to
from ticketbench.measure.labelled.about_log import EXACT, NOT_OF_LOG, TOO_FEW, of_log
from ticketbench.measure.labelled.log import LabelledLog


def test_hand_made_numbers() -> None:
    log = log_of([0.0] * 50 + ["+"] * 20 + ["-"] * 10 + ["0"] * 10 + [None] * 60)
    found = of_log(log)
    mean, m, many, n = 0.25, 40, 100, 150
    spread = (20 * 0.75**2 + 10 * 1.25**2 + 10 * 0.25**2) / 39
    se = many / n * math.sqrt((spread / m + 3 / m**2) * (1 - m / many))
    assert found.value == pytest.approx(1 / 6, abs=1e-15)
    assert found.value == pytest.approx(mean * many / n)
    assert found.high - found.value == pytest.approx(2.0226909 * se, abs=1e-8)
    assert found.value - found.low == pytest.approx(found.high - found.value, abs=1e-12)
    assert found.n == 150


def test_of_the_last_tickets_without_a_label_three_are_imagined() -> None:
    log = log_of(["0"] * 92 + ["+"] * 4 + ["-"] * 4 + [None] * 6)
    found, spread = of_log(log), 8 / 99
    se = math.sqrt(106 * 1.06 * spread * (1 - 100 / 106) + 3) / 106
    assert found.high - found.value == pytest.approx(1.9842170 * se, abs=1e-8)


def test_no_end_is_beyond_what_the_last_labels_could_still_add() -> None:
    for left in (1, 2, 3):
        found = of_log(log_of(["+"] * 20 + ["-"] * 20 + [None] * left + [0.0] * 9))
        assert (found.low, found.high) == (-left / (49 + left), left / (49 + left))
    dear = of_log(log_of(["+"] * 20 + ["-"] * 20 + [None], most=5.0))
    assert dear.high < 5.0 / 41


def test_a_log_that_is_labelled_whole_is_known_exactly() -> None:
    log = drawn_log(np.random.default_rng(1), 3_000, differ=0.2, gain=0.01)
    found = of_log(log)
    assert abs(found.value - log.gains.mean()) < 1e-12
    assert found.low == found.value == found.high
    assert found.method == EXACT


def test_less_than_thirty_labels_say_nothing_unless_they_are_all() -> None:
    log = log_of(["+"] * 29 + [None])
    assert math.isnan(of_log(log).value)
    assert of_log(log).method == TOO_FEW
    assert of_log(log_of(["+"] * 30 + [None])).value == 1.0
    assert of_log(log_of(["+"] * 3 + [0.0])).value == 0.75


def test_where_the_sets_never_differ_nothing_has_to_be_labelled() -> None:
    found = of_log(log_of([0.0] * 5))
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
    assert math.isnan(of_log(log_of([])).value)


def test_an_order_by_customer_says_nothing_about_the_log() -> None:
    found = of_log(log_of(["+"] * 40, about="customers"))
    assert math.isnan(found.value)
    assert found.method == NOT_OF_LOG


def test_swapping_the_sides_mirrors_the_interval_and_the_order_of_labels_is_forgotten() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        log = up_to(drawn_log(rng, 400, differ=0.3, gain=0.03), 60)
        found = of_log(log)
        other = of_log(LabelledLog(-log.gains, log.differs, log.groups, 1.0))
        assert (other.low, other.high) == pytest.approx((-found.high, -found.low), abs=1e-14)
        rows = np.append(rng.permutation(log.from_top), np.arange(log.from_top, log.n))
        again = of_log(in_order(log, rows))
        assert (again.low, again.high) == pytest.approx((found.low, found.high), abs=1e-12)


def test_the_unit_of_the_cost_changes_the_unit_of_the_interval_alone() -> None:
    log = up_to(drawn_log(np.random.default_rng(5), 400, differ=0.3, gain=0.03), 60)
    found = of_log(log)
    dear = of_log(LabelledLog(20 * log.gains, log.differs, log.groups, 20.0))
    assert (dear.low, dear.high) == pytest.approx((20 * found.low, 20 * found.high), abs=1e-12)


def test_ends_stay_within_what_is_possible() -> None:
    found = of_log(log_of(["+"] * 30 + [None] * 30))
    assert found.high == 1.0
    assert 0.5 < found.low < 1.0
    assert of_log(log_of(["0"] * 40 + [None])).low == -1 / 41
