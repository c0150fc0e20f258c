"""Rows 37, 38 and 40 of the fault matrix: a file of answers that cannot be used, or not now."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from fault_project import POSITIONS, FaultProject, each_position, report_is_sound, speaks_plainly
from fault_server import FaultServer, Seen, Step
from ticketbench.edge.answers import cache_file

OLD = Path(__file__).parents[1] / "edge" / "answers" / "old_caches"

# Rows 37 and 38: a file that is not, or no longer, a cache of this version.


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def of_version(version: str) -> Callable[[Path], object]:
    return lambda path: shutil.copyfile(OLD / f"requests_cache_{version}.sqlite", path)


def overwritten(start: int, content: bytes) -> Callable[[Path], object]:
    """Damage within the file of a finished run."""

    def damage(path: Path) -> None:
        raw = path.read_bytes()
        path.write_bytes(raw[:start] + content + raw[start + len(content) :])

    return damage


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "row37-empty": (lambda path: path.write_bytes(b""), "was cut off"),
    "row37-text": (lambda path: path.write_text("my diary\n"), "is not an answer cache"),
    "row37-pickle": (lambda path: path.write_bytes(b"\x80\x04K\x01."), "is not an answer cache"),
    "row37-header": (overwritten(0, b"\0" * 16), "is not an answer cache"),
    "row37-page": (overwritten(100, b"\xaa" * 8000), "cannot use the cache"),
    "row37-half": (lambda path: path.write_bytes(path.read_bytes()[:5000]), "cannot use the cache"),
    "row37-folder": (folder, "is a folder"),
    "row37-foreign": (
        lambda path: (path.unlink(), foreign_database(path)),
        "is not an answer cache",
    ),
    "row38-1.1.1": (of_version("1.1.1"), "another program or version"),
    "row38-1.2.1": (of_version("1.2.1"), "another program or version"),
    "row38-1.3.0": (of_version("1.3.0"), "another program or version"),
}


def bytes_of(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


@pytest.mark.parametrize("mode", ["auto", "replay"])
@pytest.mark.parametrize("name", DAMAGES)
def test_an_unusable_cache_is_refused_before_anything_is_sent_and_left_as_it_is(
    answered: FaultProject, name: str, mode: str
) -> None:
    damage, says = DAMAGES[name]
    damage(answered.cache)
    before = bytes_of(answered.cache)
    report = (answered.out / "results.json").read_bytes()
    error = answered.ends_with(5, mode=mode)
    assert says in str(error)
    assert "answers.sqlite" in str(error)
    assert answered.server.seen == []
    assert bytes_of(answered.cache) == before
    assert (answered.out / "results.json").read_bytes() == report


@pytest.mark.parametrize("name", ["row37-empty", "row38-1.2.1"])
def test_the_command_says_which_file_and_how_to_go_on(answered: FaultProject, name: str) -> None:
    damage, says = DAMAGES[name]
    damage(answered.cache)
    ended = answered.command()
    assert (ended.code, answered.server.seen) == (5, [])
    speaks_plainly(ended, "answers.sqlite", says, "cache import")


# Row 40: another process holds the cache and does not let go.

_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process in a transaction that it does not end."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield


def test_row40_a_cache_that_is_held_is_refused_before_anything_is_sent(
    answered: FaultProject,
) -> None:
    with held(answered.cache):
        error = answered.ends_with(5, mode="refresh")
        assert "locked" in str(error)
        assert answered.server.seen == []
        assert answered.run(mode="replay").results.n_failed == 0
    report_is_sound(answered, {})


@each_position
def test_row40_a_cache_that_is_held_later_stops_the_run_and_answers_are_kept(
    project: FaultProject, server: FaultServer, monkeypatch: pytest.MonkeyPatch, position: str
) -> None:
    wait = cache_file.writer.__kwdefaults__
    assert wait["wait_s"] <= 30, "a lock is waited for, but not for ever"
    monkeypatch.setitem(wait, "wait_s", 0.5)
    number = POSITIONS[position]
    cache_file.make(project.cache)
    with ExitStack() as stack:

        def plan(seen: Seen) -> Step:
            if seen.text == project.text(number):
                stack.enter_context(held(project.cache))
            return Step()

        server.plan = plan
        error = project.ends_with(5, overrides=["endpoint.concurrency=1", "endpoint.timeout_s=5"])
    assert "another process holds it" in error.problems[0].help
    assert len(project.stored()) == number
    server.in_turn({})
    server.seen.clear()
    assert project.run().results.n_failed == 0
    assert len(server.seen) == project.n - number
    report_is_sound(project, {})


def test_row40_the_command_says_that_another_process_holds_it(answered: FaultProject) -> None:
    with held(answered.cache):
        ended = answered.command("--mode", "refresh")
    assert (ended.code, answered.server.seen) == (5, [])
    speaks_plainly(ended, "answers.sqlite", "another process holds it")
