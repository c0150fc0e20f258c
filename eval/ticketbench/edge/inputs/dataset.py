"""Labelled tickets from a table file: columns mapped, every row checked before anything is sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import columns_near, quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.inputs.validation import Strict
from ticketbench.edge.redaction import refuse_key, refuse_key_in_any
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Cell, Row, Table, line_of_problem, problems_error

OPTIONAL_BY_DEFAULT = ("all_labels", "split")


Name = Annotated[str, Field(min_length=1)]


class Columns(Strict):
    """Which column of the file is which; the optional ones are None when they are not mapped."""

    id: Name = "id"
    text: Name = "text"
    label: Name = "label"
    all_labels: Name | None = None
    group: Name | None = None
    time: Name | None = None
    split: Name | None = None

    @model_validator(mode="after")
    def _one_role_each(self) -> Self:
        mapped = [column for column in self.model_dump().values() if column]
        doubled = sorted({column for column in mapped if mapped.count(column) > 1})
        if doubled:
            raise ValueError(f"the column {quoted(doubled[0])} has two roles")
        return self


@dataclass(frozen=True, slots=True)
class LoadedDataset:
    """A dataset with the physical line of each ticket, for messages."""

    dataset: Dataset
    path: Path
    lines: tuple[int, ...]

    def where(self, index: int) -> str:
        """`file:line` of the ticket at `index`."""
        return f"{self.path}:{self.lines[index]}"

    def with_texts_of(self, other: LoadedDataset) -> LoadedDataset:
        """These tickets with their texts, and places, of `other`; without those it does not have.

        The dataset is the same, fingerprints too, where nothing of it differs.
        """
        rows = {ticket.id: i for i, ticket in enumerate(other.dataset.tickets)}
        kept = [ticket for ticket in self.dataset.tickets if ticket.id in rows]
        tickets = []
        for ticket in kept:
            now = other.dataset.tickets[rows[ticket.id]]
            tickets.append(replace(ticket, text=now.text, text_in_file=now.text_in_file))
        same = tuple(tickets) == self.dataset.tickets
        dataset = self.dataset if same else Dataset(self.dataset.name, tuple(tickets))
        lines = tuple(other.lines[rows[ticket.id]] for ticket in kept)
        return LoadedDataset(dataset, other.path, lines)


def load_dataset(
    path: Path, columns: Columns | None = None, *, known_labels: Collection[str] | None = None
) -> LoadedDataset:
    """Read, map and check a dataset; line ends in texts and other columns become line feeds.

    `known_labels` are the labels of all rubric sets; a gold label outside them is an error.
    Raises InputError that lists the first 20 problems with file and line.
    """
    table = read_table(path)
    _refuse_key(path, table)
    if not table.rows:
        raise InputError("there are no tickets in the file", where=f"{path}:1", help="add rows")
    mapped = _mapped(path, table, columns or Columns())
    problems: list[Problem] = []
    tickets, lines = [], []
    for row in table.rows:
        ticket = _ticket(row, mapped, f"{path}:{row.line}", problems)
        if ticket is not None:
            tickets.append(ticket)
            lines.append(row.line)
    loaded = LoadedDataset(Dataset(path.name, tuple(tickets)), path, tuple(lines))
    problems += _duplicate_ids(loaded)
    if known_labels is not None:
        problems += _unknown_labels(loaded, known_labels)
    if problems:
        raise problems_error(sorted(problems, key=line_of_problem))
    return loaded


def _refuse_key(path: Path, table: Table) -> None:
    """A report, a cache or a message could show it; a plain word stands in tickets by chance."""
    refuse_key(str(path), "the name of the dataset", by_chance=True)
    refuse_key(" ".join(table.columns), "the header", where=f"{path}:1", by_chance=True)
    tickets = (" ".join(map(_text, row.values.values())) for row in table.rows)
    refuse_key_in_any(tickets, "a ticket", where=lambda i: f"{path}:{table.rows[i].line}")


def with_line_feeds(text: str) -> str:
    """`text` with every line end as a line feed, however the file or a checkout writes them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def tickets(path: Path | str) -> tuple[Ticket, ...]:
    """The tickets in a dataset file, to parametrise a test with.

    Raises what `load_dataset` raises.
    """
    return load_dataset(Path(path)).dataset.tickets


