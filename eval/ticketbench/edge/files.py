"""Bytes of a file, with an error a user can act on when it cannot be read."""

from __future__ import annotations

import re
from pathlib import Path

from ticketbench.core.errors import InputError, MachineError

LINE_END = re.compile(rb"\r\n|\n|\r")


def read_bytes(path: Path) -> bytes:
    """All bytes of `path`.

    Raises InputError when the name leads to no file, MachineError when the machine refuses.
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"no such file: {path}", help="check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, not a file", help="name a file in it") from None
    except PermissionError:
        raise MachineError(f"not allowed to read {path}", help="check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {path}: {reason}", help="check the path") from None


def line_of(data: bytes, position: int) -> int:
    """The physical line, from 1, that byte `position` stands in; any line ending counts."""
    return len(LINE_END.findall(data[:position])) + 1
