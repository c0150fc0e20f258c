"""TB125 and TB126: what rubrics are about."""

from __future__ import annotations

import pytest

from lint_sets import GOOD, rubric_set
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.measure.lint.rule import Remark, remarks
from ticketbench.measure.lint.rules.subject import shared_pairs

GERMAN = {
    "a": "Geht es um Geld?", "b": "Geht es um Kosten?", "c": "Geht es dem Kunden um Sonstiges?",
}  # fmt: skip


def found(rubrics: RubricSet, code: str) -> list[Remark]:
    return [one for one in remarks(rubrics) if one.finding.code == code]


@pytest.mark.parametrize("text", ["Is it a problem?", "Does the customer ask about this?"])
def test_one_content_word_is_too_few(text: str) -> None:
    assert [one.labels for one in found(rubric_set(GOOD, billing=text), "TB125")] == [("billing",)]


@pytest.mark.parametrize("text", ["Is it a refund or a charge?", "Is it about something else?"])
def test_two_are_enough_and_so_is_asking_for_the_rest(text: str) -> None:
    assert found(rubric_set(GOOD, billing=text), "TB125") == []


def pair_of(first: str, second: str) -> list[Remark]:
    texts = {**GOOD, "fourth": "Is it about weather or wishes?"}
    return found(rubric_set(texts, billing=first, technical=second), "TB126")


def test_three_words_of_ten_are_shared_and_two_of_seven_are_not() -> None:
    ten = "Is it apples, pears, plums, figs, dates, limes, kiwis, melons, grapes or quinces?"
    (remark,) = pair_of(ten, "Is it apples, pears, plums, a1, a2, a3, a4, a5, a6, a7, a8?")
    assert remark.labels == ("billing", "technical")
    assert remark.finding.evidence == (
        "3 of 10 content words of the shorter one: apples, pears, plums"
    )
    assert pair_of(ten, "Is it apples, pears, b1, b2, b3, b4, b5?") == []


def test_what_a_rubric_says_to_belong_elsewhere_is_not_shared() -> None:
    first = "Is it about signing in, or a lost password?"
    assert len(pair_of(first, "Is it about data, a profile or a lost password?")) == 1
    assert pair_of(first, "Is it about data or a profile, without a lost password?") == []


def test_a_word_of_over_half_of_three_rubrics_is_how_they_are_written() -> None:
    texts = {"a": "Is it a card fee?", "b": "Is it a card limit?", "c": "Is it a holiday plan?"}
    assert found(rubric_set(texts), "TB126") == []
    assert len(found(rubric_set({**texts, "d": "Is it training, or advice?"}), "TB126")) == 1
    both = {"a": texts["a"], "b": texts["b"]}
    assert [one.labels for one in found(rubric_set(both), "TB126")] == [("a", "b")]


def test_another_language_is_not_read() -> None:
    assert not found(rubric_set(GERMAN), "TB125")
    assert not found(rubric_set(GERMAN), "TB126")


def test_of_many_pairs_twenty_are_listed_and_the_others_counted() -> None:
    rubrics = tuple(Rubric(f"l{i}", f"Is it fee{i // 9} or tax{i}?") for i in range(27))
    listed = found(RubricSet("many", rubrics), "TB126")
    assert len(listed) == 20
    assert listed[-1].finding.evidence.endswith("; 88 more pairs are not listed")
    assert "more pairs" not in listed[-2].finding.evidence


def test_pairs_come_with_the_largest_share_first_then_in_the_order_of_labels() -> None:
    texts = {
        "a": "Is it apples, pears or plums?", "b": "Is it apples or figs?", "c": "Is it plums?",
        "d": "Is it dates or limes?", "e": "Is it limes or kiwis?", "f": "Is it honey or salt?",
    }  # fmt: skip
    pairs, n = shared_pairs(rubric_set(texts), least=0.3, most=2)
    assert n == 3
    assert [(one.first, one.second, one.share) for one in pairs] == [
        ("a", "c", 1.0), ("a", "b", 0.5),
    ]  # fmt: skip
