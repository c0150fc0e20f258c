"""The server's side of the contract, in process and over HTTP alike."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.classify import parse_answer
from ticketbench.edge.endpoints import Connection, Reply, connect
from ticketbench.edge.engines import engines
from ticketbench.edge.secret import ApiKey
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import Service

pytestmark = pytest.mark.loopback

SERVICE = Service(engines().get("lexical"))
LOCKED = Service(engines().get("lexical"), ApiKey("right-key"))

LABELS: list[Any] = [
    {"name": "technical", "rubric": "Is it about an error?"},
    {"name": "billing", "rubric": "Is it about a refund?"},
]
GOOD: dict[str, Any] = {"text": "I want a refund", "labels": LABELS}

MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "not_json": b"text=refund",
    "half_json": b'{"text": "x", "labels": [',
    "not_utf_8": b'{"text": "\xff"}',
    "root_is_a_list": b"[]",
    "root_is_null": b"null",
    "root_is_a_string": b'"refund"',
    "deep_nesting": b"[" * 200_000,
    "number_of_5000_digits": b'{"text": 1' + b"0" * 5000 + b"}",
    **{
        name: json.dumps(body).encode()
        for name, body in {
            "no_labels": {"text": "x"},
            "labels_null": {"text": "x", "labels": None},
            "labels_empty": {"text": "x", "labels": []},
            "labels_is_an_object": {"text": "x", "labels": {"billing": "Is it?"}},
            "label_is_a_string": {"text": "x", "labels": ["billing"]},
            "label_is_null": {"text": "x", "labels": [None]},
            "label_without_name": {"text": "x", "labels": [{"rubric": "Is it?"}]},
            "label_without_rubric": {"text": "x", "labels": [{"name": "billing"}]},
            "label_with_empty_name": {"text": "x", "labels": [{"name": "", "rubric": "Is it?"}]},
            "label_with_empty_rubric": {"text": "x", "labels": [{"name": "a", "rubric": ""}]},
            "label_with_number_name": {"text": "x", "labels": [{"name": 1, "rubric": "Is it?"}]},
            "name_twice": {"text": "x", "labels": [LABELS[0], LABELS[0]]},
            "no_text": {"labels": LABELS},
            "text_empty": {"text": "", "labels": LABELS},
            "text_null": {"text": None, "labels": LABELS},
            "text_is_a_number": {"text": 1, "labels": LABELS},
            "text_is_a_list": {"text": ["x"], "labels": LABELS},
            "name_is_half_a_surrogate": {
                "text": "x",
                "labels": [{"name": "\ud800", "rubric": "?"}],
            },
            "rubric_is_half_a_surrogate": {
                "text": "x",
                "labels": [{"name": "a", "rubric": "\ud800"}],
            },
            "document": {**GOOD, "document": "aGVsbG8=", "document_mime_type": "image/png"},
        }.items()
    },
}

Ask = Callable[[bytes], Reply]


@pytest.fixture(scope="module", params=["local", "http"])
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Asks the lexical engine in process, or through a real server."""
    if request.param == "local":
        url = engines().get("lexical").local_url
        endpoint = connect(url, Connection())
        yield lambda body: endpoint.ask(url, body)
        return
    with ClassifyServer(SERVICE) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        over_http = connect(server.url, Connection(timeout_s=5))
        yield lambda body: over_http.ask(server.url, body)
        server.shutdown()
        thread.join()


def asked(ask: Ask, body: dict[str, Any]) -> dict[str, Any]:
    reply = ask(json.dumps(body).encode())
    assert reply.status == 200
    value = json.loads(reply.body)
    assert isinstance(value, dict)
    return value


def test_an_answer_has_the_documented_fields(ask: Ask) -> None:
    assert list(asked(ask, GOOD)) == ["top_label", "scores", "labels", "ocr_text"]


def test_an_answer_keeps_the_contract(ask: Ask) -> None:
    reply = ask(json.dumps(GOOD).encode())
    assert parse_answer(reply.body, ["technical", "billing"]).top_label == "billing"


