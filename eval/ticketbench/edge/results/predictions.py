"""Score tables from answers, and as table files (predictions.csv) that can be read back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress, repeat
from pathlib import Path

import msgspec
import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.rubrics import NONE_LABEL, RubricSet
from ticketbench.core.types import (
    NONE,
    BoolArray,
    Dataset,
    Failure,
    FloatArray,
    IntArray,
    Provenance,
    ScoreTable,
)
from ticketbench.edge.files.cells import CellStyle, csv_text
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.results.by_column.clean import clean
from ticketbench.edge.results.by_column.sets import of_clean
from ticketbench.edge.results.forms.options import AS_OURS, HEAD, SCORE_PREFIX, TAIL, Form
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.rows import (
    Predictions,
    gold_labels,
    known,
    numbered,
    of_set,
)
from ticketbench.edge.tables.reading import open_table, read_table
from ticketbench.edge.tables.rows import Dialect, Table

_AT_ONCE = 10_000
"""Tickets whose cells are held as texts at a time."""

_NO_EXPONENT = 1e-4, 1e15
"""Numbers from the first to below the second are written without one, by all means."""


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


def with_listed(table: ScoreTable, dataset: Dataset) -> ScoreTable:
    """`table`, of these tickets, with every label that one of them lists among its gold labels.

    So what fits a ticket does not hang on which gold labels the tickets beside it have.
    """
    if not dataset.has_all_labels:
        return table
    tickets = dataset.tickets
    gold = gold_labels(table.labels, (x for t in tickets for x in (t.label, *t.all_labels)))
    position = {label: i for i, label in enumerate(gold)}
    number = np.array([*(position[label] for label in table.gold_labels), NONE], dtype=np.int64)
    row = {ticket.id: i for i, ticket in enumerate(tickets)}
    rows = np.array([row[ticket_id] for ticket_id in table.ids], dtype=np.int64)
    wanted = _wanted(dataset, gold)[rows]
    return replace(table, gold_labels=gold, truth=number[table.truth], wanted=wanted)


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
    head = (*HEAD, *(SCORE_PREFIX + label for label in labels), *TAIL)
    return csv_text(head, _rows(tables, dataset, policy, labels), texts=texts, cells=cells)


def _rows(
    tables: Sequence[ScoreTable], dataset: Dataset, policy: Policy, labels: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    for table in tables:
        name = table.provenance.rubric_set
        outcome = policy.decide(table.scores, table.labels).outcome
        row_of = {ticket_id: row for row, ticket_id in enumerate(table.ids)}
        failed = {
            failure.ticket_id: ("", "", *("" for _ in labels), "", failure.kind)
            for failure in table.failures
        }
        for start in range(0, len(dataset.tickets), _AT_ONCE):
            tickets = dataset.tickets[start : start + _AT_ONCE]
            at = np.array([row_of[t.id] for t in tickets if t.id in row_of], dtype=np.int64)
            scored = _scored_cells(table, at, outcome[at], labels)
            for t in tickets:
                own = next(scored) if t.id in row_of else failed[t.id]
                yield (name, t.id, t.group or "", t.label, *own)


def _scored_cells(
    table: ScoreTable, at: IntArray, outcome: IntArray, labels: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    """The cells after the gold label of these rows."""
    column = {label: table.scores[at, k] for k, label in enumerate(table.labels)}
    return zip(
        map(table.labels.__getitem__, table.top[at].tolist()),
        digits(table.top_score[at]),
        *(digits(column[one]) if one in column else repeat("") for one in labels),
        map(OUTCOMES.__getitem__, outcome.tolist()),
        repeat(""),
        strict=False,
    )


def digits(values: FloatArray) -> list[str]:
    """The `repr` of each number: the fewest digits that are read back as the same number.

    msgspec writes them in half the time, and to the same digits where there is no exponent.
    """
    if not len(values):
        return []
    found = msgspec.json.encode(values.tolist())[1:-1].decode("ascii").split(",")
    plain = (values >= _NO_EXPONENT[0]) & (values < _NO_EXPONENT[1])
    for i in np.flatnonzero(~plain).tolist():
        found[i] = repr(float(values[i]))
    return found


def left_by_run(path: Path) -> bool:
    """Whether the file begins as `predictions_csv` does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(200).startswith(",".join(HEAD).encode())


def read_score_table(
    path: Path, rubric_set: str | None = None, *, form: Form = AS_OURS
) -> ScoreTable:
    """The score table of `read_set`, which says what is read and raised."""
    return read_set(path, rubric_set, form=form).table


def every_score(table: ScoreTable, path: Path) -> ScoreTable:
    """`table`, which was read from `path`; InputError where not every score of it is known."""
    if table.complete:
        return table
    what = f"{table.provenance.rubric_set} holds no more than the {table.known} of a ticket"
    help_ = "give a table with the score of every label: score_<label>"
    raise InputError(what, where=f"{path}:1", help=help_)


