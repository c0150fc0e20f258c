"""Sheets of tickets to label out, and their labels in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.edge.labels.state import Source
from ticketbench.flow.labels import words
from ticketbench.flow.labels.begin import Begin
from ticketbench.flow.labels.next import Handed, Sheet
from ticketbench.flow.labels.next import label_next as next_sheet
from ticketbench.flow.labels.take import Taken
from ticketbench.flow.labels.take import label_import as taken_in
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns
from ticketbench.notebook.result import Frames, Result

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode

STATE = "labels.json"
_NOTHING = Begin("", "", Source("", (), "", "", ()))
"""What is asked where no argument of the first call is given."""


class NextSheet(Result):
    """What `label next` prints; `found.sheet` is the file to label, empty where nothing is left.

    Its frame is `left_out`.
    """

    thing = "label-next"

    def __init__(self, found: Handed) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {"left_out": lambda: Columns.of("why n", self.found.left_out.items())}

    def _data(self) -> Handed:
        return self.found

    def _card(self) -> Card:
        found = self.found
        sheet = (
            f"{len(found.numbers)} to label: {found.sheet}" if found.sheet else "all is labelled"
        )
        return Card(words.agree_text(found), (sheet,))


class TakenIn(Result):
    """What `label import` prints. Its frame is `gaps`, tickets that were passed over."""

    thing = "label-import"

    def __init__(self, found: Taken) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {"gaps": lambda: Columns.of("ticket_id", ((one,) for one in self.found.gaps))}

    def _data(self) -> Taken:
        return self.found

    def _card(self) -> Card:
        gaps = self.found.gaps
        return Card(words.taken_text(self.found), (words.gaps_text(gaps),) if gaps else ())


def label_next(
    base: str = "",
    candidate: str = "",
    *,
    config: str | Path = "",
    tickets: str | Path = "",
    texts: str | Path = "",
    columns: Sequence[str] = (),
    overrides: Sequence[str] = (),
    target: str = "accuracy",
    margin: float | None = None,
    customers: bool = False,
    seed: int = 0,
    batch: int | None = None,
    annotator: str = "",
    label_studio: bool = False,
    mask: bool = False,
    force: bool = False,
    mode: Mode = "auto",
    state: str | Path = STATE,
) -> NextSheet:
    """Write the next tickets to label beside `state`; arguments are the options of the command.

    The first call names both sets, the config and the tickets; later ones need none of these.
    Raises InputError where the state is of another comparison or the sheet is there already, and
    where only a part of what begins is named.
    """
    own = Source(str(config), tuple(overrides), str(tickets), str(texts), tuple(columns))
    asked = Begin(base, candidate, own, target, margin, seed, customers)
    begin = None if asked == _NOTHING else asked
    if begin and not (base and candidate and own.config and own.tickets):
        help_ = "name base, candidate, config and tickets; what has begun keeps its own"
        raise InputError("not all that the first call names", help=help_)
    how = Sheet(annotator, batch, label_studio, mask, force)
    return NextSheet(next_sheet(Path(state), begin, how, mode=mode))


def label_import(
    sheets: str | Path | Sequence[str | Path],
    *,
    annotator: str = "",
    annotators: Sequence[str] = (),
    replace: bool = False,
    state: str | Path = STATE,
) -> TakenIn:
    """Take in the labels of one sheet or several: all of them, or none where something is wrong.

    Raises InputError for an unknown label, a ticket that was not to be labelled, and a label that
    was another before.
    """
    paths = [sheets] if isinstance(sheets, str | Path) else list(sheets)
    return TakenIn(
        taken_in(
            Path(state),
            [Path(path) for path in paths],
            annotator=annotator,
            annotators=annotators,
            replace=replace,
        )
    )