def test_the_list_has_label_score_and_rubric_in_request_order(ask: Ask) -> None:
    found = asked(ask, GOOD)
    assert found["labels"] == [
        {
            "label": entry["name"],
            "score": found["scores"][entry["name"]],
            "rubric": entry["rubric"],
        }
        for entry in LABELS
    ]


def test_ocr_text_is_null_without_a_document(ask: Ask) -> None:
    assert asked(ask, GOOD)["ocr_text"] is None


def test_a_tie_goes_to_the_earlier_label(ask: Ask) -> None:
    assert asked(ask, {**GOOD, "text": "zzz"})["top_label"] == "technical"


def test_one_label_is_enough(ask: Ask) -> None:
    assert asked(ask, {**GOOD, "labels": LABELS[:1]})["scores"] == {"technical": 1.0}


def test_unknown_fields_are_ignored(ask: Ask) -> None:
    assert asked(ask, {**GOOD, "model": "x"}) == asked(ask, GOOD)


def test_a_text_that_is_not_ascii_is_answered(ask: Ask) -> None:
    label = {"name": "Grüße 😀", "rubric": "Grüße?"}
    found = asked(ask, {"text": "Grüße", "labels": [*LABELS, label]})
    assert found["top_label"] == "Grüße 😀"


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_body_is_answered_with_422(ask: Ask, name: str) -> None:
    assert ask(MALFORMED[name]).status == 422


@pytest.mark.parametrize("name", ["not_json", "labels_empty", "name_twice", "document"])
def test_a_malformed_body_is_told_what_is_wrong(ask: Ask, name: str) -> None:
    assert len(json.loads(ask(MALFORMED[name]).body)["detail"]) > 10


def test_the_http_server_sends_the_same_bytes_as_the_engine_in_process(ask: Ask) -> None:
    body = json.dumps(GOOD).encode()
    assert ask(body).body == SERVICE.handle("POST", "/classify", {}, body).body


# --- what only the service decides


@pytest.mark.parametrize("path", ["/classify", "/lexical/v1/classify", "/classify?x=1"])
def test_a_known_path_is_answered(path: str) -> None:
    assert SERVICE.handle("POST", path, {}, json.dumps(GOOD).encode()).status == 200


@pytest.mark.parametrize("path", ["/", "/classify/", "/lexical/v2/classify", "/v1/batches", ""])
def test_another_path_is_answered_with_404(path: str) -> None:
    assert SERVICE.handle("POST", path, {}, json.dumps(GOOD).encode()).status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "post"])
def test_another_method_is_answered_with_405(method: str) -> None:
    assert SERVICE.handle(method, "/classify", {}, b"").status == 405


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-api-key": ""}, {"x-api-key": "wrong"}, {"x-api-key": "right-key "}, {"x-key": "é"}],
    ids=["none", "empty", "wrong", "blank_after", "other_header"],
)
def test_a_missing_or_wrong_key_is_answered_with_401(headers: dict[str, str]) -> None:
    reply = LOCKED.handle("POST", "/classify", headers, json.dumps(GOOD).encode())
    assert reply.status == 401


def test_a_wrong_key_of_other_characters_is_answered_with_401() -> None:
    assert LOCKED.handle("POST", "/classify", {"x-api-key": "é\xff"}, b"{}").status == 401


def test_the_right_key_is_let_in() -> None:
    headers = {"x-api-key": "right-key"}
    assert LOCKED.handle("POST", "/classify", headers, json.dumps(GOOD).encode()).status == 200


def test_a_401_does_not_show_the_right_key() -> None:
    assert b"right-key" not in LOCKED.handle("POST", "/classify", {}, b"{}").body


def test_the_key_is_checked_before_the_body() -> None:
    assert LOCKED.handle("POST", "/classify", {}, b"not json").status == 401


@settings(deadline=None, database=None, derandomize=True, max_examples=150)
@given(body=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_any_bytes_get_an_answer(body: bytes) -> None:
    assert SERVICE.handle("POST", "/classify", {}, body).status == 422
