"""Score statistics of a change of paired shares, for reference: no decision rests on them."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.statistics.intervals import clustered_mean


def tango_z(only_base: int, only_candidate: int, n: int, *, margin: float) -> float:
    """Score statistic of the hypothesis that the true difference is -margin (Tango 1998).

    (b - c + n·m) / sqrt(n·(2q - m(1 + m))), b = only_candidate, c = only_base of n tickets, q the
    share "only base right" that is likeliest when the difference is -m: the larger root of
    2n·q² + B·q + c·m(1 + m) = 0 with B = -b - c - (2n - b + c)·m. Positive speaks for the
    candidate. NaN where both have no spread, as with margin 0 and no changed ticket, and without
    tickets.
    """
    if n == 0:
        return math.nan
    b, c, m = only_candidate, only_base, margin
    linear = -b - c - (2 * n - b + c) * m
    root = math.sqrt(max(linear * linear - 8 * n * c * m * (1 + m), 0.0))
    q = (root - linear) / (4 * n)
    variance, distance = n * (2 * q - m * (1 + m)), b - c + n * m
    if variance > 0:
        return distance / math.sqrt(variance)
    return math.copysign(math.inf, distance) if distance else math.nan


def clustered_z(d: FloatArray, groups: IntArray, *, margin: float) -> float:
    """(mean + margin) / SE, SE the cluster-robust standard error CR0; NaN when SE is 0.

    The statistic of large samples, of per-ticket differences `d` of 1, -1 or 0.
    """
    clustered = clustered_mean(d, groups)
    if clustered.n_groups < 2 or clustered.se_clustered == 0:
        return math.nan
    g = clustered.n_groups
    return float((clustered.mean + margin) / (clustered.se_clustered * np.sqrt((g - 1) / g)))
