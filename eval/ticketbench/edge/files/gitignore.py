"""Folders that we make for answers and reports stay out of git without anybody thinking of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

NAME = ".gitignore"
CONTENT = b"# Made by ticketbench; remove this file to commit what stands here.\n*\n"


def leave_out_of_git(folder: Path) -> None:
    """Write a .gitignore into `folder` that leaves out all of it; one that is there stays.

    Where it cannot be written nothing is said: what is in the folder matters more.
    """
    with suppress(OSError), (folder / NAME).open("xb") as file:
        file.write(CONTENT)
