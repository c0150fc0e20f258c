"""Commands of the tool that several benchmarks measure, and what each needs beforehand.

A job is made by a process of its own, as its memory would count as that of what is measured.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cost import Command, cost, ticketbench

MADE_JOB = Path(__file__).with_name("made_job.py")
# The commit that a later one is measured against may draw figures by default.
REPLAY = ("run", "config.yaml", "--mode", "replay", "--set", "report.figures=false")
JOBS = {
    "validate": ("validate", "config.yaml"),
    "run": (*REPLAY, "--out", "out"),
    "score": ("score", "v1.csv"),
    "compare": ("compare", "saved:v1", "saved:v2"),
}
"""The words of each, in the folder of a made job."""
DEMO = "demo"
"""`compare` of two saved runs of the demo, in a folder that holds the demo's report."""


def made(n: int, folder: Path, *only: str) -> None:
    """A made job in `folder`, or only its predictions; what is there already is taken."""
    if not (folder / ("v1.csv" if only else "config.yaml")).exists():
        cost(Command((sys.executable, str(MADE_JOB), str(n), str(folder), *only)))


def saved_demo(folder: Path) -> None:
    """The demo's report in `folder`/saved."""
    answers, out = f"cache={folder}/answers.sqlite", f"{folder}/saved"
    demo = ("run", "configs/quickstart.yaml", "--mode", "replay", "--set", answers, "--out", out)
    cost(ticketbench(*demo, "--set", "report.figures=false"))


def prepared(job: str, n: int, folder: Path) -> Command:
    """The command of a job on `n` tickets, after all that it needs has been made in `folder`."""
    if job == DEMO:
        saved_demo(folder)
        return ticketbench(*JOBS["compare"], folder=folder)
    made(n, folder, *(["predictions"] if job == "score" else []))
    if job == "compare":
        cost(ticketbench(*REPLAY, "--out", "saved", folder=folder))
    return ticketbench(*JOBS[job], folder=folder)
