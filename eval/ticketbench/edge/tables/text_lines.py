"""The lines of a text file, decoded one after the other, and what is refused before."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from ticketbench.edge.files.reading import line_of
from ticketbench.edge.tables.rows import MalformedRow

MOST_ROW_BYTES = 10_000_000
_NO_TABLE = re.compile(
    rb"(\xef\xbb\xbf)?\s*(#[^\r\n]*[\r\n]\s*)*"
    rb"((export\s+)?(?!sep=.?\s)[a-z_]\w*\s*=|-----BEGIN .*PRIVATE KEY|[^\r\n]*\0)",
    re.IGNORECASE,
)
"""KEY=value (but for a spreadsheet's `sep=;`), a private key, or bytes, in the first line."""


def text_lines(data: bytes) -> Iterator[str]:
    """The lines of a text file, each with its own ending; one after the other is decoded.

    Raises MalformedRow for what is no UTF-8 table, before anything in it could be quoted.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise MalformedRow(1, "this is UTF-16 text", "save the file as UTF-8")
    if _NO_TABLE.match(data):
        help_ = "the first line of a table names its columns, such as id,text,label"
        raise MalformedRow(1, "this is not a table", help_)
    _refuse_long_line(data)
    try:
        yield from io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    except UnicodeDecodeError:
        raise _not_utf_8(data) from None


def _refuse_long_line(data: bytes) -> None:
    """Before it is decoded: a reader would hold a line of any length, several times."""
    start = 0
    while start + MOST_ROW_BYTES < len(data):
        end = start + MOST_ROW_BYTES
        last = max(data.rfind(b"\n", start, end), data.rfind(b"\r", start, end))
        if last < 0:
            raise too_long(line_of(data, start))
        start = last + 1


def too_long(line: int) -> MalformedRow:
    """The error of a row, at `line`, that is too long to be one."""
    what = f"a row of more than {MOST_ROW_BYTES // 1_000_000} MB"
    return MalformedRow(line, what, "check the quotes of this row, or cut its text")


def _not_utf_8(data: bytes) -> MalformedRow:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return MalformedRow(line_of(data, error.start), "not UTF-8 text", "save the file as UTF-8")
    return MalformedRow(1, "not UTF-8 text", "save the file as UTF-8")
