"""What of a partly labelled log counts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from logs_with_labels import log_of
from paired_tickets import COSTS, answered, judged_pair
from ticketbench.measure.labelled.log import LabelledLog, labelled_log, of_customers
from ticketbench.measure.labelled.order import Order, order_of
from ticketbench.measure.labelled.targets import TARGETS, UNLABELLED, sides

TICKETS = answered(np.random.default_rng(8), "Pareto", 300, changed=0.3)


def test_labels_count_from_the_top_to_the_first_gap() -> None:
    log = log_of([0.0, "+", 0.0, "-", 0.0, None, 0.0, "+", None])
    assert (log.n, log.n_differ, log.from_top, log.n_labelled, log.n_beyond) == (9, 5, 5, 2, 1)
    assert log.labelled.tolist() == [1.0, -1.0]
    assert log.looks.tolist() == [1, 3, 5]
    assert not log.exact


def test_the_gain_seen_stands_for_all_that_differ() -> None:
    assert log_of([0.0, "+", "+", "0", None, None]).seen == pytest.approx(5 / 6 * 2 / 3)
    assert log_of([0.5, "+", None, 0.0], most=2.0).seen == pytest.approx((0.5 + 2 * 1) / 4)


def test_once_all_are_labelled_the_gain_is_the_mean() -> None:
    log = log_of([0.0, "+", "-", "-", "0"])
    assert log.exact
    assert log.seen == -0.2
    assert log_of([0.1, 0.2, -0.3]).seen == 0.0


def test_without_a_label_where_one_is_needed_nothing_is_seen() -> None:
    for log in (log_of([0.0, None]), log_of([])):
        assert np.isnan(log.seen)
    assert log_of([0.0, 0.0]).seen == 0.0


def test_the_gain_seen_is_right_on_average_over_which_are_labelled() -> None:
    x = ["+", "+", "-", "0", "+", "-", "+"]
    for m in range(1, len(x) + 1):
        seen = [
            log_of([0.0] * 3 + [x[i] for i in rows] + [None] * (len(x) - m)).seen
            for rows in combinations(range(len(x)), m)
        ]
        assert np.mean(seen) == pytest.approx(0.2, abs=1e-12)


def simulated(order: Order, *, n_looked_at: int) -> LabelledLog:
    gold = TICKETS.gold.copy()
    gold[order.rows[n_looked_at:]] = UNLABELLED
    return labelled_log(sides(judged_pair(TICKETS)), TARGETS["accuracy"], gold, order, costs=COSTS)


def test_a_log_has_the_order_and_the_labels_that_were_given() -> None:
    order = order_of(TICKETS.groups, about="log", seed=2)
    log = simulated(order, n_looked_at=200)
    first, second = (right[order.rows].astype(float) for right in TICKETS.right)
    assert (log.n, log.about) == (len(TICKETS.groups), "log")
    assert of_customers(log, order) is log
    assert log.from_top >= 200
    assert np.array_equal(log.gains[:200], (second - first)[:200])
    assert np.isnan(log.gains[200:]).any()
    assert np.array_equal(log.groups, TICKETS.groups[order.rows])


def test_the_head_of_an_order_by_customer_is_one_independent_ticket_of_each() -> None:
    order = order_of(TICKETS.groups, about="customers", seed=2)
    whole = simulated(order, n_looked_at=len(TICKETS.groups))
    log = of_customers(whole, order)
    assert log.about == "customers"
    assert np.array_equal(log.gains, whole.gains[: order.n_first])
    assert log.n == len(set(TICKETS.groups.tolist())) == len(set(log.groups.tolist()))
    assert set(whole.groups[: log.n].tolist()) == set(TICKETS.groups.tolist())
    assert log.from_top == log.n
    assert not log.exact
