"""A router decides as the evaluation does, and always has somewhere to put a ticket."""

from __future__ import annotations

import asyncio
import hmac
import io
import json
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary import KEY, forms, holds
from fault_server import LABELS, FaultServer, Step, closed_url
from routed import Desk, policy_at, router_at
from ticketbench.core.errors import InputError
from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.production import Decision, Router
from ticketbench.production.decision_log import read_decisions

URL = "https://api.scaledown.xyz/classify"
TEXT = "My card zq-4711-zq was charged twice"


def answering(scores: dict[str, float], **more: Any) -> Callable[[bytes, float], tuple[int, bytes]]:
    """A transport with the same answer for every question."""
    top = max(scores, key=lambda label: scores[label])
    answer = json.dumps({"scores": scores, "top_label": top, **more}).encode()
    return lambda body, seconds: (200, answer)


def deciding(billing: float, technical: float | None = None, **how: Any) -> Router:
    """A router whose endpoint gives these scores."""
    scores = dict(
        zip(LABELS, (billing, 1 - billing if technical is None else technical), strict=True)
    )
    more = how.pop("more", {})
    return router_at(URL, post=answering(scores, **more), **how)


@pytest.mark.parametrize(
    ("billing", "outcome", "label", "reason"),
    [
        (0.9, "route", "billing", None),
        (0.1, "route", "technical", None),
        (0.55, "route", "billing", None),
        (0.54, "escalate", "billing", "escalate"),
        (0.5, "escalate", "billing", "escalate"),
    ],
)
def test_a_decision_says_outcome_label_scores_and_reason(
    billing: float, outcome: str, label: str, reason: str | None
) -> None:
    found = deciding(billing).decide(TEXT, ticket_id="T-4711")
    assert (found.outcome, found.label, found.reason) == (outcome, label, reason)
    assert found.score == max(billing, 1 - billing)
    assert found.scores == {"billing": billing, "technical": 1 - billing}
    assert (found.ticket_id, found.attempts, found.warnings) == ("T-4711", 1, ())


def test_a_low_score_goes_to_review() -> None:
    policy = policy_at(URL, Policy(0.8, 0.6))
    assert deciding(0.7, policy=policy).decide(TEXT).reason == "low_confidence"


@given(data=st.data())
def test_a_router_decides_every_row_as_the_evaluation_does(data: st.DataObject) -> None:
    n_labels = data.draw(st.integers(2, 12))
    counts = data.draw(st.lists(st.integers(0, 20), min_size=n_labels, max_size=n_labels))
    total = sum(counts)
    if not total:
        return
    row = [count / total for count in counts]
    occurring = st.sampled_from(row) | st.floats(0, 1)
    labels = [f"label {i}" for i in range(n_labels)]
    policy = Policy(
        data.draw(occurring),
        data.draw(occurring),
        data.draw(st.sampled_from([0.5, 0.9, 1.0, 1.28, 3.0])),
        ((labels[0], data.draw(occurring)),),
    )
    rubrics = RubricSet("v", tuple(Rubric(label, f"{label}?") for label in labels))
    routed = Router(
        policy_at(URL, policy, rubric_set=rubrics),
        post=answering(dict(zip(labels, row, strict=True))),
    ).decide(TEXT)
    evaluated = policy.decide(np.array([row]), labels)
    assert routed.outcome == OUTCOMES[evaluated.outcome[0]]
    assert routed.label == labels[evaluated.top[0]]


def test_each_outcome_reaches_the_one_it_is_for() -> None:
    desk = Desk()
    assert deciding(0.9, desk=desk).route(TEXT) == f"billing: {TEXT}"
    assert deciding(0.5, desk=desk).route(TEXT) == "a person"
    assert deciding(0.5, desk=desk, escalate=desk.escalate).route(TEXT) == "two teams"
    assert [one.outcome for _, one in desk.fallen_back] == ["escalate"]
    assert [(text, one.outcome) for text, one in desk.escalated] == [(TEXT, "escalate")]
    assert deciding(0.0, 0.0, desk=desk).route(TEXT) == "a person"
    assert desk.fallen_back[-1][1].reason == "endpoint_contract"


