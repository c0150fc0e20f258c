"""Commits in a repository that a test makes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(*words: str, folder: Path = Path(), **variables: str) -> str:
    """What git printed there, without the last line end; in the name of nobody."""
    settings = ("user.name=Somebody", "user.email=somebody@example.com", "commit.gpgsign=false")
    own = [word for one in settings for word in ("-c", one)]
    done = subprocess.run(
        ["git", "-C", str(folder), *own, *words],
        check=True, capture_output=True, text=True, env={**os.environ, **variables},
    )  # fmt: skip
    return done.stdout.strip()


def committed(folder: Path, file: Path, text: str) -> str:
    """The id of a commit in which `file` says `text`."""
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text)
    git("add", ".", folder=folder)
    git("commit", "--quiet", "--message", text, folder=folder)
    return git("rev-parse", "HEAD", folder=folder)
