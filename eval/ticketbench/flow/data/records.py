"""The records of an export as tickets, those of one ticket together."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted, words
from ticketbench.core.registry import suggestion
from ticketbench.edge.imports.preset import Asked, LeftOut, Preset
from ticketbench.edge.imports.raw import Export
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import at
from ticketbench.edge.tables.columns import missing_column
from ticketbench.edge.tables.rows import Facts
from ticketbench.flow.data.asked import option
from ticketbench.report.words import numbers

_MOST_TAGS = 10


class Records:
    """The tickets in an export, one after the other, and what was not taken of it."""

    def __init__(self, path: Path, export: Export, preset: Preset, asked: Asked) -> None:
        self._path, self._export, self._preset, self._asked = path, export, preset, asked
        self.left_out = LeftOut()
        self.n_read = 0
        self._keys: tuple[str, ...] = ()

    def each(self) -> Iterator[Record]:
        """Every ticket; those of several records, if the preset has such, after the last one.

        Raises InputError with file and line of a record that cannot be read.
        """
        if self._preset.merges or self._asked.annotator:
            yield from _merged(self._path, self._read())
        else:
            yield from self._read()

    def refuse_nothing(self, n_tickets: int) -> None:
        """Raise InputError, with what was left out, where no ticket was found."""
        if n_tickets:
            return
        if not self.n_read:
            what, help_ = "there are no records in the file", "export it again"
        else:
            counted = (f"{why} ({n:,})" for why, n in self.left_out.counts.most_common())
            records = numbers.count(self.n_read, "record")
            what = f"no ticket is left of {records}: {', '.join(counted)}"
            help_ = self._label_there() or self._column_there()
        raise InputError(what, where=f"{self._path}:1", help=help_)

    def _label_there(self) -> str:
        """What tags or fields there are, where a label was looked for in others; else empty."""
        asked, there = self._asked, self.left_out
        if asked.label_field and there.fields:
            field = asked.label_field
            inner = [name[name.find("(") + 1 :].rstrip(")") for name in there.fields]
            near = suggestion(field, [name for name in inner if name != field])
            said = f"fields here: {words(there.fields)}"
            if field in inner:
                return f"it has no value anywhere; {said}"
            return f"{near} {said}" if near.startswith("did you mean") else said
        if asked.label_tag and there.tags:
            most = [f"{tag} ({n:,})" for tag, n in there.tags.most_common(_MOST_TAGS)]
            more = len(there.tags) - len(most)
            rest = f", and {more:,} more" if more > 0 else ""
            return f"tags here: {words(most)}{rest}; a star is the label: --label-tag 'PREFIX_*'"
        return ""

    def _column_there(self) -> str:
        options, asked = self._preset.options, self._asked
        typed = [n for n in options if isinstance(getattr(asked, n), str) and getattr(asked, n)]
        given = " ".join(f"{option(name)} {quoted(getattr(asked, name))}" for name in typed)
        meant = f"name what is meant by {' '.join(map(option, options))}"
        meant = f"is {given} what is meant" if given else meant
        said = f"the first record has: {words(self._keys)}; {meant}"
        if self._preset.name == "none":
            look = f"ticketbench data inspect {shlex.quote(str(self._path))}"
            return f"{said}; `{look}` guesses it, and writes the command"
        return said

    def _refuse_missing(self, values: Mapping[str, Any]) -> None:
        """A column that an option names must be there."""
        asked, facts = self._asked, Facts(self._export.repeated)
        named = [("--columns", role, n) for role, names in asked.columns.items() for n in names]
        named += [("--annotators", "labels of a person", name) for name in asked.annotators]
        named += [("--annotator", "annotator", asked.annotator)] if asked.annotator else []
        where = f"{self._path}:1"
        missing = [
            missing_column(
                name, list(values), facts, where=where, role=role, say=f"name it with {said}"
            )
            for said, role, name in named
            if name not in values and at(values, name) is None
        ]
        if missing:
            raise InputError.of(missing)

    def _read(self) -> Iterator[Record]:
        raws = self._export.records
        first = next(raws, None)
        if first is None:
            return
        self._keys = tuple(map(str, first.values))
        self._refuse_missing(first.values)
        read, asked, left_out = self._preset.read, self._asked, self.left_out
        for raw in chain((first,), raws):
            self.n_read += 1
            try:
                record = read(raw, asked, left_out)
            except InputError as error:
                raise error.located(f"{self._path}:{raw.line}") from None
            if record is None:
                continue
            if len(record.answers) > 1:
                record = replace(record, answers=_with_answers((), record.answers))
            yield record


def _merged(path: Path, records: Iterator[Record]) -> Iterator[Record]:
    """One record a ticket, with the answers of all, in the order in which tickets first stand; all
    are held until the last row is read, about 1 kB a ticket and its text.

    A person who answered a ticket again gave all those labels. Raises InputError, once and with a
    count, where rows of one id have different texts.
    """
    held: dict[str, Record] = {}
    differ: list[Record] = []
    for record in records:
        key = record.id or "\n".join(record.texts)
        before = held.get(key)
        if before is None:
            held[key] = record
            continue
        if record.texts != before.texts:
            differ.append(record)
        held[key] = replace(before, answers=_with_answers(before.answers, record.answers))
    if differ:
        first = differ[0]
        rows = f"{len(differ):,} rows have" if len(differ) > 1 else "a row has"
        what = f"{rows} another text than an earlier one of the same id, first {quoted(first.id)}"
        where = f"{path}:{first.line}"
        raise InputError(what, where=where, help="an id is one ticket: give other texts other ids")
    yield from held.values()


def _with_answers(before: tuple[Answer, ...], more: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """The answers of all, each person's in one; nobody knows who `""` is."""
    found = list(before)
    places = {one.annotator: i for i, one in enumerate(before) if one.annotator}
    for one in more:
        at_ = places.get(one.annotator)
        if at_ is None:
            if one.annotator:
                places[one.annotator] = len(found)
            found.append(one)
        else:
            labels = tuple(dict.fromkeys((*found[at_].labels, *one.labels)))
            found[at_] = replace(found[at_], labels=labels)
    return tuple(found)
