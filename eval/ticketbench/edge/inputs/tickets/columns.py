"""Which column of a table has which role, and what is said of one that is not there."""

from __future__ import annotations

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import columns_near, quoted
from ticketbench.edge.inputs.tickets.keys import Columns
from ticketbench.edge.tables.rows import Table

OPTIONAL_BY_DEFAULT = ("all_labels", "split")


def mapped_columns(where: str, table: Table, columns: Columns) -> Columns:
    """`columns` with the defaults that the file has. A table without an id column is one whose
    ids are made of the texts, unless one is named.

    Raises InputError, at `where`, for a mapped column that is not there or stands twice.
    """
    found = columns.model_dump(exclude_unset=True)
    for role in OPTIONAL_BY_DEFAULT:
        if getattr(columns, role) is None and role in table.columns:
            found[role] = role
    mapped = Columns(**found)
    missing = [
        _missing(role, column, where, table)
        for role, column in mapped.by_role()
        if not has_column(table, column) and not (role == "id" and makes_ids(table, mapped))
    ]
    if missing:
        raise InputError.of(missing)
    return mapped


def makes_ids(table: Table, columns: Columns) -> bool:
    """Whether there is no column of ids and none was named."""
    unnamed = "id" not in columns.model_fields_set
    return unnamed and not has_column(table, columns.id) and columns.id not in table.facts.repeated


def has_column(table: Table, name: str) -> bool:
    """Whether `name` is a column, or leads with dots into one that holds objects."""
    return name in table.columns or ("." in name and _outer(name) in table.columns)


def _outer(name: str) -> str:
    return name.partition(".")[0]


def _missing(role: str, column: str, where: str, table: Table) -> Problem:
    twice = repeated_problem(column, where, table)
    if twice is not None:
        return twice
    return Problem(
        f"there is no column {quoted(column)} for the {role}",
        where,
        f"{columns_near(column, table.columns)}; "
        f"name it in the config: `dataset: {{columns: {{{role}: COLUMN}}}}`",
    )


def repeated_problem(column: str, where: str, table: Table) -> Problem | None:
    """The problem of a name that stands more than once in the header; None for others."""
    fields = table.facts.repeated.get(column)
    if not fields:
        return None
    *most, last = map(str, fields)
    what = f"the column {quoted(column)} stands twice (fields {', '.join(most)} and {last})"
    return Problem(what, where, f"write {quoted(f'{column}#2')} for the second")
