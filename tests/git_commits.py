"""Commits in a repository that a test makes."""

from __future__ import annotations

import subprocess
from pathlib import Path


def committed(folder: Path, file: Path, text: str) -> str:
    """The id of a commit in which `file` says `text`."""
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text)
    settings = ("user.name=a", "user.email=a@example.org", "commit.gpgsign=false")
    own = [word for one in settings for word in ("-c", one)]
    for command in (("add", "."), (*own, "commit", "--quiet", "--message", text)):
        subprocess.run(["git", *command], cwd=folder, check=True)
    found = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True
    )
    return found.stdout.strip()
