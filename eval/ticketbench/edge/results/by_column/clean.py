"""A table by column, under the names of predictions.csv, as long as every cell is clean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.types import FloatArray
from ticketbench.edge.files.cells import ESCAPED
from ticketbench.edge.inputs.tickets.identity import NoId, usable_id
from ticketbench.edge.results.forms.columns import check_columns, names_in
from ticketbench.edge.results.forms.nested import SCORES
from ticketbench.edge.results.forms.options import AS_OURS, SCORE_PREFIX
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.forms.scores import shares_of
from ticketbench.edge.results.repeats import has_half, has_repeats
from ticketbench.edge.results.rows import is_ours
from ticketbench.edge.results.top_label import TOP
from ticketbench.edge.tables.rows import Batch, Cell, Cells, Facts, Stream, Table

_TEXTS = ("rubric_set", "group_id", "label", TOP, "failure")


class Unusual(Exception):
    """Something that has to be looked at row by row."""


@dataclass(slots=True)
class Clean:
    """What the rows of a table say by column, under the names of predictions.csv.

    columns  the names of all columns, in order
    tickets  the id of each row
    texts    what else rows say in a column, of those that the table has; empty for nothing
    shares   n x score columns, NaN for an empty cell; those of a row sum to 1, if it has any
    ties     rows whose top label has the same score as another label: row, top label, the other
    notes    what was decided in reading the table
    """

    columns: Sequence[str]
    tickets: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    shares: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    ties: list[tuple[int, str, str]] = field(default_factory=list)
    notes: Sequence[str] = ()

    @property
    def labels(self) -> list[str]:
        """Those that have a column of scores."""
        return [column.removeprefix(SCORE_PREFIX) for column in _scores(self.columns)]


def _scores(columns: Sequence[str]) -> list[str]:
    return [column for column in columns if column.startswith(SCORE_PREFIX)]


def clean(stream: Stream, origin: Origin) -> Clean | None:
    """The table in `stream`; None where anything in it is unusual, or wrong."""
    try:
        return _gathered(stream, origin)
    except (Unusual, InputError):
        return None


def _gathered(stream: Stream, origin: Origin) -> Clean:
    batches = stream.by_column()
    first = next(batches, None)
    if first is None:
        raise Unusual
    names = _names(tuple(first.cells), stream.facts, origin)
    found = Clean(tuple(names))
    shares = []
    known: dict[str, dict[Cell, str]] = {name: {None: ""} for name in _TEXTS if name in names}
    for batch in _alike(first, batches):
        cells = {name: batch.cells[old] for name, old in names.items()}
        own = shares_of([cells[column] for column in _scores(found.columns)])
        if own is None:
            raise Unusual
        for name, texts in known.items():
            found.texts.setdefault(name, []).extend(_shared(cells[name], texts))
        if TOP in names:
            found.ties.extend(_ties(found.texts[TOP][len(found.tickets) :], own, cells, found))
        found.tickets.extend(_ids(cells["ticket_id"]))
        shares.append(own)
    if origin.form.columns.get("ticket_id", "ticket_id") in stream.facts.floats:
        raise Unusual
    if has_half(text for texts in known.values() for text in texts.values()):
        raise Unusual
    found.shares = np.concatenate(shares)
    found.notes = tuple(stream.notes)
    return found


def _names(columns: tuple[str, ...], facts: Facts, origin: Origin) -> Mapping[str, str]:
    """What each column is called in the file, by its name here."""
    form = origin.form
    table = Table(columns, (), facts=facts)
    names: Mapping[str, str] = {name: name for name in columns}
    if is_ours(columns) and columns[-1] == ESCAPED:
        raise Unusual
    if not is_ours(columns) or form != AS_OURS:
        names = names_in(table, origin)
        check_columns(replace(table, columns=tuple(names)), origin)
    plain = form.scale == "prob" and form.decimal == "." and form.empty_scores == "refuse"
    if not plain or form.labels or has_repeats(origin):
        raise Unusual
    if SCORES in names or SCORE_PREFIX in names or len(_scores(tuple(names))) < 2:
        raise Unusual
    return names


def _alike(first: Batch, others: Iterator[Batch]) -> Iterator[Batch]:
    """All batches, which have the same columns."""
    columns = tuple(first.cells)
    yield first
    for batch in others:
        if tuple(batch.cells) != columns:
            raise Unusual
        yield batch


def _ids(cells: Cells) -> Sequence[str]:
    """The ids of tickets, none of which is empty or was ever a number that a sheet shortened."""
    try:
        texts = "".join(cells)  # type: ignore[arg-type]
        if "+" in texts:
            for cell in cells:
                usable_id(cell, is_float=False)  # type: ignore[arg-type]
    except (TypeError, NoId):
        raise Unusual from None
    if not all(cells) or has_half([texts]):
        raise Unusual
    return cells  # type: ignore[return-value]


def _shared(cells: Cells, known: dict[Cell, str]) -> list[str]:
    """The same texts, equal ones as one object: a million rows have few labels."""
    if isinstance(cells, np.ndarray):
        raise Unusual
    try:
        return list(map(known.setdefault, cells, cells))  # type: ignore[arg-type]
    except TypeError:  # a list among them
        raise Unusual from None


def _ties(
    tops: Sequence[str], shares: FloatArray, cells: Mapping[str, Cells], found: Clean
) -> Iterator[tuple[int, str, str]]:
    """Rows in which another label has the score of the top label, to the sign."""
    place = {label: k for k, label in enumerate(found.labels)}
    at = np.fromiter(map(place.get, tops, repeat(-1)), np.int64, len(tops))
    rows = np.flatnonzero(at >= 0)
    own = shares[rows, at[rows]]
    equal = shares[rows] == own[:, None]
    equal[np.arange(len(rows)), at[rows]] = False
    for j, k in np.argwhere(equal).tolist():
        i, top, other = int(rows[j]), tops[rows[j]], found.labels[k]
        if _printed(cells[SCORE_PREFIX + top], i) == _printed(cells[SCORE_PREFIX + other], i):
            yield len(found.tickets) + i, top, other


def _printed(cells: Cells, i: int) -> Cell:
    return repr(float(cells[i])) if isinstance(cells, np.ndarray) else cells[i]
