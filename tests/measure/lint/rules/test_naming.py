"""TB127 and TB129: rubrics that name other labels."""

from __future__ import annotations

import pytest

from lint_sets import GOOD, rubric_set
from ticketbench.measure.lint.rule import remarks

ABOUT = "Is this about technical, or a billing address?"


def codes(text: str) -> list[tuple[str, str]]:
    found = remarks(rubric_set(GOOD, other=text))
    return [
        (one.finding.code, one.finding.evidence) for one in found if one.labels[:1] == ("other",)
    ]


def test_a_rubric_that_is_about_another_label_is_warned_of() -> None:
    assert codes(ABOUT) == [("TB127", "'technical'")]


def test_every_label_that_it_names_stands_in_one_warning() -> None:
    text = "Is this about billing, technical or billing, or praise and cake?"
    assert codes(text) == [("TB127", "'billing', 'technical'")]


def test_a_label_that_is_negated_is_a_note() -> None:
    text = "Is this about praise and cake rather than billing?"
    assert codes(text) == [("TB129", "it negates 'billing'")]


@pytest.mark.parametrize("text", [GOOD["other"], "Is it praise for billing data, or cake?"])
def test_neither_is_said_of_a_question_in_words_of_its_own(text: str) -> None:
    assert codes(text) == []
