"""One thread that stores what many threads bring: a group commit."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from queue import SimpleQueue

from ticketbench.core.errors import MachineError

Statement = tuple[str, Sequence[object]]
"""An SQL statement with its parameters."""

_MOST_AT_ONCE = 500
_MOST_VARIABLES = 900
_VALUES = "VALUES "


def start(thread: threading.Thread) -> None:
    """Start `thread`; raises MachineError where the machine allows no further one."""
    try:
        thread.start()
    except RuntimeError:
        what = "this machine allows no further thread: memory or processes are limited"
        help_ = "raise the limit, or write `endpoint: {concurrency: 4}` into the config"
        raise MachineError(what, help=help_) from None


class _Brought:
    """Statements that one thread brought, and waits for; a Future does so at several times the
    cost.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        self._error: Exception | None = None
        self._open = threading.Lock()
        self._open.acquire()

    def wait(self) -> None:
        """Return when they are committed; raises why they are not."""
        self._open.acquire()
        if self._error is not None:
            raise self._error

    def end(self, error: Exception | None) -> None:
        """They are committed, or `error` says why not."""
        self._error = error
        self._open.release()


class BatchWriter:
    """Runs statements of many threads in as few transactions as possible.

    While one transaction is being committed, the next ones gather: a busy writer makes large
    batches by itself, an idle one adds no wait.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], check: Callable[[], None]
    ) -> None:
        self._connect, self._check = connect, check
        self._queue: SimpleQueue[_Brought | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def run(self, statements: Sequence[Statement]) -> None:
        """Run `statements` in one transaction; returns when they are committed.

        Raises sqlite3.DatabaseError when they are not, MachineError when there can be no thread,
        and what `check` raises after a commit.
        """
        brought = _Brought(statements)
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="answers", daemon=True)
                start(thread)
                self._thread = thread
        self._queue.put(brought)
        brought.wait()

    def close(self, *, wait_s: float | None = None) -> None:
        """End the thread when everything brought so far is committed.

        With `wait_s`, wait no longer than that: another program may hold the file for longer.
        """
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(wait_s)
            self._thread = None

    def _work(self) -> None:
        connection: sqlite3.Connection | None = None
        going = True
        while going:
            batch = [self._queue.get()]
            while not self._queue.empty() and len(batch) < _MOST_AT_ONCE:
                batch.append(self._queue.get())
            going = None not in batch
            brought = [one for one in batch if one is not None]
            error: Exception | None = None
            try:
                connection = connection or self._connect()
                self._commit(connection, [s for one in brought for s in one.statements])
            except Exception as raised:  # noqa: BLE001 - given to every thread that waits
                error = raised
            for one in brought:
                one.end(error)
        if connection is not None:
            connection.close()

    def _commit(self, connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
        joined = list(_joined(statements))
        if not joined:
            return
        if len(joined) == 1:  # a transaction of its own
            connection.execute(*joined[0])
        else:
            _in_one(connection, joined)
        self._check()


def _in_one(connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    """All of them in one transaction, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for sql, parameters in statements:
            connection.execute(sql, parameters)
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _joined(statements: Sequence[Statement]) -> Iterator[Statement]:
    """The same with rows for one table that follow each other in one statement: each statement lets
    another thread go on first, and those that wait for this one are many.
    """
    for sql, alike in groupby(statements, key=itemgetter(0)):
        rows = [row for _, row in alike]
        insert, found, values = sql.partition(_VALUES)
        most = _MOST_VARIABLES // max(1, len(rows[0])) if found else 1
        for part in (rows[i : i + most] for i in range(0, len(rows), most)):
            many = f", {values}" * (len(part) - 1)
            yield f"{insert}{found}{values}{many}", [one for row in part for one in row]
