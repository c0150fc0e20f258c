"""The page on answers: recordings that git left in conflict."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from forked import ticketbench_in
from git_commits import git
from given import given


@given("answers.md")
def the_demo(folder: Path) -> None:
    """Nothing beside it: the page starts a service of its own."""


@given("answers.md", section="A recording in parts")
def a_part_in_conflict(folder: Path) -> None:
    """The demo's recording as an older one; two people have written one part, each with others."""
    (folder / "recordings").mkdir()
    old = shutil.copy(folder / "configs/recordings/support.jsonl", folder / "recordings/old.jsonl")
    first, *lines = old.read_bytes().splitlines(keepends=True)
    answers = [line for line in lines if json.loads(line)["key"].startswith("3b")]
    ours, theirs = (gzip.compress(first + b"".join(answers[i::2]), mtime=0) for i in (0, 1))
    in_conflict(folder, "recordings/support/3b.jsonl.gz", ours, theirs)
    shutil.rmtree(folder / "recordings/support")  # the page writes it anew


@given("answers.md", section="When Git left something else")
def a_recording_in_conflict(folder: Path) -> None:
    """Two people have asked, each about other rubrics, and written the recording."""
    assert ticketbench_in(folder, "cache", "export", "configs/support.yaml").returncode == 0
    written = (folder / "recordings/support.jsonl").read_bytes()
    first, *answers = written.splitlines(keepends=True)
    ours, theirs = (first + b"".join(answers[i::2]) for i in (0, 1))
    in_conflict(folder, "recordings/support.jsonl", ours, theirs)


def in_conflict(folder: Path, name: str, ours: bytes, theirs: bytes) -> None:
    """A repository in which a merge has stopped, since both sides brought this file."""
    shutil.rmtree(folder / ".git", ignore_errors=True)
    git("init", "--quiet", "--initial-branch", "ours", folder=folder)
    git("commit", "--quiet", "--allow-empty", "--message", "before", folder=folder)
    git("branch", "theirs", folder=folder)
    for branch, content in (("ours", ours), ("theirs", theirs)):
        git("checkout", "--quiet", branch, folder=folder)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        git("add", name, folder=folder)
        git("commit", "--quiet", "--message", branch, folder=folder)
    git("checkout", "--quiet", "ours", folder=folder)
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "theirs", folder=folder)
