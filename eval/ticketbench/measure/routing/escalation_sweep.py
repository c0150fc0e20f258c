"""Which escalation rule? Threshold and `escalate_above` swept together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.policy import ROUTE, Costs, Policy, at_temperature
from ticketbench.core.types import BoolArray, FloatArray, ScoreTable, Value
from ticketbench.measure.routing.escalation import Escalation, judge_escalation
from ticketbench.measure.routing.outcomes import GRID, missed_by
from ticketbench.measure.routing.reach import at_least

ESCALATE_ABOVE: tuple[float, ...] = (*(i / 100 for i in range(10, 55, 5)), 1.0)
"""The escalation limits that are tried: .10, .15 ... .50, and 1, which is off."""


@dataclass(frozen=True, slots=True, eq=False)
class EscalationPoint(Value):
    """The escalation rule at one limit, and the cheapest threshold beside it.

    escalation  queue, precision and recall, on the tickets with two or more labels
    threshold   the cheapest on the grid at this limit; of equals the highest
    cost        mean cost per ticket at that threshold
    """

    escalate_above: float
    escalation: Escalation
    threshold: float
    cost: float


def escalation_sweep(table: ScoreTable, base: Policy, costs: Costs) -> tuple[EscalationPoint, ...]:
    """Every limit of `ESCALATE_ABOVE` with the threshold that is cheapest beside it.

    Descriptive: threshold and limit are judged on the very tickets they are read off, so the
    lowest cost is optimistic. Temperature as in `base`, thresholds of single labels dropped.
    Without all_labels or every score: empty. No tickets: threshold and cost NaN.
    """
    score = at_temperature(table.scores, base.temperature).max(axis=1, initial=0.0)
    points = []
    for limit in ESCALATE_ABOVE:
        policy = replace(base, threshold=0.0, escalate_above=limit, label_thresholds=())
        decisions = policy.decide(table.scores, table.labels)
        escalation = judge_escalation(table, decisions)
        if escalation is None:
            return ()
        routable = decisions.outcome == ROUTE
        handed = costs.escalate * (~routable).sum()
        handed += (costs.missed or 0.0) * (missed_by(table, policy) & ~routable).sum()
        n, right = table.n_scored, table.right[routable]
        threshold, cost = _cheapest(score[routable], right, n, float(handed), costs)
        points.append(EscalationPoint(limit, escalation, threshold, cost))
    return tuple(points)


def _cheapest(
    score: FloatArray, right: BoolArray, n: int, handed: float, costs: Costs
) -> tuple[float, float]:
    """Threshold and mean cost over n tickets; those without a score here cost `handed` together."""
    if n == 0:
        return math.nan, math.nan
    routed, hits = at_least(score, GRID), at_least(score[right], GRID)
    spent = costs.misroute * (routed - hits) + costs.review * (len(score) - routed)
    mean = (spent + handed) / n
    cheapest = int(np.flatnonzero(mean == mean.min())[-1])
    return GRID[cheapest], float(mean[cheapest])
