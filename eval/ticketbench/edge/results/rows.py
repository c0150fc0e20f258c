"""What the rows of a table of predictions say, wherever the table lies, and what is wrong there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import compress
from typing import TypeVar

import numpy as np

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import quoted, words
from ticketbench.core.rubrics import NONE_LABEL, fingerprint
from ticketbench.core.types import NONE, BoolArray, IntArray, Provenance, Repeat, ScoreTable
from ticketbench.edge.files.cells import ESCAPED, original
from ticketbench.edge.results.forms.columns import check_columns, renamed
from ticketbench.edge.results.forms.labels import (
    Settled,
    gold_against,
    in_words_of_columns,
    relabelled,
)
from ticketbench.edge.results.forms.nested import spread
from ticketbench.edge.results.forms.options import AS_OURS, HEAD, SCORE_PREFIX, TAIL
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.forms.scores import scores_of
from ticketbench.edge.results.ids import with_usable_ids
from ticketbench.edge.results.repeats import (
    Numbered,
    answer_ids,
    has_repeats,
    in_the_way,
    repeat_of,
    text,
    texts,
)
from ticketbench.edge.results.top_label import (
    TOP,
    Answers,
    failed,
    of_top_labels,
    stated,
    top_labels_alone,
    without_scores,
)
from ticketbench.edge.set_names import note_pairs
from ticketbench.edge.tables.rows import Cell, Row, Table, problems_error

_Value = TypeVar("_Value")

_OTHER_LABEL = "give each label its column; of two labels the other one has 1 less the score"


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A score table, and what it does not say of the rows that it was made of.

    ids     every ticket in the order of the rows, also those without an answer
    labels  the gold label of each, NONE_LABEL where none fits
    named_groups  the group of each by name, an empty one where it has none; empty for none at all
    notes   what was decided in reading them
    unscored  the gold labels that no column of scores is for; empty for none, or in our own file
    """

    table: ScoreTable
    ids: tuple[str, ...]
    labels: Sequence[str]
    named_groups: Sequence[str]
    notes: tuple[str, ...] = ()
    unscored: str = ""

    @property
    def gold(self) -> dict[str, str]:
        """The gold label of each ticket; made anew for who asks."""
        return dict(zip(self.ids, self.labels, strict=True))


def predictions(table: Table, origin: Origin, rubric_set: str | None = None) -> Predictions:
    """The predictions in a table: `ticket_id, label, score_<label>...` and optional
    `group_id, rubric_set, failure`.

    One of several rubric sets needs `rubric_set`. Labels whose column is empty throughout are not
    part of the set; a row without any score is a ticket without an answer. Raises InputError with
    the place of every bad row, as `origin` calls it.
    """
    return of_set(known(table, origin), origin, rubric_set)


def known(table: Table, origin: Origin) -> Table:
    """The table with the columns of predictions.csv, whatever form it has by `origin`.

    Texts of a table of our own come back as they were before `predictions_csv`. Raises InputError
    where it lacks what it cannot go without, and where the form says what is not there.
    """
    if is_ours(table.columns):
        table = _unescaped(table, origin)
        if origin.form == AS_OURS:
            return table
    table = renamed(table, origin)
    check_columns(table, origin)
    return relabelled(spread(with_usable_ids(table, origin), origin), origin)


def of_set(table: Table, origin: Origin, rubric_set: str | None) -> Predictions:
    """The predictions of one rubric set in a `known` table; see `predictions`."""
    name, rows = _rows_of_set(table, origin, rubric_set)
    settled = _settled(table, origin, rows)
    rows = in_words_of_columns(rows, settled)
    problems = in_the_way(rows, origin)
    answers = _answers(table, origin, rows, problems)
    if problems:
        raise _in_order(problems)
    said = Said(
        ids=tuple(answer_ids(rows, origin)),
        tickets=texts(rows, "ticket_id"),
        gold=texts(rows, "label"),
        tops=texts(rows, TOP),
        groups=texts(rows, "group_id"),
        repeats=tuple(repeat_of(row, origin) for row in rows) if has_repeats(origin) else None,
        first=next((row.line for row, has in zip(rows, answers.answered, strict=True) if has), 0),
    )
    notes = (*table.notes, *settled.notes, *answers.notes)
    return replace(made(said, answers, origin, name), notes=notes, unscored=settled.unscored)


