"""How many tickets a day are routed, reviewed, escalated and routed wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, BoolArray, Estimate, ScoreTable, Value
from ticketbench.measure.sample.prior_shift import MixWeights, mix_weights, weighted_share
from ticketbench.measure.statistics.intervals import share


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeShares(Value):
    """Shares of all tickets; routed + reviewed + escalated = 1, misrouted is a part of routed."""

    routed: Estimate
    reviewed: Estimate
    escalated: Estimate
    misrouted: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Workload(Value):
    """Tickets on an average day, of `tickets_per_day`; intervals are those of the average.

    n is that of the tickets the shares were measured on.
    """

    tickets_per_day: float
    routed: Estimate
    reviewed: Estimate
    escalated: Estimate
    misrouted: Estimate


def workload(shares: OutcomeShares, *, tickets_per_day: float) -> Workload:
    """The shares times the volume; what is undefined stays so."""

    def a_day(of: Estimate) -> Estimate:
        value, low, high = (tickets_per_day * end for end in (of.value, of.low, of.high))
        return Estimate(value, low, high, of.n, of.method)

    return Workload(
        tickets_per_day=tickets_per_day,
        routed=a_day(shares.routed),
        reviewed=a_day(shares.reviewed),
        escalated=a_day(shares.escalated),
        misrouted=a_day(shares.misrouted),
    )


def shares_of(
    table: ScoreTable, policy: Policy, mix: Mapping[str, float] | None = None
) -> OutcomeShares:
    """What `policy` does with the scored tickets of `table`, at the mix of labels `mix`.

    `mix` are shares or counts by label; None: the mix of the table. With one, gold `__none__`
    tickets count where it names them. A routed ticket whose gold label is another one, or none, is
    misrouted. No tickets, or a label of the mix without any: undefined.
    """
    tickets, weights = _weighted(table, mix)
    outcome = policy.decide(tickets.scores, tickets.labels).outcome

    def of(hits: BoolArray) -> Estimate:
        if weights is None:
            return share(hits, tickets.groups)
        return weighted_share(hits, weights, tickets.groups)

    return OutcomeShares(
        routed=of(outcome == ROUTE),
        reviewed=of(outcome == REVIEW),
        escalated=of(outcome == ESCALATE),
        misrouted=of((outcome == ROUTE) & ~tickets.right),
    )


def shares_of_counts(outcomes: Sequence[int], right: Estimate) -> OutcomeShares:
    """The same of decisions without labels: counts of OUTCOMES, and the share right among routed.

    Misrouted is the product of routed and wrong; its interval takes the outer ends of both, so it
    is wider than it need be. Decisions count as independent. No decisions: undefined.
    """
    n = sum(outcomes)
    each = [share(np.arange(n) < count, np.arange(n)) for count in outcomes]
    routed = each[ROUTE]
    wrong = Estimate.undefined(n, right.method)
    if routed.defined and right.defined:
        wrong = Estimate(
            routed.value * (1 - right.value),
            routed.low * (1 - right.high),
            routed.high * (1 - right.low),
            n,
            f"routed, times wrong among routed ({right.n} tickets)",
        )
    return OutcomeShares(routed, each[REVIEW], each[ESCALATE], wrong)


def _weighted(
    table: ScoreTable, mix: Mapping[str, float] | None
) -> tuple[ScoreTable, MixWeights | None]:
    """The tickets that take part, and their weights; None where all weigh the same."""
    if mix is None:
        return table, None
    tickets = table if NONE_LABEL in mix else table.labelled()
    names = (*table.gold_labels, NONE_LABEL)
    truth = np.where(tickets.truth == NONE, len(table.gold_labels), tickets.truth)
    weights = mix_weights(truth, names, [float(mix.get(name, 0.0)) for name in names])
    outside = tuple(name for name, part in mix.items() if part > 0 and name not in names)
    if outside:
        unknown = np.full(tickets.n_scored, math.nan)
        weights = MixWeights(unknown, math.nan, (*weights.missing, *outside))
    return tickets, weights
