"""What an import did, as it is kept beside the dataset, and what that says of a later run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ticketbench.core.errors import TicketbenchError
from ticketbench.core.intake import Intake
from ticketbench.core.types import Finding
from ticketbench.edge.results.store import load
from ticketbench.measure.agreement.summary import Agreement
from ticketbench.report.words import numbers

NOTES = ".notes.json"
"""In place of the suffix of a dataset."""

STEP_WORDS = {
    "html": "HTML made text",
    "quotes": "quoted replies cut",
    "signatures": "signatures cut",
    "characters": "characters that no file can keep taken out",
}


@dataclass(frozen=True, slots=True)
class StepNote:
    """A step that texts went through: how many it changed, and how many it would have emptied,
    which kept the text from before.
    """

    name: str
    n_changed: int
    n_kept: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of tickets on which people did not all say the same.

    rule         of those without a strict majority: leave-out, none, first, or an annotator
    n_majority   tickets whose label more than half of their people gave, but not all
    n_undecided  tickets without a strict majority
    n_written    of these, how many have a row by the rule
    """

    rule: str
    n_majority: int
    n_undecided: int
    n_written: int


@dataclass(frozen=True, slots=True)
class ImportNotes:
    """What was read and what was written, and every step between with its count.

    source     the name of the export, and `sha256` its digest
    options    as they were given
    n_records  records that were read; `left_out` those and their parts that were not taken
    n_made     ids that were made of the text
    n_several  tickets with several labels in one answer: the first is the label
    remarks    what was decided in reading the file
    agreement  how far people agree, where two or more labelled the same tickets
    """

    source: str
    sha256: str
    preset: str
    options: Mapping[str, str]
    n_records: int
    n_tickets: int
    labels: Mapping[str, int]
    left_out: Mapping[str, int]
    steps: tuple[StepNote, ...]
    n_made: int
    n_several: int
    remarks: tuple[str, ...]
    resolution: Resolution
    agreement: Agreement | None

    @property
    def n_texts(self) -> int:
        """Texts that went through the steps, with those of tickets without a majority."""
        return self.n_tickets + self.resolution.n_undecided - self.resolution.n_written


def step_text(step: StepNote, n: int) -> str:
    """What a step did to how many texts."""
    kept = ""
    if step.n_kept:
        kept = f"; {step.n_kept:,} kept whole, since nothing else was left"
    return f"{STEP_WORDS[step.name]} in {step.n_changed:,} of {n:,} texts{kept}"


def notes_beside(dataset: Path) -> ImportNotes | None:
    """The notes of the import that wrote `dataset`; None where there are none that can be read."""
    path = dataset.with_suffix(NOTES)
    if not path.is_file():
        return None
    try:
        return load(path, ImportNotes)
    except TicketbenchError:
        return None


def with_steps(intake: Intake, dataset: Path) -> Intake:
    """What was done to a dataset, and before that to its texts by the import that wrote it, as the
    notes beside it say: an accuracy is one of the texts as they were left.
    """
    notes = notes_beside(dataset)
    steps = () if notes is None else tuple(one for one in notes.steps if one.n_changed)
    if notes is None or not steps:
        return intake
    told = ", ".join(step_text(one, notes.n_texts) for one in steps)
    by = dataset.with_suffix(NOTES).name
    return replace(intake, done=(*intake.done, f"texts imported, by {by}: {told}"))


def ceiling(dataset: Path) -> tuple[Finding, ...]:
    """A note where the people who labelled `dataset` did not all agree, by the notes beside it: a
    way to read accuracies, never a bound in a formula.
    """
    notes = notes_beside(dataset)
    found = None if notes is None else notes.agreement
    if notes is None or found is None or found.n_agreed == found.n_double:
        return ()
    few = ", which is few" if found.few else ""
    return (
        Finding(
            code="TB120",
            severity="note",
            title=ceiling_text(found),
            evidence=f"{numbers.interval(found.agreed)} by {dataset.with_suffix(NOTES).name}"
            f", from {numbers.count(found.n_double, 'ticket')}{few}{_left_out(notes.resolution)}",
            action="agree on what the unclear labels mean before you blame the rubrics",
        ),
    )


def _left_out(found: Resolution) -> str:
    """Tickets that are harder than these, and are not among them."""
    n = found.n_undecided - found.n_written
    if n <= 0:
        return ""
    verb = "is" if n == 1 else "are"
    return f"; {n:,} without a majority {verb} left out, so what is judged is easier than that"


def ceiling_text(found: Agreement) -> str:
    """What agreement says of any accuracy on these tickets."""
    share = numbers.percent(found.agreed.value, 0)
    return (
        f"{_people(found.n_annotators)} agreed on {share} of {found.n_double:,}: "
        "read any accuracy near it as the ceiling"
    )


def _people(n: int) -> str:
    words = ("", "one annotator", "two annotators", "three annotators", "four annotators")
    return words[n] if 1 <= n < len(words) else f"{n:,} annotators"
