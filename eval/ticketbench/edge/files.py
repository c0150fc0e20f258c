"""Bytes of a file, with an error a user can act on when it cannot be read."""

from __future__ import annotations

from pathlib import Path

from ticketbench.core.errors import InputError, MachineError


def read_bytes(path: Path) -> bytes:
    """All bytes of `path`. Raises InputError when it is missing or a folder, else MachineError."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"no such file: {path}", help="check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, not a file", help="name a file in it") from None
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}") from None
