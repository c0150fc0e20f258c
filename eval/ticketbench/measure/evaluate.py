"""Everything measured for one dataset, rubric set and policy: the value the reports are made of."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.registry import suggestion
from ticketbench.core.types import (
    NONE,
    Estimate,
    Failure,
    Finding,
    Provenance,
    ScoreTable,
    Value,
)
from ticketbench.measure.calibration.bins import (
    HistogramBin,
    ReliabilityBin,
    TemperatureReport,
    confidence_histogram,
    reliability_bins,
    temperature_report,
)
from ticketbench.measure.calibration.check import (
    CalibrationCheck,
    LabelCalibration,
    by_label,
    calibration_check,
)
from ticketbench.measure.calibration.corp import CorpPoint, corp_curve
from ticketbench.measure.counts import confusion
from ticketbench.measure.counts.confusion import ConfusionMatrix
from ticketbench.measure.estimates import estimate
from ticketbench.measure.findings import findings
from ticketbench.measure.label_results import LabelResult, label_results
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.routing.escalation import Escalation, judge_escalation
from ticketbench.measure.routing.escalation_sweep import EscalationPoint, escalation_sweep
from ticketbench.measure.routing.outcomes import RoutingSummary, SweepPoint, summarise, sweep
from ticketbench.measure.routing.selective import RiskCoverage, auroc_interval, risk_coverage
from ticketbench.measure.rubrics.overlap import PairOverlap, overlaps
from ticketbench.measure.thresholds.choose import (
    N_FOLDS,
    ChosenThreshold,
    choose_thresholds,
    fold_of_ticket,
)


@dataclass(frozen=True, slots=True)
class MetricResult:
    """A registered metric with its estimate."""

    name: str
    title: str
    higher_is_better: bool
    share: bool
    estimate: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class AccuracyBounds(Value):
    """Accuracy if every failed ticket were wrong (low) or right (high).

    All failed tickets count, also those whose gold may be `__none__`.
    """

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How many tickets failed in one way."""

    kind: str
    n: int


@dataclass(frozen=True, slots=True)
class Settings:
    """How to measure: policy, costs, what a good threshold is, near-tie limit, seed.

    min_precision  share right among routed tickets that thresholds aim at
    confidence     how sure a promised threshold has to be
    most_reviewed  largest share of tickets that can be reviewed; None when there is no limit
    """

    policy: Policy = Policy()  # noqa: RUF009 - frozen, so sharing the default is safe
    costs: Costs = Costs()  # noqa: RUF009
    min_precision: float = 0.95
    confidence: float = 0.90
    most_reviewed: float | None = None
    near_tie: float = 0.05
    seed: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Evaluation:
    """One rubric set measured on one dataset.

    n_requested = n_scored + n_failed, and n_scored = n_labelled (gold is a label) + n_none (gold
    is `__none__`).
    """

    provenance: Provenance
    settings: Settings
    labels: tuple[str, ...]
    n_requested: int
    n_scored: int
    n_failed: int
    n_labelled: int
    n_none: int
    n_groups: int
    failure_counts: tuple[FailureCount, ...]
    failures: tuple[Failure, ...]
    metrics: tuple[MetricResult, ...]
    accuracy_bounds: AccuracyBounds
    label_results: tuple[LabelResult, ...]
    top_label_confusion: ConfusionMatrix
    routed_confusion: ConfusionMatrix
    routing: RoutingSummary
    thresholds: tuple[ChosenThreshold, ...]
    sweep: tuple[SweepPoint, ...]
    risk_coverage: RiskCoverage
    reliability: tuple[ReliabilityBin, ...]
    histogram: tuple[HistogramBin, ...]
    calibration: CalibrationCheck
    label_calibration: tuple[LabelCalibration, ...]
    corp: tuple[CorpPoint, ...]
    temperature: TemperatureReport
    auroc: Estimate
    escalation: Escalation | None
    escalation_sweep: tuple[EscalationPoint, ...]
    overlaps: tuple[PairOverlap, ...]
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        """Short, for a failed assertion."""
        return f"{self.provenance.rubric_set}: accuracy {self.accuracy!r}"

    def metric(self, name: str) -> Estimate:
        """The estimate of the metric called `name`; InputError when there is none."""
        for result in self.metrics:
            if result.name == name:
                return result.estimate
        known = [result.name for result in self.metrics]
        raise InputError(f"no metric is called {name!r}", help=suggestion(name, known))

    def of_label(self, label: str) -> LabelResult:
        """The result of one gold label; InputError with the nearest known name if there is none."""
        for result in self.label_results:
            if result.label == label:
                return result
        known = [result.label for result in self.label_results]
        raise InputError(f"no label is called {label!r}", help=suggestion(label, known))

    def recall(self, label: str) -> Estimate:
        """Right / gold tickets of `label`, by the top label."""
        return self.of_label(label).recall

    def precision(self, label: str) -> Estimate:
        """Right / tickets whose top label is `label`."""
        return self.of_label(label).precision

    def f1(self, label: str) -> Estimate:
        """F1 of `label`."""
        return self.of_label(label).f1

    @property
    def accuracy(self) -> Estimate:
        """The share right among tickets whose gold is a label."""
        return self.metric("accuracy")

    @property
    def coverage(self) -> Estimate:
        """The share of scored tickets that the policy routes."""
        return self.routing.coverage

    @property
    def selective_precision(self) -> Estimate:
        """The share right among routed tickets."""
        return self.routing.selective_precision


