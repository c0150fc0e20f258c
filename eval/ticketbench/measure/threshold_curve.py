"""What a rubric set does at every threshold: who goes out alone, how often right, at what cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ticketbench.core.policy import ROUTE, Costs, Policy
from ticketbench.core.types import Value
from ticketbench.measure.thresholds.choose import saving_on
from ticketbench.measure.thresholds.saving import Saving
from ticketbench.measure.thresholds.tickets import Tickets

GRID: tuple[float, ...] = tuple(round(i / 100, 2) for i in range(102))
"""0.00 to 1.01, at which nothing goes out alone."""


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoint(Value):
    """n tickets at one threshold, for all labels; `saving` on these very tickets."""

    threshold: float
    n: int
    routed: int
    right: int
    saving: Saving


def threshold_curve(tickets: Tickets, policy: Policy, costs: Costs) -> tuple[CurvePoint, ...]:
    """A point for each threshold of the grid, everything else as in `policy`.

    The thresholds of single labels play no part. No tickets: points with n 0.
    """
    of = replace(policy, label_thresholds=())
    return tuple(_point(tickets, replace(of, threshold=t), costs) for t in GRID)


def _point(tickets: Tickets, policy: Policy, costs: Costs) -> CurvePoint:
    routed = tickets.decided(policy).outcome == ROUTE
    return CurvePoint(
        threshold=policy.threshold,
        n=tickets.n,
        routed=int(routed.sum()),
        right=int((routed & tickets.right).sum()),
        saving=saving_on(tickets, policy, costs),
    )
