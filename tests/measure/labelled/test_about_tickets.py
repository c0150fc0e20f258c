"""The change on other tickets like these."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logs_with_labels import at_stake, drawn_log, log_of, up_to
from paired_tickets import answered, gain_of, judged_pair
from ticketbench.measure.labelled.about_tickets import of_tickets
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.pairs.of_means import of_means


def test_with_every_label_it_is_the_change_that_compare_prints() -> None:
    for target in ("accuracy", "cost"):
        tickets = answered(np.random.default_rng(6), "Pareto", 500, changed=0.2, loss=0.02)
        known, each = at_stake(tickets, target)
        found = of_tickets(LabelledLog(each, known.differs, tickets.groups, known.most))
        wanted = gain_of(judged_pair(tickets), target)
        assert found.bounds().low == pytest.approx(wanted.bounds().low, abs=1e-12)
        assert found.bounds().high == pytest.approx(wanted.bounds().high, abs=1e-12)
        assert (found.n, found.n_groups) == (wanted.n, wanted.n_groups)


def test_hand_made_numbers_of_a_labelled_half() -> None:
    marks = ["+"] * 24 + ["-"] * 8 + [None] * 32 + [0.0] * 36
    found = of_tickets(log_of(marks))
    x = np.repeat([1.0, -1.0], [24, 8])
    each = np.concatenate([0.5 + 2 * (x - 0.5), np.full(32, 0.5), np.zeros(36)])
    assert found.value == pytest.approx(64 / 100 * 0.5, abs=1e-15)
    assert found.variance == pytest.approx(
        100 / 99 * ((each - 0.32) ** 2).sum() / 100**2, abs=1e-15
    )
    assert found.imagined == pytest.approx(2 / 100, abs=1e-15)
    assert found.df == pytest.approx(99)


def test_customers_widen_it() -> None:
    alone = up_to(drawn_log(np.random.default_rng(7), 1_000, differ=0.3, gain=0.02), 100)
    order = np.argsort(np.nan_to_num(alone.gains), kind="stable")
    customers = np.empty(1_000, dtype=np.int64)
    customers[order] = np.arange(1_000) // 25
    grouped = LabelledLog(alone.gains, alone.differs, customers, 1.0)
    assert of_tickets(grouped).se > 2 * of_tickets(alone).se


def test_less_than_thirty_labels_say_nothing_unless_they_are_all() -> None:
    assert math.isnan(of_tickets(log_of(["+"] * 29 + [None])).value)
    assert of_tickets(log_of(["+"] * 29 + [0.0])).defined
    assert of_tickets(log_of(["+"] * 30 + [None])).defined


def test_where_the_sets_never_differ_three_tickets_are_imagined() -> None:
    found, wanted = (
        of_tickets(log_of([0.0] * 200)), of_means(np.ones(200), np.ones(200), np.arange(200)),
    )  # fmt: skip
    assert (found.value, found.se) == (0.0, wanted.se)
    assert math.isnan(of_tickets(log_of([])).value)


def test_swapping_the_sides_mirrors_it() -> None:
    log = up_to(drawn_log(np.random.default_rng(9), 600, differ=0.3, gain=0.03), 80)
    found, other = of_tickets(log), of_tickets(LabelledLog(-log.gains, log.differs, log.groups, 1))
    assert other.value == -found.value
    assert other.se == pytest.approx(found.se, abs=1e-15)
