"""The gain on other tickets like these, customers included: a `Change` by the one rule."""

from __future__ import annotations

import numpy as np

from ticketbench.measure.labelled.about_log import FEWEST, TOO_FEW
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.pairs.change import Change, from_shares, undefined


def of_tickets(log: LabelledLog) -> Change:
    """The mean gain, with m of the M tickets that differ labelled.

    Each ticket that differs gets the mean of the labelled gains, each labelled one (M/m)(x - mean)
    on top, so that the variance over groups holds both draws: of the tickets, and of those that are
    labelled. It is a gain already: positive where the candidate is better. With less than 30 labels
    before all are labelled: undefined.
    """
    n, m, many = log.n, log.n_labelled, log.n_differ
    if m < min(FEWEST, many):
        return undefined(np.nan, n, TOO_FEW)
    times = many / m if m else 1.0
    x = log.labelled
    at = np.flatnonzero(log.differs)
    parts, spread = np.where(log.differs, 0.0, log.gains), np.where(log.differs, 0.0, log.gains)
    parts[at[:m]] = times * x
    spread[at] = x.mean() if m else 0.0
    spread[at[:m]] += times * (x - x.mean()) if m else 0.0
    value = log.seen
    return from_shares(
        parts / max(n, 1),
        (spread - value) / max(n, 1),
        log.groups,
        value=value,
        n=n,
        unit=times * log.most / max(n, 1),
    )
