"""Score tables from answers, and as table files (predictions.csv) that can be read back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import cast, get_args

import numpy as np

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.quotes import columns_near, quoted, words
from ticketbench.core.types import (
    NONE,
    NONE_LABEL,
    BoolArray,
    Dataset,
    Failure,
    FailureKind,
    FloatArray,
    IntArray,
    Provenance,
    RubricSet,
    ScoreTable,
    fingerprint,
)
from ticketbench.edge.contract import ContractViolation, check_sum, decimals_of
from ticketbench.edge.files.cells import ESCAPED, CellStyle, csv_text, original
from ticketbench.edge.inputs.formats import (
    Cell,
    Row,
    Table,
    problems_error,
    read_table,
)
from ticketbench.edge.redaction import shown_url

SCORE_PREFIX = "score_"

_HEAD = ("rubric_set", "ticket_id", "group_id", "label", "top_label", "score")
_TAIL = ("outcome", "failure")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table of predictions comes from, in the words of a message.

    name        what the table is called
    dataset     what its tickets are called
    rubric_set  what its set is called where no row says so
    columns     where the names of its columns stand
    place       where the row of a number stands
    row         what the number of a row counts, such as line
    chosen_by   how one of several rubric sets is chosen
    """

    name: str
    dataset: str
    rubric_set: str
    columns: str
    place: Callable[[int], str]
    row: str = "line"
    chosen_by: str = "--rubric-set, of "

    @classmethod
    def of_file(cls, path: Path) -> Origin:
        """The table is a file."""
        return cls(str(path), path.name, path.stem, f"{path}:1", lambda line: f"{path}:{line}")


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A score table, and what it does not say of the rows that it was made of.

    ids     every ticket in the order of the rows, also those without an answer
    gold    the gold label of each, NONE_LABEL where none fits
    groups  the group of each by name; empty where it has none
    """

    table: ScoreTable
    ids: tuple[str, ...]
    gold: Mapping[str, str]
    groups: Mapping[str, str]


Numbered = list[tuple[int, Problem]]
"""Problems, each with the number of its row."""


def score_table(
    dataset: Dataset,
    rubrics: RubricSet,
    url: str,
    scores: FloatArray,
    failures: Mapping[int, Failure],
) -> ScoreTable:
    """The score table of n x K `scores`, in dataset order; `failures` by row, whose scores do not
    count.
    """
    tickets = dataset.tickets
    scored = np.array([i not in failures for i in range(len(tickets))], dtype=np.bool_)
    gold = gold_labels(rubrics.labels, (ticket.label for ticket in tickets))
    position = {label: i for i, label in enumerate(gold)} | {NONE_LABEL: NONE}
    truth = np.array([position[ticket.label] for ticket in tickets], dtype=np.int64)
    keys = [(0, t.group) if t.group is not None else (1, t.id) for t in tickets]
    return ScoreTable(
        labels=rubrics.labels,
        gold_labels=gold,
        ids=tuple(compress((ticket.id for ticket in tickets), scored)),
        truth=truth[scored],
        groups=numbered(keys)[scored],
        scores=scores[scored],
        wanted=_wanted(dataset, gold)[scored] if dataset.has_all_labels else None,
        failures=tuple(replace(failures[i], ticket_id=tickets[i].id) for i in sorted(failures)),
        provenance=Provenance(
            dataset.name, dataset.fingerprint, rubrics.name, rubrics.fingerprint, shown_url(url)
        ),
    )


def gold_labels(labels: Sequence[str], seen: Iterable[str]) -> tuple[str, ...]:
    """The labels, then the gold labels outside them, sorted."""
    return (*labels, *sorted(set(seen) - set(labels) - {NONE_LABEL}))


def numbered(keys: Sequence[object]) -> IntArray:
    """Equal keys get equal numbers, in order of first appearance."""
    number: dict[object, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)


def _wanted(dataset: Dataset, gold: Sequence[str]) -> BoolArray:
    position = {label: i for i, label in enumerate(gold)}
    wanted = np.zeros((len(dataset.tickets), len(gold)), dtype=np.bool_)
    for i, ticket in enumerate(dataset.tickets):
        for label in (ticket.label, *ticket.all_labels):
            if label in position:
                wanted[i, position[label]] = True
    return wanted


def predictions_csv(
    tables: Sequence[ScoreTable], dataset: Dataset, policy: Policy, *, cells: CellStyle = "safe"
) -> str:
    """predictions.csv: one line per rubric set and ticket, in dataset order.

    A failed ticket has an empty `top_label` and its failure kind in `failure`. `cells` says how
    texts stand in it: see `csv_text`.
    """
    labels = list(dict.fromkeys(label for table in tables for label in table.labels))
    texts = {text for t in dataset.tickets for text in (t.id, t.label, t.group or "")}.union(labels)
    head = (*_HEAD, *(SCORE_PREFIX + label for label in labels), *_TAIL)
    return csv_text(head, _rows(tables, dataset, policy, labels), texts=texts, cells=cells)


def _rows(
    tables: Sequence[ScoreTable], dataset: Dataset, policy: Policy, labels: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    for table in tables:
        of_ticket = _prediction_rows(table, labels, policy)
        for t in dataset.tickets:
            own = (table.provenance.rubric_set, t.id, t.group or "", t.label)
            yield (*own, *of_ticket[t.id])


def _prediction_rows(
    table: ScoreTable, labels: Sequence[str], policy: Policy
) -> dict[str, tuple[str, ...]]:
    """The cells after the gold label, by ticket id."""
    decisions = policy.decide(table.scores, table.labels)
    rows: dict[str, tuple[str, ...]] = {
        failure.ticket_id: ("", "", *("" for _ in labels), "", failure.kind)
        for failure in table.failures
    }
    for i, ticket_id in enumerate(table.ids):
        own = dict(zip(table.labels, table.scores[i].tolist(), strict=True))
        rows[ticket_id] = (
            table.labels[table.top[i]],
            repr(float(table.top_score[i])),
            *(repr(own[label]) if label in own else "" for label in labels),
            OUTCOMES[decisions.outcome[i]],
            "",
        )
    return rows


def read_score_table(path: Path, rubric_set: str | None = None) -> ScoreTable:
    """The score table of `read_set`, which says what is read and raised."""
    return read_set(path, rubric_set).table


def read_set(path: Path, rubric_set: str | None = None) -> Predictions:
    """The predictions in a file: `ticket_id, label, score_<label>...` and optional
    `group_id, rubric_set, failure`. What `predictions_csv` changed comes back as it was.

    A file of several rubric sets needs `rubric_set`. Labels whose column is empty throughout are
    not part of the set. Raises InputError with file and line of every bad row.
    """
    origin = Origin.of_file(path)
    return _of_set(_known(read_table(path), origin), origin, rubric_set)


def read_predictions(
    path: Path, rubric_sets: Sequence[str]
) -> tuple[tuple[ScoreTable, ...], dict[str, str]]:
    """The score tables of these rubric sets in a predictions file, and every ticket's gold label.

    The file is read once. Raises what `read_score_table` raises.
    """
    origin = Origin.of_file(path)
    table = _known(read_table(path), origin)
    tables = tuple(_of_set(table, origin, name).table for name in rubric_sets)
    return tables, {_text(row, "ticket_id"): _text(row, "label") for row in table.rows}


def predictions(table: Table, origin: Origin, rubric_set: str | None = None) -> Predictions:
    """What `read_set` makes of a file, of a table that is at hand.

    Raises InputError with the place of every bad row, as `origin` calls it.
    """
    return _of_set(_known(table, origin), origin, rubric_set)


def _known(table: Table, origin: Origin) -> Table:
    """The table with its texts as they were and the columns that it cannot go without."""
    table = _unescaped(table, origin)
    _check_columns(table, origin)
    return table


def _of_set(table: Table, origin: Origin, rubric_set: str | None) -> Predictions:
    name, rows = _rows_of_set(table, origin, rubric_set)
    labels = _labels(table, origin, rows)
    problems: Numbered = _duplicates(rows, origin)
    scored, failures, scores = _split(rows, labels, origin, problems)
    if problems:
        raise _in_order(problems)
    own = {_text(row, "ticket_id"): _text(row, "label") for row in rows}
    gold = gold_labels(labels, own.values())
    position = {label: i for i, label in enumerate(gold)} | {NONE_LABEL: NONE}
    groups = {_text(row, "ticket_id"): _text(row, "group_id") for row in rows}
    ids = tuple(_text(row, "ticket_id") for row in scored)
    found = ScoreTable(
        labels=labels,
        gold_labels=gold,
        ids=ids,
        truth=np.array([position[own[i]] for i in ids], dtype=np.int64),
        groups=numbered([groups[i] or ("id", i) for i in ids]),
        scores=np.array(scores, dtype=np.float64).reshape(len(scores), len(labels)),
        wanted=None,
        failures=tuple(failures),
        provenance=Provenance(
            origin.dataset, fingerprint(sorted(map(_identity, rows))), name, "", "table"
        ),
    )
    return Predictions(found, tuple(own), own, groups)


def _in_order(problems: Numbered) -> InputError:
    return problems_error([one for _, one in sorted(problems, key=lambda found: found[0])])


def _unescaped(table: Table, origin: Origin) -> Table:
    """The original texts of a table of our own; any other table stays as it is.

    Raises InputError with the place of every escape that is no character, and of columns that
    have one name.
    """
    columns = table.columns
    if (columns[: len(_HEAD)], columns[-len(_TAIL) - 1 :]) != (_HEAD, (*_TAIL, ESCAPED)):
        return table
    problems: list[Problem] = []

    def taken_back(text: str, line: int) -> str:
        try:
            return original(text)
        except ValueError as error:
            help_ = "take the file as `run` wrote it"
            problems.append(Problem(str(error), origin.place(line), help_))
            return text

    names = {name: taken_back(name, 1) for name in columns}
    if len(set(names.values())) < len(names):
        problems.append(Problem("two columns have one name", origin.columns, "rename one"))
    rows = []
    for row in table.rows:
        changed = _text(row, ESCAPED) == "1"
        cells = {name: _text(row, name) for name in columns}
        values: dict[str, Cell] = {
            names[name]: taken_back(cell, row.line) if changed else cell
            for name, cell in cells.items()
        }
        rows.append(Row(row.line, values))
    if problems:
        raise problems_error(problems)
    return Table(tuple(names.values()), tuple(rows))


def _labels(table: Table, origin: Origin, rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels of the rubric set: columns with a value, or all where every ticket failed.

    In an order under which each tie at the top goes to the row's `top_label`, where there is one.
    """
    columns = [column for column in table.columns if column.startswith(SCORE_PREFIX)]
    used = [column for column in columns if any(_text(row, column).strip() for row in rows)]
    labels = [column.removeprefix(SCORE_PREFIX) for column in used or columns]
    if len(labels) < 2:
        what = "there are fewer than two score columns with values"
        raise InputError(what, where=origin.columns)
    before: dict[str, set[str]] = {label: set() for label in labels}
    for row in rows:
        top = _text(row, "top_label")
        score = _text(row, SCORE_PREFIX + top)
        for label in labels if score else ():
            if label != top and _text(row, SCORE_PREFIX + label) == score:
                before[label].add(top)
    return _ordered(labels, before)


