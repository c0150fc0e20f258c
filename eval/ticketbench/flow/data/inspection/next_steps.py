"""What to type after a look into a file."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from ticketbench.edge.imports.preset import Asked
from ticketbench.edge.inputs.dataset_findings import LEAST_SHARE
from ticketbench.edge.tables.dialect import as_options
from ticketbench.edge.tables.rows import Dialect
from ticketbench.flow.data.inspection.found import Inspection
from ticketbench.flow.setup.project import as_argument
from ticketbench.measure.sample.inventory import Holding

_NEEDED = ("id", "text", "label")
_IMPORTED = ("id", "text", "label", "group", "time", "split")
_OF_PRESETS = ("text_field", "field", "label_tag", "label_field", "parts")


def next_steps(found: Inspection, dialect: Dialect, asked: Asked | None = None) -> tuple[str, ...]:
    """Commands in their order, as a shell takes them; none where no column holds labels, or a
    choice has to be made first.

    What has to be cut from the texts, several rows a ticket, and tickets without a label or a text
    lead to `data import`; a plain table to `init --from`; signatures alone are no reason.
    """
    if found.export is not None and found.export.choice:
        return ()
    imported = [*_options(found, asked or Asked())]
    roles = {guess.role: guess.column for guess in found.columns}
    if found.export is None and not ("text" in roles and ("label" in roles or imported)):
        return ()
    file = Path(found.path)
    first = f"ticketbench init --from {as_argument(file)}"
    if not imported and not _incomplete(found):
        return (first,)
    plain = Path("tickets.csv" if file.name != "tickets.csv" else "plain.csv")
    if _often(found.contents.signatures, found):
        imported.append("--cut-signatures")
    words = [*imported, *_columns(found)]
    command = " ".join(["ticketbench data import", as_argument(file), "-o", str(plain), *words])
    command += as_options(dialect)
    return command, f"ticketbench init --from {plain}"


def _options(found: Inspection, asked: Asked) -> Iterator[str]:
    """What `data import` has to do; nothing where the table is plain as it is."""
    who = found.annotators
    if found.export is not None:
        yield f"--preset {found.export.preset}"
        for name in _OF_PRESETS:
            if value := getattr(asked, name):
                yield f"--{name.replace('_', '-')} {shlex.quote(value)}"
    elif len(who.columns) > 1:
        yield f"--annotators {shlex.quote(','.join(who.columns))}"
    elif who.column and who.tickets:
        yield f"--annotator {shlex.quote(who.column)}"
    if _often(found.contents.markup, found):
        yield "--html auto"
    if _often(found.contents.quoted, found):
        yield "--cut-quotes"


def _incomplete(found: Inspection) -> bool:
    """Whether `init` would refuse a row that `data import` leaves out and counts."""
    return found.balance.n_without > 0 or found.lengths.n < found.n


def _often(held: Holding, found: Inspection) -> bool:
    """Whether it is worth a step: where `validate` says it, too."""
    return held.n > 0 and held.n >= LEAST_SHARE * found.contents.n


def _columns(found: Inspection) -> Iterator[str]:
    """The columns of a table that are not called by their roles."""
    other = [
        f"{guess.role}={guess.column}"
        for guess in found.columns
        if guess.role in _IMPORTED
        and (guess.role != guess.column or guess.role not in _NEEDED)
        and not (guess.role == "label" and len(found.annotators.columns) > 1)
    ]
    if other:
        yield f"--columns {shlex.quote(','.join(other))}"
