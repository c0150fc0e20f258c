"""Scores of all labels in one cell: an object by label, or a list of labels with their scores."""

from __future__ import annotations

import json
from dataclasses import replace

from ticketbench.core.errors import InputError
from ticketbench.edge.results.forms.counted import rows_of
from ticketbench.edge.results.forms.options import SCORE_PREFIX
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.tables.rows import Cell, Row, Table

SCORES, LABELS = "scores", "labels"


class _Unreadable(Exception):
    """What a cell is in place of scores by label, and what to do."""

    def __init__(self, what: str, help_: str) -> None:
        super().__init__(what)
        self.help = help_


def spread(table: Table, origin: Origin) -> Table:
    """A `renamed` table with a column for each label in place of the one of all scores.

    An object is `{"a": 0.9, "b": 0.1}`; a list is that of pipelines, `[{"label": "a", "score":
    0.9}, ...]`, or one of numbers beside a column `labels`. Tables whose scores have columns of
    their own stay as they are, unless the user names the one of all. Raises InputError, one a
    cause, where a cell is neither.
    """
    given = SCORES in origin.form.columns
    own = [column for column in table.columns if column.startswith(SCORE_PREFIX)]
    if SCORES not in table.columns or (own and not given):
        return table
    dropped = {SCORES, *own}
    labels: dict[str, None] = {}
    bad: list[tuple[int, _Unreadable]] = []
    rows = []
    for row in table.rows:
        values = {name: cell for name, cell in row.values.items() if name not in dropped}
        try:
            scores = _scores(row.values.get(SCORES), row.values.get(LABELS))
        except _Unreadable as error:
            bad.append((row.line, error))
            continue
        labels |= dict.fromkeys(scores)
        values |= {SCORE_PREFIX + label: cell for label, cell in scores.items()}
        rows.append(Row(row.line, values))
    if bad:
        raise _refused(bad, len(table.rows), origin)
    kept = [column for column in table.columns if column not in dropped]
    return replace(
        table, columns=(*kept, *(SCORE_PREFIX + label for label in labels)), rows=tuple(rows)
    )


def _scores(cell: Cell, labels: Cell) -> dict[str, Cell]:
    """The score of each label as it was printed; nothing where the cell is empty."""
    if cell is None or cell == "":
        return {}
    value = _value(cell)
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]  # pipelines that are asked about one text answer with a list of one
    match value:
        case dict():
            pairs = list(value.items())
        case [dict(), *_]:
            pairs = [_pair(one) for one in value]
        case [*numbers] if numbers:
            pairs = list(zip(_beside(labels, len(numbers)), numbers, strict=True))
        case _:
            raise _Unreadable("no scores by label", 'write {"label": 0.9, ...} into the cell')
    found = {str(label): _cell(score) for label, score in pairs}
    if len(found) < len(pairs):
        raise _Unreadable("scores with a label twice", "keep one score a label")
    return found


def _value(cell: Cell) -> object:
    if isinstance(cell, list):
        return cell

    def unique(items: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(items)) < len(items):
            raise _Unreadable("scores with a label twice", "keep one score a label")
        return dict(items)

    text = cell or ""
    try:
        return json.loads(
            text, object_pairs_hook=unique, parse_int=str, parse_float=str, parse_constant=str
        )
    except (ValueError, RecursionError):
        if "'" in text and text.strip().startswith(("{", "[")):
            help_ = 'with pandas: df["scores"] = df["scores"].map(json.dumps)'
            raise _Unreadable("a Python object, not JSON", help_) from None
        raise _Unreadable("no JSON", 'write {"label": 0.9, ...} into the cell') from None


def _pair(one: object) -> tuple[object, object]:
    match one:
        case {"label": str(label), "score": score}:
            return label, score
    raise _Unreadable("no list of labels and scores", 'write [{"label": "a", "score": 0.9}, ...]')


def _beside(labels: Cell, n: int) -> list[str]:
    """The labels of as many scores, from the column that stands beside theirs."""
    value = _value(labels) if labels else None
    if isinstance(value, list) and len(value) == n and all(isinstance(x, str) for x in value):
        return [str(x) for x in value]
    help_ = 'write {"label": 0.9, ...}, or as many names into a column labels'
    raise _Unreadable("a list of numbers without their labels", help_)


def _cell(score: object) -> Cell:
    match score:
        case str():
            return score
        case None:
            return None
        case bool():
            return "true" if score else "false"
    raise _Unreadable("scores that are no numbers", 'write {"label": 0.9, ...} into the cell')


def _refused(bad: list[tuple[int, _Unreadable]], total: int, origin: Origin) -> InputError:
    line, first = bad[0]
    same = [line for line, error in bad if str(error) == str(first)]
    column = origin.form.columns.get(SCORES, SCORES)
    what = f"{rows_of(len(same), total)}: the column {column} holds {first}"
    return InputError(what, where=origin.place(line), help=first.help)
