"""Clients of others get from `serve` what the engine says, and a conformance suite agrees.

They are installed with the dependency group `wire`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from served import LEVELS, NAMED, OPTIONS, TEXT, YES_NO, scores, served
from ticketbench.edge.serving.server import ClassifyServer

pytestmark = pytest.mark.loopback

KEY = "zq-right-key-1"
CHOICE = scores(NAMED)
YES = scores([("true", YES_NO), ("false", "false")])[0]
MOOD = scores([(level, level) for level in LEVELS])
MEAN = sum(i * p for i, p in enumerate(MOOD))


def wire(name: str) -> Any:
    """A package of the group `wire`, or the test is skipped."""
    return pytest.importorskip(name, reason=f"{name} is not installed: pip install --group wire")


def close_to(values: Any) -> Any:
    return pytest.approx(values, abs=1e-9)


@pytest.fixture(scope="module")
def server() -> Iterator[ClassifyServer]:
    with served(KEY, aliases=("jev-latest", "gpt-6-luna")) as server:
        yield server


def conformance(url: str, report: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and summary of `jevcompat test`."""
    wire("jevcompat")
    code = "from jevcompat.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", code, "test", url, "--json", str(report), *options]
    variables = {**os.environ, "WIRE_TEST_KEY": KEY}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=variables)
    return done.returncode, json.loads(report.read_text("utf-8"))


def passed_of_tested(report: dict[str, Any], level: str) -> tuple[int, int]:
    counts = report["summary"][level]
    return counts["passed"], counts["tested"]


def test_the_conformance_suite_passes(tmp_path: Path) -> None:
    with served(aliases=("jev-latest",)) as server:
        code, report = conformance(server.root, tmp_path / "report.json")
    assert code == 0
    assert passed_of_tested(report, "MUST") == (32, 32)
    assert passed_of_tested(report, "SHOULD") == (13, 13)


def test_the_conformance_suite_passes_where_a_key_is_needed(
    server: ClassifyServer, tmp_path: Path
) -> None:
    report_file = tmp_path / "report.json"
    code, report = conformance(server.root, report_file, "--key-env", "WIRE_TEST_KEY")
    assert code == 0
    assert passed_of_tested(report, "MUST") == (32, 32)
    assert passed_of_tested(report, "SHOULD") == (15, 15)


def test_the_vendors_client_reads_every_type(server: ClassifyServer) -> None:
    sdk = wire("typesafe_sdk")
    questions = {
        "label": sdk.Choice(instructions="Which?", criteria=OPTIONS),
        "refund": sdk.Noul(instructions=YES_NO),
        "mood": sdk.Score(instructions="How?", criteria=LEVELS),
    }
    with sdk.TypeSafeClient(api_key=KEY, base_url=server.root) as client:
        found = client.system_one(state=TEXT, questions=questions, model="lexical-v1")
        models = client.models.list()
    assert found.model == "lexical-v1"
    assert [found.choices["label"].probabilities[name] for name in OPTIONS] == close_to(CHOICE)
    assert found.nouls["refund"].noul == close_to(YES)
    assert list(found.scores["mood"].probabilities.values()) == close_to(MOOD)
    assert found.scores["mood"].score == close_to(MEAN)
    assert [one.name for one in models.models] == ["lexical-v1", "jev-latest", "gpt-6-luna"]


def test_the_vendors_client_tells_errors_apart(server: ClassifyServer) -> None:
    sdk = wire("typesafe_sdk")
    question = {"refund": sdk.Noul(instructions=YES_NO)}
    for key, model, status in (("wrong-key-2", "lexical-v1", 401), (KEY, "jev-9", 404)):
        with (
            sdk.TypeSafeClient(api_key=key, base_url=server.root) as client,
            pytest.raises(sdk.TypeSafeAPIError) as raised,
        ):
            client.system_one(state=TEXT, questions=question, model=model)
        assert raised.value.status == status


def test_a_client_that_sends_both_key_headers_reads_every_type(server: ClassifyServer) -> None:
    systemone = wire("systemone")
    questions = {
        "label": systemone.Choice("Which?", OPTIONS),
        "refund": systemone.Noul(YES_NO),
        "mood": systemone.Score("How?", LEVELS),
    }
    with systemone.Client(server.root, api_key=KEY, model="jev-latest") as client:
        found = client.system_one(state=TEXT, questions=questions)
    assert [found.choices["label"].probabilities[name] for name in OPTIONS] == close_to(CHOICE)
    assert found.nouls["refund"].noul == close_to(YES)
    assert list(found.scores["mood"].probabilities.values()) == close_to(MOOD)
    assert found.scores["mood"].score == close_to(MEAN)


DECIDED: list[dict[str, Any]] = [
    {"type": "choice", "name": "label", "instructions": "Which?",
     "choices": [{"value": name, "description": rubric} for name, rubric in NAMED]},
    {"type": "predicate", "instructions": YES_NO},
    {"type": "score", "instructions": "How?", "levels": [{"label": one} for one in LEVELS]},
]  # fmt: skip


def test_openais_client_reads_every_type(server: ClassifyServer) -> None:
    openai = wire("openai")
    with openai.OpenAI(api_key=KEY, base_url=f"{server.root}/v1", max_retries=0) as client:
        found = client.decisions.create(model="gpt-6-luna", input=TEXT, questions=DECIDED)
    label, refund, mood = found.answers
    assert found.model == "lexical-v1"
    assert [(one.value, one.probability) for one in label.probabilities] == [
        (name, close_to(p)) for (name, _), p in zip(NAMED, CHOICE, strict=True)
    ]
    assert (label.name, label.choice, refund.name) == ("label", "billing", None)
    assert refund.probability == close_to(YES)
    assert [one.probability for one in mood.probabilities] == close_to(MOOD)
    assert mood.score == close_to(MEAN)


def test_openais_client_tells_errors_apart(server: ClassifyServer) -> None:
    openai = wire("openai")
    options = {"base_url": f"{server.root}/v1", "max_retries": 0}
    with openai.OpenAI(api_key=KEY, **options) as client:
        with pytest.raises(openai.NotFoundError, match="known: lexical-v1"):
            client.decisions.create(model="gpt-9", input=TEXT, questions=DECIDED)
        one = {**DECIDED[0], "choices": DECIDED[0]["choices"][:1]}
        with pytest.raises(openai.BadRequestError, match="needs 2 choices"):
            client.decisions.create(model="gpt-6-luna", input=TEXT, questions=[one])
    with (
        openai.OpenAI(api_key="wrong-key-2", **options) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.decisions.create(model="gpt-6-luna", input=TEXT, questions=DECIDED)
