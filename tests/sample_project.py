"""Copies of tests/sample_repository, run as a user's CI runs them: clean variables, no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SAMPLE = Path(__file__).with_name("sample_repository")
RUBRICS = "configs/rubrics/support.yaml"
CONFIG = "configs/support.yaml"

REFUSED = 97
"""Exit code of a process that reached for the network: nothing can swallow it."""

_GUARD = f"""\
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        os.write(2, f"reached for the network: {{event}} {{arguments!r}}\\n".encode())
        os._exit({REFUSED})

sys.addaudithook(refuse)
"""
_NOT_COPIED = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".ticketbench", "out")


@dataclass(frozen=True)
class Repository:
    """A copy in `root`; its guard against the network lies beside it."""

    root: Path

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """The command in `root`, with `python` and `ticketbench` of this environment."""
        return subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the developer's shell but where programs are."""
        return {
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "PYTHONPATH": str(self.root.with_name("guard")),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.root.parent),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "200",
        }

    def edit(self, name: str) -> None:
        """Replace the rubrics by those of edits/NAME.yaml."""
        shutil.copyfile(SAMPLE / "edits" / f"{name}.yaml", self.root / RUBRICS)

    def text(self, name: str) -> str:
        """A file of the copy."""
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """A file into the copy."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """What stands in the copy, but for pytest's own folder."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in found
            if ".pytest_cache" not in path.parts
        }


def copied(folder: Path, *, edit: str = "") -> Repository:
    """The sample repository as `folder`/repository, with one of its edits made."""
    repository = Repository(folder / "repository")
    shutil.copytree(SAMPLE, repository.root, ignore=_NOT_COPIED)
    guard = folder / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(_GUARD, encoding="utf-8")
    if edit:
        repository.edit(edit)
    return repository
