"""A changed rubric in one line: marks around words, blanks outside of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from ticketbench.measure.rubrics.changes import RubricChange, Words, word_diff
from ticketbench.report.words.rubrics import change_title, marked, still_wrong_text

SENTENCES = st.lists(
    st.sampled_from(["Is", "it", "a", "refund", ",", "or", "\n", "  ", "fee?", "ü"]), max_size=12
).map(" ".join)


def change(before: str, after: str, *counts: int) -> RubricChange:
    given_counts = counts or (0, 0, 0, 0)
    return RubricChange("billing", before, after, word_diff(before, after), *given_counts)


def test_what_went_and_what_came_is_marked_where_it_stands() -> None:
    found = marked(change("Is this about money?", "Is this about an invoice?"))
    assert found == "Is this about [-money-]{+an invoice+}?"


def test_blanks_stay_outside_of_the_marks() -> None:
    words = (Words("same", "Is it "), Words("removed", " old \n"), Words("added", "new "))
    one = RubricChange("billing", "x", "y", words, 0, 0, 0, 0)
    assert marked(one) == "Is it  [-old-] \n{+new+} "


def test_a_stretch_of_blanks_alone_gets_no_mark() -> None:
    one = RubricChange("billing", "x", "y", (Words("removed", " \n"),), 0, 0, 0, 0)
    assert marked(one) == " \n"


def test_a_new_and_a_removed_question_are_marked_whole() -> None:
    assert marked(change("", "Is it new?")) == "{+Is it new?+}"
    assert marked(change("Is it old?", "")) == "[-Is it old?-]"


def test_each_kind_of_words_has_its_own_mark() -> None:
    found = marked(
        change("Is this about money?", "Is this about fees?"),
        removed=lambda text: f"<{text}>",
        added=str.upper,
        plain=lambda text: text.replace("this", "that"),
    )
    assert found == "Is that about <money>FEES?"


@options(max_examples=150, deadline=None, derandomize=True)
@given(SENTENCES, SENTENCES)
def test_without_its_marks_a_diff_is_the_new_text_and_with_them_nothing_is_lost(
    before: str, after: str
) -> None:
    one = change(before, after)
    assert marked(one, removed=lambda text: "", added=str).split() == after.split()
    old = marked(one, removed=str, added=lambda text: "")
    assert "".join(old.split()) == "".join(before.split())


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (change("a", "b", 3, 12, 5, 2),
         "billing: 3 fixed, 12 broken, 5 drawn from other labels, 2 left to other labels"),
        (change("a", "b", 1, 0, 0, 0), "billing: 1 fixed, 0 broken"),
        (change("a", "b", 1200, 3400, 1000, 0),
         "billing: 1,200 fixed, 3,400 broken, 1,000 drawn from other labels"),
        (change("", "b", 0, 1, 0, 0), "billing (new): 0 fixed, 1 broken"),
        (change("a", "", 0, 1, 0, 7),
         "billing (removed): 0 fixed, 1 broken, 7 left to other labels"),
    ],
)  # fmt: skip
def test_a_title_counts_fixed_broken_drawn_and_left(one: RubricChange, title: str) -> None:
    assert change_title(one) == title


def test_a_title_without_answers_counts_nothing() -> None:
    assert change_title(change("a", "b", 3, 1, 1, 1), answered=False) == "billing"
    assert change_title(change("", "b"), answered=False) == "billing (new)"


def test_still_wrong_tickets_are_counted_with_their_labels() -> None:
    assert still_wrong_text(1, 1) == "1 ticket still wrong, 1 with the same label"
    assert still_wrong_text(2000, 1500) == "2,000 tickets still wrong, 1,500 with the same label"
