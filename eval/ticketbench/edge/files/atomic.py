"""Files and folders replaced in one step, so that a crash leaves the old or the new one."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import secrets
import shutil
from pathlib import Path

from ticketbench.core.errors import MachineError
from ticketbench.edge.files.links import is_output, written_at
from ticketbench.edge.files.reading import A_FOLDER, kind_of
from ticketbench.edge.redaction import redact


def write_file(path: Path, content: bytes) -> None:
    """Replace one file: a temporary one beside it is written through to the disk, then renamed.
    A key that this machine knows is left out. A link stays, and what it leads to is replaced; a
    device or a pipe stays what it is, and is written to.

    Raises InputError when that is out of the project, MachineError when the disk is full or the
    folder cannot be written.
    """
    real = written_at(path)
    if is_output(path) or kind_of(real) not in ("", A_FOLDER):
        _write_into(path, real, content)
        return
    temporary = temporary_beside(real)
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(real.parent)
        write_through(temporary, redact(content))
        os.replace(temporary, real)
    except OSError as error:
        raise not_written(path, error, "check the path and its permissions") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_into(path: Path, real: Path, content: bytes) -> None:
    try:
        real.write_bytes(redact(content))
    except OSError as error:
        raise not_written(path, error, "name another file") from None


def write_through(path: Path, content: bytes) -> None:
    """Write a file down to the disk: after a power cut it is whole, or its rename never happened.

    Raises OSError.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def temporary_beside(path: Path) -> Path:
    """A name in the same folder that no other call gives, and that tells which process uses it."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.new")


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files in `folder` whose process is no more."""
    for path in folder.glob(".*.new*"):
        found = re.fullmatch(r"\..+\.(\d+)-[0-9a-f]{8}\.new(-wal|-shm|-journal)?", path.name)
        if found and not _is_running(int(found[1])):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # somebody else's
    return True


def not_written(path: Path, error: OSError, otherwise: str) -> MachineError:
    """What `error` says of writing `path`, with what to do; `otherwise` where space is not it."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    help_ = "free some space; what was there before is untouched" if full else otherwise
    return MachineError(f"cannot write {path}: {error.strerror}", help=help_)


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system can (Linux); whether it was done.

    Two renames would leave a moment without a report.
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


def replace_folder(out: Path, fresh: Path) -> None:
    """Have the folder `fresh` at `out`, in one step where the system can. What is at `fresh` then,
    if anything, is the folder of before; the caller removes it. Raises OSError.
    """
    if not out.exists():
        fresh.rename(out)
        return
    if exchanged(out, fresh):
        return
    old = out.with_name(f".{out.name}.{secrets.token_hex(4)}.old")
    out.rename(old)
    try:
        fresh.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
