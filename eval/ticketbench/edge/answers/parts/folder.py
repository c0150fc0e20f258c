"""The parts of a recording written together: after a crash there are the old ones or the new."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.files.atomic import not_written, replace_folder, write_through
from ticketbench.edge.files.links import refuse_linked, written_at


def write_parts(folder: Path, parts: Iterable[tuple[str, bytes]]) -> None:
    """Have these files, by name, in `folder`, and of what was there before hidden ones alone.

    Raises InputError when it is a file, a link or behind one, MachineError when the disk is full
    or the folder cannot be written.
    """
    refuse_linked(folder, help="name the folder itself")
    out = written_at(folder)
    if out.exists() and not out.is_dir():
        raise InputError(f"{folder} is a file, and parts need a folder", help="name a new one")
    fresh = out.with_name(f".{out.name}.{secrets.token_hex(4)}.new")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        for name, content in parts:
            write_through(fresh / name, content)
        for path in out.glob(".*") if out.exists() else ():
            _copy(path, fresh / path.name)
        replace_folder(out, fresh)
    except OSError as error:
        raise not_written(folder, error, "check the path and its permissions") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _copy(path: Path, to: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, to, symlinks=True)
    else:
        shutil.copy2(path, to, follow_symlinks=False)
