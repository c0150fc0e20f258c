"""TB124 and TB128: whether a rubric is one question."""

from __future__ import annotations

import pytest

from lint_sets import GOOD, rubric_set
from ticketbench.measure.lint.rule import remarks


def codes(text: str) -> list[str]:
    found = remarks(rubric_set(GOOD, billing=text))
    return [one.finding.code for one in found if one.labels == ("billing",)]


@pytest.mark.parametrize(
    "text", ["about bugs, crashes", "Invoices and refunds.", "!? refunds, tax"]
)
def test_a_phrase_is_no_question(text: str) -> None:
    assert "TB124" in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "about an invoice or refund?", "Is it about an invoice or a refund", 'Invoice or refund?"',
        "Rechnung oder Mahnung\uff1f", "¿Pregunta por una factura o un reembolso?",
    ],
)  # fmt: skip
def test_a_mark_at_the_end_or_a_question_word_makes_one(text: str) -> None:
    assert "TB124" not in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Is it about an invoice, and does it name a refund?",
        "Is it about an invoice? Is it about a refund?",
        "Is it about a refund, or is the customer asking for an invoice?",
    ],
)
def test_two_questions_are_told(text: str) -> None:
    assert codes(text) == ["TB128"]


@pytest.mark.parametrize(
    "text",
    [
        "Is it about a refund that was declined, is pending and has the wrong amount?",
        "Is it about an invoice: how long it takes, and what a refund costs?",
    ],
)
def test_a_list_is_one_question(text: str) -> None:
    assert codes(text) == []