def read_set(
    path: Path,
    rubric_set: str | None = None,
    *,
    chosen_by: str = "",
    form: Form = AS_OURS,
    mapped: Collection[str] = (),
    within: str = "",
) -> Predictions:
    """The predictions in a file: `ticket_id, label, score_<label>...` and optional
    `group_id, rubric_set, failure`, or what a known harness wrote. What `predictions_csv` changed
    comes back as it was.

    `form` says how the file is written where that is otherwise; `mapped` are labels of another
    table that gold labels may be called by. A file of several rubric sets needs
    `rubric_set`; `chosen_by` is how the user names it, as `FILE:SET` where nothing is said, and
    `within` the option that takes a form as one text. Labels whose column is empty throughout are
    not part of the set. Raises InputError with file and line of what is wrong, one problem a cause.
    """
    origin = Origin.of_file(path, chosen_by=chosen_by, form=form)
    origin = replace(origin, mapped=mapped, within=within)
    return _sets(path, origin, [rubric_set])[0]


def read_predictions(
    path: Path, rubric_sets: Sequence[str]
) -> tuple[tuple[ScoreTable, ...], dict[str, str]]:
    """The score tables of these rubric sets in a predictions file, and every ticket's gold label.

    The file is read once. Raises what `read_score_table` raises.
    """
    found = read_sets(path, rubric_sets)
    for one in found:
        every_score(one.table, path)
    gold = {
        ticket: label for one in found for ticket, label in zip(one.ids, one.labels, strict=True)
    }
    return tuple(one.table for one in found), gold


def read_sets(
    path: Path, rubric_sets: Sequence[str], *, form: Form = AS_OURS
) -> tuple[Predictions, ...]:
    """What `read_set` says of each of these rubric sets; the file is read once."""
    return _sets(path, Origin.of_file(path, form=form), rubric_sets)


def _sets(path: Path, origin: Origin, rubric_sets: Sequence[str | None]) -> tuple[Predictions, ...]:
    """By column where nothing in the file is unusual, else by row: there errors have words."""
    told = of_harness(path, origin)
    if told is None:
        found = _by_column(path, origin, rubric_sets)
        if found is not None:
            return found
    table = known(told or read_table(path, dialect_of(origin)), origin)
    return tuple(of_set(table, origin, name) for name in rubric_sets)


def _by_column(
    path: Path, origin: Origin, rubric_sets: Sequence[str | None]
) -> tuple[Predictions, ...] | None:
    table = clean(open_table(path, dialect_of(origin)), origin)
    found = [] if table is None else [of_clean(table, origin, name) for name in rubric_sets]
    whole = tuple(one for one in found if one is not None)
    return whole if table is not None and len(whole) == len(rubric_sets) else None


def own_forms(paths: Sequence[Path], form: Form) -> tuple[Form, ...]:
    """How each of several tables is written that are spoken of together.

    A column, or a beginning of columns, that only others of the tables have is not said of this
    one; what none of them has stays said of all. What a run left is read as it is, but for its
    labels.
    """
    if not form.columns and form.score_prefix == SCORE_PREFIX:
        return tuple(Form(labels=form.labels) if left_by_run(path) else form for path in paths)
    origins = [(path, Origin.of_file(path, form=form)) for path in paths]
    heads = [() if left_by_run(path) else _read(path, origin).columns for path, origin in origins]
    every = {column for head in heads for column in head}
    return tuple(
        _own_form(form, head, every) if head else Form(labels=form.labels) for head in heads
    )


def _own_form(form: Form, own: Collection[str], every: Collection[str]) -> Form:
    """`form` without what is said of columns that are not among `own`, but somewhere in `every`."""
    elsewhere = {name for name in every if name not in own}
    columns = {role: name for role, name in form.columns.items() if name not in elsewhere}
    prefix = form.score_prefix
    has = any(name.startswith(prefix) for name in own)
    if not has and any(name.startswith(prefix) for name in elsewhere):
        prefix = SCORE_PREFIX
    return replace(form, columns=columns, score_prefix=prefix)


def _read(path: Path, origin: Origin) -> Table:
    return of_harness(path, origin) or read_table(path, dialect_of(origin))


def of_harness(path: Path, origin: Origin) -> Table | None:
    """What a known harness wrote; None for any other file."""
    if path.suffix.lower() not in (".json", ".jsonl", ".ndjson"):
        return None
    from ticketbench.edge.results.harness.table import harness_table

    return harness_table(path, origin)


def dialect_of(origin: Origin) -> Dialect:
    """What is said of the file of a table of predictions."""
    return Dialect(origin.form.delimiter, origin.form.encoding, "score flags")
