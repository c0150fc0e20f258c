"""The rows of a part, as many at a time as may be held, by column or one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import listed
from ticketbench.edge.results.by_column.clean import Clean, clean
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.predictions import dialect_of, of_harness
from ticketbench.edge.results.rows import known
from ticketbench.edge.tables.reading import open_table
from ticketbench.edge.tables.rows import Batch, Cell, Cells, Facts, Row, Stream, Table

AT_ONCE = 131_072
"""Rows that are held at a time: so many that what is done once for them costs little."""


COLUMNS_BY_ROW = (".json", ".jsonl", ".ndjson")
"""Formats in which each row names its own columns, so that not all rows have each."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that all parts have, in any order, as `part` has them."""

    names: frozenset[str]
    part: Path


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of a part that are held at the same time; `notes`, of all of it, come with the last."""

    columns: tuple[str, ...]
    facts: Facts
    batches: tuple[Batch, ...]
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        """Where the first of them stands; 1 without any."""
        return next((one.lines[0] for one in self.batches if len(one.lines)), 1)

    @property
    def n(self) -> int:
        """How many they are."""
        return sum(len(one.lines) for one in self.batches)

    def by_column(self, origin: Origin) -> Clean | None:
        """The rows by column; None where anything in them is unusual, or wrong."""
        batches = iter(self.batches)
        return clean(Stream(self.columns, iter(()), (), self.facts, batches), origin)

    def by_row(self, origin: Origin) -> Table:
        """The same under the names of predictions.csv, one by one; raises what `known` raises."""
        rows = tuple(row for batch in self.batches for row in _rows(batch))
        return known(Table(self.columns, rows, (), self.facts), origin)


def held(part: Path, origin: Origin, *, at_once: int = AT_ONCE) -> Iterator[Held]:
    """All rows of the part, at least `at_once` at a time but for the last; once where it has none.

    What a harness wrote is read as a whole. Raises what `open_table` and its rows raise.
    """
    of_others = of_harness(part, origin)
    if of_others is not None:
        yield Held(of_others.columns, of_others.facts, (_batch(of_others),), of_others.notes)
        return
    stream = open_table(part, dialect_of(origin))
    batches, n = list[Batch](), 0
    for batch in stream.by_column():
        if n >= at_once and len(batch.lines):
            yield Held(tuple(stream.columns), stream.facts, tuple(batches))
            batches, n = [], 0
        batches.append(batch)
        n += len(batch.lines)
    yield Held(tuple(stream.columns), stream.facts, tuple(batches), tuple(stream.notes))


def refuse_columns(own: frozenset[str], of_all: Columns, part: Path) -> None:
    """Raise InputError where `part` has other columns than all."""
    lacks, more = sorted(of_all.names - own), sorted(own - of_all.names)
    if lacks or more:
        told = [f"lacks {listed(lacks)}"] if lacks else []
        told += [f"has {listed(more)} more"] if more else []
        what = f"{part} has other columns than {of_all.part}: it {' and '.join(told)}"
        raise InputError(what, where=f"{part}:1", help="all parts have the same columns")


def _batch(table: Table) -> Batch:
    cells = {name: [row.values.get(name) for row in table.rows] for name in table.columns}
    return Batch([row.line for row in table.rows], cells)


def _rows(batch: Batch) -> Iterator[Row]:
    cells: Mapping[str, Sequence[Cell]] = {
        name: _as_texts(column) for name, column in batch.cells.items()
    }
    for line, values in zip(batch.lines, zip(*cells.values(), strict=True), strict=True):
        yield Row(line, dict(zip(cells, values, strict=True)))


def _as_texts(cells: Cells) -> Sequence[Cell]:
    if isinstance(cells, np.ndarray):
        return [None if value != value else repr(value) for value in cells.tolist()]
    return cells
