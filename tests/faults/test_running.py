"""Rows 42 to 46 of the fault matrix: a run that is killed, stopped, or not alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from fault_project import (
    COMMAND,
    POSITIONS,
    FaultProject,
    each_position,
    manifest_of,
    report_is_sound,
    speaks_plainly,
)
from fault_server import Seen, Step

SIGNALS = {"SIGINT": 130, "SIGTERM": 143}
ENDS_WITHIN_S = 10
"""Far less than the half minute that a stalled request may take here."""


class Strike:
    """Valid answers; when the one about a ticket is due, something is done to the command."""

    def __init__(self, project: FaultProject, number: int, step: Step | None = None) -> None:
        self._text, self._step = project.text(number), step or Step()
        self._reached = threading.Event()
        self._done = threading.Event()
        project.server.plan = self._plan

    def _plan(self, seen: Seen) -> Step:
        if seen.text != self._text or self._reached.is_set():
            return Step()
        self._reached.set()
        self._done.wait(30)
        return self._step

    def do(self, what: Callable[[], object]) -> None:
        """Wait for the ticket, do it, and let the answer go."""
        assert self._reached.wait(30), "the command never asked about the ticket"
        what()
        self._done.set()


def patient(project: FaultProject, *more: str) -> subprocess.Popen[str]:
    return project.started("--set", "endpoint.timeout_s=30", *more)


# Row 42: killed at any time.


@each_position
def test_row42_a_killed_run_goes_on_and_ends_with_the_same_results(
    project: FaultProject, position: str
) -> None:
    strike = Strike(project, POSITIONS[position])
    process = patient(project)
    strike.do(process.kill)
    process.communicate(timeout=ENDS_WITHIN_S)
    before = {seen.text for seen in project.server.seen}
    project.server.in_turn({})
    project.server.seen.clear()
    project.run()
    again = {seen.text for seen in project.server.seen}
    assert before | again == project.texts
    assert len(before & again) <= 4, "at most the requests in flight are sent twice"
    report_is_sound(project, {})
    results = (project.out / "results.json").read_bytes()
    project.cache.unlink()
    project.run()
    assert (project.out / "results.json").read_bytes() == results


# Row 43: killed while the report is put in its place.

_KILLED = """
import os, signal, sys
from ticketbench.edge.results import store
real = store.replace_folder
def swap(out, fresh):
    if sys.argv.pop() == "after":
        real(out, fresh)
    os.kill(os.getpid(), signal.SIGKILL)
store.replace_folder = swap
from ticketbench.cli.main import main
main(["run", "eval.yaml", "--out", "out", "--set", "policy.threshold=0.7", "--mode", "replay"])
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_row43_a_run_killed_while_it_writes_leaves_the_old_report_or_the_new_one(
    project: FaultProject, moment: str
) -> None:
    project.run()
    old = (project.out / "manifest.json").read_bytes()
    done = subprocess.run([sys.executable, "-c", _KILLED, moment], check=False, timeout=45)
    assert done.returncode == -signal.SIGKILL
    assert (project.out / "manifest.json").read_bytes() != old or moment == "before"
    assert manifest_of(project.out)["status"] == "finished"
    report_is_sound(project, {})
    project.run(mode="replay")
    assert [path.name for path in project.folder.glob(".out*")] == []
    report_is_sound(project, {})


# Row 44: stopped by a person or a system.


@each_position
@pytest.mark.parametrize("name", SIGNALS)
def test_row44_a_stopped_run_finishes_what_is_in_flight_and_keeps_it(
    project: FaultProject, name: str, position: str
) -> None:
    strike = Strike(project, POSITIONS[position])
    process = patient(project)
    strike.do(lambda: process.send_signal(getattr(signal, name)))
    ended = project.ended(process, within_s=ENDS_WITHIN_S)
    assert ended.code == SIGNALS[name]
    assert "finished answers are kept" in ended.err
    assert not project.out.exists()
    answered = {seen.text for seen in project.server.seen}
    assert len(answered) <= POSITIONS[position] + 8
    assert len(project.stored()) == len(answered)
    project.server.seen.clear()
    project.run()
    assert {seen.text for seen in project.server.seen} == project.texts - answered
    report_is_sound(project, {})


@pytest.mark.parametrize("name", SIGNALS)
def test_row44_a_second_signal_ends_the_run_at_once(project: FaultProject, name: str) -> None:
    project.server.in_turn({project.text(5): (Step(stall=True),)})
    process = patient(project)
    while len({seen.text for seen in project.server.seen}) < project.n:
        time.sleep(0.02)
    process.send_signal(getattr(signal, name))
    time.sleep(0.5)
    assert process.poll() is None, "the stalled request is waited for"
    process.send_signal(getattr(signal, name))
    ended = project.ended(process, within_s=ENDS_WITHIN_S)
    assert ended.code == SIGNALS[name]
    project.server.in_turn({})
    project.server.seen.clear()
    project.run()
    assert {seen.text for seen in project.server.seen} == {project.text(5)}
    report_is_sound(project, {})


