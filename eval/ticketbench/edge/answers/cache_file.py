"""The cache file before it is used: is it ours, whole, and free? How is it made and opened?

It is a requests-cache SQLite file with small tables of our own: a stamp that says which layout the
rows have, the rubric sets whose answers it holds and, where there are any, what was refused and
batches that are not read yet. The stamp also holds a random token that triggers replace with every
change of an answer, whoever makes it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.answers.refusals import SCHEMA as REFUSALS_SCHEMA
from ticketbench.edge.answers.rows import LAYOUT
from ticketbench.edge.files.atomic import remove_leftovers, temporary_beside
from ticketbench.edge.files.gitignore import make_folder
from ticketbench.edge.files.links import written_at
from ticketbench.edge.files.reading import kind_of

_LOCK_WAIT_S = 2.0
_WRITE_WAIT_S = 10.0
REBUILD = "move it away, then `ticketbench cache import` a recording, or run and ask again"

# Word for word what requests-cache 1.3 makes (a test compares): what a file is checked against,
# without importing the library for that.
_LIBRARY_TABLES = "".join(
    f"CREATE TABLE {name} (    key TEXT PRIMARY KEY,    value BLOB,     expires INTEGER);"
    for name in ("responses", "redirects")
)
_INDEX = "CREATE INDEX expires_idx ON responses(expires);"
_OWN_TABLES = """
CREATE TABLE ticketbench (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE ticketbench_rubrics (fingerprint TEXT PRIMARY KEY, rubrics TEXT, first_used TEXT);
"""
_TOKEN = "INSERT OR REPLACE INTO ticketbench VALUES ('state', lower(hex(randomblob(16))));"
_EVENTS = ("INSERT", "UPDATE", "DELETE")
_TRIGGERS = "".join(
    f"CREATE TRIGGER ticketbench_{event} AFTER {event} ON responses BEGIN {_TOKEN} END;"
    for event in _EVENTS
)
_STAMP = f"INSERT INTO ticketbench VALUES ('layout', '{LAYOUT}');"
_SCHEMA = _LIBRARY_TABLES + _INDEX + _OWN_TABLES + _TRIGGERS
BATCHES = (
    "CREATE TABLE IF NOT EXISTS ticketbench_batches "
    "(mark TEXT PRIMARY KEY, batch_id TEXT, url TEXT, uploaded_at TEXT, custom_ids TEXT)"
)
"""Made with the first batch, so that a file of single answers is what older releases read."""
_READ_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master"


def real_path(path: Path) -> Path:
    """The file that a cache called `path` is: a name without a suffix gets one, as in
    requests-cache, and a link is followed, since SQLite's other files stand beside its target.

    Raises MachineError for a device or pipe, since no file is made beside one, and for what names
    a folder only; InputError for a link out of the project.
    """
    kind = kind_of(path)
    if kind not in ("", "a folder") or path.name in ("", ".."):
        raise MachineError(f"{path} is {kind}", help="name a file under `cache:`")
    named = path if path.suffix else path.with_name(f"{path.name}.sqlite")
    return written_at(named)


def refuse_unusable(path: Path, *, writing: bool) -> None:
    """Raise MachineError when `path` is foreign, damaged, cut off, of another layout, no file,
    or, for `writing`, held by another process.

    A missing file is fine. Nothing is changed. Raises InputError for a name that SQLite would not
    take for a file.
    """
    if ":memory:" in str(path) or "mode=memory" in str(path):
        raise InputError(f"{path} is no file name", help="name another file under `cache:`")
    kind = kind_of(path)
    if kind:
        raise MachineError(f"{path} is {kind}", help="name a file under `cache:`")
    if not path.is_file():
        return
    if path.stat().st_size == 0:
        # Taken for an empty cache, every answer would be asked and paid for again.
        raise MachineError(f"the cache {path} is empty: it was cut off", help=REBUILD)
    with usable(path):
        with reader(path) as connection:
            _refuse_other_layout(path, connection)
        if writing:
            with closing(writer(path, wait_s=_LOCK_WAIT_S)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")


def _refuse_other_layout(path: Path, connection: sqlite3.Connection) -> None:
    """A view, a trigger or another table could give other answers than were stored."""
    found = set(connection.execute(_READ_SCHEMA))
    names = {name for _, name, _, _ in found}
    if "responses" not in names:
        raise _foreign(path)
    # CachedSession.cache.clear() drops the triggers with the table they watch.
    missing = {kind for kind, *_ in _made_by(_SCHEMA) - found}
    if found <= _made_by(_SCHEMA + REFUSALS_SCHEMA + BATCHES) and missing <= {"trigger"}:
        rows = connection.execute("SELECT value FROM ticketbench WHERE name = 'layout'")
        layout = next((value for (value,) in rows), None)
        if layout == LAYOUT:
            return
        stamp = f"its stamp says layout {layout}, this is {LAYOUT}"
    else:
        stamp = "it holds other tables, views or triggers"
    # Rows of another version of requests-cache can be read as answers, and be other ones.
    what = f"the cache {path} was written by another program or version: {stamp}"
    raise MachineError(what, help=REBUILD)


@lru_cache(maxsize=2)
def _made_by(schema: str) -> frozenset[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        return frozenset(connection.execute(_READ_SCHEMA))


def make(path: Path) -> None:
    """Make the file with all tables, for its owner only, in WAL mode; one that exists stays.

    It is made beside and then linked to its name, so that no run ever finds half of it.
    """
    make_folder(path.parent)
    remove_leftovers(path.parent)
    if path.exists():
        _mend_triggers(path)
        return
    fresh = temporary_beside(path)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(writer(fresh)) as connection:
            _copy_library_tables(connection)
            connection.execute("PRAGMA journal_mode=WAL")
            own = _OWN_TABLES + _TRIGGERS + _STAMP + _TOKEN
            connection.executescript(f"BEGIN;{own}COMMIT;")
            if set(connection.execute(_READ_SCHEMA)) != _made_by(_SCHEMA):
                raise sqlite3.OperationalError("its tables could not be made")
        try:
            with suppress(FileExistsError):  # another run was faster, with the same content
                os.link(fresh, path)
        except OSError:
            fresh.rename(path)  # a file system without links
    finally:
        for suffix in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)


def _copy_library_tables(connection: sqlite3.Connection) -> None:
    """requests-cache makes its tables itself, in memory: on a full disk it would wait for ever."""
    from requests_cache.backends.sqlite import SQLiteCache

    cache = SQLiteCache(use_memory=True, serializer="json")
    with cache.responses.connection() as made:
        made.backup(connection)
    cache.responses.close()  # type: ignore[no-untyped-call]
    cache.redirects.close()  # type: ignore[no-untyped-call]


def _mend_triggers(path: Path) -> None:
    with closing(writer(path)) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        if found.fetchone() != (3,):
            drop = "".join(f"DROP TRIGGER IF EXISTS ticketbench_{e};" for e in _EVENTS)
            connection.executescript(f"BEGIN IMMEDIATE;{drop}{_TRIGGERS}{_TOKEN}COMMIT;")


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
    if "readonly" in reason or "unable to open" in reason:
        return MachineError(what, help="check its permissions, or name another one under `cache:`")
    return MachineError(what, help=REBUILD)


def _foreign(path: Path) -> MachineError:
    return MachineError(
        f"{path} is not an answer cache",
        help="name another file under `cache:`, or move this one away",
    )
