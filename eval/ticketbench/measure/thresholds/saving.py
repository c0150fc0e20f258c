"""Does a setting pay? What it saves a ticket against giving every ticket to a person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.policy import Costs
from ticketbench.core.types import Estimate, FloatArray, Value
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import Groups, effective_groups
from ticketbench.measure.statistics.intervals import CONFIDENCE, mean

FEW_WRONG = 5
"""With fewer wrong routes than that the dearest outcome is too rare to be seen in a variance."""

Pays = Literal["yes", "no", "cannot tell"]


@dataclass(frozen=True, slots=True, eq=False)
class Saving(Value):
    """Review price minus cost, a ticket: above 0 it is cheaper than giving all to a person.

    per_ticket  with its 95 % interval; the lower end leaves room for wrong routes not yet seen
    cost        mean cost a ticket, `by_hand` that of a review
    wrong       wrong routes it rests on; a mean over splits need not be whole
    held_out    judged on tickets that the setting was not chosen on
    """

    per_ticket: Estimate
    cost: Estimate
    by_hand: float
    wrong: float
    held_out: bool

    @property
    def pays(self) -> Pays:
        """Yes where the interval lies above 0, no where it lies below."""
        if self.per_ticket.low > 0:
            return "yes"
        return "no" if self.per_ticket.high < 0 else "cannot tell"


def saving(
    saved: FloatArray, groups: Groups, costs: Costs, *, wrong: float, held_out: bool
) -> Saving:
    """The mean of `saved` (n, per ticket) with a cluster-robust t interval and its guard.

    With fewer than five wrong routes the lower end is at most mean + misroute · (k/n - U), where U
    is the exact upper 97.5 % bound (Clopper & Pearson 1934) on the share k of n wrong. With groups
    all these count as far as they are worth single tickets (Kish 1965). Nothing saved or lost on
    any ticket: 0 without any doubt. One group, or no tickets: NaN.
    """
    return priced(
        mean(saved, groups),
        costs,
        worth=effective_groups(groups),
        wrong=wrong,
        moved=bool(np.any(saved != 0)),
        held_out=held_out,
    )


def priced(
    found: Estimate, costs: Costs, *, worth: float, wrong: float, moved: bool, held_out: bool
) -> Saving:
    """The same from the mean saving: `worth` is the number of tickets as what they are worth as
    single ones, `moved` says whether anything is saved or lost on any ticket.
    """
    low, high = found.low, found.high
    if math.isnan(low) and worth >= 2:
        # All tickets alike: the mean itself is the end that the guard moves.
        low, high = found.value, found.value
    if moved:
        low = min(low, found.value - costs.misroute * unseen(wrong, found.n, worth=worth))
    by_hand = costs.review
    # No outcome costs less than nothing, which a t interval does not know.
    high = min(high, by_hand)
    per_ticket = Estimate(found.value, low, high, found.n, found.method)
    spent = max(by_hand - found.value, 0.0)
    cost = Estimate(spent, by_hand - high, by_hand - low, found.n, found.method)
    return Saving(per_ticket, cost, by_hand, wrong, held_out)


def unseen(wrong: float, n: int, *, worth: float) -> float:
    """By how much the share wrong may exceed the one seen among n; -infinity where five are seen.

    Wrong ones count as what they are worth as single tickets, of which all n are `worth`.
    """
    seen = wrong * worth / n
    if seen >= FEW_WRONG:
        return -math.inf
    upper = float(special.betaincinv(seen + 1, max(worth - seen, 1e-9), 0.5 + CONFIDENCE / 2))
    return max(0.0, upper - wrong / n)
