"""Which answer a row is: of a ticket, or of one of its repeats; and rows that are in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ticketbench.core.errors import Problem
from ticketbench.core.quotes import quoted
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Repeat
from ticketbench.edge.results.forms.counted import rows_of
from ticketbench.edge.results.forms.options import ROLES, SCORE_PREFIX
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.tables.rows import Row

EMPTY = f"fill it in, with {NONE_LABEL} where no label fits, or drop the row"

Numbered = list[tuple[int, Problem]]
"""Problems, each with the number of its row."""

_FEWEST_ROWS = 2
_NAMES = ("ticket_id", "label", "group_id", "top_label", "rubric_set")


def text(row: Row, column: str) -> str:
    """What a row says in a column; empty where it has none."""
    value = row.values.get(column)
    return value if isinstance(value, str) else ""


def texts(rows: Sequence[Row], column: str) -> list[str]:
    """What each row says in a column: `text` of a million rows, without as many calls."""
    return [value if isinstance(value := row.values.get(column), str) else "" for row in rows]


def has_repeats(origin: Origin) -> bool:
    """Whether tickets may stand more than once, as a column says which repeat a row is."""
    return "repeat" in origin.form.columns


def repeat_of(row: Row, origin: Origin) -> Repeat:
    """The ticket and the repeat of a row; without repeats that is the empty one."""
    name = text(row, "repeat").strip() if has_repeats(origin) else ""
    return Repeat(text(row, "ticket_id"), name)


def answer_key(row: Row, origin: Origin) -> object:
    """What is equal for two rows of one answer, cheaply where there are no repeats."""
    return repeat_of(row, origin) if has_repeats(origin) else text(row, "ticket_id")


def answer_keys(rows: Sequence[Row], origin: Origin) -> Sequence[object]:
    """`answer_key` of each row."""
    if has_repeats(origin):
        return [repeat_of(row, origin) for row in rows]
    return texts(rows, "ticket_id")


def answer_id(row: Row, origin: Origin) -> str:
    """What the answer in a row is called: its ticket, with the repeat where there are some."""
    if not has_repeats(origin):
        return text(row, "ticket_id")
    found = repeat_of(row, origin)
    return f"{found.ticket} ({found.name})" if found.name else found.ticket


def answer_ids(rows: Sequence[Row], origin: Origin) -> list[str]:
    """`answer_id` of each row."""
    if has_repeats(origin):
        return [answer_id(row, origin) for row in rows]
    return texts(rows, "ticket_id")


def has_half(names: Iterable[str]) -> bool:
    """Whether half a surrogate pair stands in one of them: JSON can write it, UTF-8 cannot."""
    every = "".join(names)
    try:
        every.isascii() or every.encode()
    except UnicodeEncodeError:
        return True
    return False


def in_the_way(rows: Sequence[Row], origin: Origin) -> Numbered:
    """Rows without ticket, label or repeat, or with half a character in a name; tickets that stand
    twice, or say two things.
    """
    problems = _empty(rows, origin) + _half(rows, origin)
    named = [row for row, ticket in zip(rows, texts(rows, "ticket_id"), strict=True) if ticket]
    if has_repeats(origin):
        problems += _without_name(named, origin)
        problems += _not_one(named, "label", "gold label", origin)
        problems += _not_one(named, "group_id", "group", origin)
    return problems + _twice(named, origin)


def _empty(rows: Sequence[Row], origin: Origin) -> Numbered:
    """One problem for all rows without a ticket or without a gold label."""
    said = zip(rows, texts(rows, "ticket_id"), texts(rows, "label"), strict=True)
    bad = [row.line for row, ticket, label in said if not (ticket and label)]
    if not bad:
        return []
    what = "ticket_id or label is empty"
    told = what if len(bad) == 1 else f"{rows_of(len(bad), len(rows))}: {what}"
    return [(bad[0], Problem(told, origin.place(bad[0]), EMPTY))]


def _half(rows: Sequence[Row], origin: Origin) -> Numbered:
    """One problem for each column of names with half a surrogate pair."""
    found = []
    for column in _NAMES:
        if has_half(texts(rows, column)):
            line = next(row.line for row in rows if has_half([text(row, column)]))
            what = f"{quoted(origin.form.columns.get(column, column))} holds half a surrogate pair"
            found.append((line, Problem(what, origin.place(line), "export the table again")))
    return found


@dataclass(frozen=True, slots=True)
class _Again:
    """A row that repeats another one, which stands in `first`."""

    row: Row
    first: int


def _seen_again(rows: Sequence[Row], key: Callable[[Row], object]) -> list[_Again]:
    first: dict[object, int] = {}
    again = []
    for row in rows:  # two may begin in one line, in a list of JSON
        own = key(row)
        if own in first:
            again.append(_Again(row, first[own]))
        else:
            first[own] = row.line
    return again


def _twice(rows: Sequence[Row], origin: Origin) -> Numbered:
    """One problem for all rows that stand again."""
    if len(set(answer_keys(rows, origin))) == len(rows):
        return []
    again = _seen_again(rows, lambda row: answer_key(row, origin))
    one = again[0]
    found = repeat_of(one.row, origin)
    which = f" in repeat {quoted(found.name)}" if found.name else ""
    what = f"the ticket {quoted(found.ticket)} stands twice{which}"
    what += f", first in {origin.row} {one.first}"
    if len(again) > 1:
        what += f"; {len(again):,} rows repeat a ticket"
    help_ = "keep one row a ticket and repeat" if found.name else "keep one row a ticket"
    if not has_repeats(origin):
        help_ += f"; tickets that were asked repeatedly: {_option(rows, origin)}"
    return [(one.row.line, Problem(what, origin.place(one.row.line), help_))]


def _option(rows: Sequence[Row], origin: Origin) -> str:
    """What names the column of repeats, filled in where one column tells rows apart."""
    name = next(iter(_telling(rows)), "COLUMN")
    return origin.say(columns={**origin.form.columns, "repeat": name})


def _telling(rows: Sequence[Row]) -> list[str]:
    """Columns of few values that tell the rows of each ticket apart."""
    known = {name for row in rows[:1] for name in row.values if name not in ROLES}
    names = [name for name in rows[0].values if name in known and not _is_score(name)]
    n_tickets = len({text(row, "ticket_id") for row in rows})
    return [
        name
        for name in names
        if all(text(row, name) for row in rows)
        and len({text(row, name) for row in rows}) <= max(_FEWEST_ROWS, n_tickets)
        and not _seen_again(rows, lambda row, name=name: (text(row, "ticket_id"), text(row, name)))  # type: ignore[misc]
    ]


def _is_score(name: str) -> bool:
    return name.startswith(SCORE_PREFIX)


def _without_name(rows: Sequence[Row], origin: Origin) -> Numbered:
    empty = [row for row in rows if not repeat_of(row, origin).name]
    if not empty:
        return []
    column, line = quoted(origin.form.columns["repeat"]), empty[0].line
    what = f"{len(empty):,} of {len(rows):,} rows: the column {column} is empty"
    return [(line, Problem(what, origin.place(line), "say which repeat each row is"))]


def _not_one(rows: Sequence[Row], column: str, what: str, origin: Origin) -> Numbered:
    """Tickets whose repeats say different things of what is the ticket's own; one problem."""
    own: dict[str, str] = {}
    others = [
        row
        for row in rows
        if own.setdefault(text(row, "ticket_id"), text(row, column)) != text(row, column)
    ]
    if not others:
        return []
    row, n = others[0], len({text(row, "ticket_id") for row in others})
    name = text(row, "ticket_id")
    told = f"the ticket {quoted(name)} has the {what} {quoted(text(row, column))} here and "
    told += f"{quoted(own[name])} before"
    told += f"; so have {n:,} tickets" if n > 1 else ""
    help_ = "the repeats of a ticket share it: correct the rows"
    return [(row.line, Problem(told, origin.place(row.line), help_))]
