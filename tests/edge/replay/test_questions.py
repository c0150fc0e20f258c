"""Keys in bulk are the keys of the bodies that are sent; equal texts make one question."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.contract import answer_key, key_function, request_body
from ticketbench.edge.replay.questions import questions

URL = "https://api.example.com/classify?model=b"
RUBRICS = RubricSet("v1", (Rubric("a", 'Is it "a"?'), Rubric("b", "Ist es ü\\n?")))
TEXT = st.text(st.characters(codec="utf-8"))


def dataset(*texts: str) -> Dataset:
    return Dataset("d", tuple(Ticket(f"t{i}", text, "a") for i, text in enumerate(texts)))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(TEXT, st.lists(st.tuples(TEXT, TEXT), min_size=2, max_size=4))
def test_a_key_is_that_of_the_body_that_is_sent(text: str, pairs: list[tuple[str, str]]) -> None:
    rubrics = RubricSet("v", tuple(Rubric(label, rubric) for label, rubric in pairs))
    assert key_function(URL, rubrics)(text) == answer_key(URL, request_body(text, rubrics))


def test_every_character_is_escaped_as_in_the_body() -> None:
    key_of = key_function(URL, RUBRICS)
    points = (chr(i) for i in range(sys.maxunicode + 1))
    every = [c for c in points if unicodedata.category(c) != "Cs"]
    for start in range(0, len(every), 500):
        text = "".join(every[start : start + 500])
        assert key_of(text) == answer_key(URL, request_body(text, RUBRICS))


def test_equal_texts_are_one_question_and_each_ticket_knows_its_own() -> None:
    found = questions(dataset("x", "y", "x", "z", "y"), RUBRICS, URL)
    assert (len(found), found.of_ticket.tolist(), found.first) == (3, [0, 1, 0, 2, 1], [0, 1, 3])


def test_texts_that_differ_by_a_byte_are_different_questions() -> None:
    assert len(questions(dataset("caf\u00e9", "cafe\u0301", "cafe", "cafe "), RUBRICS, URL)) == 4


def test_a_body_is_that_of_its_first_ticket() -> None:
    found = questions(dataset("x", "y", "x"), RUBRICS, URL)
    assert [found.body(i) for i in range(2)] == [request_body(t, RUBRICS) for t in "xy"]


def test_no_tickets_are_no_questions() -> None:
    found = questions(dataset(), RUBRICS, URL)
    assert (len(found), found.keys, found.of_ticket.tolist()) == (0, [], [])
