"""The change of the coverage at a target: the one number of a pair whose law has to be drawn.

Its threshold is read anew from every sample, as it would be from the tickets of another month, so
no ticket has an influence on it that could be told.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.types import FloatArray, IntArray, ScoreTable
from ticketbench.measure.kinds import Metric
from ticketbench.measure.pairs.change import NO_TICKETS, from_shares, no_change, undefined
from ticketbench.measure.pairs.changes import MetricChange, described
from ticketbench.measure.pairs.pairing import Pair, same_answers
from ticketbench.measure.routing.outcomes import GRID

NAME = "coverage_at_target"
N_DRAWS = 1000
_MOST_BLOCKS = 4_000
_CHUNK = 250
_WIDTH = len(GRID) + 1
_DRAWN = "standard deviation of 1,000 draws of groups"


def coverage_at_target(
    pair: Pair, min_precision: float, policy: Policy, *, seed: int
) -> MetricChange:
    """The share routed at the lowest threshold of the grid with `min_precision` right.

    0 where no threshold has it; tickets that `policy` escalates are never routed, gold `__none__`
    is wrong. The standard error is that of 1,000 draws of whole groups (Efron 1979); above 4,000
    groups they are drawn in 4,000 blocks. No tickets: NaN.
    """
    table = pair[0].table
    n, title = table.n_scored, f"Routed when {100 * min_precision:g}% of the routed must be right"
    metric = Metric(name=NAME, title=title)
    if n == 0:
        return described(metric, math.nan, math.nan, undefined(math.nan, 0, NO_TICKETS))
    unit = _units(table.groups, seed=seed)
    sides = [_by_unit(side.table, policy, unit) for side in pair]
    once = np.ones((1, int(unit.max()) + 1))
    base, candidate = (float(_coverage(once @ side, min_precision)[0]) for side in sides)
    zero = np.zeros(n)
    change = from_shares(zero, zero, table.groups, value=candidate - base, n=n, unit=1 / n)
    if same_answers(pair) and base == candidate:
        change = no_change(n, change.n_groups)
    elif change.defined:
        drawn = _draws(sides[0], sides[1], min_precision, seed=seed)
        change = replace(change, variance=float(drawn.var()), method=_DRAWN)
    return described(metric, base, candidate, change)


def _draws(
    base: FloatArray, candidate: FloatArray, min_precision: float, *, seed: int
) -> FloatArray:
    rng, u = np.random.default_rng(seed), len(base)
    drawn = []
    for start in range(0, N_DRAWS, _CHUNK):
        weights = rng.multinomial(u, np.full(u, 1 / u), size=min(_CHUNK, N_DRAWS - start))
        before, after = (_coverage(weights @ side, min_precision) for side in (base, candidate))
        drawn.append(after - before)
    return np.concatenate(drawn)


def _coverage(counts: FloatArray, min_precision: float) -> FloatArray:
    """From counts (B x 2·width) of tickets by thresholds passed and whether they are right."""
    split = np.asarray(counts).reshape(len(counts), _WIDTH, 2)
    at_least = np.cumsum(split[:, :0:-1], axis=1)[:, ::-1]
    right, routed = at_least[:, :, 1], at_least.sum(axis=2)
    enough = (routed > 0) & (right / np.maximum(routed, 1) >= min_precision)
    lowest = np.argmax(enough, axis=1)
    chosen = np.take_along_axis(routed, lowest[:, None], axis=1)[:, 0]
    return np.asarray(np.where(enough.any(axis=1), chosen, 0.0) / split.sum(axis=(1, 2)))


def _by_unit(table: ScoreTable, policy: Policy, unit: IntArray) -> FloatArray:
    """How many tickets of each unit fall into each cell, U x 2·width."""
    raw = replace(policy, threshold=0.0, temperature=1.0, label_thresholds=())
    routable = raw.decide(table.scores, table.labels).outcome == ROUTE
    passed = np.where(routable, np.searchsorted(GRID, table.top_score, side="right"), 0)
    width = 2 * _WIDTH
    cell = unit * width + 2 * passed + table.right
    counts = np.bincount(cell, minlength=(int(unit.max()) + 1) * width)
    return counts.reshape(-1, width).astype(np.float64)


def _units(groups: IntArray, *, seed: int) -> IntArray:
    """The unit to draw per ticket: its group, or a block of groups where there are many.

    Groups are numbered in the order of their first tickets, which is that of ids.
    """
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(first))
    if len(place) > _MOST_BLOCKS:
        place = (np.random.default_rng(seed).permutation(len(place)) % _MOST_BLOCKS)[place]
    return np.asarray(place[group])
