"""What a change allows to say: better, worse, no relevant difference, or cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ticketbench.core.types import Estimate, Value
from ticketbench.measure.pairs.change import GATE_CONFIDENCE, Change
from ticketbench.measure.statistics.intervals import CONFIDENCE, Interval, clipped

MARGIN = 0.02
_ROUNDING = 1e-9

Outcome = Literal["better", "worse", "no relevant difference", "cannot tell"]
NotWorse = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict(Value):
    """What the accuracy difference allows to say.

    difference      with the interval that decides: better or worse exactly when it excludes 0
    confidence      of that interval: 95 %, or more where it is one of several candidates
    p               two-sided, of equal accuracy, adjusted for the number of candidates (Holm 1979)
    not_worse       pass where a loss of the margin is excluded, fail where a loss is shown and the
                    one seen is larger than the margin, else inconclusive
    low             the largest loss that is not excluded: the one-sided 95 % bound
    tickets_needed  about how many tickets would settle it; 0 when it is settled or unknown
    """

    outcome: Outcome
    difference: Estimate
    confidence: float
    p: float
    margin: float
    not_worse: NotWorse
    low: float
    high: float
    tickets_needed: int


def verdict(
    change: Change,
    *,
    margin: float = MARGIN,
    confidence: float = CONFIDENCE,
    p: float | None = None,
) -> Verdict:
    """The verdict on a change of the accuracy.

    Better if low > 0, worse if high < 0, no relevant difference if both ends are within the
    margin, a share in (0, 1). `confidence` and `p` are other ones where it is one of several
    candidates. No tickets, or no interval: cannot tell.
    """
    outcome = outcome_of(change, margin=margin, confidence=confidence)
    gate = change.bounds(GATE_CONFIDENCE)
    return Verdict(
        outcome=outcome,
        difference=difference_of(change, confidence=confidence),
        confidence=confidence,
        p=change.p() if p is None else p,
        margin=margin,
        not_worse=not_worse(change, margin=margin),
        low=max(gate.low, -1.0),
        high=min(gate.high, 1.0),
        tickets_needed=(
            change.needed(margin, confidence=confidence) if outcome == "cannot tell" else 0
        ),
    )


def difference_of(change: Change, *, confidence: float = CONFIDENCE) -> Estimate:
    """The change of a share with its interval as it is printed, within -1 and 1."""
    ends = change.bounds(confidence)
    return clipped(Estimate(change.value, ends.low, ends.high, change.n, change.method), -1, 1)


def outcome_of(
    change: Change, *, margin: float = MARGIN, confidence: float = CONFIDENCE
) -> Outcome:
    """What the interval at `confidence` says, and nothing else."""
    return said_by(change.bounds(confidence), margin=margin)


def said_by(ends: Interval, *, margin: float = MARGIN) -> Outcome:
    """What an interval of the accuracy difference says."""
    if ends.low > 0:
        return "better"
    if ends.high < 0:
        return "worse"
    if -margin < ends.low and ends.high < margin:
        return "no relevant difference"
    return "cannot tell"


def not_worse(gain: Change, *, margin: float = MARGIN) -> NotWorse:
    """Whether a loss of the margin is excluded (pass), or a loss is shown and the one seen is
    larger than the margin (fail), at one-sided 95 % each.
    """
    ends = gain.bounds(GATE_CONFIDENCE)
    if ends.low > -margin:
        return "pass"
    if ends.high < 0 and loss_exceeds(gain, margin):
        return "fail"
    return "inconclusive"


def loss_exceeds(gain: Change, margin: float) -> bool:
    """Whether the loss seen is larger than the margin; False where there is none to see."""
    return exceeds(-gain.value, margin)


def exceeds(loss: float, margin: float) -> bool:
    """Whether a loss is larger than the margin; False for NaN.

    8 of 400 tickets are 2 points and no more, whatever 0.78 - 0.80 is in binary.
    """
    return loss > margin * (1 + _ROUNDING)
