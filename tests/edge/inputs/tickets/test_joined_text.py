"""One text of several columns: nothing of an empty part, no subject twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.edge.inputs.tickets.joined_text import joined_text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("Crash", "It crashes."), "Crash\n\nIt crashes."),
        ((" Crash\n", "\tIt crashes. "), "Crash\n\nIt crashes."),
        (("", "It crashes."), "It crashes."),
        (("Crash", " \n"), "Crash"),
        (("It crash", "It crashes."), "It crashes."),
        (("It crashes.", "It crashes."), "It crashes."),
        (("It crashes.", "It crash"), "It crashes.\n\nIt crash"),
        (("It", "", "It crashes."), "It crashes."),
        (("a", "b", "c"), "a\n\nb\n\nc"),
        (("", " "), ""),
        ((), ""),
    ],
)
def test_parts_are_joined_in_order_and_nothing_stands_twice(
    parts: tuple[str, ...], text: str
) -> None:
    assert joined_text(parts, join="\n\n") == text


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.lists(st.text("ab \n", max_size=4), max_size=4), st.sampled_from(["\n\n", " | ", ""]))
def test_no_stray_join_stands_at_an_end(parts: list[str], join: str) -> None:
    found = joined_text(parts, join=join)
    assert found == found.strip()
    assert (found == "") == (not "".join(parts).strip())
