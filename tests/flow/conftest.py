"""Fixtures of the flows that judge stored answers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from small_project import CONFIG, TICKETS, V1, V2


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of tests/conftest.py with the answers of both sets and a report."""
    from ticketbench.flow.run import run

    folder = tmp_path_factory.mktemp("stored")
    for name, text in (
        ("tickets.csv", TICKETS),
        ("v1.yaml", V1),
        ("v2.yaml", V2),
        ("eval.yaml", CONFIG),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        run(Path("eval.yaml"))
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def answered(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `stored`, as the current folder."""
    folder = tmp_path / "answered"
    shutil.copytree(stored, folder)
    monkeypatch.chdir(folder)
    return folder
