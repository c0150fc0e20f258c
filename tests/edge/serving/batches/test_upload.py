"""An upload is taken as a whole, or refused with the line that is wrong."""

from __future__ import annotations

import json

import pytest

from served import NAMED, TEXT
from ticketbench.core.classify import question
from ticketbench.core.shapes.batch import MOST_LINES, Question, question_line
from ticketbench.edge.serving.batches.upload import questions_in
from ticketbench.edge.serving.shapes.problem import Malformed, Problem

BODY = question(TEXT, NAMED)
GOOD = [question_line(f"q{i}", BODY) for i in range(3)]


def changed(**fields: object) -> bytes:
    """A good line with other fields, or without those that are None."""
    line = {**json.loads(question_line("changed", BODY)), **fields}
    return json.dumps({k: v for k, v in line.items() if v is not None}).encode()


def test_every_line_is_a_question_in_its_order() -> None:
    assert questions_in(b"".join(GOOD)) == [Question(f"q{i}", BODY) for i in range(3)]


def test_empty_lines_returns_and_a_missing_last_line_feed_change_nothing() -> None:
    body = b"\r\n" + GOOD[0] + b"\n  \n" + GOOD[1].rstrip() + b"\r\n" + GOOD[2].rstrip()
    assert questions_in(body) == questions_in(b"".join(GOOD))


WRONG = {
    "not_json": b"text=refund",
    "half_a_line": GOOD[1][:40],
    "not_utf_8": b'{"custom_id": "\xff"}',
    "a_list": b"[]",
    "a_byte_order_mark": b"\xef\xbb\xbf" + GOOD[1].rstrip(),
    "deep_nesting": b"[" * 100_000,
    "a_key_twice": b'{"custom_id": "a", "custom_id": "a"}',
    "not_a_number": changed(more=float("nan")),
    "half_a_character": changed(custom_id="\ud800"),
    "half_a_character_in_a_text": changed(body={"model": "classify", "text": "\ud800"}),
    "no_custom_id": changed(custom_id=None),
    "custom_id_empty": changed(custom_id=""),
    "custom_id_a_number": changed(custom_id=7),
    "another_method": changed(method="GET"),
    "another_url": changed(url="/v1/embeddings"),
    "no_body": changed(body=None),
    "body_a_string": changed(body="refund"),
    "another_model": changed(body={"model": "gpt-6-luna", "text": TEXT}),
}


@pytest.mark.parametrize("form", WRONG)
def test_a_malformed_line_is_named_by_its_number(form: str) -> None:
    with pytest.raises(Malformed, match=r"^line 3: "):
        questions_in(b"\n" + GOOD[0] + WRONG[form] + b"\n" + GOOD[1])


def test_a_custom_id_that_stands_twice_is_named_with_both_lines() -> None:
    with pytest.raises(Malformed, match=r"^line 4 has the custom_id of line 2$"):
        questions_in(GOOD[0] + GOOD[1] + GOOD[2] + GOOD[1])


@pytest.mark.parametrize("body", [b"", b"\n", b" \r\n\n"])
def test_an_upload_without_a_line_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed, match="no line"):
        questions_in(body)


def test_too_many_lines_are_refused_before_any_is_read() -> None:
    with pytest.raises(Problem, match="at most 10,000 lines, not 10,001") as raised:
        questions_in(b"x\n" * (MOST_LINES + 1))
    assert raised.value.status == 413
