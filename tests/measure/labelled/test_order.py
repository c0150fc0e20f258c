"""The order of labelling."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ticketbench.measure.labelled.order import order_of

GROUPS = np.array([7, 7, 7, 2, 2, 9])


def test_every_ticket_has_one_place_and_the_same_seed_gives_the_same_order() -> None:
    for about in ("log", "customers"):
        order = order_of(GROUPS, about=about, seed=5)
        assert order.about == about
        assert sorted(order.rows.tolist()) == list(range(6))
        assert np.array_equal(order.rows, order_of(GROUPS, about=about, seed=5).rows)


def test_an_order_for_customers_begins_with_one_ticket_of_each() -> None:
    for seed in range(20):
        order = order_of(GROUPS, about="customers", seed=seed)
        assert order.n_first == 3
        assert sorted(GROUPS[order.rows[:3]].tolist()) == [2, 7, 9]


def test_every_customer_and_every_ticket_of_it_may_come_first() -> None:
    first = Counter(
        int(order_of(GROUPS, about="customers", seed=seed).rows[0]) for seed in range(900)
    )
    by_customer = [sum(first[i] for i in rows) for rows in ([0, 1, 2], [3, 4], [5])]
    assert min(by_customer) > 240
    assert min(first[i] for i in (0, 1, 2)) > 60


def test_no_tickets_have_an_empty_order() -> None:
    for about in ("log", "customers"):
        assert len(order_of(np.array([], dtype=np.int64), about=about, seed=1).rows) == 0