@dataclass(frozen=True, slots=True)
class Said:
    """What the rows of a set say beside their scores, a row after the other; empty for nothing.

    ids      what their answers are called
    repeats  None where there is one answer a ticket: then ids are those of tickets
    first    the number of the first row with an answer
    """

    ids: tuple[str, ...]
    tickets: Sequence[str]
    gold: Sequence[str]
    tops: Sequence[str]
    groups: Sequence[str]
    repeats: tuple[Repeat, ...] | None = None
    first: int = 0


def made(said: Said, answers: Answers, origin: Origin, name: str) -> Predictions:
    """The predictions of the rubric set `name` in rows that nothing is wrong with.

    Raises InputError where every top label contradicts the scores.
    """
    own = fingerprint(_identities(said)) if origin.whole else ""  # that of some rows tells nothing
    provenance = Provenance(origin.dataset, own, name, "", "table")
    found = replace(_score_table(said, answers), provenance=provenance)
    if found.complete:
        tops = _kept(said.tops, answers.answered)
        found = replace(found, stated=stated(found, tops, origin, first=said.first))
    return Predictions(found, said.ids, said.gold, said.groups if any(said.groups) else ())


def _kept(values: Sequence[_Value], answered: BoolArray) -> Sequence[_Value]:
    """Those of the rows that answer; nothing of nothing."""
    return values if answered.all() else tuple(compress(values, answered))


def _settled(table: Table, origin: Origin, rows: Sequence[Row]) -> Settled:
    """What gold labels are read as; in a table that a run left those outside the set are meant."""
    if is_ours(table.columns):
        return Settled()
    gold, said = texts(rows, "label"), texts(rows, TOP)
    columns = [column for column in table.columns if column.startswith(SCORE_PREFIX)]
    if TOP in table.columns and top_labels_alone(rows, columns):
        answered = {SCORE_PREFIX + label for label in said if label} - {SCORE_PREFIX}
        labels = [column.removeprefix(SCORE_PREFIX) for column in (*columns, *sorted(answered))]
        found = gold_against(labels, gold, said, origin, scored=False)
        return replace(found, unscored="")  # what is never answered is wrong, but has no column
    return gold_against(_labels(table, origin, rows), gold, said, origin)


def _answers(table: Table, origin: Origin, rows: Sequence[Row], problems: Numbered) -> Answers:
    """What the rows answer: every score, or the top label and what is known of it."""
    columns = [column for column in table.columns if column.startswith(SCORE_PREFIX)]
    if TOP in table.columns and top_labels_alone(rows, columns):
        labels = [column.removeprefix(SCORE_PREFIX) for column in columns]
        return of_top_labels(rows, labels, origin, problems)
    labels_ = _labels(table, origin, rows)
    columns = [SCORE_PREFIX + label for label in labels_]
    cells = [_cells(row, columns) for row in rows]
    read = scores_of([row.line for row in rows], cells, columns, origin)
    problems += [(one.row, one.problem) for one in read.problems]
    answered = np.array([of is not None for of in read.values], dtype=np.bool_)
    others = [row for row, cell in zip(rows, cells, strict=True) if not any(cell)]
    scores = [of for of in read.values if of is not None] if not problems else []
    values = np.array(scores, dtype=np.float64).reshape(len(scores), len(labels_))
    problems += without_scores(others, rows, origin)
    failures = [failed(row, origin) for row in others]
    n_gold_empty = _gold_empty(_kept(rows, answered), columns) if read.n_zero[0] else 0
    notes = read.notes(origin.row, n_gold_empty=n_gold_empty)
    return Answers(labels_, answered, failures, values, notes=notes)


def _gold_empty(rows: Sequence[Row], columns: Sequence[str]) -> int:
    """How many rows have no score for their gold label, which has a column."""
    known = frozenset(columns)
    gold = ((row, SCORE_PREFIX + text(row, "label")) for row in rows)
    return sum(column in known and not text(row, column).strip() for row, column in gold)


def _score_table(said: Said, answers: Answers) -> ScoreTable:
    """Where from is still to be said."""
    gold = gold_labels(answers.labels, said.gold)
    position = {label: i for i, label in enumerate(gold)} | {NONE_LABEL: NONE}
    own = _kept(said.gold, answers.answered)
    return ScoreTable(
        labels=answers.labels,
        gold_labels=gold,
        ids=tuple(_kept(said.ids, answers.answered)),
        truth=np.fromiter(map(position.__getitem__, own), np.int64, len(own)),
        groups=_groups(said, answers.answered),
        scores=answers.scores,
        wanted=None,
        failures=tuple(answers.failures),
        provenance=Provenance("", "", "", "", ""),
        known=answers.known,
        repeats=None if said.repeats is None else tuple(_kept(said.repeats, answers.answered)),
    )


