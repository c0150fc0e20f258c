"""`dataset.labels`: what the labels of a file are called here, and how often each was found."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.intake import MappedLabel
from ticketbench.core.quotes import MOST_SHOWN, quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.edge.inputs.tickets.cells import as_text
from ticketbench.edge.inputs.tickets.keys import FROM_FILE, Reading
from ticketbench.edge.tables.reading import read_table


@dataclass(slots=True)
class LabelMap:
    """The new name of each old one; both without outer blanks. `places` says where each stands."""

    names: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    _found: Counter[str] = field(default_factory=Counter)
    _others: dict[str, None] = field(default_factory=dict)

    def __contains__(self, label: str) -> bool:
        return label.strip() in self.names

    def new(self, label: str) -> str:
        """The name of a label of the file; itself where the map does not have it."""
        if not self.names:
            return label
        old = label.strip()
        if old in self.names:
            self._found[old] += 1
            return self.names[old]
        self._others[old] = None
        return label

    def entries(self) -> tuple[MappedLabel, ...]:
        """Every entry with how often it was found since the map was made."""
        return tuple(
            MappedLabel(old, new, self._found[old], "" if self._found[old] else self._near(old))
            for old, new in self.names.items()
        )

    def _near(self, old: str) -> str:
        return nearest(old, self._others)

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Raise InputError, at their places, for new names that no rubric set has."""
        wrong = [
            Problem(
                f"no rubric set has the label {quoted(new)}, which {quoted(old)} is mapped to",
                self.places[old],
                f"{suggestion(new, known)} or write {NONE_LABEL} when no label fits",
            )
            for old, new in self.names.items()
            if new not in known and new != NONE_LABEL
        ]
        if wrong:
            raise InputError.of(wrong)


def nearest(old: str, labels: Iterable[str]) -> str:
    """The one of `labels` that may be meant by `old`; empty where none is near."""
    near = difflib.get_close_matches(old[:MOST_SHOWN], [*labels], n=1)
    return near[0] if near else ""


def label_map_of(reading: Reading, *, where: str) -> LabelMap:
    """The map that a config writes, or the file that it names.

    Raises InputError, at its line, for an entry that stands twice or maps to nothing.
    """
    if reading.labels_file is not None:
        return _from_file(reading)
    labels = reading.keys.labels
    places = {old.strip(): reading.where(("labels", old), where) for old in labels}
    return LabelMap({old.strip(): new for old, new in labels.items()}, places)


def _from_file(reading: Reading) -> LabelMap:
    """Two columns, the old name and the new one, under any heads."""
    path = reading.labels_file
    assert path is not None
    table = read_table(path)
    if len(table.columns) != 2:
        what = f"{len(table.columns)} columns where a map of labels has two"
        help_ = f"write a head and a row a label: the old name, the new one; {_HOW}"
        raise InputError(what, where=f"{path}:1", help=help_)
    names: dict[str, str] = {}
    places: dict[str, str] = {}
    for row in table.rows:
        old, new = (as_text(row.values.get(column)).strip() for column in table.columns)
        place = f"{path}:{row.line}"
        if old in names:
            raise InputError(f"{quoted(old)} is mapped twice", where=place, help="keep one of them")
        if not new:
            help_ = f"write a label, or {NONE_LABEL}"
            raise InputError(f"{quoted(old)} is mapped to nothing", where=place, help=help_)
        names[old], places[old] = new, place
    return LabelMap(names, places)


_HOW = f"`labels: {{{FROM_FILE}: FILE}}` reads such a table"
