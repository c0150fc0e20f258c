"""action.yml, the hook and the snippets of docs/ci.md: parsed, and their scripts run for real."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from junitparser import JUnitXml
from ruamel.yaml import YAML

from action_steps import ACTION, BASE, ROOT, SCRIPTS, STEPS, acted, outputs, step, temp_of
from docs_block import block
from git_commits import committed
from offline_ci import SAMPLE, copied, run

CheckedOut = Callable[..., Path]


def test_the_action_is_composite_and_every_script_names_its_shell() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert {one["shell"] for one in SCRIPTS} == {"bash"}
    (gate,) = (one for one in STEPS if one.get("id") == "gate")
    assert gate["name"] == "Judge the gates"


def test_only_setup_and_upload_are_used_and_pinned_by_commit() -> None:
    used = [one["uses"] for one in STEPS if "uses" in one]
    names = {re.fullmatch(r"(actions/[a-z-]+)@[0-9a-f]{40}", one)[1] for one in used}  # type: ignore[index]
    assert names == {"actions/setup-python", "actions/upload-artifact"}


def test_no_expression_stands_in_a_script() -> None:
    scripts = [one["run"] for one in SCRIPTS]
    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]
    for script in scripts:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_every_input_is_described_and_every_output_comes_from_the_gate() -> None:
    assert all(one["description"] and "default" in one for one in ACTION["inputs"].values())
    for name, one in ACTION["outputs"].items():
        assert one["value"] == f"${{{{ steps.gate.outputs.{name} }}}}"
    assert "github.action_path" in step("Install ticketbench")["env"]["ACTION_PATH"]


def test_every_script_runs_outside_of_the_checkout_and_python_isolated() -> None:
    for one in SCRIPTS:
        assert one["working-directory"] == "${{ runner.temp }}"
        starts = re.findall(r'(?:^ *|\()(?:"[^"]*/)?python"? (\S+ \S+ \S+)', one["run"], re.M)
        assert starts
        assert set(starts) <= {"-I -m venv", "-I -m pip", "-I -m ticketbench"}


def test_only_the_gate_step_sees_the_key() -> None:
    emptied = [one["name"] for one in SCRIPTS if one["env"].get("SCALEDOWN_API_KEY") == ""]
    assert emptied == ["Install ticketbench", "Write the report"]


CONFIG = {"config": "configs/support.yaml"}


@pytest.mark.parametrize(
    ("edit", "inputs", "code", "verdict"),
    [
        ("harmless", {}, 0, "pass"),
        ("harmful", {}, 1, "fail"),
        ("unrecorded", {}, 0, "incomplete"),
        ("unrecorded", {"missing": "fail"}, 3, "incomplete"),
        ("inconclusive", {}, 0, "undecided"),
        ("inconclusive", {"undecided": "fail"}, 3, "undecided"),
    ],
)
def test_the_gate_step_judges_and_writes_everything(
    checked_out: CheckedOut, edit: str, inputs: dict[str, str], code: int, verdict: str
) -> None:
    repository = checked_out(edit)
    done = acted(repository, "Judge the gates", **CONFIG, **inputs)
    assert done.returncode == code, done.stderr
    assert outputs(repository)["verdict"] == verdict
    made = temp_of(repository) / "ticketbench-out"
    assert {path.name for path in made.iterdir()} == {"gate.md", "gate.xml", "gate.json"}
    summary = temp_of(repository) / "GITHUB_STEP_SUMMARY"
    assert summary.read_bytes() == (made / "gate.md").read_bytes()
    assert JUnitXml.fromfile(str(made / "gate.xml")).tests == (1 if verdict == "incomplete" else 4)
    told = json.loads((made / "gate.json").read_bytes())["data"]["verdict"]
    assert (told["outcome"], told["exit_code"]) == (verdict, code)
    assert told["headline"] == outputs(repository)["headline"]


def test_the_gate_step_takes_a_path_with_a_blank_and_sets_every_output(
    checked_out: CheckedOut,
) -> None:
    repository = checked_out()
    config = "configs/my support.yaml"
    (repository / CONFIG["config"]).rename(repository / config)
    done = acted(repository, "Judge the gates", config=config)
    assert done.returncode == 0, done.stderr
    assert outputs(repository) == {
        "verdict": "pass",
        "headline": "4 gates passed",
        "accuracy": "0.911111",
        "threshold": "0.60",
        "largest_loss": "0.000000",
    }
    assert set(outputs(repository)) == set(ACTION["outputs"])


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        (ACTION["inputs"]["key-host"]["default"], "SCALEDOWN_API_KEY=api.scaledown.xyz"),
        ("SHOP_KEY=a.example OTHER=b.example:81", "SHOP_KEY=a.example OTHER=b.example:81"),
        ("", ""),
        ("$(touch owned)", "SCALEDOWN_API_KEY=$(touch owned)"),
    ],
)
def test_the_workflow_says_where_keys_may_go(tmp_path: Path, given: str, bound: str) -> None:
    own = step("Judge the gates")
    assert own["env"]["KEY_HOST"] == "${{ inputs.key-host }}"
    script = own["run"].partition('"$RUNNER_TEMP')[0] + 'printf %s "$TICKETBENCH_KEY_HOSTS"'
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        env={"PATH": "/usr/bin:/bin", "KEY_HOST": given, "TICKETBENCH_KEY_HOSTS": "A=evil.example"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, list(tmp_path.iterdir())) == (bound, [])


def test_the_base_of_a_pull_request_decides(checked_out: CheckedOut) -> None:
    assert ACTION["inputs"]["against"]["default"] == f"${{{{ {BASE} }}}}"
    repository = checked_out()
    subprocess.run(["git", "init", "--quiet"], cwd=repository, check=True)
    base = committed(repository, Path("base"), "as on the main branch")
    shutil.copy(SAMPLE / "edits/harmful.yaml", repository / "configs/rubrics/support.yaml")
    config = repository / CONFIG["config"]
    kept = config.read_text("utf-8").partition("gates:")[0]
    config.write_text(
        kept + "gates:\n  - {metric: accuracy, on: current, min: 0.1}\n", encoding="utf-8"
    )
    own = acted(repository, "Judge the gates", **CONFIG)
    assert own.returncode == 0, own.stderr
    judged = acted(repository, "Judge the gates", **CONFIG, against=base)
    assert judged.returncode == 1, judged.stderr
    assert outputs(repository)["verdict"] == "fail"


def test_an_input_is_never_read_as_code(checked_out: CheckedOut) -> None:
    repository = checked_out()
    done = acted(repository, "Judge the gates", config='x"; touch owned; echo "')
    assert done.returncode == 2
    assert not (repository / "owned").exists()


def test_the_report_step_only_remarks_on_missing_answers(checked_out: CheckedOut) -> None:
    repository = checked_out("unrecorded")
    done = acted(repository, "Write the report", **CONFIG)
    assert done.returncode == 0
    assert done.stdout.startswith("::notice title=ticketbench::no whole report")
    assert not (temp_of(repository) / "ticketbench-out").exists()


def test_the_workflow_only_reads() -> None:
    workflow = YAML(typ="safe", pure=True).load(block("# .github/workflows/rubrics.yml"))
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow["on"]) == {"pull_request", "push"}
    inputs = workflow["jobs"]["gate"]["steps"][1]["with"]
    assert set(inputs) <= set(ACTION["inputs"])
    assert "pull_request_target" not in str(workflow)


def test_the_gitlab_job_runs_the_gate_and_shows_junit(tmp_path: Path) -> None:
    job = YAML(typ="safe", pure=True).load(block("# .gitlab-ci.yml"))["rubrics"]
    repository = copied(tmp_path)
    done = run(repository, "bash", "-ec", job["script"][1])
    assert done.returncode == 0, done.stderr
    assert (repository / job["artifacts"]["reports"]["junit"]).exists()


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
