"""Folders that take long to make and that all workers of a session read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of this session, filled by `make` for the first worker that asks.

    Others wait and get the same folder; nobody may change it. What `make` began and did not end is
    made anew.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / name
    with FileLock(shared / f"{name}.lock"):
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            (folder / "content").mkdir(parents=True)
            make(folder / "content")
            (folder / "made").touch()
    return folder / "content"
