"""The request body, the key of an answer, and what a valid answer is."""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from typing import Any

import pytest
from hypothesis import settings

from ticketbench.core.classify import parse_answer
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.contract import (
    KEY_VERSION,
    AskedLabel,
    Reply,
    answer_key,
    as_stored,
    asked_labels,
    body_function,
    key_function,
    request_body,
)

URL = "https://api.example.com/classify"
MONEY, FAULT = Rubric("billing", "Is it about money?"), Rubric("technical", "Is it about a fault?")
RUBRICS = RubricSet("v1", (MONEY, FAULT))

SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=150)


def answer(scores: dict[str, Any], top: Any, **more: Any) -> bytes:
    return json.dumps({"top_label": top, "scores": scores, **more}).encode()


# --- the request body


def test_a_request_body_has_fixed_bytes() -> None:
    assert request_body("Refund, please", RUBRICS) == (
        b'{"text":"Refund, please","labels":['
        b'{"name":"billing","rubric":"Is it about money?"},'
        b'{"name":"technical","rubric":"Is it about a fault?"}]}'
    )


def test_a_request_body_keeps_the_order_of_the_rubrics() -> None:
    body = json.loads(request_body("x", RubricSet("v1", (FAULT, MONEY))))
    assert [entry["name"] for entry in body["labels"]] == ["technical", "billing"]


@pytest.mark.parametrize(
    "text",
    [" blanks ", "line\r\nend", 'quote " \\', "Grüße 😀", "\u2028", "\x00", "null"],
    ids=["blanks", "crlf", "quote", "unicode", "line_separator", "nul", "word_null"],
)
def test_a_request_body_keeps_the_text_exactly(text: str) -> None:
    assert json.loads(request_body(text, RUBRICS))["text"] == text


def test_the_name_of_the_rubric_set_is_not_in_the_body() -> None:
    other = RubricSet("another-name", RUBRICS.rubrics)
    assert request_body("x", other) == request_body("x", RUBRICS)


# --- the key of an answer


def test_a_key_is_the_sha256_of_version_url_and_body() -> None:
    digest = hashlib.sha256()
    for part in (KEY_VERSION.encode(), URL.encode(), b"body"):
        digest.update(len(part).to_bytes(8, "big") + part)
    assert answer_key(URL, b"body") == digest.hexdigest()


def test_a_key_is_the_same_in_every_release() -> None:
    # Recordings in git hold keys: a change of this value loses them all.
    found = answer_key("local://lexical/v1/classify", request_body("Refund, please", RUBRICS))
    assert found == "3ceb272133f8058f6a6b3d6317155bf3b7719fdea330f27c770f0fcc17876337"


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("http://api.example.com/classify", request_body("é x", RUBRICS)),
        ("https://other.example.com/classify", request_body("é x", RUBRICS)),
        ("https://api.example.com:444/classify", request_body("é x", RUBRICS)),
        ("https://api.example.com/v2/classify", request_body("é x", RUBRICS)),
        (URL + "/", request_body("é x", RUBRICS)),
        (URL + "?model=2", request_body("é x", RUBRICS)),
        ("local://lexical/v1/classify", request_body("é x", RUBRICS)),
        (URL, request_body("é x", RubricSet("v1", (FAULT, MONEY)))),
        (URL, request_body("é x", RubricSet("v1", (MONEY, Rubric("technical", "Other?"))))),
        (URL, request_body("é x", RubricSet("v1", (MONEY, Rubric("faults", FAULT.text))))),
        (URL, request_body(unicodedata.normalize("NFD", "é x"), RUBRICS)),
        (URL, request_body("é x ", RUBRICS)),
        (URL, request_body(" é x", RUBRICS)),
        (URL, request_body("é X", RUBRICS)),
        (URL, request_body("é x\n", RUBRICS)),
    ],
    ids=[
        "scheme", "host", "port", "path", "trailing_slash", "query", "engine", "label_order",
        "rubric", "label", "nfd", "trailing_blank", "leading_blank", "case", "line_end",
    ],
)  # fmt: skip
def test_another_question_has_another_key(url: str, body: bytes) -> None:
    assert answer_key(url, body) != answer_key(URL, request_body("é x", RUBRICS))


@pytest.mark.parametrize("text", ["", "Refund, please", 'Grüße "😀"\n'])
def test_key_and_body_of_a_text_are_those_of_its_request(text: str) -> None:
    assert body_function(RUBRICS)(text) == request_body(text, RUBRICS)
    assert key_function(URL, RUBRICS)(text) == answer_key(URL, request_body(text, RUBRICS))


def test_the_labels_of_a_request_are_read_back_from_it() -> None:
    asked = asked_labels(request_body("x", RUBRICS))
    assert asked == (AskedLabel(MONEY.label, MONEY.text), AskedLabel(FAULT.label, FAULT.text))


def test_bytes_moved_from_url_to_body_change_the_key() -> None:
    assert answer_key("http://h/c", b"d1") != answer_key("http://h/cd", b"1")


# --- valid answers


# --- answers that break the contract


def test_a_reply_without_headers_has_empty_ones() -> None:
    assert Reply(200, b"") == Reply(200, b"", retry_after="", content_type="")


# --- numbers that were an answer once


# --- asking again, stored answers, echoed rubrics


@pytest.mark.parametrize("zero", ["-0.0", "-0", "-0.000", "-0e5", "-0.0E-3"])
def test_a_negative_zero_is_zero(zero: str) -> None:
    content = f'{{"scores": {{"a": {zero}, "b": 1.0}}, "top_label": "b"}}'.encode()
    (score, _) = parse_answer(content, ["a", "b"]).scores
    assert math.copysign(1, score) == 1
    assert as_stored(content) == content.replace(zero.encode(), zero[1:].encode())


@pytest.mark.parametrize(
    "content", [b'{"a-0": "x-0.0, -0 ]", "b": [-0.1, -1, 1e-0, "\\"-0,"]}', b"x"]
)
def test_nothing_but_a_zero_loses_its_sign(content: bytes) -> None:
    assert as_stored(content) == content


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (rb'"caf\ud83d"', rb'"caf\ufffd"'),
        (rb'"\uDE00 \uD83D\uD83D\uDE00"', rb'"\ufffd \ufffd\uD83D\uDE00"'),
        (rb'"\\ud83d \\\ud83d"', rb'"\\ud83d \\\ufffd"'),
        (rb'"\u00e9 \n"', rb'"\u00e9 \n"'),
    ],
)
def test_half_a_character_is_kept_as_a_sign_for_it(sent: bytes, kept: bytes) -> None:
    assert as_stored(sent) == kept
