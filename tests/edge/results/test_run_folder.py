"""One run at a time for a report folder, and order after one that was killed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.results.run_folder import reserved
from ticketbench.edge.results.store import write_folder

STARTED = {"started": "2026-01-02T12:00:00+00:00"}


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("reports/support")


def around(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir())


def test_a_running_run_says_who_it_is_before_anything_else(out: Path) -> None:
    with reserved(out, STARTED):
        manifest = json.loads((out.parent / ".support.running" / "manifest.json").read_bytes())
    assert (manifest["status"], manifest["pid"]) == ("running", os.getpid())
    assert manifest["started"] == STARTED["started"]


def test_nothing_is_left_beside_the_folder_afterwards(out: Path) -> None:
    with reserved(out, STARTED):
        write_folder(out, {"a.txt": b"a"}, {})
    assert around(out) == ["support"]


def test_nothing_is_left_after_an_error(out: Path) -> None:
    with pytest.raises(KeyboardInterrupt), reserved(out, STARTED):
        raise KeyboardInterrupt
    assert not out.parent.exists()


def test_a_second_run_is_refused_and_told_who_has_the_folder(out: Path) -> None:
    with reserved(out, STARTED):
        with pytest.raises(MachineError, match=f"pid {os.getpid()}, since 2026-01-02"):
            reserved(out, STARTED).__enter__()
        assert around(out) == [".support.lock", ".support.running"]


def test_a_run_into_another_folder_is_not_refused(out: Path) -> None:
    with reserved(out, STARTED), reserved(out.with_name("other"), STARTED):
        pass


def test_the_folder_is_free_again_after_a_run(out: Path) -> None:
    for _ in range(2):
        with reserved(out, STARTED):
            pass


def test_a_lock_file_that_nobody_holds_is_no_run(out: Path) -> None:
    out.parent.mkdir()
    (out.parent / ".support.lock").touch()
    (out.parent / ".support.running").mkdir()
    with reserved(out, STARTED):
        pass
    assert around(out) == []


def test_half_written_folders_of_a_killed_run_are_removed(out: Path) -> None:
    (out.parent / ".support.0123abcd.new" / "figures").mkdir(parents=True)
    with reserved(out, STARTED):
        assert ".support.0123abcd.new" not in around(out)


def test_a_report_that_was_moved_away_comes_back(out: Path) -> None:
    write_folder(out, {"a.txt": b"old"}, {})
    out.rename(out.parent / ".support.0123abcd.old")
    with reserved(out, STARTED):
        assert (out / "a.txt").read_bytes() == b"old"


def test_a_report_that_was_replaced_already_is_removed(out: Path) -> None:
    write_folder(out, {"a.txt": b"new"}, {})
    write_folder(out.parent / ".support.0123abcd.old", {"a.txt": b"old"}, {})
    with reserved(out, STARTED):
        assert (out / "a.txt").read_bytes() == b"new"
    assert around(out) == ["support"]


def test_files_of_others_beside_it_are_left_alone(out: Path) -> None:
    names = [".support.notes.new", ".supporter.0123abcd.new", "support.0123abcd.old"]
    for name in names:
        (out.parent / name).mkdir(parents=True)
    with reserved(out, STARTED):
        pass
    assert around(out) == sorted(names)


def test_a_folder_of_something_else_is_refused_before_it_is_touched(out: Path) -> None:
    out.mkdir(parents=True)
    (out / "mine.txt").touch()
    with pytest.raises(InputError, match="not a ticketbench report"):
        reserved(out, STARTED).__enter__()
    assert around(out) == ["support"]
