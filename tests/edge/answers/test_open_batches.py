"""Which batches a cache remembers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ticketbench.core.errors import MachineError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.cache_file import make, refuse_unusable
from ticketbench.edge.answers.open_batches import OpenBatch, new_batch

URL = "https://api.example.com/classify"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {n for (n,) in connection.execute("SELECT name FROM sqlite_master")}


def execute(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, values)


def test_a_batch_is_remembered_with_and_without_its_id_until_it_is_forgotten(path: Path) -> None:
    batch = new_batch(URL, ["a" * 32, "b" * 32])
    with AnswerCache(path) as cache:
        cache.note_batch(batch)
    with AnswerCache(path) as cache:
        assert cache.open_batches() == [batch]
        cache.note_batch(replace(batch, id="b-1"))
        assert cache.open_batches() == [replace(batch, id="b-1")]
    with AnswerCache(path) as cache:
        cache.forget_batch(batch)
        assert cache.open_batches() == []


def test_a_file_without_batches_has_the_tables_that_older_releases_take(path: Path) -> None:
    make(path)
    with AnswerCache(path) as cache:
        assert cache.open_batches() == []
        before = tables(path)
        cache.note_batch(new_batch(URL, ["a"]))
    assert {name for name in tables(path) - before if "autoindex" not in name} == {
        "ticketbench_batches"
    }
    refuse_unusable(path, writing=True)


def test_another_table_of_that_name_is_refused(path: Path) -> None:
    make(path)
    execute(path, "CREATE TABLE ticketbench_batches (mark TEXT)")
    with pytest.raises(MachineError, match="other tables"):
        refuse_unusable(path, writing=False)


@pytest.mark.parametrize(
    "row",
    [
        ("m", None, URL, "2026-11-30T12:01:00+00:00", "a"),
        ("m", "../classify", URL, "2026-11-30T12:01:00+00:00", "a"),
        ("m", "b-1", URL, "noon", "a"),
        ("m", "b-1", URL, "2026-11-30T12:01:00", "a"),
        ("m", "b-1", b"https", "2026-11-30T12:01:00+00:00", "a"),
    ],
)
def test_a_row_that_we_did_not_write_is_no_batch_that_may_be_overlooked(
    path: Path, row: tuple[object, ...]
) -> None:
    with AnswerCache(path) as cache:
        cache.note_batch(new_batch(URL, ["a"]))
    execute(path, "UPDATE ticketbench_batches SET mark=?, batch_id=?, url=?, uploaded_at=?, "
            "custom_ids=?", *row)  # fmt: skip
    with AnswerCache(path) as cache, pytest.raises(MachineError, match="cannot be read"):
        cache.open_batches()


def test_it_is_shown_with_its_size_and_when_it_was_uploaded() -> None:
    noon = datetime(2026, 11, 30, 12, 1, tzinfo=UTC)
    many = OpenBatch("m", "b-1", URL, noon, ("a",) * 1200)
    assert many.shown == "batch b-1 of 1,200 questions, uploaded at 2026-11-30 12:01 UTC"
    one = OpenBatch("m", "", URL, noon, ("a",))
    assert one.shown == "a batch of 1 question, uploaded at 2026-11-30 12:01 UTC"
