"""A table file by its suffix: row by row, or whole; a trailing `.gz` is unpacked before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ticketbench.core.errors import InputError
from ticketbench.core.registry import import_modules
from ticketbench.edge.files.git_marks import RESOLVE
from ticketbench.edge.files.reading import read_bytes, unpacked
from ticketbench.edge.tables import formats
from ticketbench.edge.tables.rows import (
    FORMATS,
    Causes,
    Dialect,
    MalformedRow,
    Source,
    Stream,
    Table,
)

_Read = TypeVar("_Read")

_JSON = (".json", ".jsonl", ".ndjson")
_NO_TEXT = (".parquet", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MOST_UNPACKED = 4_000_000_000
_RESOLVE = f"{RESOLVE}; where a cell quotes such lines, put a blank before them"
_SHEET = re.compile(r"(.+?\.(?:xlsx|xlsm|xlsb|xls|ods))#(.+)", re.IGNORECASE | re.DOTALL)


def read_table(path: Path, dialect: Dialect | None = None) -> Table:
    """The table in `path`, whole. Raises what `open_table` and its rows raise."""
    return open_table(path, dialect).whole()


def open_table(path: Path, dialect: Dialect | None = None) -> Stream:
    """The table in `path`, to be read row by row, by its suffix; `dialect` says more about it.

    `file.xlsx#Sheet` is a sheet of a file, unless a file has this name. Raises InputError, at once
    or after the last row, that names file, first line and count of each cause.
    """
    import_modules(formats.__name__)
    file, sheet = file_and_sheet(path)
    data = _content(file)
    source = Source(data, dialect or Dialect(), sheet=sheet, suffix=_suffix(file))
    _note_what_says_nothing(source)
    parse = FORMATS.get(_suffix(file))
    try:
        stream = parse(source)
    except MalformedRow as error:
        raise _refused(file, error) from None
    except InputError as error:
        raise error.located(str(file)) from None
    rows, batches = _checked(file, stream.rows, source), stream.batches
    if batches is not None:
        batches = _checked(file, batches, source)
    return replace(stream, rows=rows, notes=source.notes, batches=batches)


def _note_what_says_nothing(source: Source) -> None:
    """What is said of how a file is written and has no meaning for its format."""
    said = source.dialect
    for word, value, suffixes in (
        ("delimiter", said.delimiter, (*_JSON, *_NO_TEXT)),
        ("encoding", said.encoding, _NO_TEXT),
    ):
        if value is not None and source.suffix in suffixes:
            source.notes.append(f"the {word} that is given says nothing of a {source.suffix} file")


def file_and_sheet(path: Path) -> tuple[Path, str]:
    """The file that `path` leads to, and the sheet in it that is asked for; empty for none."""
    found = _SHEET.fullmatch(str(path))
    if found is None or path.exists():
        return path, ""
    return Path(found[1]), found[2]


def _suffix(path: Path) -> str:
    name = path.with_suffix("") if _packed(path) else path
    return name.suffix.lower()


def _packed(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _content(path: Path) -> bytes:
    if _suffix(path) not in FORMATS.names():
        if not path.is_file():
            read_bytes(path)
        known = ", ".join(FORMATS.names())
        raise InputError(f"cannot read {path}: unknown suffix", help=f"known: {known}, also .gz")
    content = read_bytes(path, merge_help=_RESOLVE)
    if _packed(path):
        content = unpacked(path, content, most=_MOST_UNPACKED, merge_help=_RESOLVE)
    return content


def _checked(path: Path, rows: Iterator[_Read], source: Source) -> Iterator[_Read]:
    """The rows, or batches of them; after the last, or where none can follow, the error of all
    bad ones.
    """
    try:
        yield from rows
    except MalformedRow as error:
        if not source.bad:
            raise _refused(path, error) from None
        source.bad.append(error)
    if source.bad:
        raise source.bad.error(str(path))


def _refused(path: Path, row: MalformedRow) -> InputError:
    one = Causes()
    one.append(row)
    return one.error(str(path))
