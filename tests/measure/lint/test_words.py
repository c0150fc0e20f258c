"""Content words and what a rubric says to belong elsewhere, on hand-made questions."""

from __future__ import annotations

import pytest

from ticketbench.measure.lint.words import (
    as_written,
    asked_words,
    content_words,
    is_foreign,
    negations,
    placed_words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is this about payments or the customer's account?", {"payment", "account"}),
        ("Is the user asking about charges, a charge or charging?", {"charg"}),
        ("Is this about it?", set()),
        ("Isn't the Customer\u2019s CARD lost?", {"card", "lost"}),
        ("Can't they sign-in?", {"sign"}),
    ],
)
def test_content_words_are_stems_without_the_words_of_the_question(
    text: str, expected: set[str]
) -> None:
    assert content_words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is it a card rather than a transfer, a fee or cash?", {"card"}),
        ("Is it a card, without a fee: or cash?", {"card", "cash"}),
        ("Is there no invoice, or a receipt?", {"receipt"}),
        ("Does a page not load, or crash?", {"page", "load", "crash"}),
        ("Is it a loan, but not a card or a fee?", {"loan"}),
        ("Is it money where neither a fee nor a rate is meant?", {"monei"}),
    ],
)
def test_what_belongs_elsewhere_is_not_asked_for(text: str, expected: set[str]) -> None:
    assert asked_words(text) == expected


def test_any_not_is_a_negation_up_to_the_next_comma() -> None:
    text = "Does the card not work, or isn't it a loan?"
    parts = [text[low:high] for low, high in negations(text)]
    assert parts == ["not work", "n't it a loan"]


def test_words_have_the_place_where_they_stand_in_the_text() -> None:
    text = "Über's \uff23ard?"
    assert [(word, text[low:high]) for word, low, high in placed_words(text)] == [
        ("über", "Über's"), ("card", "\uff23ard"),
    ]  # fmt: skip


def test_stems_are_shown_as_the_words_that_stand_there() -> None:
    assert as_written("Money, a charge, charges?", {"monei", "charg"}) == ["money", "charge"]


def test_another_language_is_told_by_four_words_none_of_which_is_common_in_english() -> None:
    assert not is_foreign("Is this about money?")
    assert is_foreign("Geht es um Geld?")
    assert not is_foreign("invoices, payments, refunds")
