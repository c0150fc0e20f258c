"""The change of a number made of scores, by the influence of each ticket."""

from __future__ import annotations

import math

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.pairs.change import NO_TICKETS, ONE_SIDED, Change, from_shares, undefined


def of_influences(
    base: tuple[float, FloatArray],
    candidate: tuple[float, FloatArray],
    groups: IntArray,
    chance: tuple[float, float] = (0.0, 0.0),
) -> Change:
    """The change of a number that has a value and, for each ticket, an influence of mean 0.

    A ticket adds the difference of its influences, and its part of the change, over n. `chance` as
    in `Change`: first that of the candidate. Undefined where the number is so on one side.
    """
    n, value = len(groups), candidate[0] - base[0]
    if not math.isfinite(value):
        return undefined(value, n, ONE_SIDED if n else NO_TICKETS)
    influence = (candidate[1] - base[1]) / n
    moved = influence + value / n
    return from_shares(moved, influence, groups, value=value, n=n, unit=1 / n, chance=chance)
