"""Where rubrics name other labels, on hand-made sets."""

from __future__ import annotations

import pytest

from lint_sets import rubric_set
from ticketbench.core.rubrics import Rubric
from ticketbench.measure.lint.mentions import mentions, takes_the_rest


def named(text: str, *others: str) -> list[tuple[str, bool, bool]]:
    """What the rubric `text` of the label `own` names: of, negated, as_label."""
    found = mentions(rubric_set({"own": text, **dict.fromkeys(others, "Is it?")}))
    return [(m.of, m.negated, m.as_label) for m in found if m.by == "own"]


@pytest.mark.parametrize(
    "text",
    [
        "Is this about billing?", "Is this about shipping or the billing?", "Is it 'Billing'?",
        "Is this about the customer's billing, or a bill?", "Is it for the billing team?",
        "Does it fit the label billing?",
    ],
)  # fmt: skip
def test_a_label_is_named_as_one(text: str) -> None:
    assert named(text, "billing") == [("billing", False, True)]


@pytest.mark.parametrize("text", ["Does it name billing data?", "Is it about a billing address?"])
def test_a_word_of_the_language_is_not_named_as_a_label(text: str) -> None:
    assert named(text, "billing") == [("billing", False, False)]


def test_a_label_spelled_as_no_word_is_one_wherever_it_stands() -> None:
    assert named("Does it belong to top_up?", "top_up") == [("top_up", False, True)]
    assert named("Does a top-up fail?", "top_up") == [("top_up", False, False)]
    assert named("Does it fit topUp well?", "topUp") == [("topUp", False, True)]


@pytest.mark.parametrize(
    "text", ["Is it late, not billing?", "Is it a bug rather than a wish, billing or praise?"]
)
def test_a_negated_label_is_marked(text: str) -> None:
    assert [negated for _, negated, _ in named(text, "billing")] == [True]


def test_the_longer_of_two_names_counts_and_the_own_one_is_none() -> None:
    assert named("Is it a credit card?", "card", "credit_card") == [("credit_card", False, False)]
    assert mentions(rubric_set(card="Is it a card?", other="Is it?")) == ()


def test_singular_and_plural_are_alike() -> None:
    assert [of for of, _, _ in named("Is it late orders?", "order")] == ["order"]
    assert [of for of, _, _ in named("Is it an order?", "orders")] == ["orders"]


@pytest.mark.parametrize("label", ["question", "other", "general", "the one", "a b c d e f"])
def test_names_that_are_words_of_any_question_are_not_looked_for(label: str) -> None:
    assert named(f"Is this about {label}?", label) == []


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("other", "Is it?", True), ("anythingElse", "Is it?", True), ("misc_tickets", "?", True),
        ("x", "Is it something else?", True), ("x", "Does none of these fit?", True),
        ("x", "Is it a question about another plan?", False), ("mother", "Is it?", False),
    ],
)  # fmt: skip
def test_a_label_for_the_rest_is_known_by_name_or_question(
    label: str, text: str, expected: bool
) -> None:
    assert takes_the_rest(Rubric(label, text)) is expected
