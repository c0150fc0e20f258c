"""Endpoints side by side: how right, how sure, how dear and how quick each is.

One line a set, which is a rubric set at an endpoint, and one a trained classifier for reference.
What the accuracies speak for is told in `standing.py`, by the rule for several sets.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ticketbench.core.types import Estimate, Value
from ticketbench.measure.endpoints.effort import Effort
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.routing.equal_coverage import CoverageAtRisk, EqualCoverage
from ticketbench.measure.trained.classifier import TrainedClassifier

_ECE = "ece_equal_mass_10"


@dataclass(frozen=True, slots=True, eq=False)
class SetRow(Value):
    """One set: `coverage_at_risk` is the largest share of tickets, by top score, of which no more
    than the risk of the board are wrong.
    """

    rubric_set: str
    endpoint: str
    accuracy: Estimate
    macro_f1: Estimate
    calibration_error: Estimate
    coverage_at_risk: float
    effort: Effort


@dataclass(frozen=True, slots=True, eq=False)
class TrainedRow(Value):
    """A classifier trained on these tickets, judged on others of them; figures as in `SetRow`."""

    title: str
    n_trained: int
    accuracy: Estimate
    macro_f1: Estimate
    calibration_error: Estimate
    coverage_at_risk: float


@dataclass(frozen=True, slots=True, eq=False)
class Leaderboard(Value):
    """The sets from the most accurate on, and trained classifiers.

    risk  at which coverages are compared; n tickets that every set scored are behind them
    """

    risk: float
    n: int
    rows: tuple[SetRow, ...]
    trained: tuple[TrainedRow, ...]


def leaderboard(
    evaluations: Sequence[Evaluation],
    sides: Sequence[EqualCoverage],
    trained: Sequence[TrainedClassifier],
    efforts: Mapping[str, Effort],
    *,
    endpoints: Mapping[str, str],
    risk: float,
) -> Leaderboard:
    """The board of these sets; `endpoints` and `efforts` are by set.

    Coverages are those at the known risk that is nearest to `risk`. Sets of equal accuracy stand in
    the order of their names, those of none at the end, so the order of the config does not count.
    """
    coverage = {side.rubric_set: side.at_risk for side in sides}
    rows = [
        SetRow(
            rubric_set=e.rubric_set,
            endpoint=endpoints[e.rubric_set],
            accuracy=e.accuracy,
            macro_f1=e.metric("macro_f1"),
            calibration_error=e.metric(_ECE),
            coverage_at_risk=_nearest(coverage[e.rubric_set], risk).coverage,
            effort=efforts[e.rubric_set],
        )
        for e in evaluations
    ]
    return Leaderboard(
        risk=_nearest(sides[0].at_risk, risk).risk,
        n=sides[0].n,
        rows=tuple(sorted(rows, key=lambda row: (_last(row.accuracy.value), row.rubric_set))),
        trained=tuple(_trained_row(one, risk) for one in trained),
    )


def _trained_row(one: TrainedClassifier, risk: float) -> TrainedRow:
    return TrainedRow(
        title=one.title,
        n_trained=one.n_trained,
        accuracy=one.metric("accuracy"),
        macro_f1=one.metric("macro_f1"),
        calibration_error=one.metric(_ECE),
        coverage_at_risk=_nearest(one.at_risk, risk).coverage if one.at_risk else math.nan,
    )


def _nearest(known: Sequence[CoverageAtRisk], risk: float) -> CoverageAtRisk:
    return min(known, key=lambda at: abs(at.risk - risk))


def _last(value: float) -> float:
    return math.inf if math.isnan(value) else -value
