"""Signatures are cut where a known sign says so, and seen where several texts end alike."""

from __future__ import annotations

import pytest

from ticketbench.edge.texts.signatures import (
    cut_signature,
    holds_signature,
    shared_endings,
    unsigned,
)


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnna\nExample Ltd\n+49 30 000000",
        "--\nAnna",
        "Best regards,\nAnna",
        "Kind regards\n\nAnna Smith\nHead of Operations\n+49 30 000000",
        "With best wishes,\nAnna",
        "Mit freundlichen Grüßen\n\nAnna Schmidt",
        "Viele Gruesse\nAnna",
        "MfG",
        "Cordialement,\nAnna",
        "Un saludo,\nAna",
        "Thanks,\nAnna",
        "Sent from my phone",
        "Best regards,\nAnna\n\nSent from my phone",
        "Von meinem Tablet gesendet",
        "Get Outlook for Android",
    ],
)
def test_a_signature_at_the_end_is_cut(signature: str) -> None:
    own = "The export fails.\nWhy?"
    assert cut_signature(f"{own}\n\n{signature}\n") == own
    assert holds_signature(f"{own}\n{signature}")


@pytest.mark.parametrize(
    "text",
    [
        "Best regards,\nAnna",
        "Thanks, it works.\nBut why?",
        "Thanks,\nbut how do I undo this?",
        "Best regards\n" + "\n".join("1234567"),
        "Regards,\nAnna\nP.S. the invoice is missing as well",
        "Many thanks,\nthe next thing that I need is a copy of it.",
        "| a | b |\n--|--\n| 1 | 2 |",
        "git checkout --\nfails with an error that nobody here has ever seen before, please help",
        "One line, best regards, Anna",
        "The invoice\nsays regards",
    ],
)
def test_what_goes_on_below_a_closing_is_no_signature(text: str) -> None:
    assert cut_signature(text) == text
    assert not holds_signature(text)


def test_a_text_that_is_all_signature_stays_and_can_be_told() -> None:
    assert unsigned("Best regards,\nAnna") == ""


def test_three_lines_that_three_texts_end_in_are_seen() -> None:
    end = "Example Ltd\nRegister 1234\nConfidential"
    texts = [f"Ticket {i}\n\n{end}\n" for i in range(3)]
    assert shared_endings([*texts, "Another\nticket\nwithout\nit", "short"]) == [0, 1, 2]
    assert shared_endings(texts[:2]) == []


def test_one_text_that_stands_three_times_shares_no_ending() -> None:
    assert shared_endings(["one\ntwo\nthree\nfour"] * 3) == []


def test_texts_that_are_nothing_but_the_three_lines_have_no_ending() -> None:
    assert shared_endings(["one\ntwo\nthree", "one\ntwo\nthree\n", "one\n\ntwo\nthree"]) == []


@pytest.mark.parametrize(
    "piece", ["best ", "Best regards\n", "--\n", "a " * 30 + "\n", "\n", "Sent from my "]
)
def test_a_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    assert cut_signature("own\n" + piece * (200_000 // len(piece))).startswith("own")
