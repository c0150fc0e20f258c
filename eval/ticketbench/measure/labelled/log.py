"""A log of which a part of the disagreements is labelled: the value that every verdict reads."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import Costs
from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray
from ticketbench.measure.labelled.order import About, Order
from ticketbench.measure.labelled.targets import UNLABELLED, Sides, Target, gains, stakes

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class LabelledLog:
    """n tickets in the order of labelling, each with the gain of the candidate as far as known.

    gains    in the target's unit, positive where the candidate is better; NaN where no label yet
    differs  which tickets need a label
    groups   n group numbers
    most     the largest gain or loss that a ticket could have
    about    whom the tickets stand for: themselves, or customers drawn from many
    """

    gains: FloatArray
    differs: BoolArray
    groups: IntArray
    most: float
    about: About = "log"

    @property
    def n(self) -> int:
        """Tickets."""
        return len(self.gains)

    @property
    def n_differ(self) -> int:
        """Tickets that need a label."""
        return int(self.differs.sum())

    @property
    def from_top(self) -> int:
        """Tickets before the first one that lacks its label: so far everything is known."""
        gaps = np.flatnonzero(np.isnan(self.gains))
        return int(gaps[0]) if len(gaps) else self.n

    @property
    def n_labelled(self) -> int:
        """Labels that count: from the top without a gap."""
        return int(self.differs[: self.from_top].sum())

    @property
    def n_beyond(self) -> int:
        """Labels behind a gap, which do not count: who chose them may have looked."""
        return int((self.differs & ~np.isnan(self.gains))[self.from_top :].sum())

    @property
    def exact(self) -> bool:
        """Whether nothing is left to chance: it is about the log, and everything is labelled."""
        return self.about == "log" and self.from_top == self.n

    @property
    def labelled(self) -> FloatArray:
        """The gains of the labels that count, in their order."""
        head = self.from_top
        return self.gains[:head][self.differs[:head]]

    @property
    def looks(self) -> IntArray:
        """After 0, 1 .. labels: so many tickets are known, up to the next that needs a label."""
        head = self.from_top
        return np.append(np.flatnonzero(self.differs[:head]), head)

    @property
    def seen(self) -> float:
        """The gain seen so far: known ones, and the mean of the labelled for all that differ.

        Unbiased, since the labelled are a random part. NaN without tickets, or without a label
        where one is needed. Exact once everything is labelled.
        """
        own = self.gains[~self.differs]
        total, size = math.fsum(own), math.fsum(np.abs(own))
        if self.n_differ:
            if not self.n_labelled:
                return math.nan
            m, x = self.n_labelled, self.labelled
            total += self.n_differ * math.fsum(x) / m
            size += self.n_differ * math.fsum(np.abs(x)) / m
        if not self.n:
            return math.nan
        return total / self.n if abs(total) > _ROUNDING * size else 0.0


def labelled_log(
    of: Sides, target: Target, gold: IntArray, order: Order, *, costs: Costs
) -> LabelledLog:
    """The log in the order of labelling, with the labels there are.

    `gold` holds, for each of the n tickets as `of` has them, an index into the labels of both sets,
    NONE for `__none__`, UNLABELLED (-2) for no label yet. A label that no verdict needs changes
    nothing. Of an order that begins with one ticket of each customer a verdict reads `of_customers`
    alone: the whole is no random part of anything. InputError as in `gains`.
    """
    at_stake = stakes(of, target, costs=costs)
    known = gold != UNLABELLED
    told = gains(of, target, np.where(known, gold, NONE), costs=costs)
    each = np.where(at_stake.differs, np.where(known, told, np.nan), at_stake.known)
    rows = order.rows
    return LabelledLog(each[rows], at_stake.differs[rows], of.groups[rows], at_stake.most)


def of_customers(log: LabelledLog, order: Order) -> LabelledLog:
    """The head of a log in an order that begins with one ticket of each customer.

    Its tickets are independent, one a customer; the log itself where the order is over tickets.
    """
    if order.about == "log":
        return log
    head = order.n_first
    return LabelledLog(
        log.gains[:head], log.differs[:head], np.arange(head), log.most, about="customers"
    )
