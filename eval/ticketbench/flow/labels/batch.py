"""The next tickets to label, and the sheet that they stand on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.edge.labels.sheet import Blank, label_studio_tasks, sheet_csv
from ticketbench.edge.labels.state import LabelState
from ticketbench.edge.redaction import redact

SMALL, LARGE, LARGE_FROM = 10, 25, 100
"""Batches of 10 until 100 tickets are labelled, then of 25: who looks after each batch labels up to
a third more than one who looks after each ticket, most where few labels are enough.
"""

UNNAMED = "unnamed"
"""The one person who labels sheets without a name."""

_ANNOTATOR = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Batch:
    """Tickets for one annotator, by their numbers among those to label, from 1; without any, all
    are labelled.
    """

    annotator: str
    numbers: tuple[int, ...]


def next_batch(state: LabelState, *, annotator: str, size: int | None) -> Batch:
    """The first tickets in the order that `annotator` has not labelled, `size` at most.

    Raises InputError for a name that could not stand in the name of a file.
    """
    refuse_odd_name(annotator)
    done = state.given.get(annotator, {})
    most = size or (SMALL if len(done) < LARGE_FROM else LARGE)
    waiting = (i for i, name in enumerate(state.ids_to_label, start=1) if name not in done)
    return Batch(annotator, tuple(islice(waiting, most)))


def refuse_odd_name(annotator: str) -> None:
    """Raise InputError for the name of a person that is none, or an address, or of nobody."""
    if annotator and (annotator == UNNAMED or not _ANNOTATOR.fullmatch(annotator)):
        what = f"an annotator cannot be called {quoted(annotator)}"
        raise InputError(
            what, where="--annotator", help="a short name without blanks, such as anna"
        )


def sheet_path(state_path: Path, batch: Batch, *, label_studio: bool) -> Path:
    """Beside the state, such as `labels-anna-011-020.csv`."""
    who = f"-{batch.annotator}" if batch.annotator else ""
    suffix = ".json" if label_studio else ".csv"
    first, last = batch.numbers[0], batch.numbers[-1]
    return state_path.with_name(f"{state_path.stem}{who}-{first:03}-{last:03}{suffix}")


def sheet(
    state: LabelState, batch: Batch, texts: Mapping[str, str], *, label_studio: bool
) -> bytes:
    """The file, without any answer and without a key that this machine knows; `texts` by id."""
    places = [state.to_label[number - 1] for number in batch.numbers]
    names = [state.log.ids[place - 1] for place in places]
    blanks = [Blank(place, name, texts[name]) for place, name in zip(places, names, strict=True)]
    return redact(label_studio_tasks(blanks) if label_studio else sheet_csv(blanks))
