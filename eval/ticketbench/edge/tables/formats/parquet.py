"""Apache Parquet, with the extra `parquet`; equal texts are kept once until they are counted."""

from __future__ import annotations

import io
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped, quoted
from ticketbench.edge.files.reading import MOST_RATIO
from ticketbench.edge.tables.formats.json_lines import cell
from ticketbench.edge.tables.rows import (
    Cell,
    MalformedRow,
    Row,
    Source,
    Stream,
    column_names,
    file_format,
)

_LEAST_ROOM = 100_000_000
_MOST_ROWS = 1_000
_VALUE_BYTES = 64
"""What a value takes at least once it is text here; a Parquet file may say a billion in a page."""

_NO_VALUE = (ValueError, ArithmeticError, LookupError, TypeError, RecursionError, ImportError)
"""What pyarrow and Python raise for a value, each of them for some type of it."""


@file_format(".parquet")
def parse_parquet(source: Source) -> Stream:
    """Apache Parquet; needs the extra `parquet`. Lines are row numbers, from 1."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        help_ = 'pip install "ticketbench[parquet]", or export the data as CSV'
        raise InputError("reading Parquet needs pyarrow", help=help_) from None
    data = source.data
    room = _Room(max(_LEAST_ROOM, MOST_RATIO * len(data)))
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        columns = column_names(file.schema_arrow.names, 1)
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
    return Stream(columns, rows)


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
        return cell(value)
    return str(value)
