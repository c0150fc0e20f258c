"""Does a promise still hold on new labelled tickets, or is it broken, or can nobody tell yet?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ticketbench.core.types import BoolArray, IntArray, Value
from ticketbench.measure.statistics.groups import one_per_group
from ticketbench.measure.statistics.intervals import clopper_pearson

Held = Literal["holds", "broken", "cannot tell"]

_MOST_NEEDED = 1_000_000
"""Nobody labels more; where so many would not tell, no number is named."""


@dataclass(frozen=True, slots=True, eq=False)
class PromiseCheck(Value):
    """The share right among routed tickets, held against what was promised.

    verdict   holds: the interval lies at the promise or above it; broken: below it
    n, routed, right  tickets, and how many of them are routed, and right
    n_groups, groups, groups_right  the same with one ticket a group, which the interval is about
    value, low, high  share right of the routed groups, and its exact interval at `confidence`
    needed    labelled tickets in all that would tell, if they are as right as these; None where
              it is told already, nothing is routed, or no number of them would tell
    """

    verdict: Held
    promised: float
    confidence: float
    n: int
    routed: int
    right: int
    n_groups: int
    groups: int
    groups_right: int
    value: float
    low: float
    high: float
    needed: int | None


def promise_check(
    routed: BoolArray,
    right: BoolArray,
    groups: IntArray,
    *,
    promised: float,
    confidence: float,
    seed: int,
) -> PromiseCheck:
    """Judge tickets that are `routed` and, if so, `right`; nothing routed tells nothing.

    The interval is that of Clopper and Pearson (1934), two-sided, on one ticket a group drawn by
    `seed`: it holds for independent tickets.
    """
    ones = one_per_group(groups, seed=seed)
    k, hits = int(routed[ones].sum()), int((routed & right)[ones].sum())
    ends = clopper_pearson(hits, k, confidence=confidence)
    verdict = _verdict(ends.low, ends.high, promised)
    needed = None
    if verdict == "cannot tell" and k:
        so_many = _needed(hits / k, k, promised=promised, confidence=confidence)
        needed = None if so_many is None else math.ceil(so_many * len(routed) / k)
    return PromiseCheck(
        verdict=verdict,
        promised=promised,
        confidence=confidence,
        n=len(routed),
        routed=int(routed.sum()),
        right=int((routed & right).sum()),
        n_groups=len(ones),
        groups=k,
        groups_right=hits,
        value=hits / k if k else math.nan,
        low=ends.low,
        high=ends.high,
        needed=needed,
    )


def _verdict(low: float, high: float, promised: float) -> Held:
    if low >= promised:
        return "holds"
    return "broken" if high < promised else "cannot tell"


def _needed(share: float, k: int, *, promised: float, confidence: float) -> int | None:
    """The fewest routed groups that tell, with this share of them right."""

    def told(n: int) -> bool:
        ends = clopper_pearson(round(share * n), n, confidence=confidence)
        return _verdict(ends.low, ends.high, promised) != "cannot tell"

    most = 2 * k
    while not told(most):
        most *= 2
        if most > _MOST_NEEDED:
            return None
    least = most // 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if told(middle) else (middle, most)
    return most
