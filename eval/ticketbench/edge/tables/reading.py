"""A table file by its suffix: row by row, or whole; a trailing `.gz` is unpacked before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.registry import import_modules
from ticketbench.edge.files.git_marks import RESOLVE
from ticketbench.edge.files.reading import read_bytes, unpacked
from ticketbench.edge.tables import formats
from ticketbench.edge.tables.rows import (
    FORMATS,
    Dialect,
    MalformedRow,
    Row,
    Source,
    Stream,
    Table,
    problems_error,
)

_MOST_UNPACKED = 4_000_000_000
_RESOLVE = f"{RESOLVE}; where a cell quotes such lines, put a blank before them"


def read_table(path: Path, dialect: Dialect | None = None) -> Table:
    """The table in `path`, whole. Raises what `open_table` and its rows raise."""
    return open_table(path, dialect).whole()


def open_table(path: Path, dialect: Dialect | None = None) -> Stream:
    """The table in `path`, to be read row by row, by its suffix; `dialect` says more about it.

    Raises InputError, at once or after the last row, that names file and line of the first 20 bad
    rows, and how many there are.
    """
    import_modules(formats.__name__)
    source = Source(_content(path), dialect or Dialect())
    parse = FORMATS.get(_suffix(path))
    try:
        stream = parse(source)
    except MalformedRow as error:
        raise _refused(path, [error]) from None
    return Stream(stream.columns, _checked(path, stream.rows, source), source.notes, stream.facts)


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


def _checked(path: Path, rows: Iterator[Row], source: Source) -> Iterator[Row]:
    """The rows; after the last one, or where none can follow, the error of all bad ones."""
    try:
        yield from rows
    except MalformedRow as error:
        source.bad.append(error)
    if source.bad:
        raise _refused(path, source.bad)


def _refused(path: Path, bad: list[MalformedRow]) -> InputError:
    return problems_error([Problem(str(e), f"{path}:{e.line}", e.help) for e in bad])
