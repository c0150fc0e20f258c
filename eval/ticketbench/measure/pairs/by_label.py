"""Which labels got better or worse? Every label metric under both rubric sets, tickets paired."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.types import NONE, BoolArray, Estimate, FloatArray, IntArray, Value
from ticketbench.measure.kinds import LabelMetric, Part, counted, registered
from ticketbench.measure.label_results import label_tickets
from ticketbench.measure.pairs.pairing import Pair, same_top
from ticketbench.measure.pairs.verdict import (
    FEWEST_GROUPS,
    difference_p,
    exact_bounds,
    mean_difference,
    n_differing_groups,
)
from ticketbench.measure.statistics.holm import holm
from ticketbench.measure.statistics.intervals import clipped, clustered_mean


@dataclass(frozen=True, slots=True, eq=False)
class LabelDifference(Value):
    """A metric of one gold label under both sets, and the difference on its paired tickets.

    metric  name of the label metric
    support  paired tickets with that gold label
    p       two-sided, of no difference for this label alone
    p_holm  the same, adjusted for looking at all labels (Holm 1979); intervals are not adjusted
    """

    metric: str
    label: str
    support: int
    base: float
    candidate: float
    difference: Estimate
    p: float
    p_holm: float


def label_differences(pair: Pair, *, routed: bool = True) -> tuple[LabelDifference, ...]:
    """Every label metric of every gold label, over the paired tickets with a gold label.

    Metrics in order of registration; labels in the order of the base set, then those only the
    candidate has. Without `routed` the outcomes of the pair are not known: metrics that need them
    are left out. Where the gold label decides which tickets count, interval and p are
    cluster-robust t; with fewer than six differing groups, exact bounds and the exact sign-flip p;
    and a label whose tickets all have the same answer differs by exactly 0. Any other metric has
    no interval here. A label without tickets has NaN and does not count in the adjustment.
    """
    labelled = np.flatnonzero(pair[0].table.truth != NONE)
    sides = pair[0].rows(labelled), pair[1].rows(labelled)
    found: list[LabelDifference] = []
    for metric in registered(LabelMetric):
        if routed or not metric.knows_outcome:
            of_one = list(_of_metric(metric, sides))
            adjusted = holm([each.p for each in of_one])
            found += (replace(one, p_holm=p) for one, p in zip(of_one, adjusted, strict=True))
    return tuple(found)


def _of_metric(metric: LabelMetric, sides: Pair) -> Iterator[LabelDifference]:
    same = same_top(sides[0].table, sides[1].table)
    if metric.knows_outcome:
        same = same & (sides[0].outcome == sides[1].outcome)
    groups = sides[0].table.groups
    for label in dict.fromkeys((*sides[0].table.gold_labels, *sides[1].table.gold_labels)):
        marks = [label_tickets(side.table, side.outcome, label) for side in sides]
        parts = metric.part(marks[0]), metric.part(marks[1])
        base, candidate = (_value(metric, part) for part in parts)
        difference, p = _difference(metric, parts, groups, same, value=candidate - base)
        yield LabelDifference(
            metric=metric.name,
            label=label,
            support=int(marks[0].gold.sum()),
            base=base,
            candidate=candidate,
            difference=difference,
            p=p,
            p_holm=math.nan,
        )


def _value(metric: LabelMetric, part: Part) -> float:
    at = counted(part)
    return float(metric.of(np.asarray(part.values[at].sum()), np.asarray(at.sum())))


def _difference(
    metric: LabelMetric,
    parts: tuple[Part, Part],
    groups: IntArray,
    same: BoolArray,
    *,
    value: float,
) -> tuple[Estimate, float]:
    """The interval of the difference, and its p."""
    own = counted(parts[0])
    n = int((own | counted(parts[1])).sum())
    if n == 0:
        return Estimate.undefined(0, "no tickets"), math.nan
    if not metric.counts_by_gold:
        return Estimate(value, math.nan, math.nan, n, "no interval"), math.nan
    d = parts[1].values[own].astype(np.float64) - parts[0].values[own]
    return _interval(d, groups[own], identical=bool(same[own].all())), difference_p(d, groups[own])


def _interval(d: FloatArray, groups: IntArray, *, identical: bool) -> Estimate:
    n = len(d)
    if identical:
        return Estimate(0.0, 0.0, 0.0, n, "the same top label for every ticket")
    if n_differing_groups(d, groups) < FEWEST_GROUPS:
        ends = exact_bounds(d, groups)
        return Estimate(float(d.mean()), ends.low, ends.high, n, "exact: few groups changed")
    return clipped(mean_difference(clustered_mean(d, groups), d), -1, 1)