@pytest.mark.parametrize("text", ["", " \n", None, 7, b"bytes", "half \ud83d"])
def test_what_is_no_text_is_not_asked_about(text: Any, tmp_path: Path) -> None:
    def post(body: bytes, seconds: float) -> tuple[int, bytes]:
        raise AssertionError("asked")

    desk = Desk()
    router = router_at(URL, desk, post=post, log=tmp_path / "log")
    assert router.route(text) == "a person"
    (found,) = read_decisions([tmp_path / "log"]).decisions
    assert (found.outcome, found.reason, found.label) == ("review", "input", None)
    assert (found.attempts, desk.fallen_back[0][1].reason) == (0, "input")


def test_a_handler_that_raises_is_the_callers_after_the_line_is_in_the_log(tmp_path: Path) -> None:
    def broken(text: str) -> None:
        assert read_decisions([tmp_path / "log"]).decisions
        raise KeyError("of the caller")

    handlers = dict.fromkeys(LABELS, broken)
    policy, post = policy_at(URL), answering({"billing": 0.9, "technical": 0.1})
    router = Router(policy, handlers, Desk().fallback, post=post, log=tmp_path / "log")
    with pytest.raises(KeyError, match="of the caller"):
        router.route(TEXT)
    assert [one.outcome for one in read_decisions([tmp_path / "log"]).decisions] == ["route"]


def test_a_label_without_a_handler_is_refused_or_falls_back() -> None:
    desk = Desk()
    policy, post = policy_at(URL), answering({"billing": 0.1, "technical": 0.9})
    only = {"billing": str}
    with pytest.raises(InputError, match="no handler for 'technical'"):
        Router(policy, only, desk.fallback, post=post)
    router = Router(policy, only, desk.fallback, post=post, missing="fallback")
    assert router.route(TEXT) == "a person"
    found = desk.fallen_back[0][1]
    assert (found.outcome, found.reason, found.label) == ("review", "no_handler", "technical")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"handlers": {"biling": str}}, r"no label 'biling'"),
        ({"handlers": {**dict.fromkeys(LABELS, str), "billing": "x"}}, r"cannot be called"),
        ({"fallback": None}, r"no fallback"),
        ({"missing": "ignore"}, r"missing must be"),
        ({"budget_s": 0}, r"budget_s"),
        ({"budget_s": float("nan")}, r"budget_s"),
        ({"budget_s": 1e10}, r"budget_s"),
        ({"budget_s": "2"}, r"budget_s"),
        ({"circuit_pause_s": "30"}, r"circuit_pause_s"),
        ({"circuit_pause_s": float("nan")}, r"circuit_pause_s"),
        ({"on_model_change": "stop"}, r"on_model_change"),
        ({"policy": "policy.json"}, r"no policy"),
        ({"log": 7}, r"neither a path nor"),
        ({"log": f"{__file__}/log"}, r"decision log cannot be written"),
        ({"post": None}, r"SCALEDOWN_API_KEY is not set"),
        ({"post": None, "key_env": "SHOP_KEY"}, r"SHOP_KEY is not bound to api.scaledown.xyz"),
        ({"post": None, "host": "router.shop.example"}, r"and not at 'router.shop.example'"),
    ],
    ids=str,
)
def test_construction_finds_what_is_wrong_before_the_first_ticket(
    how: dict[str, Any], said: str
) -> None:
    desk = Desk()
    given = {
        "policy": policy_at(URL),
        "handlers": desk.handlers(),
        "fallback": desk.fallback,
        "post": answering({"billing": 1.0, "technical": 0.0}),
    }
    with pytest.raises(InputError, match=said):
        Router(**{**given, **how})


def test_a_handler_of_no_label_is_told_the_nearest_one() -> None:
    with pytest.raises(InputError) as refused:
        Router(policy_at(URL), {"biling": str}, Desk().fallback, missing="fallback")
    assert "billing" in refused.value.problems[0].help


def test_a_router_without_handlers_decides_and_routes_nothing() -> None:
    router = Router(policy_at(URL), post=answering({"billing": 0.9, "technical": 0.1}))
    assert router.decide(TEXT).outcome == "route"
    with pytest.raises(InputError, match="neither handlers nor a fallback"):
        router.route(TEXT)


