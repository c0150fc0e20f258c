"""Apache Parquet, with the extra `parquet`; equal texts are kept once until they are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.types import FloatArray
from ticketbench.edge.tables.columns import Header, cell_of, header_of
from ticketbench.edge.tables.empty_rows import LeftOut, is_empty
from ticketbench.edge.tables.formats.class_names import class_names, named
from ticketbench.edge.tables.room import Room
from ticketbench.edge.tables.rows import (
    Batch,
    Cell,
    Cells,
    Facts,
    MalformedRow,
    Row,
    Source,
    Stream,
    file_format,
)

_Kind = TypeVar("_Kind", bound=Cells)

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
    room = Room(len(data))
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data))
        schema = file.schema_arrow
        header = header_of(schema.names, 1)
        room.take(_VALUE_BYTES * _n_values(file.metadata))
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(error) from None
    names = class_names(schema.metadata)
    facts = _facts(header, schema, names)
    rows = _Rows(source, header, facts, room)
    return Stream(header.columns, rows.read(), source.notes, facts, rows.batches())


def _unreadable(error: Exception) -> MalformedRow:
    return MalformedRow(1, f"not a readable Parquet file: {clipped(str(error))}")


def _facts(header: Header, schema: Any, names: dict[str, tuple[str, ...]]) -> Facts:
    """What types and metadata say; a repeated column is asked by its number."""
    from pyarrow import types

    kinds = {column: schema.types[i] for column, i in zip(*_fields(header), strict=True)}
    numeric = [c for c, kind in kinds.items() if _is_number(kind) or types.is_boolean(kind)]
    floats = [c for c in numeric if types.is_floating(kinds[c]) or types.is_decimal(kinds[c])]
    held = {column: names[column] for column in header.columns if column in names}
    of_all: dict[str, tuple[int, ...]] = {c: () for c in numeric if c not in held}
    return Facts(header.repeated, held, tuple(floats), of_all)


def _fields(header: Header) -> tuple[tuple[str, ...], tuple[int, ...]]:
    return header.columns, header.fields


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _batches(data: bytes) -> Iterator[Any]:
    import pyarrow
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data))
    # Equal texts are kept once until they are counted.
    once = [one.path for one in file.schema if one.physical_type == "BYTE_ARRAY"]
    file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data), read_dictionary=once)
    # Its thread pool can abort the interpreter at exit; small files gain nothing from it.
    yield from file.iter_batches(batch_size=_MOST_ROWS, use_threads=False)


def _n_values(metadata: Any) -> int:
    """Of all columns, those within lists too."""
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))
    return sum(one.column(i).num_values for one in groups for i in range(one.num_columns))


class _Rows:
    """The rows of a file, a part of it after the other."""

    def __init__(self, source: Source, header: Header, facts: Facts, room: Room) -> None:
        self._source, self._header, self._facts, self._room = source, header, facts, room
        self._left = LeftOut(unit="row")
        self._left.unnamed = len(header.unnamed)
        self._done = 0

    def read(self) -> Iterator[Row]:
        """All of them. Raises MalformedRow for what cannot be read."""
        columns = self._header.columns
        for lines, cells in self._parts(self._cells):
            values = zip(*cells, strict=True)
            yield from (Row(line, dict(zip(columns, own, strict=True)))
                        for line, own in zip(lines, values, strict=True))  # fmt: skip

    def batches(self) -> Iterator[Batch]:
        """The same rows by column."""
        for lines, cells in self._parts(self._floats_or_cells):
            yield Batch(lines, dict(zip(self._header.columns, cells, strict=True)))

    def _parts(
        self, read: Callable[[str, Any], _Kind]
    ) -> Iterator[tuple[Sequence[int], Sequence[_Kind | list[Cell]]]]:
        """The numbers of rows with a value, and the cells of each column as `read` has them."""
        import pyarrow

        batches = _batches(self._source.data)
        while True:
            try:
                batch = next(batches, None)
            except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
                raise _unreadable(error) from None
            if batch is None:
                break
            yield from self._of_batch(batch, read)
        pyarrow.default_memory_pool().release_unused()  # else it keeps what the file took
        self._left.add_note(self._source.notes)

    def _of_batch(
        self, batch: Any, read: Callable[[str, Any], _Kind]
    ) -> Iterator[tuple[Sequence[int], Sequence[_Kind | list[Cell]]]]:
        parts = [(name, batch.column(i)) for name, i in zip(*_fields(self._header), strict=True)]
        step = min(self._room.rows(part.nbytes) for _, part in parts)
        for start in range(0, batch.num_rows, step):
            cells = [read(name, part.slice(start, step)) for name, part in parts]
            lines = range(self._done + 1, self._done + len(cells[0]) + 1)
            self._done = lines[-1]
            yield (lines, cells) if _is_full(cells[0]) else self._with_value(lines, cells)

    def _with_value(
        self, lines: Sequence[int], cells: Sequence[Cells]
    ) -> tuple[list[int], list[list[Cell]]]:
        """The rows in which something stands; the others are counted."""
        kept = []
        for line, values in zip(lines, zip(*map(_as_texts, cells), strict=True), strict=True):
            if is_empty(values):
                self._left.row(line)
            else:
                kept.append((line, values))
        columns = zip(*(values for _, values in kept), strict=True)
        return [line for line, _ in kept], list(map(list, columns)) or [[] for _ in cells]

    def _floats_or_cells(self, name: str, part: Any) -> Cells:
        """A column of floats as such where only nulls have no value: they become NaN."""
        from pyarrow import types

        if (types.is_float64(part.type) or types.is_float32(part.type)) and (
            name not in self._facts.class_names
        ):
            values: FloatArray = part.to_numpy(zero_copy_only=False).astype(np.float64)
            if np.count_nonzero(np.isnan(values)) == part.null_count:
                return values
        return self._cells(name, part)

    def _cells(self, name: str, part: Any) -> list[Cell]:
        """The values as text; MalformedRow for the first that Python or UTF-8 has no form for, such
        as a date after the year 9999, or that there is no room for.
        """
        from pyarrow import types

        cells: list[Cell] = []
        has_dictionary = hasattr(part.type, "index_type")
        kind = part.type.value_type if has_dictionary else part.type
        part = part.cast(kind) if has_dictionary else part
        names = self._facts.class_names.get(name, ())
        is_text = types.is_string(kind) or types.is_large_string(kind)
        try:
            values = part.to_pylist()
        except _NO_VALUE:
            values = (value.as_py() for value in part)  # one after the other, to find which it is
        try:
            if is_text:  # of most columns; those before one that cannot be read are in cells
                cells.extend(values)
            else:
                for value in values:
                    cells.append(_plain(named(value, names) if names else value))
        except _NO_VALUE:
            # Without the library's words: an unknown time zone is told as a missing package.
            what = f"{quoted(name)} has a value that is no text here ({clipped(str(kind))})"
            help_ = "store the column as text, or drop it"
            raise MalformedRow(self._done + len(cells) + 1, what, help_) from None
        if name not in self._facts.floats:  # they are shorter than what was taken for each
            length: Callable[[Any], int] = len if is_text else _length
            self._room.take(sum(map(length, filter(None, cells))))
        return cells


def _is_full(cells: Cells) -> bool:
    """Whether every row has a value in this column."""
    if isinstance(cells, np.ndarray):
        return not np.isnan(cells).any()
    return all(isinstance(cell, str) and cell and not cell.isspace() for cell in cells)


def _as_texts(cells: Cells) -> Sequence[Cell]:
    if isinstance(cells, np.ndarray):
        return [None if value != value else repr(value) for value in cells.tolist()]
    return cells


def _length(cell: str | list[str]) -> int:
    return sum(map(len, cell)) if isinstance(cell, list) else len(cell)


def _plain(value: Any) -> Cell:
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if value is None or isinstance(value, str | bool | list | dict):
        return cell_of(value)
    return str(value)
