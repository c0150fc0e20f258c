"""Which column of somebody's table is the text, the label, the id ...: by its name and content.

Add a name: in NAMES, in lower case and without blanks, the surest first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import words
from ticketbench.core.spelling import column_form
from ticketbench.edge.tables.rows import Row, Table

NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "ticket_id", "ticket", "key", "number", "case_id", "issue_key", "issue_id", "no"),
    "text": ("text", "body", "description", "message", "content", "comment", "subject", "summary"),
    "label": (
        "label", "category", "topic", "intent", "team", "queue", "tag", "class", "department",
        "reason", "issue_type", "type",
    ),
    "group": (
        "customer_id", "customer", "requester_id", "requester", "account_id", "user_id", "user",
        "thread_id", "conversation_id", "organization", "email", "author",
    ),
    "time": ("created_at", "created", "opened_at", "date", "time", "timestamp"),
}  # fmt: skip

MOST_LABELS, MOST_NAMED_LABELS = 60, 200
"""With more different values a column holds something else than labels; one that is called so may
have more.
"""

_SHORTEST_TEXT = 15
_LONGEST_LABEL = 60
_MOSTLY = 0.9
"""Of the rows; what is wrong with the others is told row by row."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The column for a role, others that could be it, the likeliest first, and why this one."""

    role: str
    column: str
    others: tuple[str, ...] = ()
    reason: str = ""


def guessed_columns(path: Path, table: Table) -> tuple[Guess, ...]:
    """A guess for id, text and label, then for group and time where a column looks like one.

    Each column has one role. Without a column that is called an id, and without one of different
    short words, there is none: ids are made of the texts. Raises InputError that names what is
    missing where no column can be the text or the label, or what is called an id is none.
    """
    if not table.rows:
        raise InputError("there are no tickets in the file", where=f"{path}:1", help="add rows")
    values = columns_of(table.columns, table.rows)
    found = likely_columns(values)
    known = [guess.role for guess in found]
    has_id = any(is_known("id", name) for name in table.columns)
    missing = [role for role in _ORDER if role in _NEEDED and role not in known]
    missing = [role for role in missing if role != "id" or has_id]
    if missing:
        raise _none_fits(path, missing[0], values)
    return found


def columns_of(columns: Collection[str], rows: Sequence[Row]) -> dict[str, list[str]]:
    """The values of each column as texts, empty for what is none."""
    return {name: [_text(row.values.get(name)) for row in rows] for name in columns}


def likely_columns(values: Mapping[str, Sequence[str]]) -> tuple[Guess, ...]:
    """A guess for each role that a column looks like, as `guessed_columns`; none is missed."""
    free, found = dict(values), list[Guess]()
    for role in _ORDER:
        if role == "group" and _is_ours(values) and _is_group(values[role]):
            different = len(set(filter(str.strip, values[role])))
            reason = f"by its name; {counted(different, len(values[role]))}"
            found.append(Guess(role, role, reason=reason))
            continue
        fits = [
            name for name in _ranked(role, free) if free[name] and _fits(role, name, free[name])
        ]
        if fits:
            reason = _reason(role, fits[0], free[fits[0]])
            found.append(Guess(role, fits[0], tuple(fits[1:4]), reason))
            del free[fits[0]]
    order = list(NAMES)
    return tuple(sorted(found, key=lambda guess: order.index(guess.role)))


def _is_ours(values: Collection[str]) -> bool:
    """Whether columns are called as a dataset of ours calls them: `group` is no team then."""
    return {"id", "text", "label", "group"} <= set(values)


def _text(cell: object) -> str:
    """A list of one is what stands in it."""
    if isinstance(cell, list) and len(cell) == 1:
        return str(cell[0])
    return cell if isinstance(cell, str) else ""


def _place(role: str, name: str) -> int:
    """Where a column's name stands among those known for a role; behind them all if nowhere."""
    plain = column_form(name)
    return NAMES[role].index(plain) if plain in NAMES[role] else len(NAMES[role])


def is_known(role: str, name: str) -> bool:
    """Whether a column's name alone tells that it has this role."""
    return _place(role, name) < len(NAMES[role])


