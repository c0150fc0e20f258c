"""The change of a mean over tickets, from the values of both sides."""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.pairs.change import Change, from_shares


def of_means(
    first: FloatArray, second: FloatArray, groups: IntArray, *, step: float = 1.0
) -> Change:
    """The change of the mean of n values, `first` of the base and `second` of the candidate.

    A ticket adds (second - first)/n. `step` is the most that one ticket can move by, 1 for a share:
    it counts where no group has moved.
    """
    n = len(first)
    shares = (second - first) / max(n, 1)
    value = float(np.mean(second) - np.mean(first)) if n else float("nan")
    return from_shares(
        shares, shares - value / max(n, 1), groups, value=value, n=n, unit=step / max(n, 1)
    )
