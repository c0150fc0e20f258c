"""POST /v1/decisions: lists of questions and answers, and OpenAI's errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from served import LEVELS, NAMED, TEXT, YES_NO, scores
from ticketbench.edge.engines import engines
from ticketbench.edge.serving.server import LIMITS
from ticketbench.edge.serving.service import Service

SERVICE = Service(engines().get("lexical"), limits=LIMITS)
CHOICES = [{"value": name, "description": rubric} for name, rubric in NAMED]
CHOICE = {"type": "choice", "name": "label", "instructions": "Which?", "choices": CHOICES}
PREDICATE = {"type": "predicate", "instructions": YES_NO}
SCORE = {"type": "score", "instructions": "How?", "levels": [{"label": x} for x in LEVELS]}


def said(questions: Any, text: Any = TEXT, **more: Any) -> tuple[int, Any]:
    body = {"model": "lexical-v1", "input": text, "questions": questions, **more}
    reply = SERVICE.handle("POST", "/v1/decisions", {}, json.dumps(body).encode())
    return reply.status, json.loads(reply.body)


def answers(*questions: Any, text: Any = TEXT) -> list[dict[str, Any]]:
    status, answer = said(list(questions), text)
    assert status == 200, answer
    found: list[dict[str, Any]] = answer["answers"]
    return found


def test_answers_stand_in_the_order_of_the_questions_with_the_scores_of_the_engine() -> None:
    choice, yes, mood = answers(CHOICE, PREDICATE, SCORE)
    told = [(one["value"], one["probability"]) for one in choice["probabilities"]]
    assert told == list(zip([name for name, _ in NAMED], scores(NAMED), strict=True))
    assert (choice["name"], choice["choice"], yes["name"]) == ("label", "billing", None)
    assert yes["probability"] == scores([("true", YES_NO), ("false", "false")])[0]
    p = scores([(level, level) for level in LEVELS])
    assert [one["probability"] for one in mood["probabilities"]] == p
    assert [one["value"] for one in mood["probabilities"]] == [0, 1, 2]
    assert [one["label"] for one in mood["probabilities"]] == LEVELS
    assert mood["score"] == pytest.approx(p[1] + 2 * p[2], abs=1e-12)


def test_order_and_other_questions_change_nothing() -> None:
    assert answers(SCORE, CHOICE, PREDICATE)[1:] == [*answers(CHOICE), *answers(PREDICATE)]


def test_a_choice_may_be_true_or_false_and_comes_back_as_it_was() -> None:
    (found,) = answers({**CHOICE, "choices": [{"value": True}, {"value": False}]})
    assert [one["value"] for one in found["probabilities"]] == [True, False]
    assert found["choice"] is True


def test_messages_are_scored_as_their_compact_json() -> None:
    messages = [{"role": "user", "content": TEXT}]
    text = json.dumps(
        [{"content": TEXT, "role": "user"}], ensure_ascii=False, separators=(",", ":")
    )
    assert answers(CHOICE, text=messages) == answers(CHOICE, text=text)


def test_an_unknown_model_is_404_with_a_code() -> None:
    status, answer = said([CHOICE], model="gpt-6-luna")
    assert (status, answer["error"]["code"]) == (404, "model_not_found")
    assert "lexical-v1" in answer["error"]["message"]


REFUSED: dict[str, Any] = {
    "none": [],
    "an_object": {"q": CHOICE},
    "a_string": ["x"],
    "no_type": [{"instructions": "x"}],
    "noul": [{**PREDICATE, "type": "noul"}],
    "no_instructions": [{"type": "predicate"}],
    "empty_instructions": [{"type": "predicate", "instructions": ""}],
    "empty_name": [{**CHOICE, "name": ""}],
    "number_as_name": [{**CHOICE, "name": 1}],
    "no_choices": [{**CHOICE, "choices": []}],
    "one_choice": [{**CHOICE, "choices": CHOICES[:1]}],
    "256_choices": [{**CHOICE, "choices": [{"value": f"o{i}"} for i in range(256)]}],
    "choice_twice": [{**CHOICE, "choices": [{"value": "a"}, {"value": "a"}]}],
    "true_and_its_word": [{**CHOICE, "choices": [{"value": "true"}, {"value": True}]}],
    "number_as_choice": [{**CHOICE, "choices": [{"value": 1}, {"value": "a"}]}],
    "object_as_description": [{**CHOICE, "choices": [{"value": "b", "description": {}}, *CHOICES]}],
    "true_as_label": [{**SCORE, "levels": [{"label": True}, {"label": "a"}]}],
    "levels_as_strings": [{**SCORE, "levels": LEVELS}],
    "401_questions": [PREDICATE] * 401,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_question_is_answered_with_400_and_its_place(name: str) -> None:
    status, answer = said(REFUSED[name])
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert answer["error"]["param"].startswith("questions")


@pytest.mark.parametrize("text", ["", None, 1, {}, [], {"text": TEXT}])
def test_a_malformed_input_is_answered_with_400(text: Any) -> None:
    status, answer = said([CHOICE], text)
    assert (status, answer["error"]["param"]) == (400, "input")
