"""Bytes of a file, with an error a user can act on when it cannot be read.

What is opened here is a regular file of the project: no pipe or device, which could make a reader
wait for ever, and no link out of it, since git carries links and a stranger's may lead to a secret.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from ticketbench.core.errors import InputError, MachineError
from ticketbench.core.quotes import without_controls
from ticketbench.edge.files.git_marks import RESOLVE, refuse_git_marks
from ticketbench.edge.files.links import FOLLOW_LINKS, read_at

MOST_RATIO = 100
"""Of what a file unpacks to and its own size: texts are packed by less, a bomb by a thousand."""

A_FOLDER = "a folder"
_PIECE = 1 << 20

_STREAM = re.compile(r"/dev/(stdin|fd/\d+)|/proc/self/fd/\d+")
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
_OTHER = "neither a file nor a folder"


def read_bytes(path: Path, *, most: int | None = None, merge_help: str = RESOLVE) -> bytes:
    """All bytes of `path`; no more than `most` and one are read.

    Raises InputError when the name leads to no file, to no regular one, by a link out of the
    project, or the file is larger than `most`, a pointer of Git LFS, or holds conflict markers
    (`merge_help` says how these are mended); MachineError when the machine refuses. Standard input
    under its own name (/dev/stdin, /dev/fd/3) is read to its end.
    """
    with _told(path), _opened(path) as file:
        content = file.read() if most is None else file.read(_room(file, most))
    if most is not None and len(content) > most:
        raise InputError(f"{path} is larger than {_size(most)}", help="split it, or name another")
    refuse_git_marks(path, content, merge_help=merge_help)
    return content


@contextmanager
def pieces_of(path: Path) -> Iterator[BinaryIO]:
    """`path`, open to be read piece by piece: for what is too large to be held.

    Raises what `read_bytes` raises; of what git leaves it sees what stands in the first megabyte.
    """
    with ExitStack() as opened:
        with _told(path):
            file = opened.enter_context(_opened(path))
            start = file.read(_PIECE)
        refuse_git_marks(path, start)
        file.seek(0)
        yield file


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the system says of `path`, as an error a user can act on."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        what = f"no such file: {without_controls(str(path))}"
        raise InputError(what, help="check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, not a file", help="name a file in it") from None
    except PermissionError:
        raise MachineError(f"not allowed to read {path}", help="check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {path}: {reason}", help="check the path") from None


def read_start(path: Path, n: int) -> bytes:
    """The first `n` bytes of a regular file of the project, or fewer; empty where it cannot be
    read: for a guess at what the file is, which may be wrong.
    """
    if is_stream(path):
        return b""  # what is read of it here nobody could read again
    try:
        with _opened(path) as file:
            return file.read(n)
    except (InputError, OSError, ValueError):
        return b""


def digest_of(path: Path) -> str:
    """The SHA-256 of a regular file, read piece by piece. Raises InputError when it cannot be."""
    with _told(path), _opened(path) as file:
        found = hashlib.sha256()
        while piece := file.read(_PIECE):
            found.update(piece)
        return found.hexdigest()


def size_of(path: Path) -> int:
    """The bytes of a file, without reading it. Raises InputError when there is none."""
    with _told(path):
        return path.stat().st_size


def _room(file: BinaryIO, most: int) -> int:
    """How much to ask for: the room is taken at once, so no more than a regular file can fill."""
    status = os.fstat(file.fileno())
    return min(most, status.st_size) + 1 if stat.S_ISREG(status.st_mode) else most + 1


def is_stream(path: Path) -> bool:
    """Whether `path` is a name of standard input, or of what a shell hands over as a file."""
    return _STREAM.fullmatch(str(path)) is not None


def kind_of(path: Path) -> str:
    """What `path` leads to when that is no regular file, such as "a named pipe"; else empty."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return ""
    if stat.S_ISREG(mode):
        return ""
    return A_FOLDER if stat.S_ISDIR(mode) else _KINDS.get(stat.S_IFMT(mode), _OTHER)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """`path`, open, whatever it is now: the kind is that of the opened file, not of the name."""
    if is_stream(path):
        with path.open("rb") as file:
            yield file
        return
    with open(read_at(path), "rb", opener=_at_once) as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            what = f"{path} is {_KINDS.get(stat.S_IFMT(mode), _OTHER)}, not a file"
            raise InputError(what, help="name a regular file")
        yield file


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever may write into a pipe."""
    names = ("O_NONBLOCK", "O_NOCTTY", *(() if os.environ.get(FOLLOW_LINKS) else ("O_NOFOLLOW",)))
    for name in names:  # Windows has none of them, and no pipes among its files
        flags |= getattr(os, name, 0)
    return os.open(path, flags)


def unpacked(path: Path, packed: bytes, *, most: int, merge_help: str = RESOLVE) -> bytes:
    """The content of a gzip file; no more than `most` bytes and one are unpacked.

    Raises InputError when it is not whole, larger than `most`, grows more than a hundredfold, or
    what was packed is a pointer of Git LFS or holds conflict markers.
    """
    import gzip

    most = min(most, MOST_RATIO * len(packed))
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
    ends = data.count(b"\n", 0, position) + data.count(b"\r", 0, position)
    return ends - data.count(b"\r\n", 0, position) + 1