def evaluate(table: ScoreTable, settings: Settings) -> Evaluation:
    """Measure `table` under `settings`. No scored tickets: every estimate is NaN, nothing raises.

    Top-label calibration, selective risk and routing run over all scored tickets, where gold
    `__none__` counts as wrong; accuracy, recall and the like over tickets whose gold is a label.
    """
    decisions = settings.policy.decide(table.scores, table.labels)
    pairs = overlaps(table, near_tie=settings.near_tie)
    kinds = Counter(failure.kind for failure in table.failures)
    n_none = int((table.truth == NONE).sum())
    top_score, right, groups, seed = table.top_score, table.right, table.groups, settings.seed
    return Evaluation(
        provenance=table.provenance,
        settings=settings,
        labels=table.labels,
        n_requested=table.n_requested,
        n_scored=table.n_scored,
        n_failed=table.n_failed,
        n_labelled=table.n_scored - n_none,
        n_none=n_none,
        n_groups=table.n_groups,
        failure_counts=tuple(FailureCount(kind, kinds[kind]) for kind in sorted(kinds)),
        failures=table.failures,
        metrics=metric_results(table, seed=settings.seed),
        accuracy_bounds=_accuracy_bounds(table),
        label_results=label_results(table, decisions),
        top_label_confusion=confusion.top_label_confusion(table),
        routed_confusion=confusion.routed_confusion(table, decisions),
        routing=summarise(table, decisions, settings.costs),
        thresholds=_thresholds(table, settings),
        sweep=sweep(table, settings.policy, settings.costs),
        risk_coverage=risk_coverage(top_score, right),
        reliability=reliability_bins(top_score, right),
        histogram=confidence_histogram(top_score, right),
        calibration=calibration_check(top_score, right, groups, seed=seed),
        label_calibration=by_label(table),
        corp=corp_curve(top_score, right, groups, seed=seed),
        temperature=temperature_report(table, fold_of_ticket(groups, n_folds=N_FOLDS, seed=seed)),
        auroc=auroc_interval(top_score, right, groups, seed=seed),
        escalation=judge_escalation(table, decisions),
        escalation_sweep=escalation_sweep(table, settings.policy, settings.costs),
        overlaps=pairs,
        findings=findings(table, pairs),
    )


def metric_results(table: ScoreTable, *, seed: int) -> tuple[MetricResult, ...]:
    """Every registered metric over `table`, in order of registration."""
    return tuple(
        MetricResult(m.name, m.title, m.higher_is_better, m.share, estimate(m, table, seed=seed))
        for m in METRICS
    )


def _thresholds(table: ScoreTable, settings: Settings) -> tuple[ChosenThreshold, ...]:
    return choose_thresholds(
        table,
        settings.policy,
        settings.costs,
        min_precision=settings.min_precision,
        confidence=settings.confidence,
        most_reviewed=settings.most_reviewed,
        seed=settings.seed,
    )


def _accuracy_bounds(table: ScoreTable) -> AccuracyBounds:
    labelled, failed = int((table.truth != NONE).sum()), table.n_failed
    right = int(table.right.sum())
    if labelled + failed == 0:
        return AccuracyBounds(math.nan, math.nan)
    n = labelled + failed
    return AccuracyBounds(right / n, (right + failed) / n)