def _reason(role: str, name: str, values: Sequence[str]) -> str:
    """Why a column has a role: its name, what it holds, or both."""
    given = [value for value in values if value.strip()]
    n, different = len(values), len(set(given))
    holds = {
        "id": "different in every row" if different == n else counted(different, n),
        "text": f"texts of {round(_mean_length(given)):,} characters on average",
        "label": counted(different, n, "short value"),
        "group": counted(different, n),
        "time": "dates",
    }[role]
    return f"by its name; {holds}" if is_known(role, name) else f"by what it holds: {holds}"


def counted(different: int, n: int, what: str = "value") -> str:
    """Such as "4 values in 12 rows"."""
    return f"{different:,} {what}{'s' * (different != 1)} in {n:,} row{'s' * (n != 1)}"


def _ranked(role: str, values: Mapping[str, Sequence[str]]) -> list[str]:
    """Columns by how well their name fits, then by content; those that only a name could tell are
    left out without one.
    """
    named = [name for name in values if role in _BY_CONTENT or is_known(role, name)]
    weight = _mean_length if role == "text" else _distinct
    sign = -1 if role == "text" else 1
    return sorted(named, key=lambda name: (_place(role, name), sign * weight(values[name])))


def _mean_length(values: Sequence[str]) -> float:
    return sum(map(len, values)) / max(1, len(values))


def _distinct(values: Sequence[str]) -> float:
    return len(set(values))


def _fits(role: str, name: str, values: Sequence[str]) -> bool:
    """Whether a column may have a role by what it holds."""
    if role == "label":
        return _is_label(values, MOST_NAMED_LABELS if is_known(role, name) else MOST_LABELS)
    return _FITS[role](values)


def _is_text(values: Sequence[str]) -> bool:
    """Mostly there, mostly several words, mostly not said twice, and no dates."""
    given = [value for value in values if value.strip()]
    long = [value for value in given if len(value) >= _SHORTEST_TEXT and len(value.split()) > 1]
    different = 2 * len(set(given)) > len(given)
    return 2 * len(long) > len(values) and different and not _is_time(given)


def _is_label(values: Sequence[str], most: int) -> bool:
    """Short, at most so many, each on more than one ticket on average, and hardly ever missing.

    A ticket without one is refused with its line when the table is read.
    """
    found = Counter(value for value in values if value.strip())
    short = all(len(value) <= _LONGEST_LABEL for value in found)
    given = found.total() >= _MOSTLY * len(values)
    return short and given and 2 <= len(found) <= most and 2 * len(found) <= len(values)


def _is_id(values: Sequence[str]) -> bool:
    """Different on nearly every row; one that stands twice is refused with both of its lines."""
    different = len({value for value in values if value.strip()})
    in_words = sum(len(value.split()) > 1 for value in values)
    return different >= _MOSTLY * len(values) and not _is_time(values) and 2 * in_words < different


def _is_group(values: Sequence[str]) -> bool:
    """Some of it stands on several tickets; what stands on all of them tells none apart."""
    given = [value for value in values if value.strip()]
    return 1 < len(set(given)) < len(given)


def _is_time(values: Iterable[str]) -> bool:
    return all(re.match(r"\d{4}-\d{2}-\d{2}", value) for value in values)


_FITS = {
    "text": _is_text, "id": _is_id, "group": _is_group, "time": _is_time,
}  # fmt: skip
_ORDER = ("text", "label", "id", "group", "time")
"""Of looking: what is surest to be told by its content comes first."""

_BY_CONTENT = ("text", "label", "id")
_NEEDED: Mapping[str, str] = {
    "id": "a different value on nearly every row",
    "text": f"texts of several words, {_SHORTEST_TEXT} characters or more",
    "label": f"2 to {MOST_LABELS} different short values on nearly every row, or up to "
    f"{MOST_NAMED_LABELS} in a column called label, team or the like",
}


def _none_fits(path: Path, role: str, columns: Collection[str]) -> InputError:
    """A single column may be the first line of something that is no table: it is not shown."""
    help_ = f"add such a column; there are: {words(columns)}"
    if len(columns) == 1:
        help_ = "there is one column: save the file with commas between columns"
    what = f"no column can be the {role}: it needs {_NEEDED[role]}"
    return InputError(what, where=f"{path}:1", help=help_)
