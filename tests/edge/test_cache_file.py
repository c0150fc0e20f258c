from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.cache_file import prepare, refuse_unusable


def test_a_prepared_file_is_private_in_wal_mode_and_usable(tmp_path: Path) -> None:
    path = tmp_path / "a" / "answers.sqlite"
    prepare(path)
    refuse_unusable(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_missing_file_is_usable_and_stays_missing(tmp_path: Path) -> None:
    refuse_unusable(tmp_path / "answers.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="is a folder"):
        refuse_unusable(tmp_path)


def test_a_name_that_means_memory_to_sqlite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file name"):
        refuse_unusable(tmp_path / ":memory:")


def test_a_database_with_other_tables_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "contacts.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contacts (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(MachineError, match="is not an answer cache"):
        refuse_unusable(path)
    assert path.read_bytes() == before
