"""What is legal in tickets of parts but likely to mislead, by counts that add up over all parts.

The codes are those of `dataset_findings.py`. No line of a file is told, since that would hang on
where parts end, and what only all texts together show (TB101, TB117) is not looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ticketbench.core.intake import Intake, MappedLabel
from ticketbench.core.types import Finding, Ticket
from ticketbench.edge.inputs.dataset import LoadedDataset
from ticketbench.edge.inputs.dataset_findings import (
    LABEL_NOT_LISTED,
    LEAST_SHARE,
    OTHER_LINE_ENDS,
    OUTER_BLANKS,
    done_to,
    every_split,
    hold_markup,
    hold_replies,
    import_command,
    rare_labels,
    shows_no_person,
    single_label,
    single_ticket,
    spelling,
    without_rows,
)
from ticketbench.edge.inputs.tickets.keys import DatasetKeys
from ticketbench.edge.inputs.tickets.label_map import nearest
from ticketbench.edge.texts.html import holds_markup
from ticketbench.edge.texts.quotes import holds_quote

_MARKUP, _REPLY = "markup", "reply"
_ODD: dict[str, Callable[[Ticket], bool]] = {
    "TB102": OUTER_BLANKS.holds,
    "TB107": LABEL_NOT_LISTED.holds,
    "TB109": OTHER_LINE_ENDS.holds,
    _MARKUP: lambda ticket: holds_markup(ticket.text),
    _REPLY: lambda ticket: holds_quote(ticket.text),
}


@dataclass(frozen=True, slots=True)
class Odd:
    """How many tickets something holds of, and the least id of them."""

    n: int
    id: str


@dataclass(frozen=True, slots=True)
class TicketCounts:
    """Tickets of a part, or several, counted: by gold label, by split, and what is odd of them;
    `n_alone` are in no group.
    """

    n: int
    n_alone: int
    labels: Counter[str]
    splits: Counter[str]
    odd: dict[str, Odd]
    intake: Intake
    split_column: str

    def __add__(self, other: TicketCounts) -> TicketCounts:
        """Of both together; their order changes nothing."""
        odd = dict(self.odd)
        for name, one in other.odd.items():
            mine = odd.get(name)
            odd[name] = Odd(mine.n + one.n, min(mine.id, one.id)) if mine else one
        return TicketCounts(
            n=self.n + other.n,
            n_alone=self.n_alone + other.n_alone,
            labels=self.labels + other.labels,
            splits=self.splits + other.splits,
            odd=odd,
            intake=_both(self.intake, other.intake),
            split_column=max(self.split_column, other.split_column),
        )


def counts_of(loaded: LoadedDataset) -> TicketCounts:
    """Those of the tickets of one part, or of some of its rows."""
    tickets = loaded.dataset.tickets
    found = {name: [t.id for t in tickets if holds(t)] for name, holds in _ODD.items()}
    return TicketCounts(
        n=len(tickets),
        n_alone=sum(ticket.group is None for ticket in tickets),
        labels=Counter(ticket.label for ticket in tickets),
        splits=Counter(ticket.split for ticket in tickets if ticket.split),
        odd={name: Odd(len(ids), min(ids)) for name, ids in found.items() if ids},
        intake=loaded.intake,
        split_column=loaded.split_column,
    )


def part_findings(counts: TicketCounts, name: str, keys: DatasetKeys) -> tuple[Finding, ...]:
    """What to know of all parts, which `name` calls and `keys` read, in order of codes."""
    return tuple(_found(counts, name, keys))


def _found(counts: TicketCounts, name: str, keys: DatasetKeys) -> Iterator[Finding]:
    in_order = Counter({split: counts.splits[split] for split in sorted(counts.splits)})
    if "TB102" in counts.odd:
        yield OUTER_BLANKS.says(_of(counts, "TB102"))
    yield from spelling(sorted(counts.labels))
    yield from single_label(set(counts.labels), counts.n)
    if counts.n == 1:
        yield single_ticket(name)
    yield from rare_labels(counts.labels)
    if "TB107" in counts.odd:
        yield LABEL_NOT_LISTED.says(_of(counts, "TB107"))
    if "TB109" in counts.odd:
        yield OTHER_LINE_ENDS.says(_of(counts, "TB109"))
    yield from done_to(counts.intake, name)
    yield from without_rows(counts.intake)
    if not counts.intake.chooses_split:
        yield from every_split(in_order, counts.split_column, name)
    yield from _texts(counts, keys)


def _texts(counts: TicketCounts, keys: DatasetKeys) -> Iterator[Finding]:
    """Markup, or quoted replies, in enough of the texts."""
    n_markup, n_replies = (counts.odd.get(name, Odd(0, "")).n for name in (_MARKUP, _REPLY))
    action = import_command("FILE", keys, cut_quotes=n_replies > 0)
    if n_markup and n_markup >= LEAST_SHARE * counts.n:
        yield hold_markup(n_markup, n_replies, counts.n, _of(counts, _MARKUP), action)
    elif n_replies and n_replies >= LEAST_SHARE * counts.n:
        yield hold_replies(n_replies, counts.n, _of(counts, _REPLY), action)


def _of(counts: TicketCounts, name: str) -> str:
    """Such as "12 of 3,000 tickets, such as t17"."""
    odd = counts.odd[name]
    such = f", such as {odd.id}" if shows_no_person(odd.id) else ""
    return f"{odd.n:,} of {counts.n:,} tickets{such}"


def _both(one: Intake, other: Intake) -> Intake:
    """What was done in reading both."""
    return replace(
        one,
        n_kept=one.n_kept + other.n_kept,
        n_rows=one.n_rows + other.n_rows,
        labels=tuple(map(_in_both, one.labels, other.labels)),
        done=tuple(sorted({*one.done, *other.done})),
    )


def _in_both(one: MappedLabel, other: MappedLabel) -> MappedLabel:
    n = one.n + other.n
    near = filter(None, (one.near, other.near))
    return MappedLabel(one.old, one.new, n, "" if n else nearest(one.old, near))
