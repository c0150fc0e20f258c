"""A threshold from the people there are: how many tickets can be reviewed?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ticketbench.core.policy import ROUTE, Policy, at_temperature
from ticketbench.core.types import ScoreTable
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.routing.selective import at_least


def capacity_policy(table: ScoreTable, base: Policy, *, most_reviewed: float) -> Policy:
    """`base` with the highest threshold on the grid that sends few enough tickets to review.

    Review is what is neither routed nor escalated; its share of all scored tickets is at most
    `most_reviewed` (0 to 1). The highest such threshold is the most careful one the queue allows.
    No label is looked at; temperature and escalation rule stay those of `base`, thresholds of
    single labels are dropped. Tied scores are reviewed together. Threshold 0 reviews nothing and
    is the answer to a limit below 0 too. No tickets: the threshold of `base` stays.
    """
    n = table.n_scored
    open_policy = replace(base, threshold=0.0, label_thresholds=())
    if n == 0:
        return replace(base, label_thresholds=())
    routable = open_policy.decide(table.scores, table.labels).outcome == ROUTE
    score = at_temperature(table.scores, base.temperature).max(axis=1)[routable]
    reviewed = len(score) - at_least(score, GRID)
    # Divided, not multiplied: 29 of 100 are 0.29, but 0.29 * 100 is less than 29.
    within = np.flatnonzero(reviewed / n <= most_reviewed)
    highest = GRID[int(within[-1])] if len(within) else 0.0
    return replace(open_policy, threshold=highest)
