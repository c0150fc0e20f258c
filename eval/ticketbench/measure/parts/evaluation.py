"""The evaluation of a dataset in parts: the same value as of one table, with less in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ticketbench.core.types import NONE, Finding, Provenance
from ticketbench.measure import findings
from ticketbench.measure.calibration import cells as of_cells
from ticketbench.measure.calibration.bins import FEWEST_DECIMALS, MOST_DECIMALS
from ticketbench.measure.calibration.check import LabelCalibration, calibration_of_cells
from ticketbench.measure.calibration.corp import ScoreCells
from ticketbench.measure.calibration.temperature import TemperatureReport
from ticketbench.measure.estimates import MetricResult, estimate_of
from ticketbench.measure.evaluate import by_weight
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
from ticketbench.measure.parts import metrics, routing
from ticketbench.measure.parts.codes import STEPS
from ticketbench.measure.parts.fixed_point import BITS
from ticketbench.measure.parts.rows import (
    Cells,
    cell_rows,
    confidence_cells,
    one_of_each_group,
    score_rows,
)
from ticketbench.measure.parts.statistics import Statistics
from ticketbench.measure.parts.thresholds import chosen_thresholds, told
from ticketbench.measure.routing.outcomes import SweepPoint
from ticketbench.measure.routing.selective import risk_coverage_of_cells
from ticketbench.measure.rubrics.diagnosis import Diagnosis
from ticketbench.measure.statistics import intervals
from ticketbench.measure.thresholds.choose import ChosenThreshold
from ticketbench.measure.thresholds.rules import rules

LEFT_OUT = (
    "pairs of labels",
    "the escalation sweep",
    "temperature",
    "suspects",
    "slices",
    "lists of tickets",
    "what each label gains or loses",
    "whether large groups are right as often (TB211)",
)
"""What needs single tickets, or every score of each."""


def evaluation(
    of: Statistics, settings: Settings, *, dataset: str = "", fingerprint: str = ""
) -> Evaluation:
    """What the parts say together under `settings`, which hold their policy and seed.

    Counts and shares are those of one table; means are off by 2^-33 at most; thresholds of up to
    five decimals route the same tickets. What else looks at scores takes each at the lower end of
    a cell of 10^-5. Raises ValueError where policy or seed are other ones. No tickets: every
    estimate is NaN.
    """
    answered = of.answered
    if (settings.policy, settings.seed) != (answered.policy, answered.seed):
        raise ValueError("statistics are evaluated under the policy and seed they were made with")
    # Rows by score are gone before there are rows by label: with groups either is a dataset again.
    sweep, thresholds = _of_scores(of, settings)
    cells, confidence = cell_rows(of), confidence_cells(of)
    found = metrics.metric_results(of.metrics, cells, confidence, seed=settings.seed)
    who = Provenance(
        dataset, fingerprint, answered.rubric_set, answered.rubric_fingerprint, answered.endpoint
    )
    return Evaluation(
        provenance=who,
        settings=settings,
        labels=answered.labels,
        tickets=_counts(of, cells),
        metrics=found,
        accuracy_bounds=_accuracy_bounds(of, cells),
        by_label=_labels(of, cells),
        routing=_routing(of, settings, cells, confidence[0], sweep),
        thresholds=thresholds,
        calibration=_calibration(of, cells, confidence, found, seed=settings.seed),
        findings=tuple(_findings(of, cells, settings, who)),
    )


def _of_scores(
    of: Statistics, settings: Settings
) -> tuple[tuple[SweepPoint, ...], tuple[ChosenThreshold, ...]]:
    scores = score_rows(of)
    drawn = one_of_each_group(of, scores)
    chosen = chosen_thresholds(scores, drawn, settings.asked, all_labels=of.all_labels)
    return routing.sweep(scores, settings.costs), chosen


def _counts(of: Statistics, cells: Cells) -> TicketCounts:
    n_failed, n_scored = sum(n for _, n in of.failed), cells.groups.n
    n_none, by_kind = cells.outcomes.n(cells.gold == NONE), dict(of.failed)
    return TicketCounts(
        n_requested=n_scored + n_failed,
        n_scored=n_scored,
        n_failed=n_failed,
        n_labelled=n_scored - n_none,
        n_none=n_none,
        n_groups=cells.groups.n_groups,
        failed_by_kind=tuple(FailureCount(kind, by_kind[kind]) for kind in by_weight(by_kind)),
        failures=(),
    )


def _accuracy_bounds(of: Statistics, cells: Cells) -> AccuracyBounds:
    failed, n = sum(n for _, n in of.failed), cells.outcomes.n
    right, labelled = n(cells.outcomes.right), n(cells.gold != NONE)
    if labelled + failed == 0:
        return AccuracyBounds(math.nan, math.nan)
    return AccuracyBounds(right / (labelled + failed), (right + failed) / (labelled + failed))


def _labels(of: Statistics, cells: Cells) -> LabelChapter:
    return LabelChapter(
        results=metrics.label_results(cells),
        confusion=metrics.top_label_confusion(cells, of.answered.labels),
        diagnosis=Diagnosis((), ()),
    )


def _routing(
    of: Statistics,
    settings: Settings,
    cells: Cells,
    confidence: ScoreCells,
    sweep: tuple[SweepPoint, ...],
) -> RoutingChapter:
    costs, all_labels = settings.costs, of.all_labels
    return RoutingChapter(
        summary=routing.summary(cells.outcomes, costs, all_labels=all_labels),
        saving=routing.saving_of(cells.outcomes, costs, held_out=False),
        confusion=metrics.routed_confusion(cells, of.answered.labels),
        sweep=sweep,
        risk_coverage=risk_coverage_of_cells(confidence),
        escalation=routing.escalation(cells.outcomes, all_labels=all_labels),
        escalation_sweep=(),
    )


def _calibration(
    of: Statistics,
    cells: Cells,
    confidence: tuple[ScoreCells, ScoreCells],
    found: tuple[MetricResult, ...],
    *,
    seed: int,
) -> CalibrationChapter:
    every = confidence[0]
    checked = calibration_of_cells(*confidence, seed=seed)
    return CalibrationChapter(
        check=checked.check,
        by_label=tuple(_label_calibrations(of, cells)),
        reliability=of_cells.reliability(every),
        histogram=of_cells.histogram(every),
        corp=checked.curve,
        temperature=_no_temperature(of, checked.check.n, checked.check.ece),
        auroc=estimate_of(found, "auroc"),
    )


def _label_calibrations(of: Statistics, cells: Cells) -> Iterator[LabelCalibration]:
    for at, label in enumerate(of.answered.labels):
        here = cells.top == at
        accuracy = intervals.share(cells.outcomes.right[here], cells.groups[here])
        total = math.ldexp(of.top_scores[at], -BITS)
        mean_score = total / accuracy.n if accuracy.n else math.nan
        yield LabelCalibration(label, accuracy.n, mean_score, accuracy)


def _no_temperature(of: Statistics, n: int, ece: float) -> TemperatureReport:
    """Fitting one needs every score of each ticket."""
    decimals = of.oddities.decimals if n else MOST_DECIMALS
    return TemperatureReport(
        n=n,
        n_folds=0,
        temperature=math.nan,
        ece_before=ece,
        ece_after=math.nan,
        log_loss_before=math.nan,
        log_loss_after=math.nan,
        decimals=decimals,
        biased=decimals <= FEWEST_DECIMALS,
    )


def _findings(
    of: Statistics, cells: Cells, settings: Settings, who: Provenance
) -> Iterator[Finding]:
    """As `findings` has them; which customers write much needs each of them."""
    labels, odd, n = of.answered.labels, of.oddities, cells.groups.n
    confusion = metrics.routed_confusion(cells, labels)
    gold = [sum(row) for row in confusion.counts][: len(cells.gold_labels)]
    yield from findings.labels_with_few(cells.gold_labels, np.array(gold, dtype=np.int64))
    if n:
        wins = np.bincount(cells.top, weights=cells.groups.times, minlength=len(labels))
        yield from findings.silent_labels(who, labels, np.rint(wins).astype(np.int64))
    outside = cells.gold >= len(labels)
    yield from findings.outside_of_set(who, of.outside, cells.outcomes.n(outside))
    if n:
        yield from findings.few_decimals(odd.decimals)
    yield from findings.few_to_calibrate(n)
    sizes, n_groups = cells.groups.sizes, cells.groups.n_groups
    if 1 < n_groups < n:
        yield from findings.few_effective(n_groups, int(sizes.max()), cells.groups)
    yield from findings.sums_off(who, n, odd.n_off, math.ldexp(odd.largest_off, -BITS))
    yield from findings.tied(who, n, odd.n_tied)
    if odd.stated:
        yield from findings.contradicted(
            n,
            odd.n_otherwise,
            n_labelled=cells.outcomes.n(cells.gold != NONE),
            right=cells.outcomes.n(cells.outcomes.right),
            right_stated=odd.n_right_stated,
        )
    yield counted_in_parts(settings)


def counted_in_parts(settings: Settings, *, more: Sequence[str] = ()) -> Finding:
    """What is left out of an evaluation in parts, and `more` of a run, and what is rounded."""
    known = {rule.name for rule in told(settings.asked)}
    rest = [f"the rule {rule.name}" for rule in rules() if rule.name not in known]
    return Finding(
        code=findings.IN_PARTS,
        severity="note",
        title="counted in parts",
        evidence="left out: "
        + ", ".join((*LEFT_OUT, *rest, *metrics.not_told(), *more))
        + f"; calibration, AUROC, AUGRC and curves take scores in steps of 1/{STEPS:,}",
        action="put the tickets into one file to see these",
    )
