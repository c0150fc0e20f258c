"""The routing rules: from scores to route, review or escalate, in evaluation and production."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray

ROUTE, REVIEW, ESCALATE = 0, 1, 2
OUTCOMES = ("route", "review", "escalate")


@dataclass(frozen=True, slots=True)
class Costs:
    """What each outcome costs, in any one unit; a right route costs nothing.

    missed  what an escalation costs more where the gold label is not among the labels that are
            asked; None: nobody knows, and nothing is added
    """

    misroute: float = 5.0
    review: float = 1.0
    escalate: float = 1.5
    missed: float | None = None

    def of(
        self, outcome: IntArray, right: BoolArray, missed: BoolArray | None = None
    ) -> FloatArray:
        """The cost of each of n tickets, by outcome and whether its top label is right.

        `missed` marks the tickets whose gold label an escalation would not ask; None: no ticket.
        """
        wrong_route, escalated = (outcome == ROUTE) & ~right, outcome == ESCALATE
        cost = self.misroute * wrong_route + self.review * (outcome == REVIEW)
        cost = cost + self.escalate * escalated
        if missed is not None and self.missed is not None:
            cost = cost + self.missed * (escalated & missed)
        return np.asarray(cost, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """What happens to each ticket.

    top        index of the highest score; where the outcome is ROUTE, the label routed to
    outcome    ROUTE, REVIEW or ESCALATE per ticket
    collision  escalated although its top score passed the threshold (escalation wins)
    """

    top: IntArray
    outcome: IntArray
    collision: BoolArray


@dataclass(frozen=True, slots=True)
class Policy:
    """Threshold, escalation rule and temperature that turn scores into outcomes.

    threshold       route when the top score is at least this
    escalate_above  escalate when two or more labels score above this (1 switches it off)
    temperature     applied before both rules; 1 leaves the scores as they are
    label_thresholds  (label, threshold) pairs that replace `threshold` for those top labels; a
                      label that a rubric set lacks changes nothing there
    fallback        name of the queue for what is neither routed nor escalated
    """

    threshold: float = 0.60
    escalate_above: float = 0.30
    temperature: float = 1.0
    label_thresholds: tuple[tuple[str, float], ...] = ()
    fallback: str = "manual_review"

    def decide(self, scores: FloatArray, labels: Sequence[str]) -> Decisions:
        """One outcome per row of `scores` (n x K, columns in the order of `labels`).

        Escalate when two or more labels are > escalate_above; else route when the top score is
        >= its threshold; else review. A tie at the top goes to the earlier label. n = 0 gives
        empty arrays.
        """
        sharpened = at_temperature(scores, self.temperature)
        # Of the raw scores: rounding in the power can make a tie of two that differ by a hair.
        top = np.argmax(scores, axis=1).astype(np.int64)
        top_score = np.max(sharpened, axis=1, initial=0.0)
        two_above = np.asarray((sharpened > self.escalate_above).sum(axis=1) >= 2)
        return self.decide_by_top(top, top_score, two_above, labels)

    def decide_by_top(
        self, top: IntArray, top_score: FloatArray, two_above: BoolArray, labels: Sequence[str]
    ) -> Decisions:
        """The same from the top label, its score, and whether two labels or more escalate.

        The scores are at the temperature of this policy.
        """
        needed = np.full(len(labels), self.threshold)
        for label, threshold in self.label_thresholds:
            if label in labels:  # another rubric set may lack it
                needed[list(labels).index(label)] = threshold
        passes = top_score >= needed[top]
        outcome = np.where(two_above, ESCALATE, np.where(passes, ROUTE, REVIEW)).astype(np.int64)
        return Decisions(top=top, outcome=outcome, collision=two_above & passes)


def at_temperature(scores: FloatArray, temperature: float) -> FloatArray:
    """Softmax of log-scores divided by `temperature`: s^(1/T), each row renormalised.

    The unknown offset of the logits cancels, so probabilities are enough (Guo et al. 2017). The
    order of the labels never changes; temperature 1 returns the scores themselves, untouched. A row
    of zeros stays one.
    Raises ValueError for a temperature that is not positive.
    """
    if not temperature > 0:
        raise ValueError("a temperature must be positive")
    if temperature == 1.0:
        return scores
    # Dividing by the row's top score first keeps tiny scores from underflowing all together.
    ratios = scores / np.max(scores, axis=1, keepdims=True, initial=np.finfo(float).tiny)
    powered = np.power(ratios, 1.0 / temperature)
    total = powered.sum(axis=1, keepdims=True)
    return np.asarray(powered / np.where(total > 0, total, 1.0))
