"""The change of a mean over tickets, from the values of both sides."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.pairs.change import NO_TICKETS, ONE_SIDED, Change, from_shares, undefined


def of_means(
    first: FloatArray, second: FloatArray, groups: IntArray, *, step: float = 1.0
) -> Change:
    """The change of the mean of n values, `first` of the base and `second` of the candidate.

    A ticket adds (second - first)/n. `step` is the most that one ticket can move by, 1 for a share:
    it counts where no group has moved. Undefined where a mean is no number.
    """
    n = len(first)
    value = float(np.mean(second)) - float(np.mean(first)) if n else math.nan
    if not math.isfinite(value):
        return undefined(value, n, ONE_SIDED if n else NO_TICKETS)
    shares = (second - first) / n
    return from_shares(shares, shares - value / n, groups, value=value, n=n, unit=step / n)
