"""A run that is killed at any moment goes on where it stood.

The installed command runs as a user runs it and gets SIGKILL at a random moment: while it starts,
while it asks, while it measures and writes. 12 moments here; TICKETBENCH_CRASH_POINTS says how
many else (`make crash-test`: 200).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import pytest

from crash.projects import (
    CONFIG,
    OUT,
    answering,
    environment,
    is_whole,
    make_project,
    names_in,
    places_of_key,
)
from fault_server import FaultServer
from forked import ticketbench_in

POINTS = int(os.environ.get("TICKETBENCH_CRASH_POINTS", "12"))
SEED = 20260102
TICKETS, CONCURRENCY = 60, 4
SETS = {"v1": "one", "v2": "two"}
QUESTIONS = TICKETS * len(SETS)
COMMAND = Path(sys.executable).with_name("ticketbench")


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: so many requests have arrived, and then so many seconds later."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lane:
    """A server of its own, so that points run side by side are counted apart."""

    folder: Path
    server: FaultServer
    questions: frozenset[bytes]
    results: bytes
    names: set[str]
    start_s: float
    end_s: float


def started(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, "run", CONFIG],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lane(folder: Path, server: FaultServer) -> Lane:
    """An undisturbed run: what it leaves, and how long it takes before and after the asking."""
    make_project(folder, server.url, tickets=TICKETS, sets=SETS, concurrency=CONCURRENCY)
    begin = time.monotonic()
    process = started(folder)
    _, talk = process.communicate(timeout=120)
    end = time.monotonic()
    assert process.returncode == 0, talk
    assert len(server.seen) == QUESTIONS
    return Lane(
        folder,
        server,
        frozenset(seen.body for seen in server.seen),
        (folder / OUT / "results.json").read_bytes(),
        names_in(folder),
        server.seen[0].at - begin,
        end - server.seen[-1].at,
    )


def moments(count: int, start_s: float, end_s: float) -> Iterator[Moment]:
    """A quarter of them before the first request, two quarters while asking, a quarter after."""
    chance = random.Random(SEED)
    for number in range(count):
        share = (number // 4 + chance.random()) / -(-count // 4)  # spread evenly, none forgotten
        if number % 4 == 0:
            yield Moment(0, share * start_s)
        elif number % 4 == 3:
            yield Moment(QUESTIONS, share * end_s)
        else:
            yield Moment(1 + int(share * (QUESTIONS - 1)), chance.uniform(0, 0.01))


def kill_at(moment: Moment, process: subprocess.Popen[str], server: FaultServer) -> str:
    """Kill it then, unless it ended before; what it printed."""
    while len(server.seen) < moment.requests and process.poll() is None:
        time.sleep(0.0005)
    time.sleep(moment.seconds)
    process.kill()
    return "".join(process.communicate(timeout=60))


def problems_after(moment: Moment, here: Lane) -> list[str]:
    """What is not as it must be after a killed run and the run that goes on."""
    rmtree(here.folder / "reports", ignore_errors=True)
    for path in here.folder.glob("*answers.sqlite*"):
        rmtree(path) if path.is_dir() else path.unlink()
    here.server.seen.clear()
    printed = kill_at(moment, started(here.folder), here.server)
    found = []
    if (here.folder / OUT).exists() and not is_whole(here.folder / OUT):
        found.append("half a report after the kill")
    found += [f"key in {name}" for name in places_of_key(here.folder, printed)]
    resumed = ticketbench_in(here.folder, "run", CONFIG, **environment())
    printed = resumed.stdout + resumed.stderr
    if resumed.returncode != 0:
        return [*found, f"exit code {resumed.returncode}: {printed}"]
    # Of a question that was being sent, the server may have seen a part.
    asked = Counter(seen.body for seen in here.server.seen if seen.body in here.questions)
    twice = [n for n in asked.values() if n > 1]
    if len(asked) != QUESTIONS or len(twice) > CONCURRENCY or any(n > 2 for n in twice):
        most = max(asked.values())
        found.append(f"{len(asked)} questions, {len(twice)} more than once, at most {most} times")
    if (here.folder / OUT / "results.json").read_bytes() != here.results:
        found.append("other results")
    left = names_in(here.folder) ^ here.names
    if left:
        found.append(f"other files: {sorted(left)}")
    return found + [f"key in {name}" for name in places_of_key(here.folder, printed)]


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Lane]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(answering(delay_s=0.008)) for _ in range(2)]
        yield [lane(tmp_path_factory.mktemp("lane"), server) for server in servers]


def test_a_run_killed_at_any_moment_goes_on_to_the_same_results(lanes: list[Lane]) -> None:
    start_s = min(one.start_s for one in lanes)
    end_s = max(one.end_s for one in lanes)
    points = list(moments(POINTS, start_s, end_s))

    def worked(number: int) -> dict[Moment, list[str]]:
        mine = points[number :: len(lanes)]
        found = {moment: problems_after(moment, lanes[number]) for moment in mine}
        return {moment: problems for moment, problems in found.items() if problems}

    with ThreadPoolExecutor(len(lanes)) as pool:
        wrong = [item for part in pool.map(worked, range(len(lanes))) for item in part.items()]
    assert not wrong, "\n".join(f"{moment}: {problems}" for moment, problems in wrong)
