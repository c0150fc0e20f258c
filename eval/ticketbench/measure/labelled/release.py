"""May a release ship? Fresh tickets, labels where it differs from the pin, a budget of loss."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ticketbench.core.types import Value
from ticketbench.measure.labelled.about_log import FEWEST
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.pairs.change import IMAGINED, MOST_NEEDED, Change
from ticketbench.measure.statistics import special

LEVEL = 0.05
"""How often a loss above the budget may ship, over all releases until the next pin."""

PLANNED = 5
"""Releases until the next pin, where nobody says."""

POWER = 0.85
"""How often a release that is as good as the pin shall ship."""

Ships = Literal["ships", "nothing ships"]


@dataclass(frozen=True, slots=True, eq=False)
class Release(Value):
    """Whether a release may ship.

    low     the largest loss that is not excluded, as a gain: one-sided at 1 - .05/planned
    budget  the loss against the pin that is allowed, above 0
    change  the gain on other tickets like these
    """

    outcome: Ships
    low: float
    budget: float
    planned: int
    change: Change


@dataclass(frozen=True, slots=True)
class FreshTickets:
    """How many fresh tickets a release asks for, and about how many of them need a label."""

    n: int
    n_labels: int


def two_sided(planned: int) -> float:
    """The confidence of the interval whose ends are the one-sided bounds of a release."""
    return 1 - 2 * LEVEL / planned


def release(gain: Change, *, budget: float, planned: int = PLANNED) -> Release:
    """`gain` of the release over the pin on fresh tickets: it ships where low > -budget.

    The level is that of all `planned` releases together (Bonferroni), so that each may be looked at
    once. A gain without an interval ships nothing.
    """
    low = gain.bounds(two_sided(planned)).low
    return Release("ships" if low > -budget else "nothing ships", low, budget, planned, gain)


def fresh_tickets(
    *, turned: float, differ: float, budget: float, planned: int = PLANNED, power: float = POWER
) -> FreshTickets:
    """The fewest with which a release as good as the pin ships with probability `power`.

    The smallest n with z(1 - .05/planned) · √(turned/n + 3/n²) + z(power) · √(turned/n) + 1/2n at
    most the budget: the standard error of every change, the spread of what is seen, and half a
    ticket, since it moves by tickets. `turned` is the share of tickets right in exactly one of
    both, `differ` the share that needs a label, at least `turned`. Normal approximation; customers
    that turn as a whole need more. A million where that is not enough.
    """
    sure, held = float(special.ndtri(1 - LEVEL / planned)), float(special.ndtri(power))

    def left(n: int) -> float:
        spread = turned / n
        error = math.sqrt(spread + IMAGINED / n**2)
        return budget - sure * error - held * math.sqrt(spread) - 0.5 / n

    n = 1 + bisect_left(range(1, MOST_NEEDED), 0.0, key=left)
    return FreshTickets(n, math.ceil(n * differ))


def wanted(log: LabelledLog, *, budget: float, planned: int = PLANNED) -> int:
    """On how many labels from the top a release is judged, known before the first one is given.

    m of the M labels that matter say as much about n tickets as all labels of n·m/M tickets would,
    so they are the labels of `fresh_tickets`, as if every disagreement were right in one of both:
    at least 30, at most M.
    """
    if not log.n_differ:
        return 0
    share = log.n_differ / log.n
    asked = fresh_tickets(turned=share, differ=share, budget=budget, planned=planned)
    return min(max(asked.n_labels, FEWEST), log.n_differ)


def judged_part(log: LabelledLog, n_labels: int) -> LabelledLog:
    """The log with its first `n_labels` labels alone: who looks after each label and stops when it
    ships would ship too often, so a release is looked at once.
    """
    gains = log.gains.copy()
    gains[np.flatnonzero(log.differs)[n_labels:]] = math.nan
    return replace(log, gains=gains)
