"""A loss in words: seen, allowed, and not excluded."""

from __future__ import annotations

import math

import pytest

from ticketbench.report.words.losses import allowed_text, left_text, person_text, seen_text


def test_what_is_allowed_is_told_as_it_was_written() -> None:
    assert allowed_text(0.02, share=True) == "2 points"
    assert allowed_text(0.015, share=True) == "1.5 points"
    assert allowed_text(0.01, share=True) == "1 point"
    assert allowed_text(1.0, share=False) == "1"
    assert allowed_text(0.05, share=False) == "0.05"


@pytest.mark.parametrize(
    ("left", "share", "text"),
    [
        (0.0392, True, "a loss of up to 3.9 points cannot be ruled out"),
        (0.0392, False, "a loss of up to 0.039 cannot be ruled out"),
        (0.0004, True, "a loss of up to 0.04 points cannot be ruled out"),
        (0.0004, False, "a loss of up to 0.0004 cannot be ruled out"),
        (0.0, True, "a loss is ruled out"),
        (math.nan, True, ""),
    ],
)
def test_the_largest_loss_that_is_left(left: float, share: bool, text: str) -> None:
    assert left_text(left, 0.02, share=share) == text


def test_a_loss_seen_is_never_printed_as_the_one_allowed() -> None:
    assert "is 2.004 points, with 2 allowed" in seen_text(0.02004, 0.02, share=True)
    assert "is 0.05004, with 0.05 allowed" in seen_text(0.05004, 0.05, share=False)


def test_a_person_is_told_whether_the_loss_is_near_or_over_the_margin() -> None:
    near = person_text(0.016, 0.02, share=True)
    assert near == (
        "the loss on these tickets is 1.6 points, with 2 allowed; more tickets seldom tell on "
        "which side of 2 the true loss is; a person decides"
    )
    over = person_text(0.026, 0.02, share=True)
    assert over == (
        "the loss on these tickets is 2.6 points, with 2 allowed; luck with the tickets alone "
        "could do that; a person decides"
    )


@pytest.mark.parametrize(
    ("lost", "n"), [(8, 400), (2, 100), (1, 50), (3, 150), (6, 300), (20, 1000)]
)
def test_a_loss_of_exactly_the_margin_is_never_called_more_than_allowed(lost: int, n: int) -> None:
    seen = 1.0 - (n - lost) / n
    text = person_text(seen, 0.02, share=True)
    assert text.startswith("the loss on these tickets is 2.0 points, with 2 allowed; more tickets")


def test_the_largest_loss_that_is_left_is_never_printed_as_the_one_allowed() -> None:
    assert left_text(0.01998, 0.02, share=True).startswith("a loss of up to 1.998 points cannot")
    assert left_text(0.02003, 0.02, share=True).startswith("a loss of up to 2.003 points cannot")
    assert left_text(0.02, 0.02, share=True).startswith("a loss of up to 2.0 points cannot")


def test_no_loss_at_all_takes_no_decimals() -> None:
    assert person_text(0.0, 0.0, share=True).startswith("the loss on these tickets is 0.0 points,")
