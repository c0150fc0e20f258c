"""What a policy does to counted tickets: outcomes, what they cost and save, other thresholds."""

from __future__ import annotations

import numpy as np

from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Costs
from ticketbench.core.types import Estimate
from ticketbench.measure.estimates import MetricResult, part_estimate
from ticketbench.measure.kinds import routing_metrics
from ticketbench.measure.parts.codes import OPEN, ROUTED
from ticketbench.measure.parts.rows import Outcomes, Scores
from ticketbench.measure.routing.escalation import Escalation
from ticketbench.measure.routing.outcomes import (
    NO_ALL_LABELS,
    RoutingSummary,
    SweepPoint,
    sweep_points,
)
from ticketbench.measure.statistics import intervals
from ticketbench.measure.thresholds.saving import Saving, saving


def summary(of: Outcomes, costs: Costs, *, all_labels: bool) -> RoutingSummary:
    """As `summarise` has it; `all_labels` says whether the dataset knows them."""
    tickets = of.routed_tickets(costs, all_labels=all_labels)
    routed = of.outcome == ROUTE
    return RoutingSummary(
        n=of.groups.n,
        routed=of.n(routed),
        right=of.n(routed & of.right),
        wrong=of.n(routed & ~of.right),
        reviewed=of.n(of.outcome == REVIEW),
        escalated=of.n(of.outcome == ESCALATE),
        collisions=of.n(of.collision),
        metrics=tuple(
            MetricResult.of(metric, part_estimate(metric, metric.part(tickets), of.groups))
            for metric in routing_metrics(priced=True, all_labels=all_labels)
        ),
        any_label_precision=(
            intervals.share(of.fits[routed], of.groups[routed])
            if all_labels
            else Estimate.undefined(0, NO_ALL_LABELS)
        ),
    )


def escalation(of: Outcomes, *, all_labels: bool) -> Escalation | None:
    """As `judge_escalation` has it."""
    if not all_labels:
        return None
    escalated, needed = of.outcome == ESCALATE, of.needs_two
    return Escalation(
        queue=of.n(escalated),
        needed=of.n(needed),
        precision=intervals.share(needed[escalated], of.groups[escalated]),
        recall=intervals.share(escalated[needed], of.groups[needed]),
    )


def saving_of(of: Outcomes, costs: Costs, *, held_out: bool) -> Saving:
    """What the outcomes save against a review of every ticket."""
    saved = costs.review - costs.of(of.outcome, of.right, of.missed)
    wrong = of.n((of.outcome == ROUTE) & ~of.right)
    return saving(saved, of.groups, costs, wrong=float(wrong), held_out=held_out)


def sweep(scores: Scores, costs: Costs) -> tuple[SweepPoint, ...]:
    """As `sweep` has it; every threshold of two decimals lies on the grid of the scores."""
    tickets, escalated = scores.tickets, scores.tickets.second > 0
    own = np.where(scores.own == ROUTED, np.inf, -np.inf)
    score = np.where(scores.own == OPEN, tickets.score, own)
    missed = escalated & ~(tickets.gold > 0)
    return sweep_points(
        score[~escalated],
        tickets.right[~escalated],
        scores.groups[~escalated],
        escalated=int(scores.groups.times[escalated].sum()),
        missed=int(scores.groups.times[missed].sum()),
        costs=costs,
    )
