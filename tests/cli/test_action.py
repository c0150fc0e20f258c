"""action.yml, the hook and the snippets of docs/ci.md: parsed, and their scripts run for real."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from offline_ci import copied, run

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "action.yml")
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def step(name: str) -> dict[str, Any]:
    return next(one for one in STEPS if one.get("name") == name)


def block(first_line: str) -> str:
    """The indented block of docs/ci.md that begins with `first_line`."""
    lines = PAGE.splitlines()
    start = lines.index(f"    {first_line}")
    kept = []
    for line in lines[start:]:
        if line and not line.startswith("    "):
            break
        kept.append(line[4:])
    return "\n".join(kept)


def test_only_setup_and_upload_are_used_and_pinned_by_commit() -> None:
    used = [one["uses"] for one in STEPS if "uses" in one]
    names = {re.fullmatch(r"(actions/[a-z-]+)@[0-9a-f]{40}", one)[1] for one in used}  # type: ignore[index]
    assert names == {"actions/setup-python", "actions/upload-artifact"}


def test_no_expression_stands_in_a_script() -> None:
    scripts = [one["run"] for one in STEPS if "run" in one]
    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]
    for script in scripts:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_every_input_is_described_and_every_output_comes_from_the_gate() -> None:
    assert all(one["description"] and "default" in one for one in ACTION["inputs"].values())
    for name, one in ACTION["outputs"].items():
        assert one["value"] == f"${{{{ steps.gate.outputs.{name} }}}}"
    assert "github.action_path" in step("Install ticketbench")["env"]["ACTION_PATH"]


def acted(repository: Path, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """One step's script, with the environment that a runner would make."""
    temp = repository.parent / "temp"
    command = temp / "ticketbench-venv" / "bin" / "ticketbench"
    command.parent.mkdir(parents=True, exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ticketbench "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    values = {key: one["default"] for key, one in ACTION["inputs"].items()} | inputs
    own = step(name)
    environment = {
        variable: values[match[1]]
        for variable, text in own["env"].items()
        if (match := re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", text))
    }
    files = {n: str(temp / n) for n in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    script = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", own["run"])
    return run(repository, *script, RUNNER_TEMP=str(temp), **environment, **files)


CONFIG = {"config": "configs/support.yaml"}


def outputs(repository: Path) -> dict[str, str]:
    text = (repository.parent / "temp/GITHUB_OUTPUT").read_text("utf-8")
    return {name: value for name, _, value in re.findall(r"(\w+)<<(\w+)\n(.*?)\n\2\n", text, re.S)}


@pytest.mark.parametrize(
    ("edit", "inputs", "code", "verdict"),
    [
        ("harmless", {}, 0, "pass"),
        ("harmful", {}, 1, "fail"),
        ("unrecorded", {}, 0, "incomplete"),
        ("unrecorded", {"missing": "fail"}, 3, "incomplete"),
    ],
)
def test_the_gate_step_judges_and_writes_everything(
    tmp_path: Path, edit: str, inputs: dict[str, str], code: int, verdict: str
) -> None:
    repository = copied(tmp_path, edit)
    done = acted(repository, "Judge the gates", **CONFIG, **inputs)
    assert done.returncode == code, done.stderr
    assert outputs(repository)["verdict"] == verdict
    made = tmp_path / "temp/ticketbench-out"
    assert {path.name for path in made.iterdir()} == {"gate.md", "gate.xml", "gate.json"}
    assert (tmp_path / "temp/GITHUB_STEP_SUMMARY").read_bytes() == (made / "gate.md").read_bytes()


def test_an_input_is_never_read_as_code(tmp_path: Path) -> None:
    repository = copied(tmp_path)
    done = acted(repository, "Judge the gates", config='x"; touch owned; echo "')
    assert done.returncode == 2
    assert not (repository / "owned").exists()


def test_the_report_step_writes_the_report(tmp_path: Path) -> None:
    repository = copied(tmp_path)
    done = acted(repository, "Write the report", **CONFIG)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "temp/ticketbench-out/report/index.html").exists()


def test_the_workflow_only_reads() -> None:
    workflow = YAML(typ="safe", pure=True).load(block("# .github/workflows/rubrics.yml"))
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow["on"]) == {"pull_request", "push"}
    inputs = workflow["jobs"]["gate"]["steps"][1]["with"]
    assert set(inputs) <= set(ACTION["inputs"])


def test_the_gitlab_job_runs_the_gate_and_shows_junit(tmp_path: Path) -> None:
    job = YAML(typ="safe", pure=True).load(block("# .gitlab-ci.yml"))["rubrics"]
    repository = copied(tmp_path)
    done = run(repository, "bash", "-ec", job["script"][1])
    assert done.returncode == 0, done.stderr
    assert (repository / job["artifacts"]["reports"]["junit"]).exists()


def test_the_gates_of_the_page_are_valid() -> None:
    from ticketbench.edge.gate_config import GateConfig

    config = YAML(typ="safe", pure=True).load(block("baseline: baselines/support.json"))
    assert [GateConfig.model_validate(gate) for gate in config["gates"]]


def test_the_comment_script_and_the_test_of_the_page_are_well_formed() -> None:
    comment = YAML(typ="safe", pure=True).load(
        block("- if: github.event.pull_request.head.repo.full_name == github.repository")
    )[0]
    assert "${{" not in comment["run"]
    subprocess.run(["bash", "-n"], input=comment["run"], text=True, check=True)
    compile(block("import pytest"), "docs/ci.md", "exec")


def test_the_hook_checks_configs_and_rubrics(tmp_path: Path) -> None:
    hook = YAML(typ="safe", pure=True).load(ROOT / ".pre-commit-hooks.yaml")[0]
    files = re.compile(hook["files"])
    assert files.search("configs/support.yaml")
    assert files.search("configs/rubrics/v1.yml")
    assert not files.search("datasets/tickets.yaml")
    assert not files.search("configs/baselines/support.json")
    repository = copied(tmp_path)
    entry = hook["entry"].split()
    paths = ("configs/support.yaml", "configs/rubrics/support.yaml")
    assert run(repository, *entry, *paths).returncode == 0
    config = repository / "configs/support.yaml"
    config.write_text(config.read_text("utf-8").replace("accuracy", "acuracy"), encoding="utf-8")
    broken = run(repository, *entry, *paths)
    assert broken.returncode == 2
    assert "did you mean 'accuracy'" in broken.stderr
    hooks = YAML(typ="safe", pure=True).load(block("# .pre-commit-config.yaml"))
    assert hooks["repos"][0]["hooks"] == [{"id": hook["id"]}]
