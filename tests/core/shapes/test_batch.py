"""Lines of a batch, as both sides write and read them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.core.classify import ContractViolation, question
from ticketbench.core.shapes import batch
from ticketbench.core.shapes.batch import Answered, Batch, ItemFailed, Odd, Unreadable

BODY = question("Rechnung\n„fehlt“", (("billing", "Is it about money?"), ("other", "Else?")))
GOOD = b'{"top_label":"billing","scores":{"billing":0.75,"other":0.25}}'


def test_a_line_holds_the_request_to_classify_byte_for_byte() -> None:
    line = batch.question_line("a1", BODY)
    assert BODY[1:-1] in line
    assert line.find(b"\n") == len(line) - 1
    told = json.loads(line)
    assert (told["method"], told["url"]) == ("POST", "/v1/chat/completions")
    assert told["body"] == {"model": "classify", **json.loads(BODY)}


@given(st.text(min_size=1).filter(lambda text: text.isprintable()), st.text(min_size=1))
def test_the_server_reads_the_question_that_was_written(custom_id: str, text: str) -> None:
    body = question(text, (("billing", "Is it about money?"), ("other", text)))
    found = batch.question_of(json.loads(batch.question_line(custom_id, body)))
    assert (found.custom_id, found.body) == (custom_id, body)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"custom_id": ""}, "custom_id"),
        ({"custom_id": 7}, "custom_id"),
        ({"method": "GET"}, "method"),
        ({"url": "/classify"}, "url"),
        ({"body": None}, "body"),
        ({"body": {"model": "chat"}}, "model"),
    ],
)
def test_an_odd_line_of_an_upload_says_which_field_is_wrong(
    changed: dict[str, object], wrong: str
) -> None:
    line = json.loads(batch.question_line("a1", BODY)) | changed
    with pytest.raises(ContractViolation, match=wrong):
        batch.question_of(line)


@pytest.mark.parametrize("sign", "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
def test_a_line_is_one_line_for_a_program_that_ends_lines_at_other_signs_too(sign: str) -> None:
    body = question(f"a{sign}b", (("x", f"is{sign}it?"), ("y", "else")))
    content = json.dumps({"why": sign}, ensure_ascii=False).encode()
    lines = (
        batch.question_line(sign, body),
        batch.answer_line(sign, content),
        batch.failure_line(sign, status=500, reason=sign),
    )
    assert [len(line.decode().splitlines()) for line in lines] == [1, 1, 1]
    assert batch.question_of(json.loads(lines[0])).body == body
    assert list(batch.read_output(lines[1])) == [Answered(sign, content)]


@given(st.text(min_size=1))
def test_an_answer_comes_down_as_the_bytes_that_went_in(custom_id: str) -> None:
    (found,) = batch.read_output(batch.answer_line(custom_id, GOOD))
    assert found == Answered(custom_id, GOOD)


def test_a_failure_names_its_question_status_and_reason() -> None:
    line = batch.failure_line("a1", status=500, reason="the model\nis down")
    assert list(batch.read_output(line)) == [ItemFailed("a1", 500, r"the model\nis down")]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ({"custom_id": "a", "error": "no"}, ItemFailed("a", 0, "no")),
        ({"custom_id": "a", "error": {"code": "busy"}}, ItemFailed("a", 0, "busy")),
        ({"custom_id": "a", "error": {}}, ItemFailed("a", 0, "")),
        ({"custom_id": "a", "response": {"status_code": 429}}, ItemFailed("a", 429, "")),
        ({"custom_id": "a", "response": {"status_code": True}}, Odd("a", batch.NEITHER)),
        ({"custom_id": "a", "response": {"status_code": 200}}, Odd("a", batch.NEITHER)),
        ({"custom_id": "a", "response": {"status_code": 200, "body": {"choices": []}}},
         Odd("a", batch.NEITHER)),
        ({"custom_id": "a"}, Odd("a", batch.NEITHER)),
        ({"custom_id": ""}, Unreadable("a line names no custom_id")),
        ([1], Unreadable("the line is no JSON object")),
    ],
)  # fmt: skip
def test_every_way_to_be_wrong_is_an_outcome_of_its_own(
    line: object, outcome: batch.OutputLine
) -> None:
    assert batch.read_output_line(json.dumps(line).encode()) == outcome


@given(st.integers(0, len(batch.answer_line("a1", GOOD)) - 2))
def test_a_line_that_was_cut_off_is_never_an_answer(end: int) -> None:
    cut = batch.answer_line("a1", GOOD)[:end]
    assert all(isinstance(found, Unreadable) for found in batch.read_output(cut))


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_an_output_raise(content: bytes) -> None:
    assert all(isinstance(found, batch.OutputLine) for found in batch.read_output(content))


def test_a_line_longer_than_an_answer_may_be_is_no_answer() -> None:
    line = batch.answer_line("a1", b" " * batch.MOST_LINE_BYTES)
    assert list(batch.read_output(line)) == [Unreadable("a line is longer than 1 MB")]


@pytest.mark.parametrize("state", batch.STATES)
def test_client_and_server_agree_on_what_is_said_of_a_batch(state: str) -> None:
    for told in (Batch("b-1", state, 3), Batch("b-1", state)):
        assert batch.read_batch(batch.batch_json(told)) == told


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"status": "queued"}, "batch_id"),
        ({"batch_id": "../classify", "status": "queued"}, "batch_id"),
        ({"batch_id": "a\n", "status": "queued"}, "batch_id"),
        ({"batch_id": 7, "status": "queued"}, "batch_id"),
        ({"batch_id": "b", "status": "done"}, "'done'"),
        ({"batch_id": "b", "status": ["queued"]}, "none"),
        ([], "object"),
    ],
)
def test_an_answer_about_a_batch_that_cannot_be_used_is_refused(told: object, wrong: str) -> None:
    with pytest.raises(ContractViolation, match=wrong):
        batch.read_batch(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("url", "batches"),
    [
        ("https://api.example.com/classify", "https://api.example.com/v1/batches"),
        ("http://127.0.0.1:80/lexical/1/classify", "http://127.0.0.1:80/lexical/1/v1/batches"),
        ("https://api.example.com/classify?team=a", None),
        ("https://api.example.com/", None),
        ("https://api.example.com/classify/", None),
        ("local://lexical/1/classify", None),
        ("systemone+https://api.example.com/classify", None),
    ],
)
def test_batches_stand_beside_classify(url: str, batches: str | None) -> None:
    assert batch.batches_url(url) == batches
