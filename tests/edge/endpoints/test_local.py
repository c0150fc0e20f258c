"""An embedded engine in process: its exact URL, no network, no key.

What it answers is tested in test_service.py, in process and over HTTP alike.
"""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from ticketbench.core.classify import parse_answer
from ticketbench.core.errors import InputError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.shapes.address import SHAPES
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import ENDPOINTS, Connection, connect

URL = "local://lexical/v1/classify"
RUBRICS = RubricSet("v1", (Rubric("a", "Is it about a refund?"), Rubric("b", "Is it a crash?")))
BODY = request_body("A crash", RUBRICS)


def test_all_schemes_are_known() -> None:
    connect(URL, Connection())
    shaped = {f"{shape}+{scheme}" for shape in SHAPES for scheme in ("http", "https")}
    assert set(ENDPOINTS.names()) == {"http", "https", "local"} | shaped


def test_an_engine_answers_with_a_valid_answer() -> None:
    reply = connect(URL, Connection()).ask(URL, BODY)
    assert parse_answer(reply.body, RUBRICS.labels).top_label == "b"


def test_equal_questions_get_equal_bytes() -> None:
    endpoint = connect(URL, Connection())
    assert endpoint.ask(URL, BODY) == endpoint.ask(URL, BODY)


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert connect(URL, Connection()).ask(URL, BODY).status == 200


def test_a_malformed_body_is_a_reply_with_422() -> None:
    assert connect(URL, Connection()).ask(URL, json.dumps({"text": "x"}).encode()).status == 422


@pytest.mark.parametrize(
    "url",
    [
        "local://lexical/v2/classify",
        "local://lexical/v1",
        "local://lexical/v1/classify/",
        "local://lexical/v1/classify?t=0.05",
        "local://lexical/v1/classify#x",
        "local://lexical",
        "local://LEXICAL/v1/classify",
        "LOCAL://lexical/v1/classify",
        "local://minilm/v9/classify",
        "local:///classify",
        "local://lexical:80/v1/classify",
    ],
    ids=[
        "other_version", "no_path", "trailing_slash", "query", "fragment", "name_alone",
        "capitals", "scheme_in_capitals", "other_engine", "no_engine", "port",
    ],
)  # fmt: skip
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        connect(url, Connection())


def test_a_refusal_names_the_known_url() -> None:
    with pytest.raises(InputError) as refused:
        connect("local://lexical/v2/classify", Connection())
    assert URL in refused.value.problems[0].help
