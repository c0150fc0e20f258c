"""Every metric of two rubric sets on the same tickets, with the interval of its difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ticketbench.core.policy import Policy
from ticketbench.core.types import Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.estimates import too_few_to_draw
from ticketbench.measure.kinds import CellMetric, Metric, TableMetric, TicketMetric, registered
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs import bootstrap
from ticketbench.measure.pairs.bootstrap import Measure
from ticketbench.measure.routing.selective import risk_coverage
from ticketbench.measure.statistics import resampling
from ticketbench.measure.statistics.intervals import ONE_UNIT, clipped, clustered_mean

AUGRC = "augrc"
COVERAGE_AT_TARGET = "coverage_at_target"

MEASURES: dict[str, Measure] = {
    "ece_equal_mass_10": bootstrap.calibration_error,
    AUGRC: bootstrap.undetected_errors,
}
"""What the bootstrap can weigh, by name of the metric; a table metric not named has no interval."""

NO_PAIRS = "no paired tickets"
_NO_INTERVAL = "no interval"
_T = "paired, cluster-robust t"
_BOOTSTRAP = "paired percentile bootstrap, 2,000 resamples"
_ALL_ALIKE = "no interval: every resample is the same"
_MOST_COUNTS = 15_000_000
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Difference(Value):
    """A metric of both sets on the paired tickets, and candidate - base with its interval."""

    name: str
    title: str
    higher_is_better: bool
    share: bool
    base: float
    candidate: float
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Found:
    """A metric of both sets, and the interval of its difference, whose value is still open."""

    base: float
    candidate: float
    ends: Estimate


NOTHING = Found(math.nan, math.nan, Estimate.undefined(0, NO_PAIRS))

Pair = tuple[ScoreTable, ScoreTable]
"""The same tickets in the same order, as base and candidate answered them."""


def metric_differences(
    labelled: Pair,
    scored: Pair,
    *,
    min_precision: float | None = None,
    policy: Policy | None = None,
    seed: int,
) -> tuple[Difference, ...]:
    """Every metric of tickets, cells and tables, then AUGRC and coverage at a target.

    A mean of tickets gets a cluster-robust t interval, all else a paired bootstrap that draws
    groups whole. `coverage_at_target` needs `min_precision`; `policy` says which tickets escalate.
    Both are over all scored tickets, where gold `__none__` is wrong. No tickets: NaN.
    """
    measures = dict(MEASURES)
    if min_precision is not None:
        measures[COVERAGE_AT_TARGET] = bootstrap.coverage_at(min_precision)
    ends, coverage = _of_measures(scored, measures, policy, seed=seed)
    of_cells = _of_cells(registered(CellMetric), labelled, seed=seed)
    found = []
    for metric in METRICS:
        pair = scored if metric.over == "scored" else labelled
        match metric:
            case CellMetric():
                found.append(difference_of(metric, of_cells[metric.name]))
            case TicketMetric():
                found.append(difference_of(metric, _of_tickets(metric, pair)))
            case TableMetric():
                known = ends.get(metric.name) if pair is scored else None
                found.append(difference_of(metric, _of_table(metric, pair, known)))
    if AUGRC not in METRICS.names():
        found.append(_augrc(scored, ends[AUGRC]))
    if min_precision is not None:
        found.append(_coverage(min_precision, coverage, ends[COVERAGE_AT_TARGET]))
    return tuple(found)


def difference_of(metric: Metric, of: Found) -> Difference:
    """`of` under the words of `metric`, within the range that a difference can have."""
    width = metric.high - metric.low
    return Difference(
        name=metric.name,
        title=metric.title,
        higher_is_better=metric.higher_is_better,
        share=metric.share,
        base=of.base,
        candidate=of.candidate,
        difference=clipped(_valued(of), -width, width),
    )


def _valued(of: Found) -> Estimate:
    """The interval with the difference it belongs to."""
    ends = of.ends
    return Estimate(of.candidate - of.base, ends.low, ends.high, ends.n, ends.method)


def _of_measures(
    pair: Pair, measures: dict[str, Measure], policy: Policy | None, *, seed: int
) -> tuple[dict[str, Estimate], tuple[float, float]]:
    """The interval of each measure, its value still open, and the coverage of both sets."""
    n, coverage = pair[0].n_scored, (math.nan, math.nan)
    if n == 0:
        return {name: Estimate.undefined(0, NO_PAIRS) for name in measures}, coverage
    sides = bootstrap.paired_sides(*pair, policy=policy, seed=seed)
    if COVERAGE_AT_TARGET in measures:
        coverage = bootstrap.observed(sides, measures[COVERAGE_AT_TARGET])
    if sides.n_units < 2 or too_few_to_draw(pair[0].groups):
        reason = ONE_UNIT if sides.n_units < 2 else resampling.FEW_GROUPS
        return {name: Estimate.undefined(n, reason) for name in measures}, coverage
    drawn = bootstrap.replicates(sides, measures, seed=seed)
    return {name: percentile_of(values, n) for name, values in drawn.items()}, coverage


def found_in_means(first: FloatArray, second: FloatArray, groups: IntArray) -> Found:
    """Means of both sides, and the cluster-robust t interval of the difference. No tickets: NaN."""
    if len(first) == 0:
        return NOTHING
    ends = clustered_mean(second - first, groups).interval()
    method = _NO_INTERVAL if math.isnan(ends.low) else _T
    estimate = Estimate(math.nan, ends.low, ends.high, len(first), method)
    return Found(float(np.mean(first)), float(np.mean(second)), estimate)


def percentile_of(values: FloatArray, n: int) -> Estimate:
    """The interval of bootstrap values; none where all are alike: width 0 would claim certainty."""
    defined = values[np.isfinite(values)]
    if len(defined) == 0 or float(np.ptp(defined)) < _ROUNDING:
        return Estimate.undefined(n, _ALL_ALIKE)
    ends = resampling.percentile(defined)
    return Estimate(math.nan, ends.low, ends.high, n, _BOOTSTRAP)


def _of_tickets(metric: TicketMetric, pair: Pair) -> Found:
    if pair[0].n_scored == 0:
        return NOTHING
    first, second = (metric.values(t.scores, t.truth) for t in pair)
    return found_in_means(first, second, pair[0].groups)


def _of_table(metric: TableMetric, pair: Pair, known: Estimate | None) -> Found:
    """Both values, with the `known` interval of their difference if there is one."""
    n = pair[0].n_scored
    if n == 0:
        return NOTHING
    first, second = (metric.function(t.scores, t.truth) for t in pair)
    return Found(first, second, known or Estimate.undefined(n, _NO_INTERVAL))


def _of_cells(metrics: Sequence[CellMetric], pair: Pair, *, seed: int) -> dict[str, Found]:
    """Bootstrap over joint cells (gold, base top, candidate top): both sets keep their pairing."""
    a, b = pair
    if a.n_scored == 0:
        return dict.fromkeys((metric.name for metric in metrics), NOTHING)
    names = tuple(dict.fromkeys((*a.gold_labels, *b.gold_labels)))
    r = len(names)
    of_b = np.array([names.index(label) for label in b.gold_labels], dtype=np.int64)
    joint = (a.truth * r + a.top) * r + of_b[b.top]
    drawn = resampling.units(joint, _few_enough(joint, a.groups, seed=seed))
    gold = drawn.used // (r * r)
    to_base = _marginal(gold * r + drawn.used // r % r, r)
    to_candidate = _marginal(gold * r + drawn.used % r, r)

    def values(counts: FloatArray, marginal: sparse.csr_array) -> FloatArray:
        cells = np.asarray(counts @ marginal).reshape(*counts.shape[:-1], r, r)
        return np.stack([np.asarray(metric.function(cells)) for metric in metrics], axis=-1)

    def differences(counts: FloatArray) -> FloatArray:
        return values(counts, to_candidate) - values(counts, to_base)

    seen = (values(drawn.observed, marginal) for marginal in (to_base, to_candidate))
    if drawn.times.sum() < 2 or too_few_to_draw(a.groups):
        reason = ONE_UNIT if drawn.times.sum() < 2 else resampling.FEW_GROUPS
        ends = [Estimate.undefined(a.n_scored, reason)] * len(metrics)
    else:
        resampled = resampling.replicates(drawn, differences, seed=seed)
        ends = [percentile_of(column, a.n_scored) for column in resampled.T]
    rows = zip(metrics, *(side.tolist() for side in seen), ends, strict=True)
    return {metric.name: Found(*found) for metric, *found in rows}


def _few_enough(joint: IntArray, groups: IntArray, *, seed: int) -> IntArray:
    """The groups, or blocks of them where groups times cells would not fit into memory."""
    n_groups, n_cells = len(np.unique(groups)), len(np.unique(joint))
    if n_groups in (1, len(groups)) or n_groups * n_cells <= _MOST_COUNTS:
        return groups
    most = min(bootstrap.MOST_BLOCKS, max(1_000, _MOST_COUNTS // n_cells))
    return bootstrap.units_of_tickets((joint,), groups, most=most, seed=seed)


def _marginal(cell: IntArray, r: int) -> sparse.csr_array:
    """Matrix that adds the count of joint cell i to the count of `cell[i]` of R·R."""
    ones = np.ones(len(cell))
    return sparse.csr_array((ones, (np.arange(len(cell)), cell)), shape=(len(cell), r * r))


def _augrc(pair: Pair, ends: Estimate) -> Difference:
    base, candidate = (risk_coverage(t.top_score, t.right).augrc for t in pair)
    return Difference(
        name=AUGRC,
        title="Confident errors (AUGRC)",
        higher_is_better=False,
        share=False,
        base=base,
        candidate=candidate,
        difference=clipped(_valued(Found(base, candidate, ends)), -1, 1),
    )


def _coverage(min_precision: float, of: tuple[float, float], ends: Estimate) -> Difference:
    return Difference(
        name=COVERAGE_AT_TARGET,
        title=f"Routed when {100 * min_precision:g}% of the routed must be right",
        higher_is_better=True,
        share=True,
        base=of[0],
        candidate=of[1],
        difference=clipped(_valued(Found(*of, ends)), -1, 1),
    )
