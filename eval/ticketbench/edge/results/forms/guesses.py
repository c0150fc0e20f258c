"""Which column, and which prefix of columns, may be meant: for a message, never to read by."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice

from ticketbench.core.quotes import MOST_SHOWN
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.spelling import column_form
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.tables.rows import Table

NAMES: Mapping[str, tuple[str, ...]] = {
    "ticket_id": (
        "id", "ticket", "ticketid", "ticket_number", "ticket_key", "issue_key", "case_id", "key",
        "conversation_id", "external_id", "text_id", "row_id", "uid", "uuid",
    ),
    "label": (
        "y_true", "gold", "gold_label", "true_label", "label_true", "truth", "ground_truth",
        "target", "actual", "expected", "expected_label", "correct_label", "true", "y", "labels",
        "team", "category", "class", "intent",
    ),
    "top_label": (
        "y_pred", "predicted_label", "prediction", "predicted", "pred", "label_pred", "pred_label",
        "answer", "output",
    ),
    "score": ("confidence", "conf", "top_score", "probability", "prob", "max_prob", "score_max"),
    "repeat": ("run", "repeat", "trial", "attempt", "iteration", "seed", "sample"),
}  # fmt: skip
"""What people call the columns of each role, the commonest first."""

_SAMPLE = 200
"""Rows that a guess looks at."""

_MOST_COLUMNS = 500
"""Columns that it looks at: what they begin with is held against each of them."""


def column_for(role: str, columns: Collection[str]) -> str | None:
    """The column of these that people call so where they mean `role`."""
    by_name = {column_form(column): column for column in reversed(list(columns))}
    return next((by_name[name] for name in (role, *NAMES[role]) if name in by_name), None)


def texts_in(table: Table, column: str) -> list[str]:
    """What stands in the first rows of a column, outer blanks taken off, without empty cells."""
    cells = (row.values.get(column) for row in islice(table.rows, _SAMPLE))
    return [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]


def is_of_numbers(table: Table, column: str) -> bool:
    """Whether every cell of the first rows that is not empty holds a number, under any decimal
    sign.
    """
    texts = texts_in(table, column)
    found = 0
    for text in texts:
        with suppress(ValueError):
            float(text.removesuffix("%").replace(",", "."))
            found += 1
    return bool(texts) and found == len(texts)


def prefix_for(table: Table, taken: Collection[str], gold: str | None) -> str | None:
    """What two columns of numbers or more begin with, best so that gold labels follow.

    `gold` is the column of gold labels, where one is known; without a column that follows from it
    the shortest beginning of the most columns. Empty where the columns are called as the gold
    labels are.
    """
    columns = [c for c in table.columns if c not in taken][:_MOST_COLUMNS]
    columns = [c for c in columns if is_of_numbers(table, c)]
    known = {column_form(_whole(text)) for text in texts_in(table, gold)} if gold else set[str]()
    known -= {column_form(NONE_LABEL)}
    best: tuple[int, int, int] = (0, 1, 0)
    found: str | None = None
    for prefix in _beginnings(columns):
        own = [column.removeprefix(prefix) for column in columns if column.startswith(prefix)]
        followed = sum(column_form(_whole(label)) in known for label in own)
        rank = (followed, len(own), -len(prefix))
        enough = followed >= 2 if prefix == "" else len(own) >= 2
        if enough and rank > best:
            best, found = rank, prefix
    return found


def _whole(text: str) -> str:
    return re.sub(r"(?<=\d)\.0+$", "", text)


def _beginnings(columns: Iterable[str]) -> list[str]:
    """The empty one, and every one that ends with a sign between two words."""
    ends = (
        column[: cut.end()] for column in columns for cut in re.finditer(r"[^0-9A-Za-z]", column)
    )
    return ["", *dict.fromkeys(ends)]


def said(columns: Mapping[str, str], prefix: str | None, origin: Origin) -> str:
    """How to say so, over what the form of `origin` says already."""
    mapped = {**origin.form.columns, **columns}
    if any(len(column) > MOST_SHOWN for column in mapped.values()):
        mapped = {"ROLE": "COLUMN"}
    parts: dict[str, str | Mapping[str, str]] = {"columns": mapped} if mapped else {}
    return origin.say(**parts, **({} if prefix is None else {"score_prefix": prefix}))


def in_sequence(names: Sequence[str]) -> str:
    """`score_a ... score_d`, or the few names as they are."""
    return ", ".join(names) if len(names) < 3 else f"{names[0]} ... {names[-1]}"
