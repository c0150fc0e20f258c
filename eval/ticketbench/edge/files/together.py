"""Several files put in their places together: all of them, or none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.files.atomic import not_written, remove_leftovers, temporary_beside
from ticketbench.edge.files.links import written_at


class Together:
    """Files that are written beside their places, and the places that are to be empty."""

    def __init__(self) -> None:
        self.new: dict[Path, Path] = {}
        self.gone: list[Path] = []

    def beside(self, path: Path) -> Path:
        """The temporary file to write in place of `path`; its folder is made."""
        real = written_at(path)
        if real.is_dir():
            raise InputError(f"{path} is a folder, not a file", help="name a file in it")
        try:
            real.parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(real.parent)
        except OSError as error:
            raise not_written(path, error, "check the path and its permissions") from None
        self.new[real] = temporary_beside(real)
        return self.new[real]

    def beside_with(self, path: Path, content: bytes) -> None:
        """Have `content` at `path`."""
        self.beside(path).write_bytes(content)

    def without(self, path: Path) -> None:
        """Have nothing at `path`: what lay there was of an earlier time."""
        if path.is_file():
            self.gone.append(written_at(path))


@contextmanager
def together() -> Iterator[Together]:
    """Write into the files of `beside`; without an error they take their places, else every place
    has what it had.

    Raises MachineError when the disk is full or a folder cannot be written.
    """
    files = Together()
    try:
        yield files
        for temporary in files.new.values():
            _to_the_disk(temporary)
        _exchange(files)
    except OSError as error:
        named = next(iter(files.new), Path(error.filename or "."))
        raise not_written(named, error, "check the path and its permissions") from None
    finally:
        for temporary in files.new.values():
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _to_the_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _exchange(files: Together) -> None:
    """Put what lies at each place aside, then the new files there; back again where one fails."""
    aside: dict[Path, Path] = {}
    placed: list[Path] = []
    try:
        for path in (*files.new, *files.gone):
            if path.exists():
                kept = temporary_beside(path)
                os.replace(path, kept)
                aside[path] = kept
        for path, temporary in files.new.items():
            os.replace(temporary, path)
            placed.append(path)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        for path, kept in aside.items():
            os.replace(kept, path)
        raise
    for kept in aside.values():
        with contextlib.suppress(OSError):
            kept.unlink(missing_ok=True)


def refuse_to_overwrite(paths: Sequence[Path]) -> None:
    """Raise InputError, that names them all, where some of `paths` exist."""
    there = [str(path) for path in paths if os.path.lexists(path)]
    if there:
        what = f"{' and '.join(there)} {'is' if len(there) == 1 else 'are'} there already"
        raise InputError(what, help="name another file with -o, or overwrite with --force")
