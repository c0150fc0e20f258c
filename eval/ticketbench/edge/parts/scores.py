"""The predictions of one rubric set in parts, some rows after the other: size does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import listed
from ticketbench.core.types import ScoreTable
from ticketbench.edge.parts.rows import (
    AT_ONCE,
    COLUMNS_BY_ROW,
    Columns,
    Held,
    held,
    refuse_columns,
)
from ticketbench.edge.results.by_column.sets import of_clean
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.repeats import texts
from ticketbench.edge.results.rows import Predictions, chosen_set, gold_labels, of_set
from ticketbench.edge.tables.rows import Table

_FEW = 5_000
"""Rows that are looked at together for the labels: the first answer has all of them."""

_NO_ROWS = "there are no rows in it"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which predictions of the parts are asked for, and how these are written.

    name        what all of them together are called
    rubric_set  which of several; None: there is one
    chosen_by   how the user names it
    within      as `Origin` has it
    """

    name: str
    rubric_set: str | None
    form: Form
    chosen_by: str
    within: str = ""

    def origin(self, part: Path) -> Origin:
        """Where the rows of a part come from."""
        own = Origin.of_file(part, chosen_by=self.chosen_by, form=self.form)
        return replace(
            own, dataset=self.name, rubric_set=self.name, within=self.within, whole=False
        )

    def refuse_sets(self, names: Iterable[str]) -> None:
        """Raise InputError where rows that name these sets hold not one that is asked for, and
        where empty scores are 0: which labels one of several sets has, only all its rows can show.
        """
        where, own = Path(self.name), sorted(names)
        chosen_set(own, self.origin(where), self.rubric_set)
        if len(own) > 1 and self.form.empty_scores == "zero":
            what = f"{self.name} holds several rubric sets, and empty scores are to be 0"
            raise InputError(what, help="give each set a folder of its own")


@dataclass(frozen=True, slots=True)
class Head:
    """What all parts agree in: columns in any order, labels in this one; as `part` has them."""

    columns: frozenset[str]
    labels: tuple[str, ...]
    part: Path


@dataclass(frozen=True, slots=True)
class Some:
    """Some rows of a part: the rubric sets that they name, and the predictions of the one that is
    asked for, None where no row is of it; `notes` say what was decided in reading.
    """

    columns: frozenset[str]
    sets: frozenset[str]
    found: Predictions | None
    notes: tuple[str, ...] = ()


def refuse_repeats(form: Form) -> None:
    """Raise InputError for a form under which a ticket stands more than once."""
    if "repeat" in form.columns:
        what = "tickets that were asked more than once cannot be counted in parts"
        raise InputError(what, help="put them into one file, or keep one answer a ticket")


def head_of(parts: Sequence[Path], asked: Asked) -> Head:
    """The columns of the first part, and the labels of the first rows that hold an answer; where
    none does, all that have a column.

    Raises InputError for what `some_rows` refuses, where no part has rows, and where no row is of
    the set.
    """
    seen: set[str] = set()
    first: Head | None = None
    for part in parts:
        for some in some_rows(part, asked, at_once=_FEW):
            seen |= some.sets
            if some.found is None:
                continue
            first = first or Head(some.columns, some.found.table.labels, part)
            if some.found.table.n_scored:
                return replace(first, labels=some.found.table.labels, part=part)
    if first is None:
        if seen:
            asked.refuse_sets(seen)
        raise InputError(f"there are no rows in {asked.name}", help="add predictions")
    return first


def some_rows(
    part: Path, asked: Asked, head: Head | None = None, *, at_once: int = AT_ONCE
) -> Iterator[Some]:
    """The predictions in `part`, so many rows at a time, as `read_set` has them of all rows; of a
    part without rows, such as Spark writes, no more than a note.

    Raises InputError, with the part and the line, for what `read_set` refuses in a row; and where
    columns or labels are others than those of `head`.
    """
    origin = asked.origin(part)
    by_row = part.name.lower().removesuffix(".gz").endswith(COLUMNS_BY_ROW)
    for rows in held(part, origin, at_once=at_once):
        if head is not None and not by_row:
            refuse_columns(frozenset(rows.columns), Columns(head.columns, head.part), part)
        columns = frozenset(rows.columns)
        if not rows.n:
            yield Some(columns, frozenset(), None, (*rows.notes, _NO_ROWS))
            continue
        sets, found = _found(rows, origin, asked.rubric_set)
        notes = rows.notes if found is None else (*rows.notes, *found.notes)
        if found is not None and head is not None:
            found = _under(found, head, f"{part}:{rows.line}")
        yield Some(columns, sets, found, notes)


def _found(
    rows: Held, origin: Origin, wanted: str | None
) -> tuple[frozenset[str], Predictions | None]:
    """The sets that the rows name, and the predictions of the one that is `wanted`."""
    table = rows.by_column(origin)
    if table is not None:
        sets = frozenset(table.texts.get("rubric_set", ("",)))
        if wanted is not None and wanted not in sets:
            return sets, None
        found = of_clean(table, origin, wanted)
        if found is not None:
            return sets, found
    return _found_by_row(rows.by_row(origin), origin, wanted)


def _found_by_row(
    table: Table, origin: Origin, wanted: str | None
) -> tuple[frozenset[str], Predictions | None]:
    sets = frozenset(texts(table.rows, "rubric_set"))
    if wanted is not None and wanted not in sets:
        return sets, None
    return sets, of_set(table, origin, wanted)


def _under(found: Predictions, head: Head, where: str) -> Predictions:
    """The same predictions, whose labels are those of all parts."""
    table, labels = found.table, head.labels
    if table.labels == labels or not table.complete:
        return found
    if not table.n_scored:
        return replace(found, table=_without_answers(found, labels))
    if set(table.labels) == set(labels):
        what = f"the columns of labels stand in another order than in {head.part}"
        raise InputError(what, where=where, help="write all parts in one order")
    lacks, more = set(labels) - set(table.labels), set(table.labels) - set(labels)
    told = [f"no score for {listed(sorted(lacks))}"] if lacks else []
    told += [f"scores for {listed(sorted(more))}"] if more else []
    what = f"rows from here on have {' and '.join(told)}, other than {head.part}"
    raise InputError(what, where=where, help="all parts have scores of the same labels")


def _without_answers(found: Predictions, labels: tuple[str, ...]) -> ScoreTable:
    gold = gold_labels(labels, found.labels)
    none = np.zeros((0, len(labels)))
    return replace(found.table, labels=labels, gold_labels=gold, scores=none)
