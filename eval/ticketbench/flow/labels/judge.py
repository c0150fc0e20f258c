"""What the labels so far settle, and what is known without any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ticketbench.core.policy import OUTCOMES, Costs, Policy
from ticketbench.core.types import NONE, BoolArray, Estimate, FloatArray, IntArray
from ticketbench.edge.labels.state import LabelState, SideOf, read_state
from ticketbench.flow.data.asked import LEAVE_OUT
from ticketbench.flow.import_notes import Resolution
from ticketbench.flow.labels.people import Decided, Disputed, decided
from ticketbench.flow.labels.take import gaps
from ticketbench.flow.steps.settings import SEED
from ticketbench.measure.agreement.summary import Agreement
from ticketbench.measure.labelled.figures import OutcomeShare, outcome_shares
from ticketbench.measure.labelled.log import LabelledLog, labelled_log, of_customers
from ticketbench.measure.labelled.more import MoreLabels, more_labels
from ticketbench.measure.labelled.order import Order
from ticketbench.measure.labelled.targets import TARGETS, UNLABELLED, Sides
from ticketbench.measure.labelled.verdict import LabelVerdict, label_verdict
from ticketbench.measure.statistics.intervals import share


@dataclass(frozen=True, slots=True)
class Difference:
    """A ticket that was labelled and counts: by whom it speaks, better, worse or neither.

    number  among those to label, from 1
    """

    number: int
    ticket_id: str
    label: str
    base_label: str
    base_outcome: str
    candidate_label: str
    candidate_outcome: str
    speaks_for: str


@dataclass(frozen=True, slots=True)
class RightOf:
    """How often one set gave the label that counts, on labelled tickets that differ."""

    rubric_set: str
    right: Estimate


@dataclass(frozen=True, slots=True)
class Labelled:
    """Two sets on a log of which the differing tickets are labelled from the top.

    n_log = n_agree + n_to_label + n_left_out; `left_out` by the reason in words
    gaps       ids of tickets without a label before one that has one
    verdict    of the tickets that the order is about
    more       about how many more labels; None where nobody can tell, or nothing is left
    shares     what is known without labels
    right      of both sets, where they differ; to be read beside `agreement`
    agreement  of people, where two labelled the same tickets
    disputed   tickets on which they do not agree; `resolution` what became of these
    """

    base: str
    candidate: str
    target: str
    seed: int
    policies: tuple[Policy, Policy]
    costs: Costs
    grouped_by: str
    n_log: int
    n_agree: int
    n_to_label: int
    n_left_out: int
    left_out: Mapping[str, int]
    gaps: tuple[str, ...]
    verdict: LabelVerdict
    more: MoreLabels | None
    shares: tuple[OutcomeShare, ...]
    right: tuple[RightOf, ...]
    agreement: Agreement | None
    disputed: tuple[Disputed, ...]
    resolution: Resolution
    differences: tuple[Difference, ...]


def label_judge(state_path: Path, *, disagree: str = LEAVE_OUT) -> Labelled:
    """The verdict on the state in `state_path`; see `judged_labels`."""
    return judged_labels(read_state(state_path), disagree=disagree)


def judged_labels(state: LabelState, *, disagree: str = LEAVE_OUT) -> Labelled:
    """What the labels from the top settle; those behind a gap wait.

    A ticket on which people do not agree, and that the rule `disagree` leaves out, counts for no
    set. Raises InputError for a rule that names nobody.
    """
    people, of = decided(state, disagree=disagree), sides_of(state)
    log = labelled_part(state, of, people)
    speaks = of_customers(log, _order(state))
    verdict = label_verdict(speaks, margin=state.margin)
    return Labelled(
        base=state.base.name,
        candidate=state.candidate.name,
        target=state.target,
        seed=state.seed,
        policies=(state.base.policy, state.candidate.policy),
        costs=state.costs,
        grouped_by=state.log.grouped_by,
        n_log=state.log.n + state.n_left_out,
        n_agree=state.n_agree,
        n_to_label=len(state.to_label),
        n_left_out=state.n_left_out,
        left_out=state.log.left_out,
        gaps=gaps(state),
        verdict=verdict,
        more=None if verdict.settled else more_labels(speaks, margin=state.margin, seed=SEED),
        shares=outcome_shares(of),
        right=_right(state, people, verdict.n_labelled),
        agreement=people.agreement,
        disputed=people.disputed,
        resolution=people.resolution,
        differences=_differences(state, log, people),
    )


def sides_of(state: LabelState) -> Sides:
    """Both sets on all tickets in the order of the state."""
    groups = np.array(state.log.groups, dtype=np.int64)
    both = state.base, state.candidate
    asked = None
    if state.costs.missed is not None:
        asked = _asked(both[0], state), _asked(both[1], state)
    return Sides(
        labels=state.labels,
        tops=(_array(both[0].tops), _array(both[1].tops)),
        outcomes=(_array(both[0].outcomes), _array(both[1].outcomes)),
        asked=asked,
        groups=groups,
    )


def _array(of: tuple[int, ...]) -> IntArray:
    return np.array(of, dtype=np.int64)


def _asked(side: SideOf, state: LabelState) -> BoolArray:
    asked = np.zeros((state.log.n, len(state.labels)), dtype=np.bool_)
    for row, labels in side.asked.items():
        asked[row, list(labels)] = True
    return asked


def _order(state: LabelState) -> Order:
    return Order(np.arange(state.log.n), state.log.n_first)


def labelled_part(state: LabelState, of: Sides, people: Decided) -> LabelledLog:
    """The labelled log; a ticket that people left undecided gains nothing for either set."""
    place = {label: i for i, label in enumerate(state.labels)}
    given = [people.labels.get(name) for name in state.log.ids]
    gold = [UNLABELLED if label is None else place.get(label, NONE) for label in given]
    target = TARGETS[state.target]
    log = labelled_log(of, target, _array(tuple(gold)), _order(state), costs=state.costs)
    undecided = log.differs & np.array([label == "" for label in given], dtype=np.bool_)
    gains: FloatArray = np.where(undecided, 0.0, log.gains)
    return replace(log, gains=gains)


def _right(state: LabelState, people: Decided, n_counted: int) -> tuple[RightOf, ...]:
    """Of the labels that count, without those that people left undecided."""
    rows = [place - 1 for place in state.to_label[:n_counted]]
    rows = [row for row in rows if people.labels[state.log.ids[row]]]
    groups = _array(state.log.groups)[rows]
    found = []
    for side in (state.base, state.candidate):
        tops = (state.labels[side.tops[row]] for row in rows)
        golds = (people.labels[state.log.ids[row]] for row in rows)
        right = np.array([top == gold for top, gold in zip(tops, golds, strict=True)], np.bool_)
        found.append(RightOf(side.name, share(right, groups)))
    return tuple(found)


def _differences(state: LabelState, log: LabelledLog, people: Decided) -> tuple[Difference, ...]:
    """The tickets that somebody labelled, in their order."""
    found = []
    for number, place in enumerate(state.to_label, start=1):
        row = place - 1
        name, gain = state.log.ids[row], float(log.gains[row])
        if name not in people.labels:
            continue
        found.append(
            Difference(
                number=number,
                ticket_id=name,
                label=people.labels[name],
                base_label=state.labels[state.base.tops[row]],
                base_outcome=OUTCOMES[state.base.outcomes[row]],
                candidate_label=state.labels[state.candidate.tops[row]],
                candidate_outcome=OUTCOMES[state.candidate.outcomes[row]],
                speaks_for=_speaks_for(state, gain),
            )
        )
    return tuple(found)


def _speaks_for(state: LabelState, gain: float) -> str:
    """The set that the ticket is a point for; empty for neither."""
    if gain > 0:
        return state.candidate.name
    return state.base.name if gain < 0 else ""
