"""Every shape over a real socket: what is sent, what is taken as an answer, and what is not."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from shaped_server import URLS, ShapedServer, Told
from ticketbench.core.classify import ContractViolation, Refused, Unsuccessful, parse_answer
from ticketbench.core.errors import EndpointError, InputError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.answers.details import answer_details
from ticketbench.edge.answers.guard import Guard, WrongPage
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import Connection, connect
from ticketbench.edge.engines import engines
from ticketbench.edge.replay.source import full_url
from ticketbench.edge.secret import ApiKey

pytestmark = pytest.mark.loopback

LABELS = {"Billing": "Is this about a charge?", "grüße": "A greeting?", "tech": "About a bug?"}
RUBRICS = RubricSet("v1", tuple(Rubric(*pair) for pair in LABELS.items()))
TEXT = "I was charged twice ``` and 😡"
CANARY = "sk-canary-7f3a9c1e"
P = {"Billing": 0.7, "grüße": 0.2, "tech": 0.1}


@pytest.fixture(scope="module")
def server() -> Iterator[ShapedServer]:
    with ShapedServer({rubric: name for name, rubric in LABELS.items()}) as running:
        yield running


def asked(
    server: ShapedServer, url: str, *told: Told, key: str = "", header: str = "", labels: Any = None
) -> dict[str, Any]:
    """The /classify-shaped answer, as the guard lets it through to be stored."""
    server._told.clear()
    server.seen.clear()
    server.script(*told)
    connection = Connection(ApiKey(key) if key else None, key_header=header)
    body = request_body(TEXT, labels or RUBRICS)
    reply = Guard(connect(url, connection)).ask(full_url(url), body)
    assert reply.status == 200
    found: dict[str, Any] = json.loads(reply.body)
    return found


def status(server: ShapedServer, url: str, told: Told) -> Any:
    server.script(told)
    return Guard(connect(url, Connection())).ask(url, request_body(TEXT, RUBRICS))


def s1(answer: object, **more: object) -> Told:
    return Told({"model": "m-1", "answers": {"label": answer}, **more})


def choice(p: object = None, top: object = "Billing", **more: object) -> dict[str, object]:
    return {"type": "choice", "choice": top, "probabilities": P if p is None else p, **more}


def decided(p: Any = None, **more: object) -> Told:
    pairs = [{"value": k, "probability": v} for k, v in P.items()] if p is None else p
    one = {"type": "choice", "name": "label", "choice": "Billing", "probabilities": pairs, **more}
    return Told({"model": "m", "answers": [one]})


def tokens(*pairs: tuple[str, float]) -> Told:
    top = [{"token": token, "logprob": logprob} for token, logprob in pairs]
    return Told({"model": "m", "choices": [{"logprobs": {"content": [{"top_logprobs": top}]}}]})


@pytest.mark.parametrize("shape", URLS)
def test_a_shape_gives_the_scores_that_the_engine_behind_it_gives(
    server: ShapedServer, shape: str
) -> None:
    found = asked(server, server.url(shape))
    scores = engines().get("lexical").classify(TEXT, list(LABELS.items()))
    assert found["scores"] == pytest.approx(scores, abs=1e-9)
    assert found["top_label"] == max(scores, key=scores.__getitem__)
    model = {"chat": "lexical-1@fp_1", "zeroshot": "org/lexical"}.get(shape, "lexical-1")
    assert found["model"] == model


@pytest.mark.parametrize("shape", ["systemone", "decisions", "scaledown"])
@pytest.mark.parametrize(("ask", "requests"), [("yesno", 1), ("yesno1", 3)])
def test_yes_no_questions_are_shares_of_their_sum(
    server: ShapedServer, shape: str, ask: str, requests: int
) -> None:
    url = server.url(shape)
    found = asked(server, f"{url}{'&' if '?' in url else '?'}ask={ask}")
    p, mass = found["wire"]["p"], found["wire"]["mass"]
    assert len(server.seen) == requests
    assert all(name.encode() not in seen.body for name in LABELS for seen in server.seen)
    assert found["scores"] == pytest.approx({k: v / mass for k, v in p.items()})
    assert mass == pytest.approx(sum(p.values()))


@pytest.mark.parametrize("shape", URLS)
def test_the_key_stands_in_its_header_alone_and_comes_back_as_stars(
    server: ShapedServer, shape: str
) -> None:
    asked(server, server.url(shape), key=CANARY)
    (seen,) = server.seen
    usual = ("x-api-key", CANARY) if shape == "scaledown" else ("authorization", f"Bearer {CANARY}")
    assert [(k, v) for k, v in seen.headers.items() if CANARY in v] == [usual]
    assert "model=" not in seen.path
    assert "via=" not in seen.path
    other = "authorization" if shape == "scaledown" else "x-api-key"
    asked(server, server.url(shape), key=CANARY, header=other)
    assert CANARY in server.seen[0].headers[other]
    assert usual[0] not in server.seen[0].headers
    server.script(Told({"error": f"Bearer {CANARY}"}, status=500))
    echoed = connect(server.url(shape), Connection(ApiKey(CANARY))).ask(
        server.url(shape), request_body(TEXT, RUBRICS)
    )
    assert CANARY.encode() not in echoed.body
    assert b"***" in echoed.body


def test_numbers_are_copied_as_printed_and_what_else_is_said_is_named(
    server: ShapedServer,
) -> None:
    raw = (
        b'{"model":"jev-1.13.0","answers":{"label":{"type":"choice","choice":"Billing",'
        b'"confidence":"strange","probabilities":{"tech":0.10,"Billing":0.70,"gr\\u00fc\\u00dfe":2E-1}}},'
        b'"usage":{"input_tokens":61.0,"truncated":true,"note":"a sentence"},"latency_ms":3}'
    )
    server.script(Told(raw))
    body = request_body(TEXT, RUBRICS)
    url = server.url("systemone")
    reply = Guard(connect(url, Connection())).ask(url, body)
    assert b'"tech":0.10' in reply.body
    assert b"2E-1" in reply.body
    assert b"sentence" not in reply.body
    assert b"confidence" not in reply.body
    details = answer_details(reply.body, ms=3)
    assert (details.model, details.usage) == ("jev-1.13.0", {"input_tokens": 61, "truncated": 1})
    assert parse_answer(reply.body, list(LABELS)).truncated


ROUNDED = {"Billing": 0.33, "grüße": 0.33, "tech": 0.33}


@pytest.mark.parametrize(
    "told",
    [
        s1(choice(ROUNDED)),
        s1(choice(), usage=None),
        s1(choice(), usage={"input_tokens": 1.5}, extra=[1]),
        s1(choice(confidence=99)),
        Told({"result": {"answers": {"label": choice()}}, "success": True, "errors": []}),
        Told({"answers": {"label": choice()}}, headers={"content-type": "text/plain"}),
    ],
    ids=["two-decimals", "no-usage", "extra", "confidence", "envelope", "media-type"],
)  # fmt: skip
def test_what_breaks_no_rule_is_answered(server: ShapedServer, told: Told) -> None:
    assert asked(server, server.url("systemone"), told)["top_label"] == "Billing"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (s1(choice({**P, "other": 0.0})), "not asked for"),
        (s1(choice({"Billing": 0.8, "tech": 0.2})), "no score for 'grüße'"),
        (s1(choice({**P, "tech": "0.1"})), "not a number"),
        (s1(choice({**P, "tech": True})), "not a number"),
        (s1(choice({**P, "tech": 0.2})), "sum to 1.1"),
        (s1(choice({**P, "tech": -0.1, "Billing": 0.9})), "not within"),
        (s1(choice(top="tech")), "another label scores higher"),
        (s1(choice(top="billing")), "not one of the labels"),
        (s1(choice(top=None)), "not one of the labels"),
        (s1({"type": "noul", "noul": 0.5}), "not of the type 'choice'"),
        (s1({"type": "choice", "choice": "Billing"}), "no object 'probabilities'"),
        (Told({"answers": {"label": choice(), "other": choice()}}), "were not asked"),
        (Told({"answers": [choice()]}), "no object 'answers'"),
        (Told({"answers": {"label": 3}}), "no JSON object"),
        (Told([1]), "no JSON object"),
        (Told(b'{"answers":{"label":1,"label":2}}'), "a key twice"),
        (Told(b'{"answers":{},"x":NaN}'), "NaN"),
        (Told(b")]}'{}"), "not valid UTF-8 JSON"),
        (Told(b"[" * 90_000), "nested too deeply"),
    ],
)
def test_what_breaks_a_rule_of_system_one_is_no_answer(
    server: ShapedServer, told: Told, said: str
) -> None:
    with pytest.raises(ContractViolation, match=said) as caught:
        asked(server, server.url("systemone"), told)
    assert not isinstance(caught.value, Refused)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ("systemone", Told({"model": "m", "answers": {}})),
        ("systemone", s1({"type": "refusal", "reason": "?"})),
        ("systemone", s1({"type": "choice"})),
        ("decisions", Told({"answers": [{"type": "refusal", "name": "label"}]})),
        ("chat", Told({"choices": [{"message": {"refusal": "No."}, "logprobs": None}]})),
        ("chat", Told({"choices": [{"finish_reason": "content_filter"}]})),
    ],
)
def test_a_refusal_is_no_broken_answer(server: ShapedServer, shape: str, told: Told) -> None:
    with pytest.raises(Refused):
        asked(server, server.url(shape), told)


def test_an_envelope_without_success_says_why(server: ShapedServer) -> None:
    told = {"result": None, "success": False, "errors": [{"code": 3040, "message": "no capacity"}]}
    with pytest.raises(Unsuccessful, match="no capacity") as caught:
        asked(server, server.url("systemone"), Told(told))
    assert caught.value.passing


def test_numbers_that_are_all_zero_give_no_share(server: ShapedServer) -> None:
    zero = {f"l{i}": {"type": "noul", "noul": 0} for i in range(3)}
    with pytest.raises(ContractViolation, match="every number is 0"):
        asked(server, server.url("systemone", "&ask=yesno"), Told({"answers": zero}))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told({"answers": []}), "0 answers to 1"),
        (Told({"answers": {"label": choice()}}), "no list 'answers'"),
        (decided(name="other"), "name of another question"),
        (decided(type="predicate"), "not of the type"),
        (decided([{"value": True, "probability": 1}]), "no text"),
        (decided([{"value": "tech", "probability": 0.5}] * 2), "stands twice"),
        (decided(P), "no list 'probabilities'"),
        (decided([{"value": "Billing", "probability": 1}]), "no score for"),
        (decided(choice="tech"), "scores higher"),
    ],
)
def test_what_breaks_a_rule_of_decisions_is_no_answer(
    server: ShapedServer, told: Told, said: str
) -> None:
    with pytest.raises(ContractViolation, match=said):
        asked(server, server.url("decisions"), told)


LOG = math.log


def test_letters_are_added_up_in_both_spellings(server: ShapedServer) -> None:
    told = tokens(("A", LOG(0.4)), (" A", LOG(0.2)), ("B", LOG(0.15)), ("C", LOG(0.05)), ("a", -2))
    found = asked(server, server.url("chat"), told)
    assert found["scores"] == pytest.approx({"Billing": 0.75, "grüße": 0.1875, "tech": 0.0625})
    assert found["wire"] == {"mass": pytest.approx(0.8), "missing": 0}


def test_an_option_that_can_hold_almost_nothing_is_0_and_counted(server: ShapedServer) -> None:
    found = asked(server, server.url("chat"), tokens(("A", LOG(0.9)), ("B", LOG(0.09)), ("x", -9)))
    assert found["scores"]["tech"] == 0
    assert found["wire"]["missing"] == 1


def test_a_logprob_of_any_length_is_read(server: ShapedServer) -> None:
    told = tokens(("A", LOG(0.9)), ("B", LOG(0.1)), ("C", -(10**400)))
    assert asked(server, server.url("chat"), told)["scores"]["tech"] == 0


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (tokens(("A", LOG(0.6)), ("x", LOG(0.1))), "2 of 3 options are not among the 2 .* 25 %"),
        (tokens(("x", -1), ("y", -2)), "none of the options"),
        (tokens(("A", -0.1)), "no token but the one"),
        (tokens(("A", 0.1), ("B", -3)), "above 0"),
        (tokens(("A", 0), ("B", 0), ("C", 0)), "have 3 together, more than 1"),
        (Told({"choices": []}), "no list 'choices'"),
    ],
)
def test_what_breaks_a_rule_of_logprobs_is_no_answer(
    server: ShapedServer, told: Told, said: str
) -> None:
    with pytest.raises(ContractViolation, match=said):
        asked(server, server.url("chat"), told)


def test_a_model_without_logprobs_stops_the_run(server: ShapedServer) -> None:
    with pytest.raises(EndpointError, match="no logprobs"):
        asked(server, server.url("chat"), Told({"choices": [{"message": {"content": "A"}}]}))


def test_zero_shot_is_read_in_both_forms(server: ShapedServer) -> None:
    rubrics = list(LABELS.values())
    pairs = [{"label": one, "score": p} for one, p in zip(rubrics, P.values(), strict=True)]
    lists = {"sequence": TEXT, "labels": rubrics[::-1], "scores": list(P.values())[::-1]}
    for told in (pairs, lists):
        assert asked(server, server.url("zeroshot"), Told(told))["scores"] == P
    asked(server, server.url("zeroshot", "?text=name"), Told(
        [{"label": name, "score": p} for name, p in P.items()]
    ))  # fmt: skip
    sent = json.loads(server.seen[0].body)["parameters"]
    assert sent["hypothesis_template"] == "This text is about {}."
    assert sent["candidate_labels"] == list(LABELS)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told([{"label": "x", "score": 1}]), "not asked about"),
        (Told([]), "no scores"),
        (Told({"labels": ["a"]}), "no lists"),
        (Told([{"label": 3, "score": 1}]), "no text"),
        (Told([{"label": "About a bug?", "score": 0.5}] * 2), "stands twice"),
        (Told([{"label": "About a bug?", "score": "1"}]), "not a number"),
        (Told("x"), "no list of label"),
    ],
)
def test_what_breaks_a_rule_of_zero_shot_is_no_answer(
    server: ShapedServer, told: Told, said: str
) -> None:
    with pytest.raises(ContractViolation, match=said):
        asked(server, server.url("zeroshot"), told)


def test_a_model_that_loads_is_waited_for(server: ShapedServer) -> None:
    for waits, said in ((7.5, "7.500"), (9999, "60.000"), ("x", ""), (None, "")):
        told = Told({"error": "loading", "estimated_time": waits}, status=503)
        assert status(server, server.url("zeroshot"), told).retry_after == said
    told = Told({}, status=429, headers={"retry-after-ms": "1500", "x-typesafe-request-id": "r-1"})
    found = status(server, server.url("systemone"), told)
    assert (found.status, found.retry_after, found.request_id) == (429, "1.500", "r-1")


@pytest.mark.parametrize("shape", URLS)
def test_404_stops_the_run_and_other_statuses_come_as_they_are(
    server: ShapedServer, shape: str
) -> None:
    with pytest.raises(EndpointError, match="path or model"):
        status(server, server.url(shape), Told({"detail": "?"}, status=404))
    with pytest.raises(EndpointError, match=r"\[text\]") as caught:
        status(server, server.url(shape), Told({"detail": f"what is {TEXT}"}, status=404))
    assert TEXT[:16] not in str(caught.value)
    for code in (400, 401, 413, 422, 529):
        assert status(server, server.url(shape), Told({}, status=code)).status == code
    with pytest.raises(WrongPage):
        status(server, server.url(shape), Told(b"<html>", headers={"content-type": "text/html"}))


def test_labels_that_a_shape_cannot_ask_about_are_refused_before_anything_is_sent(
    server: ShapedServer,
) -> None:
    many = RubricSet("v", tuple(Rubric(f"l{i}", f"r{i}") for i in range(27)))
    twice = RubricSet("v", (Rubric("a", "same?"), Rubric("b", "same?")))
    with pytest.raises(InputError, match="26 labels at most"):
        asked(server, server.url("chat"), labels=many)
    with pytest.raises(InputError, match="stands twice"):
        asked(server, server.url("zeroshot"), labels=twice)
    assert server.seen == []
