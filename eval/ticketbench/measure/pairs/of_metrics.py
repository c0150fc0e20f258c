"""Is a metric at worst a margin worse than before? The gate's test for whatever can be paired.

Every test speaks of the gain: candidate minus base where higher is better, else base minus
candidate. The accuracy and every other share of tickets goes through `noninferiority`; a mean gets
cluster-robust t bounds; a function of counts or of the score a paired bootstrap, groups whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from ticketbench.core.types import BoolArray, FloatArray, IntArray, Value
from ticketbench.measure.estimates import too_few_to_draw
from ticketbench.measure.pairs import bootstrap
from ticketbench.measure.pairs.of_shares import (
    BOTH,
    CONFIDENCE,
    POWER_FACTOR,
    NonInferiority,
    noninferiority,
    outcome_of,
)
from ticketbench.measure.pairs.verdict import (
    FEWEST_GROUPS,
    MOST_NEEDED,
    exact_bounds,
    largest_over_mean,
)
from ticketbench.measure.statistics import resampling
from ticketbench.measure.statistics.intervals import (
    FEWEST_DF,
    NEARLY_ONE,
    ONE_UNIT,
    Interval,
    clopper_pearson,
    clustered_mean,
)
from ticketbench.measure.statistics.resampling import Statistic

_BOOTSTRAP = "paired bootstrap, 2,000 resamples"
_ROOM = "exact bound of the share of harmed groups"
_ROUNDING = 1e-9
_FEW = "fewer than six groups changed: too few for an interval"
SAME = "the same answers for every ticket"


@dataclass(frozen=True, slots=True, eq=False)
class MetricChange(Value):
    """A metric on both sides of the paired tickets, and the gate's test of its gain."""

    base: float
    candidate: float
    gain: NonInferiority


def of_shares(
    first: FloatArray,
    second: FloatArray,
    groups: IntArray,
    *,
    sign: int = 1,
    margin: float,
    identical: bool,
) -> MetricChange:
    """A share of tickets: values 0 or 1 per ticket; `sign` is 1 where higher is better, else -1.

    No tickets: inconclusive.
    """
    gain = noninferiority(sign * (second - first), groups, margin=margin, identical=identical)
    return MetricChange(_mean(first), _mean(second), gain)


def of_means(
    first: FloatArray,
    second: FloatArray,
    groups: IntArray,
    *,
    sign: int,
    width: float,
    margin: float,
    identical: bool,
) -> MetricChange:
    """A mean of values per ticket; `sign` is 1 where higher is better, else -1.

    Cluster-robust t bounds. With fewer than six differing groups, or all tickets changed alike,
    exact ones from the share of groups that lost, gained or are alike, times `width`, the largest
    change of one ticket; infinity: no bounds.
    """
    base, candidate, d = _mean(first), _mean(second), sign * (second - first)
    if len(d) == 0 or identical:
        return MetricChange(base, candidate, _settled(len(d), margin))
    clustered = clustered_mean(d, groups)
    marks = _marks(d, groups)
    changed = int(np.count_nonzero(marks))
    if math.isfinite(width) and (np.ptp(d) < _ROUNDING or changed < FEWEST_GROUPS):
        ends, method = _exact(d, marks, groups, width)
    elif changed < FEWEST_GROUPS:
        return MetricChange(base, candidate, _few(clustered.mean, len(d), changed, margin))
    else:
        df = min(clustered.df, changed - 1.0)
        ends = replace(clustered, df=df).interval(confidence=BOTH)
        method = "cluster-robust t" if df >= FEWEST_DF else NEARLY_ONE
    return MetricChange(base, candidate, _tested(clustered.mean, ends, len(d), margin, method))


