"""Fields between commas, tabs or another sign: RFC 4180 with a header line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from ticketbench.core.quotes import clipped
from ticketbench.edge.tables.rows import (
    MalformedRow,
    Row,
    Source,
    Stream,
    column_names,
    file_format,
)
from ticketbench.edge.tables.text_lines import MOST_ROW_BYTES, text_lines, too_long


@file_format(".csv")
def parse_csv(source: Source) -> Stream:
    """RFC 4180 with a header line; any line ending; quoted fields may hold line ends."""
    return _parse(source, ",")


@file_format(".tsv", ".tab")
def parse_tsv(source: Source) -> Stream:
    """The same with tabs between the fields."""
    return _parse(source, "\t")


def _refuse_other_delimiter(columns: tuple[str, ...], line: int, delimiter: str) -> None:
    """One error, in place of one for each row, where a header of one column holds another one."""
    others = {";": "semicolons", "\t": "tabs", ",": "commas", "|": "bars"}
    found = next((words for sign, words in others.items() if sign in columns[0]), None)
    if len(columns) == 1 and found is not None:
        here = others[delimiter]
        help_ = f"save it with {here} between the columns"
        raise MalformedRow(line, f"{found} part the columns of this file, not {here}", help_)


def _parse(source: Source, delimiter: str) -> Stream:
    records = _records(text_lines(source.data), delimiter)
    first = next(records, None)
    if first is None:
        raise MalformedRow(1, "the file is empty", "its first line must name the columns")
    columns = column_names(first[1], first[0])
    _refuse_other_delimiter(columns, first[0], delimiter)
    return Stream(columns, _rows(columns, first[0], records, source.bad))


def _rows(
    columns: tuple[str, ...],
    header: int,
    records: Iterator[tuple[int, list[str]]],
    bad: list[MalformedRow],
) -> Iterator[Row]:
    for line, fields in records:
        if len(fields) == len(columns):
            yield Row(line, dict(zip(columns, fields, strict=True)))
        elif len(columns) == 1 and columns[0].startswith("#"):
            help_ = "take it out: the first line names the columns"
            raise MalformedRow(header, "the first line is a comment", help_)
        else:
            what = f"{len(fields)} fields where the header has {len(columns)}"
            bad.append(MalformedRow(line, what, "quote fields that hold the delimiter"))


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Non-blank records with the physical line each starts at."""
    csv.field_size_limit(MOST_ROW_BYTES)
    line, size = 1, 0

    def counted() -> Iterator[str]:
        nonlocal size
        for text in lines:
            size += len(text)
            if size > MOST_ROW_BYTES:
                raise too_long(line)
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
