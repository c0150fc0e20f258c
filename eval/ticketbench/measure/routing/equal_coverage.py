"""Rubric sets side by side where they route equally many tickets, or err equally often.

The same threshold means different things for different rubric sets: with more labels the scores
are lower. So sets are compared at equal coverage or at equal risk, never at an equal threshold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import reaches
from ticketbench.core.types import Estimate, FloatArray, ScoreTable, Value
from ticketbench.measure.routing.selective import error_curve
from ticketbench.measure.statistics.intervals import effective_n, wilson

COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9)
RISKS = (0.02, 0.05, 0.10)


@dataclass(frozen=True, slots=True, eq=False)
class RiskAtCoverage(Value):
    """The share of errors among the share `coverage` of tickets with the highest top scores.

    threshold  the lowest top score among them
    """

    coverage: float
    threshold: float
    risk: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class CoverageAtRisk(Value):
    """The largest share of tickets, by top score, of which at most `risk` are wrong.

    threshold  the lowest that keeps to the risk on these tickets; NaN when there is none
    """

    risk: float
    coverage: float
    threshold: float


@dataclass(frozen=True, slots=True)
class EqualCoverage:
    """One rubric set on the n tickets that every set scored; `unpaired` are its other ones."""

    rubric_set: str
    n: int
    unpaired: int
    at_coverage: tuple[RiskAtCoverage, ...]
    at_risk: tuple[CoverageAtRisk, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """Errors among the most confident tickets: `ends` of blocks of tied tickets, `errors` there."""

    table: ScoreTable
    ends: FloatArray
    errors: FloatArray
    scores: FloatArray


def equal_coverage(tables: Sequence[ScoreTable]) -> tuple[EqualCoverage, ...]:
    """Risk at five coverages and coverage at three risks for each table, in their order.

    Over the tickets that all tables scored, selected by raw top score alone, without a policy;
    gold `__none__` is wrong. Tied tickets enter in equal parts: errors are interpolated within
    their block. Risks have Wilson intervals, on the effective n when tickets share groups, given
    the tickets selected. Coverages at a risk are descriptive: read off these very tickets, fresh
    ones exceed the risk about half of the time. No common tickets: NaN. Tables of different
    datasets raise InputError.
    """
    if len({table.provenance.dataset_fingerprint for table in tables}) > 1:
        raise InputError(
            "the tables come from different datasets",
            help="compare rubric sets on the same tickets",
        )
    return tuple(
        _side(common, table.n_scored - common.n_scored)
        for table, common in zip(tables, _on_common_tickets(tables), strict=True)
    )


def coverage_at_risks(table: ScoreTable) -> tuple[CoverageAtRisk, ...]:
    """The coverage of one table at the three risks, over all that it scored."""
    return _side(table, 0).at_risk


def _on_common_tickets(tables: Sequence[ScoreTable]) -> list[ScoreTable]:
    if len({table.ids for table in tables}) <= 1:
        return list(tables)
    ids = [np.array(table.ids, dtype=np.str_) for table in tables]
    common = reduce(np.intersect1d, ids)
    return [t.rows(np.isin(own, common)) for t, own in zip(tables, ids, strict=True)]


def _side(table: ScoreTable, unpaired: int) -> EqualCoverage:
    ends, errors = error_curve(table.top_score, table.right)
    curve = _Curve(table, ends, errors, np.sort(table.top_score)[::-1])
    return EqualCoverage(
        rubric_set=table.provenance.rubric_set,
        n=table.n_scored,
        unpaired=unpaired,
        at_coverage=tuple(_risk_at(curve, coverage) for coverage in COVERAGES),
        at_risk=tuple(_coverage_at(curve, risk) for risk in RISKS),
    )


def _risk_at(curve: _Curve, coverage: float) -> RiskAtCoverage:
    n = len(curve.scores)
    if n == 0:
        return RiskAtCoverage(coverage, math.nan, Estimate.undefined(0, "no tickets"))
    m = coverage * n
    risk = float(np.interp(m, curve.ends, curve.errors)) / m
    # The block in which the m-th ticket falls is taken whole, so that file order does not count.
    threshold = float(curve.scores[_whole(m) - 1])
    chosen = reaches(curve.table.top_score, threshold)
    n_chosen = int(chosen.sum())
    effective = effective_n(~curve.table.right[chosen], curve.table.groups[chosen])
    n_effective = m * effective / n_chosen
    ends = wilson(risk * n_effective, n_effective)
    method = "Wilson" if effective == n_chosen else "Wilson on the effective n"
    return RiskAtCoverage(
        coverage, threshold, Estimate(risk, ends.low, ends.high, _whole(m), method)
    )


def _whole(tickets: float) -> int:
    """Tickets in whole numbers, a part of one counted as one."""
    return max(1, math.ceil(tickets - 1e-9))


def _coverage_at(curve: _Curve, risk: float) -> CoverageAtRisk:
    n = len(curve.scores)
    if n == 0:
        return CoverageAtRisk(risk, math.nan, math.nan)
    over = curve.errors - risk * curve.ends
    kept = int(np.flatnonzero(over <= 1e-9)[-1])
    m = float(curve.ends[kept])
    threshold = float(curve.scores[_whole(m) - 1]) if kept else math.nan
    if kept + 1 < len(over):
        left = max(0.0, -float(over[kept]))
        part = left / (float(over[kept + 1]) + left)
        m += part * float(curve.ends[kept + 1] - curve.ends[kept])
    return CoverageAtRisk(risk, m / n, threshold)
