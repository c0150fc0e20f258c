"""The steps are taken in order, each said, and none leaves a ticket without words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.edge.texts.quotes import cut_quotes
from ticketbench.edge.texts.signatures import cut_signature
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


@pytest.mark.parametrize(
    "markup",
    [
        '<div dir="ltr">It fails.</div><br><div class="gmail_quote"><div class="gmail_attr">On May '
        '3, 2026 at 10:12 AM Support &lt;<a href="mailto:help@example.com">help@example.com</a>'
        '&gt; wrote:<br></div><blockquote style="margin:0"><div>Hello</div></blockquote></div>',
        '<p class="MsoNormal">It fails.<o:p></o:p></p><div><div style="border-top:0"><p><b>From:'
        "</b> Support &lt;help@example.com&gt;<br><b>Sent:</b> Monday, 3 May 2026<br><b>To:</b>"
        " Ann<br><b>Subject:</b> Re</p></div></div><p>Hello</p>",
        '<div>It fails.</div><div><br><blockquote type="cite"><div>On 3 May 2026, at 10:12, Ann '
        "wrote:</div><br><div>Hello</div></blockquote></div>",
        '<html><head><style>p{}</style></head><body lang="DE"><p>It fails.</p><hr><p>Von: Support '
        "&lt;help@example.com&gt;<br>Gesendet: Montag, 3. Mai 2026<br>An: Ann<br>Betreff: AW</p>"
        "<p>Hallo</p></body></html>",
    ],
    ids=["webmail", "desktop", "phone", "desktop, German"],
)
def test_a_mail_of_the_usual_programs_is_left_with_what_was_written(markup: str) -> None:
    assert cleaned(markup, ("html", "quotes")).text == "It fails."


LINES = st.sampled_from(
    ["It fails.", "", "> it", "On 3 May 2026, 10:12 Ann wrote:", "From: a@example.com", "Sent: x",
     "Subject: x", "-- ", "Best regards,", "Ann", "Thanks,", "Sent from my phone", "Why?", " > x"]
)  # fmt: skip


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_what_is_left_begins_the_text_and_is_never_empty(text: str) -> None:
    for step in (cut_quotes, cut_signature):
        left = step(text)
        assert text.startswith(left)
        assert bool(left.strip()) == bool(text.strip())
