"""The change of a mean over tickets, from the values of both sides."""

from __future__ import annotations

import math

from ticketbench.core.types import FloatArray
from ticketbench.measure.pairs.change import NO_TICKETS, ONE_SIDED, Change, from_shares, undefined
from ticketbench.measure.statistics.groups import Groups, n_tickets, total


def of_means(first: FloatArray, second: FloatArray, groups: Groups, *, step: float = 1.0) -> Change:
    """The change of the mean of n values, `first` of the base and `second` of the candidate.

    A ticket adds (second - first)/n. `step` is the most that one ticket can move by, 1 for a share:
    it counts where no group has moved. Undefined where a mean is no number.
    """
    n = n_tickets(groups)
    value = total(second, groups) / n - total(first, groups) / n if n else math.nan
    if not math.isfinite(value):
        return undefined(value, n, ONE_SIDED if n else NO_TICKETS)
    shares = (second - first) / n
    return from_shares(shares, shares - value / n, groups, value=value, n=n, unit=step / n)
