"""Bytes of a file, with an error a user can act on when it cannot be read."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from pathlib import Path

from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.files.git_marks import RESOLVE, refuse_git_marks

_MOST_RATIO = 100

LINE_END = re.compile(rb"\r\n|\n|\r")


def read_bytes(path: Path, *, most: int | None = None, merge_help: str = RESOLVE) -> bytes:
    """All bytes of `path`; no more than `most` and one are read.

    Raises InputError when the name leads to no file, the file is larger than `most`, a pointer of
    Git LFS, or holds conflict markers (`merge_help` says how it is mended); MachineError when the
    machine refuses.
    """
    try:
        with path.open("rb") as file:
            content = file.read() if most is None else file.read(most + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"no such file: {path}", help="check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, not a file", help="name a file in it") from None
    except PermissionError:
        raise MachineError(f"not allowed to read {path}", help="check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {path}: {reason}", help="check the path") from None
    if most is not None and len(content) > most:
        raise InputError(f"{path} is larger than {_size(most)}", help="split it, or name another")
    refuse_git_marks(path, content, merge_help=merge_help)
    return content


def unpacked(path: Path, packed: bytes, *, most: int, merge_help: str = RESOLVE) -> bytes:
    """The content of a gzip file; no more than `most` bytes and one are unpacked.

    Raises InputError when it is not whole, larger than `most`, grows more than a hundredfold, or
    what was packed is a pointer of Git LFS or holds conflict markers.
    """
    most = min(most, _MOST_RATIO * len(packed))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            content = stream.read(most + 1)
    except (OSError, EOFError, zlib.error):
        help_ = "it is damaged or cut off: pack it again"
        raise InputError("not a whole gzip file", where=str(path), help=help_) from None
    if len(content) > most:
        what = f"unpacks to more than {_size(most)}, or a hundred times its size"
        help_ = "unpack it yourself if you trust it, or split it"
        raise InputError(what, where=str(path), help=help_)
    refuse_git_marks(path, content, merge_help=merge_help)
    return content


def _size(n: int) -> str:
    return f"{n / 1e9:g} GB" if n >= 1e9 else f"{n / 1e6:.3g} MB"


def line_of(data: bytes, position: int) -> int:
    """The physical line, from 1, that byte `position` stands in; any line ending counts."""
    return len(LINE_END.findall(data[:position])) + 1
