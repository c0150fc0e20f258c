"""Sheets of a spreadsheet, with the extra `excel`: cells as they are stored, not as they are shown.

A table is what stands below its header, to the last row. Rows without any value are left out, as in
every table, but what follows one must fill the columns that were full before, with numbers where
only numbers stood: all else is a table of its own. So is what stands beyond an empty column.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.tables.columns import Header, header_of
from ticketbench.edge.tables.empty_rows import LeftOut, is_empty
from ticketbench.edge.tables.formats import sheet_cells
from ticketbench.edge.tables.room import Room
from ticketbench.edge.tables.rows import Facts, MalformedRow, Row, Source, Stream, file_format

_LEAST_BYTES, _BYTES_EACH = 2_000_000_000, 40
_LEAST_SECONDS, _BYTES_A_SECOND = 60, 200_000
_SPANNED = re.compile(rb"number-(?:columns|rows)-spanned=[\"'](?!1[\"'])")
_SHEET_XML = re.compile(rb"<table:table [^>]*table:name=\"([^\"]*)\".*?</table:table>", re.DOTALL)
_OWN_SHEET = "move what follows to a sheet of its own, or delete what is empty"

_Cells = list[list[Any]]


@file_format(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
def parse_spreadsheet(source: Source) -> Stream:
    """One sheet, the first or the one that is asked for; needs the extra `excel`. Lines are rows of
    the sheet.
    """
    told, cells = _cells(source)
    start, (row, column) = told["merged"], told["start"]
    if start:
        spans = ", ".join(_span(*one) for one in start[:3])
        more = f" and {len(start) - 3} more" if len(start) > 3 else ""
        what = f"the sheet {quoted(told['sheet'])} has merged cells ({spans}{more})"
        raise MalformedRow(start[0][0][0] + 1, what, "split them: every cell needs its own value")
    if source.sheet == "" and len(told["sheets"]) > 1:
        source.notes.append(f"sheet {quoted(told['sheet'])}, of {len(told['sheets'])}")
    return _Sheet(source, cells, row + 1, column).stream()


def _cells(source: Source) -> tuple[dict[str, Any], _Cells]:
    """What the file says of its sheets, and the cells of one."""
    try:
        import python_calamine  # noqa: F401
    except ImportError:
        help_ = 'pip install "ticketbench[excel]", or save the sheet as CSV'
        raise InputError("reading a spreadsheet needs python-calamine", help=help_) from None
    spanned = _unpacked(source)
    lines = _lines(source)
    told = json.loads(lines[0])
    if told["sheet"] not in told["sheets"]:
        what = f"there is no sheet {quoted(told['sheet'])}"
        raise MalformedRow(1, what, suggestion(told["sheet"], told["sheets"]))
    if told["sheet"].encode("utf-8") in spanned:
        what = f"the sheet {quoted(told['sheet'])} has merged cells"
        raise MalformedRow(1, what, "split them: every cell needs its own value")
    return told, [json.loads(line) for line in lines[1:-1]]


def _unpacked(source: Source) -> set[bytes]:
    """The names of sheets with merged cells that only the file itself tells; room for all of it."""
    if not source.data.startswith(b"PK"):
        if source.suffix == ".xls" and source.data.startswith(b"\xd0\xcf\x11\xe0"):
            return set()
        help_ = "some exports called so are HTML or CSV: save the sheet anew, as .xlsx or CSV"
        raise MalformedRow(1, "not a spreadsheet file", help_)
    import zipfile

    room = Room(len(source.data))
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as packed:
            for one in packed.infolist():
                room.take(one.file_size)
            if source.suffix != ".ods":
                return set()
            content = packed.read("content.xml")
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, EOFError) as error:
        raise _unreadable(str(error)) from None
    found = _SHEET_XML.finditer(content)
    return {sheet[1] for sheet in found if _SPANNED.search(sheet[0])}


def _lines(source: Source) -> list[bytes]:
    """What `sheet_cells.py` writes. Raises MalformedRow where it does not come to its end."""
    import subprocess  # late: every table that is read imports every format

    size = len(source.data)
    seconds = _LEAST_SECONDS + size // _BYTES_A_SECOND
    most = _LEAST_BYTES + _BYTES_EACH * size
    program = [sys.executable, "-P", str(Path(sheet_cells.__file__))]
    words = [*program, source.sheet, str(most), str(seconds)]
    try:
        done = subprocess.run(
            words, input=source.data, capture_output=True, check=False, timeout=10 * seconds
        )
    except (OSError, subprocess.TimeoutExpired):
        raise _unreadable("it takes too long") from None
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        if b"PasswordError" in done.stderr:
            help_ = "save it without one"
            raise MalformedRow(1, "the spreadsheet is protected by a password", help_)
        raise _unreadable("damaged, or too large")
    return lines


def _unreadable(why: str) -> MalformedRow:
    what = f"not a readable spreadsheet: {quoted(why)}"
    return MalformedRow(1, what, "save the sheet anew, or as CSV")


def _span(first: list[int], last: list[int]) -> str:
    return f"{_letters(first[1])}{first[0] + 1}:{_letters(last[1])}{last[0] + 1}"


def _letters(column: int) -> str:
    """The name of a column of a sheet, counted from 0: A, B ... Z, AA."""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


class _Sheet:
    """The cells of a sheet, from its first row and column with a value, as a table."""

    def __init__(self, source: Source, cells: _Cells, line: int, column: int) -> None:
        self._source, self._cells, self._line, self._column = source, cells, line, column
        self._floats: set[str] = set()
        self._numbers: dict[str, list[int]] = {}
        self._full: set[int] = set()
        self._numeric: set[int] = set()
        self._seen = False
        self._left = LeftOut(unit="row")

    def stream(self) -> Stream:
        """The rows below the header."""
        if not self._cells:
            raise MalformedRow(1, "the sheet is empty", "its first row must name the columns")
        names = [_text(cell) for cell in self._cells[0]]
        header = header_of(names, self._line)
        self._refuse_beside(header)
        self._full = self._numeric = set(header.fields)
        self._left.unnamed = len(self._held(header))
        facts = Facts(header.repeated, floats=self._floats, numbers=self._numbers)
        return Stream(header.columns, self._rows(header), self._source.notes, facts)

    def _held(self, header: Header) -> list[int]:
        """The columns without a name that have values all the same."""
        held = {i for row in self._cells for i, cell in enumerate(row) if cell and _text(cell)}
        return [i for i in header.unnamed if i in held]

    def _refuse_beside(self, header: Header) -> None:
        held = self._held(header)
        for i in header.unnamed:
            if i < header.fields[-1] and i not in held:
                empty, next_ = (_letters(self._column + i + n) for n in (0, 1))
                what = f"column {empty} is empty: another table seems to begin in {next_}"
                raise MalformedRow(self._line, what, _OWN_SHEET)

    def _rows(self, header: Header) -> Iterator[Row]:
        after_empty = False
        for line, cells in enumerate(self._cells[1:], start=self._line + 1):
            texts = [_text(cell) for cell in cells]
            if is_empty(texts):
                self._left.row(line)
                after_empty = True
                continue
            self._refuse_below(line, cells, after_empty=after_empty)
            after_empty = False
            self._left.unnamed_values += sum(1 for i in header.unnamed if texts[i])
            self._note_numbers(header, cells, line)
            values = (texts[i] for i in header.fields)
            yield Row(line, dict(zip(header.columns, values, strict=True)))
        self._left.add_note(self._source.notes)

    def _refuse_below(self, line: int, cells: list[Any], *, after_empty: bool) -> None:
        full = {i for i in self._full if _text(cells[i])}
        numeric = {i for i in self._numeric if isinstance(cells[i], list)}
        less = (full, numeric) != (self._full, self._numeric)
        if after_empty and self._seen and (less or cells == self._cells[0]):
            what = "another table seems to begin below an empty row"
            raise MalformedRow(line, what, _OWN_SHEET)
        self._full, self._numeric, self._seen = full, numeric, True

    def _note_numbers(self, header: Header, cells: list[Any], line: int) -> None:
        for name, i in zip(header.columns, header.fields, strict=True):
            if isinstance(cells[i], list):
                self._numbers.setdefault(name, []).append(line)
                if cells[i][0] not in ("true", "false"):
                    self._floats.add(name)


def _text(cell: Any) -> str:
    return str(cell[0] if isinstance(cell, list) else cell)
