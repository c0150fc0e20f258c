"""The small project with its endpoint on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fault_server import FaultServer, Step
from ticketbench.flow.answers.recordings import export_recording
from ticketbench.flow.run import run

EVAL = Path("eval.yaml")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def http(project: Path, server: FaultServer) -> Path:
    """The project, but its endpoint is `server`, asked without a limit on the rate."""
    text = EVAL.read_text(encoding="utf-8")
    endpoint = f'"{server.url}", rate: none'
    EVAL.write_text(text.replace('"local://lexical/v1/classify"', endpoint), encoding="utf-8")
    return project


@pytest.fixture
def recorded(http: Path, server: FaultServer) -> Callable[[str, float], Path]:
    """Makes a recording whose first label has this score everywhere."""

    def make(name: str, first: float) -> Path:
        """A recording in which the server gave every question this score for its first label."""

        def step(body: bytes) -> Step:
            labels = [entry["name"] for entry in json.loads(body)["labels"]]
            rest = (1 - first) / (len(labels) - 1)
            scores = {label: first if i == 0 else rest for i, label in enumerate(labels)}
            return Step(body=json.dumps({"top_label": labels[0], "scores": scores}).encode())

        server.plan = lambda seen: step(seen.body)
        run(EVAL, mode="refresh")
        export_recording(EVAL, Path(name))
        return Path(name)

    return make
