"""Fields between commas, tabs or another sign: RFC 4180 with a header line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice, repeat
from operator import itemgetter

from ticketbench.core.quotes import clipped
from ticketbench.edge.tables.columns import Header, header_of
from ticketbench.edge.tables.dialect import other_delimiter, say_delimiter
from ticketbench.edge.tables.empty_rows import LeftOut, is_empty
from ticketbench.edge.tables.rows import (
    Batch,
    Cell,
    Facts,
    MalformedRow,
    Row,
    Source,
    Stream,
    file_format,
)
from ticketbench.edge.tables.text_lines import MOST_ROW_BYTES, text_lines, too_long

_SEP = re.compile(r'("?)sep=([^\r\n"])\1(?:\r\n|\r|\n)', re.IGNORECASE)
"""The first line of some spreadsheets, for others of their kind."""

_AT_ONCE, _CELLS_AT_ONCE = 100, 100_000
"""Records, and their fields, that are read together: many, for speed, and not too much to hold."""

_A_BATCH = 500
"""Records of a batch of columns: what is done once a column takes time, too. Python looks for
cycles after 700 new lists, and so seldom among these."""


@file_format(".csv")
def parse_csv(source: Source) -> Stream:
    """RFC 4180 with a header line; any line ending; quoted fields may hold line ends."""
    return _parse(source, ",")


@file_format(".tsv", ".tab")
def parse_tsv(source: Source) -> Stream:
    """The same with tabs between the fields."""
    return _parse(source, "\t")


def values_of(columns: tuple[str, ...], records: list[list[str]]) -> Iterable[dict[str, Cell]]:
    """The fields of each record by column; there are as many of them.

    Where most tables have as many columns as they need, each dictionary is written out: that takes
    half the time, and a million rows are a million of them.
    """
    match columns:
        case a, b, c:
            return [{a: x, b: y, c: z} for x, y, z in records]
        case a, b, c, d:
            return [{a: w, b: x, c: y, d: z} for w, x, y, z in records]
        case a, b, c, d, e:
            return [{a: v, b: w, c: x, d: y, e: z} for v, w, x, y, z in records]
    return map(dict, map(zip, repeat(columns), records))


def _parse(source: Source, by_suffix: str) -> Stream:
    lines, delimiter, before = _delimiter(source, by_suffix)
    records = _Records(lines, delimiter, before)
    left = LeftOut()
    line, names = _first(records, left)
    header = header_of(names, line)
    other = other_delimiter(names, delimiter)
    if other is not None:
        what, sign = other
        row = next(lines, "")
        help_ = say_delimiter(sign, source.dialect, instead=delimiter, line=row)
        raise MalformedRow(line, what, help_)
    left.unnamed = len(header.unnamed)
    rows = _Rows(source, header, names, line, left)
    facts = Facts(header.repeated)
    return Stream(header.columns, rows.read(records), source.notes, facts, rows.batches(records))


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


class _Records:
    """The records of a file, with the physical line each starts at."""

    def __init__(self, lines: Iterable[str], delimiter: str, before: int) -> None:
        csv.field_size_limit(MOST_ROW_BYTES)
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self._before = before

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """One after the other, those that are blank too."""
        for starts, records in self.batches(1):
            yield starts[0], records[0]

    def batches(self, n: int) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """The lines of `n` records, and these: no code of ours runs for each of them. Raises
        MalformedRow behind the last that can be read.
        """
        failed: MalformedRow | csv.Error | None = None
        line = self._reader.line_num
        while failed is None:
            batch: list[list[str]] = []
            try:
                batch.extend(islice(self._reader, n))
            except (csv.Error, MalformedRow) as error:
                failed = error  # the records before it are in the batch
            if failed is None and self._reader.line_num - line == len(batch):
                starts: Sequence[int] = range(line + 1, self._reader.line_num + 1)
                line = self._reader.line_num
            else:
                *starts, after = accumulate(map(_n_lines, batch), initial=line + 1)
                line = after - 1
                _refuse_long(starts, batch, self._before)
            if batch:
                yield [start + self._before for start in starts] if self._before else starts, batch
            elif failed is None:
                return
        if isinstance(failed, MalformedRow):
            raise failed
        raise _unreadable(failed, line + self._before + 1)


def _refuse_long(starts: Sequence[int], records: list[list[str]], before: int) -> None:
    """A row over many lines may be too long where none of them is."""
    for line, fields in zip(starts, records, strict=True):
        if sum(map(len, fields)) > MOST_ROW_BYTES:
            raise too_long(line + before)


def _n_lines(fields: list[str]) -> int:
    """The physical lines of a record: those that end in one of its fields, and the last."""
    text = ",".join(fields)
    n = text.count("\n")
    if "\r" in text:
        n += text.count("\r") - text.count("\r\n")
    return n + 1


def _unreadable(error: csv.Error, line: int) -> MalformedRow:
    if "field limit" in str(error):
        return too_long(line)
    what = f"not readable as a delimited row: {clipped(str(error))}"
    return MalformedRow(line, what, "check the quotes of this row")


def _first(records: _Records, left: LeftOut) -> tuple[int, list[str]]:
    """The first record with a value: the header."""
    for line, fields in records:
        if not is_empty(fields):
            return line, fields
        if fields[1:]:
            left.row(line)
    raise MalformedRow(1, "the file is empty", "its first line must name the columns")


class _Rows:
    """The records below a header as rows of its columns."""

    def __init__(
        self, source: Source, header: Header, names: list[str], line: int, left: LeftOut
    ) -> None:
        self._source, self._header, self._left, self._line = source, header, left, line
        self._names, self._n = names, len(names)
        self._least = header.fields[-1] + 1
        self._first = True

    def read(self, records: _Records) -> Iterator[Row]:
        """One after the other; those with other fields than the header go to the bad ones."""
        for starts, found in self._kept(records, _AT_ONCE):
            yield from map(Row, starts, values_of(self._header.columns, found))

    def batches(self, records: _Records) -> Iterator[Batch]:
        """The same rows by column."""
        for starts, found in self._kept(records, _A_BATCH):
            if found:
                cells = zip(*found, strict=True)
                yield Batch(starts, dict(zip(self._header.columns, cells, strict=True)))

    def _kept(
        self, records: _Records, at_once: int
    ) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """Lines and fields of the columns, so many records at once."""
        plain = len(self._header.columns) == self._n
        at = self._header.fields
        bad = self._source.bad
        for starts, found in records.batches(max(1, min(at_once, _CELLS_AT_ONCE // self._n))):
            bad.n_rows += len(found)
            if not self._regular(found):
                starts, found = self._sorted_out(starts, found)
            if not plain:
                self._left.unnamed_values += self._without_name(found)
                found = [[one[i] for i in at] for one in found]
            yield starts, found
        self._left.add_note(self._source.notes)

    def _regular(self, records: list[list[str]]) -> bool:
        """Whether all have the fields of the header, and something in the first."""
        if set(map(len, records)) != {self._n}:
            return False
        return min(map(itemgetter(0), records))[:1] > " " or not any(map(is_empty, records))

    def _sorted_out(
        self, starts: Sequence[int], records: list[list[str]]
    ) -> tuple[Sequence[int], list[list[str]]]:
        """Without those that are empty or bad, which are counted."""
        kept = []
        for line, fields in zip(starts, records, strict=True):
            if not fields:
                self._source.bad.n_rows -= 1
            elif len(fields) != self._n and not self._fits(line, fields):
                continue
            elif is_empty(fields):
                self._source.bad.n_rows -= 1
                self._left.row(line)
            else:
                kept.append((line, fields[: self._n]))
                self._first = False
        return [line for line, _ in kept], [fields for _, fields in kept]

    def _without_name(self, records: list[list[str]]) -> int:
        cells = (fields[i] for fields in records for i in self._header.unnamed if i < len(fields))
        return sum(map(bool, map(str.strip, cells)))

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
        n, header = len(fields), f"where the header has {self._n}"
        variant, help_ = f"{n}", "quote fields that hold the delimiter"
        what = f"{n} field{'' if n == 1 else 's'} {header}"
        cause = f"have {{}} fields {header}"
        self._source.bad.append(MalformedRow(line, what, help_, cause=cause, variant=variant))
