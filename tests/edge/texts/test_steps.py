"""The steps are taken in order, each said, and none leaves a ticket without words."""

from __future__ import annotations

from ticketbench.edge.texts.steps import STEPS, Cleaned, cleaned

MAIL = (
    "<p>It fails.</p><p>Best regards,<br>Anna</p>"
    "<blockquote>On 3 May our agent wrote:<br>Hello</blockquote>"
)


def test_a_closing_is_seen_once_the_quote_below_it_is_gone() -> None:
    assert cleaned(MAIL, STEPS) == Cleaned("It fails.", ("html", "quotes", "signatures"))


def test_only_the_steps_that_are_asked_for_are_taken() -> None:
    assert cleaned(MAIL, ()) == Cleaned(MAIL)
    assert cleaned(MAIL, ("html",)).changed == ("html",)
    assert cleaned(MAIL, ("quotes", "signatures")) == Cleaned(MAIL)


def test_a_step_that_would_leave_nothing_is_not_taken_and_said() -> None:
    assert cleaned("> a\n> b", STEPS) == Cleaned("> a\n> b", (), ("quotes",))
    assert cleaned("<p><img></p>", STEPS) == Cleaned("<p><img></p>", (), ("html",))
    assert cleaned("Best regards,\nAnna", STEPS).emptied == ("signatures",)


def test_a_text_without_any_of_it_stays_to_the_byte() -> None:
    text = "  The export\tfails.\r\n\r\nSince May. "
    assert cleaned(text, STEPS) == Cleaned(text)
