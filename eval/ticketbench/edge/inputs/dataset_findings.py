"""What is legal in a dataset but likely to mislead, with stable codes TB1xx.

Add a check: one decorated generator over the loaded dataset.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from ticketbench.core.intake import Intake
from ticketbench.core.quotes import clipped, listed, quoted, some, words
from ticketbench.core.registry import Registry
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.spelling import labels_by_form
from ticketbench.core.types import Finding, Ticket
from ticketbench.edge.files.yaml_text import as_yaml
from ticketbench.edge.inputs.dataset import LoadedDataset, Reading
from ticketbench.edge.inputs.tickets.keys import DatasetKeys
from ticketbench.edge.tables.dialect import as_options
from ticketbench.edge.texts.copies import copy_key
from ticketbench.edge.texts.html import holds_markup, to_text
from ticketbench.edge.texts.quotes import cut_quotes, holds_quote
from ticketbench.edge.texts.signatures import SHARED_LINES, shared_endings

FEW_TICKETS = 20
LEAST_SHARE = 0.05
"""Of the texts: what stands in fewer moves no figure by more than that; `data inspect` counts it.
"""

_MOST_NAMED = 5
_PLAIN_ID = re.compile(r"(?=[^.-]*[A-Za-z]|\d+$)[A-Za-z0-9_#:.-]{1,14}", re.ASCII)
"""An id that is shown as it is: too short for an IBAN, no mail, and no number with groups."""

Check = Callable[[LoadedDataset], Iterator[Finding]]
CHECKS: Registry[Check] = Registry("dataset check")


def check(code: str) -> Callable[[Check], Check]:
    """Register a dataset check under its code."""
    return CHECKS.register(code)


def dataset_findings(loaded: LoadedDataset) -> tuple[Finding, ...]:
    """All findings, in order of their codes."""
    return tuple(found for each in CHECKS for found in each(loaded))


def reading_findings(loaded: LoadedDataset) -> tuple[Finding, ...]:
    """Those of how the table was read: what was done to it, and what did nothing."""
    return tuple(found for each in (intake, unused_map, all_splits) for found in each(loaded))


@dataclass(frozen=True, slots=True)
class TicketCheck:
    """What may be odd about a ticket by itself; `says` makes the finding of an evidence."""

    holds: Callable[[Ticket], bool]
    says: Callable[[str], Finding]


OUTER_BLANKS = TicketCheck(
    lambda t: t.text != t.text.strip() or t.label != t.label.strip() or t.id != t.id.strip(),
    lambda evidence: _warning(
        "TB102",
        "blanks around an id, text or label",
        evidence,
        "trim them unless they are meant",
    ),
)
LABEL_NOT_LISTED = TicketCheck(
    lambda t: bool(t.all_labels) and t.label not in t.all_labels and t.label != NONE_LABEL,
    lambda evidence: _warning(
        "TB107",
        "tickets whose all_labels leave out their own label",
        evidence,
        "add it: the label is counted as fitting either way",
    ),
)
OTHER_LINE_ENDS = TicketCheck(
    lambda t: t.text_in_file is not None,
    lambda evidence: Finding(
        code="TB109",
        severity="note",
        title="line ends inside texts were read as line feeds",
        evidence=evidence,
        action="nothing to do; `*.csv *.jsonl text eol=lf` in .gitattributes keeps files alike",
    ),
)


def _each(loaded: LoadedDataset, odd: TicketCheck) -> Iterator[Finding]:
    at = [i for i, ticket in enumerate(loaded.dataset.tickets) if odd.holds(ticket)]
    if at:
        yield odd.says(_lines(loaded, at))


def _warning(code: str, title: str, evidence: str, action: str) -> Finding:
    return Finding(code=code, severity="warning", title=title, evidence=evidence, action=action)


def _lines(loaded: LoadedDataset, at: Iterable[int]) -> str:
    lines = [loaded.lines[i] for i in at]
    listed = ", ".join(str(line) for line in lines[:_MOST_NAMED])
    more = f" and {len(lines) - _MOST_NAMED} more" if len(lines) > _MOST_NAMED else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {listed}{more} of {loaded.path.name}"


@check("TB101")
def conflicting_labels(loaded: LoadedDataset) -> Iterator[Finding]:
    """The same text with different labels: at least one of them is wrong."""
    tickets = loaded.dataset.tickets
    first: dict[str, int] = {}
    copies: dict[int, list[int]] = {}  # most texts have none
    for i, ticket in enumerate(tickets):
        of = first.setdefault(copy_key(ticket.text), i)
        if of != i:
            copies.setdefault(of, [of]).append(i)
    clashes = [at for at in copies.values() if len({tickets[i].label for i in at}) > 1]
    carry = "text carries" if len(clashes) == 1 else "texts carry"
    if clashes:
        yield _warning(
            "TB101",
            f"{len(clashes)} {carry} different labels",
            _lines(loaded, sorted(i for at in clashes for i in at)),
            "decide on one label each, or list both in all_labels",
        )


@check("TB102")
def outer_blanks(loaded: LoadedDataset) -> Iterator[Finding]:
    """Texts or labels that begin or end with blanks; they are sent as they stand."""
    yield from _each(loaded, OUTER_BLANKS)


@check("TB103")
def look_alike_labels(loaded: LoadedDataset) -> Iterator[Finding]:
    """Gold labels that differ only in spelling."""
    yield from spelling(ticket.label for ticket in loaded.dataset.tickets)


def spelling(labels: Iterable[str]) -> Iterator[Finding]:
    """Those of `labels` that differ only in spelling."""
    for names in labels_by_form(labels).values():
        if len(names) > 1:
            title = "labels differ only in spelling"
            yield _warning("TB103", title, listed(sorted(names)), "write one label in one way")


@check("TB104")
def one_class(loaded: LoadedDataset) -> Iterator[Finding]:
    """A single gold label, or none at all: nothing can be told apart."""
    yield from single_label({ticket.label for ticket in loaded.dataset.tickets}, len(loaded.lines))


def single_label(labels: Set[str], n: int) -> Iterator[Finding]:
    """Whether these are the only label of `n` tickets."""
    if labels == {NONE_LABEL}:
        title = f"every ticket is {NONE_LABEL}"
        action = "add tickets whose label is one of the rubrics: accuracy is undefined"
        yield _warning("TB104", title, f"{n} tickets", action)
    elif len(labels - {NONE_LABEL}) == 1:
        only = next(iter(labels - {NONE_LABEL}))
        title = "every labelled ticket has the same label"
        yield _warning("TB104", title, clipped(only), "add tickets of the other labels")


@check("TB105")
def few_rows(loaded: LoadedDataset) -> Iterator[Finding]:
    """A single ticket."""
    if len(loaded.lines) == 1:
        yield single_ticket(loaded.where(0))


def single_ticket(where: str) -> Finding:
    """That there is no other than the one at `where`."""
    action = "label at least a few hundred tickets before deciding anything"
    return _warning("TB105", "the dataset is a single ticket", where, action)


@check("TB106")
def tiny_classes(loaded: LoadedDataset) -> Iterator[Finding]:
    """Labels with fewer than 20 tickets."""
    yield from rare_labels(Counter(ticket.label for ticket in loaded.dataset.tickets))


def rare_labels(counts: Mapping[str, int]) -> Iterator[Finding]:
    """Those that fewer than 20 tickets have, of the numbers of tickets by gold label."""
    of_labels = sorted((label, n) for label, n in counts.items() if label != NONE_LABEL)
    few = [f"{clipped(label)} ({n})" for label, n in of_labels if n < FEW_TICKETS]
    if few:
        title = f"labels with fewer than {FEW_TICKETS} tickets"
        yield _warning("TB106", title, some(few), "label more tickets of these")


@check("TB107")
def label_not_listed(loaded: LoadedDataset) -> Iterator[Finding]:
    """Tickets whose all_labels leave out their own label."""
    yield from _each(loaded, LABEL_NOT_LISTED)


@check("TB109")
def other_line_ends(loaded: LoadedDataset) -> Iterator[Finding]:
    """Texts whose line ends are not line feeds in the file."""
    yield from _each(loaded, OTHER_LINE_ENDS)


@check("TB110")
def intake(loaded: LoadedDataset) -> Iterator[Finding]:
    """What was done to the table before its tickets were judged."""
    yield from done_to(loaded.intake, loaded.path.name)


def done_to(intake: Intake, name: str) -> Iterator[Finding]:
    """What was done to the table, or the parts, of this name."""
    if intake.texts:
        yield Finding(
            code="TB110",
            severity="note",
            title=f"how {name} was read",
            evidence="; ".join(intake.texts),
            action="nothing to do if that is meant; the keys of `dataset` decide it",
        )


@check("TB111")
def unused_map(loaded: LoadedDataset) -> Iterator[Finding]:
    """Entries of the map of labels that no row has."""
    yield from without_rows(loaded.intake)


def without_rows(intake: Intake) -> Iterator[Finding]:
    """Entries of its map of labels that no row has."""
    unused = [one for one in intake.labels if not one.n]
    if not unused:
        return
    near = [f"{quoted(one.old)}: did you mean {quoted(one.near)}?" for one in unused if one.near]
    yield _warning(
        "TB111",
        f"{len(unused)} of {len(intake.labels)} entries of the map of labels match no row",
        "; ".join(near[:_MOST_NAMED]) or listed(one.old for one in unused),
        "write the old name as it stands in the file, or take the entry out",
    )


@check("TB112")
def all_splits(loaded: LoadedDataset) -> Iterator[Finding]:
    """Tickets of several splits, and nothing that chooses among them."""
    counts = Counter(ticket.split for ticket in loaded.dataset.tickets if ticket.split)
    if not loaded.intake.chooses_split:
        yield from every_split(counts, loaded.split_column, loaded.path.name)


def every_split(counts: Counter[str], column: str, name: str) -> Iterator[Finding]:
    """Where there are several, of the numbers of tickets by split, as `column` of `name` has it."""
    if len(counts) < 2:
        return
    named = [f"{clipped(split)} ({n:,})" for split, n in counts.most_common()]
    test = "test" if "test" in counts else named[0].rpartition(" ")[0]
    column = as_yaml(column or "split")
    yield Finding(
        code="TB112",
        severity="note",
        title=f"all splits are judged: {words(named)}",
        evidence=f"the column of splits of {name}",
        action=f"to judge one: `dataset: {{where: {{{column}: {test}}}}}`",
    )


@check("TB115")
def markup(loaded: LoadedDataset) -> Iterator[Finding]:
    """Texts that are HTML; quoted replies below it are told in the same line."""
    at = _worth_telling(loaded, holds_markup)
    if at:
        replies = _holding(loaded, holds_quote)
        first = f"first {_place(loaded, at)}"
        if replies:
            first += f", quoted {_place(loaded, replies)}"
        evidence = f"{first}, of {loaded.path.name}"
        action = _imported(loaded, cut_quotes=bool(replies))
        yield hold_markup(len(at), len(replies), len(loaded.lines), evidence, action)


def hold_markup(n: int, n_quoted: int, of: int, evidence: str, action: str) -> Finding:
    """That `n` texts of so many are HTML, and how many hold a quoted reply."""
    replies = f", {n_quoted:,} hold a quoted reply" if n_quoted else ""
    return _warning("TB115", f"{n:,} of {of:,} texts hold HTML markup{replies}", evidence, action)


@check("TB116")
def quoted_replies(loaded: LoadedDataset) -> Iterator[Finding]:
    """Texts that end in the mail they answer; TB115 counts them where texts are HTML."""
    at = _worth_telling(loaded, holds_quote)
    if at and not _worth_telling(loaded, holds_markup):
        action = _imported(loaded, cut_quotes=True)
        yield hold_replies(len(at), len(loaded.lines), _first(loaded, at), action)


def hold_replies(n: int, of: int, evidence: str, action: str) -> Finding:
    """That `n` texts of so many end in the mail they answer."""
    return _warning("TB116", f"{n:,} of {of:,} texts hold a quoted reply", evidence, action)


@check("TB117")
def shared_signatures(loaded: LoadedDataset) -> Iterator[Finding]:
    """Texts that end in the same three lines as others; below a quoted reply nobody looks."""
    at = shared_endings([cut_quotes(to_text(t.text)) for t in loaded.dataset.tickets])
    if len(at) >= LEAST_SHARE * len(loaded.lines) and at:
        ends = f"end in the same {SHARED_LINES} lines as others, as signatures do"
        action = f"{_imported(loaded)} --cut-signatures, or cut them where the file is made"
        yield _warning("TB117", f"{_of_texts(loaded, at)} {ends}", _first(loaded, at), action)


def _holding(loaded: LoadedDataset, holds: Callable[[str], bool]) -> list[int]:
    return [i for i, ticket in enumerate(loaded.dataset.tickets) if holds(ticket.text)]


def _worth_telling(loaded: LoadedDataset, holds: Callable[[str], bool]) -> list[int]:
    at = _holding(loaded, holds)
    return at if len(at) >= LEAST_SHARE * len(loaded.lines) else []


def _of_texts(loaded: LoadedDataset, at: Sequence[int]) -> str:
    return f"{len(at):,} of {len(loaded.lines):,} texts"


def _imported(loaded: LoadedDataset, *, cut_quotes: bool = False) -> str:
    return import_command(shlex.quote(str(loaded.path)), loaded.keys, cut_quotes=cut_quotes)


def import_command(file: str, keys: DatasetKeys, *, cut_quotes: bool = False) -> str:
    """The command that takes out of texts what no customer wrote; it reads `file` by `keys`."""
    other = [f"{role}={name}" for role, name in keys.columns.by_role() if role != name]
    columns = f" --columns {shlex.quote(','.join(other))}" if other else ""
    how = f"{columns}{as_options(Reading(keys).dialect)} --html auto{' --cut-quotes' * cut_quotes}"
    return f"ticketbench data import {file} -o OUT.csv{how}"


def _first(loaded: LoadedDataset, at: Sequence[int]) -> str:
    return f"first {_place(loaded, at)} of {loaded.path.name}"


def _place(loaded: LoadedDataset, at: Sequence[int]) -> str:
    """The line of the first of these tickets, and its id where that is no mail, number or name."""
    name, line = loaded.dataset.tickets[at[0]].id, f"line {loaded.lines[at[0]]}"
    return f"{name} in {line}" if shows_no_person(name) else f"in {line}"


def shows_no_person(name: str) -> bool:
    """Whether an id may be shown as it is: it is no mail, number or name."""
    return _PLAIN_ID.fullmatch(name) is not None
