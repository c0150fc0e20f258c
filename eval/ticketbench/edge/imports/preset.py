"""How one tool's records are read, and how such a file is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ticketbench.core.registry import Registry
from ticketbench.edge.imports.record import Record


class Raw(msgspec.Struct, frozen=True, gc=False):
    """One record as it stands in a file: its line (or row), from 1, and its values; a struct of C,
    as all that is made for every ticket.

    JSON gives objects, lists, numbers and text; a table gives text, lists of text, or None.
    """

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says about an export, by the names of the options; empty where nothing.

    columns      role (id, text, label, group, time, split) to columns; a text may have several
    annotator    the column that says who labelled a row
    annotators   columns that hold the label of one person each
    text_field   where the text stands, where there are several
    field        the question or control whose answers are the labels
    label_tag    a pattern of tags, such as team_*: what the star stands for is the label
    label_field  the field that holds the label
    parts        `first` message of a conversation, or `all` of the customer
    """

    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    annotator: str = ""
    annotators: Sequence[str] = ()
    text_field: str = ""
    field: str = ""
    label_tag: str = ""
    label_field: str = ""
    parts: str = ""


_MOST_SEEN = 1_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a preset did not take, counted by its reason in words: "bot messages".

    tags, fields  where labels were looked for in vain: what there is in their place, and how often
    """

    counts: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)

    def count(self, reason: str, n: int = 1) -> None:
        """Count `n` more things that were left out for `reason`."""
        if n:
            self.counts[reason] += n

    def saw(self, tags: Iterable[str], fields: Iterable[str]) -> None:
        """Note what a ticket without a label has; of very many tags or fields only the first."""
        for known, names in ((self.tags, tags), (self.fields, fields)):
            known.update(name for name in names if name in known or len(known) < _MOST_SEEN)


Read = Callable[[Raw, Asked, LeftOut], Record | None]
"""One record as a ticket; None, after counting why, where it is none.

Raises InputError without a place where a choice must be made: the caller adds file and line.
"""


@dataclass(frozen=True, slots=True)
class Preset:
    """How the records of one tool are read.

    tool     its name as people write it
    read     one record as a ticket
    forms    the files it reads, in words
    tells    keys or columns of its records; a file that has two of them looks like this tool
    pages    keys under which a page of its interface holds the records
    options  names of `Asked` that it takes
    gives    in words, what becomes `id`, `text`, `label` and `group`
    merges   whether records of one id are one ticket, labelled by several people
    html     whether its texts may be HTML, so that this is made text unless told otherwise
    tag_values  whether the values of a field are tags, which may all begin alike
    """

    name: str
    tool: str
    read: Read
    forms: str
    tells: Sequence[str]
    pages: Sequence[str]
    options: Sequence[str]
    gives: Mapping[str, str]
    merges: bool
    html: bool
    tag_values: bool


PRESETS: Registry[Preset] = Registry("preset")


def preset(
    name: str,
    *,
    tool: str,
    forms: str,
    gives: Mapping[str, str],
    tells: Sequence[str] = (),
    pages: Sequence[str] = (),
    options: Sequence[str] = (),
    merges: bool = False,
    html: bool = False,
    tag_values: bool = False,
) -> Callable[[Read], Read]:
    """Register a function that reads one record, under the name that users type."""

    def entry(read: Read) -> Preset:
        return Preset(
            name, tool, read, forms, tells, pages, options, gives, merges, html, tag_values
        )

    return PRESETS.register(name, entry=entry)
