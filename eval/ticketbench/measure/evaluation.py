"""One rubric set measured on one dataset, in chapters: the value that reports are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.types import (
    Estimate,
    Failure,
    Finding,
    Known,
    Provenance,
    ScoreTable,
    Value,
)
from ticketbench.measure.agreement.repeats import Repeats
from ticketbench.measure.calibration.bins import HistogramBin, ReliabilityBin
from ticketbench.measure.calibration.check import CalibrationCheck, LabelCalibration
from ticketbench.measure.calibration.corp import CorpPoint
from ticketbench.measure.calibration.temperature import TemperatureReport
from ticketbench.measure.counts.confusion import ConfusionMatrix
from ticketbench.measure.estimates import MetricResult, estimate_of
from ticketbench.measure.findings import IN_PARTS
from ticketbench.measure.label_results import LabelResult
from ticketbench.measure.routing.escalation import Escalation
from ticketbench.measure.routing.escalation_sweep import EscalationPoint
from ticketbench.measure.routing.outcomes import RoutingSummary, SweepPoint
from ticketbench.measure.routing.selective import RiskCoverage
from ticketbench.measure.rubrics.diagnosis import Diagnosis
from ticketbench.measure.thresholds.choose import ChosenThreshold
from ticketbench.measure.thresholds.rules import Asked
from ticketbench.measure.thresholds.saving import Saving
from ticketbench.measure.thresholds.tickets import fit_policy


@dataclass(frozen=True, slots=True)
class Settings:
    """How to measure: policy, costs, what a good threshold is, near-tie limit, seed.

    min_precision  share right among routed tickets that thresholds aim at
    confidence     how sure a promised threshold has to be
    promises       how many promises share what may go wrong with one; 0: none is made
    target_stated, prices_stated  whether the config says so, or the usual ones are taken
    unit           what ties tickets into groups, as a word: a customer, or a text that recurs
    label_word     what the labels are called, such as team
    prompts        whether the label also chooses the system prompt of an assistant
    most_reviewed  largest share of tickets that can be reviewed; None when there is no limit
    """

    policy: Policy = Policy()  # noqa: RUF009 - frozen, so sharing the default is safe
    costs: Costs = Costs()  # noqa: RUF009
    min_precision: float = 0.95
    confidence: float = 0.90
    promises: int = 1
    target_stated: bool = False
    prices_stated: bool = False
    unit: str = "customer"
    label_word: str = "label"
    prompts: bool = False
    most_reviewed: float | None = None
    near_tie: float = 0.05
    seed: int = 0

    def fit_for(self, table: ScoreTable) -> Settings:
        """The same with a policy that `table` can be judged by; raises what `fit_policy` does."""
        return replace(self, policy=fit_policy(self.policy, table))

    @property
    def asked(self) -> Asked:
        """What a good threshold is."""
        return Asked(
            base=self.policy,
            costs=self.costs,
            min_precision=self.min_precision,
            confidence=self.confidence,
            promises=self.promises,
            most_reviewed=self.most_reviewed,
            seed=self.seed,
        )


class Measured(Protocol):
    """What a recommendation and its words need to know of a rubric set; an `Evaluation` is one."""

    @property
    def rubric_set(self) -> str:
        """Its name."""

    @property
    def settings(self) -> Settings:
        """How it was measured."""

    @property
    def thresholds(self) -> tuple[ChosenThreshold, ...]:
        """What every rule chose."""

    @property
    def n_requested(self) -> int:
        """Tickets asked for: scored + failed."""

    @property
    def n_scored(self) -> int:
        """Tickets with an answer."""

    @property
    def n_failed(self) -> int:
        """Tickets without one."""

    @property
    def n_refused(self) -> int:
        """Those of them that the endpoint refused to judge."""

    @property
    def n_groups(self) -> int:
        """Independent groups among the scored tickets."""

    @property
    def n_tickets(self) -> int:
        """Different tickets among the answers: as many, unless tickets were asked repeatedly."""

    @property
    def known(self) -> Known:
        """What is known of each answer."""


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How many tickets failed in one way."""

    kind: str
    n: int


