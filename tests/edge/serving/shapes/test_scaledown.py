"""POST /v1/scaledown: System One about an object with a text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from served import LEVELS, NAMED, OPTIONS, TEXT, YES_NO, scores
from ticketbench.edge.engines import engines
from ticketbench.edge.serving.service import Service

SERVICE = Service(engines().get("lexical"))
CHOICE = {"type": "choice", "criteria": OPTIONS}


def said(state: Any, question: Any = CHOICE) -> tuple[int, Any]:
    body = {"model": "lexical-v1", "state": state, "questions": {"q": question}}
    reply = SERVICE.handle("POST", "/v1/scaledown", {}, json.dumps(body).encode())
    return reply.status, json.loads(reply.body)


def asked(state: Any, question: Any = CHOICE) -> dict[str, Any]:
    status, answer = said(state, question)
    assert status == 200, answer
    found: dict[str, Any] = answer["answers"]["q"]
    return found


def test_the_text_alone_is_scored() -> None:
    assert list(asked({"text": TEXT})["probabilities"].values()) == scores(NAMED)
    assert asked({"text": TEXT}, {"type": "noul", "instructions": YES_NO})["noul"] > 0.5
    assert len(asked({"text": TEXT}, {"type": "score", "criteria": LEVELS})["legend"]) == 3


def test_an_object_with_more_is_scored_as_its_json() -> None:
    found = asked({"text": TEXT, "plan": "pro"})
    text = json.dumps({"plan": "pro", "text": TEXT}, ensure_ascii=False, separators=(",", ":"))
    assert list(found["probabilities"].values()) == scores(NAMED, text)


@pytest.mark.parametrize("state", [TEXT, [TEXT], {}, {"text": ""}, {"text": 1}, None])
def test_another_state_is_answered_with_422(state: Any) -> None:
    assert said(state)[0] == 422


def test_a_score_takes_two_levels() -> None:
    status, answer = said({"text": TEXT}, {"type": "score", "criteria": ["calm"]})
    assert (status, "two levels" in answer["detail"][0]["msg"]) == (422, True)
