"""What Git leaves where a file should be: a pointer of Git LFS, or the markers of a merge."""

from __future__ import annotations

import re
from pathlib import Path

from ticketbench.core.errors import InputError

_POINTER = re.compile(rb"version https://[a-z-]+\.github\.com/spec/v1\r?\noid sha256:")
_POINTER_BYTES = 200
_BINARY_BYTES = 8000
"""A NUL byte in so many makes a file binary for Git, which then writes no markers into it."""

_MARKER = re.compile(rb"^(?:<{7}|\|{7}|={7}|>{7})(?: [^\n]*)?\r?(?:\n|\Z)", re.MULTILINE)

RESOLVE = "resolve it in an editor: keep one side of each block"


def refuse_git_marks(path: Path, content: bytes, *, merge_help: str = RESOLVE) -> None:
    """Raise InputError with file:line when `content` is a pointer of Git LFS, or holds the three
    markers of a conflict in their order; `merge_help` says how such a file is mended.

    One or two kinds of markers are none: a ticket may quote them.
    """
    if _POINTER.match(content[:_POINTER_BYTES]):
        what = f"{path} is a Git LFS pointer, not the file itself"
        raise InputError(what, where=f"{path}:1", help="git lfs pull")
    start = _conflict(content)
    if start is not None:
        line = content.count(b"\n", 0, start) + 1
        what = f"{path} has conflict markers of a merge"
        raise InputError(what, where=f"{path}:{line}", help=merge_help)


def is_pointer(path: Path) -> bool:
    """Whether the file `path` is a pointer of Git LFS in place of what it names."""
    with path.open("rb") as file:
        return _POINTER.match(file.read(_POINTER_BYTES)) is not None


def both_sides(content: bytes) -> bytes:
    """`content` without the markers of its conflicts: every line of either side."""
    return content if _conflict(content) is None else _MARKER.sub(b"", content)


def _conflict(content: bytes) -> int | None:
    """Where the first conflict begins; None without one."""
    # Most files hold no such sign at all, and looking for it costs little beside reading them.
    if b"<" not in content or b"<<<<<<<" not in content or b"\0" in content[:_BINARY_BYTES]:
        return None
    start, parted = None, False
    for marker in _MARKER.finditer(content):
        match marker[0][:1]:
            case b"<":
                start, parted = marker.start(), False
            case b"=":
                parted = start is not None
            case b">" if parted:
                return start
            case b">":
                start = None
    return None
