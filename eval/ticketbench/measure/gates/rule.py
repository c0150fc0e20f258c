"""When a gate on a change passes, fails, or cannot tell: the one rule, and what may be chosen.

`undecided` says what is done where the tickets cannot tell. With `warn` and `fail` a primary gate
fails by the loss that is seen, because a gate that waits until a loss is shown lets most losses
through: at 400 tickets a true loss of 4 points in one of four runs. Another gate fails where Holm's
adjustment over all of them shows a loss, so ten harmless gates are red in one of twenty runs
together. `pass` is the rule of release 0.1: a loss has to be shown, gate by gate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ticketbench.measure.pairs.change import GATE_CONFIDENCE, Change
from ticketbench.measure.pairs.verdict import NotWorse, loss_exceeds, not_worse
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.holm import holm

Undecided = Literal["pass", "warn", "fail"]
"""What is done where the tickets cannot tell."""

LEVEL = 0.05
"""One-sided: how often a loss may be shown that is none."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A gain, positive where better, that may be a loss of at most `margin`.

    primary  whether the loss seen is enough to fail
    """

    gain: Change
    margin: float
    primary: bool


def outcomes(demands: Sequence[Demand], *, undecided: Undecided = "warn") -> list[NotWorse]:
    """How every demand comes out, in their order; none given: empty.

    Pass where a loss of the margin is excluded. Fail where the loss seen is larger than the margin
    and the demand is primary, or Holm's p of "no loss" over all demands is below 5 %; under `pass`
    where that p, of the demand alone, is. Else inconclusive. Only losses seen that are larger than
    the margin are tested, but all demands are counted.
    """
    if undecided == "pass":
        return [not_worse(one.gain, margin=one.margin) for one in demands]
    exceeding = [loss_exceeds(one.gain, one.margin) for one in demands]
    p = [
        _defined(one.gain.p(side="below")) if seen else 1.0
        for one, seen in zip(demands, exceeding, strict=True)
    ]
    return [
        _outcome(one, seen=seen, shown=adjusted < LEVEL)
        for one, seen, adjusted in zip(demands, exceeding, holm(p), strict=True)
    ]


def loss_shown(gain: Change) -> bool:
    """Whether the change alone shows a loss: the upper one-sided 95 % bound is below 0."""
    return gain.bounds(GATE_CONFIDENCE).high < 0


def loss_left(gain: Change) -> float:
    """The largest loss that is not excluded, one-sided 95 %; 0 for none, NaN without a bound."""
    low = gain.bounds(GATE_CONFIDENCE).low
    return low if math.isnan(low) else max(0.0, -low)


def least_green(
    spread: Change, margin: float, *, undecided: Undecided, primary: bool, n_demands: int
) -> float:
    """The smallest gain seen with which a demand is green, for a gain that spreads like `spread`.

    Green is what does not fail; under `fail`, what passes. `n_demands` are counted by Holm; none of
    the others has a loss.
    """
    if undecided == "fail":
        return -margin + _reach(spread, LEVEL) + spread.chance[0]
    if undecided == "warn" and primary:
        return -margin
    level = LEVEL if undecided == "pass" else LEVEL / n_demands
    return min(-margin, -_reach(spread, level) - spread.chance[1])


def _outcome(demand: Demand, *, seen: bool, shown: bool) -> NotWorse:
    if seen and (demand.primary or shown):
        return "fail"
    passed = demand.gain.bounds(GATE_CONFIDENCE).low > -demand.margin
    return "pass" if passed else "inconclusive"


def _reach(spread: Change, level: float) -> float:
    return float(special.stdtrit(spread.df, 1 - level)) * spread.se


def _defined(p: float) -> float:
    """Where no p can be told no loss is shown."""
    return 1.0 if math.isnan(p) else p
