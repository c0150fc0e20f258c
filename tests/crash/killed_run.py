"""An entry script: runs of `ticketbench` that are killed, or find the disk full, at a chosen write.

Reads one job per line of stdin and prints one outcome per line, both JSON. Every run is a fork of
this process, which has imported what a run imports: a fresh interpreter would spend most of its
time on that. Run with `how` "count" to learn how many writes there are.

A write is a call that changes the disk: files opened for writing and what is written to them,
fsync, mkdir, link, rename, exchange, unlink, rmdir, copies, and SQL statements that change a
database. SQLite's own calls are SQLite's to test. Only what happens below `main` counts.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from forked import warm_up

How = Literal["plain", "count", "kill", "fail", "full"]
"""Disturb nothing; count writes; kill at one; let one fail; let it and all later ones fail that
need space.
"""

_REPORT_FD = 700
_SQL = ("BEGIN", "COMMIT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "VACUUM")
_FREES_SPACE = ("unlink", "rmdir", "rename", "replace")
_really_open, _really_write, _really_connect = builtins.open, os.write, sqlite3.connect


@dataclass(frozen=True, slots=True)
class Job:
    """One run: in which folder, with which arguments, disturbed how and at which write.

    `exchanges` is False for a system that cannot exchange two folders in one step; `memo` keeps
    score matrices for small datasets too. A run that wants more than `most_bytes` of memory does
    not get them, and one that takes longer than `most_s` seconds is killed (-14).
    """

    folder: str
    arguments: tuple[str, ...]
    how: How = "plain"
    at: int = 0
    exchanges: bool = True
    memo: bool = False
    most_bytes: int = 4_000_000_000
    most_s: int = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the run ended: exit code (-9 when killed), what it printed, and the write it was
    disturbed at, empty when there are fewer; with "count", every write.
    """

    code: int
    printed: str
    at: str


class Writes:
    """Counts writes and disturbs the chosen one."""

    def __init__(self, how: How, at: int) -> None:
        self._how, self._at = how, at
        self._done = 0
        self._lock = threading.Lock()

    def fails(self, what: str) -> bool:
        """Whether this write must fail; does not return when the process is killed at it."""
        with self._lock:
            self._done += 1
            done = self._done
        if self._how == "count":
            _really_write(_REPORT_FD, f"{what}\n".encode())
            return False
        if done != self._at:
            return self._how == "full" and done > self._at and not what.startswith(_FREES_SPACE)
        _really_write(_REPORT_FD, what.encode())
        if self._how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)  # the signal needs a moment, in which nothing may happen
        return True

    def check(self, what: str) -> None:
        """Raise what a full disk raises, when this write must fail."""
        if self.fails(what):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Written:
    """A file that was opened for writing; of a disturbed write, the first half is done."""

    def __init__(self, file: Any, name: str, writes: Writes) -> None:
        self._file, self._name, self._writes = file, name, writes

    def write(self, content: Any) -> int:
        half = len(content) // 2
        written: int = self._file.write(content[:half])
        self._file.flush()
        self._writes.check(f"write {self._name}")
        written += self._file.write(content[half:])
        return written

    def __enter__(self) -> Written:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def counted_connection(writes: Writes) -> type[sqlite3.Connection]:
    """A connection whose writing statements count, those of a script one by one."""

    def named(sql: str) -> str:
        return " ".join(("sql", *sql.split()))[:60]

    class Counted(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            first = sql.split(None, 1)[0].upper().rstrip(";")
            if (first in _SQL or "journal_mode" in sql) and writes.fails(named(sql)):
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *parameters)

        def executescript(self, script: str) -> sqlite3.Cursor:
            statement = ""
            for piece in script.split(";"):
                statement += f"{piece};"
                if statement.strip(" \n;") and sqlite3.complete_statement(statement):
                    self.execute(statement.strip())
                    statement = ""
            return self.cursor()

    return Counted


def patch(writes: Writes, *, exchanges: bool) -> None:
    """Put the counter before every writing call of this process."""
    from ticketbench.edge.files import atomic

    def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+") or isinstance(file, int):
            return _really_open(file, mode, *rest, **named)
        name = os.path.basename(os.fspath(file))
        writes.check(f"open {name}")
        return Written(_really_open(file, mode, *rest, **named), name, writes)

    builtins.open = io.open = opened
    for module, name in (
        (os, "fsync"), (os, "replace"), (os, "rename"), (os, "link"), (os, "mkdir"),
        (os, "unlink"), (os, "remove"), (os, "rmdir"), (os, "symlink"), (shutil, "copy2"),
    ):  # fmt: skip
        setattr(module, name, _counted(name, getattr(module, name), writes))
    os.open = _only(_opens_for_writing, "os.open", os.open, writes)
    os.write = _only(lambda number, *_: number > 2, "os.write", os.write, writes)
    atomic.exchanged = _exchanged(atomic.exchanged, writes) if exchanges else lambda *_: False
    counted = counted_connection(writes)

    def connect(database: Any, *rest: Any, **named: Any) -> sqlite3.Connection:
        # What stands in memory alone is no write of ours.
        more = {} if ":memory:" in str(database) else {"factory": counted}
        return _really_connect(database, *rest, **{**more, **named})

    sqlite3.connect = connect  # type: ignore[assignment]


def _counted(name: str, call: Callable[..., Any], writes: Writes) -> Callable[..., Any]:
    return _only(lambda *_: True, name, call, writes)


def _only(
    counts: Callable[..., bool], name: str, call: Callable[..., Any], writes: Writes
) -> Callable[..., Any]:
    def counted(*given: Any, **named: Any) -> Any:
        if counts(*given):
            first = given[0] if given else ""
            shown = os.path.basename(os.fspath(first)) if not isinstance(first, int) else ""
            writes.check(f"{name} {shown}")
        return call(*given, **named)

    return counted


def _opens_for_writing(path: Any, flags: int, *_: Any) -> bool:
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))


def _exchanged(call: Callable[..., bool], writes: Writes) -> Callable[..., bool]:
    """The system call does not raise: it says that it did nothing."""

    def exchanged(one: Path, other: Path) -> bool:
        return not writes.fails(f"exchange {one.name}") and call(one, other)

    return exchanged


def outcome_of(job: Job) -> Outcome:
    """Run `job` in a fork of this process."""
    told, telling = os.pipe()
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            os.dup2(telling, _REPORT_FD)
            for number in (1, 2):
                os.dup2(printed.fileno(), number)
            _run(job)
        os.close(telling)
        with _really_open(told, "rb") as notes:
            at = notes.read().decode()
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        text = printed.read().decode("utf-8", errors="replace")
        return Outcome(os.waitstatus_to_exitcode(status), text, at)


def _run(job: Job) -> None:
    """The whole life of a fork; never returns."""
    code = 99
    try:
        from ticketbench.cli.main import main
        from ticketbench.edge.answers import memo

        os.chdir(job.folder)
        memo.WORTH_FROM = 1 if job.memo else memo.WORTH_FROM
        resource.setrlimit(resource.RLIMIT_AS, (job.most_bytes, job.most_bytes))
        signal.alarm(job.most_s)
        if job.how != "plain":
            patch(Writes(job.how, job.at), exchanges=job.exchanges)
        main(job.arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 98
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Answer jobs until stdin ends."""
    warm_up()
    for line in sys.stdin:
        outcome = outcome_of(Job(**json.loads(line)))
        sys.stdout.write(f"{json.dumps(asdict(outcome))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
