"""Tickets that the baseline or an earlier release was judged on are not fresh."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import Rubric
from ticketbench.edge.results.baseline import Baseline, KeptTicket, Origin
from ticketbench.edge.results.ledger import Ledger, Look, Pin, signs_of
from ticketbench.flow.labels.used import refuse_used

HASHES = [f"{i:010x}{i:06x}" for i in range(8)]
IDS = [f"T{i}" for i in range(8)]


def look(*tickets: int) -> Look:
    signs = signs_of(HASHES[i] for i in tickets)
    return Look("v2", "r2", "u", "log", len(tickets), 0, 0.0, -0.01, ships=True, tickets=signs)


def baseline(*known: int, looks: tuple[Look, ...] = ()) -> Baseline:
    origin = Origin("d", "r", "local://x", "s", "", Policy(), Costs())
    tickets = {HASHES[i]: KeptTicket("x", "x", 0.9, "route") for i in known}
    made = Baseline("v1", origin, (Rubric("x", "X?"), Rubric("y", "Y?")), {}, tickets)
    return replace(made, ledger=Ledger((Pin("d", "r", "s"),), pinned=made.asked, looks=looks))


def refused(kept: Baseline, of: slice, but: Look | None = None) -> str:
    with pytest.raises(InputError) as caught:
        refuse_used(IDS[of], HASHES[of], kept, but=but)
    return str(caught.value)


def test_tickets_that_nobody_looked_at_are_fresh() -> None:
    refuse_used(IDS[4:], HASHES[4:], baseline(0, 1, looks=(look(2, 3),)))
    refuse_used(IDS, HASHES, replace(baseline(), ledger=None))


def test_one_ticket_of_the_baseline_is_enough_and_is_named() -> None:
    told = refused(baseline(1), slice(1, 5))
    assert "1 of 4 tickets are not fresh: the baseline has T1" in told


def test_one_ticket_of_an_earlier_release_is_enough_whatever_else_is_new() -> None:
    told = refused(baseline(0, looks=(look(2), look(5, 6))), slice(3, 8))
    assert "2 of 5 tickets are not fresh: release 2 since the pin (v2) was judged on T5, T6" in told


def test_the_same_look_may_be_taken_again_and_no_other_with_its_tickets() -> None:
    one, other = look(4, 5), look(5, 6)
    refuse_used(IDS[4:6], HASHES[4:6], baseline(looks=(one,)), but=one)
    assert "release 2" in refused(baseline(looks=(one, other)), slice(4, 6), but=one)
