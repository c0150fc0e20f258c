"""The lines of a text file, decoded one after the other, and what is refused before."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from ticketbench.edge.files.reading import line_of
from ticketbench.edge.tables.dialect import encoding_of, likely_encodings, say_encoding
from ticketbench.edge.tables.rows import MalformedRow, Source

MOST_ROW_BYTES = 10_000_000
_AT_ONCE = 1 << 20
_SHOWN_BYTES = 4
_NO_TABLE = re.compile(
    rb"(\xef\xbb\xbf)?\s*(#[^\r\n]*[\r\n]\s*)*"
    rb"((export\s+)?(?!sep=.?\s)[a-z_]\w*\s*=|-----BEGIN .*PRIVATE KEY|[^\r\n]*\0)",
    re.IGNORECASE,
)
"""KEY=value (but for a spreadsheet's `sep=;`), a private key, or bytes, in the first line."""

_UTF_16 = re.compile(rb"(?:\0[\t -~]){6}|(?:[\t -~]\0){6}")
"""Plain letters with a NUL before or behind each: UTF-16 without the mark of it."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)


def text_lines(source: Source) -> Iterator[str]:
    """The lines of a text file, each with its own ending; one after the other is decoded.

    UTF-8, UTF-16 by its mark, else the encoding that the source is said to have. Raises
    MalformedRow for what is no table, or not in this encoding, before anything in it could be
    quoted; InputError for an encoding that is none.
    """
    encoding = _encoding(source)
    data = source.data
    if encoding != "utf-8":
        data = _as_utf_8(source, encoding)
    if _NO_TABLE.match(data):
        help_ = "the first line of a table names its columns, such as id,text,label"
        if _UTF_16.match(data) and source.dialect.encoding is None:
            help_ = say_encoding(
                source.dialect, ["utf-16-be" if data[:1] == b"\0" else "utf-16-le"]
            )
        raise MalformedRow(1, "this is not a table", help_)
    _refuse_long_line(data)
    content = io.BytesIO(data)
    if data.startswith(codecs.BOM_UTF8):  # by hand: the codec that knows the mark is slower
        content.seek(len(codecs.BOM_UTF8))
    try:
        yield from io.TextIOWrapper(content, encoding="utf-8", newline="")
    except UnicodeDecodeError:
        raise _not_utf_8(source, data) from None


def _encoding(source: Source) -> str:
    """By the mark at the start, which must not contradict what is said; else that, or UTF-8."""
    given = source.dialect.encoding
    said = None if given is None else encoding_of(given)
    marked = next((name for mark, name in _MARKS if source.data.startswith(mark)), None)
    if marked == "utf-32":
        raise MalformedRow(1, "this is UTF-32 text", "save the file as UTF-8")
    if said is None:
        return marked or "utf-8"
    if marked and not said.startswith(marked):
        what = f"the file begins with the mark of {marked.upper()}, and is said to be {said}"
        raise MalformedRow(1, what, "drop the encoding: the mark tells it")
    return marked or ("utf-8" if said == "utf-8-sig" else said)


def _as_utf_8(source: Source, encoding: str) -> bytes:
    """The same text in UTF-8, a part after the other."""
    decoder, out = codecs.getincrementaldecoder(encoding)(), io.BytesIO()
    data = source.data
    for start in range(0, len(data), _AT_ONCE):
        part = data[start : start + _AT_ONCE]
        try:
            text = decoder.decode(part, final=start + _AT_ONCE >= len(data))
            out.write(text.encode("utf-8"))
        except UnicodeDecodeError as error:
            shown = _hex(error.object[error.start : error.end])
            # What came before is decoded: it has as many line ends as the lines before this one.
            before = out.getvalue() + _decoded(error, encoding)
            what = f"not {encoding} text: the bytes {shown}"
            help_ = "another encoding, or UTF-8 where none is given"
            raise MalformedRow(line_of(before, len(before)), what, help_) from None
        except UnicodeEncodeError:
            what = f"not {encoding} text: half a surrogate pair"
            line = line_of(out.getvalue(), out.tell())
            raise MalformedRow(line, what, "export the file again as UTF-8") from None
        except UnicodeError:  # of UTF-16 alone: only the mark tells the order of its bytes
            what = f"not {encoding} text: it does not begin with the mark of it"
            help_ = "utf-16-le or utf-16-be needs no mark; UTF-8 where none is given"
            raise MalformedRow(1, what, help_) from None
    return out.getvalue()


def _decoded(error: UnicodeDecodeError, encoding: str) -> bytes:
    text = error.object[: error.start].decode(encoding, errors="ignore")
    return text.encode("utf-8", errors="ignore")


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


def _not_utf_8(source: Source, data: bytes) -> MalformedRow:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _AT_ONCE):
        part = data[start : start + _AT_ONCE]
        try:
            decoder.decode(part, final=start + _AT_ONCE >= len(data))
        except UnicodeDecodeError as error:
            at = start + len(part) - len(error.object) + error.start
            end = at + min(_SHOWN_BYTES, max(1, error.end - error.start))
            help_ = say_encoding(source.dialect, likely_encodings(data, at))
            what = f"not UTF-8 text: the bytes {_hex(data[at:end])}"
            return MalformedRow(line_of(data, at), what, help_)
    return MalformedRow(1, "not UTF-8 text", say_encoding(source.dialect, []))


def _hex(data: bytes) -> str:
    return data[:_SHOWN_BYTES].hex(" ")
