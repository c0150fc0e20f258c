"""The steps of action.yml, run as a runner would: environment, folder, shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import ticketbench
from offline_ci import NO_NETWORK, run

ROOT = Path(__file__).resolve().parents[1]
ACTION: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "action.yml")
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
BASE = "github.event.pull_request.base.sha"
SCRIPTS = [one for one in STEPS if "run" in one]


def step(name: str) -> dict[str, Any]:
    return next(one for one in STEPS if one.get("name") == name)


def temp_of(repository: Path) -> Path:
    """The runner's folder for temporary files; a runner's own may hold a blank."""
    return repository.parent / "the temp"


def installed(folder: Path) -> None:
    """A virtual environment with what this one has, which reaches for no network.

    Nothing is copied: a file of paths, which Python reads isolated, too, leads to this one.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "no_network.py").write_text(NO_NETWORK, encoding="utf-8")
    ours = Path(ticketbench.__file__).parents[1]
    lines = (str(ours), sysconfig.get_path("purelib"), "import no_network", "")
    (site / "ticketbench.pth").write_text("\n".join(lines), encoding="utf-8")


def acted(
    repository: Path,
    name: str,
    *,
    job: dict[str, str] | None = None,
    action: Path = ROOT,
    **inputs: str,
) -> subprocess.CompletedProcess[str]:
    """What one step does, in a job with these variables and an action checked out to `action`."""
    temp = temp_of(repository)
    temp.mkdir(exist_ok=True)
    own = step(name)
    context = {"runner.temp": str(temp), "github.action_path": str(action), BASE: ""}
    defaults = {key: _expressed(one["default"], context) for key, one in ACTION["inputs"].items()}
    context |= {f"inputs.{key}": value for key, value in defaults.items()}
    context |= {f"inputs.{key.replace('_', '-')}": value for key, value in inputs.items()}
    files = {n: str(temp / n) for n in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    runner = {"RUNNER_TEMP": str(temp), "GITHUB_WORKSPACE": str(repository), **files}
    environment = {key: _expressed(text, context) for key, text in own["env"].items()}
    folder = Path(_expressed(own.get("working-directory", str(repository)), context))
    script = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", own["run"])
    return run(folder, *script, **{"PYTHONPATH": "", **(job or {}), **runner, **environment})


def _expressed(text: str, context: dict[str, str]) -> str:
    """`text` with the values of its expressions; one that the runner does not give is an error."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: context[match[1]], text)


def outputs(repository: Path) -> dict[str, str]:
    """What the gate step gave to later steps."""
    text = (temp_of(repository) / "GITHUB_OUTPUT").read_text("utf-8")
    return {name: value for name, _, value in re.findall(r"(\w+)<<(\w+)\n(.*?)\n\2\n", text, re.S)}


def with_tool(repository: Path, venv: Path) -> None:
    """Let the install step have made this environment."""
    temp = temp_of(repository)
    temp.mkdir(exist_ok=True)
    os.symlink(venv, temp / "ticketbench-venv")
