"""A ticket out of a row, or what is wrong with the row."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from ticketbench.core.quotes import listed, quoted
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Ticket
from ticketbench.edge.inputs.tickets.causes import Causes
from ticketbench.edge.inputs.tickets.cells import as_text, listed_in, of_one
from ticketbench.edge.inputs.tickets.identity import IdsOfTexts, NoId, usable_id, whole_number
from ticketbench.edge.inputs.tickets.joined_text import joined_text
from ticketbench.edge.inputs.tickets.keys import Columns, DatasetKeys
from ticketbench.edge.inputs.tickets.label_map import LabelMap
from ticketbench.edge.inputs.tickets.several import JSON, labels_in, separator_key
from ticketbench.edge.tables.columns import at
from ticketbench.edge.tables.rows import Cell, Facts, Row

_FILL_IN = "fill it in or drop the row"
_LABEL_IT = f'{_FILL_IN}, or say what it means: `dataset: {{labels: {{"": {NONE_LABEL}}}}}`'
_OF_SEVERAL = (
    "a ticket has one label: map the column as all_labels beside one of the label, "
    "or decide on one: ticketbench data import FILE"
)
_ILLEGAL = re.compile("[\0\ud800-\udfff]")


def with_line_feeds(text: str) -> str:
    """`text` with every line end as a line feed, however the file or a checkout writes them."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@dataclass(slots=True)
class TicketOfRow:
    """Makes tickets of rows one after the other; what is wrong goes to `causes`.

    `ids` makes the ids where the file has none. `known` are the labels of all rubric sets: a cell
    that is one of them is never taken for a list.
    """

    columns: Columns
    keys: DatasetKeys
    facts: Facts
    labels: LabelMap
    causes: Causes
    ids: IdsOfTexts | None = None
    known: Collection[str] = ()
    _used: set[str] = field(init=False)
    _class_names: set[str] = field(init=False)
    _label_is_float: bool = field(init=False)
    _id_is_float: bool = field(init=False)

    def __post_init__(self) -> None:
        self._used = {column for role, column in self.columns.by_role() if role != "time"}
        numbered = self.facts.repeated.items()
        self._used |= {f"{name}#{i}" for name, all_ in numbered for i in range(1, len(all_) + 1)}
        names = self.facts.class_names.get(self.columns.label, ())
        self._class_names = set(names)
        self._label_is_float = not names and self.columns.label in self.facts.floats
        self._id_is_float = self.columns.id in self.facts.floats

    def ticket(self, row: Row) -> Ticket | None:
        """The ticket in `row`, or None after noting what is wrong with it."""
        before = self.causes.n
        id_ = "" if self.ids is not None else self._id(row)
        text = self._text(row)
        label = self._label(row)
        all_labels = self._all_labels(row)
        self._refuse_illegal_characters(row)
        if self.causes.n > before:
            return None
        keeps = self.keys.line_ends == "keep"
        plain = text if keeps else with_line_feeds(text)
        kept = ((k, as_text(v)) for k, v in row.values.items() if k not in self._used)
        return Ticket(
            id=self.ids.next(plain) if self.ids is not None else id_,
            text=plain,
            label=label,
            all_labels=all_labels,
            group=self._optional(row, self.columns.group),
            split=self._optional(row, self.columns.split),
            metadata=tuple((k, v if keeps else with_line_feeds(v)) for k, v in kept),
            text_in_file=None if plain == text else text,
        )

    def _id(self, row: Row) -> str:
        column = self.columns.id
        text = self._plain(row, column)
        if not text.strip():
            self._add("empty", column, row, f"{quoted(column)} is empty", _FILL_IN)
            return text
        try:
            return usable_id(text, is_float=self._id_is_float)
        except NoId as error:
            self._add(str(error), column, row, f"the id {quoted(text)} {error}", error.help)
            return text

    def _text(self, row: Row) -> str:
        columns = self.columns.texts
        parts = [self._plain(row, column) for column in columns]
        text = joined_text(parts, join=self.keys.join) if self.columns.joins else parts[0]
        if not text.strip():
            names = " and ".join(map(quoted, columns))
            are = "is" if len(columns) == 1 else "are"
            self._add("empty", columns, row, f"{names} {are} empty", _FILL_IN)
        return text

    def _plain(self, row: Row, column: str) -> str:
        """The one text in a cell."""
        cell = of_one(at(row, column))
        if isinstance(cell, list):
            help_ = "write one value"
            self._add("list", column, row, f"{quoted(column)} is a list, not text", help_)
        return as_text(cell)

    def _label(self, row: Row) -> str:
        column = self.columns.label
        cell = of_one(listed_in(at(row, column), self.known))
        if isinstance(cell, list):
            what = f"{quoted(column)} holds {len(cell)} labels: {listed(cell)}"
            self._add("several", column, row, what, _OF_SEVERAL)
            return ""
        found = cell or ""
        if self._label_is_float:
            found = whole_number(found) or found
        label = self.labels.new(found)
        if not label.strip():
            self._add("empty", column, row, f"{quoted(column)} is empty", _LABEL_IT)
        elif self._class_names and found not in self._class_names and found not in self.labels:
            self._refuse_number(row, found)
        return label

    def _refuse_number(self, row: Row, found: str) -> None:
        column, n = self.columns.label, len(self._class_names)
        what = f"{quoted(column)} holds {quoted(found)}, no number of the {n} classes in the file"
        help_ = f"say what it means: `dataset: {{labels: {{{found!r}: __none__}}}}`"
        self._add("class", column, row, what, help_)

    def _all_labels(self, row: Row) -> tuple[str, ...]:
        if self.columns.all_labels is None:
            return ()
        cell: Cell = at(row, self.columns.all_labels)
        separator = self.keys.all_labels_separator
        found = labels_in(cell, separator, self.known)
        if separator == JSON and not isinstance(listed_in(cell), list) and as_text(cell).strip():
            what = f"{quoted(self.columns.all_labels)} holds {quoted(as_text(cell))}, no JSON list"
            help_ = f'write ["a", "b"], or name what stands between labels: {separator_key(",")}'
            self._add("JSON", self.columns.all_labels, row, what, help_)
        return tuple(dict.fromkeys(map(self.labels.new, found)))

    def _optional(self, row: Row, column: str | None) -> str | None:
        return (as_text(of_one(at(row, column))) or None) if column else None

    def _refuse_illegal_characters(self, row: Row) -> None:
        for column, cell in row.values.items():
            text = as_text(cell)
            if text.isascii() and "\0" not in text:  # of most, in a fifth of the time of a pattern
                continue
            found = _ILLEGAL.search(text)
            if found is None:
                continue
            if found[0] == "\0":
                what = f"{quoted(column)} holds a NUL character"
                self._add("NUL", column, row, what, "remove it")
            else:
                what = f"{quoted(column)} holds half a surrogate pair"
                self._add("surrogate", column, row, what, "re-export the text")

    def _add(
        self, cause: str, column: str | tuple[str, ...], row: Row, what: str, help: str
    ) -> None:
        self.causes.add((cause, column), row.line, what, help)
