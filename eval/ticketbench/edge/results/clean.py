"""Tables of predictions that nothing is unusual in, read by column; all others are read by row.

A row is a dictionary here, and a million of them are more than a gigabyte. What is read by column
is what is surely clean; the words for all that is not stand with the rows, and are said there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, repeat

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.types import BoolArray, Failure, FloatArray
from ticketbench.edge.files.cells import ESCAPED
from ticketbench.edge.inputs.tickets.identity import NoId, usable_id
from ticketbench.edge.results.forms.columns import check_columns, names_in
from ticketbench.edge.results.forms.labels import Settled, gold_against
from ticketbench.edge.results.forms.nested import SCORES
from ticketbench.edge.results.forms.options import AS_OURS, SCORE_PREFIX
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.forms.scores import shares_of
from ticketbench.edge.results.repeats import has_repeats
from ticketbench.edge.results.rows import Predictions, Said, chosen_set, is_ours, made, ordered
from ticketbench.edge.results.top_label import TOP, Answers, failure
from ticketbench.edge.tables.rows import Batch, Cell, Cells, Facts, Stream, Table

_TEXTS = ("rubric_set", "group_id", "label", TOP, "failure")


class _Unusual(Exception):
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
    except (_Unusual, InputError):
        return None


def _gathered(stream: Stream, origin: Origin) -> Clean:
    batches = stream.by_column()
    first = next(batches, None)
    if first is None:
        raise _Unusual
    names = _names(tuple(first.cells), stream.facts, origin)
    found = Clean(tuple(names))
    shares = []
    known: dict[str, dict[Cell, str]] = {name: {None: ""} for name in _TEXTS if name in names}
    for batch in _alike(first, batches):
        cells = {name: batch.cells[old] for name, old in names.items()}
        own = shares_of([cells[column] for column in _scores(found.columns)])
        if own is None:
            raise _Unusual
        for name, texts in known.items():
            found.texts.setdefault(name, []).extend(_shared(cells[name], texts))
        if TOP in names:
            found.ties.extend(_ties(found.texts[TOP][len(found.tickets) :], own, cells, found))
        found.tickets.extend(_ids(cells["ticket_id"]))
        shares.append(own)
    if origin.form.columns.get("ticket_id", "ticket_id") in stream.facts.floats:
        raise _Unusual
    found.shares = np.concatenate(shares)
    found.notes = tuple(stream.notes)
    return found


def _names(columns: tuple[str, ...], facts: Facts, origin: Origin) -> Mapping[str, str]:
    """What each column is called in the file, by its name here."""
    form = origin.form
    table = Table(columns, (), facts=facts)
    names: Mapping[str, str] = {name: name for name in columns}
    if is_ours(columns) and columns[-1] == ESCAPED:
        raise _Unusual
    if not is_ours(columns) or form != AS_OURS:
        names = names_in(table, origin)
        check_columns(replace(table, columns=tuple(names)), origin)
    plain = form.scale == "prob" and form.decimal == "." and form.empty_scores == "refuse"
    if not plain or form.labels or has_repeats(origin):
        raise _Unusual
    if SCORES in names or SCORE_PREFIX in names or len(_scores(tuple(names))) < 2:
        raise _Unusual
    return names


def _alike(first: Batch, others: Iterator[Batch]) -> Iterator[Batch]:
    """All batches, which have the same columns."""
    columns = tuple(first.cells)
    yield first
    for batch in others:
        if tuple(batch.cells) != columns:
            raise _Unusual
        yield batch


def _ids(cells: Cells) -> Sequence[str]:
    """The ids of tickets, none of which is empty or was ever a number that a sheet shortened."""
    try:
        texts = "".join(cells)  # type: ignore[arg-type]
        if "+" in texts:
            for cell in cells:
                usable_id(cell, is_float=False)  # type: ignore[arg-type]
    except (TypeError, NoId):
        raise _Unusual from None
    if not all(cells):
        raise _Unusual
    return cells  # type: ignore[return-value]


def _shared(cells: Cells, known: dict[Cell, str]) -> Iterator[str]:
    """The same texts, equal ones as one object: a million rows have few labels."""
    if isinstance(cells, np.ndarray):
        raise _Unusual
    try:
        return map(known.setdefault, cells, cells)  # type: ignore[arg-type]
    except TypeError:
        raise _Unusual from None


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


def of_clean(table: Clean, origin: Origin, rubric_set: str | None) -> Predictions | None:
    """The predictions of one rubric set, as `of_set` makes them of rows; None where anything is
    unusual, or wrong.
    """
    try:
        return _of_set(table, origin, rubric_set)
    except (_Unusual, InputError):
        return None


def _of_set(table: Clean, origin: Origin, wanted: str | None) -> Predictions:
    name, table = _only(table, origin, wanted)
    given = ~np.isnan(table.shares)
    used: BoolArray = np.any(given, axis=0)
    answered: BoolArray = np.any(given, axis=1)
    if used.sum() < 2 or not (given.sum(axis=1)[answered] == used.sum()).all():
        raise _Unusual
    names = list(compress(table.labels, used))
    labels = ordered(names, _before(table, names))
    settled = _settled(table, labels, origin)
    gold = table.texts["label"]
    if settled.names:
        gold = [settled.names.get(label, label) for label in gold]
    tops = table.texts.get(TOP, ())
    if "" in set(gold) or len(set(table.tickets)) < len(gold):
        raise _Unusual
    columns = [table.labels.index(label) for label in labels]
    scores = _part(table.shares, answered, columns)
    answers = Answers(labels, answered, _failures(table, answered), scores)
    said = Said(tuple(table.tickets), table.tickets, gold, tops, table.texts.get("group_id", ()))
    found = made(said, answers, origin, name)
    notes = (*table.notes, *settled.notes)
    return replace(found, notes=notes, unscored=settled.unscored)


def _only(table: Clean, origin: Origin, wanted: str | None) -> tuple[str, Clean]:
    """The name of the set that is asked for, and its rows."""
    of_row = table.texts.get("rubric_set", ())
    own = chosen_set(of_row or ("",), origin, wanted)
    name = own or origin.rubric_set
    if len(set(of_row)) < 2:
        return name, table
    keep = [one == own for one in of_row]
    number = {i: j for j, i in enumerate(compress(range(len(keep)), keep))}
    kept = Clean(
        columns=table.columns,
        tickets=list(compress(table.tickets, keep)),
        texts={column: list(compress(texts, keep)) for column, texts in table.texts.items()},
        shares=table.shares[keep],
        ties=[(number[i], top, other) for i, top, other in table.ties if i in number],
        notes=table.notes,
    )
    return name, kept


def _before(table: Clean, labels: Sequence[str]) -> dict[str, set[str]]:
    """The top labels that each label ties with."""
    before: dict[str, set[str]] = {label: set() for label in labels}
    for _, top, other in table.ties:
        if other in before:
            before[other].add(top)
    return before


def _settled(table: Clean, labels: Sequence[str], origin: Origin) -> Settled:
    if is_ours(table.columns):
        return Settled()
    tops = table.texts.get(TOP, ())
    found = gold_against(labels, table.texts["label"], tops, origin)
    if found.names and tops:
        raise _Unusual
    return found


def _failures(table: Clean, answered: BoolArray) -> list[Failure]:
    """The tickets without an answer. One that names a top label all the same is unusual."""
    rows = np.flatnonzero(~answered).tolist()
    tops, kinds = table.texts.get(TOP, ()), table.texts.get("failure", ())
    if tops and any(tops[i] for i in rows):
        raise _Unusual
    return [failure(table.tickets[i], kinds[i] if kinds else "") for i in rows]


def _part(shares: FloatArray, rows: BoolArray, columns: Sequence[int]) -> FloatArray:
    """The same array where that is all of it: of a million rows a copy counts."""
    if columns != list(range(shares.shape[1])):
        shares = shares[:, columns]
    return shares if rows.all() else shares[rows]
