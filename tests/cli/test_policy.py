"""`ticketbench policy`: what it prints, writes and exits with."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from forked import ticketbench_in
from made_once import made_once
from promised_project import write_configs, write_labels
from ticketbench.production.policy_file import PolicyFile

KEY = "sk-canary-4f9d1c2b7a6e"


def _fill(folder: Path) -> None:
    write_configs(folder)
    write_labels(folder)
    export = ("policy", "export", "configs/support.yaml", "--on", "v2", "-o", "policy.json")
    done = ticketbench_in(folder, *export)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "policy", _fill)


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796000000")
    return Path(shutil.copytree(made, tmp_path / "project"))


def test_the_file_goes_to_stdout_and_talk_to_stderr(project: Path) -> None:
    words = ("policy", "export", "configs/support.yaml", "--on", "v2")
    plain = ticketbench_in(project, *words)
    found = PolicyFile.load(plain.stdout.encode())
    assert f"policy {found.sha256[:12]}, certified: with 90% confidence" in plain.stderr
    value = json.loads(ticketbench_in(project, *words, "--json").stdout)
    assert value["schema"] == "ticketbench/policy-export@1"
    assert (value["data"]["kind"], value["data"]["policy"]["sha256"]) == ("certified", found.sha256)


def test_thresholds_for_other_routers_go_to_stdout_a_file_or_json(project: Path) -> None:
    words = ("policy", "export", "configs/support.yaml", "--on", "v2", "--format", "jev")
    plain = ticketbench_in(project, *words, "-o", "thresholds.json")
    assert (plain.returncode, plain.stdout) == (0, "")
    told = " ".join(plain.stderr.split())
    assert "from confidence 0.434 on, a score of 0.717, with 90% confidence at least" in told
    assert "warning: the number holds where a server computes `confidence`" in told
    written = json.loads((project / "thresholds.json").read_text("utf-8"))
    assert json.loads(ticketbench_in(project, *words).stdout) == written
    value = json.loads(ticketbench_in(project, *words, "--json").stdout)
    assert value["schema"] == "ticketbench/policy-export-jev@1"
    assert value["data"]["thresholds"] == written


def test_a_refused_policy_leaves_no_thresholds_behind(project: Path) -> None:
    words = ("policy", "export", "configs/support.yaml", "--on", "v2", "--kind", "config")
    done = ticketbench_in(project, *words, "--format", "jev", "-o", "thresholds.json")
    assert done.returncode == 2
    assert "no place for escalation above 0.3" in done.stderr
    assert not (project / "thresholds.json").exists()
    dropped = ticketbench_in(project, *words, "--format", "jev", "--drop-escalation")
    assert dropped.returncode == 0
    assert "no promise" in dropped.stderr


def test_what_is_not_recommended_is_exported_when_it_is_said_aloud(project: Path) -> None:
    words = ("policy", "export", "configs/support.yaml", "--on", "v2", "--kind", "config")
    done = ticketbench_in(project, *words, "-o", "own.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no promise" in done.stderr
    assert "warning: nothing tells whether escalations are right" in done.stderr
    shown = ticketbench_in(project, "policy", "show", "own.json").stdout
    assert re.search(r"^promise +no promise: nothing vouches for how much", shown, re.MULTILINE)
    assert len(re.findall(r"^\S", shown, re.MULTILINE)) == 10


def _breaks(text: str) -> str:
    return text.replace(",0.95,0.05", ",0.05,0.95", 60)


@pytest.mark.parametrize(
    ("edit", "more", "code", "verdict"),
    [
        (str, (), 0, "holds"),
        (_breaks, (), 1, "broken"),
        (lambda text: text[:400], (), 0, "cannot tell"),
        (lambda text: text[:400], ("--undecided", "fail"), 3, "cannot tell"),
    ],
    ids=["holds", "broken", "cannot tell", "undecided"],
)
def test_a_check_is_a_gate(
    project: Path, edit: Callable[[str], str], more: tuple[str, ...], code: int, verdict: str
) -> None:
    path = project / "predictions.csv"
    text = edit(path.read_text())
    path.write_text(text[: text.rindex("\n") + 1])
    words = ("policy", "check", "policy.json", "--labels", "predictions.csv", *more)
    plain, as_json = ticketbench_in(project, *words), ticketbench_in(project, *words, "--json")
    assert plain.returncode == as_json.returncode == code, plain.stderr
    assert plain.stdout.startswith(f"{verdict}: ")
    value = json.loads(as_json.stdout)
    assert value["schema"] == "ticketbench/policy-check@1"
    assert value["data"]["found"]["verdict"] == verdict


def test_an_edited_file_is_refused_until_it_is_marked(project: Path) -> None:
    path = project / "policy.json"
    path.write_text(path.read_text().replace('"threshold": 0.717', '"threshold": 0.5'))
    before = ticketbench_in(project, "policy", "show", "policy.json")
    assert before.returncode == 2
    assert "was changed after it was made" in before.stderr
    marked = ticketbench_in(project, "policy", "show", "policy.json", "--allow-edited")
    assert "marked as edited in policy.json" in marked.stderr
    again = ticketbench_in(project, "policy", "show", "policy.json")
    assert again.returncode == 0
    assert "edited by hand" in again.stdout
    assert "no promise: it was made for what the file said before" in again.stdout.replace(
        "\n           ", " "
    )
    twice = ticketbench_in(project, "policy", "show", "policy.json", "--allow-edited")
    assert "nothing was written" in twice.stderr


def test_show_as_json_holds_the_file_and_what_every_decision_carries(project: Path) -> None:
    path = project / "policy.json"
    value = json.loads(ticketbench_in(project, "policy", "show", str(path), "--json").stdout)
    assert value["schema"] == "ticketbench/policy-show@1"
    assert value["data"] == {"policy": json.loads(path.read_text()), "warnings": []}


def test_no_key_stands_in_what_is_printed_or_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", KEY)
    (project / "prompts.yaml").write_text(f"billing: {KEY}\n")
    words = ("policy", "export", "configs/support.yaml", "--on", "v2", "-o", "new.json")
    done = ticketbench_in(project, *words, "--prompts", "prompts.yaml")
    assert done.returncode == 2
    assert not (project / "new.json").exists()
    assert KEY not in done.stdout + done.stderr


def test_the_schema_that_is_printed_fits_the_file_that_is_written(project: Path) -> None:
    schema = json.loads(ticketbench_in(project, "schema", "policy").stdout)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads((project / "policy.json").read_text()))
