"""The lowest threshold that reached a target on these tickets: a description, no promise."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ticketbench.core.policy import Policy, exceeds
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.thresholds.rules import Asked, Choice, threshold_rule
from ticketbench.measure.thresholds.tickets import Tickets


@threshold_rule("descriptive", order=50)
def descriptive(tickets: Tickets, asked: Asked) -> Choice:
    """The lowest threshold whose routed tickets were right often enough here."""
    return Choice(
        policy=descriptive_policy(tickets, asked.base, asked.min_precision),
        title=f"lowest with {100 * asked.min_precision:g}% right among routed tickets here",
        caveat="not guaranteed: expect fresh tickets to miss the target about half of the time",
        target=asked.min_precision,
    )


def descriptive_policy(tickets: Tickets, base: Policy, min_precision: float) -> Policy:
    """The lowest threshold on the grid whose routed tickets are right often enough here.

    Not a promise: on fresh tickets it misses the target about half of the time (Geifman &
    El-Yaniv 2017 and our simulations). Threshold infinity when none reaches it.
    """
    routable = np.asarray(~exceeds(tickets.second, base.escalate_above))
    routed = tickets.rows(routable).at_least(GRID)
    right = tickets.rows(routable & tickets.right).at_least(GRID)
    reached = np.flatnonzero((routed > 0) & (right / np.maximum(routed, 1) >= min_precision))
    threshold = GRID[int(reached[0])] if len(reached) else math.inf
    return replace(base, threshold=threshold, label_thresholds=())
