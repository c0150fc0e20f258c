"""A table with a row for every label of a ticket: recognised, and refused with what turns it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ticketbench.core.errors import InputError
from ticketbench.core.spelling import column_form
from ticketbench.edge.results.forms.guesses import column_for, is_of_numbers
from ticketbench.edge.results.forms.options import SCORE_PREFIX
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.tables.rows import Table

_CANDIDATES = (
    "candidate", "candidate_label", "class", "class_label", "class_name", "label_name",
    "predicted_label", "option", "category", "variable", "label",
)  # fmt: skip
"""What people call the column of the label that a row is about, the surest first."""

_SCORES = ("score", "probability", "prob", "proba", "value", "confidence", "p")
_ROWS = 2000


def refuse_long(table: Table, origin: Origin) -> None:
    """Raise InputError where each row has one label of a ticket and the score of that one.

    That is so where tickets stand again and again, each time with another label beside them, in a
    table with one column of scores and none of predictions.csv.
    """
    if any(column.startswith(SCORE_PREFIX) for column in table.columns):
        return
    ticket = "ticket_id" if "ticket_id" in table.columns else column_for("ticket_id", table.columns)
    scores = _called(table, _SCORES)
    if ticket is None or scores is None or not is_of_numbers(table, scores):
        return
    for candidate in _candidates(table):
        if candidate != ticket and _varies(table, ticket, candidate):
            raise _long(origin, ticket, candidate, scores, table)


def _called(table: Table, names: tuple[str, ...]) -> str | None:
    by_name = {column_form(column): column for column in reversed(table.columns)}
    return next((by_name[name] for name in names if name in by_name), None)


def _candidates(table: Table) -> Iterator[str]:
    by_name = {column_form(column): column for column in reversed(table.columns)}
    return (by_name[name] for name in _CANDIDATES if name in by_name)


def _varies(table: Table, ticket: str, candidate: str) -> bool:
    """Whether tickets repeat, and none of them with the same candidate twice."""
    rows = list(islice(table.rows, _ROWS))
    pairs = {(str(row.values.get(ticket)), str(row.values.get(candidate))) for row in rows}
    tickets = {one for one, _ in pairs}
    return len(pairs) == len(rows) and len(rows) >= 2 * len(tickets)


def _long(origin: Origin, ticket: str, candidate: str, scores: str, table: Table) -> InputError:
    gold = "label" if candidate != "label" and "label" in table.columns else None
    wide = f"wide = df.pivot(index={ticket!r}, columns={candidate!r}, values={scores!r})"
    joined = ".add_prefix('score_')"
    if gold is not None:
        joined += f".join(df.groupby({ticket!r})[{gold!r}].first())"
    named = f".rename_axis('ticket_id'){joined}.to_csv('wide.csv')"
    what = f"each row is one label of a ticket ({ticket}, {candidate}, {scores}), not a ticket"
    more = "" if gold else "  # and add the gold labels as the column label"
    return InputError(what, where=origin.columns, help=f"with pandas: {wide}; wide{named}{more}")
