"""A recording put in order in a temporary file, where answers to some questions are found by key.

A recording is read once, a part at a time; what is looked up later is not read, checked or held as
a whole again, and several processes may look at the same time.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ticketbench.edge.answers.cache_file import usable
from ticketbench.edge.answers.details import NO_DETAILS, details_from_json, details_json
from ticketbench.edge.answers.parts.one_file import Kept
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.files.atomic import remove_leftovers, temporary_beside
from ticketbench.edge.files.gitignore import make_folder

_TABLES = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE answers (key BLOB PRIMARY KEY, url TEXT, recorded_at TEXT, details BLOB, content BLOB)
WITHOUT ROWID;
CREATE TABLE refusals (key BLOB PRIMARY KEY, url TEXT, recorded_at TEXT) WITHOUT ROWID;
"""
_ANSWER = "SELECT key, url, recorded_at, details, content FROM answers"
_REFUSAL = "SELECT key, url, recorded_at FROM refusals"
_MOST_VARIABLES = 900


@contextmanager
def kept_by_key(parts: Iterable[Kept], beside: Path) -> Iterator[Path]:
    """A file that holds what `parts` say, in the folder of `beside` and gone at the end; where that
    cannot be written, in the folder of temporary files.

    Raises MachineError where it cannot be written, and what reading the parts raises.
    """
    beside = _writable(beside)
    with usable(beside):
        make_folder(beside.parent)
        remove_leftovers(beside.parent)
    path = temporary_beside(beside)
    try:
        with usable(beside):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript(_TABLES)
            for kept in parts:
                with usable(beside):
                    _put(connection, kept)
        yield path
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _writable(path: Path) -> Path:
    there = next(one for one in path.absolute().parents if one.exists())
    return path if os.access(there, os.W_OK) else Path(tempfile.gettempdir()) / path.name


def _put(connection: sqlite3.Connection, kept: Kept) -> None:
    """Sorted by key, since what is appended is written once."""
    connection.execute("BEGIN")
    answers = ((bytes.fromhex(key), *_row(kept.answers[key])) for key in sorted(kept.answers))
    connection.executemany("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", answers)
    refusals = (
        (bytes.fromhex(key), one.url, one.recorded_at.isoformat())
        for key, one in kept.refusals.items()
    )
    connection.executemany("INSERT INTO refusals VALUES (?, ?, ?)", refusals)
    connection.execute("COMMIT")


def _row(stored: Stored) -> tuple[str, str, bytes | None, bytes]:
    details = None if stored.details is NO_DETAILS else details_json(stored.details)
    return stored.url, stored.recorded_at.isoformat(), details, stored.content


class RecordedByKey(Mapping[str, Stored]):
    """The answers in such a file; a context manager. Looking at all of them holds one at a time."""

    def __init__(self, path: Path) -> None:
        # What is finished is never locked, so it may lie on a disk that several machines see.
        uri = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        self._path = path
        with usable(path):
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)

    def __enter__(self) -> RecordedByKey:
        return self

    def __exit__(self, *raised: object) -> None:
        self._connection.close()

    def some(self, keys: Collection[str]) -> dict[str, Stored]:
        """The answers to these questions."""
        return {row[0].hex(): _stored(row) for row in self._rows(_ANSWER, keys)}

    def refusals(self, keys: Collection[str]) -> dict[str, Refusal]:
        """Those of these questions that were refused."""
        found = self._rows(_REFUSAL, keys) if self._any_refused() else ()
        return {key.hex(): Refusal(url, datetime.fromisoformat(at)) for key, url, at in found}

    def urls(self) -> frozenset[str]:
        """Every URL that an answer is of."""
        return frozenset(url for (url,) in self._all("SELECT DISTINCT url FROM answers"))

    def __getitem__(self, key: str) -> Stored:
        return self.some((key,))[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and bool(self.some((key,)))

    def __iter__(self) -> Iterator[str]:
        return (key.hex() for (key,) in self._all("SELECT key FROM answers"))

    def __len__(self) -> int:
        return int(next(self._all("SELECT count(*) FROM answers"))[0])

    def _any_refused(self) -> bool:
        return next(self._all("SELECT EXISTS (SELECT 1 FROM refusals)")) == (1,)

    def _rows(self, query: str, keys: Collection[str]) -> Iterator[tuple[Any, ...]]:
        listed = sorted(keys)
        for part in (
            listed[i : i + _MOST_VARIABLES] for i in range(0, len(listed), _MOST_VARIABLES)
        ):
            marks = ",".join("?" * len(part))
            yield from self._all(f"{query} WHERE key IN ({marks})", [*map(bytes.fromhex, part)])

    def _all(self, query: str, parameters: Collection[bytes] = ()) -> Iterator[tuple[Any, ...]]:
        with usable(self._path):
            yield from self._connection.execute(query, tuple(parameters))


def _stored(row: tuple[bytes, str, str, bytes | None, bytes]) -> Stored:
    _, url, recorded_at, told, content = row
    details = NO_DETAILS if told is None else details_from_json(told.decode())
    return Stored(content, url, datetime.fromisoformat(recorded_at), details)
