"""Every engine gives the same bytes, and a worker that is killed changes none of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import killed_worker
import ticketbench
from part_files import parts, records, write
from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.results.store import envelope
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.score import score_parts


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


def test_a_scheduler_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")

    def nobody(address: str, *, timeout: str) -> None:
        raise OSError(f"timed out after {timeout} at {address}")

    monkeypatch.setattr(distributed, "Client", nobody)
    folder = parts(tmp_path / "p", records(60), 2)
    with pytest.raises(MachineError, match="no dask scheduler answers at tcp:"):
        score_parts(folder, where=Where("dask", "tcp://127.0.0.1:9"))


def test_without_the_extra_dask_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError) as error:
        score_parts(parts(tmp_path / "p", records(60), 2), where=Where("dask"))
    assert "ticketbench[dask]" in error.value.problems[0].help
