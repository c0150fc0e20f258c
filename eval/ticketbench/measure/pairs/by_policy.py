"""What the policy does under both rubric sets: the difference of every routing metric."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.policy import Costs
from ticketbench.core.types import Estimate, FloatArray, IntArray
from ticketbench.measure.estimates import too_few_to_draw
from ticketbench.measure.kinds import Part, RoutedTickets, RoutingMetric, counted, registered
from ticketbench.measure.pairs.differences import (
    NO_PAIRS,
    Difference,
    Found,
    difference_of,
    found_in_means,
    percentile_of,
)
from ticketbench.measure.pairs.pairing import Judged, Pair
from ticketbench.measure.statistics import resampling
from ticketbench.measure.statistics.intervals import ONE_UNIT

N_STATES = 3


def routing_differences(
    pair: Pair, *, costs: Costs | None = None, seed: int
) -> tuple[Difference, ...]:
    """Every routing metric; those that need costs only where there are `costs`.

    Over all tickets of the pair, with the outcomes each side has. A mean over all tickets gets a
    cluster-robust t interval, one over a part of them a paired bootstrap. No tickets: NaN.
    """
    groups = pair[0].table.groups
    found = []
    for metric in registered(RoutingMetric):
        if metric.priced and costs is None:
            continue
        first, second = (metric.part(routed(side, costs or Costs())) for side in pair)
        if first.among is None:
            before, after = (np.asarray(p.values, dtype=np.float64) for p in (first, second))
            found.append(difference_of(metric, found_in_means(before, after, groups)))
        else:
            found.append(difference_of(metric, _of_parts(first, second, groups, seed=seed)))
    return tuple(found)


def routed(side: Judged, costs: Costs) -> RoutedTickets:
    """The tickets of a side as routing metrics see them."""
    return RoutedTickets(side.outcome, side.table.right, costs)


def states(part: Part) -> IntArray:
    """Per ticket 0 does not count, 1 counts, 2 counts and hits."""
    return np.asarray(counted(part) * (1 + np.asarray(part.values, dtype=np.int64)))


def share_of_states(counts: FloatArray) -> FloatArray:
    """Hits / counted from counts of the three states (..., 3); NaN where none counts."""
    whole = counts[..., 1] + counts[..., 2]
    return np.where(whole > 0, counts[..., 2] / np.maximum(whole, 1), np.nan)


def _of_parts(first: Part, second: Part, groups: IntArray, *, seed: int) -> Found:
    before, after = states(first), states(second)
    base, candidate = (
        float(share_of_states(np.bincount(s, minlength=N_STATES).astype(np.float64)))
        for s in (before, after)
    )
    return Found(base, candidate, _ends(before * N_STATES + after, groups, seed=seed))


def _ends(joint: IntArray, groups: IntArray, *, seed: int) -> Estimate:
    n = len(joint)
    if n == 0:
        return Estimate.undefined(0, NO_PAIRS)
    drawn = resampling.units(joint, groups)
    if drawn.times.sum() < 2 or too_few_to_draw(groups):
        reason = ONE_UNIT if drawn.times.sum() < 2 else resampling.FEW_GROUPS
        return Estimate.undefined(n, reason)

    def difference(counts: FloatArray) -> FloatArray:
        full = np.zeros((*counts.shape[:-1], N_STATES * N_STATES))
        full[..., drawn.used] = counts
        table = full.reshape(*counts.shape[:-1], N_STATES, N_STATES)
        after = share_of_states(table.sum(axis=-2))
        return np.asarray(after - share_of_states(table.sum(axis=-1)))

    if math.isnan(float(difference(drawn.observed))):
        return Estimate.undefined(n, "no interval: on one side no ticket counts")
    return percentile_of(resampling.replicates(drawn, difference, seed=seed), n)
