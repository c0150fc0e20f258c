"""A look into a file of tickets before anything is made of it: nothing is sent or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.imports.looks import looks_like, named_preset
from ticketbench.edge.imports.preset import Asked, Preset
from ticketbench.edge.inputs.column_guess import Guess, columns_of
from ticketbench.edge.tables.columns import has_column, missing_column
from ticketbench.edge.tables.rows import Dialect
from ticketbench.flow.data.asked import ImportAsked, checked, option
from ticketbench.flow.data.inspection.contents import MOST_CHARACTERS, Contents
from ticketbench.flow.data.inspection.found import Annotators, Export, Inspection, Together
from ticketbench.flow.data.inspection.next_steps import next_steps
from ticketbench.flow.data.inspection.reservoir import Reservoir
from ticketbench.flow.data.inspection.roles import (
    Values,
    annotator_column,
    columns_of_annotators,
    roles_of,
)
from ticketbench.flow.data.inspection.tally import Tally
from ticketbench.flow.data.inspection.tickets import (
    Drawn,
    Tickets,
    drawn_rows,
    tickets_of_export,
    tickets_of_table,
)
from ticketbench.flow.steps.settings import SEED
from ticketbench.measure.sample.equal_texts import Group
from ticketbench.measure.sample.near_duplicates import near_duplicate_groups

LOOKED_AT = 10_000
"""Texts in which markup, quotes and personal data are looked for, where not all are asked for."""


def inspect(
    path: Path,
    *,
    columns: Mapping[str, Sequence[str]] | None = None,
    preset: str = "",
    asked: Asked | None = None,
    dialect: Dialect | None = None,
    everything: bool = False,
) -> Inspection:
    """Look into `path`: a table, or an export that a preset reads.

    `columns` says what columns are where a guess is wrong, by role; `preset` the tool that wrote it
    where that is not seen, "none" for a table; `asked` what that tool's preset has to know. With
    `everything` all texts are looked at for markup and personal data, else 10,000 drawn from them.
    Raises InputError for a file that cannot be read, has no such column, or whose tool takes no
    such option.
    """
    dialect, asked = dialect or Dialect(), asked or Asked()
    seen = named_preset(preset or "none") if preset or columns else looks_like(path)
    tool = seen or named_preset("none")
    checked(ImportAsked(tool.name, asked), tool)
    if tool.name != "none":
        return _of_export(path, tool, asked, dialect, everything=everything)
    drawn = drawn_rows(path, dialect)
    if not drawn.n:
        raise InputError("there are no tickets in the file", where=f"{path}:1", help="add rows")
    given = columns or {}
    _refuse_missing(path, given, drawn)
    values = columns_of(drawn.columns, drawn.rows)
    guesses = roles_of(values, given)
    roles = {guess.role: (guess.column,) for guess in guesses} | dict(given)
    counted = _counted(tickets_of_table(path, roles, dialect), everything=everything)
    found = counted.inspection(path, None, guesses, values)
    return replace(found, next=next_steps(found, dialect))


def _refuse_missing(path: Path, given: Mapping[str, Sequence[str]], drawn: Drawn) -> None:
    """Raises InputError for a column that the table does not have."""
    missing = [
        missing_column(
            name,
            drawn.columns,
            drawn.facts,
            where=f"{path}:1",
            role=role,
            say=f"say --columns {role}=COLUMN",
        )
        for role, names in given.items()
        for name in names
        if not has_column(name, drawn.columns)
    ]
    if missing:
        raise InputError.of(missing)


def _of_export(
    path: Path, preset: Preset, asked: Asked, dialect: Dialect, *, everything: bool
) -> Inspection:
    """Its tickets where the preset needs no choice; else what has to be said."""
    tickets = tickets_of_export(path, preset, asked, dialect)
    counted, choice = _Counted(), ""
    try:
        counted = _counted(tickets, everything=everything)
    except InputError as error:
        first = error.problems[0]
        if not any(option(name) in first.help for name in preset.options):
            raise
        choice = f"{first.what}; {first.help}" if first.help else first.what
    left_out = {} if choice else dict(sorted(tickets.left_out.counts.items()))
    export = Export(preset.name, preset.tool, left_out, choice)
    found = counted.inspection(path, export, (), {})
    return replace(found, next=next_steps(found, dialect, asked))


@dataclass(slots=True)
class _Counted:
    tally: Tally = field(default_factory=Tally)
    contents: Contents = field(default_factory=Contents)
    notes: tuple[str, ...] = ()
    of_several: int = 0
    disagreed: int = 0
    n_different: int | None = None

    def inspection(
        self, path: Path, export: Export | None, guesses: tuple[Guess, ...], values: Values
    ) -> Inspection:
        tally, equal = self.tally, self.tally.equal()
        n_groups, largest = tally.groups()
        roles = {guess.role: guess.column for guess in guesses}
        annotators = Annotators(self.of_several, self.disagreed)
        if export is None:
            who = annotator_column(values, roles)
            wide = columns_of_annotators(values, roles)
            annotators = Annotators(equal.one_text.n, equal.disagreed.n, who, wide)
        return Inspection(
            path=str(path),
            export=export,
            columns=guesses,
            n_guessed=max(map(len, values.values()), default=0),
            n=tally.n,
            notes=self.notes,
            balance=tally.balance(),
            lengths=tally.lengths(),
            contents=self.contents.found(tally.lengths().n),
            copies=self._together(equal.copies),
            conflicts=self._together(equal.conflicts),
            n_different=self.n_different,
            splits=tally.splits(),
            leaks=self._together(equal.leaks),
            n_groups=n_groups,
            largest_group=largest,
            repeated=self._together(equal.other_texts),
            annotators=annotators,
        )

    def _together(self, group: Group) -> Together:
        return Together(group.n, group.n_rows, tuple(map(self.tally.named, group.examples)))


def _counted(found: Tickets, *, everything: bool) -> _Counted:
    """Every ticket counted; the texts of a sample, or of all, looked at."""
    counted = _Counted()
    tally, contents = counted.tally, counted.contents
    drawn: Reservoir[tuple[str, str]] = Reservoir(LOOKED_AT, seed=SEED)
    for ticket in found.tickets:
        tally.add(ticket)
        counted.of_several += ticket.annotators > 1
        counted.disagreed += ticket.disagreed
        if not ticket.text:
            continue
        name = ticket.id or f"line {ticket.line:,}"
        if everything:
            contents.add(name, ticket.text)
        if (place := drawn.place()) is not None:
            drawn.keep(place, (name, ticket.text[:MOST_CHARACTERS]))
    kept = drawn.kept()
    for name, text in () if everything else kept:
        contents.add(name, text)
    if len(kept) == drawn.n:
        counted.n_different = near_duplicate_groups([text for _, text in kept]).n_groups
    counted.notes = tuple(found.notes)
    return counted