def of_counts(
    cells: tuple[IntArray, IntArray],
    n_cells: int,
    statistic: Statistic,
    groups: IntArray,
    *,
    identical: bool = True,
    unseen: float | None = None,
    sign: int,
    margin: float,
    seed: int,
) -> MetricChange:
    """A function of counts: every ticket falls into one of `n_cells` cells on either side.

    `statistic` takes counts (..., n_cells). The same cells for every ticket are no change at all
    if the sides are `identical` in everything else, too.
    A bootstrap never draws a loss that it has not seen: `unseen` is the loss that there is room for
    beyond the one seen (`room`), and the lower bound is at best the gain seen less that. With fewer
    than six changed groups it is all there is; None: then nothing is known.
    """
    first, second = cells
    joint = first * n_cells + second
    n = len(joint)
    once = [np.bincount(side, minlength=n_cells).astype(np.float64) for side in cells]
    base, candidate = (float(statistic(counts)) if n else math.nan for counts in once)
    changed = len(np.unique(groups[first != second]))
    seen = sign * (candidate - base)
    if n and math.isnan(seen):
        return MetricChange(base, candidate, _undefined(seen, n, margin, "not defined here"))
    if n == 0 or (changed == 0 and identical):
        return MetricChange(base, candidate, _settled(n, margin))
    if changed < FEWEST_GROUPS and unseen is None:
        return MetricChange(base, candidate, _few(seen, n, changed, margin))
    if changed < FEWEST_GROUPS:
        ends = Interval(seen - (unseen or 0.0), max(seen, 0.0) + (unseen or 0.0))
        return MetricChange(base, candidate, _tested(seen, ends, n, margin, _ROOM))
    drawn = resampling.units(joint, groups)
    to_base, to_candidate = drawn.used // n_cells, drawn.used % n_cells

    def gain(counts: FloatArray) -> FloatArray:
        sides = (_gathered(counts, at, n_cells) for at in (to_candidate, to_base))
        after, before = (statistic(side) for side in sides)
        return np.asarray(sign * (after - before))

    if too_few_to_draw(groups):
        undefined = _undefined(seen, n, margin, resampling.FEW_GROUPS)
        return MetricChange(base, candidate, undefined)
    ends = resampling.percentile(resampling.replicates(drawn, gain, seed=seed), confidence=BOTH)
    ends = Interval(min(ends.low, seen - (unseen or 0.0)), ends.high)
    return MetricChange(base, candidate, _tested(seen, ends, n, margin, _BOOTSTRAP))


def of_scores(
    sides: bootstrap.PairedSides,
    measure: bootstrap.Measure,
    groups: IntArray,
    differing: BoolArray,
    *,
    sign: int,
    bias: tuple[float, float],
    margin: float,
    seed: int,
) -> MetricChange:
    """A function of the top scores and whether they are right; `differing` marks the tickets where
    the two sides are not the same.

    `bias` is by how much chance alone may move the value of base and candidate away from its best:
    a loss hides behind the bias of the base, a gain behind that of the candidate, so the bounds
    are widened by them.
    """
    base, candidate = bootstrap.observed(sides, measure)
    n, seen = len(groups), sign * (candidate - base)
    changed = len(np.unique(groups[differing]))
    if changed == 0:
        return MetricChange(base, candidate, _settled(n, margin))
    if changed < FEWEST_GROUPS:
        return MetricChange(base, candidate, _few(seen, n, changed, margin))
    if sides.n_units < 2 or too_few_to_draw(groups):
        reason = ONE_UNIT if sides.n_units < 2 else resampling.FEW_GROUPS
        return MetricChange(base, candidate, _undefined(seen, n, margin, reason))
    drawn = bootstrap.replicates(sides, {"": measure}, seed=seed)[""]
    # A resample adds the same bias once more: its spread counts, not where it lies.
    ends = resampling.percentile(sign * drawn - np.mean(sign * drawn), confidence=BOTH)
    ends = Interval(seen + ends.low - bias[0], seen + ends.high + bias[1])
    return MetricChange(base, candidate, _tested(seen, ends, n, margin, _BOOTSTRAP))


