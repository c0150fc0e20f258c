"""The demo as `make demo` runs it, but for figures, and what it leaves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ticketbench.edge.engines.embeddings import FILE_NAME

ROOT = Path(__file__).resolve().parents[1]
QUICKSTART = ROOT / "configs" / "quickstart.yaml"
VECTORS = ROOT / ".ticketbench" / FILE_NAME
"""Where `make demo` leaves the vectors of the tickets; a run computes those it lacks."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the quickstart printed, and its report."""

    stdout: str
    stderr: str
    out: Path


def run_quickstart(folder: Path) -> None:
    """Run it in a process of its own, in `folder`, with a cache of its own."""
    if VECTORS.exists():
        shutil.copy(VECTORS, folder)
    settings = ("report.figures=false", f"cache={folder / 'answers.sqlite'}")
    given = (*(word for one in settings for word in ("--set", one)), "--out", "out")
    command = [sys.executable, "-m", "ticketbench", "run", str(QUICKSTART), *given]
    with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:
        subprocess.run(command, cwd=folder, stdout=out, stderr=err, check=True)


def demo_in(folder: Path) -> Demo:
    """What `run_quickstart` left in `folder`."""
    said = ((folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))
    return Demo(*said, folder / "out")


def measured(out: Path) -> dict[str, Any]:
    """The results of a report but for the trained classifiers."""
    data: dict[str, Any] = json.loads((out / "results.json").read_bytes())["data"]
    return {name: value for name, value in data.items() if not name.startswith("trained")}