def test_another_model_is_a_warning_or_a_review() -> None:
    known = policy_at(URL, model="slm-1")
    same = deciding(0.9, policy=known, more={"model": "slm-1"}).decide(TEXT)
    unnamed = deciding(0.9, policy=known).decide(TEXT)
    other = deciding(0.9, policy=known, more={"model": "slm-2"}).decide(TEXT)
    assert (same.warnings, unnamed.warnings) == ((), ())
    assert (other.outcome, other.warnings, other.model) == ("route", ("model_changed",), "slm-2")
    careful = deciding(0.9, policy=known, more={"model": "slm-2"}, on_model_change="review")
    found = careful.decide(TEXT)
    assert (found.outcome, found.reason, found.label) == ("review", "model_changed", "billing")
    named = deciding(0.9, more={"model": "slm-2"}).decide(TEXT)
    assert named.warnings == ("model_changed",)


def test_a_policy_out_of_date_or_edited_and_a_cut_text_are_warned_of() -> None:
    old = replace(policy_at(URL), review_by="2020-01-01", edited=True)
    found = deciding(0.9, policy=old, more={"usage": {"truncated": True}}).decide(TEXT)
    assert found.warnings == ("policy_expired", "policy_edited", "input_truncated")
    assert found.outcome == "route"


def test_a_line_of_the_log_is_the_decision_without_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    router = deciding(0.9, log=log, more={"model": f"my {TEXT}"})
    before = datetime.now(UTC)
    found = router.decide(TEXT, ticket_id="T-1", trace_id="4bf9", span_id="00f0")
    (line,) = [json.loads(one) for one in log.read_text().splitlines()]
    assert list(line) == [
        "schema", "timestamp", "decision_id", "ticket_id", "trace_id", "span_id", "policy",
        "rubric_set", "model", "outcome", "label", "score", "scores", "reason", "latency_ms",
        "attempts", "warnings",
    ]  # fmt: skip
    assert (line["policy"], line["rubric_set"]) == (router.policy.sha256, router.policy.fingerprint)
    assert (line["decision_id"], line["score"]) == (found.decision_id, 0.9)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
                        found.decision_id)  # fmt: skip
    assert abs((datetime.fromisoformat(line["timestamp"]) - before).total_seconds()) < 60
    assert "charged" not in log.read_text()


def test_a_hash_of_the_text_needs_a_key_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deciding(0.9, log=tmp_path / "without").decide(TEXT)
    monkeypatch.setenv("TICKETBENCH_LOG_KEY", "a key of 16 signs")
    deciding(0.9, log=tmp_path / "with").decide(TEXT)
    lines = [json.loads((tmp_path / name).read_text()) for name in ("without", "with")]
    assert "text_hmac" not in lines[0]
    digest = hmac.digest(b"a key of 16 signs", TEXT.encode(), "sha256")
    assert lines[1]["text_hmac"] == digest.hex()
    monkeypatch.setenv("TICKETBENCH_LOG_KEY", "short")
    with pytest.raises(InputError, match="TICKETBENCH_LOG_KEY"):
        deciding(0.9, log=tmp_path / "short")


def test_the_first_line_says_that_nothing_is_promised(tmp_path: Path) -> None:
    router = deciding(0.9, policy=policy_at(URL, promise=None), log=tmp_path / "log")
    router.decide(TEXT)
    router.decide(TEXT)
    first, second = [json.loads(one) for one in (tmp_path / "log").read_text().splitlines()]
    assert first["note"] == "no promise"
    assert "note" not in second


class Broken:
    """A log that never works."""

    def write(self, line: dict[str, Any]) -> None:
        """Fail with the line in the message."""
        raise RuntimeError(f"cannot keep {line} {TEXT}")


def test_a_log_that_fails_is_said_once_counted_and_stops_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    router = deciding(0.9, log=Broken())
    found = [router.decide(TEXT) for _ in range(3)]
    assert [one.warnings for one in found] == [("log_failed",)] * 3
    assert router.log_failures == 3
    said = capsys.readouterr().err
    assert (said.count("\n"), said.count("RuntimeError")) == (1, 1)
    assert "charged" not in said


