"""What becomes of each question of a batch, whatever its output says."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.core.classify import parse_answer, question
from ticketbench.core.errors import EndpointError
from ticketbench.core.shapes.batch import answer_line, failure_line
from ticketbench.core.types import Failure
from ticketbench.edge.batches.output import checked_answer, output_of

URL = "https://api.example.com/classify"
BODY = question("Where is my money?", (("billing", "Is it about money?"), ("other", "Else?")))
GOOD = b'{"top_label": "billing", "scores": {"billing": 0.750, "other": 0.250}}'


def line(custom_id: str) -> bytes:
    return answer_line(custom_id, GOOD)


def test_lines_are_matched_by_their_id_in_any_order() -> None:
    ids = [f"q{i}" for i in range(20)]
    lines = [answer_line(one, json.dumps({"of": one}).encode()) for one in ids]
    random.Random(1).shuffle(lines)
    found = output_of(b"".join(lines), ids)
    assert found.answers == {one: json.dumps({"of": one}).encode() for one in ids}
    assert (found.failures, found.own, found.strays) == ({}, set(ids), 0)


@pytest.mark.parametrize(
    ("lines", "kind", "words", "own", "strays"),
    [
        (b"", "contract", "no line", set(), 0),
        (line("b") * 3, "contract", "no line", set(), 3),
        (line("a") + line("a"), "contract", "twice", {"a"}, 0),
        (line("a") + failure_line("a", status=500, reason=""), "contract", "twice", {"a"}, 0),
        (failure_line("a", status=500, reason="it broke"), "http", "500: it broke", {"a"}, 0),
        (b'{"custom_id": "a"}\n', "contract", "neither", {"a"}, 0),
        (line("a")[:60], "contract", "no line", set(), 1),
        (b"<html>\n", "contract", "no line", set(), 1),
    ],
)
def test_a_question_without_one_good_line_fails_in_words(
    lines: bytes, kind: str, words: str, own: set[str], strays: int
) -> None:
    found = output_of(lines, ["a"])
    assert found.answers == {}
    assert found.failures["a"].kind == kind
    assert words in found.failures["a"].detail
    assert (found.own, found.strays) == (own, strays)


def test_a_line_of_a_question_that_was_answered_before_is_no_stray() -> None:
    found = output_of(line("a") + line("b") + line("c"), ["a"], answered=["b"])
    assert (set(found.answers), found.strays) == ({"a"}, 1)


@given(st.lists(st.sampled_from("abcde"), max_size=12), st.integers(0, 200))
def test_every_question_gets_an_answer_or_a_failure_and_none_gets_both(
    answered: list[str], cut: int
) -> None:
    content = b"".join(line(one) for one in answered)
    found = output_of(content[: len(content) - cut], "abcd")
    assert found.answers.keys() | found.failures.keys() == set("abcd")
    assert not found.answers.keys() & found.failures.keys()
    assert all(answered.count(one) >= 1 for one in found.answers)


def test_what_is_stored_are_the_numbers_as_they_were_printed_and_no_text() -> None:
    said = json.loads(GOOD) | {"reasoning": "They write: Where is my money?", "model": "m-1"}
    found = checked_answer(json.dumps(said).encode(), URL, BODY)
    assert isinstance(found, bytes)
    assert found == b'{"top_label":"billing","scores":{"billing":0.75,"other":0.25},"model":"m-1"}'
    whole = checked_answer(GOOD, URL, BODY)
    assert isinstance(whole, bytes)
    assert b"0.750" in whole
    assert parse_answer(whole, ("billing", "other")) == parse_answer(GOOD, ("billing", "other"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "contract"),
        (b"[]", "contract"),
        (GOOD.replace(b"other", b"refund"), "contract"),
        (GOOD.replace(b"0.250", b"0.900"), "contract"),
        (b'{"type": "refusal"}', "refused"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_a_failure(content: bytes, kind: str) -> None:
    found = checked_answer(content, URL, BODY)
    assert isinstance(found, Failure)
    assert found.kind == kind


def test_an_answer_for_other_rubrics_stops_the_run() -> None:
    echo = [{"label": "billing", "score": 0.75, "rubric": "Is it a cat?"},
            {"label": "other", "score": 0.25, "rubric": "Else?"}]  # fmt: skip
    said = json.dumps(json.loads(GOOD) | {"labels": echo}).encode()
    with pytest.raises(EndpointError, match="another rubric"):
        checked_answer(said, URL, BODY)