def _mapped(path: Path, table: Table, columns: Columns) -> Columns:
    """`columns` with the defaults that the file has; a mapped column must exist."""
    wanted = {name: getattr(columns, name) for name in Columns.model_fields}
    for name in OPTIONAL_BY_DEFAULT:
        if wanted[name] is None and name in table.columns:
            wanted[name] = name
    missing = [
        Problem(
            f"there is no column {quoted(column)} for the {role}",
            f"{path}:1",
            f"{columns_near(column, table.columns)}; "
            f"name it in the config: `dataset: {{columns: {{{role}: COLUMN}}}}`",
        )
        for role, column in wanted.items()
        if column is not None and column not in table.columns
    ]
    if missing:
        raise InputError.of(missing)
    return Columns(**wanted)


def _ticket(row: Row, columns: Columns, where: str, problems: list[Problem]) -> Ticket | None:
    """The ticket in `row`, or None after noting what is wrong with it."""
    before = len(problems)
    values = {
        role: _required(row, getattr(columns, role), where, problems)
        for role in ("id", "text", "label")
    }
    for column, cell in row.values.items():
        problems += _illegal_characters(column, cell, where)
    if len(problems) > before:
        return None
    used = {getattr(columns, name) for name in Columns.model_fields if name != "time"}
    metadata = tuple((k, with_line_feeds(_text(v))) for k, v in row.values.items() if k not in used)
    text = with_line_feeds(values["text"])
    return Ticket(
        id=values["id"],
        text=text,
        label=values["label"],
        all_labels=_all_labels(row.values.get(columns.all_labels or "")),
        group=_optional(row.values.get(columns.group or "")),
        split=_optional(row.values.get(columns.split or "")),
        metadata=metadata,
        text_in_file=None if text == values["text"] else values["text"],
    )


def _required(row: Row, column: str, where: str, problems: list[Problem]) -> str:
    cell = row.values.get(column)
    if isinstance(cell, list):
        problems.append(Problem(f"{quoted(column)} is a list, not text", where, "write one value"))
    elif cell is None or not cell.strip():
        problems.append(Problem(f"{quoted(column)} is empty", where, "fill it in or drop the row"))
    return _text(cell)


def _illegal_characters(column: str, cell: Cell, where: str) -> list[Problem]:
    text = _text(cell)
    if "\0" in text:
        return [Problem(f"{quoted(column)} holds a NUL character", where, "remove it")]
    if any("\ud800" <= c <= "\udfff" for c in text):
        return [
            Problem(f"{quoted(column)} holds half a surrogate pair", where, "re-export the text")
        ]
    return []


def _text(cell: Cell) -> str:
    return "|".join(cell) if isinstance(cell, list) else (cell or "")


def _optional(cell: Cell) -> str | None:
    return _text(cell) or None


def _all_labels(cell: Cell) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in _text(cell).split("|") if part))


def _duplicate_ids(loaded: LoadedDataset) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for i, ticket in enumerate(loaded.dataset.tickets):
        if ticket.id in first:
            line = loaded.lines[first[ticket.id]]
            what = f"the id {quoted(ticket.id)} stands twice, first in line {line}"
            problems.append(Problem(what, loaded.where(i), "ids must be unique"))
        first.setdefault(ticket.id, i)
    return problems


def _unknown_labels(loaded: LoadedDataset, known: Collection[str]) -> list[Problem]:
    problems = []
    for i, ticket in enumerate(loaded.dataset.tickets):
        for label in dict.fromkeys((ticket.label, *ticket.all_labels)):
            if label not in known and label != NONE_LABEL:
                help_ = f"{suggestion(label, known)} or write {NONE_LABEL} when no label fits"
                problems.append(
                    Problem(f"no rubric set has the label {quoted(label)}", loaded.where(i), help_)
                )
    return problems
