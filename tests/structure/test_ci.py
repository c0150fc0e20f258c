""".ci/run with a `make` that only says what it was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from git_commits import committed

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "run"
MEASURE = Path("eval/ticketbench/measure/metrics.py")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository with .ci/run, and programs that do nothing in place of those it calls."""
    folder = tmp_path / "copy"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / ".ci" / "run")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
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


USUAL = ["weights .venv/installed-dev", "-j2 --output-sync=target check demo compiled", "test"]


def test_evidence_runs_where_measurement_differs_from_the_base(copy: Path) -> None:
    first = committed(copy, MEASURE, "one")
    second = committed(copy, MEASURE, "two")
    third = committed(copy, Path("eval/ticketbench/report/page.py"), "three")
    assert made(copy, TICKETBENCH_CI_BASE=first) == [*USUAL, "evidence"]
    assert made(copy, TICKETBENCH_CI_BASE=second) == USUAL
    assert made(copy, TICKETBENCH_CI_BASE=third) == USUAL


def test_evidence_runs_where_the_base_is_not_known(copy: Path) -> None:
    committed(copy, MEASURE, "one")
    assert made(copy) == [*USUAL, "evidence"]
    for base in ("", "0" * 40, "no-such-branch", "--quiet"):
        assert made(copy, TICKETBENCH_CI_BASE=base) == [*USUAL, "evidence"]


def test_evidence_runs_where_there_is_no_history(copy: Path) -> None:
    shutil.rmtree(copy / ".git")
    assert made(copy, GIT_CEILING_DIRECTORIES=str(copy.parent)) == [*USUAL, "evidence"]
