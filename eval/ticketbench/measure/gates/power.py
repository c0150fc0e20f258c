"""What the tickets of a gate can and cannot see: how often a candidate with a true loss is green.

Where both sides are answered the change between them says how much such a change spreads; else one
of eight groups of tickets is assumed to turn, from right to wrong or back, as a whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.types import IntArray
from ticketbench.measure.gates.rule import Undecided, least_green
from ticketbench.measure.kinds import LabelMetric, Metric, RoutingMetric, TicketMetric
from ticketbench.measure.pairs.change import Change, undefined
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import group_index
from ticketbench.measure.statistics.intervals import FEWEST_DF, NEARLY_ONE

ASSUMED = 1 / 8
"""Share of groups that turn; docs/evidence.md has candidates that turn 6, 12 and 20 %."""

TIMES = (0, 1, 2, 3)
"""The losses that are looked at, in margins."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A true loss, and the share of candidates with it that would be green."""

    loss: float
    green: float


def chances(
    spread: Change,
    margin: float,
    *,
    undecided: Undecided,
    primary: bool,
    n_demands: int,
    step: float = 0.0,
    most: float = math.inf,
) -> tuple[Chance, ...]:
    """How often a demand is green for an equal candidate and true losses of 1, 2, 3 margins, up to
    the `most` that the metric can lose.

    The gain is taken as normal around the true one. Its variance is that of `spread`, but never
    less than the loss itself brings, by groups that lose. `step` is the least difference of two
    values, 1/n for a share of n tickets, 0 for none. Without a spread: empty.
    """
    if not spread.defined:
        return ()
    found = []
    for loss in (times * margin for times in TIMES if times * margin <= most):
        wide = replace(spread, variance=max(spread.variance, loss * spread.imagined))
        cut = least_green(wide, margin, undecided=undecided, primary=primary, n_demands=n_demands)
        found.append(Chance(loss, _at_least(_between_steps(cut, step), -loss, wide.variance)))
    return tuple(found)


def assumed(groups: IntArray) -> Change:
    """The spread of a share when an eighth of the groups turns as a whole, as often up as down.

    No tickets, or nearly all in one group: undefined.
    """
    n = len(groups)
    if n == 0:
        return undefined(math.nan, 0, "no tickets")
    sizes = np.bincount(group_index(groups)).astype(np.float64)
    squares = float(sizes @ sizes)
    df = n**2 / squares - 1
    if df < FEWEST_DF:
        return undefined(math.nan, n, NEARLY_ONE)
    return Change(
        value=0.0,
        n=n,
        n_groups=len(sizes),
        n_changed=round(ASSUMED * len(sizes)),
        variance=ASSUMED * squares / n**2,
        imagined=float((sizes**3).sum()) / squares / n,
        df=df,
        chance=(0.0, 0.0),
        method="assumed",
    )


def step_of(metric: Metric, n: int) -> float:
    """The least difference of two values of the metric on n tickets; 0 where there is none.

    A share of a number of tickets that both sides have in common moves by whole tickets.
    """
    match metric:
        case LabelMetric():
            whole = metric.counts_by_gold
        case _:
            whole = metric.share and isinstance(metric, TicketMetric | RoutingMetric)
    return 1 / n if whole and n else 0.0


def _between_steps(cut: float, step: float) -> float:
    """Half a step below the smallest value that is at least `cut`."""
    return step * (math.ceil(cut / step - 1e-6) - 0.5) if step else cut


def _at_least(cut: float, mean: float, variance: float) -> float:
    if variance == 0:
        return float(mean >= cut)
    return float(special.ndtr((mean - cut) / math.sqrt(variance)))
