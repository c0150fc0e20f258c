"""What the policy does under both rubric sets: coverage, share right among routed, and cost."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.policy import ROUTE, Costs, Decisions
from ticketbench.core.types import Estimate, FloatArray, IntArray
from ticketbench.measure.estimates import too_few_to_draw
from ticketbench.measure.pairs.differences import (
    NO_PAIRS,
    Difference,
    mean_difference_of,
    percentile_of,
)
from ticketbench.measure.pairs.pairing import Judged, Pair
from ticketbench.measure.routing.outcomes import cost_of_ticket
from ticketbench.measure.statistics import resampling
from ticketbench.measure.statistics.intervals import ONE_UNIT, clipped

COVERAGE, PRECISION, COST = "coverage", "selective_precision", "cost"
_STATES = 3


def routing_differences(
    pair: Pair, *, costs: Costs | None = None, seed: int
) -> tuple[Difference, ...]:
    """Coverage and selective precision, and the cost per ticket when there are `costs`.

    Over all tickets of the pair, with the outcomes each side has. Coverage and cost get a
    cluster-robust t interval, precision a paired bootstrap. No tickets: NaN.
    """
    found = [_coverage(pair), _precision(pair, seed=seed)]
    if costs is not None:
        found.append(_cost(pair, costs))
    return tuple(found)


def routing_states(side: Judged) -> IntArray:
    """Per ticket 0 not routed, 1 routed wrong, 2 routed right."""
    return np.asarray((side.outcome == ROUTE) * (1 + side.table.right.astype(np.int64)))


def precision_of_states(counts: FloatArray) -> FloatArray:
    """Right / routed from counts of the three states (..., 3); NaN where none is routed."""
    routed = counts[..., 1] + counts[..., 2]
    return np.where(routed > 0, counts[..., 2] / np.maximum(routed, 1), np.nan)


def cost_per_ticket(side: Judged, costs: Costs) -> FloatArray:
    """The cost of each ticket of the outcome it has."""
    none = np.zeros(len(side.outcome), dtype=np.bool_)
    return cost_of_ticket(side.table, Decisions(side.table.top, side.outcome, none), costs)


def _coverage(pair: Pair) -> Difference:
    first, second = ((side.outcome == ROUTE).astype(np.float64) for side in pair)
    base, candidate, ends = mean_difference_of(first, second, pair[0].table.groups)
    ends = clipped(ends, -1, 1)
    return Difference(COVERAGE, "Routed by the policy", True, True, base, candidate, ends)


def _cost(pair: Pair, costs: Costs) -> Difference:
    first, second = (cost_per_ticket(side, costs) for side in pair)
    base, candidate, ends = mean_difference_of(first, second, pair[0].table.groups)
    return Difference(COST, "Cost per ticket", False, False, base, candidate, ends)


def _precision(pair: Pair, *, seed: int) -> Difference:
    first, second = (routing_states(side) for side in pair)
    base, candidate = (
        float(precision_of_states(np.bincount(s, minlength=_STATES).astype(np.float64)))
        for s in (first, second)
    )
    ends = _precision_ends(first * _STATES + second, pair[0].table.groups, seed=seed)
    seen = Estimate(candidate - base, ends.low, ends.high, ends.n, ends.method)
    title = "Right among routed"
    return Difference(PRECISION, title, True, True, base, candidate, clipped(seen, -1, 1))


def _precision_ends(joint: IntArray, groups: IntArray, *, seed: int) -> Estimate:
    n = len(joint)
    if n == 0:
        return Estimate.undefined(0, NO_PAIRS)
    drawn = resampling.units(joint, groups)
    if drawn.times.sum() < 2 or too_few_to_draw(groups):
        reason = ONE_UNIT if drawn.times.sum() < 2 else resampling.FEW_GROUPS
        return Estimate.undefined(n, reason)

    def difference(counts: FloatArray) -> FloatArray:
        full = np.zeros((*counts.shape[:-1], _STATES * _STATES))
        full[..., drawn.used] = counts
        table = full.reshape(*counts.shape[:-1], _STATES, _STATES)
        after = precision_of_states(table.sum(axis=-2))
        return np.asarray(after - precision_of_states(table.sum(axis=-1)))

    if math.isnan(float(difference(drawn.observed))):
        return Estimate.undefined(n, "no interval: one set routes no ticket")
    return percentile_of(resampling.replicates(drawn, difference, seed=seed), n)
