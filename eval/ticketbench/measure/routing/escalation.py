"""Does "two labels score high" find the tickets that need two teams?"""

from __future__ import annotations

from dataclasses import dataclass

from ticketbench.core.policy import ESCALATE, Decisions
from ticketbench.core.types import Estimate, ScoreTable
from ticketbench.measure.routing.outcomes import needs_two
from ticketbench.measure.statistics import intervals

FEWEST_ESCALATIONS = 10
"""With fewer nobody can say how often an escalation is right."""

LEAST_RIGHT = 0.5
"""A rule that is wrong more often than right costs more than it finds."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """The escalation rule against tickets whose all_labels name two or more labels.

    precision  escalated tickets that need two or more labels / escalated
    recall     escalated / tickets that need two or more labels
    """

    queue: int
    needed: int
    precision: Estimate
    recall: Estimate

    @property
    def too_few(self) -> bool:
        """Whether so few are escalated that nobody can tell how often that is right."""
        return self.queue < FEWEST_ESCALATIONS

    @property
    def useless(self) -> bool:
        """Whether it is known to be wrong more often than right, on these tickets."""
        return not self.too_few and self.precision.value < LEAST_RIGHT


def judge_escalation(table: ScoreTable, decisions: Decisions) -> Escalation | None:
    """Precision, recall and queue of the escalation rule; None without all_labels, or where not
    every score is known.
    """
    needed = needs_two(table)
    if needed is None or not table.complete:
        return None
    escalated = decisions.outcome == ESCALATE
    return Escalation(
        queue=int(escalated.sum()),
        needed=int(needed.sum()),
        precision=intervals.share(needed, table.groups, among=escalated),
        recall=intervals.share(escalated, table.groups, among=needed),
    )
