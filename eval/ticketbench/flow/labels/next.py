"""The next sheet of tickets to label; the first one begins the verdict."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import words
from ticketbench.core.types import Ticket
from ticketbench.edge.files.reading import read_bytes
from ticketbench.edge.files.together import together
from ticketbench.edge.labels.state import LabelState, alone, read_state, state_bytes
from ticketbench.edge.redaction import redact
from ticketbench.flow.labels.batch import Batch, next_batch, sheet, sheet_path
from ticketbench.flow.labels.begin import Begin, Ear, begun, inputs_for, refuse_changed
from ticketbench.flow.labels.sets import set_called
from ticketbench.flow.labels.take import labelled_by_anybody
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.texts import listed_words
from ticketbench.report.masking.texts import Masking, shown_texts
from ticketbench.report.masking.texts import Mode as Shown

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode


@dataclass(frozen=True, slots=True)
class Handed:
    """A batch on its way to a person; n_log = n_agree + n_to_label + n_left_out.

    state, sheet  the files; no sheet where all is labelled. `config` is that of the first call
    begins        whether the order was fixed by this call
    numbers       of the tickets on the sheet among those to label, from 1
    labels        what may be written into the sheet
    masking       what of the texts was masked
    notes         labels that one of the sets does not have
    """

    state: str
    config: str
    sheet: str
    begins: bool
    annotator: str
    base: str
    candidate: str
    target: str
    n_log: int
    n_agree: int
    n_to_label: int
    n_left_out: int
    left_out: Mapping[str, int]
    n_labelled: int
    numbers: tuple[int, ...]
    labels: tuple[str, ...]
    masking: Masking
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a sheet is wanted.

    size          tickets; None: 10, and 25 once 100 are labelled
    label_studio  tasks in place of a table
    mask          texts are masked
    force         a sheet that is there is written anew
    """

    annotator: str = ""
    size: int | None = None
    label_studio: bool = False
    mask: bool = False
    force: bool = False


def label_next(
    state_path: Path,
    begin: Begin | None,
    how: Sheet = Sheet(),
    *,
    mode: Mode = "auto",
    ear: Ear = Ear(),  # noqa: B008 - frozen
) -> Handed:
    """Write the next tickets to label beside the state; where there is none, `begin` it.

    Raises InputError where a state is there of another comparison, its tickets or rubrics changed,
    or the sheet is there already; and what `begun` raises. Killed at any moment it leaves the
    state of before or the one after, and the same call goes on.
    """
    with alone(state_path):
        begins = begin is not None and not state_path.exists()
        if begin is not None and begins:
            state, inputs = begun(begin, mode=mode, ear=ear)
        else:
            state, inputs = _going_on(state_path, begin)
        batch = next_batch(state, annotator=how.annotator, size=how.size)
        path = (
            sheet_path(state_path, batch, label_studio=how.label_studio) if batch.numbers else None
        )
        texts, masking = _texts(state, batch, inputs, mask=how.mask)
        content = sheet(state, batch, texts, label_studio=how.label_studio)
        if path is not None and not how.force:
            _refuse_to_lose(path, content, state_path)
        with together() as files:
            if begins:
                files.beside_with(state_path, redact(state_bytes(state)))
            if path is not None:
                files.beside_with(path, content)
    return Handed(
        state=str(state_path),
        config=state.source.config,
        sheet="" if path is None else str(path),
        begins=begins,
        annotator=how.annotator,
        base=state.base.name,
        candidate=state.candidate.name,
        target=state.target,
        n_log=state.log.n + state.n_left_out,
        n_agree=state.n_agree,
        n_to_label=len(state.to_label),
        n_left_out=state.n_left_out,
        left_out=state.log.left_out,
        n_labelled=len(labelled_by_anybody(state)),
        numbers=batch.numbers,
        labels=state.known_labels,
        masking=masking,
        notes=tuple(_other_labels(state, inputs)),
    )


def _other_labels(state: LabelState, inputs: Inputs) -> Iterator[str]:
    """Of each set the labels that only it has: such a label on a ticket speaks for it alone."""
    both = [set_called(inputs, side.name) for side in (state.base, state.candidate)]
    for one, other in (both, both[::-1]):
        own = [label for label in one.rubrics.labels if label not in other.rubrics.labels]
        if own:
            yield (
                f"only {one.name} has {words(own)}: a ticket with such a label speaks for no other "
                "set, so a label that was renamed is to be renamed back first"
            )


def _going_on(path: Path, begin: Begin | None) -> tuple[LabelState, Inputs]:
    state = read_state(path)
    if begin is not None:
        _refuse_other(path, state, begin)
    inputs, _ = inputs_for(state.source)
    refuse_changed(state, inputs)
    return state, inputs


def _refuse_other(path: Path, state: LabelState, begin: Begin) -> None:
    """What is asked for must be what the labels began with: an order is fixed once."""
    own = Begin(
        state.base.name,
        state.candidate.name,
        state.source,
        state.target,
        begin.margin and state.margin,
        state.seed,
        state.log.n_first > 0,
    )
    if own != begin:
        what = f"{path} is of {own.base} against {own.candidate} on {own.source.tickets}"
        what += f", by {own.target}, seed {own.seed}"
        help_ = "go on with it by `label next` alone, or name another --state"
        raise InputError(f"{what}: not what is asked for now", help=help_)


def _texts(
    state: LabelState, batch: Batch, inputs: Inputs, *, mask: bool
) -> tuple[Mapping[str, str], Masking]:
    wanted = {state.ids_to_label[number - 1] for number in batch.numbers}
    tickets: list[Ticket] = [t for t in inputs.dataset.tickets if t.id in wanted]
    report = inputs.config.file.report
    names = [word for path in inputs.config.mask_words_paths for word in listed_words(path)]
    mode: Shown = "masked" if mask else "full"
    found = shown_texts(tickets, mode, words=names, keep=report.mask_keep)
    return found.texts, found.masking


def _refuse_to_lose(path: Path, content: bytes, state: Path) -> None:
    """Raise InputError where the sheet is there and somebody wrote into it."""
    if not path.exists() or read_bytes(path) == content:
        return
    command = f"ticketbench label import {shlex.quote(str(path))} --state {shlex.quote(str(state))}"
    help_ = f"take it in: {command}; or write it anew, without its labels: --force"
    raise InputError(f"{path} is there already, and not as it was written", help=help_)
