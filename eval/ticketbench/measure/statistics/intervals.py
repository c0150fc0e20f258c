"""Intervals for shares and means: Wilson, Clopper-Pearson, cluster-robust t."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, strictly_ascending
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import (
    Counted,
    Groups,
    effective_number,
    sums_and_sizes,
)

CONFIDENCE = 0.95
ONE_UNIT = "no interval: all tickets are one group"
NEARLY_ONE = "no interval: one group holds nearly all tickets"
FEWEST_DF = 1 - 1e-9
"""Below one degree of freedom, less than two effective groups, nothing is known of the spread."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Lower and upper end, in the unit of the estimate; NaN when undefined."""

    low: float
    high: float


UNDEFINED = Interval(math.nan, math.nan)


def wilson(
    successes: float, n: float, *, confidence: float = CONFIDENCE, df: float = math.inf
) -> Interval:
    """Score interval of a share (Wilson 1927), for display.

    (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). `n` may be an effective, fractional
    number; z is a t quantile where that number was estimated with `df` degrees of freedom. n = 0
    gives NaN; the ends stay within [0, 1].
    """
    if n <= 0:
        return UNDEFINED
    tail = 0.5 + confidence / 2
    z = float(special.ndtri(tail) if math.isinf(df) else special.stdtrit(df, tail))
    share, z2 = successes / n, z * z
    centre = share + z2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if share == 0 else (centre - half) / (1 + z2 / n)
    high = 1.0 if share == 1 else (centre + half) / (1 + z2 / n)
    return Interval(max(0.0, low), min(1.0, high))


