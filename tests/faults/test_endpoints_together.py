"""Two endpoints asked at the same time by the command: stopped, killed, refused, on a terminal."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import canary
from fault_server import LABELS, FaultServer, Seen, Step
from forked import ticketbench
from ticketbench.edge.answers.cache import AnswerCache

COMMAND = Path(sys.executable).with_name("ticketbench")
N = 8
ENDS_WITHIN_S = 20
"""Far less than the minute that a stalled request may take here."""


@pytest.fixture
def servers() -> Iterator[tuple[FaultServer, FaultServer]]:
    with FaultServer() as here, FaultServer() as there:
        yield here, there


@pytest.fixture(autouse=True)
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, servers: tuple[FaultServer, FaultServer]
) -> Path:
    monkeypatch.chdir(tmp_path)
    hosts = " ".join(f"SCALEDOWN_API_KEY=127.0.0.1:{one.server_address[1]}" for one in servers)
    monkeypatch.setenv("TICKETBENCH_KEY_HOSTS", hosts)
    rows = [f"t{i},ticket {i} about {LABELS[i % 2]},{LABELS[i % 2]}" for i in range(N)]
    Path("tickets.csv").write_text("\n".join(["id,text,label", *rows, ""]))
    Path("v1.yaml").write_text("".join(f'- {{name: {x}, rubric: "Is it {x}?"}}\n' for x in LABELS))
    given = ", ".join(
        f'{name}: {{url: "{one.url}", rate: none, concurrency: 2, timeout_s: 60}}'
        for name, one in zip(("here", "there"), servers, strict=True)
    )
    Path("eval.yaml").write_text(
        f"version: 1\nendpoints: {{{given}}}\ndataset: {{path: tickets.csv}}\n"
        "rubric_sets: {v1: v1.yaml}\ncache: eval.sqlite\nreport: {figures: false}\n"
    )
    return tmp_path


def started() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(COMMAND), "run", "eval.yaml", "--out", "out"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def stored() -> int:
    with AnswerCache(Path("eval.sqlite")) as cache:
        return len(cache.stored_keys())


class Held:
    """Both servers answer all but the last ticket, and that one when they are let."""

    def __init__(self, servers: tuple[FaultServer, FaultServer]) -> None:
        self._reached = [threading.Event() for _ in servers]
        self._let = threading.Event()
        for server, reached in zip(servers, self._reached, strict=True):
            server.plan = lambda seen, reached=reached: self._plan(seen, reached)

    def _plan(self, seen: Seen, reached: threading.Event) -> Step:
        if f"ticket {N - 1} " in seen.text:
            reached.set()
            self._let.wait(30)
        return Step()

    def wait(self) -> None:
        """Until both have been asked about it."""
        for one in self._reached:
            assert one.wait(30), "an endpoint was never asked about the last ticket"

    def let(self) -> None:
        """Answer from now on."""
        self._let.set()


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_the_asking_of_both_and_keeps_what_is_in_flight(
    servers: tuple[FaultServer, FaultServer], name: str, code: int
) -> None:
    held = Held(servers)
    process = started()
    held.wait()
    process.send_signal(getattr(signal, name))
    held.let()
    _, err = process.communicate(timeout=ENDS_WITHIN_S)
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert stored() == sum(len(server.seen) for server in servers)
    assert not Path("out").exists()


def test_a_second_signal_ends_at_once(servers: tuple[FaultServer, FaultServer]) -> None:
    held = Held(servers)
    process = started()
    held.wait()
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)  # it waits for what is in flight
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=ENDS_WITHIN_S)
    assert process.returncode == 130
    held.let()


def test_a_killed_run_goes_on_where_both_were(servers: tuple[FaultServer, FaultServer]) -> None:
    held = Held(servers)
    process = started()
    held.wait()
    process.kill()
    process.communicate(timeout=ENDS_WITHIN_S)
    held.let()
    before, asked = stored(), sum(len(server.seen) for server in servers)
    assert before >= 2 * (N - 3)
    done = ticketbench("run", "eval.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert sum(len(server.seen) for server in servers) == asked + 2 * N - before


def test_one_that_refuses_the_key_leaves_the_answers_of_the_other(
    servers: tuple[FaultServer, FaultServer],
) -> None:
    here, there = servers
    here.script(Step(401, b"no"))
    done = ticketbench("run", "eval.yaml", "--out", "out")
    assert done.returncode == 4
    assert "endpoints.here.key_env" in " ".join(done.stderr.split())
    assert stored() == len(there.seen) == N
    here.script(Step())
    done = ticketbench("run", "eval.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert len(there.seen) == N
    evaluations = json.loads(Path("out", "results.json").read_bytes())["data"]["evaluations"]
    names = [one["provenance"]["rubric_set"] for one in evaluations]
    assert names == ["v1@here", "v1@there"]


def test_a_terminal_shows_both_on_their_way_and_is_left_as_it_was(
    servers: tuple[FaultServer, FaultServer],
) -> None:
    held = Held(servers)
    own, given = pty.openpty()
    process = subprocess.Popen(
        [str(COMMAND), "run", "eval.yaml", "--out", "out"],
        stdout=subprocess.DEVNULL,
        stderr=given,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(given)
    said = b""
    held.wait()
    while not (b"v1@here" in said and b"v1@there" in said):
        said += os.read(own, 4096)
    held.let()
    while True:
        try:
            said += os.read(own, 4096)
        except OSError:  # the other end is closed
            break
    os.close(own)
    assert process.wait(ENDS_WITHIN_S) == 0
    assert not canary.holds(said)
    assert said.rindex(b"\x1b[?25h") > said.rindex(b"\x1b[?25l")  # the cursor is back