WAITS_S = 1.0
"""The longest that a request may take in the tests below."""

_NAMES_THAT_TAKE_LONG = """
import os, socket, time
def late(*arguments, **options):
    open(os.environ["LOOKED_UP"], "w").close()
    time.sleep(60)
socket.getaddrinfo = late
"""


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("waits_for", ["an answer", "a name", "a locked cache"])
def test_the_first_signal_ends_a_run_whatever_its_threads_wait_for(
    project: FaultProject, tmp_path: Path, waits_for: str, name: str
) -> None:
    early, looked_up = tmp_path / "early", tmp_path / "looked-up"
    early.mkdir()
    variables = {}
    if waits_for == "an answer":
        project.server.script(Step(drip_s=0.2))
    elif waits_for == "a name":
        (early / "sitecustomize.py").write_text(_NAMES_THAT_TAKE_LONG)
        variables |= {"PYTHONPATH": str(early), "LOOKED_UP": str(looked_up)}
    else:
        project.run()
        project.server.seen.clear()
        project.server.in_turn({})
    strike = Strike(project, 0) if waits_for == "a locked cache" else None
    refresh = ["--mode", "refresh"] if strike else []
    process = project.started("--set", f"endpoint.timeout_s={WAITS_S}", *refresh, **variables)
    with ExitStack() as stack:
        if strike:
            other = stack.enter_context(closing(sqlite3.connect(project.cache)))
            strike.do(lambda: other.execute("BEGIN IMMEDIATE"))
        while not (project.server.seen or looked_up.exists()):
            assert process.poll() is None, "it waits"
            time.sleep(0.02)
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(getattr(signal, name))
        ended = project.ended(process, within_s=ENDS_WITHIN_S)
        took_s = time.monotonic() - began
    assert ended.code == SIGNALS[name]
    assert took_s < WAITS_S + 1 + 4, "four seconds for a busy machine"


# Row 45: two runs for one report.


@each_position
def test_row45_a_second_run_for_the_same_report_is_refused_and_the_first_goes_on(
    project: FaultProject, position: str
) -> None:
    strike = Strike(project, POSITIONS[position])
    process = patient(project)

    def second() -> None:
        seen = len(project.server.seen)
        error = project.ends_with(5)
        assert f"in use by another run (pid {process.pid}, since " in str(error)
        assert "another --out" in error.problems[0].help
        assert len(project.server.seen) == seen

    strike.do(second)
    assert project.ended(process).code == 0
    report_is_sound(project, {})
    assert len(project.server.seen) == project.n


def test_row45_the_command_names_the_run_that_is_in_the_way(project: FaultProject) -> None:
    strike = Strike(project, POSITIONS["middle"])
    process = patient(project)

    def second() -> None:
        ended = project.command()
        assert ended.code == 5
        speaks_plainly(ended, str(project.out), f"pid {process.pid}", "wait for it to end")

    strike.do(second)
    assert project.ended(process).code == 0
    report_is_sound(project, {})


# Row 46: the clock of the machine jumps.

_JUMPING = """
import pathlib, time
real, marker = time.time, pathlib.Path(__file__).with_name("jump")
time.time = lambda: real() - 86_400 * marker.exists()
"""


@each_position
@pytest.mark.parametrize("hours", [-24, 24], ids=["back", "forward"])
def test_row46_a_clock_that_jumps_moves_no_deadline(
    project: FaultProject, monkeypatch: pytest.MonkeyPatch, hours: int, position: str
) -> None:
    real, ahead = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + ahead[0])
    text = project.text(POSITIONS[position])
    steps = [Step(stall=True), Step(429, b"", {"Retry-After": "1"}), Step()]

    def plan(seen: Seen) -> Step:
        if seen.text != text:
            return Step()
        ahead[0] = 3600.0 * hours
        return steps.pop(0)

    project.server.plan = plan
    began = time.monotonic()
    assert project.run().results.n_failed == 0
    assert 1 <= time.monotonic() - began < 20
    assert 0 <= manifest_of(project.out)["seconds"] < 20
    report_is_sound(project, {})


def test_row46_the_command_ends_in_time_although_the_clock_jumps_back(
    project: FaultProject, tmp_path: Path
) -> None:
    early = tmp_path / "early"
    early.mkdir()
    (early / "sitecustomize.py").write_text(_JUMPING)
    strike = Strike(project, POSITIONS["middle"])
    process = project.started(PYTHONPATH=str(early))
    strike.do((early / "jump").touch)
    assert project.ended(process).code == 0
    report_is_sound(project, {})


def test_the_command_under_test_is_the_installed_one() -> None:
    assert COMMAND.is_file()
    assert os.access(COMMAND, os.X_OK)
