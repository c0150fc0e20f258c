"""What people said of the tickets to label: the label that counts, and how far they agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ticketbench.edge.imports.record import Answer
from ticketbench.edge.labels.state import LabelState
from ticketbench.flow.data.asked import LEAVE_OUT
from ticketbench.flow.data.people import People
from ticketbench.flow.import_notes import Resolution
from ticketbench.flow.labels.batch import UNNAMED
from ticketbench.measure.agreement.summary import Agreement, agreement


@dataclass(frozen=True, slots=True)
class Disputed:
    """A ticket on which people do not all agree: who said what, and the label that counts.

    number  among those to label, from 1; `label` is empty where the ticket counts for no set
    """

    number: int
    ticket_id: str
    said: Mapping[str, str]
    label: str


@dataclass(frozen=True, slots=True)
class Decided:
    """The labels that count, by ticket id; an empty one is of a ticket that counts for no set.

    agreement  None where no ticket was labelled by two people
    """

    labels: Mapping[str, str]
    disputed: tuple[Disputed, ...]
    resolution: Resolution
    agreement: Agreement | None


def decided(state: LabelState, *, disagree: str = LEAVE_OUT) -> Decided:
    """The label of each ticket that somebody labelled: that of a strict majority, else by the rule.

    `disagree` is leave-out, none, first or an annotator, as `data import` has them. Raises
    InputError for an annotator who labelled nothing.
    """
    people = People(disagree)
    labels: dict[str, str] = {}
    disputed = []
    for number, name in enumerate(state.ids_to_label, start=1):
        said = {who or UNNAMED: own[name] for who, own in state.given.items() if name in own}
        if not said:
            continue
        taken = people.taken([Answer((label,), who) for who, label in said.items()])
        labels[name] = taken.label
        if len(set(said.values())) > 1:
            disputed.append(Disputed(number, name, said, taken.label))
    resolution = people.resolution(whole=bool(labels))
    return Decided(labels, tuple(disputed), resolution, agreement(people.said))
