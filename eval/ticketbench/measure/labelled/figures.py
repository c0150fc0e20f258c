"""Which figures can be told without a label, with those of the disagreements, or only with all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE
from ticketbench.core.types import Value
from ticketbench.measure.kinds import (
    CellMetric,
    LabelMetric,
    Metric,
    RoutingMetric,
    TableMetric,
    TicketMetric,
)
from ticketbench.measure.labelled.targets import TARGETS, Sides
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.of_means import of_means

Needs = Literal["no label", "disagreements", "every label"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, whose labels its difference needs, and why all of them where it does."""

    name: str
    title: str
    needs: Needs
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeShare(Value):
    """The share of tickets with one outcome on both sides: exact on these tickets.

    change  candidate - base on other tickets like these, by the one rule
    """

    name: str
    title: str
    n: int
    base: float
    candidate: float
    change: Change


OUTCOMES = {
    "coverage": (ROUTE, "Routed by the policy"),
    "review_load": (REVIEW, "Sent to a person"),
    "escalated": (ESCALATE, "Escalated"),
}
"""What follows from the answers alone: name, outcome and title."""


def figures() -> tuple[Figure, ...]:
    """Every figure: first those without labels, then those of the disagreements, then the others.

    Only means over tickets of right answers and outcomes do with less than every label: a function
    of counts divides by tickets on which both agree, and scores differ on every ticket.
    """
    free = [Figure(name, title, "no label") for name, (_, title) in OUTCOMES.items()]
    few = [Figure(each.name, each.title, "disagreements") for each in TARGETS.values()]
    named = {each.name for each in (*free, *few)}
    rest = [
        Figure(each.name, each.title, "every label", _why(each))
        for each in METRICS
        if each.name not in named
    ]
    return (*free, *few, *rest)


def outcome_shares(of: Sides) -> tuple[OutcomeShare, ...]:
    """How many tickets both sides route, hand to a person and escalate. No tickets: NaN."""
    return tuple(_share(of, name) for name in OUTCOMES)


def _share(of: Sides, name: str) -> OutcomeShare:
    outcome, title = OUTCOMES[name]
    base, candidate = ((side == outcome).astype(np.float64) for side in of.outcomes)
    n = len(base)
    first, second = (float(side.mean()) if n else math.nan for side in (base, candidate))
    change = of_means(base, candidate, of.groups)
    return OutcomeShare(name, title, n, first, second, change)


def _why(metric: Metric) -> str:
    match metric:
        case TicketMetric() | TableMetric():
            return "the scores differ on tickets on which the labels agree, too"
        case CellMetric() | LabelMetric():
            return "it divides by counts that need the labels of tickets on which both agree, too"
        case RoutingMetric():
            return "it is a share of some tickets only, and each set has others"
    raise TypeError(f"{type(metric).__name__} is no kind of metric")
