"""Measure a score table under settings: every chapter of an evaluation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from ticketbench.core.policy import Decisions
from ticketbench.core.types import NONE, Estimate, FailureKind, ScoreTable
from ticketbench.measure.agreement.repeats import by_repeat
from ticketbench.measure.calibration.bins import confidence_histogram, reliability_bins
from ticketbench.measure.calibration.check import by_label, calibration
from ticketbench.measure.calibration.temperature import temperature_report
from ticketbench.measure.counts import confusion
from ticketbench.measure.estimates import estimate_of, metric_results
from ticketbench.measure.evaluation import (
    AccuracyBounds,
    CalibrationChapter,
    Evaluation,
    FailureCount,
    LabelChapter,
    RoutingChapter,
    Settings,
    TicketCounts,
)
from ticketbench.measure.findings import findings
from ticketbench.measure.label_results import label_results
from ticketbench.measure.routing.escalation import judge_escalation
from ticketbench.measure.routing.escalation_sweep import escalation_sweep
from ticketbench.measure.routing.outcomes import missed_by, summarise, sweep
from ticketbench.measure.routing.selective import risk_coverage
from ticketbench.measure.rubrics.diagnosis import diagnosis
from ticketbench.measure.thresholds.choose import (
    N_FOLDS,
    choose_thresholds,
    fold_of_ticket,
    saving_on,
)
from ticketbench.measure.thresholds.tickets import Tickets


def evaluate(table: ScoreTable, settings: Settings) -> Evaluation:
    """Measure `table` under `settings`. No scored tickets: every estimate is NaN, nothing raises.

    Top-label calibration, selective risk and routing run over all scored tickets, where gold
    `__none__` counts as wrong; accuracy, recall and the like over tickets whose gold is a label.
    Where not every score of an answer is known, chapters that need it are of no tickets, and the
    policy does not escalate. Raises InputError for a temperature that such a table cannot take.
    """
    settings = settings.fit_for(table)
    decisions = settings.policy.decide(table.scores, table.labels)
    metrics = metric_results(table, seed=settings.seed)
    labels = _labels(table, decisions, settings)
    return Evaluation(
        provenance=table.provenance,
        settings=settings,
        labels=table.labels,
        tickets=_counts(table),
        metrics=metrics,
        accuracy_bounds=_accuracy_bounds(table),
        by_label=labels,
        routing=_routing(table, settings),
        thresholds=choose_thresholds(table, settings.asked),
        calibration=_calibration(table, estimate_of(metrics, "auroc"), seed=settings.seed),
        findings=findings(table, labels.diagnosis.pairs),
        known=table.known,
        repeats=by_repeat(table),
    )


def _counts(table: ScoreTable) -> TicketCounts:
    kinds = Counter(failure.kind for failure in table.failures)
    n_none = int((table.truth == NONE).sum())
    return TicketCounts(
        n_requested=table.n_requested,
        n_scored=table.n_scored,
        n_failed=table.n_failed,
        n_labelled=table.n_scored - n_none,
        n_none=n_none,
        n_groups=table.n_groups,
        failed_by_kind=tuple(FailureCount(kind, kinds[kind]) for kind in by_weight(kinds)),
        failures=table.failures,
    )


def by_weight(kinds: Iterable[FailureKind]) -> list[FailureKind]:
    """Refusals first: asking again changes nothing about them."""
    return sorted(kinds, key=lambda kind: (kind != "refused", kind))


def _labels(table: ScoreTable, decisions: Decisions, settings: Settings) -> LabelChapter:
    return LabelChapter(
        results=label_results(table, decisions.outcome),
        confusion=confusion.top_label_confusion(table),
        diagnosis=diagnosis(
            table,
            escalate_above=settings.policy.escalate_above,
            near_tie=settings.near_tie,
            temperature=settings.policy.temperature,
        ),
    )


def _routing(table: ScoreTable, settings: Settings) -> RoutingChapter:
    table = table.where_known("top score")
    decisions = settings.policy.decide(table.scores, table.labels)
    return RoutingChapter(
        summary=summarise(
            table, decisions, settings.costs, missed=missed_by(table, settings.policy)
        ),
        saving=saving_on(Tickets.of(table, settings.policy), settings.policy, settings.costs),
        confusion=confusion.routed_confusion(table, decisions),
        sweep=sweep(table, settings.policy, settings.costs),
        risk_coverage=risk_coverage(table.top_score, table.right),
        escalation=judge_escalation(table, decisions),
        escalation_sweep=escalation_sweep(table, settings.policy, settings.costs),
    )


def _calibration(table: ScoreTable, auroc: Estimate, *, seed: int) -> CalibrationChapter:
    whole, table = table.where_known("every score"), table.where_known("top score")
    top_score, right, groups = table.top_score, table.right, table.groups
    folds = fold_of_ticket(groups, n_folds=N_FOLDS, seed=seed)
    found = calibration(top_score, right, groups, seed=seed)
    return CalibrationChapter(
        check=found.check,
        by_label=by_label(table),
        reliability=reliability_bins(top_score, right),
        histogram=confidence_histogram(top_score, right),
        corp=found.curve,
        temperature=temperature_report(whole, folds[: whole.n_scored]),
        auroc=auroc,
    )


def _accuracy_bounds(table: ScoreTable) -> AccuracyBounds:
    labelled, failed = int((table.truth != NONE).sum()), table.n_failed
    right = int(table.right.sum())
    if labelled + failed == 0:
        return AccuracyBounds(math.nan, math.nan)
    n = labelled + failed
    return AccuracyBounds(right / n, (right + failed) / n)