def _ordered(labels: list[str], before: dict[str, set[str]]) -> tuple[str, ...]:
    """`labels` with each behind those in `before`; as they stand where that contradicts itself."""
    if not any(before.values()):
        return tuple(labels)  # no ties, so that many labels cost nothing
    order: dict[str, None] = {}
    while len(order) < len(labels):
        free = next((x for x in labels if x not in order and before[x] <= order.keys()), None)
        if free is None:
            return tuple(labels)
        order[free] = None
    return tuple(order)


def _identity(row: Row) -> str:
    ticket = _text(row, "ticket_id")
    return f"{len(ticket)}:{ticket}{_text(row, 'label')}"


def _text(row: Row, column: str) -> str:
    value = row.values.get(column)
    return value if isinstance(value, str) else ""


def _check_columns(table: Table, origin: Origin) -> None:
    problems = [
        Problem(f"there is no column {name!r}", origin.columns, columns_near(name, table.columns))
        for name in ("ticket_id", "label")
        if name not in table.columns
    ]
    if problems:
        raise InputError.of(problems)


def _rows_of_set(table: Table, origin: Origin, wanted: str | None) -> tuple[str, list[Row]]:
    names = list(dict.fromkeys(_text(row, "rubric_set") for row in table.rows))
    if wanted is None and len(names) > 1:
        raise InputError(
            f"{origin.name} holds several rubric sets",
            help=f"choose one: {origin.chosen_by}{words(names)}",
        )
    if wanted is not None and wanted not in names:
        raise InputError(
            f"{origin.name} has no rubric set {wanted!r}", help=f"it has: {words(names)}"
        )
    name = wanted if wanted is not None else (names[0] if names else "")
    rows = [row for row in table.rows if _text(row, "rubric_set") == name]
    if not rows:
        raise InputError(f"there are no rows in {origin.name}", help="add predictions")
    return name or origin.rubric_set, rows


