"""Evidence that may be looked at after every label: a product of bets against "no gain above".

Whoever bets a share b of what they own on "more than the null" owns product(1 + b (y - null)) in
the end. If the null is true nobody gets rich by it, whenever they stop: the chance of ever owning
1/a times the first coin is at most a (Ville 1939). So evidence of 40 decides one side of a 95 %
statement however often it was looked at. The share is not known beforehand, so 25 of them are
played side by side with a 25th of the coin each (Cover 1991; Waudby-Smith & Ramdas 2024).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from ticketbench.core.types import FloatArray, IntArray

BETS = np.linspace(0.02, 0.98, 25)
"""Shares that are bet; below 1, so that no loss takes everything."""


def log_evidence(y: FloatArray, looks: IntArray, null: float) -> FloatArray:
    """Logarithm of E(null) after each of `looks` tickets of `y`, which are within -1 and 1.

    E = mean over b of Π (1 + b (y - null)/(1 + max(null, 0))), for a null in (-1, 1): scaled so
    that no bet loses more than it stakes. In logarithms, since the product itself leaves the range
    of a float after some thousand tickets. Only how often each value came counts, not its order.
    After no ticket: 0. No looks: empty.
    """
    values, which = np.unique(y, return_inverse=True)
    factors = np.log1p(BETS * (values[:, None] - null) / (1 + max(null, 0.0)))
    counts = np.zeros((len(looks), len(values)))
    for value in range(len(values)):
        so_far = np.concatenate([[0], np.cumsum(which == value)])
        counts[:, value] = so_far[looks]
    owned = counts @ factors
    return np.asarray(special.logsumexp(owned, axis=1) - np.log(len(BETS)))
