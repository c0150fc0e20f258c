"""The routing rules: from scores to route, review or escalate, in evaluation and production.

Each rule stands here for an array of tickets and for one; numpy is loaded for arrays alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any

    from ticketbench.core.types import BoolArray, FloatArray, IntArray

ROUTE, REVIEW, ESCALATE = 0, 1, 2
OUTCOMES = ("route", "review", "escalate")

TOLERANCE = 1e-9
"""Scores this near a threshold are at it. Rounding of a power differs between numpy and Python, so
that without it a router and an evaluation would tell some tickets apart."""


_NOTHING_SAID = "scores that are all zero decide nothing"


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
        import numpy as np

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
class Decided:
    """What happens to one ticket.

    top      index of the highest score; where the outcome is ROUTE, the label routed to
    outcome  ROUTE, REVIEW or ESCALATE
    score    the highest at the policy's temperature, which the threshold is about
    """

    top: int
    outcome: int
    score: float


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
        empty arrays. Raises ValueError for a row of zeros, which says nothing.
        """
        import numpy as np

        # Of the raw scores: rounding in the power can make a tie of two that differ by a hair.
        top = np.argmax(scores, axis=1).astype(np.int64)
        rows = np.arange(len(scores))
        if not scores[rows, top].all():
            raise ValueError(_NOTHING_SAID)
        sharpened = at_temperature(scores, self.temperature)
        top_score = sharpened[rows, top]
        two_above = np.asarray(exceeds(sharpened, self.escalate_above).sum(axis=1) >= 2)
        return self.decide_by_top(top, top_score, two_above, labels)

    def decide_by_top(
        self, top: IntArray, top_score: FloatArray, two_above: BoolArray, labels: Sequence[str]
    ) -> Decisions:
        """The same from the top label, its score, and whether two labels or more escalate.

        The scores are at the temperature of this policy.
        """
        import numpy as np

        needed = np.array([self.threshold_of(label) for label in labels])
        passes = reaches(top_score, needed[top])
        outcome = np.where(two_above, ESCALATE, np.where(passes, ROUTE, REVIEW)).astype(np.int64)
        return Decisions(top=top, outcome=outcome, collision=two_above & passes)

    def decide_one(self, scores: Sequence[float], labels: Sequence[str]) -> Decided:
        """The outcome of one ticket, as `decide` has it, without numpy.

        Raises ValueError for scores that are all zero.
        """
        highest = max(scores)
        if not highest > 0:
            raise ValueError(_NOTHING_SAID)
        top = scores.index(highest)
        sharpened = one_at_temperature(scores, self.temperature)
        outcome = REVIEW
        if sum(exceeds(score, self.escalate_above) for score in sharpened) >= 2:
            outcome = ESCALATE
        elif reaches(max(sharpened), self.threshold_of(labels[top])):
            outcome = ROUTE
        return Decided(top, outcome, max(sharpened))

    def threshold_of(self, label: str) -> float:
        """The threshold for tickets whose top label is `label`."""
        return dict(self.label_thresholds).get(label, self.threshold)


def reaches(score: Any, threshold: Any) -> Any:
    """Whether scores, one or an array, are at or above a threshold, within TOLERANCE."""
    return score >= threshold - TOLERANCE


def exceeds(score: Any, limit: Any) -> Any:
    """Whether scores, one or an array, are above a limit by more than TOLERANCE."""
    return score > limit + TOLERANCE


def at_temperature(scores: FloatArray, temperature: float) -> FloatArray:
    """Softmax of log-scores divided by `temperature`: s^(1/T), each row renormalised.

    The unknown offset of the logits cancels, so probabilities are enough (Guo et al. 2017). The
    order of the labels never changes; temperature 1 returns the scores themselves, untouched. A row
    of zeros stays one.
    Raises ValueError for a temperature that is not positive.
    """
    import numpy as np

    _refuse_temperature(temperature)
    if temperature == 1.0:
        return scores
    # Dividing by the row's top score first keeps tiny scores from underflowing all together.
    ratios = scores / np.max(scores, axis=1, keepdims=True, initial=np.finfo(float).tiny)
    powered = np.power(ratios, 1.0 / temperature)
    total = powered.sum(axis=1, keepdims=True)
    return np.asarray(powered / np.where(total > 0, total, 1.0))


def one_at_temperature(scores: Sequence[float], temperature: float) -> Sequence[float]:
    """The same for the scores of one ticket, of which one is above 0."""
    _refuse_temperature(temperature)
    if temperature == 1.0:
        return scores
    highest = max(scores)
    powered = [(score / highest) ** (1.0 / temperature) for score in scores]
    total = sum(powered)
    return [one / total for one in powered]


def _refuse_temperature(temperature: float) -> None:
    if not temperature > 0:
        raise ValueError("a temperature must be positive")
