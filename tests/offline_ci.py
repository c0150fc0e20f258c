"""Runs a command as CI would, in a copy of the sample repository, without any network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SAMPLE = Path(__file__).parent / "sample_repository"
BIN = Path(sys.executable).parent

NO_NETWORK = """\
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise AssertionError(f"reached for the network: {event} {arguments[1:]!r}")

sys.addaudithook(refuse)
"""


def copied(folder: Path, edit: str | None = None) -> Path:
    """The sample repository in `folder`, with one of its edits made to the rubrics."""
    target = folder / "repository"
    shutil.copytree(SAMPLE, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    if edit is not None:
        shutil.copy(SAMPLE / "edits" / f"{edit}.yaml", target / "configs/rubrics/support.yaml")
    hooks = folder / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    return target


def run(repository: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`command` in the repository; a connection anywhere would be an error."""
    names = ("PATH", "HOME", "LANG")
    inherited = {name: os.environ[name] for name in names if name in os.environ}
    environment = {
        **inherited,
        "PATH": f"{BIN}{os.pathsep}{inherited.get('PATH', '')}",
        "PYTHONPATH": str(repository.parent / "hooks"),
        **variables,
    }
    return subprocess.run(
        command,
        cwd=repository,
        capture_output=True,
        text=True,
        env=environment,
        timeout=180,
        check=False,
    )
