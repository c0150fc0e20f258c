"""What the user says about an export, and how it is to be imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted, words
from ticketbench.core.registry import suggestion
from ticketbench.edge.imports.preset import Asked, Preset
from ticketbench.edge.tables.rows import Dialect
from ticketbench.flow.import_notes import NOTES

ROLES = ("id", "text", "label", "all_labels", "group", "time", "split")
LEAVE_OUT, NONE, FIRST = "leave-out", "none", "first"
RULES = (LEAVE_OUT, NONE, FIRST)

DISAGREEMENTS = ".disagreements.csv"
"""In place of the suffix of a dataset."""


@dataclass(frozen=True, slots=True)
class ImportAsked:
    """An import as its options say it.

    html      auto or keep; "": what the preset does
    cut       which of `quotes` and `signatures` to cut
    dialect   of a table, as it is said to be written
    disagree  of tickets without a strict majority: leave-out, none, first, or an annotator
    preview   so many tickets are shown and nothing is written; 0: all are written
    force     overwrite what is there
    """

    preset: str = "none"
    of_preset: Asked = field(default_factory=Asked)
    html: str = ""
    cut: Sequence[str] = ()
    disagree: str = LEAVE_OUT
    dialect: Dialect | None = None
    preview: int = 0
    force: bool = False

    def steps(self, preset: Preset) -> tuple[str, ...]:
        """The steps that texts go through, by the names that `edge/texts` has for them."""
        html = self.html == "auto" or (not self.html and preset.html)
        return (*(("html",) if html else ()), *self.cut)


def option(name: str) -> str:
    """How an option is typed: `--label-tag`."""
    return f"--{name.replace('_', '-')}"


def checked(asked: ImportAsked, preset: Preset) -> None:
    """Raise InputError for an option that the preset does not take, or that says nothing."""
    _refuse_unknown("html", (asked.html,), ("", "auto", "keep"))
    _refuse_unknown("cut", asked.cut, ("quotes", "signatures"))
    given = [one.name for one in fields(Asked) if getattr(asked.of_preset, one.name)]
    other = [name for name in given if name not in preset.options]
    if other:
        what = f"{option(other[0])} does not go with --preset {preset.name}"
        known = ", ".join(map(option, preset.options)) or "no option of its own"
        raise InputError(what, help=f"it takes {known}")
    if asked.of_preset.annotator and asked.of_preset.annotators:
        what = "--annotator is a column of names, --annotators are columns of labels"
        raise InputError(what, help="give the one that the table has")
    twice = [name for name, n in Counter(asked.of_preset.annotators).items() if n > 1]
    if twice:
        what = f"--annotators names {quoted(twice[0])} twice"
        raise InputError(what, help="a column is one person, who would agree with themselves")


def _refuse_unknown(name: str, given: Sequence[str], known: Sequence[str]) -> None:
    """A step by another name would do nothing, and nobody would see it."""
    other = next((one for one in given if one not in known), None)
    if other is not None:
        help_ = suggestion(other, [one for one in known if one])
        raise InputError(f"{name} cannot be {quoted(other)}", help=help_)


def columns_of(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """From `role=name,...` texts to columns by role; a role again adds a column to it.

    Raises InputError for another form, an unknown role, or two columns where one is needed.
    """
    found: dict[str, tuple[str, ...]] = {}
    role = ""
    for part in (part for text in given for part in text.split(",")):
        name, equals, column = part.partition("=")
        if equals and name.strip() in ROLES:
            role, part = name.strip(), column
        elif equals or not role:
            known = words(ROLES)
            what = f"--columns takes ROLE=NAME,..., got {quoted(part)}"
            raise InputError(what, help=f"roles: {known}; such as --columns id=Key,text=Body")
        if not part.strip():
            raise InputError(f"--columns names no column for {role}", help=f"such as {role}=NAME")
        found[role] = (*found.get(role, ()), part.strip())
    several = next((role for role, names in found.items() if len(names) > 1 and role != "text"), "")
    if several:
        what = f"--columns names {len(found[several])} columns for {several}"
        raise InputError(what, help="only a text is joined from several columns")
    return found


def outputs(out: Path) -> tuple[Path, Path, Path]:
    """The dataset, its notes and its disagreements. Raises InputError for another suffix."""
    if out.suffix.lower() != ".csv":
        raise InputError(f"a dataset is written as CSV, not {out.name}", help="such as -o out.csv")
    return out, out.with_suffix(NOTES), out.with_suffix(DISAGREEMENTS)
