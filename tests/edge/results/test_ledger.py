"""The ledger as a value: what it counts and adds up."""

from __future__ import annotations

import math

import pytest

from ticketbench.edge.results.ledger import Ledger, Look, Pin, SeenChange, signs_of

PIN = Pin("d", "r", "a")


def test_a_ledger_counts_and_adds_up_to_six_digits() -> None:
    found = Ledger((PIN,), tuple(SeenChange(-0.1, 10) for _ in range(3)))
    assert (found.merged, found.sum_seen, found.n_unseen) == (3, -0.3, 0)


def test_an_empty_ledger_has_lost_nothing() -> None:
    assert (Ledger((PIN,)).merged, Ledger((PIN,)).sum_seen) == (0, 0.0)


def test_a_change_that_was_not_seen_is_counted_and_not_added() -> None:
    unseen = SeenChange(math.nan, 0)
    found = Ledger((PIN,), (SeenChange(-0.01, 400), unseen))
    assert (found.merged, found.sum_seen, found.n_unseen) == (2, -0.01, 1)
    assert math.isnan(Ledger((PIN,), (unseen,)).sum_seen)


def test_gains_and_losses_that_cancel_leave_a_zero_without_a_sign() -> None:
    found = Ledger((PIN,), (SeenChange(-0.005, 400), SeenChange(0.005, 400)))
    assert math.copysign(1, found.sum_seen) == 1
    assert found.sum_seen == pytest.approx(0)


def test_the_last_pin_counts() -> None:
    assert Ledger((PIN, Pin("d", "r", "b", 3, -0.01, "why"))).pin.answers == "b"


def test_a_look_knows_its_tickets_by_the_first_ten_digits_in_any_order() -> None:
    hashes = [f"{i:010x}ffffff" for i in (7, 3, 5)]
    assert signs_of(hashes) == signs_of(sorted(hashes))
    look = Look("v2", "r", "u", "log", 3, 1, 0.0, -0.01, ships=True, tickets=signs_of(hashes))
    assert look.signs == {f"{i:010x}" for i in (3, 5, 7)}
    assert look.about("r", "u", "log")
    assert not any(
        look.about(*one) for one in (("r", "u", "l"), ("r", "x", "log"), ("q", "u", "log"))
    )
