"""What a rubric lists, apart from the words that make it a question."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.edge.engines.rubric_words import _without_ends, phrases, without_question

SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=300)

RUBRIC_LIKE = st.text(min_size=1) | st.lists(
    st.sampled_from(
        ["Is", "Does", "the", "ticket", "customer", "about", "asking", "refund", "order",
         "android", "and", "or", "AND", ",", ";", "?", ".", " ", "\n", "invoice"]
    ),
    min_size=1,
).map(" ".join)  # fmt: skip


@pytest.mark.parametrize(
    ("rubric", "rest"),
    [
        ("Is this about money?", "money?"),
        ("Is the customer asking about a refund?", "a refund?"),
        ("Does the ticket report an error?", "an error?"),
        ("Do the users want to log in?", "users want to log in?"),
        ("IS THE TEXT ABOUT money?", "money?"),
        ("  Is this about money?  ", "money?"),
        ("Is  this\nabout  money?", "money?"),
        ("Has the user asked for money?", "asked for money?"),
        ("money, refunds", "money, refunds"),
        ("Refund is late", "Refund is late"),
        ("Island trips", "Island trips"),
        ("Is", "Is"),
    ],
)
def test_question_words_are_cut_off_at_the_start_only(rubric: str, rest: str) -> None:
    assert without_question(rubric) == rest


@pytest.mark.parametrize(
    ("rubric", "listed"),
    [
        ("refund, invoice", ("refund", "invoice")),
        ("refund; invoice", ("refund", "invoice")),
        ("refund or invoice", ("refund", "invoice")),
        ("refund and invoice", ("refund", "invoice")),
        ("refund AND invoice Or tax", ("refund", "invoice", "tax")),
        ("refund\nor\tinvoice", ("refund", "invoice")),
        ("a refund, an invoice, or a tax", ("a refund", "an invoice", "a tax")),
        ("Is this about a refund or an invoice?", ("a refund", "an invoice")),
        ("Is it late?", ("Is it late",)),
        ("late...", ("late",)),
        ("late?! or early.", ("late", "early")),
        ("version 2.0", ("version 2.0",)),
    ],
    ids=["comma", "semicolon", "or", "and", "capitals", "lines", "comma_and_or", "question",
         "question_mark", "full_stops", "signs_of_each", "full_stop_inside"],
)  # fmt: skip
def test_a_rubric_is_split_into_what_it_lists(rubric: str, listed: tuple[str, ...]) -> None:
    assert phrases(rubric) == listed


@pytest.mark.parametrize(
    "rubric",
    ["an order", "android", "a sand castle", "the brand", "orders", "colour", "organd", "ländor"],
)
def test_and_and_or_inside_a_word_do_not_split_it(rubric: str) -> None:
    assert phrases(rubric) == (rubric,)


@pytest.mark.parametrize(
    "rubric",
    [",refund,,invoice,", "refund, and, or; invoice", "; refund ? , . , invoice !",
     "or refund, invoice and"],
    ids=["commas", "separators_alone", "signs_alone", "at_both_ends"],
)  # fmt: skip
def test_empty_parts_are_dropped(rubric: str) -> None:
    assert phrases(rubric) == ("refund", "invoice")


@pytest.mark.parametrize("rubric", ["or, and;", ",", "?", "Is this about ?", " "])
def test_a_rubric_of_separators_alone_is_its_own_phrase(rubric: str) -> None:
    assert phrases(rubric) == (rubric,)


def test_the_same_phrase_twice_is_kept_twice() -> None:
    assert phrases("refund, refund") == ("refund", "refund")


@SETTINGS
@given(RUBRIC_LIKE)
def test_every_phrase_is_in_the_rubric_and_not_empty(rubric: str) -> None:
    found = phrases(rubric)
    assert found
    assert all(phrase and phrase in rubric for phrase in found)


@SETTINGS
@given(RUBRIC_LIKE)
def test_what_is_left_of_a_question_is_its_end(rubric: str) -> None:
    assert rubric.strip().endswith(without_question(rubric))


@settings(deadline=None, database=None, derandomize=True, max_examples=200)
@given(part=st.text(alphabet=" \t\n\u00a0\u2003\u200b?.!ab-_", max_size=12))
def test_the_ends_of_a_phrase_are_what_a_pattern_finds(part: str) -> None:
    assert _without_ends(part) == re.sub(r"^[\s?.!]+|[\s?.!]+$", "", part)
