"""Ids of tickets in a table of predictions: what a number became on its way, undone or refused."""

from __future__ import annotations

from dataclasses import replace

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped
from ticketbench.edge.inputs.tickets.identity import NoId, usable_id
from ticketbench.edge.results.forms.counted import rows_of
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.tables.rows import Row, Table

_TICKET = "ticket_id"


def with_usable_ids(table: Table, origin: Origin) -> Table:
    """The table with its ids as a dataset has them: whole floats without their `.0`.

    Raises InputError, once and with a count, for ids that a spreadsheet shortened, and for floats
    that are not exactly whole numbers.
    """
    is_float = origin.form.columns.get(_TICKET, _TICKET) in table.facts.floats
    rows, bad = [], []
    for row in table.rows:
        name = row.values.get(_TICKET)
        if isinstance(name, str) and name:
            try:
                own = usable_id(name, is_float=is_float)
            except NoId as error:
                bad.append((row.line, name, error))
                continue
            row = row if own == name else Row(row.line, {**row.values, _TICKET: own})
        rows.append(row)
    if bad:
        line, name, first = bad[0]
        n = sum(str(error) == str(first) for _, _, error in bad)
        what = f"{rows_of(n, len(table.rows))}: {_TICKET} {first}, such as {clipped(name)}"
        raise InputError(what, where=origin.place(line), help=first.help)
    return replace(table, rows=tuple(rows))
