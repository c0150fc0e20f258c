"""The cache file before it is used: is it ours, whole, and free? How is it made and opened?

It is a requests-cache SQLite file with two small tables of our own: a stamp that says which layout
the rows have, and the rubric sets whose answers it holds. The stamp also holds a random token that
triggers replace with every change of an answer, whoever makes it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.rows import LAYOUT

_LIBRARY_TABLES = {"responses", "redirects"}
_OWN_TABLES = {"ticketbench", "ticketbench_rubrics"}
_COLUMNS = ["key", "value", "expires"]
_LOCK_WAIT_S = 2.0
_WRITE_WAIT_S = 10.0
_REBUILD = "move it away, then `ticketbench cache import` a recording, or run and ask again"

_STAMP = f"""
CREATE TABLE IF NOT EXISTS ticketbench (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS ticketbench_rubrics (
    fingerprint TEXT PRIMARY KEY, rubrics TEXT, first_used TEXT
);
INSERT OR REPLACE INTO ticketbench VALUES ('layout', '{LAYOUT}');
"""
_TOKEN = "INSERT OR REPLACE INTO ticketbench VALUES ('state', lower(hex(randomblob(16))))"
_TRIGGERS = "".join(
    f"CREATE TRIGGER IF NOT EXISTS ticketbench_{event.lower()} AFTER {event} ON responses "
    f"BEGIN {_TOKEN}; END;\n"
    for event in ("INSERT", "UPDATE", "DELETE")
)


def refuse_unusable(path: Path, *, writing: bool) -> None:
    """Raise MachineError when `path` is foreign, damaged, cut off, of another layout, a folder,
    or, for `writing`, held by another process.

    A missing file is fine. Nothing is changed. Raises InputError for a name that SQLite would not
    take for a file.
    """
    if ":memory:" in str(path) or "mode=memory" in str(path):
        raise InputError(f"{path} is no file name", help="name another file under `cache:`")
    if path.is_dir():
        raise MachineError(f"{path} is a folder", help="name a file under `cache:`")
    if not path.is_file():
        return
    if path.stat().st_size == 0:
        # Taken for an empty cache, every answer would be asked and paid for again.
        raise MachineError(f"the cache {path} is empty: it was cut off", help=_REBUILD)
    with usable(path):
        with reader(path) as connection:
            _refuse_other_layout(path, connection)
        if writing:
            with closing(writer(path, wait_s=_LOCK_WAIT_S)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")


def _refuse_other_layout(path: Path, connection: sqlite3.Connection) -> None:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = {name for (name,) in found}
    columns = [row[1] for row in connection.execute("PRAGMA table_info(responses)")]
    if not names <= _LIBRARY_TABLES | _OWN_TABLES or columns != _COLUMNS:
        raise _foreign(path)
    layout = None
    if "ticketbench" in names:
        rows = connection.execute("SELECT value FROM ticketbench WHERE name = 'layout'")
        layout = next((value for (value,) in rows), None)
    if layout != LAYOUT:
        # Rows of another version of requests-cache can be read as answers, and be other ones.
        found_layout = f"layout {layout}" if layout else "no stamp of this tool"
        what = f"the cache {path} was written by another program or version ({found_layout})"
        raise MachineError(what, help=_REBUILD)


def make(path: Path) -> None:
    """Make the file with all tables, for its owner only, in WAL mode; one that exists stays.

    It is made beside and then linked to its name, so that no run ever finds half of it.
    """
    if path.exists():
        _mend_triggers(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        _library_tables(fresh)
        with closing(writer(fresh)) as connection:
            connection.executescript(f"BEGIN;{_STAMP}{_TOKEN};{_TRIGGERS}COMMIT;")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another run was faster, with the same content
        except OSError:
            fresh.rename(path)  # a file system without links
    finally:
        fresh.unlink(missing_ok=True)


def _library_tables(path: Path) -> None:
    """requests-cache makes its own tables, so that any of its sessions reads the file."""
    from requests_cache.backends.sqlite import SQLiteCache

    cache = SQLiteCache(str(path.absolute()), serializer="json", wal=True)
    cache.responses.close()  # type: ignore[no-untyped-call]
    cache.redirects.close()  # type: ignore[no-untyped-call]


def _mend_triggers(path: Path) -> None:
    """`CachedSession.cache.clear()` drops the table of answers, and the triggers with it."""
    with closing(writer(path)) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        if found.fetchone() != (3,):
            connection.executescript(f"BEGIN IMMEDIATE;{_TRIGGERS}{_TOKEN};COMMIT;")


def writer(path: Path, *, wait_s: float = _WRITE_WAIT_S) -> sqlite3.Connection:
    """A connection that writes and cannot create the file; it waits `wait_s` for a lock.

    For one thread at a time. A commit survives a killed process; after a power cut the last ones
    may be missing, and the file is whole.
    """
    uri = f"file:{quote(str(path.absolute()))}?mode=rw"
    connection = sqlite3.connect(
        uri, uri=True, timeout=wait_s, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


@contextmanager
def reader(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, also where the file or its folder cannot be written.

    SQLite opens a file in WAL mode only if it can write beside it; elsewhere a copy is read.
    """
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        with closing(writer(path, wait_s=_LOCK_WAIT_S)) as connection:
            connection.execute("PRAGMA query_only=1")
            yield connection
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        for suffix in ("", "-wal"):
            if path.with_name(path.name + suffix).exists():
                shutil.copyfile(path.with_name(path.name + suffix), f"{copy}{suffix}")
        with closing(writer(copy)) as connection:
            yield connection


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn what SQLite or the machine says about `path` into a MachineError with what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        what = f"cannot use the cache {path}: {reason}"
        help_ = "free some space or check its permissions; finished answers are kept, run again"
        raise MachineError(what, help=help_) from None


def _unusable(path: Path, error: sqlite3.DatabaseError) -> MachineError:
    reason = str(error)
    if "not a database" in reason:
        return _foreign(path)
    what = f"cannot use the cache {path}: {reason}"
    if "full" in reason or "disk I/O" in reason:
        what = f"an answer could not be stored in {path}: {reason}"
        return MachineError(what, help="free some space; finished answers are kept, run again")
    if "locked" in reason:
        return MachineError(what, help="another process holds it: wait for it to end")
    if "readonly" in reason:
        return MachineError(what, help="check its permissions, or name another one under `cache:`")
    return MachineError(what, help=_REBUILD)


def _foreign(path: Path) -> MachineError:
    return MachineError(
        f"{path} is not an answer cache",
        help="name another file under `cache:`, or move this one away",
    )
