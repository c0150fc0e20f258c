"""A folder of ours stays out of git, and a file of the user's stays as it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ticketbench.edge.files.gitignore import CONTENT, NAME, leave_out_of_git


def test_git_does_not_see_what_stands_in_the_folder(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "index.html").write_text("page", encoding="utf-8")
    leave_out_of_git(folder)
    (tmp_path / "seen").touch()
    told = ["git", "-C", str(tmp_path), "status", "--porcelain"]
    assert subprocess.run(told, check=True, capture_output=True, text=True).stdout == "?? seen\n"


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"mine")
    leave_out_of_git(tmp_path)
    assert (tmp_path / NAME).read_bytes() == b"mine"


def test_where_it_cannot_be_written_nothing_is_raised(tmp_path: Path) -> None:
    leave_out_of_git(tmp_path / "not there")
    (tmp_path / NAME).unlink(missing_ok=True)
    leave_out_of_git(tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT
