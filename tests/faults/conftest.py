"""Every test here has a limit of time, a key that nobody may find again, and a failing server."""

from __future__ import annotations

import faulthandler
import functools
import logging
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

import canary
from fault_project import FaultProject, binding, key_arrived
from fault_server import FaultServer
from ticketbench.edge.asking import one_question

LIMIT_S = 60


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    """A test that takes a minute fails; one that cannot even be interrupted ends everything."""

    def give_up(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"this test hangs: it took more than {LIMIT_S} s")

    before = signal.signal(signal.SIGALRM, give_up)
    # Again every ten seconds: the first one may only reach a `finally` that hangs as well.
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S, 10)
    faulthandler.dump_traceback_later(2 * LIMIT_S, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _no_key_anywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[None]:
    """Plants the key before each test and looks for it in everything the test left."""
    monkeypatch.setenv("SCALEDOWN_API_KEY", canary.KEY)
    caplog.set_level(logging.DEBUG)
    yield
    said = capfd.readouterr()
    assert canary.places(tmp_path) == []
    assert not canary.holds((said.out + said.err).encode())
    assert not canary.holds(caplog.text.encode())


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running
        key_arrived(running.seen)


@pytest.fixture
def project(tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> FaultProject:
    """Twelve tickets and two rubric sets, asked again without much of a wait."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(*binding(server.url))
    quick = functools.partial(one_question.Retry, base_s=0.01, cap_s=0.05)
    monkeypatch.setattr("ticketbench.edge.asking.one_question.Retry", quick)
    return FaultProject(tmp_path, server)


@pytest.fixture
def answered(project: FaultProject) -> FaultProject:
    """The project with every answer stored, and nothing asked since."""
    project.run()
    project.server.seen.clear()
    return project
