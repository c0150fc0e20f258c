"""Table files as rows with line numbers: one decorated function per file suffix.

Every value stays the text that stands in the file: `NA`, `001` and `no` are strings. Add a
format: one function that takes bytes and returns a Table, decorated with its suffix; a trailing
`.gz` is unpacked before it is called.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped, listed, quoted
from ticketbench.core.registry import Registry
from ticketbench.edge.files.git_marks import RESOLVE
from ticketbench.edge.files.reading import MOST_RATIO, line_of, read_bytes, unpacked

MOST_PROBLEMS = 20
_MOST_UNPACKED = 4_000_000_000
_MOST_ROW_BYTES = 10_000_000
_LEAST_ROOM = 100_000_000
_MOST_ROWS = 1_000
_VALUE_BYTES = 64
"""What a value takes at least once it is text here; a Parquet file may say a billion in a page."""
_NO_TABLE = re.compile(
    rb"(\xef\xbb\xbf)?\s*(#[^\r\n]*[\r\n]\s*)*"
    rb"((export\s+)?(?!sep=.?\s)[a-z_]\w*\s*=|-----BEGIN .*PRIVATE KEY|[^\r\n]*\0)",
    re.IGNORECASE,
)
"""KEY=value (but for a spreadsheet's `sep=;`), a private key, or bytes, in the first line."""
_RESOLVE = f"{RESOLVE}; where a cell quotes such lines, put a blank before them"

_NO_VALUE = (ValueError, ArithmeticError, LookupError, TypeError, RecursionError, ImportError)
"""What pyarrow and Python raise for a value, each of them for some type of it."""

Cell = str | list[str] | None
"""A value as text; a list where the format has lists; None where the format has nulls."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the physical line (or row) it starts at, and its values by column."""

    line: int
    values: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns in order, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class MalformedRow(Exception):
    """A row that cannot be read; `line` is its physical line."""

    def __init__(self, line: int, what: str, help: str = "") -> None:
        super().__init__(what)
        self.line, self.help = line, help


Parse = Callable[[bytes, list[MalformedRow]], Table]
"""Parses a whole file; rows that cannot be read go into the list instead of the table."""

FORMATS: Registry[Parse] = Registry("dataset format")


def file_format(*suffixes: str) -> Callable[[Parse], Parse]:
    """Register a parser under its file suffixes (".csv")."""
    return FORMATS.register(*suffixes)


def read_table(path: Path) -> Table:
    """The table in `path`, by its suffix.

    Raises InputError that names file and line of the first 20 bad rows, and how many there are.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    suffix = (suffixes[:-1] if packed else suffixes)[-1:] or [""]
    if suffix[0] not in FORMATS.names():
        if not path.is_file():
            read_bytes(path)
        known = ", ".join(FORMATS.names())
        raise InputError(f"cannot read {path}: unknown suffix", help=f"known: {known}, also .gz")
    content = read_bytes(path, merge_help=_RESOLVE)
    if packed:
        content = unpacked(path, content, most=_MOST_UNPACKED, merge_help=_RESOLVE)
    bad: list[MalformedRow] = []
    try:
        table = FORMATS.get(suffix[0])(content, bad)
    except MalformedRow as error:
        bad.append(error)
        table = Table((), ())
    if bad:
        raise problems_error([Problem(str(e), f"{path}:{e.line}", e.help) for e in bad])
    return table


def line_of_problem(problem: Problem) -> int:
    """The line in a problem's `file:line`, to sort by."""
    return int(problem.where.rsplit(":", 1)[-1])


def problems_error(problems: list[Problem]) -> InputError:
    """One InputError for many problems: the first 20, and the number of the rest."""
    shown = problems[:MOST_PROBLEMS]
    rest = len(problems) - len(shown)
    if rest:
        shown = [*shown, Problem(f"... and {rest} more problems of this kind")]
    return InputError.of(shown)


def _lines(data: bytes) -> Iterator[str]:
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
    while start + _MOST_ROW_BYTES < len(data):
        end = start + _MOST_ROW_BYTES
        last = max(data.rfind(b"\n", start, end), data.rfind(b"\r", start, end))
        if last < 0:
            raise _too_long(line_of(data, start))
        start = last + 1


def _too_long(line: int) -> MalformedRow:
    what = f"a row of more than {_MOST_ROW_BYTES // 1_000_000} MB"
    return MalformedRow(line, what, "check the quotes of this row, or cut its text")


def _not_utf_8(data: bytes) -> MalformedRow:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return MalformedRow(line_of(data, error.start), "not UTF-8 text", "save the file as UTF-8")
    return MalformedRow(1, "not UTF-8 text", "save the file as UTF-8")


def _check_header(columns: Iterable[str], line: int) -> tuple[str, ...]:
    names = tuple(columns)
    for name in names:
        if "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
            raise MalformedRow(line, f"the column name {quoted(name)} cannot be kept", "rename it")
    doubled = sorted(name for name, n in Counter(names).items() if n > 1)
    if doubled:
        what = f"the column {listed(doubled)} stands twice"
        raise MalformedRow(line, what, "rename or drop one")
    return names


@file_format(".csv")
def parse_csv(data: bytes, bad: list[MalformedRow]) -> Table:
    """RFC 4180 with a header line; any line ending; quoted fields may hold line ends."""
    return _parse_delimited(data, bad, ",")


@file_format(".tsv", ".tab")
def parse_tsv(data: bytes, bad: list[MalformedRow]) -> Table:
    """The same with tabs between the fields."""
    return _parse_delimited(data, bad, "\t")


def _refuse_other_delimiter(columns: tuple[str, ...], line: int, delimiter: str) -> None:
    """One error, in place of one for each row, where a header of one column holds another one."""
    others = {";": "semicolons", "\t": "tabs", ",": "commas", "|": "bars"}
    found = next((words for sign, words in others.items() if sign in columns[0]), None)
    if len(columns) == 1 and found is not None:
        here = others[delimiter]
        help_ = f"save it with {here} between the columns"
        raise MalformedRow(line, f"{found} part the columns of this file, not {here}", help_)


def _parse_delimited(data: bytes, bad: list[MalformedRow], delimiter: str) -> Table:
    records = _records(_lines(data), delimiter)
    first = next(records, None)
    if first is None:
        raise MalformedRow(1, "the file is empty", "its first line must name the columns")
    columns = _check_header(first[1], first[0])
    _refuse_other_delimiter(columns, first[0], delimiter)
    rows = []
    for line, fields in records:
        if len(fields) == len(columns):
            rows.append(Row(line, dict(zip(columns, fields, strict=True))))
        elif len(columns) == 1 and columns[0].startswith("#"):
            help_ = "take it out: the first line names the columns"
            raise MalformedRow(first[0], "the first line is a comment", help_)
        else:
            what = f"{len(fields)} fields where the header has {len(columns)}"
            bad.append(MalformedRow(line, what, "quote fields that hold the delimiter"))
    return Table(columns, tuple(rows))


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Non-blank records with the physical line each starts at."""
    csv.field_size_limit(_MOST_ROW_BYTES)
    line, size = 1, 0

    def counted() -> Iterator[str]:
        nonlocal size
        for text in lines:
            size += len(text)
            if size > _MOST_ROW_BYTES:
                raise _too_long(line)
            yield text

    reader = csv.reader(counted(), delimiter=delimiter, strict=True)
    while True:
        line, size = reader.line_num + 1, 0
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = f"not readable as a delimited row: {clipped(str(error))}"
            raise MalformedRow(line, what, "check the quotes of this row") from None
        if fields:
            yield line, fields


@file_format(".jsonl", ".ndjson")
def parse_jsonl(data: bytes, bad: list[MalformedRow]) -> Table:
    """One JSON object a line. Numbers and booleans become the text that stands in the file."""
    columns: dict[str, None] = {}
    rows = []
    for line, text in enumerate(_lines(data), start=1):
        if not text.strip():
            continue
        try:
            values = _json_object(text, line)
        except MalformedRow as error:
            bad.append(error)
            continue
        columns |= dict.fromkeys(values)
        rows.append(Row(line, values))
    return Table(tuple(columns), tuple(rows))


def _json_object(text: str, line: int) -> dict[str, Cell]:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        _check_header((key for key, _ in items), line)
        return dict(items)

    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=str
        )
        if not isinstance(value, dict):
            raise MalformedRow(line, "not a JSON object", 'write {"id": ..., "text": ...}')
        return {key: _cell(item) for key, item in value.items()}
    except json.JSONDecodeError as error:
        raise MalformedRow(line, f"not valid JSON: {clipped(str(error))}") from None
    except RecursionError:  # of reading, or of writing what could just be read
        raise MalformedRow(line, "nested too deeply", "store text") from None


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


@file_format(".parquet")
def parse_parquet(data: bytes, bad: list[MalformedRow]) -> Table:
    """Apache Parquet; needs the extra `parquet`. Lines are row numbers, from 1."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        help_ = 'pip install "ticketbench[parquet]", or export the data as CSV'
        raise InputError("reading Parquet needs pyarrow", help=help_) from None
    room = _Room(max(_LEAST_ROOM, MOST_RATIO * len(data)))
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        columns = _check_header(file.schema_arrow.names, 1)
        room.take(_VALUE_BYTES * _n_values(file.metadata))
        # Equal texts are kept once until they are counted. Its thread pool can abort the
        # interpreter at exit; small files gain nothing from it.
        once = [one.path for one in file.schema if one.physical_type == "BYTE_ARRAY"]
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data), read_dictionary=once)
        read = file.read(use_threads=False)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise MalformedRow(1, f"not a readable Parquet file: {clipped(str(error))}") from None
    texts = [_parquet_column(name, read.column(name), room) for name in columns]
    rows = (
        Row(i, dict(zip(columns, cells, strict=True)))
        for i, cells in enumerate(zip(*texts, strict=True), start=1)
    )
    return Table(columns, tuple(rows))


