"""Folders that we make for answers and reports stay out of git without anybody thinking of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = ".gitignore"
CONTENT = b"# Made by ticketbench; remove this file to commit what stands here.\n*\n"


def make_folder(folder: Path) -> None:
    """Make `folder` with a .gitignore that leaves out all of it; one that is there stays as it is.

    Raises OSError where it cannot be made; that it cannot be left out of git is not worth an error.
    """
    if folder.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(OSError), (folder / NAME).open("xb") as file:
        file.write(CONTENT)


@contextmanager
def kept_if_filled(folder: Path) -> Iterator[None]:
    """Make `folder` so for what is written there meanwhile; with nothing in it, it is removed."""
    is_new = not folder.exists()
    with suppress(OSError):  # whoever writes there next says why it cannot
        make_folder(folder)
    try:
        yield
    finally:
        with suppress(OSError):
            if is_new and [path.name for path in folder.iterdir()] == [NAME]:
                (folder / NAME).unlink()
                folder.rmdir()
