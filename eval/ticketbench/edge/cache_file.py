"""The cache file before requests-cache opens it: is it ours, whole, and free?

requests-cache would add its tables to any database, and waits for ever where another process
holds a lock.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from ticketbench.core.errors import InputError, MachineError

_TABLES = {"responses", "redirects"}
_COLUMNS = ["key", "value", "expires"]
_LOCK_WAIT_S = 2.0
_SWITCH_WAIT_S = 5.0


def refuse_unusable(path: Path) -> None:
    """Raise MachineError when `path` is foreign, damaged, a folder, or locked.

    A file that is missing or empty is fine. Nothing is changed. Raises InputError for a name that
    SQLite would not take for a file.
    """
    if ":memory:" in str(path) or "mode=memory" in str(path):
        raise InputError(f"{path} is no file name", help="name another file under `cache:`")
    if path.is_dir():
        raise MachineError(f"{path} is a folder", help="name a file under `cache:`")
    if not path.is_file() or path.stat().st_size == 0:
        return
    try:
        with closing(_opened(path)) as connection:
            ours = _is_ours(connection)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from None
    if not ours:
        raise _foreign(path)


def prepare(path: Path) -> None:
    """Make the file, for its owner only, and put it into WAL mode.

    Requests hold ticket texts, hence the owner. Two processes that switch a new file to WAL at one
    moment would find it locked without any wait, so that is done here, with patience.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    deadline = time.monotonic() + _SWITCH_WAIT_S
    while True:
        try:
            with closing(_opened(path)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def unusable(path: Path, error: sqlite3.DatabaseError) -> MachineError:
    """What SQLite said about `path`, with what to do."""
    reason = str(error)
    if "not a database" in reason:
        return _foreign(path)
    help_ = (
        "another process holds it: wait for it to end"
        if "locked" in reason
        else "move the file away and run again, or import a recording"
    )
    return MachineError(f"cannot use the cache {path}: {reason}", help=help_)


def _foreign(path: Path) -> MachineError:
    return MachineError(
        f"{path} is not an answer cache",
        help="name another file under `cache:`, or move this one away",
    )


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that cannot create the file."""
    uri = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(uri, uri=True, timeout=_LOCK_WAIT_S, isolation_level=None)


def _is_ours(connection: sqlite3.Connection) -> bool:
    names = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    columns = [row[1] for row in connection.execute("PRAGMA table_info(responses)")]
    return not names or (names <= _TABLES and columns == _COLUMNS)
