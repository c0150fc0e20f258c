"""A run in batches that is killed at any moment goes on, and no question is paid twice.

The installed command asks 500 questions in a batch of which 5 % fail, and gets SIGKILL: before it
saw the answer to its upload, while it waits, while it reads the output and stores it. The same
command goes on; where the id of the batch was not seen, with the id. 4 moments here;
TICKETBENCH_CRASH_POINTS says otherwise (`make crash-test`: 20).
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from batch_project import CONFIG, OUT, Asked, batch_server, write_project
from canary import KEY, holds, places
from crash.projects import is_whole
from fault_project import binding
from forked import ticketbench_in
from ticketbench.edge.serving.batches.conduct import Conduct

POINTS = 20 if "TICKETBENCH_CRASH_POINTS" in os.environ else 4
SEED = 20261130
TICKETS, FAIL = 500, 0.05
COMMAND = Path(sys.executable).with_name("ticketbench")
KINDS = ("taken", "state", "output", "stored")


@dataclass(frozen=True, slots=True)
class Moment:
    """What the server is asked when the run is killed, and how many seconds later."""

    kind: str
    seconds: float


def moments() -> list[Moment]:
    """Every kind equally often; the longest delay of one is about what it takes."""
    chance = random.Random(SEED)
    longest = {"taken": 0.0, "state": 0.3, "output": 0.0, "stored": 0.6}
    kinds = [KINDS[i % len(KINDS)] for i in range(POINTS)]
    return [Moment(kind, chance.uniform(0, longest[kind])) for kind in kinds]


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """The rows of predictions.csv of a run that asked one question at a time."""
    folder = tmp_path_factory.mktemp("single")
    with batch_server(key=KEY) as asked:
        write_project(folder, asked.server.url, tickets=TICKETS)
        done = ticketbench_in(folder, "run", CONFIG, **variables(asked))
        assert done.returncode == 0, done.stderr
        yield rows(folder)


def variables(asked: Asked) -> dict[str, str]:
    return {"SCALEDOWN_API_KEY": KEY, **dict([binding(asked.server.url)])}


def rows(folder: Path) -> dict[str, list[str]]:
    """What predictions.csv says of each ticket."""
    with (folder / OUT / "predictions.csv").open(newline="") as file:
        return {row["ticket_id"]: list(row.values()) for row in csv.DictReader(file)}


def killed(folder: Path, asked: Asked, moment: Moment) -> str:
    """Run in a batch and kill at `moment`; what was printed."""
    there, killed = threading.Event(), threading.Event()
    kind = "output" if moment.kind == "stored" else moment.kind

    def at(what: str) -> None:
        if what == kind and not there.is_set():
            there.set()
            if moment.kind in ("taken", "output"):  # the answer never leaves
                killed.wait(60)

    asked.at = at
    process = subprocess.Popen(
        [COMMAND, "run", CONFIG, "--batch", "--allow-failures", "500"],
        cwd=folder,
        env={**os.environ, **variables(asked)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert there.wait(120), "the run never came so far"
    time.sleep(moment.seconds)
    process.kill()
    printed, _ = process.communicate(timeout=60)
    killed.set()
    asked.at = lambda what: None
    return printed


@pytest.mark.parametrize("moment", moments(), ids=lambda m: f"{m.kind}-{m.seconds:.2f}")
def test_a_run_killed_at_any_moment_goes_on_and_asks_nothing_twice(
    moment: Moment, single: dict[str, list[str]], tmp_path: Path
) -> None:
    with batch_server(Conduct(delay_s=1.0, order="shuffled", fail=FAIL), KEY) as asked:
        write_project(tmp_path, asked.server.url, tickets=TICKETS)
        printed = killed(tmp_path, asked, moment)
        assert not (tmp_path / OUT).exists() or is_whole(tmp_path / OUT)
        given = ["run", CONFIG, "--batch", "--allow-failures", "25"]
        done = ticketbench_in(tmp_path, *given, **variables(asked))
        printed += done.stdout + done.stderr
        if moment.kind == "taken":
            assert done.returncode == 4
            assert "its id was not seen" in done.stderr
            assert len(asked.uploads) == 1, "asked again without a word"
            given += ["--resume-batch", asked.ids[0]]
            done = ticketbench_in(tmp_path, *given, **variables(asked))
        assert done.returncode == 0, done.stderr
        assert_adds_up(tmp_path, single)
        assert_nothing_paid_twice(asked)
        while failed_in(tmp_path):
            done = ticketbench_in(tmp_path, *given[:4], "25", **variables(asked))
            assert done.returncode == 0, done.stderr
            assert_nothing_paid_twice(asked)
    assert {name: row[1:] for name, row in rows(tmp_path).items()} == {
        name: row[1:] for name, row in single.items()
    }
    assert not places(tmp_path)
    assert not holds((printed + done.stdout + done.stderr).encode())


def failed_in(folder: Path) -> list[str]:
    data = json.loads((folder / OUT / "results.json").read_text())["data"]
    return [one["ticket_id"] for one in data["evaluations"][0]["tickets"]["failures"]]


def assert_adds_up(folder: Path, single: dict[str, list[str]]) -> None:
    """Every ticket is scored, as it would be alone, or failed."""
    failed = set(failed_in(folder))
    found = rows(folder)
    assert found.keys() == single.keys()
    assert len(failed) <= FAIL * TICKETS
    assert {n: row for n, row in found.items() if n not in failed} == {
        n: row for n, row in single.items() if n not in failed
    }


def assert_nothing_paid_twice(asked: Asked) -> None:
    """A question is uploaded once more only where its line said that it failed."""
    assert asked.n_asked.total() >= TICKETS
    for one, n in asked.n_asked.items():
        assert n <= 1 + asked.n_failed(one)
