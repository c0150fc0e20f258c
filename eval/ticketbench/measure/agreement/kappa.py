"""Cohen's kappa: how much more two people agree than by chance."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import Estimate, FloatArray
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.intervals import CONFIDENCE

METHOD = "Fleiss, Cohen and Everitt (1969)"


def kappa(table: FloatArray) -> Estimate:
    """Cohen's kappa (1960) of a square table of counts, rows one person, columns the other.

    (p_o - p_e) / (1 - p_e), with the large-sample interval of Fleiss, Cohen and Everitt (1969),
    cut at -1 and 1; a sample is large from about thirty tickets. No tickets, or one label alone:
    NaN. Where nobody disagrees, or everybody in one way, the formula gives no width, and there is
    no interval.
    """
    n = int(table.sum())
    if n == 0:
        return Estimate.undefined(0, "no tickets")
    p: FloatArray = np.asarray(table, dtype=np.float64) / n
    row, column = p.sum(axis=1), p.sum(axis=0)
    agreed, chance = float(np.trace(p)), float(row @ column)
    if chance >= 1:
        return Estimate.undefined(n, "one label alone: nothing to tell apart")
    value = (agreed - chance) / (1 - chance)
    half = float(special.ndtri(0.5 + CONFIDENCE / 2)) * _error(p, value, chance) / math.sqrt(n)
    if half < 1e-9:
        why = "nobody disagreed" if agreed == 1 else "too few kinds of answers"
        return Estimate(value, math.nan, math.nan, n, f"no interval: {why}")
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), n, METHOD)


def _error(p: FloatArray, value: float, chance: float) -> float:
    """The standard error for one ticket (Fleiss, Cohen and Everitt 1969, formula 13)."""
    row, column = p.sum(axis=1), p.sum(axis=0)
    both = np.diag(p)
    same = both @ (1 - (row + column) * (1 - value)) ** 2
    margins = (column[:, None] + row[None, :]) ** 2
    other = (1 - value) ** 2 * float((p * margins).sum() - both @ np.diag(margins))
    spread = float(same) + other - (value - chance * (1 - value)) ** 2
    return math.sqrt(max(0.0, spread)) / (1 - chance)
