"""The gain on these very tickets, whatever customers they come from: a finite population."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import Estimate
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.pairs.change import IMAGINED
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.intervals import CONFIDENCE, clipped

FEWEST = 30
"""Labels below which a t interval says too little of how the unlabelled disagreements spread."""

EXACT = "every disagreement is labelled: exact"
TOO_FEW = "fewer than 30 of the disagreements are labelled"
NOT_OF_LOG = "the order is by customer, so it says nothing about the whole log yet"
_METHOD = "labelled disagreements of this log, t"


def of_log(log: LabelledLog, *, confidence: float = CONFIDENCE) -> Estimate:
    """The mean gain of all n tickets, with m of the M that differ labelled, of gains x.

    D = (known gains + M · mean x) / n, with the variance (M/n)² (s²/m + 3u²/m²)(1 - m/M) (Cochran
    1977, and three more tickets imagined as in every change; u the typical size of x, 1 for a
    share) and t(m - 1). So much is always imagined of the tickets without a label, as far as there
    are three: one dear ticket of the last two is in no variance. No end is beyond what these could
    still add. Exact, both ends the value, once m = M; undefined with less than 30 labels before
    that, without tickets, and where the order is by customer.
    """
    if log.exact and log.n:
        return Estimate(log.seen, log.seen, log.seen, log.n, EXACT)
    if log.about == "customers":
        return Estimate.undefined(log.n, NOT_OF_LOG)
    x, m, many = log.labelled, log.n_labelled, log.n_differ
    if m < FEWEST:
        return Estimate.undefined(log.n, TOO_FEW if log.n else "no tickets")
    left, times = 1 - m / many, many / m
    imagined = max(IMAGINED * times**2 * left, min(IMAGINED, many - m)) * typical(log) ** 2
    t = float(special.stdtrit(m - 1, 0.5 + confidence / 2))
    reach = t * math.sqrt(many * times * float(x.var(ddof=1)) * left + imagined) / log.n
    low, high = possible(log)
    return clipped(
        Estimate(log.seen, log.seen - reach, log.seen + reach, log.n, _METHOD), low, high
    )


def possible(log: LabelledLog) -> tuple[float, float]:
    """The gain if every label that is still to come showed the largest loss, and largest gain."""
    told = math.fsum(log.gains[~log.differs]) + math.fsum(log.labelled)
    most = (log.n_differ - log.n_labelled) * log.most
    return (told - most) / log.n, (told + most) / log.n


def typical(log: LabelledLog) -> float:
    """The size-weighted mean size Σ|x|³/Σx² of the labelled gains; where all are 0, the largest."""
    parts = np.abs(log.labelled) / log.most
    squares = parts * parts
    return log.most * (float((squares * parts).sum() / squares.sum()) if squares.any() else 1.0)
