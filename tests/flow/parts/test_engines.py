"""Every engine gives the same bytes, and a worker that is killed changes none of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

import killed_worker
import ticketbench
from part_files import parts, records, write
from ticketbench.core.errors import InputError, MachineError, TicketbenchError
from ticketbench.edge.results.store import envelope
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.score import score_parts

ENDLESS = """
import os, time
from dataclasses import dataclass
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.engines.processes import processes

@dataclass
class Task:
    part: str
    endless: bool

def count(task):
    while task.endless:
        time.sleep(0.05)
    return os.getpid()

if __name__ == "__main__":
    os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
    for worker in processes(count, [Task("a", False), Task("b", True)], Where("processes")):
        print(worker, flush=True)
"""
"""A script: says which process counted a part, while another one takes for ever."""


def as_json(folder: Path, where: Where) -> bytes:
    return envelope("score", score_parts(folder, where=where).score)


def test_processes_give_the_bytes_of_one(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(200, groups=20), 3)
    assert as_json(folder, Where("processes")) == as_json(folder, Where())


def test_an_error_in_another_process_names_the_part(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(60), 2)
    write(folder / "z.csv", [records(3)[0] | {"score_billing": "9"}])
    with pytest.raises(InputError) as error:
        score_parts(folder, where=Where("processes"))
    assert error.value.problems[0].where.endswith("z.csv:2")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS, encoding="utf-8")
    paths = os.pathsep.join([str(Path(ticketbench.__file__).parents[1]), *sys.path])
    env = {**os.environ, "PYTHONPATH": paths}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=env) as first:
        assert first.stdout is not None
        worker = Path("/proc") / first.stdout.readline().decode().strip()
        assert worker.exists()
        first.kill()
        for _ in range(200):
            if not worker.exists():
                break
            time.sleep(0.05)
    assert not worker.exists()


def test_dask_gives_the_same_bytes_when_a_worker_is_killed_on_its_way(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    folder = parts(tmp_path / "p", records(400, groups=20), 7)
    paths = os.pathsep.join([str(Path(ticketbench.__file__).parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, killed_worker.__file__, str(folder)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert b"killed after [1]" in done.stderr
    assert done.stdout == as_json(folder, Where())


@pytest.mark.loopback
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.0 400 Bad Request\r\n\r\n" * 9])
def test_what_does_not_answer_as_a_scheduler_is_named_in_time(
    answer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("ticketbench.flow.parts.engines.dask._WAIT_S", 0.3)
    folder = parts(tmp_path / "p", records(60), 2)
    with ExitStack() as open_ones:
        server = open_ones.enter_context(socket.create_server(("127.0.0.1", 0)))
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        def answered() -> None:
            open_ones.enter_context(server.accept()[0]).sendall(answer)

        threading.Thread(target=answered, daemon=True).start()
        with pytest.raises(MachineError, match=f"no dask scheduler answers at {address}"):
            score_parts(folder, where=Where("dask", address))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("tls://127.0.0.1:9", "tls://127.0.0.1:9 needs keys and certificates"),
        ("spam://127.0.0.1:9", "no dask scheduler answers at spam:"),
        ("", "no dask scheduler answers at "),
    ],
)
def test_what_is_no_address_of_a_scheduler_is_named(
    address: str, told: str, tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    folder = parts(tmp_path / "p", records(60), 2)
    with pytest.raises(TicketbenchError, match=told):
        score_parts(folder, where=Where("dask", address))


def test_a_system_that_does_not_say_which_cores_a_process_may_use_is_asked_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    folder = parts(tmp_path / "p", records(60), 2)
    assert score_parts(folder, where=Where("processes")).n_parts == 2


def test_a_scheduler_that_goes_away_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    gone = SimpleNamespace(cancelled=lambda: True)
    client = SimpleNamespace(map=lambda count, tasks, pure: [gone])
    monkeypatch.setattr("ticketbench.flow.parts.engines.dask._client", lambda *given: client)
    monkeypatch.setattr(distributed, "as_completed", lambda futures, with_results: [(gone, None)])
    with pytest.raises(MachineError, match="the scheduler of dask is gone"):
        score_parts(parts(tmp_path / "p", records(60), 2), where=Where("dask"))


def test_without_the_extra_dask_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError) as error:
        score_parts(parts(tmp_path / "p", records(60), 2), where=Where("dask"))
    assert "ticketbench[dask]" in error.value.problems[0].help
