"""The one thread that writes: committed before it returns, in few transactions, errors to all."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import MachineError
from ticketbench.edge.answers.batch_writer import BatchWriter, Statement

NAMES = st.sampled_from(["a", "b", "c"])


class Counted(sqlite3.Connection):
    """Counts commits."""

    commits = 0

    def execute(self, sql: str, parameters: object = ()) -> sqlite3.Cursor:
        alone = not self.in_transaction and not sql.startswith("BEGIN")
        Counted.commits += alone or sql == "COMMIT"
        return super().execute(sql, parameters)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "t.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (k TEXT PRIMARY KEY)")
    return tmp_path / "t.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[BatchWriter]:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Counted)

    Counted.commits = 0
    made = BatchWriter(connect, lambda: None)
    yield made
    made.close()


def insert(key: str) -> list[Statement]:
    return [("INSERT INTO t VALUES (?)", (key,))]


def keys(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute("SELECT k FROM t ORDER BY k")]


def test_what_was_run_can_be_read_by_others_at_once(path: Path, writer: BatchWriter) -> None:
    writer.run(insert("a"))
    assert keys(path) == ["a"]


def test_statements_of_many_threads_are_all_committed(path: Path, writer: BatchWriter) -> None:
    names = [f"{i:03}" for i in range(200)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda name: writer.run(insert(name)), names))
    assert keys(path) == names


def test_what_gathers_during_a_commit_is_one_transaction(path: Path, writer: BatchWriter) -> None:
    writer.run(insert("first"))
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        threads = [threading.Thread(target=writer.run, args=(insert(str(i)),)) for i in range(20)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        holder.execute("ROLLBACK")
    for thread in threads:
        thread.join()
    assert len(keys(path)) == 21
    assert Counted.commits <= 3  # the first, those that waited for the lock, the rest


def test_a_failed_statement_takes_its_whole_transaction_back(
    path: Path, writer: BatchWriter
) -> None:
    writer.run(insert("a"))
    with pytest.raises(sqlite3.IntegrityError):
        writer.run([*insert("b"), *insert("a")])
    assert keys(path) == ["a"]


STEPS = st.one_of(
    st.tuples(
        st.just("INSERT OR REPLACE INTO p VALUES (?, ?)"), st.tuples(NAMES, st.integers(0, 9))
    ),
    st.tuples(st.just("DELETE FROM p WHERE k = ?"), st.tuples(NAMES)),
)


@given(st.lists(STEPS, max_size=12))
@example([("INSERT OR REPLACE INTO p VALUES (?, ?)", (str(i % 700), i)) for i in range(2_000)])
@settings(max_examples=30, deadline=None)
def test_rows_stored_together_are_those_stored_one_by_one(steps: list[Statement]) -> None:
    uri = f"file:{uuid4().hex}?mode=memory&cache=shared"
    with (
        closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as together,
        closing(sqlite3.connect(":memory:")) as alone,
    ):
        for made in (together, alone):
            made.execute("CREATE TABLE p (k TEXT PRIMARY KEY, v INTEGER)")
        writer = BatchWriter(
            lambda: sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False),
            lambda: None,
        )
        writer.run(steps)
        writer.close()
        for sql, parameters in steps:
            alone.execute(sql, parameters)
        rows = "SELECT k, v FROM p ORDER BY k"
        assert together.execute(rows).fetchall() == alone.execute(rows).fetchall()


def test_it_goes_on_after_an_error(path: Path, writer: BatchWriter) -> None:
    with pytest.raises(sqlite3.OperationalError):
        writer.run([("INSERT INTO nowhere VALUES (1)", ())])
    writer.run(insert("a"))
    assert keys(path) == ["a"]


def test_an_error_while_connecting_reaches_the_caller() -> None:
    def connect() -> sqlite3.Connection:
        raise OSError("no such device")

    writer = BatchWriter(connect, lambda: None)
    with pytest.raises(OSError, match="no such device"):
        writer.run(insert("a"))
    writer.close()


def test_a_machine_that_allows_no_thread_is_said_to_every_caller(
    path: Path, writer: BatchWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", refuse)
        for _ in range(2):
            with pytest.raises(MachineError, match="no further thread"):
                writer.run(insert("a"))
        writer.close()
    writer.run(insert("a"))
    assert keys(path) == ["a"]


def test_a_check_that_fails_after_the_commit_reaches_the_caller(path: Path) -> None:
    def check() -> None:
        raise FileNotFoundError("gone")

    writer = BatchWriter(lambda: sqlite3.connect(path, isolation_level=None), check)
    with pytest.raises(FileNotFoundError):
        writer.run(insert("a"))
    writer.close()


def test_closing_an_unused_or_closed_writer_is_fine(writer: BatchWriter) -> None:
    writer.close()
    writer.run(insert("a"))
    writer.close()
    writer.close()
