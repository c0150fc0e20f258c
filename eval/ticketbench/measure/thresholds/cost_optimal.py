"""The cheapest threshold, and the escalation limit where that is a choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ticketbench.core.policy import Costs, Policy
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.statistics.intervals import clustered_mean
from ticketbench.measure.thresholds.rules import Asked, Choice, threshold_rule
from ticketbench.measure.thresholds.tickets import OFF, Tickets

NOTHING = 1.01
"""The threshold that routes nothing."""

LIMITS: tuple[float, ...] = (0.20, 0.25, 0.30, 0.35, 0.40, 0.45)
"""The escalation limits that are tried beside none."""

_CLEARLY = 1.64


@threshold_rule("cost_optimal", order=20)
def cost_optimal(tickets: Tickets, asked: Asked) -> Choice:
    """The cheapest on these tickets: threshold 0.00 to 1.01, and a limit that clearly saves."""
    costs = asked.costs
    title = f"cheapest at misroute {costs.misroute:g}, review {costs.review:g}"
    if costs.missed is not None:
        title += f", escalate {costs.escalate:g}, missed escalation {costs.missed:g}"
    return Choice(
        policy=cost_optimal_policy(tickets, asked.base, costs),
        title=title,
        caveat=f"promises no share of right routes{_why_off(costs)}",
    )


def cost_optimal_policy(tickets: Tickets, base: Policy, costs: Costs) -> Policy:
    """`base` with the cheapest threshold of 0.00, 0.01 ... 1.01; of equals the highest.

    Escalation is off: where an escalation costs more than a review it never pays, and where it
    costs less its price says nothing of the times when the right label is not among those asked. If
    that has a price, the limit that saves most takes its place, if it saves more by over 1.64
    standard errors of the paired saving, which know the groups. Thresholds of single labels are
    dropped. No tickets: 1.01.
    """
    open_policy = replace(base, threshold=NOTHING, escalate_above=OFF, label_thresholds=())
    cheapest = replace(open_policy, threshold=_cheapest(tickets, costs))
    if costs.missed is None or tickets.n == 0:
        return cheapest
    before = tickets.saving(cheapest, costs)
    best, gain = cheapest, 0.0
    for limit in LIMITS:
        policy = replace(cheapest, escalate_above=limit)
        more = tickets.saving(policy, costs) - before
        paired = clustered_mean(more, tickets.groups)
        if paired.mean > gain and paired.mean > _CLEARLY * paired.se_clustered:
            best, gain = policy, paired.mean
    return best


def _why_off(costs: Costs) -> str:
    """Why nothing is escalated; empty where that is chosen from the tickets."""
    if costs.missed is not None:
        return ""
    if costs.escalate >= costs.review:
        return "; without escalation, which never pays where it costs as much as a review"
    return "; without escalation, as the price of a missed one is not known"


def _cheapest(tickets: Tickets, costs: Costs) -> float:
    grid = (*GRID, NOTHING)
    routed = tickets.at_least(grid)
    wrong = tickets.rows(~tickets.right).at_least(grid)
    # In units of the dearer price, so that equal costs are equal in the last digit, too, and
    # different ones stay so however small the unit of the prices is.
    unit = max(costs.misroute, costs.review) or 1.0
    spent = np.round(costs.misroute / unit * wrong - costs.review / unit * routed, 9)
    return grid[int(np.flatnonzero(spent == spent.min())[-1])]
