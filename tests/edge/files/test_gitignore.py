"""A folder of ours stays out of git, and a folder of the user's stays as it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ticketbench.edge.files.gitignore import CONTENT, NAME, kept_if_filled, make_folder


def test_git_does_not_see_what_stands_in_the_folder(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    make_folder(tmp_path / "reports")
    (tmp_path / "reports" / "index.html").write_text("page", encoding="utf-8")
    (tmp_path / "seen").touch()
    told = ["git", "-C", str(tmp_path), "status", "--porcelain"]
    assert subprocess.run(told, check=True, capture_output=True, text=True).stdout == "?? seen\n"


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    make_folder(tmp_path)
    with kept_if_filled(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_which_nothing_was_left_is_removed_again(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    with kept_if_filled(folder):
        assert (folder / NAME).read_bytes() == CONTENT
    assert not folder.exists()


def test_a_folder_that_was_filled_stays(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    with kept_if_filled(folder):
        (folder / "report").mkdir()
    assert sorted(path.name for path in folder.iterdir()) == [NAME, "report"]


def test_where_it_cannot_be_made_who_writes_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with kept_if_filled(tmp_path / "file" / "reports"):
        pass
    with pytest.raises(OSError, match="file"):
        make_folder(tmp_path / "file" / "reports")
