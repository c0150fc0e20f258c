"""Which labels got better or worse? The recall of each under both rubric sets, tickets paired."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.pairs.verdict import (
    FEWEST_GROUPS,
    difference_p,
    exact_bounds,
    mean_difference,
    n_differing_groups,
)
from ticketbench.measure.statistics.holm import holm
from ticketbench.measure.statistics.intervals import clipped, clustered_mean

_NEVER_GOLD = -2
"""No ticket's gold: a label that only the candidate has. -1 is taken by `__none__`."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelDifference(Value):
    """A gold label: its paired tickets, its recall under both sets, and the difference.

    p       two-sided, of no difference for this label alone
    p_holm  the same, adjusted for looking at all labels (Holm 1979); intervals are not adjusted
    """

    label: str
    support: int
    base: float
    candidate: float
    difference: Estimate
    p: float
    p_holm: float


def label_differences(
    base: ScoreTable, candidate: ScoreTable, *, same_top: BoolArray
) -> tuple[LabelDifference, ...]:
    """Every gold label of two tables with the same tickets in the same order.

    Labels in the order of the base set, then those only the candidate has. Interval and p are
    cluster-robust t; with fewer than six differing groups, exact bounds and the exact sign-flip p.
    `same_top` says which tickets got the same top label from both sets: a label with no other
    differs by exactly 0. A label without tickets has NaN and does not count in the adjustment.
    """
    d = candidate.right.astype(np.float64) - base.right
    number = {label: i for i, label in enumerate(base.gold_labels)}
    found = []
    for label in dict.fromkeys((*base.gold_labels, *candidate.gold_labels)):
        own = base.truth == number.get(label, _NEVER_GOLD)
        found.append(_of_label(label, base, candidate, d, own, bool(same_top[own].all())))
    adjusted = holm([each.p for each in found])
    return tuple(replace(each, p_holm=p) for each, p in zip(found, adjusted, strict=True))


def _of_label(
    label: str,
    base: ScoreTable,
    candidate: ScoreTable,
    d: FloatArray,
    own: BoolArray,
    identical: bool,
) -> LabelDifference:
    n = int(own.sum())
    if n == 0:
        nan = math.nan
        return LabelDifference(label, 0, nan, nan, Estimate.undefined(0, "no tickets"), nan, nan)
    return LabelDifference(
        label=label,
        support=n,
        base=float(base.right[own].mean()),
        candidate=float(candidate.right[own].mean()),
        difference=_difference(d[own], base.groups[own], identical),
        p=difference_p(d[own], base.groups[own]),
        p_holm=math.nan,
    )


def _difference(d: FloatArray, groups: IntArray, identical: bool) -> Estimate:
    n = len(d)
    if identical:
        return Estimate(0.0, 0.0, 0.0, n, "the same top label for every ticket")
    if n_differing_groups(d, groups) < FEWEST_GROUPS:
        ends = exact_bounds(d, groups)
        return Estimate(float(d.mean()), ends.low, ends.high, n, "exact: few groups changed")
    return clipped(mean_difference(clustered_mean(d, groups), d), -1, 1)
