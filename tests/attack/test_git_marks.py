"""Every file that a command reads, as a pointer of Git LFS and with the markers of a merge."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gated_project import GATED, with_gates

TICKETBENCH = str(Path(sys.executable).with_name("ticketbench"))
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
FILES = ("gated.yaml", "tickets.csv", "v1.yaml", "v2.yaml", "r.jsonl", "baselines/base.json")
COMMANDS = {
    "gate": ("gate", "gated.yaml"),
    "run": ("run", "gated.yaml", "--mode", "replay", "--out", "out"),
    "run auto": ("run", "gated.yaml", "--out", "out"),
    "dry run": ("run", "gated.yaml", "--dry-run"),
    "doctor": ("doctor", "gated.yaml"),
    "validate": ("validate", "gated.yaml"),
    "cache info": ("cache", "info", "gated.yaml"),
    "cache export": ("cache", "export", "gated.yaml"),
    "cache import": ("cache", "import", "gated.yaml"),
    "compare": ("compare", "v1", "v2", "--config", "gated.yaml"),
    "rubrics diff": ("rubrics", "diff", "v1", "v2", "--config", "gated.yaml"),
    "bless": ("baseline", "bless", "gated.yaml", "--rubric-set", "v2"),
    "show": ("baseline", "show", "gated.yaml"),
    "pin": ("baseline", "pin", "gated.yaml", "--reason", "a test"),
}
READ_NO_BASELINE = set(COMMANDS) - {"gate", "bless", "show", "pin"}
READ_NO_RECORDING = {"show", "pin"}


@pytest.fixture
def committed(answered: Path) -> Path:
    """A project as it is checked out: no cache, a recording and a baseline."""
    from ticketbench.flow.answers.recordings import export_recording
    from ticketbench.flow.gates.baseline import bless, prepare

    gate = "{metric: accuracy, on: v2, not_worse_than: baseline, margin: 0.5}"
    with_gates(gate, extra="recording: r.jsonl\n")
    export_recording(GATED)
    bless(prepare(GATED, name="v2"))
    Path("answers.sqlite").unlink()
    shutil.rmtree("reports")
    return answered


@pytest.mark.attack
@pytest.mark.parametrize("how", ["pointer", "markers"])
@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_git_left_is_named_with_what_mends_it(
    committed: Path, command: str, file: str, how: str
) -> None:
    if file.startswith("baselines") and command in READ_NO_BASELINE:
        pytest.skip("reads no baseline")
    if file == "r.jsonl" and command in READ_NO_RECORDING:
        pytest.skip("reads no recording")
    path = Path(file)
    whole = path.read_bytes()
    sides = b"<<<<<<< HEAD\n" + whole + b"=======\n" + whole[:-3] + b"\n>>>>>>> other\n"
    path.write_bytes(POINTER if how == "pointer" else sides)
    done = subprocess.run(
        [TICKETBENCH, *COMMANDS[command]], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert f"{file}:1" in said
    assert ("git lfs pull" if how == "pointer" else "conflict markers") in said
    assert not any(words in said for words in ("delete", "export it", "column"))
