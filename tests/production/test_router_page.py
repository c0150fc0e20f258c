"""docs/router.md: its code runs against a server, and its tables are those of the code."""

from __future__ import annotations

import json
import os
import re
import textwrap
import threading
from dataclasses import fields, replace
from pathlib import Path

import pytest

from policies import POLICY
from ticketbench.core.policy import Policy
from ticketbench.edge.engines import engines
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import Service
from ticketbench.production import Decision
from ticketbench.production.decision_log import LoggedDecision

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "router.md").read_text(encoding="utf-8")


def code() -> str:
    """The indented block of Python at the top of the page."""
    block = re.search(r"^ {4}from ticketbench.*?(?=^\S)", PAGE, re.MULTILINE | re.DOTALL)
    assert block is not None
    return textwrap.dedent(block[0])


def told(heading: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    rows = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", rows, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.loopback
def test_the_code_of_the_page_runs_against_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with ClassifyServer(Service(engines().get("lexical"), None), port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        replace(POLICY, url=server.url, policy=Policy(0.6, 1.0)).save("policy.json")
        exec(compile(code(), "docs/router.md", "exec"), {})
        server.shutdown()
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["billing queue", "a person, because of low_confidence"]
    assert re.fullmatch(r"route billing [01]\.\d\d None", said[2])
    assert said[3] == POLICY.prompts["billing"]
    lines = [json.loads(line) for line in Path("decisions.jsonl").read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["route", "review", "route", "route"]
    assert lines[0]["ticket_id"] == "T-4711"
    assert os.stat("decisions.jsonl").st_mode & 0o777 == 0o600


def test_the_page_has_every_reason_and_every_field_of_the_log() -> None:
    said = re.search(r"reason +why it is not routed: (.*?); None", str(Decision.__doc__), re.DOTALL)
    assert said is not None
    assert told("What it does when something is wrong") - {"reason"} == set(
        re.findall(r"\w+", said[1])
    )
    read = {field.name for field in fields(LoggedDecision)}
    assert told("The log") - {"schema", "note"} == read
