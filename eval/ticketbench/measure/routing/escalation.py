"""Does "two labels score high" find the tickets that need two teams?"""

from __future__ import annotations

from dataclasses import dataclass

from ticketbench.core.policy import ESCALATE, Decisions
from ticketbench.core.types import Estimate, ScoreTable
from ticketbench.measure.routing.outcomes import needs_two
from ticketbench.measure.statistics import intervals


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


def judge_escalation(table: ScoreTable, decisions: Decisions) -> Escalation | None:
    """Precision, recall and queue of the escalation rule; None without all_labels."""
    needed = needs_two(table)
    if needed is None:
        return None
    escalated = decisions.outcome == ESCALATE
    return Escalation(
        queue=int(escalated.sum()),
        needed=int(needed.sum()),
        precision=intervals.share(needed[escalated], table.groups[escalated]),
        recall=intervals.share(escalated[needed], table.groups[needed]),
    )
