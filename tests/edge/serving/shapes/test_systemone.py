"""POST /v1/systemone: what it answers, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from served import LEVELS, NAMED, OPTIONS, TEXT, YES_NO, scores
from ticketbench.edge.engines import engines
from ticketbench.edge.secret import ApiKey
from ticketbench.edge.serving.server import LIMITS
from ticketbench.edge.serving.service import Service

SERVICE = Service(engines().get("lexical"), limits=LIMITS, aliases=("jev-latest",))
CHOICE = {"type": "choice", "instructions": "Which?", "criteria": OPTIONS}
NOUL = {"type": "noul", "instructions": YES_NO}
SCORE = {"type": "score", "instructions": "How?", "criteria": LEVELS}
ALL: dict[str, Any] = {"label": CHOICE, "refund": NOUL, "mood": SCORE}


def said(body: Any, path: str = "/v1/systemone", service: Service = SERVICE) -> tuple[int, Any]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = service.handle("POST", path, {}, content)
    return reply.status, json.loads(reply.body)


def request(questions: Any, state: Any = TEXT, **more: Any) -> dict[str, Any]:
    return {"model": "lexical-v1", "state": state, "questions": questions, **more}


def asked(question: Any, state: Any = TEXT) -> dict[str, Any]:
    status, answer = said(request({"q": question}, state))
    assert status == 200, answer
    found: dict[str, Any] = answer["answers"]["q"]
    return found


def test_a_choice_has_the_scores_of_the_engine_under_the_names_that_were_sent() -> None:
    found = asked(CHOICE)
    assert found["probabilities"] == dict(zip(OPTIONS, scores(NAMED), strict=True))
    top = max(found["probabilities"].values())
    assert found["choice"] == "billing"
    assert found["confidence"] == pytest.approx((top - 1 / 3) / (2 / 3), abs=1e-12)


def test_a_choice_has_the_scores_of_classify() -> None:
    labels = [{"name": n, "rubric": r} for n, r in NAMED]
    _, classified = said({"text": TEXT, "labels": labels}, "/classify")
    assert asked(CHOICE)["probabilities"] == classified["scores"]
    assert asked(CHOICE)["choice"] == classified["top_label"]


def test_a_noul_is_the_first_of_two_options() -> None:
    both = {"true": "a refund", "false": "a greeting"}
    assert asked(NOUL) == {
        "type": "noul",
        "noul": scores([("true", YES_NO), ("false", "false")])[0],
    }
    assert (
        asked({**NOUL, "criteria": both})["noul"]
        == scores([("true", "a refund"), ("false", "a greeting")])[0]
    )
    assert (
        asked({**NOUL, "criteria": {"false": "a greeting"}})["noul"]
        == scores([("true", YES_NO), ("false", "a greeting")])[0]
    )


def test_a_score_is_the_mean_level() -> None:
    found = asked(SCORE)
    p = scores([(level, level) for level in LEVELS])
    assert found["probabilities"] == {str(i): one for i, one in enumerate(p)}
    assert found["score"] == pytest.approx(p[1] + 2 * p[2], abs=1e-12)
    assert found["legend"] == {str(i): level for i, level in enumerate(LEVELS)}


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_option_without_description_is_scored_by_its_name(nothing: str | None) -> None:
    found = asked({"type": "choice", "criteria": {"refund": nothing, "error": "a bug"}})
    assert list(found["probabilities"].values()) == scores(
        [("refund", "refund"), ("error", "a bug")]
    )


def test_an_object_is_scored_as_its_compact_json_with_sorted_keys() -> None:
    state = {"b": ["é", 1], "a": {"d": None, "c": True}}
    text = '{"a":{"c":true,"d":null},"b":["é",1]}'
    assert asked(CHOICE, state)["probabilities"] == asked(CHOICE, text)["probabilities"]
    described = asked({"type": "choice", "criteria": {"x": {"b": 1, "a": 2}, "y": None}}, "a b")
    assert list(described["probabilities"].values()) == scores(
        [("x", '{"a":2,"b":1}'), ("y", "y")], "a b"
    )


@settings(deadline=None, database=None, derandomize=True, max_examples=25)
@given(order=st.permutations(list(OPTIONS)), names=st.permutations(["x", "질문", "🎯 q.1"]))
def test_order_and_names_of_options_and_questions_change_nothing(
    order: list[str], names: list[str]
) -> None:
    mixed = {**CHOICE, "criteria": {name: OPTIONS[name] for name in order}}
    kinds = dict(zip(names, [mixed, NOUL, SCORE], strict=True))
    status, answer = said(request({name: kinds[name] for name in sorted(kinds)}))
    assert status == 200
    alone = [asked(CHOICE), asked(NOUL), asked(SCORE)]
    assert [answer["answers"][name] for name in names] == alone


def test_the_model_is_the_engine_and_an_alias_is_answered_with_its_own_name() -> None:
    status, answer = said({**request(ALL), "model": "jev-latest"})
    assert (status, answer["model"]) == (200, "lexical-v1")
    assert answer["usage"]["input_tokens"] > 0


def test_an_alias_is_known_only_where_it_was_asked_for() -> None:
    plain = Service(engines().get("lexical"))
    status, answer = said({**request(ALL), "model": "jev-latest"}, service=plain)
    assert (status, answer["detail"]["error_type"]) == (404, "not_found")
    assert "lexical-v1" in answer["detail"]["message"]


def questions_with(**change: Any) -> dict[str, Any]:
    return request({"q": {**CHOICE, **change}})


def nested(depth: int) -> bytes:
    return b'{"model":"lexical-v1","state":' + b"[" * depth + b"]" * depth + b"}"


REFUSED: dict[str, Any] = {
    "no_json": b"{",
    "not_utf_8": b'{"state":"\xff"}',
    "a_list": b"[]",
    "nan": b'{"model":"lexical-v1","state":"x","questions":{},"x":NaN}',
    "infinity": b'{"x":-Infinity}',
    "too_large_a_number": b'{"x":1e999}',
    "number_of_5000_digits": b'{"x":1' + b"0" * 5000 + b"}",
    "key_twice": b'{"model":"lexical-v1","state":"a","state":"b","questions":{}}',
    "option_twice": b'{"model":"lexical-v1","state":"a","questions":{"q":{"type":"choice",'
    b'"criteria":{"a":"b","a":"c"}}}}',
    "half_a_character": b'{"model":"lexical-v1","state":"\\ud800","questions":{}}',
    "half_a_character_as_a_name": b'{"model":"lexical-v1","state":"a","questions":{"\\ud800":{}}}',
    "deep": b"[" * 200_000,
    "deep_object": b'{"a":' * 50_000,
    "deep_but_whole": nested(800),
    "no_state": {"model": "lexical-v1", "questions": ALL},
    "no_model": {"state": "x", "questions": ALL},
    "no_questions": {"model": "lexical-v1", "state": "x"},
    "empty_state": request(ALL, ""),
    "null_state": request(ALL, None),
    "number_as_state": request(ALL, 1),
    "true_as_state": request(ALL, True),
    "number_as_model": {**request(ALL), "model": 1},
    "empty_questions": request({}),
    "list_of_questions": request([CHOICE]),
    "question_without_name": request({"": CHOICE}),
    "question_is_a_string": request({"q": "x"}),
    "no_type": request({"q": {"criteria": OPTIONS}}),
    "type_boolean": questions_with(type="boolean"),
    "type_box": questions_with(type="box"),
    "type_is_a_list": questions_with(type=["choice"]),
    "no_options": questions_with(criteria={}),
    "options_in_a_list": questions_with(criteria=["a"]),
    "option_without_name": questions_with(criteria={"": "x"}),
    "number_as_description": questions_with(criteria={"a": 1}),
    "instructions_are_true": questions_with(instructions=True),
    "noul_with_another_side": request({"q": {**NOUL, "criteria": {"maybe": "x"}}}),
    "noul_with_a_list": request({"q": {**NOUL, "criteria": ["x"]}}),
    "score_with_a_map": request({"q": {**SCORE, "criteria": {"0": "a", "1": "b"}}}),
    "score_with_null": request({"q": {**SCORE, "criteria": ["a", None]}}),
    "score_with_a_level_twice": request({"q": {**SCORE, "criteria": ["a", "a"]}}),
    "score_of_11": request({"q": {**SCORE, "criteria": [f"level {i}" for i in range(11)]}}),
    "256_options": questions_with(criteria={f"o{i}": None for i in range(256)}),
    "401_questions": request({f"q{i}": NOUL for i in range(401)}),
    "1001_options": request(
        {
            f"q{i}": {"type": "choice", "criteria": dict.fromkeys(map(str, range(91)))}
            for i in range(11)
        }
    ),
    "2001_phrases": request({"q": {**SCORE, "criteria": ["a," * 1000, "a;" * 1000, "b"]}}),
    "20001_characters": request(ALL, "x" * 20_001),
    "20001_characters_in_an_object": request(ALL, {"text": "x" * 20_000}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_body_is_answered_with_422_and_its_place(name: str) -> None:
    status, answer = said(REFUSED[name])
    assert status == 422
    (told,) = answer["detail"]
    assert told["loc"][0] == "body"
    assert len(told["msg"]) > 10
    assert told["type"] == "value_error"


def test_the_place_leads_to_the_option() -> None:
    _, answer = said(questions_with(criteria={"a": 1}))
    assert answer["detail"][0]["loc"] == ["body", "questions", "q", "choice", "criteria", "a"]


@pytest.mark.parametrize("n", [1, 2, 255])
def test_up_to_255_options_are_answered(n: int) -> None:
    found = asked({"type": "choice", "criteria": {f"o{i}": None for i in range(n)}})
    assert len(found["probabilities"]) == n
    assert 0 <= found["confidence"] <= 1


@settings(deadline=None, database=None, derandomize=True, max_examples=150)
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["model", "state", "questions", "q", "type", "criteria", "input"]),
                inner | st.sampled_from(["choice", "noul", "score", "predicate", "lexical-v1"]),
                max_size=6,
            )
        ),
        max_leaves=12,
    )
)
@pytest.mark.parametrize("path", ["/v1/systemone", "/v1/scaledown", "/v1/decisions"])
def test_any_json_gets_an_answer(path: str, body: Any) -> None:
    assert said(body, path)[0] in (200, 400, 404, 422)


LOCKED = Service(engines().get("lexical"), ApiKey("right-key"))
RIGHT = "Bearer right-key"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": RIGHT}, 200),
        ({"authorization": "bearer right-key"}, 200),
        ({"x-api-key": "right-key"}, 200),
        ({"x-api-key": "right-key", "authorization": RIGHT}, 200),
        ({"x-api-key": "right-key", "authorization": "Bearer wrong"}, 401),
        ({"x-api-key": "wrong", "authorization": RIGHT}, 401),
        ({"authorization": "Basic right-key"}, 401),
        ({"authorization": "right-key"}, 401),
        ({"authorization": "Bearer é"}, 401),
        ({"authorization": ""}, 401),
    ],
)
@pytest.mark.parametrize(
    "path", ["/v1/systemone", "/v1/scaledown", "/v1/decisions", "/v1/models", "/classify"]
)
def test_every_shape_wants_the_key_in_either_header(
    path: str, headers: dict[str, str], status: int
) -> None:
    method = "GET" if path == "/v1/models" else "POST"
    reply = LOCKED.handle(method, path, headers, b"{}")
    assert (reply.status == 401) == (status == 401)
    assert b"right-key" not in reply.body


def test_a_wrong_key_is_an_authentication_error() -> None:
    reply = LOCKED.handle("POST", "/v1/systemone", {"authorization": "Bearer wrong"}, b"{}")
    assert json.loads(reply.body)["detail"]["error_type"] == "authentication_error"


@pytest.mark.parametrize("path", ["/v1/systemone", "/v1/scaledown", "/v1/decisions"])
@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
def test_another_method_is_answered_with_405(path: str, method: str) -> None:
    assert SERVICE.handle(method, path, {}, b"").status == 405
