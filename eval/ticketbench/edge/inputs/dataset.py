"""Labelled tickets from a table file: columns mapped, every row checked before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.intake import NOTHING_DONE, Intake
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.inputs.tickets.causes import Causes, lines_text
from ticketbench.edge.inputs.tickets.cells import as_text
from ticketbench.edge.inputs.tickets.columns import makes_ids, mapped_columns
from ticketbench.edge.inputs.tickets.conditions import conditions_of, rows_that_meet
from ticketbench.edge.inputs.tickets.identity import IdsOfTexts
from ticketbench.edge.inputs.tickets.keys import NO_KEYS, DatasetKeys
from ticketbench.edge.inputs.tickets.keys import Columns as Columns
from ticketbench.edge.inputs.tickets.keys import Reading as Reading
from ticketbench.edge.inputs.tickets.label_map import label_map_of
from ticketbench.edge.inputs.tickets.one_row import TicketOfRow
from ticketbench.edge.inputs.tickets.one_row import with_line_feeds as with_line_feeds
from ticketbench.edge.inputs.tickets.unknown_labels import label_problems
from ticketbench.edge.redaction import refuse_key, refuse_key_in_any
from ticketbench.edge.tables.columns import has_column
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Row, Table, line_of_problem, problems_error


@dataclass(frozen=True, slots=True)
class LoadedDataset:
    """A dataset with the physical line of each ticket, for messages, and what was done to it.

    split_column  what the file calls the splits of its tickets; empty where it has none
    keys          by which it was read
    """

    dataset: Dataset
    path: Path
    lines: tuple[int, ...]
    intake: Intake = NOTHING_DONE
    keys: DatasetKeys = NO_KEYS
    split_column: str = ""

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
        return LoadedDataset(dataset, other.path, lines, self.intake, other.keys)


def load_dataset(
    path: Path,
    how: Columns | Reading | None = None,
    *,
    known_labels: Collection[str] | None = None,
) -> LoadedDataset:
    """Read, map and check a dataset; line ends in texts and other columns become line feeds.

    `how` says which columns are which, or all that a config says of the file. `known_labels` are
    the labels of all rubric sets; a gold label outside them is an error. Raises InputError with one
    problem a cause, each with its first line and how many rows have it.
    """
    reading = Reading(DatasetKeys(columns=how)) if isinstance(how, Columns) else how or Reading()
    return tickets_of(path, read_table(path, reading.dialect), reading, known_labels)


def load_unlabelled(path: Path, how: Reading) -> LoadedDataset:
    """The tickets of a table that nobody has labelled: every gold label is NONE_LABEL.

    Id, text and group are the columns of `how`, or of the usual names where the table lacks these;
    no other column is read, rows are not chosen, and a label that stands there is not seen. Raises
    what `load_dataset` raises.
    """
    table = read_table(path, how.dialect)
    columns = Columns.model_validate({**_there(how.keys.columns, table), "label": _NO_LABEL})
    rows = tuple(Row(row.line, {**row.values, _NO_LABEL: NONE_LABEL}) for row in table.rows)
    table = replace(table, columns=(*table.columns, _NO_LABEL), rows=rows)
    keys = how.keys.model_dump(include={"delimiter", "encoding", "join", "line_ends"})
    loaded = tickets_of(path, table, Reading(DatasetKeys(**keys, columns=columns)), None)
    tickets = (
        Ticket(t.id, t.text, NONE_LABEL, group=t.group, text_in_file=t.text_in_file)
        for t in loaded.dataset.tickets
    )
    return replace(loaded, dataset=Dataset(loaded.dataset.name, tuple(tickets)))


_NO_LABEL = "(no label)"
_USUAL: dict[str, tuple[str, ...]] = {
    "id": ("id", "ticket_id"),
    "text": ("text", "body", "message"),
}


def _there(columns: Columns, table: Table) -> dict[str, str | list[str]]:
    """The columns of id, text and group that the table has, by role."""
    found: dict[str, str | list[str]] = {}
    for role in ("id", "text", "group"):
        own = getattr(columns, role)
        names = own if isinstance(own, list) else [own] if own else []
        if names and all(has_column(name, table.columns) for name in names):
            found[role] = own
            continue
        usual = next((name for name in _USUAL.get(role, ()) if name in table.columns), "")
        if usual:
            found[role] = usual
    return found


def tickets_of(
    path: Path,
    table: Table,
    reading: Reading,
    known_labels: Collection[str] | None,
    *,
    whole: bool = True,
) -> LoadedDataset:
    """The tickets of a table that was read from `path`; raises what `load_dataset` raises.

    Without the `whole` they are some rows of it, none of which may be meant by a condition: what
    only all rows can show to be wrong is not looked for.
    """
    head = f"{path}:1"
    _refuse_key(path, table)
    if whole and not table.rows:
        raise InputError("there are no tickets in the file", where=head, help="add rows")
    columns = mapped_columns(head, table, reading)
    conditions = conditions_of(reading)
    rows = rows_that_meet(conditions, table, reading, where=head, whole=whole)
    labels = label_map_of(reading, where=head)
    if known_labels is not None:
        labels.refuse_unknown(known_labels)
    ids = IdsOfTexts() if makes_ids(table, columns) else None
    causes = Causes(path, len(rows))
    known = known_labels or ()
    maker = TicketOfRow(columns, reading.keys, table.facts, labels, causes, ids, known)
    loaded = _loaded(path, rows, maker)
    parted = reading.keys.all_labels_separator is not None
    problems = causes.problems() + _numbers(path, table, rows, columns) + _duplicate_ids(loaded)
    problems += label_problems(
        path, loaded.dataset.tickets, loaded.lines, known_labels, parted=parted
    )
    if problems:
        raise problems_error(sorted(problems, key=line_of_problem))
    done = (*table.notes, *((_MADE_IDS,) if ids else ()), *_done(reading, columns, table))
    intake = Intake(
        where=tuple(one.text for one in conditions),
        n_kept=len(rows) if conditions else 0,
        n_rows=len(table.rows) if conditions else 0,
        labels=labels.entries(),
        done=done,
        chooses_split=any(one.column == columns.split for one in conditions),
    )
    split = columns.split or ""
    return replace(loaded, intake=intake, keys=reading.keys, split_column=split)


_MADE_IDS = "no id column: ids are made from the texts"


def _done(reading: Reading, columns: Columns, table: Table) -> tuple[str, ...]:
    """What is done to values by the keys of the config, or because of what the file holds."""
    done = []
    if columns.id in table.facts.floats:
        done.append("ids that are floats read as whole numbers")
    if columns.label in table.facts.floats and columns.label not in table.facts.class_names:
        done.append("labels that are floats read as whole numbers")
    if columns.joins:
        done.append(f"text joined of {', '.join(map(clipped, columns.texts))}")
    if reading.keys.line_ends == "keep":
        done.append("line ends kept as in the file")
    return tuple(done)


def _loaded(path: Path, rows: Sequence[Row], maker: TicketOfRow) -> LoadedDataset:
    tickets, lines = [], []
    for row in rows:
        ticket = maker.ticket(row)
        if ticket is not None:
            tickets.append(ticket)
            lines.append(row.line)
    return LoadedDataset(Dataset(path.name, tuple(tickets)), path, tuple(lines))


def _refuse_key(path: Path, table: Table) -> None:
    """A report, a cache or a message could show it; a plain word stands in tickets by chance."""
    refuse_key(str(path), "the name of the dataset", by_chance=True)
    refuse_key(" ".join(table.columns), "the header", where=f"{path}:1", by_chance=True)
    tickets = (" ".join(map(as_text, row.values.values())) for row in table.rows)
    refuse_key_in_any(tickets, "a ticket", where=lambda i: f"{path}:{table.rows[i].line}")


def tickets(path: Path | str) -> tuple[Ticket, ...]:
    """The tickets in a dataset file, to parametrise a test with.

    Raises what `load_dataset` raises.
    """
    return load_dataset(Path(path)).dataset.tickets


def _numbers(path: Path, table: Table, rows: Sequence[Row], columns: Columns) -> list[Problem]:
    """Texts of these rows that the file holds as numbers, true or false, as no ticket's text is."""
    problems = []
    for column in columns.texts:
        numbers = table.facts.numbers.get(column)
        if numbers is None:
            continue
        held = set(numbers)
        lines = [row.line for row in rows if not held or row.line in held]
        if lines:
            what = f"{quoted(column)} holds a number, or true or false, where a text is meant"
            what += lines_text(lines, len(rows))
            help_ = "map the column of the texts, or write the values as text"
            problems.append(Problem(what, f"{path}:{lines[0]}", help_))
    return problems


_SEVERAL_ANSWERS = (
    "ids must be unique; several people's labels a ticket: "
    "ticketbench data import FILE --annotator COLUMN"
)


def _duplicate_ids(loaded: LoadedDataset) -> list[Problem]:
    """One problem for all ids that stand more than once, at the first that does."""
    first: dict[str, int] = {}
    again: dict[str, list[int]] = {}
    for i, ticket in enumerate(loaded.dataset.tickets):
        if ticket.id in first:
            again.setdefault(ticket.id, []).append(i)
        first.setdefault(ticket.id, i)
    if not again:
        return []
    tickets, lines = loaded.dataset.tickets, loaded.lines
    rows = sorted(i for at in again.values() for i in at)
    id_ = tickets[rows[0]].id
    what = f"the id {quoted(id_)} stands twice, first in line {lines[first[id_]]}"
    what += lines_text([lines[i] for i in rows], len(tickets))
    same = all(tickets[i].text == tickets[first[tickets[i].id]].text for i in rows)
    help_ = _SEVERAL_ANSWERS if same else "ids must be unique"
    return [Problem(what, loaded.where(rows[0]), help_)]
