"""Which files are taken for an answer cache, and how one is made."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from requests_cache.backends.sqlite import SQLiteCache

from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.answers.cache_file import make, reader, real_path, refuse_unusable, writer

OLD = Path(__file__).parent / "old_caches"
"""Three answers each, stored with the JSON serializer of older releases of requests-cache."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


def test_a_new_file_is_private_in_wal_mode_and_usable(tmp_path: Path) -> None:
    path = tmp_path / "a" / "answers.sqlite"
    make(path)
    refuse_unusable(path, writing=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_nothing_can_be_written_beside_is_not_to_be_moved_away(path: Path) -> None:
    make(path)
    for suffix in ("-wal", "-shm"):  # as on a disk that is mounted to be read, for root too
        path.with_name(path.name + suffix).mkdir()
    with pytest.raises(MachineError, match="unable to open") as error:
        refuse_unusable(path, writing=True)
    assert "permissions" in error.value.problems[0].help


def test_making_leaves_nothing_else_behind(path: Path) -> None:
    make(path)
    assert list(path.parent.iterdir()) == [path]


def test_making_an_existing_file_keeps_its_answers(path: Path) -> None:
    make(path)
    with closing(writer(path)) as connection:
        connection.execute("INSERT INTO responses VALUES ('k', 'v', NULL)")
    make(path)
    with reader(path) as connection:
        assert connection.execute("SELECT key FROM responses").fetchall() == [("k",)]


def test_of_several_that_make_the_file_at_once_one_wins(path: Path) -> None:
    threads = [threading.Thread(target=make, args=(path,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refuse_unusable(path, writing=True)
    assert list(path.parent.iterdir()) == [path]


def test_a_missing_file_is_usable_and_stays_missing(path: Path) -> None:
    refuse_unusable(path, writing=True)
    assert list(path.parent.iterdir()) == []


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="is a folder"):
        refuse_unusable(tmp_path, writing=False)


def test_a_name_that_means_memory_to_sqlite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file name"):
        refuse_unusable(tmp_path / ":memory:", writing=False)


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("version", ["1.1.1", "1.2.1", "1.3.0"])
def test_a_cache_of_another_program_or_version_is_refused_with_what_to_do(
    path: Path, version: str, writing: bool
) -> None:
    shutil.copyfile(OLD / f"requests_cache_{version}.sqlite", path)
    before = path.read_bytes()
    with pytest.raises(MachineError, match="another program or version") as error:
        refuse_unusable(path, writing=writing)
    assert "cache import" in error.value.problems[0].help
    assert path.read_bytes() == before


def test_a_cache_of_another_layout_is_refused_by_its_stamp(path: Path) -> None:
    make(path)
    with closing(writer(path)) as connection:
        connection.execute("UPDATE ticketbench SET value = '1.2' WHERE name = 'layout'")
    with pytest.raises(MachineError, match=r"layout 1\.2"):
        refuse_unusable(path, writing=False)


def test_a_database_with_other_tables_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "contacts.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contacts (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(MachineError, match="is not an answer cache"):
        refuse_unusable(path, writing=True)
    assert path.read_bytes() == before


def test_a_reader_cannot_write(path: Path) -> None:
    make(path)
    with reader(path) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM responses")


# --- exactly the tables that were made


def test_the_tables_are_those_that_requests_cache_makes(path: Path, tmp_path: Path) -> None:
    make(path)
    other = tmp_path / "other.sqlite"
    SQLiteCache(str(other), serializer="json", wal=True).close()
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master"
    with closing(sqlite3.connect(path)) as ours, closing(sqlite3.connect(other)) as theirs:
        assert set(theirs.execute(query)) <= set(ours.execute(query))


HOSTILE = {
    "trigger": "CREATE TRIGGER t AFTER INSERT ON responses "
    "BEGIN UPDATE responses SET value = 1; END",
    "own_name": "DROP TRIGGER ticketbench_INSERT; CREATE TRIGGER ticketbench_INSERT AFTER INSERT "
    "ON responses BEGIN UPDATE responses SET value = 1; END",
    "view": "DROP TABLE responses; "
    "CREATE VIEW responses AS SELECT 1 AS key, 2 AS value, 3 AS expires",
    "table": "CREATE TABLE notes (text TEXT)",
    "missing_table": "DROP TABLE ticketbench_rubrics",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_with_anything_else_in_it_is_refused(path: Path, name: str) -> None:
    make(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(HOSTILE[name])
    with pytest.raises(MachineError, match="written by another program or version"):
        refuse_unusable(path, writing=False)


@pytest.mark.parametrize("events", [("INSERT",), ("INSERT", "UPDATE", "DELETE")])
def test_triggers_that_are_gone_are_made_again(path: Path, events: tuple[str, ...]) -> None:
    make(path)
    with closing(sqlite3.connect(path)) as connection:
        for event in events:
            connection.execute(f"DROP TRIGGER ticketbench_{event}")
    refuse_unusable(path, writing=False)
    make(path)
    with reader(path) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        assert found.fetchone() == (3,)
    refuse_unusable(path, writing=True)


@pytest.mark.parametrize("name", ["/dev/null", "/dev/zero"])
def test_a_device_is_no_cache_and_gets_no_file_beside_it(name: str) -> None:
    with pytest.raises(MachineError, match="is a device"):
        real_path(Path(name))


def test_a_pipe_without_a_suffix_is_no_cache(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MachineError, match="is a named pipe"):
        real_path(tmp_path / "pipe")
