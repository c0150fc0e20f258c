"""The change of a function of counts, such as macro-F1 or a precision, without resampling.

Every ticket stands in a cell on either side. What it adds is the gradient of the function at its
new cell less that at its old one, averaged along the way from the counts of the base to those of
the candidate; its influence is the difference of the gradients at both ends (the delta method).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.pairs.change import (
    NO_TICKETS,
    ONE_SIDED,
    Change,
    from_shares,
    undefined,
)
from ticketbench.measure.statistics.groups import (
    Groups,
    counts_of,
    n_tickets,
    times_of,
    total,
)

OfCounts = Callable[[FloatArray], FloatArray]
"""Counts (..., cells) to values (...)."""

Gradient = Callable[[FloatArray], FloatArray]
"""Counts (cells) to the derivative of the function by each of them (cells)."""

_NODES = (-0.7745966692414834, 0.0, 0.7745966692414834)
_WEIGHTS = (0.5555555555555557, 0.8888888888888888, 0.5555555555555557)
"""Gauss-Legendre of three points on [-1, 1], to the digits of `numpy.polynomial`: to load that for
six numbers takes as long as to compare two small runs.
"""

_STEP = 1e-3
_MOST_NUMBERS = 2_000_000


def of_counts(
    first: IntArray,
    second: IntArray,
    n_cells: int,
    function: OfCounts,
    groups: Groups,
    *,
    n: int | None = None,
    gradient: Gradient | None = None,
) -> Change:
    """The change of `function` when tickets move from the cells `first` to the cells `second`.

    Cells are numbered 0 .. n_cells-1. `n` is the number of tickets that the candidate's value rests
    on, all of them unless told. Without its `gradient` it is taken by differences. Undefined where
    the function is so on one side.
    """
    before, after = (counts_of(c, groups, n=n_cells).astype(float) for c in (first, second))
    every = n_tickets(groups)
    tickets = every if n is None else n
    value = float(function(after)) - float(function(before)) if len(first) else math.nan
    if not math.isfinite(value):
        return undefined(value, tickets, ONE_SIDED if len(first) else NO_TICKETS)
    slope = gradient or (lambda counts: differences(function, counts, before + after > 0))
    along = np.zeros(n_cells)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        along += weight / 2 * slope(before + (node + 1) / 2 * (after - before))
    shares = along[second] - along[first]
    influence = slope(after)[second] - slope(before)[first]
    # Only a function that is the same of twice the counts has a mean of 0 already.
    influence -= total(influence, groups) / every
    return from_shares(
        _adding_up(shares, value, groups),
        influence,
        groups,
        value=value,
        n=tickets,
        unit=1 / every,
    )


def differences(function: OfCounts, counts: FloatArray, used: FloatArray) -> FloatArray:
    """The gradient at `counts` by central differences of ±0.001 ticket; 0 in cells not `used`.

    One-sided in an empty cell. In chunks, so memory does not grow with the number of cells.
    """
    slope = np.zeros(len(counts))
    at = np.flatnonzero(used)
    size = max(1, _MOST_NUMBERS // max(len(counts), 1))
    for start in range(0, len(at), size):
        part = at[start : start + size]
        up, down = np.tile(counts, (len(part), 1)), np.tile(counts, (len(part), 1))
        rows = np.arange(len(part))
        up[rows, part] += _STEP
        down[rows, part] = np.maximum(counts[part] - _STEP, 0.0)
        slope[part] = (function(up) - function(down)) / (up - down)[rows, part]
    return slope


def _adding_up(shares: FloatArray, value: float, groups: Groups) -> FloatArray:
    """Shares whose sum is `value`: what three points along the way miss goes to all that moved."""
    moved = int(times_of(groups)[shares != 0].sum())
    left = value - total(shares, groups)
    return shares + left * (shares != 0) / moved if moved else shares
