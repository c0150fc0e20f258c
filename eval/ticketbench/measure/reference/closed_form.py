"""A closed-form interval for macro-F1, to check the bootstrap against."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import Estimate, FloatArray, IntArray
from ticketbench.measure.metrics import f1_by_label, macro_f1
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.intervals import CONFIDENCE


def macro_f1_interval(cells: FloatArray | IntArray, *, confidence: float = CONFIDENCE) -> Estimate:
    """Macro-F1 of confusion counts (gold x top label) ± z·SE (Takahashi et al. 2022).

    With cell shares p_ij, S_i = p_i. + p_.i and F_i = 2·p_ii/S_i over the K labels that have
    tickets, SE² = 2/(n·K²) · [Σ_i F_i·(S_i - 2p_ii)/S_i² · ((S_i - 2p_ii)/S_i + F_i/2)
    + Σ_{i≠j} p_ij·F_i·F_j/(S_i·S_j)]: the delta method on the multinomial cells. A label without
    tickets takes no part in the mean; its cells do in the margins.

    For independent tickets: with groups, count the cells of `groups.one_per_group`. The ends stay
    within [0, 1]. Too narrow below some 20 tickets per label. No tickets: NaN. Where the formula
    gives SE 0, as when every ticket is right, there is no interval.
    """
    counts = np.asarray(cells, dtype=np.float64)
    n, value = int(counts.sum()), float(macro_f1(counts))
    se = math.sqrt(_variance(counts)) if n else 0.0
    if se == 0.0:
        reason = "no interval: the delta method sees no variance" if n else "no tickets"
        return Estimate(value, math.nan, math.nan, n, reason)
    half = float(special.ndtri(0.5 + confidence / 2)) * se
    low, high = max(0.0, value - half), min(1.0, value + half)
    return Estimate(value, low, high, n, "delta method (Takahashi et al. 2022)")


def _variance(counts: FloatArray) -> float:
    """SE² from counts: there n cancels, and what should be 0 is exactly 0."""
    supported = int((counts.sum(axis=1) > 0).sum())
    margins = counts.sum(axis=0) + counts.sum(axis=1)
    s = np.where(margins > 0, margins, 1.0)
    f = np.nan_to_num(f1_by_label(counts))
    missed = s - 2 * np.diagonal(counts)
    own = f * missed / s**2 * (missed / s + f / 2)
    confused = np.where(np.eye(len(counts), dtype=np.bool_), 0.0, counts)
    crossed = (f / s) @ confused @ (f / s)
    return 2 * float(own.sum() + crossed) / supported**2
