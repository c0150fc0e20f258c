"""May a release ship: fresh tickets against the pin, labels, the gate in every form, the ledger."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from junitparser import JUnitXml

from forked import ticketbench_in
from released_project import WEEK, speaking_for, write_released
from ticketbench.notebook.gates import gate

GATE = ("gate", "eval.yaml", "--release", "labels.json")
NOTE = ("baseline", "release", "eval.yaml", "labels.json")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("release")
    write_released(made, n=400)
    for words in (
        ("baseline", "bless", "eval.yaml", "--rubric-set", "v1", "--mode", "auto"),
        ("label", "next", *WEEK),
    ):
        done = ticketbench_in(made, *words)
        assert done.returncode == 0, done.stderr
    assert "ticketbench gate eval.yaml --release labels.json" in done.stdout
    return made


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return tmp_path


def run(folder: Path, *words: str, code: int = 0) -> str:
    done = ticketbench_in(folder, *words)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return " ".join(done.stdout.split())


def label(folder: Path, *sides: str) -> None:
    sheet = speaking_for(folder, "labels-001-080.csv", sides)
    run(folder, "label", "import", sheet)


def test_a_release_is_labelled_judged_noted_and_then_its_tickets_are_spent(folder: Path) -> None:
    told = run(folder, *GATE, code=3)
    assert told.startswith("cannot tell yet whether v2 may ship: label the 80 tickets")
    assert "ticketbench label next --state labels.json" in told
    label(folder, "candidate", "candidate", "base")
    told = run(folder, *GATE)
    assert told.startswith("v2 may ship: a loss of 5 points against the pin is ruled out.")
    assert "ticketbench baseline release eval.yaml labels.json" in told
    assert "commit it" in ticketbench_in(folder, *NOTE).stderr
    assert "stays as it is" in ticketbench_in(folder, *NOTE).stderr
    assert "1 of 5 planned until the next pin judged" in run(
        folder, "baseline", "show", "eval.yaml"
    )
    again = ticketbench_in(folder, "label", "next", *WEEK, "--state", "again.json")
    assert again.returncode == 2
    assert "400 of 400 tickets are not fresh: release 1 since the pin" in again.stderr


def test_a_release_that_loses_fails_in_every_form_with_the_same_words(folder: Path) -> None:
    label(folder, "base", "base", "candidate", "base")
    forms = ("--format", "junit=g.xml", "--format", "markdown=g.md", "--format", "github=g.txt",
             "--format", "json=g.json", "--all")  # fmt: skip
    shown = run(folder, *GATE, *forms, "--format", "text", code=1)
    headline = "v2 may not ship: it loses more than the 5 points allowed against the pin"
    assert shown.startswith(headline)
    assert headline in (folder / "g.md").read_text("utf-8")
    data = json.loads((folder / "g.json").read_text("utf-8"))["data"]
    (result,) = data["report"]["results"]
    assert (data["verdict"]["headline"], data["verdict"]["exit_code"]) == (headline, 1)
    assert (result["kind"], result["lost"], result["gained"]) == ("on fresh", 60, 20)
    (suite,) = JUnitXml.fromfile(str(folder / "g.xml"))
    assert (suite.tests, suite.failures) == (1, 1)
    assert "60 worse" in (folder / "g.xml").read_text("utf-8")
    assert (folder / "g.txt").read_text("utf-8").startswith("::error file=")


def test_the_notebook_says_what_the_command_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label(folder, "candidate", "candidate", "base")
    monkeypatch.chdir(folder)
    found = gate("eval.yaml", release="labels.json")
    assert found.verdict.headline.startswith("v2 may ship")
    assert len(found.to_frame("gates")) == 1


@pytest.mark.parametrize("more", [("--undecided", "pass"), ("--against", "main"), ("--dry-run",)])
def test_options_that_a_release_would_ignore_are_refused(
    folder: Path, more: tuple[str, ...]
) -> None:
    run(folder, *GATE, *more, code=2)