class _Room:
    """How many bytes a packed file may still become."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def take(self, n: int) -> None:
        """Raises MalformedRow when there is no room for `n` more."""
        self._left -= n
        if self._left < 0:
            what = f"unpacks to more than {self._most / 1e6:.3g} MB, a hundred times its size"
            help_ = "export it as CSV if you trust it, or split it"
            raise MalformedRow(1, what, help_)

    def rows(self, n: int) -> int:
        """Of a column of `n` bytes with equal texts once, how many fit whatever they hold."""
        return max(1, min(_MOST_ROWS, self._most // max(1, n)))


def _n_values(metadata: Any) -> int:
    """Of all columns, those within lists too."""
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))
    return sum(one.column(i).num_values for one in groups for i in range(one.num_columns))


def _parquet_column(name: str, column: Any, room: _Room) -> list[Cell]:
    """The values as text; MalformedRow for the first that Python or UTF-8 has no form for, such as
    a date after the year 9999, or that there is no room for.
    """
    cells: list[Cell] = []
    has_dictionary = hasattr(column.type, "index_type")
    kind = column.type.value_type if has_dictionary else column.type
    rows = room.rows(column.nbytes)
    for start in range(0, len(column), rows):
        part = column.slice(start, rows)
        part = part.cast(kind) if has_dictionary else part
        try:
            values = part.to_pylist()
        except _NO_VALUE:
            values = (value.as_py() for value in part)  # one after the other, to find which it is
        try:
            cells.extend(map(_plain, values))
        except _NO_VALUE:
            # Without the library's words: an unknown time zone is told as a missing package.
            what = f"{quoted(name)} has a value that is no text here ({clipped(str(kind))})"
            help_ = "store the column as text, or drop it"
            raise MalformedRow(len(cells) + 1, what, help_) from None
        room.take(sum(map(_length, cells[start:])))
    return cells


def _length(cell: Cell) -> int:
    return sum(map(len, cell)) if isinstance(cell, list) else len(cell or "")


def _plain(value: Any) -> Cell:
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if value is None or isinstance(value, str | bool | list):
        return _cell(value)
    return str(value)
