"""Batches that were uploaded and not read yet, as the cache file remembers them.

A row is committed before an upload begins and gets its id when the server has named it, so that a
run that is killed in between is known, and nothing is asked twice without a word.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ticketbench.core.shapes.batch import is_id
from ticketbench.edge.answers import cache_file
from ticketbench.edge.answers.batch_writer import Statement

TABLE = "ticketbench_batches"
QUERY = f"SELECT mark, batch_id, url, uploaded_at, custom_ids FROM {TABLE}"


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """One upload. `id` is empty where the answer to it was not seen; `url` is the one that its
    answers are stored under.
    """

    mark: str
    id: str
    url: str
    uploaded_at: datetime
    custom_ids: tuple[str, ...]

    @property
    def shown(self) -> str:
        """Such as "batch b-1 of 500 questions, uploaded at 2026-11-30 12:01 UTC"."""
        name = f"batch {self.id}" if self.id else "a batch"
        n = len(self.custom_ids)
        questions = "1 question" if n == 1 else f"{n:,} questions"
        when = self.uploaded_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"{name} of {questions}, uploaded at {when}"


def new_batch(url: str, custom_ids: Iterable[str]) -> OpenBatch:
    """What is noted before an upload that begins now."""
    return OpenBatch(secrets.token_hex(16), "", url, datetime.now(UTC), tuple(custom_ids))


def noted(batch: OpenBatch) -> list[Statement]:
    """Note a batch, in a table that is made in the same transaction where there is none."""
    row = (
        batch.mark,
        batch.id,
        batch.url,
        batch.uploaded_at.isoformat(),
        " ".join(batch.custom_ids),
    )
    return [
        (cache_file.BATCHES, ()),
        (f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?, ?, ?)", row),
    ]


def forgotten(batch: OpenBatch) -> Statement:
    """Forget a batch that was read, refused, or given up."""
    return (f"DELETE FROM {TABLE} WHERE mark = ?", (batch.mark,))


def batch_of(row: Sequence[object]) -> OpenBatch:
    """A batch from a row of QUERY. Raises ValueError for one that we did not write."""
    if not all(isinstance(column, str) for column in row):
        raise ValueError("a column is no text")
    mark, batch_id, url, uploaded_at, custom_ids = map(str, row)
    if batch_id and not is_id(batch_id):
        raise ValueError("no id of a batch")
    moment = datetime.fromisoformat(uploaded_at)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return OpenBatch(mark, batch_id, url, moment, tuple(custom_ids.split()))
