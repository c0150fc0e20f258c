"""The tickets that a verdict is to speak of: a table, or a log with the texts of its tickets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.types import Dataset
from ticketbench.edge.inputs.config import Config
from ticketbench.edge.inputs.dataset import LoadedDataset, load_unlabelled
from ticketbench.edge.labels.state import Source
from ticketbench.flow.logs.columns import column_names
from ticketbench.flow.logs.decisions import is_decision_log, read_entries

NAMELESS = "decisions without a ticket_id"
AGAIN = "further decisions about a ticket"
TEXTLESS = "decisions without a text"


@dataclass(frozen=True, slots=True)
class Fresh:
    """Tickets that nobody labelled.

    left_out    decisions of the log that are none of these, counted by the reason in words
    grouped_by  the column of customers or threads; empty where there is none
    """

    loaded: LoadedDataset
    left_out: Mapping[str, int]
    grouped_by: str


def fresh_tickets(config: Config, source: Source) -> Fresh:
    """The tickets of `source`, read as the config says; a label that stands there is not seen.

    Raises InputError for what cannot be read, and where no ticket is left.
    """
    path, reading = Path(source.tickets), config.reading
    if not source.texts:
        if path.is_file() and is_decision_log(path):
            help_ = "add --texts FILE, a table of id and text"
            raise InputError(f"{path} is a log of decisions, which has no texts", help=help_)
        loaded = load_unlabelled(path, reading)
        return Fresh(loaded, {}, _grouped_by(loaded))
    decisions = read_entries([path], column_names(source.columns)).decisions
    texts = load_unlabelled(Path(source.texts), reading)
    loaded, left_out = _in_log([one.ticket_id for one in decisions], texts)
    if not loaded.dataset.tickets:
        what = f"no ticket of {path} has a text in {source.texts}"
        raise InputError(what, help="its ids are to be the ticket_id of the log")
    return Fresh(loaded, left_out, _grouped_by(loaded))


def _in_log(names: Sequence[str], texts: LoadedDataset) -> tuple[LoadedDataset, Mapping[str, int]]:
    """The tickets with a text in the order of the log, once each, and what was left out."""
    of = {ticket.id: i for i, ticket in enumerate(texts.dataset.tickets)}
    kept: dict[str, int] = {}
    left_out: Counter[str] = Counter()
    for name in names:
        if not name:
            left_out[NAMELESS] += 1
        elif name in kept:
            left_out[AGAIN] += 1
        elif name not in of:
            left_out[TEXTLESS] += 1
        else:
            kept[name] = of[name]
    tickets = tuple(texts.dataset.tickets[i] for i in kept.values())
    dataset = Dataset(texts.dataset.name, tickets)
    lines = tuple(texts.lines[i] for i in kept.values())
    return replace(texts, dataset=dataset, lines=lines), dict(left_out)


def _grouped_by(loaded: LoadedDataset) -> str:
    return loaded.keys.columns.group or ""
