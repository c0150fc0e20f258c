"""Nothing that a stranger's file says is run, and what it says is refused or counted as missing.

The files are in `hostile_files`. Every command runs as a fork with little memory and time of its
own, so that one that takes too much ends, and fails its test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crash.forks import Runs
from crash.hostile_files import FILES, URL
from crash.killed_run import Job
from crash.projects import CONFIG, environment, make_project, names_in

OUT = "out"
COMMANDS = {
    "validate": ("validate", CONFIG),
    "replay": ("run", CONFIG, "--mode", "replay", "--out", OUT),
    "info": ("cache", "info", CONFIG),
    "import": ("cache", "import", CONFIG),
    "replay of the import": ("run", CONFIG, "--mode", "replay", "--out", OUT),
}
RECORDING = "answers.jsonl"
MOST_BYTES, MOST_S = 3_000_000_000, 10
TIMED_OUT = -14


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with Runs() as found:
        yield found


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, runs: Runs) -> Path:
    """A project with every answer in its cache and in its recording."""
    folder = tmp_path_factory.mktemp("sound")
    make_project(folder, URL, tickets=6, sets={"v1": "one"})
    for arguments in (
        ("run", CONFIG, "--out", OUT),
        ("cache", "export", CONFIG, "--to", RECORDING),
    ):
        outcome = runs.outcome(Job(str(folder), arguments))
        assert outcome.code == 0, outcome.printed
    return folder


def project(sound: Path, folder: Path, answers: str) -> None:
    """The sound project, whose answers are only in its cache or only in its recording."""
    shutil.copytree(sound, folder)
    if answers == "recording":
        (folder / "answers.sqlite").unlink()
        config = (folder / CONFIG).read_text()
        (folder / CONFIG).write_text(f"{config}recording: {RECORDING}\n")


@pytest.mark.parametrize("answers", ["cache", "recording"])
def test_the_project_is_sound_before_a_file_is_exchanged(
    answers: str, sound: Path, runs: Runs, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    project(sound, folder, answers)
    for name in ("validate", "replay", "info"):
        outcome = runs.outcome(Job(str(folder), COMMANDS[name], most_bytes=MOST_BYTES))
        assert outcome.code == 0, outcome.printed


@pytest.mark.parametrize("name", list(FILES))
def test_a_hostile_file_runs_nothing_and_is_refused(
    name: str, sound: Path, runs: Runs, tmp_path: Path
) -> None:
    file = FILES[name]
    folder = tmp_path / "project"
    project(sound, folder, file.answers)
    shutil.copy(sound / RECORDING, folder)
    file.put(folder)
    honest = (sound / OUT / "predictions.csv").read_bytes()
    wrong = []
    for command, arguments in COMMANDS.items():
        from_cache = command == "import" and file.answers == "cache"
        given = (*arguments, RECORDING) if from_cache else arguments
        outcome = runs.outcome(
            Job(str(folder), given, most_bytes=MOST_BYTES, most_s=MOST_S, memo=True)
        )
        wanted = {file.codes[command]} if command in file.codes else {0, 2, 3, 5}
        if outcome.code not in wanted:
            wrong.append(f"{command} ends with {outcome.code}, not {wanted}: {outcome.printed}")
        if outcome.code == TIMED_OUT:
            break  # the others would take as long
        if "Traceback" in outcome.printed or (outcome.code and "error: " not in outcome.printed):
            wrong.append(f"{command} says: {outcome.printed}")
        scored = "replay" in command and outcome.code == 0
        if scored and (folder / OUT / "predictions.csv").read_bytes() != honest:
            wrong.append(f"{command} took other scores than the endpoint gave")
        wrong += [f"{command} made {made}" for made in owned(tmp_path)]
    assert not wrong, "\n".join(wrong)


def owned(folder: Path) -> list[str]:
    """What a payload made, beside the project or here."""
    return [name for name in (*names_in(folder), *os.listdir()) if name.endswith("owned")]


@pytest.mark.parametrize("where", ["file", "folder", "report of its own"])
def test_a_link_as_the_report_folder_is_not_followed(
    where: str, sound: Path, runs: Runs, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project(sound, folder, "cache")
    shutil.rmtree(folder / OUT)
    if where == "report of its own":
        shutil.copytree(sound / OUT, elsewhere)
    elif where == "folder":
        elsewhere.mkdir()
    (folder / OUT).symlink_to(elsewhere)
    before = names_in(elsewhere)
    outcome = runs.outcome(Job(str(folder), COMMANDS["replay"]))
    assert outcome.code == 2, outcome.printed
    assert names_in(elsewhere) == before
    assert (folder / OUT).is_symlink()


def test_a_module_beside_the_config_is_not_imported(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    project(sound, folder, "cache")
    for name in ("json", "numpy", "ruamel", "sitecustomize", "requests_cache", "ticketbench"):
        (folder / f"{name}.py").write_text("import os\nos.mkdir('owned')\n")
    command = Path(sys.executable).with_name("ticketbench")
    done = subprocess.run(
        [command, *COMMANDS["replay"]],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert owned(tmp_path) == []
