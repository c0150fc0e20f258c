"""Texts that may be shown: three modes, counted, and the tickets left as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.core.types import Dataset, Ticket
from ticketbench.report.masking.kinds import OF_IDS
from ticketbench.report.masking.mask import mask_in_id
from ticketbench.report.masking.texts import Masking, Mode, masked_id, quiet, shown_texts

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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("anna@example.com", "[mail]"),
        ("chat-anna@example.com-7", "[mail]"),
        ("+49 171 3920071", "[phone]"),
        ("whatsapp:+491713920071", "whatsapp:[phone]"),
        ("0171 39200-71", "[phone]"),
        ("202-555-0143", "[phone]"),
        ("DE02120300000000202051", "[iban]"),
        ("s-0001", "s-0001"),
        ("10023456", "10023456"),
        ("2024-000123", "2024-000123"),
        ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
        ("00000123", "00000123"),
        ("INC0012345", "INC0012345"),
        ("192.0.2.1", "192.0.2.1"),
        ("x" * 500, "x" * 500),
    ],
)
def test_an_id_is_masked_where_it_looks_like_a_mail_or_a_phone(name: str, shown: str) -> None:
    assert masked_id(name) == shown


@given(st.from_regex("[A-Za-z0-9_-]{1,8}", fullmatch=True))
def test_a_short_id_that_nobody_looks_into_holds_nothing_to_mask(name: str) -> None:
    assert masked_id(name) == name
    assert mask_in_id(name) == name
    assert [span for kind in OF_IDS for span in kind.find(name)] == []


@given(st.text(alphabet="a7Z+@.-_ ü", max_size=16) | st.text(max_size=12))
def test_an_id_is_shown_as_if_every_one_were_looked_into(name: str) -> None:
    assert masked_id(name) == mask_in_id(name)