def room(harmed: BoolArray, groups: IntArray) -> float:
    """Tickets that may be harmed beyond those seen: the exact 95 % bound less what was seen.

    About three of many when none was (Clopper & Pearson 1934). No tickets: 0.
    """
    if len(groups) == 0:
        return 0.0
    sizes = np.unique(groups, return_counts=True)[1]
    seen = len(np.unique(groups[harmed]))
    most = clopper_pearson(seen, len(sizes), confidence=BOTH).high * len(sizes)
    return float((most - seen) * sizes.mean())


def weighted(function: Callable[[FloatArray], FloatArray], shape: tuple[int, ...]) -> Statistic:
    """`function` of counts in the form `shape`, as a statistic of flat counts."""
    return lambda counts: np.asarray(function(counts.reshape(*counts.shape[:-1], *shape)))


def _gathered(counts: FloatArray, at: IntArray, n_cells: int) -> FloatArray:
    """Counts (..., D) added up into the cells `at`, (..., n_cells)."""
    out = np.zeros((*counts.shape[:-1], n_cells))
    np.add.at(np.moveaxis(out, -1, 0), at, np.moveaxis(counts, -1, 0))
    return out


def _marks(d: FloatArray, groups: IntArray) -> FloatArray:
    """Per group, on its first ticket, whether its tickets together gained (1) or lost (-1)."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    sums = np.bincount(group, weights=d)
    marks = np.zeros(len(d))
    marks[first] = np.where(np.abs(sums) > _ROUNDING, np.sign(sums), 0.0)
    return marks


def _exact(
    d: FloatArray, marks: FloatArray, groups: IntArray, width: float
) -> tuple[Interval, str]:
    """Bounds that hold however few groups changed, and where every ticket changed alike."""
    if np.ptp(d) >= _ROUNDING:
        ends = exact_bounds(marks, groups, confidence=BOTH)
        method = "exact bounds of the share of changed groups"
        return Interval(ends.low * width, ends.high * width), method
    mean, g = float(d[0]), len(np.unique(groups))
    other = min(1.0, largest_over_mean(groups) * (1 - (1 - CONFIDENCE) ** (1 / g)))
    ends = Interval(mean - other * (width + mean), mean + other * (width - mean))
    return ends, "exact bounds: all tickets changed alike"


def _mean(values: FloatArray) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _tested(seen: float, ends: Interval, n: int, margin: float, method: str) -> NonInferiority:
    if math.isnan(ends.low) or math.isnan(seen):
        return _undefined(seen, n, margin, method if method == NEARLY_ONE else "undefined")
    outcome = outcome_of(ends.low, ends.high, seen, margin)
    se = (ends.high - ends.low) / (2 * float(special.ndtri(CONFIDENCE)))
    gap = seen + margin if seen > -margin else -seen
    needed = n * (POWER_FACTOR * se / gap) ** 2 if gap > 0 else math.inf
    n_needed = max(n + 1, math.ceil(needed)) if needed < MOST_NEEDED else 0
    return NonInferiority(
        outcome=outcome,
        margin=margin,
        difference=seen,
        low=ends.low,
        high=ends.high,
        p=math.nan,
        n=n,
        n_needed=n_needed if outcome == "inconclusive" else 0,
        method=method,
    )


def _settled(n: int, margin: float) -> NonInferiority:
    """No ticket differs, or there is none."""
    if n == 0:
        return _undefined(math.nan, 0, margin, "no tickets")
    return NonInferiority("pass", margin, 0.0, 0.0, 0.0, math.nan, n, 0, SAME)


def _few(seen: float, n: int, changed: int, margin: float) -> NonInferiority:
    needed = max(n + 1, math.ceil(n * FEWEST_GROUPS / changed)) if changed else 0
    return replace(_undefined(seen, n, margin, _FEW), n_needed=needed)


def _undefined(seen: float, n: int, margin: float, why: str) -> NonInferiority:
    nan = math.nan
    return NonInferiority("inconclusive", margin, seen, nan, nan, nan, n, 0, why)
