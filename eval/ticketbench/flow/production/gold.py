"""Gold labels of tickets by their id, from a table without texts or scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped, columns_near, quoted
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import problems_error

_IDS = ("ticket_id", "id")
_LABELS = ("label",)
_GROUPS = ("group_id", "group")


@dataclass(frozen=True, slots=True)
class Gold:
    """Gold label and group of each ticket by its id; `grouped` tells whether the file has groups.

    A ticket without a group is one of its own.
    """

    labels: dict[str, str]
    groups: dict[str, str]
    grouped: bool


def read_gold(path: Path) -> Gold:
    """The columns `ticket_id` or `id`, `label`, and where there is one `group_id` or `group`.

    Raises InputError for a missing column, an empty cell, or an id that comes twice.
    """
    table = read_table(path)
    ids, names = _column(path, table.columns, _IDS), _column(path, table.columns, _LABELS)
    group = next((one for one in _GROUPS if one in table.columns), None)
    labels: dict[str, str] = {}
    groups: dict[str, str] = {}
    problems: list[Problem] = []
    for row in table.rows:
        id_, label = (str(row.values.get(name) or "").strip() for name in (ids, names))
        where = f"{path}:{row.line}"
        if not (id_ and label):
            empty = names if id_ else ids
            problems.append(Problem(f"{empty} is empty", where, "fill it in, or drop the row"))
        elif id_ in labels:
            problems.append(Problem(f"the id {quoted(id_)} comes twice", where, "keep one row"))
        else:
            labels[id_] = label
            own = str(row.values.get(group) or "") if group else ""
            groups[id_] = f"group {own}" if own else f"ticket {id_}"
    if problems:
        raise problems_error(problems)
    return Gold(labels, groups, group is not None)


def _column(path: Path, columns: Sequence[str], names: Sequence[str]) -> str:
    for name in names:
        if name in columns:
            return name
    wanted = " or ".join(clipped(name) for name in names)
    what = f"there is no column {wanted}: {columns_near(names[0], columns)}"
    raise InputError(what, where=f"{path}:1", help="name the columns ticket_id and label")
