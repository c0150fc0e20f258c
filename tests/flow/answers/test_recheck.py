"""Some stored questions asked again, and what that says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fault_server import FaultServer, Step, valid_answer
from ticketbench.core.errors import EndpointError, IncompleteError
from ticketbench.edge.replay.drift import Drift
from ticketbench.flow.answers.recheck import recheck
from ticketbench.flow.answers.recordings import export_recording
from ticketbench.flow.run import run

pytestmark = pytest.mark.loopback

EVAL = Path("eval.yaml")
Recorded = Callable[[str, float], Path]


def test_an_endpoint_that_answers_alike_shows_no_drift(http: Path, server: FaultServer) -> None:
    run(EVAL)
    server.seen.clear()
    assert recheck(EVAL, sample=3) == Drift(asked=6)
    assert len(server.seen) == 6


def test_an_endpoint_that_answers_otherwise_is_noticed_and_nothing_is_stored(
    http: Path, server: FaultServer
) -> None:
    run(EVAL)
    export_recording(EVAL, Path("before.jsonl"))

    def other(body: bytes) -> bytes:
        answer = json.loads(valid_answer(body))
        top = max(answer["scores"], key=lambda label: answer["scores"][label])
        answer["scores"] = {label: 0.8 if label == top else 0.1 for label in answer["scores"]}
        return json.dumps(answer).encode()

    server.plan = lambda seen: Step(body=other(seen.body))
    found = recheck(EVAL, sample=100)
    assert (found.asked, found.changed, round(found.largest, 6)) == (14, 14, 0.2)
    export_recording(EVAL, Path("after.jsonl"))
    assert Path("after.jsonl").read_bytes() == Path("before.jsonl").read_bytes()


def test_an_endpoint_that_does_not_answer_cannot_be_rechecked(
    http: Path, server: FaultServer
) -> None:
    run(EVAL)
    server.script(Step(500, b""))
    with pytest.raises(EndpointError, match="no question got a valid answer"):
        recheck(EVAL, sample=1)


def test_nothing_stored_cannot_be_rechecked(http: Path) -> None:
    with pytest.raises(IncompleteError, match="no stored answers"):
        recheck(EVAL)


def test_a_recording_alone_can_be_rechecked(http: Path, server: FaultServer) -> None:
    run(EVAL)
    export_recording(EVAL, Path("r.jsonl"))
    shutil.move("answers.sqlite", "away.sqlite")
    EVAL.write_text(EVAL.read_text(encoding="utf-8") + "recording: r.jsonl\n", encoding="utf-8")
    assert recheck(EVAL, sample=2) == Drift(asked=4)


def test_a_recheck_asks_what_a_run_would_use(http: Path, recorded: Recorded) -> None:
    old = recorded("old.jsonl", 0.6)
    recorded("new.jsonl", 0.7)
    EVAL.write_text(EVAL.read_text(encoding="utf-8") + f"recording: {old}\n", encoding="utf-8")
    assert recheck(EVAL, sample=3).changed == 6


def test_a_sample_is_spread_over_all_tickets(http: Path, server: FaultServer) -> None:
    run(EVAL)
    server.seen.clear()
    recheck(EVAL, sample=4)
    asked = [seen.text for seen in server.seen[:4]]
    assert "charged twice" in asked[0]
    assert "delete my account" in asked[-1]
