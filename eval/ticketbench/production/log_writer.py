"""Writing the decision log: one line, one write, so that a kill loses what was in flight alone."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping

from ticketbench.core.errors import InputError

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any

SCHEMA = "ticketbench/decision@1"
MOST_BYTES = 4096
"""Of one line with its end: small enough that a reader of any log takes it whole."""

_ONLY_OURS = 0o600
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


class LogWriter:
    """A file that decisions are appended to, by any number of threads and processes.

    A new file can be read by its owner alone. Where another file took the path, as rotation does,
    the next line goes to that one, or to a new one. Raises InputError when the path cannot be
    written, or is no regular file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        try:
            self._descriptor = self._opened()
        except OSError as error:
            raise self._unusable(error.strerror or type(error).__name__) from None

    def write(self, line: Mapping[str, Any]) -> None:
        """Append a decision: the line is whole in the file when this returns.

        `scores` are left out where the line would be longer than 4 KiB. Raises OSError when the
        file cannot be written, ValueError when the line is too long even so.
        """
        self._follow_rotation()
        content = _encoded(line)
        # Whoever was killed within a line left it without an end: ours must not be glued to it.
        content = b"\n" + content if self._is_torn() else content
        written = os.write(self._descriptor, content)
        if written < len(content):
            raise OSError(f"only {written} of {len(content)} bytes could be written")

    def close(self) -> None:
        """Close the file; nothing can be written afterwards."""
        os.close(self._descriptor)

    def _opened(self) -> int:
        how = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | _NO_WAIT
        descriptor = os.open(self._path, how | getattr(os, "O_BINARY", 0), _ONLY_OURS)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise self._unusable("it is no regular file")
        return descriptor

    def _unusable(self, why: str) -> InputError:
        what = f"the decision log cannot be written: {why}"
        help_ = "name a file in a folder that is there, or give an object with write(dict)"
        return InputError(what, where=str(self._path), help=help_)

    def _follow_rotation(self) -> None:
        """Open the path again where it leads to another file, or to none, by now."""
        try:
            if os.path.samestat(os.stat(self._path), os.fstat(self._descriptor)):
                return
        except FileNotFoundError:
            pass
        # The number stays the same, so a thread that is about to write has no closed file.
        new = self._opened()
        os.dup2(new, self._descriptor, inheritable=False)
        os.close(new)

    def _is_torn(self) -> bool:
        """Whether the last byte is there and no line end."""
        size = os.fstat(self._descriptor).st_size
        return size > 0 and _byte_at(self._descriptor, size - 1) not in (b"\n", b"")


def _byte_at(descriptor: int, place: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, 1, place)
    os.lseek(descriptor, place, os.SEEK_SET)  # Windows; a write appends wherever this stands
    return os.read(descriptor, 1)


def _encoded(line: Mapping[str, Any]) -> bytes:
    """The line with its end, in at most 4 KiB."""
    content = _json(line)
    if len(content) > MOST_BYTES and "scores" in line:
        rest = {name: value for name, value in line.items() if name != "scores"}
        content = _json({**rest, "scores_dropped": True})
    if len(content) > MOST_BYTES:
        raise ValueError(f"a line of {len(content):,} bytes is longer than {MOST_BYTES:,}")
    return content


def _json(line: Mapping[str, Any]) -> bytes:
    text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8") + b"\n"
