"""Has the mix of top labels shifted? Two sets can be equally right and fill the queues anew."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import IntArray, Value
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import one_per_group


@dataclass(frozen=True, slots=True, eq=False)
class MarginalShift(Value):
    """The test of equal label mixes: statistic, degrees of freedom, p and the tickets in it."""

    stat: float
    df: int
    p: float
    n: int


def marginal_shift(
    base_top: IntArray, candidate_top: IntArray, groups: IntArray, *, seed: int
) -> MarginalShift:
    """Stuart-Maxwell test of the top labels of both sets, given as label numbers from 0.

    It holds for independent tickets, so it runs on one ticket per group, drawn with `seed`.
    """
    rows = one_per_group(groups, seed=seed)
    first, second = base_top[rows], candidate_top[rows]
    k = int(max(first.max(initial=-1), second.max(initial=-1))) + 1
    counts = np.bincount(first * k + second, minlength=k * k).reshape(k, k)
    return stuart_maxwell(counts)


def stuart_maxwell(counts: IntArray) -> MarginalShift:
    """Are row and column totals of paired labels alike (Stuart 1955, Maxwell 1970)? K x K counts.

    stat = d' V⁻ d with d_i = n_i. - n_.i, V_ii = n_i. + n_.i - 2n_ii, V_ij = -(n_ij + n_ji), and p
    the upper tail of chi-square. V⁻ is the Moore-Penrose inverse and df the rank of V, so labels
    that never occur or never change take no part; else df is K - 1. No ticket with two different
    labels: stat 0, df 0, p 1. No tickets: NaN. An approximation that wants some 10 changed tickets.
    """
    table = np.asarray(counts, dtype=np.float64)
    n = int(table.sum())
    if n == 0:
        return MarginalShift(math.nan, 0, math.nan, 0)
    d = table.sum(axis=1) - table.sum(axis=0)
    variance = np.diag(table.sum(axis=1) + table.sum(axis=0)) - table - table.T
    df = int(np.linalg.matrix_rank(variance, hermitian=True))
    if df == 0:
        return MarginalShift(0.0, 0, 1.0, n)
    stat = float(d @ np.linalg.pinv(variance, hermitian=True) @ d)
    return MarginalShift(stat, df, float(special.chdtrc(df, stat)), n)
