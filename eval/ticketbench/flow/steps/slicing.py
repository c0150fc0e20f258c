"""Slices of a run: the metadata columns of the dataset and the length of the texts."""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import NONE, Dataset, ScoreTable
from ticketbench.measure.results import SetSlices
from ticketbench.measure.sample.slices import slices


def sliced(dataset: Dataset, table: ScoreTable) -> SetSlices:
    """The slices of one rubric set, over scored tickets with a gold label."""
    labelled = table.rows(table.truth != NONE)
    ticket_of = {ticket.id: ticket for ticket in dataset.tickets}
    tickets = [ticket_of[ticket_id] for ticket_id in labelled.ids]
    names = dict.fromkeys(name for ticket in tickets for name, _ in ticket.metadata)
    metadata = [dict(ticket.metadata) for ticket in tickets]
    columns = {name: [values.get(name, "") for values in metadata] for name in names}
    lengths = np.array([len(ticket.text) for ticket in tickets], dtype=np.int64)
    found = slices(labelled.right, labelled.groups, columns, lengths)
    return SetSlices(table.provenance.rubric_set, found)
