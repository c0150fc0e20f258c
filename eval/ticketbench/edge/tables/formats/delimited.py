"""Fields between commas, tabs or another sign: RFC 4180 with a header line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter

from ticketbench.core.quotes import clipped
from ticketbench.edge.tables.columns import Header, header_of
from ticketbench.edge.tables.dialect import other_delimiter, say_delimiter
from ticketbench.edge.tables.empty_rows import LeftOut, is_empty
from ticketbench.edge.tables.rows import Facts, MalformedRow, Row, Source, Stream, file_format
from ticketbench.edge.tables.text_lines import MOST_ROW_BYTES, text_lines, too_long

_SEP = re.compile(r'("?)sep=([^\r\n"])\1(?:\r\n|\r|\n)', re.IGNORECASE)
"""The first line of some spreadsheets, for others of their kind."""


@file_format(".csv")
def parse_csv(source: Source) -> Stream:
    """RFC 4180 with a header line; any line ending; quoted fields may hold line ends."""
    return _parse(source, ",")


@file_format(".tsv", ".tab")
def parse_tsv(source: Source) -> Stream:
    """The same with tabs between the fields."""
    return _parse(source, "\t")


def _parse(source: Source, by_suffix: str) -> Stream:
    lines, delimiter, before = _delimiter(source, by_suffix)
    records = _records(lines, delimiter, before)
    left = LeftOut()
    line, names = _first(records, left, before)
    header = header_of(names, line)
    other = other_delimiter(names, delimiter)
    if other is not None:
        what, sign = other
        row = next(lines, "")
        help_ = say_delimiter(sign, source.dialect, instead=delimiter, line=row)
        raise MalformedRow(line, what, help_)
    left.unnamed = len(header.unnamed)
    rows = _Rows(source, header, names, line, left)
    return Stream(header.columns, rows.read(records), source.notes, Facts(header.repeated))


def _delimiter(source: Source, by_suffix: str) -> tuple[Iterator[str], str, int]:
    """The lines from the header on, what parts their fields, and how many stand before."""
    lines = text_lines(source)
    first = next(lines, "")
    found = _SEP.fullmatch(first)
    said = source.dialect.delimiter
    if found is None:
        return chain((first,), lines), said or by_suffix, 0
    sign = found[2]
    if said is None:
        name = "tab" if sign == "\t" else sign
        source.notes.append(f"delimiter {name}, from the line sep={name}")
    return lines, said or sign, 1


def _first(
    records: Iterator[tuple[int, list[str]]], left: LeftOut, before: int
) -> tuple[int, list[str]]:
    """The first record with a value: the header."""
    for line, fields in records:
        if not is_empty(fields):
            return line, fields
        if fields[1:]:
            left.row(line)
    raise MalformedRow(before + 1, "the file is empty", "its first line must name the columns")


class _Rows:
    """The records below a header as rows of its columns."""

    def __init__(
        self, source: Source, header: Header, names: list[str], line: int, left: LeftOut
    ) -> None:
        self._source, self._header, self._left, self._line = source, header, left, line
        self._names, self._n = names, len(names)
        self._least = header.fields[-1] + 1
        self._first = True

    def read(self, records: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
        """One after the other; those with other fields than the header go to the bad ones."""
        columns, n = self._header.columns, self._n
        plain = len(columns) == n
        pick = itemgetter(*self._header.fields, self._header.fields[0])
        for line, fields in records:
            if len(fields) != n and not self._fits(line, fields):
                continue
            if is_empty(fields):
                self._left.row(line)
            elif plain:
                yield Row(line, dict(zip(columns, fields, strict=False)))
            else:
                self._left.unnamed_values += self._without_name(fields)
                yield Row(line, dict(zip(columns, pick(fields), strict=False)))
            self._first = False
        self._left.add_note(self._source.notes)

    def _without_name(self, fields: list[str]) -> int:
        there = (i for i in self._header.unnamed if i < len(fields))
        return sum(1 for i in there if fields[i].strip())

    def _fits(self, line: int, fields: list[str]) -> bool:
        """Whether a record of another length can only be meant in one way: what is too much is
        empty, or what is missing has no name.
        """
        if self._least <= len(fields) < self._n:
            return True
        if len(fields) > self._n and not any(field.strip() for field in fields[self._n :]):
            self._left.padded += not is_empty(fields)
            return True
        if fields[1:] and is_empty(fields):
            return True
        self._refuse(line, fields)
        return False

    def _refuse(self, line: int, fields: list[str]) -> None:
        if self._first and self._names[0].startswith("#"):
            help_ = "take it out: the first line names the columns"
            raise MalformedRow(self._line, "the first line is a comment", help_)
        if fields[0].startswith("#"):
            what, cause = "a row begins with # and is no row", "begin with # and are no rows"
            help_ = "take comments out, or quote fields that hold the delimiter"
            self._source.bad.append(MalformedRow(line, what, help_, cause=cause))
            return
        where = f"fields where the header has {self._n}"
        variant, help_ = f"{len(fields)}", "quote fields that hold the delimiter"
        what, cause = f"{variant} {where}", f"have {{}} {where}"
        self._source.bad.append(MalformedRow(line, what, help_, cause=cause, variant=variant))


def _records(lines: Iterable[str], delimiter: str, before: int) -> Iterator[tuple[int, list[str]]]:
    """Non-blank records with the physical line each starts at."""
    csv.field_size_limit(MOST_ROW_BYTES)
    line, size = before + 1, 0

    def counted() -> Iterator[str]:
        nonlocal size
        for text in lines:
            size += len(text)
            if size > MOST_ROW_BYTES:
                raise too_long(line)
            yield text

    reader = csv.reader(counted(), delimiter=delimiter, strict=True)
    while True:
        line, size = reader.line_num + before + 1, 0
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = f"not readable as a delimited row: {clipped(str(error))}"
            raise MalformedRow(line, what, "check the quotes of this row") from None
        if fields:
            yield line, fields
