"""Every engine gives the same bytes, and a worker that is killed changes none of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from part_files import parts, records, write
from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.results.store import envelope
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.score import score_parts


def as_json(folder: Path, where: Where, **more: Any) -> bytes:
    return envelope("score", score_parts(folder, where=where, **more).score)


def test_processes_give_the_bytes_of_one(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(200, groups=20), 3)
    assert as_json(folder, Where("processes")) == as_json(folder, Where())


def test_an_error_in_another_process_names_the_part(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(60), 2)
    write(folder / "z.csv", [records(3)[0] | {"score_billing": "9"}])
    with pytest.raises(InputError) as error:
        score_parts(folder, where=Where("processes"))
    assert error.value.problems[0].where.endswith("z.csv:2")


@contextmanager
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as found:
        yield found


@pytest.mark.filterwarnings("ignore")
def test_dask_gives_the_same_bytes_when_a_worker_is_killed_on_its_way(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(400, groups=20), 7)
    killed: list[int] = []

    with cluster() as of:

        def told(done: int, n: int) -> None:
            if not killed:
                pid = next(iter(of.workers.values())).pid
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        found = as_json(folder, Where("dask", of.scheduler_address), told=told)
    assert killed
    assert found == as_json(folder, Where())


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("ticketbench.flow.parts.engines.dask._WAIT_S", "1s")
    folder = parts(tmp_path / "p", records(60), 2)
    with pytest.raises(MachineError, match="no dask scheduler answers"):
        score_parts(folder, where=Where("dask", "tcp://127.0.0.1:9"))


def test_without_the_extra_dask_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError) as error:
        score_parts(parts(tmp_path / "p", records(60), 2), where=Where("dask"))
    assert "ticketbench[dask]" in error.value.problems[0].help
