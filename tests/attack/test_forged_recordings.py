"""A recording in which lines changed places, or their URL: whoever reads it says so, with the line.

An invented answer whose digest was made anew is not seen by reading: docs/ci.md says so.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ticketbench as tb
from forked import ticketbench
from gated_project import with_gates
from ticketbench.core.errors import InputError
from ticketbench.flow.gates.under_test import UnderTest
from version_1 import rewrite_as_version_1

FORGE = Path(__file__).parent / "scripts" / "security" / "forge_recording.py"
RECORDING = Path("r.jsonl")
READERS = {
    "run": ("run", "gated.yaml", "--mode", "replay", "--out", "out"),
    "gate": ("gate", "gated.yaml"),
    "import": ("cache", "import", "gated.yaml"),
    "export": ("cache", "export", "gated.yaml", "--to", "to.jsonl"),
    "merge": ("cache", "merge", "r.jsonl", "--to", "to.jsonl"),
}


@pytest.fixture
def committed(answered: Path) -> Path:
    """A project as it is checked out: a recording, and no cache."""
    with_gates("{metric: accuracy, on: v2, min: 0.0}", extra="recording: r.jsonl\n")
    done = ticketbench("cache", "export", "gated.yaml")
    assert done.returncode == 0, done.stderr
    for path in Path().glob("answers.sqlite*"):
        path.unlink()
    return answered


def forge(how: str) -> None:
    subprocess.run([sys.executable, str(FORGE), how, str(RECORDING)], check=True)


def whole(command: str) -> bool:
    """Whether a reader takes the recording."""
    return ticketbench(*READERS[command]).returncode == 0


@pytest.mark.parametrize("how", ["swap", "move-url"])
def test_a_line_that_changed_places_is_refused_wherever_it_is_read(
    committed: Path, how: str
) -> None:
    forge(how)
    for name, command in READERS.items():
        done = ticketbench(*command)
        assert done.returncode == 2, name
        assert "the line does not match its digest: it was altered" in done.stderr, name
        assert "--> r.jsonl:2" in done.stderr, name
    assert not Path("to.jsonl").exists()
    in_a_notebook = pytest.raises(InputError, match="it was altered")
    with in_a_notebook as raised:
        tb.run("gated.yaml", mode="replay")
    assert any("r.jsonl:2" in note for note in raised.value.__notes__)
    with pytest.raises(InputError, match="it was altered"):
        UnderTest(Path("gated.yaml"), "replay").evaluation("v2")


def test_a_moved_line_of_version_1_is_refused_where_the_question_is_known(committed: Path) -> None:
    rewrite_as_version_1(RECORDING)
    assert whole("gate")
    forge("move-url")
    for name in ("run", "gate", "import", "export"):
        done = ticketbench(*READERS[name])
        assert done.returncode == 2, name
        assert "the line names https://elsewhere.example/classify" in done.stderr, name
        assert "--> r.jsonl:" in done.stderr, name
    # A merge knows no question: what it writes is refused by the next reader that does.
    assert whole("merge")
    RECORDING.write_bytes(Path("to.jsonl").read_bytes())
    assert not whole("gate")


@pytest.mark.parametrize(("version", "how"), [(1, "swap"), (1, "invent"), (2, "invent")])
def test_what_a_digest_does_not_see_is_read(committed: Path, version: int, how: str) -> None:
    if version == 1:
        rewrite_as_version_1(RECORDING)
    before = RECORDING.read_bytes()
    forge(how)
    assert RECORDING.read_bytes() != before
    assert whole("gate")
