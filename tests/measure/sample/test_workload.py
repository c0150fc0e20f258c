"""Tickets a day, by outcome."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Estimate
from ticketbench.measure.routing.outcomes import summarise
from ticketbench.measure.sample.production_mix import production_mix
from ticketbench.measure.sample.workload import shares_of, shares_of_counts, workload

POLICY = Policy(threshold=0.5, escalate_above=0.4)


def test_a_day_holds_every_ticket_once() -> None:
    found = workload(shares_of(random_table(300), POLICY), tickets_per_day=740)
    assert found.routed.value + found.reviewed.value + found.escalated.value == pytest.approx(740)
    assert 0 < found.misrouted.value < found.routed.value


def test_the_shares_are_those_of_the_routing_metrics() -> None:
    tickets = random_table(300)
    told = summarise(tickets, POLICY.decide(tickets.scores, tickets.labels), Costs())
    found = shares_of(tickets, POLICY)
    assert found.routed == told.coverage
    assert found.misrouted.value == pytest.approx(told.wrong / told.n)
    assert found.escalated.value == pytest.approx(told.escalated / told.n)


def test_at_a_mix_the_routed_share_is_that_of_the_mix() -> None:
    tickets, mix = random_table(300), {"l0": 0.7, "l1": 0.1, "l2": 0.1, "l3": 0.1}
    mix = dict(zip(tickets.labels, mix.values(), strict=True))
    found = shares_of(tickets, POLICY, mix)
    expected = production_mix(tickets, POLICY, mix)
    assert found.routed == expected.coverage
    right = expected.selective_precision.value
    assert found.misrouted.value == pytest.approx(found.routed.value * (1 - right))


def test_a_label_of_the_mix_without_tickets_leaves_the_day_undefined() -> None:
    found = workload(shares_of(random_table(50), POLICY, {"zebra": 1.0}), tickets_per_day=10)
    assert math.isnan(found.routed.value)


def test_a_ticket_that_no_label_fits_is_misrouted_when_it_is_routed() -> None:
    rows, gold = [[0.9, 0.05, 0.05], [0.9, 0.05, 0.05]], ["a", NONE_LABEL]
    assert shares_of(table(rows, gold), POLICY).misrouted.value == 0.5
    assert shares_of(table(rows, gold), POLICY, {"a": 1.0}).misrouted.value == 0.0
    assert shares_of(table(rows, gold), POLICY, {"a": 1, NONE_LABEL: 1}).misrouted.value == 0.5


def test_counts_of_a_log_have_the_same_shares_and_take_what_is_wrong_from_the_evaluation() -> None:
    right = Estimate(0.9, 0.85, 0.95, 120, "Wilson")
    found = shares_of_counts([60, 30, 10], right)
    assert (found.routed.value, found.reviewed.value, found.escalated.value) == (0.6, 0.3, 0.1)
    assert found.misrouted.value == pytest.approx(0.06)
    assert found.misrouted.low == pytest.approx(found.routed.low * 0.05)
    assert found.misrouted.high == pytest.approx(found.routed.high * 0.15)


def test_without_a_judged_share_nobody_knows_what_is_misrouted() -> None:
    found = shares_of_counts([60, 30, 10], Estimate.undefined(0, "no promise"))
    assert math.isnan(found.misrouted.value)
    assert found.routed.defined


def test_no_tickets_are_no_day() -> None:
    found = workload(shares_of(table(np.empty((0, 3)).tolist(), []), POLICY), tickets_per_day=5)
    assert math.isnan(found.routed.value)
