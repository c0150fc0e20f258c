"""How a text file is said to be written: signs and encodings by name, and how to say them."""

from __future__ import annotations

import codecs
import csv
import re
import shlex

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.tables.rows import Dialect

SIGNS = {";": "semicolon", "\t": "tab", "|": "bar", ",": "comma"}
"""What parts the fields of tables that people have, and its name."""

_NO_FILES = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7")
"""Codecs of texts that no file is written in, or that change what stands there."""

_USUAL = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "iso8859-15", "latin-1", "shift_jis")
_MOST_LIKELY = 3
_LOOKED_AT = 20_000
_DECIMAL = re.compile(r"[+-]?\d+,\d+")


def delimiter_of(text: str) -> str:
    """The sign that `text` names: one character, or the word `tab`. Raises InputError for another,
    and for signs that quotes, line ends and values need for themselves.
    """
    sign = "\t" if text in ("tab", "\\t") else text
    if len(sign) != 1 or sign in "\"'\r\n\0" or sign.isalnum() or "\ud800" <= sign <= "\udfff":
        what = f"{quoted(text)} is no delimiter"
        raise InputError(what, help="write one sign, such as ';' or '|', or the word tab")
    return sign


def encoding_of(name: str) -> str:
    """The encoding called `name`, as Python calls it. Raises InputError for one that is unknown, or
    that no text file is written in.
    """
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        help_ = suggestion(name, _USUAL)
        raise InputError(f"unknown encoding {quoted(name)}", help=help_) from None
    if not found._is_text_encoding or found.name in _NO_FILES:
        what = f"{quoted(name)} is no encoding of text files"
        raise InputError(what, help=f"such as {', '.join(_USUAL)}")
    return found.name


def said_dialect(delimiter: str, encoding: str) -> Dialect:
    """How a file is said to be written, empty where it is not.

    Raises InputError for what is no sign or no encoding.
    """
    sign = delimiter_of(delimiter) if delimiter else None
    return Dialect(sign, encoding_of(encoding) if encoding else None)


def as_options(dialect: Dialect) -> str:
    """What is said of a file, as options of a command with a blank before each."""
    sign = "tab" if dialect.delimiter == "\t" else dialect.delimiter
    said = (("--delimiter", sign), ("--encoding", dialect.encoding))
    return "".join(f" {name} {shlex.quote(value)}" for name, value in said if value)


def other_delimiter(header: list[str], delimiter: str) -> tuple[str, str] | None:
    """Of a header of one field that holds other signs: what is wrong, and the sign that parts it.

    None for a header that may be right.
    """
    counts = {sign: header[0].count(sign) for sign in SIGNS if sign != delimiter}
    sign, n = max(counts.items(), key=lambda one: one[1])
    if len(header) != 1 or not n:
        return None
    word = SIGNS[sign] if n == 1 else f"{SIGNS[sign]}s"
    return f"the header is one field that holds {n} {word}", sign


def say_delimiter(sign: str, dialect: Dialect, *, instead: str, line: str) -> str:
    """How whoever reads can say that `sign` parts the fields; `line` is one of the rows."""
    named = "tab" if sign == "\t" else sign
    match dialect.options:
        case "config":
            return f'write dataset.delimiter: "{named}"'
        case "config or flags":
            return f"write dataset.delimiter: \"{named}\", or here --delimiter '{named}'"
        case "flags":
            return f"write --delimiter '{named}'"
        case "score flags":
            decimal = " --decimal ','" if sign != "," and _has_decimal_comma(line, sign) else ""
            return f"write --delimiter '{named}'{decimal}"
    return f"save it with {SIGNS.get(instead, quoted(instead))}s between the columns"


def _has_decimal_comma(line: str, sign: str) -> bool:
    fields = next(csv.reader([line], delimiter=sign), [])
    return any(_DECIMAL.fullmatch(field.strip()) for field in fields)


def say_encoding(dialect: Dialect, likely: list[str]) -> str:
    """How whoever reads can say in what encoding a file is; `likely` ones are suggestions."""
    first, *others = likely or ["cp1252"]
    or_else = f", or perhaps {', '.join(others)}" if others else ""
    match dialect.options:
        case "config":
            return f"write dataset.encoding: {first}{or_else}"
        case "config or flags":
            return f"write dataset.encoding: {first}, or here --encoding {first}{or_else}"
        case "flags" | "score flags":
            return f"write --encoding {first}{or_else}"
    return f"save the file as UTF-8; it may be in {', '.join([first, *others])}"


def likely_encodings(data: bytes, position: int) -> list[str]:
    """What the text around byte `position`, which is no UTF-8, may be written in; a guess only."""
    from charset_normalizer import from_bytes

    start = data.rfind(b"\n", 0, position) + 1
    sample = data[max(start, position - _LOOKED_AT) : position + _LOOKED_AT]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    names = [found.encoding.replace("_", "-") for found in from_bytes(sample)]
    usual = _western(sample)
    if usual and names and _reads_alike(sample, usual[0], names[0]):
        names = [*usual, *names]
    return list(dict.fromkeys([*names[:_MOST_LIKELY], *usual]))


def _reads_alike(sample: bytes, usual: str, other: str) -> bool:
    """Whether nothing speaks for the other one: the usual one gives the same text."""
    return sample.decode(usual) == sample.decode(other, "replace")


def _western(sample: bytes) -> list[str]:
    """The usual one of Western spreadsheets, where it has a letter for every byte."""
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return []
    return ["cp1252"]