@pytest.mark.parametrize("how", ["full", "closed", "none"])
def test_a_log_that_fails_stops_nothing_where_stderr_fails_too(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, text: str) -> None:
            raise OSError(28, "No space left on device")

    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", {"full": Full(), "closed": closed, "none": None}[how])
    assert deciding(0.9, log=Broken()).decide(TEXT).warnings == ("log_failed",)


def test_an_id_with_half_a_character_loses_no_line(tmp_path: Path) -> None:
    decision = deciding(0.9, log=tmp_path / "log").decide(TEXT, ticket_id="T\ud83d")
    assert decision.warnings == ()
    assert json.loads((tmp_path / "log").read_text("utf-8"))["ticket_id"] == "T\\ud83d"


def test_a_log_may_be_an_object_of_the_caller() -> None:
    kept: list[dict[str, Any]] = []

    class Kept:
        write = staticmethod(kept.append)

    deciding(0.9, log=Kept()).decide(TEXT)
    assert [one["outcome"] for one in kept] == ["route"]


def test_a_prompt_is_that_of_the_label_only_where_the_ticket_is_routed() -> None:
    assert deciding(0.9).prompt(TEXT) == "Talk of money."
    assert deciding(0.1).prompt(TEXT) == "Be kind."  # of a label without a prompt
    assert deciding(0.5).prompt(TEXT) == "Be kind."
    assert deciding(0.0, 0.0).prompt(TEXT) == "Be kind."


def test_a_mix_has_the_labels_above_with_shares_that_sum_to_one() -> None:
    found = deciding(0.3).mix(TEXT)
    assert found == [("technical", 0.7, "Be kind."), ("billing", 0.3, "Talk of money.")]
    assert deciding(0.9).mix(TEXT) == [("billing", 1.0, "Talk of money.")]
    assert deciding(0.8).mix(TEXT, at_least=0.2)[1][0] == "technical"
    assert deciding(0.6).mix(TEXT, at_least=0.7) == [("*", 1.0, "Be kind.")]
    assert deciding(0.0, 0.0).mix(TEXT) == [("*", 1.0, "Be kind.")]


def test_prompts_that_are_not_there_are_refused_whatever_the_ticket() -> None:
    for prompts in ({}, {"billing": "Talk of money."}):
        router = deciding(0.9, policy=policy_at(URL, prompts=prompts))
        with pytest.raises(InputError, match=r"no prompt for \*"):
            router.prompt(TEXT)
        with pytest.raises(InputError, match=r"no prompt for \*"):
            router.mix(TEXT)


@pytest.mark.parametrize(
    ("raised", "reason"),
    [(TimeoutError(), "endpoint_timeout"), (OSError(), "endpoint_network"),
     (ZeroDivisionError(), "endpoint_network")],
)  # fmt: skip
def test_whatever_a_transport_of_the_caller_raises_is_a_reason(
    raised: Exception, reason: str
) -> None:
    def post(body: bytes, seconds: float) -> tuple[int, bytes]:
        raise raised

    assert router_at(URL, post=post).decide(TEXT).reason == reason


@pytest.mark.loopback
def test_an_answer_of_other_rubrics_is_none() -> None:
    listing = [{"label": label, "score": 0.5, "rubric": "Is it the moon?"} for label in LABELS]
    scores = dict.fromkeys(LABELS, 0.5)
    answer = json.dumps({"scores": scores, "top_label": "billing", "labels": listing}).encode()
    with FaultServer(Step(body=answer)) as server:
        assert router_at(server.url).decide(TEXT).reason == "endpoint_contract"


@pytest.mark.loopback
def test_the_circuit_opens_after_five_failures_and_closes_with_an_answer() -> None:
    with FaultServer(Step(status=500)) as server:
        router = router_at(server.url, circuit_pause_s=0.2)
        reasons = [router.decide(TEXT).reason for _ in range(7)]
        assert reasons == ["endpoint_http_500"] * 5 + ["circuit_open"] * 2
        assert (len(server.seen), router.circuit.state) == (5, "open")
        server.script(Step())
        threading.Event().wait(0.25)
        assert router.decide(TEXT).outcome == "route"
        assert (router.circuit.state, router.circuit.failures) == ("closed", 0)


