"""The one way of everything that is printed: it ends no command, and no runner obeys it.

`take_over` puts it in place of stdout and stderr, so that also help pages, progress bars and
tracebacks go through it.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import shutil
import sys
from collections.abc import Iterable
from typing import TextIO, cast

from ticketbench.core.errors import MachineError
from ticketbench.edge.redaction import redact
from ticketbench.report.words.commands import LINE_END, RUNNERS, Command, broken, broken_json

_PLAIN_FORMS = {
    "→": "->", "←": "<-", "−": "-", "–": "-", "—": "-", "≥": ">=", "≤": "<=", "≠": "!=",
    "…": "...", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "⟨": "<", "⟩": ">", "•": "*",
    "·": "*", "×": "x", "±": "+/-", "²": "2", "\u00a0": " ", "\u202f": " ", "\u2060": " ",
}  # fmt: skip
_PLAIN = "ticketbench.plain"
_NARROWEST, _WIDEST = 60, 120
_GONE = (errno.EPIPE, errno.ECONNRESET, errno.EINVAL)
"""What a write meets when its reader ended; EINVAL on Windows."""


class ReaderGone(BaseException):
    """Nobody reads stdout any more; no `except Exception` on the way may take it for its own."""


class Terminal:
    """A text stream over stdout or stderr.

    A character outside its encoding becomes a plain form, else `?`. On stderr a write never
    fails. On stdout one raises ReaderGone without a reader, and MachineError otherwise. A known key
    is blotted out, and under a runner of CI every command in what is written is broken. There is no
    `buffer`: nothing can be written past it.
    """

    errors = _PLAIN

    def __init__(self, stream: TextIO, *, carries_data: bool) -> None:
        self._stream, self._carries_data = stream, carries_data
        self._has_runner = any(os.environ.get(name) for name in RUNNERS)
        self._line = ""
        if isinstance(stream, io.TextIOWrapper):
            # A mark before the first character would be part of the JSON to whoever reads it.
            marked = codecs.lookup(stream.encoding).name == "utf-8-sig"
            stream.reconfigure(encoding="utf-8" if marked else stream.encoding, errors=_PLAIN)
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.set_blocking(stream.fileno(), True)

    @property
    def encoding(self) -> str:
        """The encoding of the stream below."""
        return self._stream.encoding or "utf-8"

    def write(self, text: str) -> int:
        """Write `text`, whoever it comes from; the number of its characters."""
        if text == "":  # click looks with it whether this is a stream of text, and hears no error
            return 0
        shown = redact(text)
        if self._has_runner:
            whole = broken(self._line + shown)
            shown = whole.removeprefix(self._line)
            self._line = LINE_END.split(whole)[-1]
        self._put(shown)
        return len(text)

    def tell_runner(self, commands: Iterable[Command]) -> None:
        """Write commands, each on a line of its own, as they are."""
        self._put(redact("".join(f"{command}\n" for command in commands)))

    def flush(self) -> None:
        """Every write is flushed already."""

    def isatty(self) -> bool:
        """Whether a person may be looking."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The number of the file below."""
        return self._stream.fileno()

    def _put(self, text: str) -> None:
        """The last step: everything that is printed passes here, and nothing else writes."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError as error:
            self._let_go()
            if self._carries_data:
                raise _lost(error) from None

    def _let_go(self) -> None:
        """What is still buffered can never be written; Python would complain of it at its end."""
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def take_over() -> None:
    """Put a Terminal in place of stdout and stderr.

    Where stdin, stdout or stderr is closed, nothing is read and what is written is lost, as with
    /dev/null; else the next file that is opened would take its number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    codecs.register_error(_PLAIN, _in_plain_form)
    sys.stdout = cast(TextIO, Terminal(sys.stdout or _nowhere(), carries_data=True))
    sys.stderr = cast(TextIO, Terminal(sys.stderr or _nowhere(), carries_data=False))


def tell_runner(commands: Iterable[Command]) -> None:
    """Write our own commands to stdout; nothing else may."""
    cast(Terminal, sys.stdout).tell_runner(commands)


def columns() -> int:
    """As wide as help and errors are: the terminal, but 60 at least and 120 at most; 80 without."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))


def writable_json(text: str) -> str:
    """JSON that says the same as `text`, as stdout can take it.

    In ASCII where stdout is not UTF-8, and without commands under a runner of CI.
    """
    if any(os.environ.get(name) for name in RUNNERS):
        text = broken_json(text)
    if is_utf8():
        return text
    return "".join(c if c.isascii() else _json_escape(c) for c in text)


def is_utf8() -> bool:
    """Whether stdout takes every character as UTF-8."""
    return codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def _in_plain_form(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_PLAIN_FORMS.get(c, "?") for c in found), error.end


def _lost(error: OSError) -> ReaderGone | MachineError:
    if error.errno in _GONE:
        return ReaderGone()
    help_ = "check where the output goes; what was written into files is whole"
    return MachineError(f"cannot write to stdout: {error.strerror}", help=help_)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