def _groups(said: Said, answered: BoolArray) -> IntArray:
    if said.repeats is None and not any(said.groups):
        return np.arange(np.count_nonzero(answered), dtype=np.int64)
    tickets = _kept(said.tickets, answered)
    named = _kept(said.groups, answered)
    return numbered([one or ("id", ticket) for one, ticket in zip(named, tickets, strict=True)])


def _in_order(problems: Numbered) -> InputError:
    return problems_error([one for _, one in sorted(problems, key=lambda found: found[0])])


def gold_labels(labels: Sequence[str], seen: Iterable[str]) -> tuple[str, ...]:
    """The labels, then the gold labels outside them, sorted."""
    return (*labels, *sorted(set(seen) - set(labels) - {NONE_LABEL}))


def numbered(keys: Sequence[object]) -> IntArray:
    """Equal keys get equal numbers, in order of first appearance."""
    number: dict[object, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)


def is_ours(columns: Sequence[str]) -> bool:
    """Whether a table with these columns is as a run leaves it."""
    return tuple(columns[: len(HEAD)]) == HEAD


def _unescaped(table: Table, origin: Origin) -> Table:
    """The original texts of a table of our own; any other table stays as it is.

    Raises InputError with the place of every escape that is no character, and of columns that
    have one name.
    """
    columns = table.columns
    if columns[-len(TAIL) - 1 :] != (*TAIL, ESCAPED):
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
        changed = text(row, ESCAPED) == "1"
        cells = {name: text(row, name) for name in columns}
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
    used = [column for column in columns if any(text(row, column).strip() for row in rows)]
    if origin.form.empty_scores == "zero" and len(rows) == len(table.rows):
        used = columns  # without other sets in the table no column is theirs alone
    labels = [column.removeprefix(SCORE_PREFIX) for column in used or columns]
    if len(labels) < 2:
        what = "there are fewer than two score columns with values"
        help_ = f"no row has a {TOP} either" if TOP in table.columns else _OTHER_LABEL
        raise InputError(what, where=origin.columns, help=help_)
    return ordered(labels, _before(labels, table, rows) if origin.whole else {})


def _before(labels: Sequence[str], table: Table, rows: Sequence[Row]) -> dict[str, set[str]]:
    """The top labels that each label ties with."""
    before: dict[str, set[str]] = {label: set() for label in labels}
    told = not {TOP, SCORE_PREFIX}.isdisjoint(table.columns)
    for row in rows if told else ():
        top = text(row, "top_label")
        score = text(row, SCORE_PREFIX + top)
        own = 1 + (row.values.get("score") == score)
        tied = score and list(row.values.values()).count(score) > own
        for label in labels if tied else ():
            if label != top and text(row, SCORE_PREFIX + label) == score:
                before[label].add(top)
    return before


def ordered(labels: Sequence[str], before: Mapping[str, Set[str]]) -> tuple[str, ...]:
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


def _identities(said: Said) -> list[str]:
    pairs = zip(said.tickets, said.gold, strict=True)
    return sorted([f"{len(ticket)}:{ticket}{label}" for ticket, label in pairs])


def _cells(row: Row, columns: Sequence[str]) -> list[str]:
    """Those of the scores, without outer blanks."""
    found = map(row.values.get, columns)
    return [cell.strip() if isinstance(cell, str) else "" for cell in found]


def _rows_of_set(table: Table, origin: Origin, wanted: str | None) -> tuple[str, list[Row]]:
    if not table.rows:
        raise InputError(f"there are no rows in {origin.name}", help="add predictions")
    of_row = texts(table.rows, "rubric_set")
    name = chosen_set(of_row, origin, wanted)
    rows = [row for row, own in zip(table.rows, of_row, strict=True) if own == name]
    return name or origin.rubric_set, rows


def chosen_set(of_row: Iterable[str], origin: Origin, wanted: str | None) -> str:
    """The rubric set that is `wanted` of those that rows name; empty where none is named.

    Raises InputError for one that no row names, and where several are and none is wanted.
    """
    names = list(dict.fromkeys(of_row))
    if wanted is None and len(names) > 1:
        raise InputError(
            f"{origin.name} holds several rubric sets",
            help=f"choose one: {origin.chosen_by}, of {words(names)}",
        )
    if wanted is not None and wanted not in names:
        note_pairs(names)
        named = [name for name in names if name]
        none = "its rows name none: ask without a name, or add a column rubric_set"
        help_ = f"it has: {words(named)}" if named else none
        raise InputError(f"{origin.name} has no rubric set {quoted(wanted)}", help=help_)
    return names[0] if wanted is None else wanted
