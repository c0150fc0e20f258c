"""The transport below the cache: nothing in replay mode, nothing invalid, no header, no key."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fault_server import BAD_ANSWERS, LABELS, valid_answer
from ticketbench.core.classify import ContractViolation, parse_answer
from ticketbench.core.errors import EndpointError, IncompleteError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.answers.guard import Guard, WrongPage
from ticketbench.edge.answers.recording_line import read_line, recording_line
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.answers.stored_scores import StoredScores
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import Reply

URL = "https://api.example.com/classify"
RUBRICS = RubricSet("v1", tuple(Rubric(label, "Is it?") for label in LABELS))
BODY = request_body("refund", RUBRICS)


class Fixed:
    """An endpoint that always gives the same reply and notes what it was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[tuple[str, bytes]] = []

    def ask(self, url: str, body: bytes) -> Reply:
        self.asked.append((url, body))
        return self.reply


def sent(reply: Reply) -> Reply:
    return Guard(Fixed(reply)).ask(URL, BODY)


def test_without_an_endpoint_every_request_is_refused() -> None:
    with pytest.raises(IncompleteError):
        Guard(None).ask(URL, BODY)


def test_url_and_body_reach_the_endpoint_as_they_are() -> None:
    endpoint = Fixed(Reply(200, valid_answer(BODY)))
    Guard(endpoint).ask(URL, BODY)
    assert endpoint.asked == [(URL, BODY)]


def test_a_valid_answer_goes_through_byte_for_byte() -> None:
    assert sent(Reply(200, valid_answer(BODY))).body == valid_answer(BODY)


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_invalid_answer_is_stopped(name: str) -> None:
    with pytest.raises(ContractViolation):
        sent(Reply(200, BAD_ANSWERS[name]))


@pytest.mark.parametrize("status", [201, 301, 400, 401, 422, 429, 500, 503])
def test_another_status_goes_through_unchecked(status: int) -> None:
    assert sent(Reply(status, b"no json")) == Reply(status, b"no json")


@pytest.mark.parametrize("content_type", ["text/html", "TEXT/HTML; charset=utf-8",
                                          "application/xhtml+xml"])  # fmt: skip
def test_a_page_is_no_answer_whatever_it_holds(content_type: str) -> None:
    with pytest.raises(WrongPage) as error:
        sent(Reply(200, valid_answer(BODY), content_type=content_type))
    assert error.value.passing


@pytest.mark.parametrize("content_type", ["", "application/json", "text/plain; charset=utf-8"])
def test_another_content_type_does_not_matter(content_type: str) -> None:
    assert sent(Reply(200, valid_answer(BODY), content_type=content_type)).status == 200


def echoing(*rubrics: object) -> Reply:
    scores = {"billing": 0.6, "technical": 0.4}
    pairs = zip(LABELS, rubrics, strict=True)
    listing = [{"label": label, "score": scores[label], "rubric": text} for label, text in pairs]
    body = {"top_label": "billing", "scores": scores, "labels": listing}
    return Reply(200, json.dumps(body).encode())


@pytest.mark.parametrize("echo", ["Is it?", "Is  it?\n", None, 7], ids=str)
def test_the_rubrics_that_were_sent_or_none_may_come_back(echo: object) -> None:
    assert sent(echoing(echo, "Is it?")).status == 200


@pytest.mark.parametrize("echo", ["Was it?", "", "Is it? Yes"])
def test_another_rubric_coming_back_stops_the_run_and_names_its_label(echo: str) -> None:
    with pytest.raises(EndpointError, match="technical"):
        sent(echoing("Is it?", echo))


def test_a_negative_zero_is_passed_on_as_zero() -> None:
    body = valid_answer(BODY)
    first = json.loads(body)["scores"]
    scores = {name: float(i == 0) for i, name in enumerate(first)}
    top = next(iter(scores))
    content = json.dumps({"scores": scores, "top_label": top}).encode().replace(b" 0.0", b" -0.0")
    assert b"-0.0" in content
    assert b"-0.0" not in sent(Reply(200, content)).body


NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,40})?", fullmatch=True
)
TEXTS = st.from_regex(r'"(\\u[dD][89a-fA-F][0-9a-f]{2}|\\[\\"nu]0041|[a-z])*"', fullmatch=True)
FIELDS = st.one_of(NUMBERS, TEXTS, st.sampled_from(["1e999", "9" * 2000, "[" * 900 + "]" * 900]))


@settings(deadline=None, database=None, derandomize=True, max_examples=150)
@given(field=FIELDS, echo=st.booleans())
def test_what_goes_through_can_be_read_again_wherever_answers_are(field: str, echo: bool) -> None:
    body = echoing("Is it?", None).body if echo else valid_answer(BODY)
    try:
        kept = sent(Reply(200, body[:-1] + f', "more": {field}}}'.encode())).body
    except ContractViolation:
        return
    expected = parse_answer(kept, LABELS).scores
    found = StoredScores(LABELS)
    found.add(kept)
    assert found.matrix()[0].tolist() == [list(expected)]
    line = recording_line("0" * 64, Stored(kept, URL, datetime(2026, 1, 1, tzinfo=UTC)))
    assert parse_answer(read_line(line.encode(), version=2)[1].content, LABELS).scores == expected


@pytest.mark.parametrize("field", [rb'"caf\ud83d"', b"1e999", b"1e-99999999999999999999999"])
def test_an_odd_field_beside_the_scores_does_not_cost_the_answer(field: bytes) -> None:
    whole = sent(Reply(200, valid_answer(BODY)[:-1] + b', "more": ' + field + b"}")).body
    assert parse_answer(whole, LABELS) == parse_answer(valid_answer(BODY), LABELS)
