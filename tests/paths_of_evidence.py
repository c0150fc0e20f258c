"""Every way in which evidence can grow on a finite log, counted: nothing is drawn.

A log of n tickets holds each value a known number of times. What matters after t tickets is how
often each value came, so all orders of the log are paths on a lattice of counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln, xlogy

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.labelled.bets import BETS


def lattice(counts: Sequence[int]) -> IntArray:
    """Every state, a row each: how often each value has come."""
    grid = np.indices([count + 1 for count in counts], dtype=np.int64)
    return grid.reshape(len(counts), -1).T


def evidence_at(states: IntArray, values: Sequence[float], null: float) -> FloatArray:
    """Logarithm of E(null) in each state, written out as a product of bets."""
    scale = 1 + max(null, 0.0)
    factors = [1 + BETS * (value - null) / scale for value in values]
    owned = sum(states[:, [j]] * np.log(factors[j]) for j in range(len(values)))
    most = np.max(owned, axis=1, keepdims=True)
    return np.asarray(most[:, 0] + np.log(np.exp(owned - most).mean(axis=1)))


def log_rarity(states: IntArray, counts: Sequence[int]) -> FloatArray:
    """Log of how likely a path to each state is when tickets are drawn from the log without putting
    them back, over how likely with putting them back. The same for all paths to a state.
    """
    held, n = np.array(counts), sum(counts)
    t = states.sum(axis=1)
    without = gammaln(n - t + 1) - gammaln(n + 1)
    without = without + (gammaln(held + 1) - gammaln(held - states + 1)).sum(axis=1)
    return np.asarray(without - xlogy(states, held / n).sum(axis=1))


def most_common_path(
    counts: Sequence[int], values: Sequence[float], null: float, level: float
) -> float:
    """The largest `log_rarity` among states in which the evidence is `level`; -inf without any.

    At most 0: no path to the level is likelier without putting back, so Ville's bound for draws
    with putting back holds for the log, too.
    """
    states = lattice(counts)
    reached = evidence_at(states, values, null) >= np.log(level)
    return float(log_rarity(states[reached], counts).max()) if reached.any() else -np.inf


def chance_to_reach(
    counts: Sequence[int], values: Sequence[float], null: float, level: float
) -> float:
    """The exact chance that a random order of the log ever shows evidence of `level`."""
    shape, n = [count + 1 for count in counts], sum(counts)
    states = lattice(counts)
    reached = evidence_at(states, values, null) >= np.log(level)
    there, held, t = np.zeros(len(states)), np.array(counts), states.sum(axis=1)
    there[0] = 1.0
    steps = [int(np.prod(shape[j + 1 :])) for j in range(len(shape))]
    order = np.argsort(t, kind="stable")
    layers = np.split(order, np.searchsorted(t[order], np.arange(1, n + 1)))
    for drawn, layer in enumerate(layers[:-1]):
        at = layer[(there[layer] > 0) & ~reached[layer]]
        for j, step in enumerate(steps):
            left = held[j] - states[at, j]
            some = at[left > 0]
            there[some + step] += there[some] * left[left > 0] / (n - drawn)
    return float(there[reached].sum())