def clopper_pearson(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Exact interval of a share (Clopper & Pearson 1934), for guarantees: never too narrow.

    Beta quantiles; 0 successes give a lower end of 0, n successes an upper end of 1, n = 0 NaN.
    """
    if n == 0:
        return UNDEFINED
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else special.betaincinv(successes, n - successes + 1, tail)
    high = 1.0 if successes == n else special.betaincinv(successes + 1, n - successes, 1 - tail)
    return Interval(float(low), float(high))


def clopper_pearson_lower(successes: int, n: int, *, confidence: float = CONFIDENCE) -> float:
    """One-sided exact lower bound of a share; 0 when there are no successes or no tickets."""
    if successes == 0:
        return 0.0
    return float(special.betaincinv(successes, n - successes + 1, 1 - confidence))


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """Mean of per-ticket values with standard errors that do and do not know the groups.

    effective_groups  what the standard error rests on: `groups.effective_groups`
    """

    mean: float
    n: int
    n_groups: int
    se_independent: float
    se_clustered: float
    effective_groups: float

    @property
    def df(self) -> float:
        """Degrees of freedom: effective groups - 1, which is G - 1 for groups of one size."""
        return self.effective_groups - 1

    def interval(self, *, confidence: float = CONFIDENCE) -> Interval:
        """The interval mean ± t(df) · clustered standard error.

        With G - 1 degrees of freedom one dominant group would make it far too narrow. NaN with less
        than one, or when all groups are alike: width 0 would claim certainty.
        """
        if self.n_groups < 2 or self.df < FEWEST_DF or self.se_clustered == 0:
            return UNDEFINED
        t = float(special.stdtrit(self.df, 0.5 + confidence / 2))
        return Interval(self.mean - t * self.se_clustered, self.mean + t * self.se_clustered)


NO_VALUES = ClusteredMean(math.nan, 0, 0, math.nan, math.nan, math.nan)


def clustered_mean(values: ArrayLike, groups: Groups) -> ClusteredMean:
    """Mean of `values` with the cluster-robust standard error CR1 (Liang & Zeger 1986).

    SE² = G/(G-1) · Σ_g (Σ_{i in g} (v_i - mean))² / n². With groups of size one it is the usual
    standard error. `se_independent` is sqrt(Σ (v_i - mean)²) / n (HC0). No values: all NaN.
    """
    v = np.asarray(values, dtype=np.float64)
    if isinstance(groups, Counted):
        return _counted_mean(v, groups)
    n = len(v)
    if n == 0:
        return NO_VALUES
    residuals = v - v.mean()
    sums, sizes = sums_and_sizes(residuals, groups)
    g = len(sums)
    cr0 = math.sqrt(float(sums @ sums)) / n
    cr1 = cr0 * math.sqrt(g / (g - 1)) if g > 1 else math.nan
    independent = math.sqrt(float(residuals @ residuals)) / n
    worth = float(n) if g == n else effective_number(sizes)
    return ClusteredMean(float(v.mean()), n, g, independent, cr1, worth)


def _counted_mean(v: FloatArray, groups: Counted) -> ClusteredMean:
    sizes, n_alone = groups.sizes, groups.n_alone
    n, g = n_alone + int(sizes.sum()), n_alone + int(np.count_nonzero(sizes))
    if n == 0:
        return NO_VALUES
    mean = float(groups.times @ v) / n
    residuals = v - mean
    cr0 = math.sqrt(groups.sum_of_squares(residuals)) / n
    independent = math.sqrt(float(groups.times @ residuals**2)) / n
    cr1 = cr0 * math.sqrt(g / (g - 1)) if g > 1 else math.nan
    worth = effective_number(sizes, n_alone=n_alone)
    return ClusteredMean(mean, n, g, independent, cr1, worth)


def effective_n(values: ArrayLike, groups: IntArray) -> float:
    """The n divided by the design effect of the groups (Kish 1965), between 0 and n.

    Design effect = CR0 variance / independent variance of the mean, at least 1. When all values
    are equal the design effect cannot be seen, and the number of groups is the careful answer.
    """
    return _effective_n(clustered_mean(values, groups))


def _effective_n(result: ClusteredMean) -> float:
    if result.n == 0 or result.n_groups == result.n:
        return float(result.n)
    if result.se_independent == 0 or result.n_groups == 1:
        return float(result.n_groups)
    cr0 = result.se_clustered * math.sqrt((result.n_groups - 1) / result.n_groups)
    return min(float(result.n), result.n * (result.se_independent / cr0) ** 2 if cr0 else result.n)


def share(
    hits: ArrayLike,
    groups: Groups,
    *,
    among: BoolArray | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """A share of tickets with its Wilson interval, on the effective n when tickets share groups.

    `hits` is one truth value per ticket, `among` says which tickets count; None: all of them. An
    effective n above the number of effective groups was estimated from them, so a t quantile takes
    the place of z; with fewer than two of them it is the number of effective groups itself. No
    tickets: NaN.
    """
    marks = np.asarray(hits)
    if isinstance(groups, Counted):
        keep = slice(None) if among is None else np.flatnonzero(among)
        return estimated_share(clustered_mean(marks[keep], groups[keep]), confidence=confidence)
    n = len(marks) if among is None else int(np.count_nonzero(among))
    if n == 0:
        return Estimate.undefined(0, "no tickets")
    if strictly_ascending(groups):
        # Of independent tickets their number alone decides, so nothing is picked or added up.
        p = int(np.count_nonzero(marks if among is None else marks & among)) / n
        ends = wilson(p * n, n, confidence=confidence)
        return Estimate(p, ends.low, ends.high, n, "Wilson")
    if among is not None:
        rows = np.flatnonzero(among)
        marks, groups = marks[rows], groups[rows]
    return estimated_share(clustered_mean(marks, groups), confidence=confidence)


def estimated_share(result: ClusteredMean, *, confidence: float = CONFIDENCE) -> Estimate:
    """The same from what is known of the share as a mean of 0 and 1 already."""
    n = result.n
    if n == 0:
        return Estimate.undefined(0, "no tickets")
    n_effective, p, by_groups = _effective_n(result), result.mean, result.effective_groups
    df = math.inf
    grouped = by_groups < n
    if grouped and n_effective > by_groups * (1 + 1e-9):
        n_effective, df = (by_groups, df) if by_groups < 2 else (n_effective, by_groups - 1)
    ends = wilson(p * n_effective, n_effective, confidence=confidence, df=df)
    method = "Wilson on the effective n" if grouped else "Wilson"
    return Estimate(p, ends.low, ends.high, n, method)


def mean(values: ArrayLike, groups: Groups) -> Estimate:
    """A mean of per-ticket values with its cluster-robust t interval. No tickets: NaN."""
    return estimated(clustered_mean(values, groups))


def estimated(result: ClusteredMean) -> Estimate:
    """The same from what is known of the mean already."""
    if result.n == 0:
        return Estimate.undefined(0, "no tickets")
    ends = result.interval()
    method = "cluster-robust t"
    if math.isnan(ends.low):
        method = "no interval: all values are alike"
        if result.n_groups < 2 or result.df < FEWEST_DF:
            method = ONE_UNIT if result.n_groups < 2 else NEARLY_ONE
    return Estimate(result.mean, ends.low, ends.high, result.n, method)


def clipped(of: Estimate, low: float, high: float) -> Estimate:
    """`of` with its interval cut to the possible values; a t interval knows no limits."""
    if math.isnan(of.low):
        return of
    ends = [min(max(end, low), high) for end in (of.low, of.high)]
    return Estimate(of.value, ends[0], ends[1], of.n, of.method)
