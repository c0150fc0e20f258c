"""The answer cache: read in bulk, written by one thread, never trusted without a digest.

The file is disposable: it can be rebuilt from a recording or by asking again. See
docs/answers.md for why it is as it is.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from ticketbench.core.classify import Refused
from ticketbench.core.errors import MachineError
from ticketbench.core.rubrics import RubricSet, fingerprint
from ticketbench.edge.answers import cache_file, open_batches
from ticketbench.edge.answers.batch_writer import BatchWriter, Statement
from ticketbench.edge.answers.details import MOST_MS, NO_DETAILS, answer_details
from ticketbench.edge.answers.guard import Guard
from ticketbench.edge.answers.open_batches import OpenBatch
from ticketbench.edge.answers.refusals import Refusal, forget, remember, remembered
from ticketbench.edge.answers.rows import (
    DamagedRow,
    Kept,
    Stored,
    Told,
    decoded_row,
    decoded_told,
    encoded_row,
    kept_in,
)
from ticketbench.edge.contract import answer_key, asked_labels, labels_json
from ticketbench.edge.endpoints import Endpoint, Reply, is_local

T = TypeVar("T")

_REFRESH_GOES_ON = timedelta(days=1)
_MOST_VARIABLES = 900
_STOPPED_WAIT_S = 0.5
"""How long a run that a signal stopped waits for a cache that another program holds."""
_SCAN_FROM = 1 / 5
"""Share of the rows from which reading the whole table is as fast as looking each one up in order
of keys, at 200,000 rows and at 2,000,000.
"""

_INSERT = "INSERT OR REPLACE INTO responses (key, value, expires) VALUES (?, ?, NULL)"


class AnswerCache:
    """Answers by key, in `path`; a context manager.

    Without an endpoint nothing can be sent; with `reads_only` nothing will be stored. A file that
    does not exist is empty, and is made by the first answer that is saved. Raises MachineError when
    the file is foreign, damaged, of another layout, or, where it is to be written, locked or not
    writable.
    """

    def __init__(
        self, path: Path, endpoint: Endpoint | None = None, *, reads_only: bool = False
    ) -> None:
        self.path = cache_file.real_path(path)
        self._guard = Guard(endpoint)
        self._open = ExitStack()
        self._reader: sqlite3.Connection | None = None
        self._reading = threading.Lock()
        self._writer = BatchWriter(self._connect, self._still_there)
        self._inode = 0
        self._known_rubrics: set[bytes] = set()
        cache_file.refuse_unusable(self.path, writing=endpoint is not None and not reads_only)

    def __enter__(self) -> AnswerCache:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stopped = error is not None and not isinstance(error, Exception)
        self._writer.close(wait_s=_STOPPED_WAIT_S if stopped else None)
        self._open.close()
        self._reader = None

    def contents(self, keys: Collection[str]) -> Iterator[tuple[str, bytes | None]]:
        """Key and answer of each of `keys` that has a row, in any order; None where the row is
        damaged.
        """
        rows = self.kept_of_each([keys])
        return ((key, None if kept is None else kept.content) for _, key, kept in rows)

    def kept_of_each(
        self, groups: Sequence[Collection[str]]
    ) -> Iterator[tuple[int, str, Kept | None]]:
        """The same for several groups of keys, each with the number of its group, and whether it is
        known how it came; the file is read once for all of them.
        """
        return self._rows(groups, kept_in)

    def read(self, keys: Iterable[str]) -> tuple[dict[str, Stored], set[str]]:
        """The answers among `keys` with their origin, and the keys whose row is damaged."""
        rows = self._rows([dict.fromkeys(keys)], decoded_row)
        found = {key: stored for _, key, stored in rows}
        answers = {key: stored for key, stored in found.items() if stored is not None}
        return answers, found.keys() - answers.keys()

    def told(self, keys: Collection[str]) -> dict[str, Told]:
        """How the usable answers among `keys` came; no answer is held."""
        rows = self._rows([keys], decoded_told)
        return {key: told for _, key, told in rows if told is not None}

    def stored_keys(self) -> list[str]:
        """The keys of all stored answers, sorted; what is no text is none."""
        query = "SELECT key FROM responses WHERE typeof(key) = 'text'"
        return sorted(key for (key,) in self._select(query))

    def refusals(self) -> dict[str, Refusal]:
        """Every question that was refused since it was last answered, by key."""
        found = self._remembered()
        answered = self.read(found)[0] if found else {}
        return {key: refusal for key, refusal in found.items() if key not in answered}

    def state(self) -> str | None:
        """A token that is another one after every change of an answer; empty without a file, None
        where the triggers that change it are gone.
        """
        if not self.path.exists():
            return ""
        found = self._select("SELECT value FROM ticketbench WHERE name = 'state'")
        triggers = self._select("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        return str(found[0][0]) if found and triggers == [(3,)] else None

    def refresh_began(self, name: str) -> datetime | None:
        """When the refresh called `name` began, if it has not ended yet and a time was noted."""
        rows = self._select("SELECT name, value FROM ticketbench")
        try:
            began = datetime.fromisoformat(dict(rows)[f"refresh {name}"])
        except (KeyError, TypeError, ValueError):
            return None
        return began if began.tzinfo else None

    def refresh_goes_on(self, name: str) -> datetime | None:
        """When the refresh called `name` began, if it did within a day and has not ended.

        A ticket that fails for good would else keep a refresh open for ever.
        """
        began = self.refresh_began(name)
        return began if began and datetime.now(UTC) - began < _REFRESH_GOES_ON else None

    def begin_refresh(self, name: str) -> datetime:
        """Note that a refresh begins now, unless it goes on; when it began."""
        began = self.refresh_goes_on(name)
        if began is None:
            began = datetime.now(UTC)
            sql = "INSERT OR REPLACE INTO ticketbench VALUES (?, ?)"
            self._run([(sql, (f"refresh {name}", began.isoformat()))])
        return began

    def end_refresh(self, name: str) -> None:
        """Note that every question of the refresh has an answer."""
        self._run([("DELETE FROM ticketbench WHERE name = ?", (f"refresh {name}",))])

    def rubrics(self) -> list[dict[str, str]]:
        """Rubric texts by label, for every rubric set with answers here; first used, first. What
        cannot be read as one is left out.
        """
        query = "SELECT rubrics FROM ticketbench_rubrics ORDER BY first_used, fingerprint"
        found = []
        for (text,) in self._select(query):
            with suppress(msgspec.MsgspecError, ValueError, TypeError, RecursionError):
                found.append(msgspec.json.decode(text, type=dict[str, str]))
        return found

    def ask(self, url: str, body: bytes) -> Reply:
        """Ask the endpoint, and store a valid answer in place of one that is stored.

        Returns when the answer is stored; a refusal is remembered in its place. Raises what the
        guard raises, and MachineError when nothing could be stored.
        """
        began = time.monotonic()
        try:
            reply = self._guard.ask(url, body)
        except Refused:
            self.note_refusal(url, body)
            raise
        if reply.status == 200:
            local = is_local(url)
            details = NO_DETAILS if local else answer_details(reply.body, ms=_since(began))
            stored = Stored(reply.body, url, datetime.now(UTC), details)
            row = answer_key(url, body), encoded_row(stored)
            self._run([(_INSERT, row), *self._rubrics_of(body)])
        return reply

    def note_refusal(self, url: str, body: bytes) -> None:
        """Remember that a request was refused now. Raises MachineError."""
        refusal = Refusal(url, datetime.now(UTC))
        self._run([*remember(answer_key(url, body), refusal), *self._rubrics_of(body)])

    def ask_unstored(self, url: str, body: bytes) -> Reply:
        """Ask the endpoint and neither read nor store; raises what the guard raises."""
        return self._guard.ask(url, body)

    def save(
        self, answers: Mapping[str, Stored], refusals: Mapping[str, Refusal] | None = None
    ) -> None:
        """Store answers and refusals that were recorded elsewhere, all or none. Raises
        MachineError.
        """
        statements: list[Statement] = [
            (_INSERT, (key, encoded_row(stored))) for key, stored in answers.items()
        ]
        for key, refusal in (refusals or {}).items():
            statements += remember(key, refusal)
        if statements:
            self._run(statements)

    def keep(self, url: str, answers: Mapping[bytes, bytes]) -> None:
        """Store valid answers of an endpoint that did not come by `ask`, by request body, all or
        none. Raises MachineError.
        """
        now, statements = datetime.now(UTC), list[Statement]()
        for body, content in answers.items():
            stored = Stored(content, url, now, answer_details(content))
            statements += [(_INSERT, (answer_key(url, body), encoded_row(stored)))]
            statements += self._rubrics_of(body)
        if statements:
            self._run(statements)

    def open_batches(self) -> list[OpenBatch]:
        """Batches that were uploaded and not read yet, by the time of their upload.

        Raises MachineError where a row is none of ours: a batch that is overlooked is paid twice.
        """
        if not self._notes_batches():
            return []
        try:
            found = [open_batches.batch_of(row) for row in self._select(open_batches.QUERY)]
        except ValueError:
            what = f"the cache {self.path} notes a batch that cannot be read"
            raise MachineError(what, help=cache_file.REBUILD) from None
        return sorted(found, key=lambda batch: batch.uploaded_at)

    def note_batch(self, batch: OpenBatch) -> None:
        """Note a batch before its upload, and again with its id; committed when this returns."""
        self._run(open_batches.noted(batch))

    def forget_batch(self, batch: OpenBatch) -> None:
        """Note that a batch was read, or refused; one that was never noted is fine."""
        if self._notes_batches():
            self._run([open_batches.forgotten(batch)])

    def _notes_batches(self) -> bool:
        """Whether a batch was ever noted in this file."""
        query = f"SELECT 1 FROM sqlite_master WHERE name = '{open_batches.TABLE}'"
        return bool(self._select(query))

    def delete(self, keys: Collection[str], rubrics: Iterable[RubricSet] = ()) -> None:
        """Delete these answers and refusals, forget every rubric set but `rubrics`, and give the
        space back.

        Raises MachineError.
        """
        self._run([("DELETE FROM responses WHERE key = ?", (key,)) for key in keys])
        self._run(forget(self._remembered().keys() & set(keys)))
        kept = [rubric_set.fingerprint for rubric_set in rubrics]
        marks = ",".join("?" * len(kept))
        sql = f"DELETE FROM ticketbench_rubrics WHERE fingerprint NOT IN ({marks})"
        self._run([(sql, kept)])
        with cache_file.usable(self.path), closing(cache_file.writer(self.path)) as connection:
            connection.execute("VACUUM")

    def _remembered(self) -> dict[str, Refusal]:
        """Every refusal in the file, whether an answer came after it or not."""
        if not self.path.exists():
            return {}
        with self._reading, cache_file.usable(self.path):
            return remembered(self._connection())

    def _rows(
        self, groups: Sequence[Collection[str]], decode: Callable[[object], T]
    ) -> Iterator[tuple[int, str, T | None]]:
        """The only place that reads answers."""
        if not any(groups) or not self.path.exists():
            return
        numbered = list(enumerate(groups))
        with self._reading, cache_file.usable(self.path):
            for key, value in self._values(groups):
                for number, keys in numbered:
                    if key in keys:
                        try:
                            yield number, key, decode(value)
                        except DamagedRow:
                            yield number, key, None

    def _values(self, groups: Sequence[Collection[str]]) -> Iterator[tuple[str, object]]:
        """The rows of these keys, or of all where that is faster."""
        connection = self._connection()
        (most,) = connection.execute("SELECT coalesce(max(rowid), 0) FROM responses").fetchone()
        if sum(map(len, groups)) >= most * _SCAN_FROM:
            return connection.execute("SELECT key, value FROM responses")
        # In order of keys a page of their index is read once.
        listed, some = sorted({*chain.from_iterable(groups)}), _MOST_VARIABLES
        return chain.from_iterable(
            connection.execute(
                f"SELECT key, value FROM responses WHERE key IN ({','.join('?' * len(part))})", part
            )
            for part in (listed[i : i + some] for i in range(0, len(listed), some))
        )

    def _select(self, query: str) -> list[tuple[Any, ...]]:
        if not self.path.exists():
            return []
        with self._reading, cache_file.usable(self.path):
            return self._connection().execute(query).fetchall()

    def _connection(self) -> sqlite3.Connection:
        if self._reader is None:
            self._reader = self._open.enter_context(cache_file.reader(self.path))
        return self._reader

    def _rubrics_of(self, body: bytes) -> list[Statement]:
        """Notes the rubric set of a question, once: a plan can then say what was edited since."""
        labels = labels_json(body)
        if labels in self._known_rubrics:
            return []
        self._known_rubrics.add(labels)
        pairs = [(label.name, label.rubric) for label in asked_labels(body)]
        known = fingerprint(part for pair in pairs for part in pair)
        now = datetime.now(UTC).isoformat()
        text = json.dumps(dict(pairs), ensure_ascii=False)
        return [("INSERT OR IGNORE INTO ticketbench_rubrics VALUES (?, ?, ?)", (known, text, now))]

    def _run(self, statements: Sequence[Statement]) -> None:
        with cache_file.usable(self.path):
            self._writer.run(statements)

    def _connect(self) -> sqlite3.Connection:
        """The writing connection, on a file that is made if it is missing."""
        cache_file.make(self.path)
        self._inode = self.path.stat().st_ino
        return cache_file.writer(self.path)

    def _still_there(self) -> None:
        """SQLite commits without an error into a file that was deleted or replaced meanwhile."""
        try:
            found = self.path.stat().st_ino
        except FileNotFoundError:
            found = 0
        if found != self._inode:
            raise MachineError(
                f"the cache {self.path} was moved or deleted while it was in use",
                help="put it back and run again; answers since then are asked again",
            )


def _since(began: float) -> int:
    """Milliseconds from the question to the whole answer; those of an engine in this process are
    not kept, since they tell of the threads beside it.
    """
    return min(MOST_MS, round((time.monotonic() - began) * 1000))
