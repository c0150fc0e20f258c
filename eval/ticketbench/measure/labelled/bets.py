"""Evidence that may be looked at after every label: a product of bets against "no gain above".

Whoever bets a share b of what they own on "more than the null" owns product(1 + b (y - null)) in
the end. If the null is true nobody gets rich by it, whenever they stop: the chance of ever owning
1/a times the first coin is at most a (Ville 1939). So evidence of 40 decides one side of a 95 %
statement however often it was looked at. The share is not known beforehand, so 25 of them are
played side by side with a 25th of the coin each (Cover 1991; Waudby-Smith & Ramdas 2024).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import FloatArray, IntArray

BETS = np.linspace(0.02, 0.98, 25)
"""Shares that are bet; below 1, so that no loss takes everything."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """How often each value came, after each of some numbers of tickets: looks x values.

    Their order does not matter to the evidence.
    """

    values: FloatArray
    counts: FloatArray

    def mirrored(self) -> Tally:
        """Of the values with the other sign."""
        return Tally(-self.values, self.counts)


def tally(y: FloatArray, looks: IntArray) -> Tally:
    """The tally after each of `looks` tickets of `y`. Without tickets it has no values."""
    values, which = np.unique(y, return_inverse=True)
    counts = np.zeros((len(looks), len(values)))
    for value in range(len(values)):
        counts[:, value] = np.concatenate([[0], np.cumsum(which == value)])[looks]
    return Tally(values, counts)


def log_evidence(of: Tally, null: float) -> FloatArray:
    """Logarithm of E(null) at each look, for values within -1 and 1 and a null in (-1, 1).

    E = mean over b of Π (1 + b (y - null)/(1 + max(null, 0))), scaled so that no bet loses more
    than it stakes. In logarithms, since the product itself leaves the range of a float after some
    thousand tickets. After no ticket: 0. No looks: empty.
    """
    factors = np.log1p(BETS * (of.values[:, None] - null) / (1 + max(null, 0.0)))
    owned = of.counts @ factors
    most = owned.max(axis=1, initial=-np.inf, keepdims=True)
    return np.asarray(most[:, 0] + np.log(np.exp(owned - most).mean(axis=1)))
