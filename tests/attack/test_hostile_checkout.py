"""Nothing that a stranger lays into a checkout is run: by the action, the command, the plugin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from action_steps import SCRIPTS, acted, outputs, temp_of
from hostile_checkout import hostile_home, leading_there, made_hostile
from offline_ci import BIN, copied, run
from small_action import lock, made_small

CONFIG = "configs/support.yaml"
INSTALL, JUDGE, REPORT = (one["name"] for one in SCRIPTS)
KEYS = {"SCALEDOWN_API_KEY": "sk-witness-0001", "SHOP_KEY": "sk-witness-0002"}
HOSTS = "SCALEDOWN_API_KEY=api.scaledown.xyz SHOP_KEY=router.shop.example"


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    """The file in which modules of the checkout write that they ran."""
    return tmp_path / "witness"


def ran(witness: Path) -> list[str]:
    return witness.read_text("utf-8").split() if witness.exists() else []


def job(repository: Path, witness: Path) -> dict[str, str]:
    """The variables of a job: keys, and whatever leads Python and pip astray."""
    home = repository.parent / "home"
    hostile_home(home, witness)
    return {**KEYS, **leading_there(repository), "HOME": str(home)}


def test_the_modules_of_the_checkout_do_run_where_python_may_find_them(
    tmp_path: Path, witness: Path
) -> None:
    made_hostile(tmp_path, witness, with_package=True)
    for module in ("pip", "ticketbench"):
        command = [sys.executable, "-m", module]
        variables = leading_there(tmp_path)
        subprocess.run(command, cwd=tmp_path, env=variables, check=False, capture_output=True)
    assert {"sitecustomize", "pip", "ticketbench"} <= set(ran(witness))


def test_the_install_step_runs_nothing_of_the_checkout_and_shows_no_key(
    tmp_path: Path, witness: Path
) -> None:
    repository = copied(tmp_path)
    made_hostile(repository, witness, with_package=True)
    action = made_small(tmp_path)
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "wheels")}
    variables = job(repository, witness) | index
    done = acted(repository, INSTALL, job=variables, action=action, key_host=HOSTS)
    assert done.returncode == 0, done.stderr
    assert ran(witness) == []
    (file,) = temp_of(repository).glob("ticketbench-venv/lib/*/site-packages/ticketbench/seen.json")
    seen = json.loads(file.read_bytes())
    assert [name for name in KEYS if name in seen["environment"]] == []
    assert [key for key in KEYS.values() if key in json.dumps(seen)] == []
    assert [place for place in seen["path"] if Path(place).is_relative_to(repository)] == []

    for hash, reason in (
        (f" --hash=sha256:{'0' * 64}", "DO NOT MATCH"),
        ("", "Hashes are required"),
    ):
        lock(action, hash)
        refused = acted(repository, INSTALL, job=variables, action=action, key_host=HOSTS)
        assert refused.returncode == 1
        assert reason in refused.stderr


def test_an_extra_that_there_is_not_is_named_before_anything_is_installed(tmp_path: Path) -> None:
    repository = copied(tmp_path)
    done = acted(repository, INSTALL, extras="parquet,../../evil")
    assert done.returncode == 2
    said = "::error title=ticketbench::no extra is called '../../evil': excel, minilm, parquet\n"
    assert (done.stdout, list(temp_of(repository).iterdir())) == (said, [])


def test_the_gate_and_report_steps_run_nothing_of_the_checkout(
    checked_out: Callable[..., Path], witness: Path
) -> None:
    repository = checked_out()
    made_hostile(repository, witness, with_package=True)
    variables = job(repository, witness)
    judged = acted(repository, JUDGE, job=variables, config=CONFIG)
    assert judged.returncode == 0, judged.stderr
    assert outputs(repository)["verdict"] == "pass"
    reported = acted(repository, REPORT, job=variables, config=CONFIG)
    assert reported.returncode == 0, reported.stderr
    made = temp_of(repository) / "ticketbench-out"
    assert {path.name for path in made.iterdir()} >= {"gate.md", "gate.xml", "gate.json", "report"}
    assert (made / "report" / "index.html").exists()
    assert ran(witness) == []


def environment(repository: Path) -> dict[str, str]:
    """Where our own modules are found, if not installed; nothing of the checkout."""
    given = os.environ.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(repository.parent / "hooks"), given)))}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param((str(BIN / "ticketbench"), "gate"), id="command"),
        pytest.param((sys.executable, "-m", "ticketbench", "validate"), id="module"),
    ],
)
def test_the_command_imports_nothing_of_the_working_folder(
    tmp_path: Path, witness: Path, command: tuple[str, ...]
) -> None:
    repository = copied(tmp_path)
    # Python itself would take a package of our name for us: `-m` looks here first.
    made_hostile(repository, witness, with_package="-m" not in command)
    done = run(repository, *command, CONFIG, **environment(repository))
    assert done.returncode == 0, done.stderr
    assert ran(witness) == []


def test_the_plugin_imports_nothing_of_the_working_folder(tmp_path: Path, witness: Path) -> None:
    repository = copied(tmp_path)
    made_hostile(repository, witness, with_package=True)
    command = (str(BIN / "pytest"), "-p", "no:cacheprovider")
    done = run(repository, *command, **environment(repository))
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert ran(witness) == []