def _duplicates(rows: Sequence[Row], origin: Origin) -> Numbered:
    first: dict[str, int] = {}
    problems: Numbered = []
    for row in rows:
        ticket = _text(row, "ticket_id")
        what, help_ = "", ""
        if not ticket or not _text(row, "label"):
            what, help_ = "ticket_id or label is empty", "fill it in"
        elif ticket in first:
            before = f"first in {origin.row} {first[ticket]}"
            what = f"the ticket {quoted(ticket)} stands twice, {before}"
            help_ = "keep one row a ticket"
        if what:
            problems.append((row.line, Problem(what, origin.place(row.line), help_)))
        first.setdefault(ticket, row.line)
    return problems


def _split(
    rows: Sequence[Row], labels: Sequence[str], origin: Origin, problems: Numbered
) -> tuple[list[Row], list[Failure], list[list[float]]]:
    """Scored rows with their scores, and failures: rows without any score."""
    scored, failures, scores = [], [], []
    for row in rows:
        cells = [_text(row, SCORE_PREFIX + label).strip() for label in labels]
        if not any(cells):
            kind = _text(row, "failure")
            known = kind if kind in get_args(FailureKind) else "not_run"
            failures.append(Failure(_text(row, "ticket_id"), cast(FailureKind, known)))
            continue
        try:
            values = [float(cell) for cell in cells]
            if not all(math.isfinite(value) and 0 <= value <= 1 for value in values):
                raise ContractViolation("a score is not within [0, 1]")
            check_sum(values, decimals=max(decimals_of(cell) for cell in cells))
        except (ValueError, ArithmeticError):
            what = "a score is missing or not a number"
            problems.append((row.line, Problem(what, origin.place(row.line), "fix the row")))
        except ContractViolation as error:
            help_ = "scores must be a distribution over the labels"
            problems.append((row.line, Problem(str(error), origin.place(row.line), help_)))
        else:
            scored.append(row)
            scores.append(values)
    return scored, failures, scores
