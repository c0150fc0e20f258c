"""The rows of a dataset on their way into a file: ids, columns, keys."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self, TextIO

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.edge.inputs.tickets.identity import NoId, id_of_text, usable_id
from ticketbench.edge.redaction import refuse_key_in_any
from ticketbench.flow.data.made import holds_odd

NEEDED = ("id", "text", "label")
ALSO = ("all_labels", "group", "time", "split", "annotators")
COLUMNS = (*NEEDED, *ALSO)

_BATCH = 1_000
_LONGEST_CELL = 10_000_000

_ODD = re.compile("[\x00\r\ud800-\udfff]")
"""What a reader of CSV stumbles over. In texts it is gone already; an id or a group has none."""

Row = tuple[str, ...]
"""The values of all COLUMNS."""


class Ids:
    """Every id once; one that is not there is made of the text."""

    def __init__(self, source: Path) -> None:
        self._source, self._seen = source, set[str]()
        self._repeats: Counter[str] = Counter()
        self._first: tuple[str, int] | None = None
        self._unusable: tuple[str, int, NoId] | None = None
        self.n_made = self._n_twice = self._n_unusable = 0

    def of(self, name: str, text: str, line: int) -> str:
        """The id of a ticket: `name`, or `t-` and 12 hex digits of the text's SHA-256, with -2, -3
        behind it for a text that stands again.
        """
        if name:
            try:
                name = usable_id(name, is_float=False)
            except NoId as error:
                self._unusable = self._unusable or (name, line, error)
                self._n_unusable += 1
            if name in self._seen:
                self._n_twice += 1
                self._first = self._first or (name, line)
            self._seen.add(name)
            return name
        self.n_made += 1
        made = id_of_text(text)
        if made in self._seen:
            self._repeats[made] += 1
            made = f"{made}-{self._repeats[made] + 1}"
        self._seen.add(made)
        return made

    def refuse(self, help: str) -> None:
        """Raise InputError, once and with a count, where ids were shortened or stood twice."""
        if self._unusable is not None:
            name, line, error = self._unusable
            more = f", and so are {self._n_unusable - 1:,} more" if self._n_unusable > 1 else ""
            what = f"the id {quoted(name)} {error}{more}"
            raise InputError(what, where=f"{self._source}:{line}", help=error.help)
        if self._first is not None:
            name, line = self._first
            more = (
                f", and {self._n_twice - 1:,} more rows repeat an id" if self._n_twice > 1 else ""
            )
            what = f"the id {quoted(name)} stands twice{more}"
            raise InputError(what, where=f"{self._source}:{line}", help=help)


class TableFile:
    """A dataset that is being written into `path`, a thousand rows at a time.

    A column stands in it from the first row on, whenever a row first has a value for it.
    """

    def __init__(self, path: Path, source: Path) -> None:
        self._path, self._source = path, source
        self._rows: list[Row] = []
        self._lines: list[int] = []
        self._used: tuple[int, ...] = tuple(range(len(NEEDED)))
        self._file = self._opened(path)
        self._write([COLUMNS[: len(NEEDED)]])

    def add(self, row: Row, line: int) -> None:
        """One ticket, which stands at `line` of the export."""
        self._rows.append(row)
        self._lines.append(line)
        if len(self._rows) == _BATCH:
            self._flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """The last rows, unless something is wrong, and the end of it."""
        try:
            if error is None:
                self._flush()
        finally:
            self._file.close()

    def _flush(self) -> None:
        rows, lines, source = self._rows, self._lines, self._source
        if not rows:
            return
        whole = "\n".join(map("\n".join, rows))
        if "\r" in whole or holds_odd(whole):
            rows = [tuple(_ODD.sub(" ", cell) for cell in row) for row in rows]
        refuse_key_in_any(map("\n".join, rows), "a ticket", where=lambda i: f"{source}:{lines[i]}")
        columns = list(zip(*rows, strict=True))  # a column at a time: no row takes a step of Python
        there = {i for i in range(len(NEEDED), len(COLUMNS)) if any(columns[i])}
        wider = tuple(sorted({*self._used, *there}))
        if wider != self._used:
            self._widen(wider)
        self._write(zip(*(columns[i] for i in wider), strict=True))
        self._rows, self._lines = [], []

    def _widen(self, wider: tuple[int, ...]) -> None:
        """Write what is there again with empty cells in the new columns."""
        self._file.close()
        before = {column: i for i, column in enumerate(self._used)}
        narrow = self._path.with_name(f"{self._path.name}-narrow")
        os.replace(self._path, narrow)
        self._file = self._opened(self._path)
        try:
            with narrow.open(encoding="utf-8", newline="") as file:
                csv.field_size_limit(_LONGEST_CELL)
                rows = csv.reader(file)
                next(rows)
                self._write([[COLUMNS[i] for i in wider]])
                for row in rows:
                    self._write([[row[before[i]] if i in before else "" for i in wider]])
        finally:
            narrow.unlink(missing_ok=True)
        self._used = wider

    def _write(self, rows: Iterable[Sequence[str]]) -> None:
        csv.writer(self._file, lineterminator="\n").writerows(rows)

    @staticmethod
    def _opened(path: Path) -> TextIO:
        return path.open("w", encoding="utf-8", newline="")