@dataclass(frozen=True, slots=True)
class TicketCounts:
    """What the evaluation rests on.

    n_requested = n_scored + n_failed, and n_scored = n_labelled (gold is a label) + n_none (gold
    is `__none__`). `failures` names each failed ticket, `failed_by_kind` counts them.
    """

    n_requested: int
    n_scored: int
    n_failed: int
    n_labelled: int
    n_none: int
    n_groups: int
    failed_by_kind: tuple[FailureCount, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AccuracyBounds(Value):
    """Accuracy if every failed ticket were wrong (low) or right (high).

    All failed tickets count, also those whose gold may be `__none__`.
    """

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LabelChapter:
    """Labels by the top label: each on its own, as a matrix, and in each other's way."""

    results: tuple[LabelResult, ...]
    confusion: ConfusionMatrix
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class RoutingChapter:
    """What the policy does, and what other thresholds would.

    saving         of the policy, against a review of every ticket
    confusion      gold by queue: the labels, `(review)` and `(escalate)`
    sweep          outcomes by threshold; `escalation_sweep` by `escalate_above`
    escalation     how right escalation is; None where the dataset has no all_labels
    """

    summary: RoutingSummary
    saving: Saving
    confusion: ConfusionMatrix
    sweep: tuple[SweepPoint, ...]
    risk_coverage: RiskCoverage
    escalation: Escalation | None
    escalation_sweep: tuple[EscalationPoint, ...]

    @property
    def coverage(self) -> Estimate:
        """The share of scored tickets that the policy routes."""
        return self.summary.coverage

    @property
    def selective_precision(self) -> Estimate:
        """The share right among routed tickets."""
        return self.summary.selective_precision

    @property
    def cost(self) -> Estimate:
        """Mean cost per ticket."""
        return self.summary.cost


@dataclass(frozen=True, slots=True)
class CalibrationChapter:
    """Does the top score mean what it says, over all tickets and by label?

    auroc  how well the top score tells right from wrong answers
    """

    check: CalibrationCheck
    by_label: tuple[LabelCalibration, ...]
    reliability: tuple[ReliabilityBin, ...]
    histogram: tuple[HistogramBin, ...]
    corp: tuple[CorpPoint, ...]
    temperature: TemperatureReport
    auroc: Estimate


@dataclass(frozen=True, slots=True, repr=False)
class Evaluation:
    """One rubric set measured on one dataset.

    metrics          every metric of tickets, cells and tables
    accuracy_bounds  the accuracy whatever the failed tickets are
    known            what is known of each answer: what needs more is NaN, or about no tickets
    repeats          where tickets were asked more than once: each repeat on its own
    """

    provenance: Provenance
    settings: Settings
    labels: tuple[str, ...]
    tickets: TicketCounts
    metrics: tuple[MetricResult, ...]
    accuracy_bounds: AccuracyBounds
    by_label: LabelChapter
    routing: RoutingChapter
    thresholds: tuple[ChosenThreshold, ...]
    calibration: CalibrationChapter
    findings: tuple[Finding, ...]
    known: Known = "every score"
    repeats: Repeats | None = None

    def __repr__(self) -> str:
        """Short, for a failed assertion."""
        return f"{self.provenance.rubric_set}: accuracy {self.accuracy!r}"

    @property
    def rubric_set(self) -> str:
        """Its name."""
        return self.provenance.rubric_set

    @property
    def n_requested(self) -> int:
        """Tickets asked for: scored + failed."""
        return self.tickets.n_requested

    @property
    def n_scored(self) -> int:
        """Tickets with an answer."""
        return self.tickets.n_scored

    @property
    def n_failed(self) -> int:
        """Tickets without one."""
        return self.tickets.n_failed

    @property
    def n_refused(self) -> int:
        """Those of them that the endpoint refused to judge."""
        return sum(one.n for one in self.tickets.failed_by_kind if one.kind == "refused")

    @property
    def n_groups(self) -> int:
        """Independent groups among the scored tickets."""
        return self.tickets.n_groups

    @property
    def in_parts(self) -> bool:
        """Whether its tickets lay in parts and were counted: of no single one is anything known."""
        return any(found.code == IN_PARTS for found in self.findings)

    @property
    def n_tickets(self) -> int:
        """Different tickets among the answers: as many, unless tickets were asked repeatedly."""
        return self.n_scored if self.repeats is None else self.repeats.n_tickets

    def metric(self, name: str) -> Estimate:
        """The estimate of the metric called `name`, also of routing; InputError if none is."""
        return estimate_of((*self.metrics, *self.routing.summary.metrics), name)

    def of_label(self, label: str) -> LabelResult:
        """The result of one gold label; InputError with the nearest known name if there is none."""
        for result in self.by_label.results:
            if result.label == label:
                return result
        known = [result.label for result in self.by_label.results]
        raise InputError(f"no label is called {quoted(label)}", help=suggestion(label, known))

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
