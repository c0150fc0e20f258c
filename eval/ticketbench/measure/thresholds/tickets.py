"""What a threshold rule sees of the tickets: top label, two scores, and what was right; and with
which policy a table can be judged that says less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Decisions, Policy, at_temperature, exceeds
from ticketbench.core.types import (
    NEEDS,
    BoolArray,
    FloatArray,
    IntArray,
    ScoreTable,
    highest,
    second_highest,
)
from ticketbench.measure.routing.outcomes import gold_score
from ticketbench.measure.routing.reach import at_least
from ticketbench.measure.statistics.groups import Counted, Groups, n_tickets

OFF = 1.0
"""The escalation limit above which no score lies."""


@dataclass(frozen=True, slots=True, eq=False)
class Tickets:
    """n scored tickets on the scale of the scores that is in use, or rows of counted ones.

    top     index of the top label in `labels`, `score` its score
    second  the second highest score; 0 with one label
    gold    the score of the gold label; 0 for `__none__` and labels the rubric set lacks
    right   whether the top label is the gold label
    groups  which tickets are not independent, and how many each row stands for
    """

    labels: tuple[str, ...]
    top: IntArray
    score: FloatArray
    second: FloatArray
    gold: FloatArray
    right: BoolArray
    groups: Groups

    @property
    def n(self) -> int:
        """Number of tickets."""
        return n_tickets(self.groups)

    @property
    def group_numbers(self) -> IntArray:
        """The group number of each ticket; TypeError for counted rows, which hold no tickets."""
        if isinstance(self.groups, Counted):
            raise TypeError("rows of counted tickets have no ticket to look at")
        return self.groups

    @classmethod
    def of(cls, table: ScoreTable, policy: Policy) -> Tickets:
        """The tickets of `table` at the temperature of `policy`."""
        scores, n = at_temperature(table.scores, policy.temperature), table.n_scored
        (top, score), several = highest(scores), len(table.labels) > 1
        return cls(
            labels=table.labels,
            top=table.top,
            score=score,
            second=scores[np.arange(n), second_highest(scores, top)] if several else np.zeros(n),
            gold=gold_score(scores, table.truth),
            right=table.right,
            groups=table.groups,
        )

    def rows(self, keep: BoolArray | IntArray) -> Tickets:
        """Only the tickets in `keep`, a mask or row numbers."""
        # Row numbers are four times as fast as a mask, which is looked through for each array.
        at = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep
        return Tickets(
            labels=self.labels,
            top=self.top[at],
            score=self.score[at],
            second=self.second[at],
            gold=self.gold[at],
            right=self.right[at],
            groups=self.groups[at],
        )

    def decided(self, policy: Policy) -> Decisions:
        """What `policy` does with each; its temperature is the one the scores are at."""
        two_above = np.asarray(exceeds(self.second, policy.escalate_above))
        return policy.decide_by_top(self.top, self.score, two_above, self.labels)

    def missed(self, policy: Policy) -> BoolArray:
        """Whose gold label is not among the labels that an escalation asks."""
        return np.asarray(~exceeds(self.gold, policy.escalate_above))

    def at_least(self, thresholds: Sequence[float] | FloatArray) -> IntArray:
        """How many tickets score at or above each threshold."""
        times = self.groups.times if isinstance(self.groups, Counted) else None
        return at_least(self.score, thresholds, times=times)

    def score_at(self, ranks: IntArray) -> FloatArray:
        """The score of the ticket at each rank, 1 for the highest score."""
        if not isinstance(self.groups, Counted):
            return np.asarray(np.sort(self.score)[::-1][ranks - 1])
        order = np.argsort(-self.score)
        row = np.searchsorted(np.cumsum(self.groups.times[order]), ranks, side="left")
        return np.asarray(self.score[order][row])

    def saving(self, policy: Policy, costs: Costs) -> FloatArray:
        """What each saves against a review: 0 for a reviewed ticket, less for a dearer outcome."""
        return self.saving_of(self.decided(policy).outcome, policy, costs)

    def saving_of(self, outcome: IntArray, policy: Policy, costs: Costs) -> FloatArray:
        """The same where the outcomes under `policy` are at hand."""
        missed = None if costs.missed is None else self.missed(policy)
        return np.asarray(costs.review - costs.of(outcome, self.right, missed))


def fit_policy(policy: Policy, table: ScoreTable) -> Policy:
    """`policy` without escalation where not every score of an answer is known.

    Raises InputError for a temperature other than 1: it moves every score by all the others.
    """
    if table.complete:
        return policy
    if policy.temperature != 1:
        what = f"{table.provenance.rubric_set} holds no more than the {table.known} of a ticket"
        what += f", and a temperature {NEEDS['every score']}"
        help_ = "policy: {temperature: 1} goes with such a table; or give every score"
        raise InputError(what, help=help_)
    return replace(policy, escalate_above=OFF)
