""".ci/run with a `make` that only says what it was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "run"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository with .ci/run, and programs that do nothing in place of those it calls."""
    folder = tmp_path / "copy"
    (folder / ".ci").mkdir(parents=True)
    for name in ("run", "measured"):
        shutil.copy(SCRIPT.with_name(name), folder / ".ci" / name)
    for name in ("measure", "flow"):
        (folder / "eval/ticketbench" / name).mkdir(parents=True)
        (folder / "eval/ticketbench" / name / "__init__.py").write_text("")
    for name in ("tests/measure", "configs", "datasets"):
        (folder / name).mkdir(parents=True)
    for name in ("bin/make", "bin/chromium", "copy/.venv/bin/python"):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text('#!/bin/sh\ntest "${0##*/}" != make || echo "$@"\n')
        program.chmod(0o755)
    return folder


def made(copy: Path, **variables: str) -> list[str]:
    """What `make` was asked for, one call after the other."""
    path = f"{copy.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [copy / ".ci" / "run"],
        env={**os.environ, "PATH": path, **variables},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


USUAL = ["weights .venv/installed-dev", "-j2 --output-sync=target check demo compiled docs", "test"]


def note(copy: Path) -> None:
    """As `make evidence` does after it passed."""
    done = subprocess.run([copy / ".ci/measured"], check=True, capture_output=True, text=True)
    (copy / "tests/measured.sha256").write_text(done.stdout)


def test_evidence_runs_where_nothing_is_noted(copy: Path) -> None:
    assert made(copy) == [*USUAL, "evidence"]


def test_evidence_does_not_run_again_on_the_bytes_it_ran_on(copy: Path) -> None:
    note(copy)
    assert made(copy) == USUAL


@pytest.mark.parametrize(
    "name",
    ["eval/ticketbench/core/policy.py", "eval/ticketbench/measure/pairs/change.py",
     "eval/ticketbench/flow/run.py", "tests/tables.py", "tests/measure/test_new.py",
     "configs/promise.yaml"],
)  # fmt: skip
def test_evidence_runs_where_a_byte_or_a_file_is_another(name: str, copy: Path) -> None:
    note(copy)
    (copy / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / name).write_text("@pytest.mark.evidence\n")
    assert made(copy) == [*USUAL, "evidence"]


def test_a_page_or_another_test_that_changed_needs_no_evidence(copy: Path) -> None:
    note(copy)
    (copy / "README.md").write_text("another")
    (copy / "tests/measure/test_plain.py").write_text("# another\n")
    assert made(copy) == USUAL
