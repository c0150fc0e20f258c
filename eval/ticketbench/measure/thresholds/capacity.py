"""A threshold from the people there are: how many tickets can be reviewed?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ticketbench.core.policy import Policy, exceeds
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.thresholds.rules import Asked, Choice, threshold_rule
from ticketbench.measure.thresholds.tickets import Tickets


@threshold_rule("capacity", order=40)
def capacity(tickets: Tickets, asked: Asked) -> Choice | None:
    """The highest threshold that the review queue allows; None where it has no limit."""
    if asked.most_reviewed is None:
        return None
    return Choice(
        policy=capacity_policy(tickets, asked.base, most_reviewed=asked.most_reviewed),
        title=f"highest with at most {100 * asked.most_reviewed:g}% of tickets to review",
        caveat="looks at the review queue alone, not at errors",
        most_reviewed=asked.most_reviewed,
    )


def capacity_policy(tickets: Tickets, base: Policy, *, most_reviewed: float) -> Policy:
    """`base` with the highest threshold on the grid that sends few enough tickets to review.

    Review is what is neither routed nor escalated; its share of all scored tickets is at most
    `most_reviewed` (0 to 1). The highest such threshold is the most careful one the queue allows.
    No label is looked at; temperature and escalation rule stay those of `base`, thresholds of
    single labels are dropped. Tied scores are reviewed together. Threshold 0 reviews nothing and
    is the answer to a limit below 0 too. No tickets: the threshold of `base` stays.
    """
    if tickets.n == 0:
        return replace(base, label_thresholds=())
    open_ = tickets.rows(np.asarray(~exceeds(tickets.second, base.escalate_above)))
    reviewed = open_.n - open_.at_least(GRID)
    # Divided, not multiplied: 29 of 100 are 0.29, but 0.29 * 100 is less than 29.
    within = np.flatnonzero(reviewed / tickets.n <= most_reviewed)
    highest = GRID[int(within[-1])] if len(within) else 0.0
    return replace(base, threshold=highest, label_thresholds=())
