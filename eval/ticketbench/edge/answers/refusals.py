"""Questions that an endpoint refused to judge, in the cache file: apart from answers, and none.

The table is made with the first refusal, so that a file without one is as it always was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ticketbench.edge.answers.batch_writer import Statement
from ticketbench.edge.answers.rows import in_utc

TABLE = "ticketbench_refusals"
SCHEMA = f"CREATE TABLE {TABLE} (key TEXT PRIMARY KEY, url TEXT, recorded_at TEXT);"

_MAKE = SCHEMA.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
_EXISTS = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a question was refused: at which URL, and when: a time in UTC."""

    url: str
    recorded_at: datetime


def remember(key: str, refusal: Refusal) -> list[Statement]:
    """What stores a refusal. An answer to the same question goes: what was said last counts."""
    row = key, refusal.url, refusal.recorded_at.isoformat()
    return [
        (_MAKE, ()),
        (f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?)", row),
        ("DELETE FROM responses WHERE key = ?", (key,)),
    ]


def forget(keys: Collection[str]) -> list[Statement]:
    """What deletes the refusals of `keys`; where there are any, there is the table."""
    return [(f"DELETE FROM {TABLE} WHERE key = ?", (key,)) for key in keys]


def remembered(connection: sqlite3.Connection) -> dict[str, Refusal]:
    """Every refusal of a cache file by key; none in a file without that table. A row that cannot be
    read is left out: then the question is asked.
    """
    if connection.execute(_EXISTS, (TABLE,)).fetchone() != (1,):
        return {}
    found = {}
    for key, url, moment in connection.execute(f"SELECT key, url, recorded_at FROM {TABLE}"):
        try:
            when = in_utc(datetime.fromisoformat(moment))
        except (TypeError, ValueError):
            continue
        if isinstance(key, str) and isinstance(url, str):
            found[key] = Refusal(url, when)
    return found