@pytest.mark.loopback
@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_speaks_of_one_text_opens_no_circuit(status: int) -> None:
    with FaultServer(Step(status=status)) as server:
        router = router_at(server.url)
        found = [router.decide(TEXT) for _ in range(6)]
        assert [one.reason for one in found] == [f"endpoint_http_{status}"] * 6
        assert {one.error_status for one in found} == {status}


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("first", "n_asked"),
    [
        (Step(status=429), 2), (Step(status=502), 2), (Step(status=529), 2), (Step(drop=True), 2),
        (Step(status=503, headers={"Retry-After": "0.05"}), 2),
        (Step(status=503, headers={"Retry-After": "60"}), 1),
        (Step(status=429, headers={"Retry-After": "Sun, 29 Nov 2099 12:00:00 GMT"}), 1),
        (Step(status=429, delay_s=0.6), 1), (Step(status=500), 1), (Step(status=401), 1),
        (Step(body=b"<html>"), 1),
    ],
    ids=str,
)  # fmt: skip
def test_one_retry_where_it_may_help_and_there_is_time(first: Step, n_asked: int) -> None:
    with FaultServer(first, Step()) as server:
        found = router_at(server.url, budget_s=1.0).decide(TEXT)
        assert (found.attempts, len(server.seen)) == (n_asked, n_asked)
        assert found.outcome == ("route" if n_asked == 2 else "review")


@pytest.mark.loopback
def test_it_waits_in_a_thread_of_its_own_when_it_is_awaited() -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(router.aroute("a technical one"), router.aroute("a bill"))

    with FaultServer(Step(delay_s=0.1)) as server:
        router = router_at(server.url)
        assert asyncio.run(both()) == ["technical: a technical one", "billing: a bill"]


@pytest.mark.loopback
def test_key_and_text_are_in_no_byte_of_log_and_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOP_KEY", KEY)
    echo = json.dumps({"scores": {"billing": 1.0, "technical": 0.0}, "top_label": "billing",
                       "model": KEY, "error": f"{KEY} {TEXT}"}).encode()  # fmt: skip
    with FaultServer() as server:
        host = server.url.split("/")[2]
        router = router_at(server.url, key_env="SHOP_KEY", host=host, log=tmp_path / "log")
        steps = [Step(), Step(body=echo), Step(status=401, body=echo), Step(drop=True)]
        for form in (KEY.upper(), KEY.encode().hex(), *(one.decode() for one in forms())):
            steps.append(
                Step(
                    body=echo.replace(
                        f'"model": "{KEY}"'.encode(), b'"model": "%b"' % form.encode()
                    )
                )
            )
        for step in steps:
            server.script(step)
            router.route(TEXT)
        assert {seen.headers["x-api-key"] for seen in server.seen} == {KEY}
    written, said = (tmp_path / "log").read_bytes(), capfd.readouterr()
    assert written.count(b"\n") == len(steps)
    for content in (written, said.err.encode(), said.out.encode(), repr(vars(router)).encode()):
        assert not holds(content)
        assert TEXT.encode() not in content
        assert b"zq-4711-zq" not in content
        assert b"charged twice" not in content


@pytest.mark.loopback
def test_fifty_threads_share_a_router(tmp_path: Path) -> None:
    decisions: list[Decision] = []
    with FaultServer() as server:
        router = router_at(server.url, log=tmp_path / "log", budget_s=30.0)

        def ask(number: int) -> None:
            text = f"{LABELS[number % 2]} {number}"
            for _ in range(4):
                decisions.append(router.decide(text, ticket_id=LABELS[number % 2]))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(decisions) == 200
    assert all(one.label == one.ticket_id for one in decisions)
    log = read_decisions([tmp_path / "log"])
    assert (len(log.decisions), log.n_torn, log.n_foreign) == (200, 0, 0)


@pytest.mark.loopback
def test_where_nothing_listens_a_ticket_falls_back() -> None:
    desk = Desk()
    assert router_at(closed_url(), desk).route(TEXT) == "a person"
    found = desk.fallen_back[0][1]
    assert (found.reason, found.attempts, found.error_status) == ("endpoint_network", 2, None)
