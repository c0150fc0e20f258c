"""What a killed process left is removed, what a running one uses is not."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ticketbench.edge.files.atomic import remove_leftovers, temporary_beside, write_file


@pytest.fixture(scope="module")
def dead() -> int:
    """The pid of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_names_differ_from_call_to_call(tmp_path: Path) -> None:
    assert len({temporary_beside(tmp_path / "a.json") for _ in range(50)}) == 50


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_files_of_a_process_that_is_no_more_are_removed(
    tmp_path: Path, dead: int, suffix: str
) -> None:
    (tmp_path / f".a.json.{dead}-0123abcd.new{suffix}").touch()
    remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == []


def test_files_of_a_running_process_stay(tmp_path: Path) -> None:
    temporary_beside(tmp_path / "a.json").touch()
    (tmp_path / ".a.json.1-0123abcd.new").touch()
    remove_leftovers(tmp_path)
    assert len(os.listdir(tmp_path)) == 2


@pytest.mark.parametrize("name", [".a.new", ".a.x-0123abcd.new", "a.json.{}-0123abcd.new",
                                  ".a.json.{}-0123abcd.news", ".a.{}-0123.new"])  # fmt: skip
def test_files_of_others_stay(tmp_path: Path, dead: int, name: str) -> None:
    (tmp_path / name.format(dead)).touch()
    remove_leftovers(tmp_path)
    assert len(os.listdir(tmp_path)) == 1


def test_writing_removes_what_an_earlier_writer_left(tmp_path: Path, dead: int) -> None:
    (tmp_path / f".other.json.{dead}-0123abcd.new").touch()
    write_file(tmp_path / "a.json", b"x")
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_pipe_stays_what_it_is_and_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, b"whole")
    received = os.read(reading, 100)
    os.close(reading)
    assert (received, pipe.is_fifo(), os.listdir(tmp_path)) == (b"whole", True, ["pipe"])


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may make one"
)
def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except OSError:
        pytest.skip("devices cannot be made here")
    write_file(device, b"gone")
    assert (device.is_char_device(), os.listdir(tmp_path)) == (True, ["null"])
