"""Which column of a table has which role, and what is said of one that is not there."""

from __future__ import annotations

from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.tickets.keys import Columns, Reading
from ticketbench.edge.tables.columns import has_column, missing_column
from ticketbench.edge.tables.rows import Table

OPTIONAL_BY_DEFAULT = ("all_labels", "split")

_HOW = "name it in the config: `dataset: {{columns: {{{}: COLUMN}}}}`"
_OR = ", or here --columns {}=COLUMN"


def mapped_columns(where: str, table: Table, reading: Reading) -> Columns:
    """The columns of `reading` with the defaults that the file has. A table without an id column is
    one whose ids are made of the texts, unless one is named.

    Raises InputError, at `where`, for a mapped column that is not there or stands twice.
    """
    columns = reading.keys.columns
    how = _HOW + _OR if reading.said_by == "config or flags" else _HOW
    found = columns.model_dump(exclude_unset=True)
    for role in OPTIONAL_BY_DEFAULT:
        if getattr(columns, role) is None and role in table.columns:
            found[role] = role
    mapped = Columns(**found)
    missing = [
        missing_column(
            column, table.columns, table.facts, where=where, role=role, say=how.format(role, role)
        )
        for role, column in mapped.by_role()
        if not has_column(column, table.columns) and not (role == "id" and makes_ids(table, mapped))
    ]
    if missing:
        raise InputError.of(missing)
    return mapped


def makes_ids(table: Table, columns: Columns) -> bool:
    """Whether there is no column of ids and none was named."""
    unnamed = "id" not in columns.model_fields_set
    return (
        unnamed
        and not has_column(columns.id, table.columns)
        and columns.id not in table.facts.repeated
    )
