"""The transport below the cache: nothing in replay mode, nothing invalid, no header, no key."""

from __future__ import annotations

import pytest
import requests

from fault_server import BAD_ANSWERS, LABELS, valid_answer
from ticketbench.core.errors import IncompleteError
from ticketbench.core.types import Rubric, RubricSet
from ticketbench.edge.cache import prepared_request
from ticketbench.edge.contract import ContractViolation, request_body
from ticketbench.edge.endpoints import Reply
from ticketbench.edge.guard import GuardAdapter, plain_response

URL = "https://api.example.com/classify"
RUBRICS = RubricSet("v1", tuple(Rubric(label, "Is it?") for label in LABELS))
BODY = request_body("refund", RUBRICS)
REQUEST = prepared_request(URL, BODY)


class Fixed:
    """An endpoint that always gives the same reply and notes what it was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[tuple[str, bytes]] = []

    def ask(self, url: str, body: bytes) -> Reply:
        self.asked.append((url, body))
        return self.reply


def sent(reply: Reply) -> requests.Response:
    response = GuardAdapter(Fixed(reply)).send(REQUEST)
    assert isinstance(response, requests.Response)
    return response


def test_without_an_endpoint_every_request_is_refused() -> None:
    with pytest.raises(IncompleteError):
        GuardAdapter(None).send(REQUEST)


def test_url_and_body_reach_the_endpoint_as_they_are() -> None:
    endpoint = Fixed(Reply(200, valid_answer(BODY)))
    GuardAdapter(endpoint).send(REQUEST)
    assert endpoint.asked == [(URL, BODY)]


def test_a_valid_answer_goes_through_byte_for_byte() -> None:
    assert sent(Reply(200, valid_answer(BODY))).content == valid_answer(BODY)


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_invalid_answer_is_stopped(name: str) -> None:
    with pytest.raises(ContractViolation):
        sent(Reply(200, BAD_ANSWERS[name]))


@pytest.mark.parametrize("status", [201, 301, 400, 401, 422, 429, 500, 503])
def test_another_status_goes_through_unchecked(status: int) -> None:
    response = sent(Reply(status, b"no json"))
    assert (response.status_code, response.content) == (status, b"no json")


def test_a_response_has_a_content_type_and_no_other_header() -> None:
    assert dict(sent(Reply(200, valid_answer(BODY))).headers) == {
        "Content-Type": "application/json"
    }


def test_retry_after_goes_through() -> None:
    assert sent(Reply(429, b"", "7")).headers["Retry-After"] == "7"


def test_a_valid_answer_keeps_no_retry_after() -> None:
    assert "Retry-After" not in sent(Reply(200, valid_answer(BODY), "7")).headers


def test_a_prepared_request_carries_no_key_header() -> None:
    assert set(REQUEST.headers) == {"Content-Type", "Content-Length"}


def test_a_response_knows_its_request() -> None:
    assert plain_response(REQUEST, Reply(200, b"{}")).request is REQUEST


def test_closing_twice_is_fine() -> None:
    guard = GuardAdapter(None)
    guard.close()
    guard.close()
    with pytest.raises(IncompleteError):
        guard.send(REQUEST)
