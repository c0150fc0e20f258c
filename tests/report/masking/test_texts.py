"""Texts that may be shown: three modes, counted, and the tickets left as they are."""

from __future__ import annotations

import pytest

from ticketbench.core.types import Dataset, Ticket
from ticketbench.report.masking.texts import Masking, Mode, quiet, shown_texts

TICKETS = (
    Ticket("t1", "write to anna@example.com or bea@example.com", "a"),
    Ticket("t2", "nothing here", "a"),
    Ticket("+49 171 3920071", "call 0171 3920071, Anna", "b", group="anna@example.com"),
)


def test_masked_texts_come_by_the_ids_of_the_tickets_and_are_counted() -> None:
    found = shown_texts(TICKETS, "masked", words=["Anna"])
    assert found.texts == {
        "t1": "write to [mail] or [mail]",
        "t2": "nothing here",
        "+49 171 3920071": "call [phone], [name]",
    }
    counts = {"mail": 2, "name": 1, "phone": 1}
    assert found.masking == Masking("masked", 4, 2, 3, counts, names=True)


def test_full_texts_are_whole_and_none_are_none() -> None:
    assert shown_texts(TICKETS, "full").texts == {one.id: one.text for one in TICKETS}
    assert shown_texts(TICKETS, "none").texts == {}


@pytest.mark.parametrize("mode", ["masked", "full", "none"])
def test_no_ticket_and_no_fingerprint_changes(mode: Mode) -> None:
    before = Dataset("d", TICKETS)
    shown = shown_texts(before.tickets, mode)
    assert [quiet(one, shown) for one in TICKETS] == [*TICKETS]
    assert Dataset("d", tuple(quiet(one, shown) for one in TICKETS)) == before


@pytest.mark.parametrize(
    ("mode", "shown"), [("masked", "[phone]"), ("none", "[phone]"), ("full", "+49 171 3920071")]
)
def test_an_id_is_whole_only_where_texts_are(mode: Mode, shown: str) -> None:
    assert Masking(mode).shown_id("+49 171 3920071") == shown


def test_a_quiet_ticket_prints_only_what_may_be_shown() -> None:
    ticket = Ticket(
        "+49 171 3920071",
        "by anna@example.com\n",
        "b",
        group="a@b.example",
        metadata=(("from", "c@d.example"),),
        text_in_file="by anna@example.com\r\n",
    )
    for mode in ("masked", "none"):
        printed = repr(quiet(ticket, shown_texts([ticket], mode)))
        assert "@" not in printed
        assert "3920071" not in printed
        assert ("by [mail]" in printed) == (mode == "masked")
    assert repr(quiet(ticket, shown_texts([ticket], "full"))) == repr(ticket)
