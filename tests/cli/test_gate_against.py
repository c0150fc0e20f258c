"""`ticketbench gate --against`: what a pull request alters of its judge, in every form."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from junitparser import JUnitXml

from forked import ticketbench
from gated_project import BASELINE, blessed, edit, with_gates

GATE = "{metric: accuracy, on: v1, not_worse_than: baseline, margin: 0.02}"
ALTERED = "margin of accuracy (v1): 0.02 -> 0.9"


@pytest.fixture
def before(answered: Path) -> Path:
    """A red gate on main, and a margin that would make it green in the project that is judged."""
    with_gates(GATE)
    blessed()
    folder = shutil.copytree(answered, answered.with_name(f"{answered.name}-before"))
    edit("gated.yaml", "margin: 0.02", "margin: 0.9")
    return folder


def test_every_form_says_what_is_altered_and_ends_red(before: Path) -> None:
    assert ticketbench("gate", "gated.yaml").returncode == 0
    files = {name: Path(f"out.{name}") for name in ("markdown", "junit", "json", "text")}
    formats = [word for name, file in files.items() for word in ("--format", f"{name}={file}")]
    done = ticketbench("gate", "gated.yaml", "--against", str(before), *formats,
                       "--format", "github")  # fmt: skip
    assert done.returncode == 1
    (warning,) = [one for one in done.stdout.splitlines() if "alters" in one]
    assert warning.startswith("::warning file=gated.yaml,title=ticketbench::Judged by the rules of")
    assert ALTERED in warning
    assert ALTERED in files["text"].read_text(encoding="utf-8")
    markdown = files["markdown"].read_text(encoding="utf-8")
    altered = "margin of accuracy \\(v1\\): 0.02 -\\> 0.9."
    assert (
        f"{altered} By its own rules, which count from the merge on: 1 of 2 gates UNDECIDED"
        in markdown
    )
    head = markdown.partition("<details>")[0]
    assert len([line for line in head.splitlines() if line]) <= 13  # the marker and twelve
    suites = JUnitXml.fromfile(str(files["junit"]))
    told = ET.parse(files["junit"]).find("testsuite/system-out")
    assert told is not None
    assert ALTERED in (told.text or "")
    assert [suites.tests, suites.failures] == [2, 1]
    rules = json.loads(files["json"].read_bytes())["data"]["report"]["rules"]
    assert rules["changes"] == [
        {"what": "margin of accuracy (v1)", "before": "0.02", "after": "0.9", "tickets": []}
    ]
    assert [one["outcome"] for one in rules["own"]] == ["pass", "inconclusive"]


def test_a_missing_commit_ends_with_two_and_names_fetch_depth(before: Path) -> None:
    shutil.copytree(before, "inside")
    done = ticketbench("gate", "gated.yaml", "--against", "origin/main")
    assert done.returncode == 2
    assert "is in no git repository" in done.stderr
    Path(".git").mkdir()
    done = ticketbench("gate", "gated.yaml", "--against", "inside")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_command_that_shows_everything_is_judged_alike(before: Path) -> None:
    done = ticketbench("gate", "gated.yaml", "--against", str(before))
    assert f"ticketbench gate gated.yaml --against {before} --all" in done.stdout
    everything = ticketbench("gate", "gated.yaml", "--against", str(before), "--all")
    assert everything.returncode == 1
    assert ALTERED in everything.stdout
    assert "of 7 answers" in everything.stdout or "all 7 answers" in everything.stdout.lower()


def test_what_gates_can_see_is_told_by_the_rules_of_before(before: Path) -> None:
    plan = ticketbench("gate", "gated.yaml", "--against", str(before), "--dry-run", "--json")
    (gate,) = json.loads(plan.stdout)["data"]["gates"]
    assert gate["margin"] == 0.02


def test_a_baseline_blessed_in_the_change_is_none(before: Path) -> None:
    edit("gated.yaml", "margin: 0.9", "margin: 0.02")
    blessed("v1")
    assert ticketbench("gate", "gated.yaml").returncode == 0
    done = ticketbench("gate", "gated.yaml", "--against", str(before))
    assert done.returncode == 1
    assert "baseline (rubrics, answers: " in done.stdout
    BASELINE.unlink()
    assert ticketbench("gate", "gated.yaml", "--against", str(before)).returncode in (1, 2)
