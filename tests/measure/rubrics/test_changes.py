from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.measure.compare import Flip
from ticketbench.measure.rubrics.changes import RubricChange, Words, rubric_changes, word_diff

SEARCH = settings(max_examples=150, deadline=None, derandomize=True, database=None)
TEXTS = st.text(alphabet="ab _.,?\n", max_size=24) | st.text(max_size=12)
SENTENCES = st.lists(st.sampled_from(["ask", "bill", "or", "pay", "the"]), max_size=14).map(
    " ".join
)


def diff(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in word_diff(before, after)]


def rubrics(name: str = "v", **texts: str) -> RubricSet:
    return RubricSet(name, tuple(Rubric(label, text) for label, text in texts.items()))


def flip(kind: Any, gold: str, base: str, candidate: str) -> Flip:
    return Flip(kind, "t", gold, base, 0.8, candidate, 0.8)


def joined(words: tuple[Words, ...], *kinds: str) -> str:
    return "".join(one.text for one in words if one.kind in kinds)


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "Is this about money?",
            "Is this about money or an invoice?",
            [("same", "Is this about money "), ("added", "or an invoice"), ("same", "?")],
        ),
        (
            "Is this about old money?",
            "Is this about money?",
            [("same", "Is this about "), ("removed", "old "), ("same", "money?")],
        ),
        (
            "Is this about money?",
            "Is this about invoices?",
            [("same", "Is this about "), ("removed", "money"), ("added", "invoices"),
             ("same", "?")],
        ),
        ("", "New question?", [("added", "New question?")]),
        ("Old question?", "", [("removed", "Old question?")]),
        ("one", "two", [("removed", "one"), ("added", "two")]),
    ],
)  # fmt: skip
def test_changed_words_stand_between_those_that_stay(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    assert diff(before, after) == expected


def test_a_changed_punctuation_mark_is_a_change_of_its_own() -> None:
    assert diff("Is it money?", "Is it money!") == [
        ("same", "Is it money"),
        ("removed", "?"),
        ("added", "!"),
    ]
    assert diff("one two three four", "one two three, four") == [
        ("same", "one two three"),
        ("added", ", "),
        ("same", "four"),
    ]


def test_only_blanks_that_changed_are_shown() -> None:
    assert diff("one  two", "one two") == [
        ("removed", "one  "),
        ("added", "one "),
        ("same", "two"),
    ]
    assert diff("one\ntwo", "one two")[-1] == ("same", "two")
    assert diff("one two", "one two ") == [
        ("same", "one "),
        ("removed", "two"),
        ("added", "two "),
    ]


def test_blanks_do_not_count_beside_other_changes() -> None:
    # The wider gap after `one` is not a change next to the new last word.
    assert diff("one  two three four", "one two three five") == [
        ("same", "one two three "),
        ("removed", "four"),
        ("added", "five"),
    ]


@pytest.mark.parametrize("stays", ["one", "one two"])
def test_one_or_two_words_between_changes_belong_to_the_change(stays: str) -> None:
    assert diff(f"red {stays} blue", f"green {stays} white") == [
        ("removed", f"red {stays} blue"),
        ("added", f"green {stays} white"),
    ]


def test_punctuation_between_words_makes_no_island_longer() -> None:
    assert diff("red one, two, blue", "green one, two, white") == [
        ("removed", "red one, two, blue"),
        ("added", "green one, two, white"),
    ]


def test_three_words_between_changes_stay() -> None:
    assert diff("red one two three blue", "green one two three white") == [
        ("removed", "red "),
        ("added", "green "),
        ("same", "one two three "),
        ("removed", "blue"),
        ("added", "white"),
    ]


def test_few_words_at_either_end_stay() -> None:
    assert diff("one red two", "one green two") == [
        ("same", "one "),
        ("removed", "red "),
        ("added", "green "),
        ("same", "two"),
    ]


def test_upper_and_lower_case_are_other_words() -> None:
    assert diff("Money", "money") == [("removed", "Money"), ("added", "money")]


@SEARCH
@given(TEXTS, TEXTS)
def test_what_stays_and_what_is_new_joined_is_the_new_text(before: str, after: str) -> None:
    assert joined(word_diff(before, after), "same", "added") == after


@SEARCH
@given(TEXTS, TEXTS)
def test_what_stays_and_what_is_gone_joined_is_the_old_text_but_for_blanks(
    before: str, after: str
) -> None:
    found = joined(word_diff(before, after), "same", "removed")
    assert without_blanks(found) == without_blanks(before)


@SEARCH
@given(TEXTS)
def test_equal_texts_are_one_stretch_and_empty_ones_none(text: str) -> None:
    assert word_diff(text, text) == ((Words("same", text),) if text else ())


@SEARCH
@given(TEXTS | SENTENCES, TEXTS | SENTENCES)
def test_another_text_has_a_change(before: str, after: str) -> None:
    found = word_diff(before, after)
    changed = {one.kind for one in found} & {"removed", "added"}
    assert bool(changed) == (before != after)
    assert all(one.text for one in found)
    assert all(a.kind != b.kind for a, b in pairwise(found))


@SEARCH
@given(SENTENCES, SENTENCES)
def test_a_stretch_that_stays_between_changes_has_three_words(before: str, after: str) -> None:
    found = word_diff(before, after)
    inner = [one for one in found[1:-1] if one.kind == "same"]
    assert all(len(one.text.split()) >= 3 for one in inner)


def test_two_words_in_turn_are_told_without_looking_for_every_stretch() -> None:
    before = "start " + " ".join(("a", "b")[i % 2] for i in range(50_000)) + " end"
    after = "start " + " ".join(("b", "a", "a")[i % 3] for i in range(50_000)) + " end"
    found = word_diff(before, after)
    assert [one.kind for one in found] == ["same", "removed", "added", "same"]
    assert "".join(one.text for one in found if one.kind != "removed") == after
    assert [one.kind for one in word_diff(before, before)] == ["same"]
    assert [one.kind for one in word_diff(before, f"{before} more")] == ["same", "added"]


def test_a_long_question_is_compared_word_by_word() -> None:
    words = [f"word{i % 700}" if i % 5 else "the" for i in range(1_000)]
    after = [*words[:300], "one", *words[300:600], "two", *words[600:]]
    found = word_diff(" ".join(words), " ".join(after))
    assert [(one.kind, one.text.strip()) for one in found if one.kind != "same"] == [
        ("added", "one"),
        ("added", "two"),
    ]


def test_a_question_that_stayed_is_not_listed() -> None:
    found = rubric_changes(rubrics(a="A?", b="B?"), rubrics(a="A?", b="Bee?"))
    assert [(change.label, change.before, change.after) for change in found] == [
        ("b", "B?", "Bee?")
    ]
    assert found[0].words == word_diff("B?", "Bee?")


def test_equal_sets_have_no_changes() -> None:
    assert rubric_changes(rubrics(a="A?", b="B?"), rubrics(b="B?", a="A?")) == ()


def test_new_labels_have_no_question_before_and_lost_ones_none_after() -> None:
    found = rubric_changes(rubrics(a="A?", old="Old?"), rubrics(new="New?", a="A?"))
    assert [(change.label, change.before, change.after) for change in found] == [
        ("new", "", "New?"),
        ("old", "Old?", ""),
    ]
    assert [change.words for change in found] == [
        (Words("added", "New?"),),
        (Words("removed", "Old?"),),
    ]


def test_changes_stand_in_the_order_of_the_candidate_and_lost_labels_last() -> None:
    base = rubrics(gone="G?", a="A?", b="B?", lost="L?")
    found = rubric_changes(base, rubrics(b="B!", c="C?", a="A!"))
    assert [change.label for change in found] == ["b", "c", "a", "gone", "lost"]


def test_a_renamed_label_is_compared_with_its_question_before() -> None:
    base, candidate = rubrics(a="About money?", b="B?"), rubrics(x="About bills?", b="B?")
    (found,) = rubric_changes(base, candidate, renamed={"a": "x"})
    assert (found.label, found.before, found.after) == ("x", "About money?", "About bills?")
    assert rubric_changes(base, rubrics(x="About money?", b="B?"), renamed={"a": "x"}) == ()


def test_names_that_changed_places_are_compared_crosswise() -> None:
    base, candidate = rubrics(a="A?", b="B?"), rubrics(a="B?", b="A?")
    assert rubric_changes(base, candidate, renamed={"a": "b", "b": "a"}) == ()
    assert len(rubric_changes(base, candidate)) == 2


FLIPS = (
    flip("fixed", "a", "b", "a"),
    flip("fixed", "a", "c", "a"),
    flip("broken", "a", "a", "b"),
    flip("broken", "b", "b", "a"),
    flip("broken", "c", "c", "a"),
    flip("fixed", "c", "a", "c"),
)


def counts(change: RubricChange) -> tuple[int, int, int, int]:
    return change.fixed, change.broken, change.drawn, change.left


def test_flips_are_counted_by_label() -> None:
    # a: two fixed and one broken of its own; it draws one of b and one of c, and leaves one of c.
    base, candidate = rubrics(a="A?", b="B?", c="C?"), rubrics(a="A!", b="B!", c="C!")
    found = {change.label: counts(change) for change in rubric_changes(base, candidate, FLIPS)}
    assert found == {"a": (2, 1, 2, 1), "b": (0, 1, 1, 1), "c": (1, 1, 0, 1)}


def test_flips_of_labels_whose_question_stayed_are_not_shown() -> None:
    base, candidate = rubrics(a="A?", b="B?", c="C?"), rubrics(a="A?", b="B!", c="C?")
    (found,) = rubric_changes(base, candidate, FLIPS)
    assert (found.label, counts(found)) == ("b", (0, 1, 1, 1))


def test_a_new_label_draws_and_a_lost_one_leaves() -> None:
    flips = [flip("broken", "a", "a", "new"), flip("fixed", "a", "old", "a")]
    found = rubric_changes(rubrics(a="A?", old="O?"), rubrics(a="A?", new="N?"), flips)
    assert {change.label: counts(change) for change in found} == {
        "new": (0, 0, 1, 0),
        "old": (0, 0, 0, 1),
    }


def test_without_flips_every_count_is_zero() -> None:
    (found,) = rubric_changes(rubrics(a="A?"), rubrics(a="A!"))
    assert counts(found) == (0, 0, 0, 0)


def test_a_label_whose_name_another_one_takes_is_removed() -> None:
    old, new = rubrics(a="A?", b="B?"), rubrics(b="A?", c="C?")
    found = rubric_changes(old, new, renamed={"a": "b"})
    assert [(c.label, c.before, c.after) for c in found] == [("c", "", "C?"), ("b", "B?", "")]
