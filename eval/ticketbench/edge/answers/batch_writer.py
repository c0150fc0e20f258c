"""One thread that stores what many threads bring: a group commit."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue

from ticketbench.core.errors import MachineError

Statement = tuple[str, Sequence[object]]
"""An SQL statement with its parameters."""

_MOST_AT_ONCE = 500


def start(thread: threading.Thread) -> None:
    """Start `thread`; raises MachineError where the machine allows no further one."""
    try:
        thread.start()
    except RuntimeError:
        what = "this machine allows no further thread: memory or processes are limited"
        help_ = "raise the limit, or write `endpoint: {concurrency: 4}` into the config"
        raise MachineError(what, help=help_) from None


class BatchWriter:
    """Runs statements of many threads in as few transactions as possible.

    While one transaction is being committed, the next ones gather: a busy writer makes large
    batches by itself, an idle one adds no wait.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], check: Callable[[], None]
    ) -> None:
        self._connect, self._check = connect, check
        self._queue: SimpleQueue[tuple[Sequence[Statement], Future[None]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def run(self, statements: Sequence[Statement]) -> None:
        """Run `statements` in one transaction; returns when they are committed.

        Raises sqlite3.DatabaseError when they are not, MachineError when there can be no thread,
        and what `check` raises after a commit.
        """
        done: Future[None] = Future()
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="answers", daemon=True)
                start(thread)
                self._thread = thread
        self._queue.put((statements, done))
        done.result()

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
            try:
                connection = connection or self._connect()
                self._commit(connection, [s for statements, _ in brought for s in statements])
            except Exception as error:  # noqa: BLE001 - given to every thread that waits
                for _, done in brought:
                    done.set_exception(error)
            else:
                for _, done in brought:
                    done.set_result(None)
        if connection is not None:
            connection.close()

    def _commit(self, connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
        if not statements:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            for sql, parameters in statements:
                connection.execute(sql, parameters)
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._check()
