from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from ticketbench.core.types import Rubric, RubricSet
from ticketbench.measure.compare import Flip
from ticketbench.measure.rubric_changes import Words, rubric_changes, word_diff

SEARCH = options(max_examples=150, deadline=None, derandomize=True)
WORDS = st.lists(st.sampled_from(["a ", "is ", "it ", "bill", ", ", "?", "\n", " ü", "x"]))
TEXTS = WORDS.map("".join)


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    return [(words.kind, words.text) for words in word_diff(before, after)]


@SEARCH
@given(TEXTS, TEXTS)
def test_same_and_added_words_are_the_new_text(before: str, after: str) -> None:
    found = word_diff(before, after)
    assert "".join(w.text for w in found if w.kind != "removed") == after
    assert all(w.text for w in found)
    assert (before == after) == all(w.kind == "same" for w in found)
    assert not any(one.kind == two.kind for one, two in itertools.pairwise(found))


def test_an_edited_word_is_one_removed_and_one_added() -> None:
    before = "Is it about a bill, or a refund at all?"
    after = "Is it about an invoice, or a refund at all?"
    assert pieces(before, after) == [
        ("same", "Is it about "),
        ("removed", "a bill"),
        ("added", "an invoice"),
        ("same", ", or a refund at all?"),
    ]  # fmt: skip


def test_fewer_than_three_words_between_two_changes_are_part_of_them() -> None:
    assert pieces("one two three four five", "ONE two three FOUR five") == [
        ("removed", "one two three four "),
        ("added", "ONE two three FOUR "),
        ("same", "five"),
    ]
    assert pieces("one two three four five", "ONE two three four FIVE")[2:3] == [
        ("same", "two three four ")
    ]


def test_only_blanks_changed_is_shown() -> None:
    found = word_diff("Is it  a bill?", "Is it a bill?")
    assert {"removed", "added"} <= {w.kind for w in found}


def test_equal_texts_are_one_stretch_and_empty_ones_none() -> None:
    assert word_diff("Is it?", "Is it?") == (Words("same", "Is it?"),)
    assert word_diff("", "") == ()
    assert word_diff("", "New?") == (Words("added", "New?"),)


def rubrics(**texts: str) -> RubricSet:
    return RubricSet("s", tuple(Rubric(label, text) for label, text in texts.items()))


def flip(kind: str, gold: str, base: str, candidate: str) -> Flip:
    return Flip(kind, "t", gold, base, 0.5, candidate, 0.5)  # type: ignore[arg-type]


def test_changed_new_and_removed_labels_come_in_the_candidates_order() -> None:
    old = rubrics(a="A?", b="B?", c="C?")
    new = rubrics(d="D?", b="B?", a="AA?")
    found = rubric_changes(old, new)
    assert [(c.label, c.before, c.after) for c in found] == [
        ("d", "", "D?"), ("a", "A?", "AA?"), ("c", "C?", "")
    ]  # fmt: skip


def test_a_renamed_label_with_the_same_question_did_not_change() -> None:
    old, new = rubrics(bill="Money?", b="B?"), rubrics(money="Money?", b="B?")
    assert rubric_changes(old, new, renamed={"bill": "money"}) == ()
    assert [c.label for c in rubric_changes(old, new)] == ["money", "bill"]


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (flip("fixed", "a", "b", "a"), (1, 0, 0, 0)),
        (flip("broken", "a", "a", "b"), (0, 1, 0, 0)),
        (flip("broken", "b", "b", "a"), (0, 0, 1, 0)),
        (flip("fixed", "b", "a", "b"), (0, 0, 0, 1)),
    ],
    ids=["fixed", "broken", "drawn", "left"],
)
def test_flips_are_counted_beside_the_label_they_are_about(
    one: Flip, counts: tuple[int, ...]
) -> None:
    (change,) = rubric_changes(rubrics(a="A?", b="B?"), rubrics(a="AA?", b="B?"), [one, one])
    assert (change.fixed, change.broken, change.drawn, change.left) == tuple(2 * c for c in counts)
