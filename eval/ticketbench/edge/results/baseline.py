"""The committed reference that gates compare with, as a value.

Per ticket it holds the gold label, the top label, its score and the outcome, under a hash of id
and text: no text, no id and no full answer. Top label, top score and outcome are all that a gate
on a baseline may rest on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import Rubric, RubricSet, fingerprint
from ticketbench.core.types import BoolArray, Dataset, Failure, IntArray, ScoreTable, Ticket
from ticketbench.core.version import __version__
from ticketbench.edge.results.ledger import Asked, Ledger
from ticketbench.edge.results.predictions import score_table

_HASH_DIGITS = 16
_UNKNOWN = Failure("", "miss", 0, "not in the baseline")

Outcome = Literal["route", "review", "escalate", "missed"]
"""What became of a ticket; `missed` is escalated without its gold label being asked, told apart
where that has a price."""

_OUTCOMES: tuple[Outcome, ...] = ("route", "review", "escalate")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a baseline was made from; `recording` is empty where there is none.

    scores  sha256 of the answers of this rubric set, `recording` of the whole file
    """

    dataset: str
    rubrics: str
    endpoint: str
    scores: str
    recording: str
    policy: Policy
    costs: Costs
    tool: str = __version__

    def differs(self, before: Origin) -> tuple[str, ...]:
        """The inputs, in words, that are not those of `before`; answers beside these ones and the
        version of the tool are none.
        """
        names = {
            "dataset": "the dataset",
            "rubrics": "the rubrics",
            "endpoint": "the endpoint",
            "policy": "the policy",
            "costs": "the costs",
            "scores": "the answers",
        }
        return tuple(
            words for name, words in names.items() if getattr(self, name) != getattr(before, name)
        )


@dataclass(frozen=True, slots=True)
class KeptMetric:
    """A metric when it was blessed, with its 95 % interval; NaN is null in the file."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class KeptTicket:
    """What became of one ticket."""

    label: str
    top_label: str
    score: float
    outcome: Outcome

    @property
    def right(self) -> bool:
        """Whether its top label is its gold label; never for gold `__none__`."""
        return self.top_label == self.label


@dataclass(frozen=True, slots=True)
class Baseline:
    """One rubric set as it was blessed: metrics and tickets by hash, each sorted by name.

    reason  why inputs changed against the baseline before; empty for the first
    ledger  what was blessed since it was pinned; None in a file of before there were ledgers
    """

    rubric_set: str
    origin: Origin
    rubrics: tuple[Rubric, ...]
    metrics: Mapping[str, KeptMetric]
    tickets: Mapping[str, KeptTicket]
    reason: str = ""
    ledger: Ledger | None = None
    labels: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", tuple(rubric.label for rubric in self.rubrics))

    @property
    def asked(self) -> Asked:
        """What was blessed: the questions, whom they were put to, and the policy."""
        of = self.origin
        return Asked(self.rubric_set, of.endpoint, of.policy, self.rubrics)

    @property
    def asked_at_pin(self) -> Asked | None:
        """What the pin asked: the same where nothing was blessed since; None: it is not known."""
        if self.ledger is None or (self.ledger.pinned is None and not self.ledger.merged):
            return self.asked
        return self.ledger.pinned

    @property
    def rubric_texts(self) -> RubricSet:
        """The questions as a rubric set, called `baseline`."""
        return RubricSet("baseline", self.rubrics)


def ticket_hash(ticket: Ticket) -> str:
    """16 hex digits of the sha256 of id and text: another text is another ticket."""
    return _hash(ticket.id, ticket.text)


def _known_hash(ticket: Ticket, known: Collection[str]) -> str | None:
    """The hash under which `ticket` is known: as it is sent, or with the line ends of the file."""
    hashes = (_hash(ticket.id, text) for text in ticket.texts)
    return next((own for own in hashes if own in known), None)


def _hash(ticket_id: str, text: str) -> str:
    return fingerprint((ticket_id, text))[:_HASH_DIGITS]


def answers_digest(table: ScoreTable) -> str:
    """sha256 of labels, ids and scores of the answered tickets, whatever their order."""
    rows = sorted(zip(table.ids, table.scores.tolist(), strict=True))
    parts = [part for ticket, scores in rows for part in (ticket, *(repr(s) for s in scores))]
    return fingerprint((*table.labels, *parts))


def kept_tickets(
    dataset: Dataset, table: ScoreTable, outcome: IntArray, missed: BoolArray | None = None
) -> dict[str, KeptTicket]:
    """Every answered ticket by hash, in order of hash; `missed` as in the outcomes.

    Raises InputError when two tickets have one hash: they would be the same line.
    """
    of_id = {ticket.id: ticket for ticket in dataset.tickets}
    kept: dict[str, KeptTicket] = {}
    for i, ticket_id in enumerate(table.ids):
        ticket = of_id[ticket_id]
        own = ticket_hash(ticket)
        if own in kept:
            raise InputError(f"two tickets have the hash {own}", help="rename one of them")
        top = table.labels[table.top[i]]
        score = float(table.top_score[i])
        of = _OUTCOMES[outcome[i]]
        if of == "escalate" and missed is not None and missed[i]:
            of = "missed"
        kept[own] = KeptTicket(ticket.label, top, score, of)
    return dict(sorted(kept.items()))


def baseline_table(baseline: Baseline, dataset: Dataset) -> tuple[ScoreTable, IntArray, BoolArray]:
    """The baseline's answers for `dataset`, the outcomes they had, and which were missed.

    Tickets that it does not know are failures of kind `miss`. Gold labels and groups are those of
    the dataset now. Of the scores only the top one is known; the others share the rest evenly.
    """
    known = {label: i for i, label in enumerate(baseline.labels)}
    k = len(known)
    scores = np.full((len(dataset.tickets), k), 1.0 / k)
    outcome = np.zeros(len(dataset.tickets), dtype=np.int64)
    missed = np.zeros(len(dataset.tickets), dtype=np.bool_)
    failures: dict[int, Failure] = {}
    for i, ticket in enumerate(dataset.tickets):
        own = _known_hash(ticket, baseline.tickets)
        if own is None:
            failures[i] = _UNKNOWN
            continue
        kept = baseline.tickets[own]
        rest = min((1.0 - kept.score) / (k - 1), math.nextafter(kept.score, 0.0))
        scores[i] = rest
        scores[i, known[kept.top_label]] = kept.score
        missed[i] = kept.outcome == "missed"
        outcome[i] = _OUTCOMES.index("escalate" if missed[i] else kept.outcome)
    table = score_table(dataset, baseline.rubric_texts, baseline.origin.endpoint, scores, failures)
    scored = np.array([i not in failures for i in range(len(dataset.tickets))], dtype=np.bool_)
    return table, outcome[scored], missed[scored]


def missing_tickets(baseline: Baseline, dataset: Dataset) -> tuple[str, ...]:
    """Hashes of the baseline that no ticket of `dataset` has, sorted."""
    here = {_known_hash(ticket, baseline.tickets) for ticket in dataset.tickets}
    return tuple(sorted(set(baseline.tickets) - here))
