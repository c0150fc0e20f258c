"""Every metric of a score table: one decorated function each, and nothing else to touch.

A metric registered here appears in the evaluation, the comparison, the gates, the baseline, the
report and the JSON. `truth` indexes the columns of `scores`; a gold label that the rubric set does
not have has an index beyond the last column, and gold `__none__` is -1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ticketbench.core.policy import ESCALATE, ROUTE
from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, highest
from ticketbench.measure.calibration import bins, cells, ranking, smooth_ece
from ticketbench.measure.calibration.bins import score_of_truth
from ticketbench.measure.kinds import METRICS as METRICS
from ticketbench.measure.kinds import (
    LabelTickets,
    Part,
    RoutedTickets,
    cell_metric,
    label_metric,
    routing_metric,
    table_metric,
    ticket_metric,
)

if TYPE_CHECKING:
    from ticketbench.measure.calibration.corp import ScoreCells

_BINS = 10


@ticket_metric("accuracy", title="Accuracy", share=True, needs="top label")
def accuracy(scores: FloatArray, truth: IntArray) -> FloatArray:
    """1 where the top label is the gold label; ties go to the earlier label. 0 to 1, 1 is best."""
    return np.asarray(np.argmax(scores, axis=1) == truth, dtype=np.float64)


def macro_f1_gradient(cells: FloatArray) -> FloatArray:
    """The derivatives of `macro_f1` by each count, (R, R) -> (R, R).

    A ticket of gold i and top label j adds 2[i = j]/s_i, less right/s² twice for each of both
    labels, where s is gold + predicted; over the labels that have tickets.
    """
    supported = cells.sum(axis=1) > 0
    size = np.maximum(cells.sum(axis=0) + cells.sum(axis=1), 1e-9)
    pull = np.where(supported, 2 * np.diagonal(cells) / size**2, 0.0)
    gain = np.diag(np.where(supported, 2 / size, 0.0))
    return np.asarray((gain - pull[:, None] - pull[None, :]) / max(supported.sum(), 1))


def balanced_accuracy_gradient(cells: FloatArray) -> FloatArray:
    """The derivatives of `balanced_accuracy` by each count: ([i = j] - recall_i) / gold_i / K."""
    gold = cells.sum(axis=1)
    recall = np.diagonal(cells) / np.maximum(gold, 1e-9)
    each = np.where(gold > 0, 1 / np.maximum(gold, 1e-9), 0.0) / max((gold > 0).sum(), 1)
    return np.asarray((np.eye(len(cells)) - recall[:, None]) * each[:, None])


def mcc_gradient(cells: FloatArray) -> FloatArray:
    """The derivatives of `mcc` by each count; 0 where all tickets have one gold or top label."""
    n, gold, predicted = cells.sum(), cells.sum(axis=1), cells.sum(axis=0)
    right = np.trace(cells)
    of_gold, of_predicted = n**2 - gold @ gold, n**2 - predicted @ predicted
    if of_gold <= 0 or of_predicted <= 0:
        return np.zeros_like(cells)
    covariance = right * n - gold @ predicted
    slope = np.eye(len(cells)) * n + right - predicted[:, None] - gold[None, :]
    shrink = (n - gold)[:, None] / of_gold + (n - predicted)[None, :] / of_predicted
    return np.asarray((slope - covariance * shrink) / math.sqrt(of_gold * of_predicted))


@cell_metric("macro_f1", title="Macro-F1", gradient=macro_f1_gradient)
def macro_f1(cells: FloatArray) -> FloatArray:
    """Mean F1 over labels that have tickets; a label never predicted counts as 0. NaN: none."""
    return _mean_over_supported(f1_by_label(cells), cells)


@cell_metric("balanced_accuracy", title="Balanced accuracy", gradient=balanced_accuracy_gradient)
def balanced_accuracy(cells: FloatArray) -> FloatArray:
    """Mean recall over labels that have tickets (Brodersen et al. 2010). 0 to 1, 1 is best."""
    return _mean_over_supported(recall_by_label(cells), cells)


@cell_metric("mcc", title="Matthews correlation", share=False, low=-1.0, gradient=mcc_gradient)
def mcc(cells: FloatArray) -> FloatArray:
    """Multiclass Matthews correlation R_K (Gorodkin 2004), -1 to 1.

    0 when all tickets have one gold label or one top label; NaN without tickets.
    """
    n = cells.sum(axis=(-2, -1))
    gold, predicted = cells.sum(axis=-1), cells.sum(axis=-2)
    right = np.trace(cells, axis1=-2, axis2=-1)
    covariance = right * n - (gold * predicted).sum(axis=-1)
    spread = (n**2 - (gold**2).sum(axis=-1)) * (n**2 - (predicted**2).sum(axis=-1))
    flat = np.where(spread > 0, covariance / np.sqrt(np.maximum(spread, 1)), 0.0)
    return np.where(n > 0, flat, np.nan)


@ticket_metric("log_loss", title="Log loss", higher_is_better=False, high=math.inf)
def log_loss(scores: FloatArray, truth: IntArray) -> FloatArray:
    """-ln of the gold label's score in nats, clipped at half of the last printed digit.

    A score printed as 0.000 stands for anything below half a digit; without the clip one such
    ticket would cost 36 nats and decide the mean. 0 is best.
    """
    return -np.log(score_of_truth(scores, truth, clipped=True))


@ticket_metric(
    "brier_multiclass", title="Brier score, all labels (0-2)", higher_is_better=False, high=2.0
)
def brier_multiclass(scores: FloatArray, truth: IntArray) -> FloatArray:
    """Σ_k (s_k - 1[gold = k])² (Brier 1950), 0 to 2, 0 is best."""
    gold = score_of_truth(scores, truth, clipped=False)
    return np.asarray((scores**2).sum(axis=1) - 2 * gold + 1)


@ticket_metric(
    "brier_top_label",
    title="Brier score, top label (0-1)",
    higher_is_better=False,
    over="scored",
)
def brier_top_label(scores: FloatArray, truth: IntArray) -> FloatArray:
    """(top score - 1[top label is right])², 0 to 1, 0 is best."""
    top_score, right = _top(scores, truth)
    return np.asarray((top_score - right) ** 2)


@table_metric(
    "ece_equal_mass_10",
    title="Calibration error (ECE)",
    higher_is_better=False,
    over="scored",
    influence=lambda top_score, right: bins.ece_influence(top_score, right, bins=_BINS),
    by_chance=lambda top_score, right: bins.ece_by_chance(top_score, bins=_BINS),
    of_counts=lambda every, alone: _without_interval(cells.ece(every, bins=_BINS), every),
    needs="top score",
)
def ece(scores: FloatArray, truth: IntArray) -> float:
    """Expected calibration error of the top score in 10 equal-mass bins, 0 to 1, 0 is best.

    Positive even under perfect calibration when tickets are few. NaN without tickets.
    """
    return bins.ece_equal_mass(*_top(scores, truth), bins=_BINS)


@table_metric(
    "smooth_ece",
    title="Calibration error, smooth",
    higher_is_better=False,
    over="scored",
    influence=smooth_ece.smooth_ece_influence,
    by_chance=smooth_ece.smooth_ece_by_chance,
    of_counts=lambda every, alone: _without_interval(cells.smooth_ece(every), every),
    needs="top score",
)
def smooth_calibration_error(scores: FloatArray, truth: IntArray) -> float:
    """Smooth calibration error of the top score (Błasiok & Nakkiran 2023), 0 to 1, 0 is best."""
    return smooth_ece.smooth_ece(*_top(scores, truth))


@table_metric(
    "auroc",
    title="AUROC of the top score",
    over="scored",
    interval=lambda top_score, right, groups, seed: ranking.auroc_interval(
        top_score, right, groups, seed=seed
    ),
    influence=ranking.auroc_influence,
    of_counts=cells.auroc_interval,
    needs="top score",
)
def auroc(scores: FloatArray, truth: IntArray) -> float:
    """How well the top score tells right from wrong answers, 0 to 1, 1 is best; 0.5 is chance."""
    return ranking.auroc(*_top(scores, truth))


@table_metric(
    "augrc",
    title="Confident errors (AUGRC)",
    higher_is_better=False,
    over="scored",
    influence=ranking.augrc_influence,
    of_counts=lambda every, alone: _without_interval(cells.augrc(every), every),
    needs="top score",
)
def augrc(scores: FloatArray, truth: IntArray) -> float:
    """Errors among the most confident tickets (Traub et al. 2024), 0 to 1, 0 is best."""
    return ranking.augrc(*_top(scores, truth))


@label_metric("recall", title="Recall")
def recall(tickets: LabelTickets) -> Part:
    """Right / gold of a label, by the top label."""
    return Part(tickets.top, among=tickets.gold)


@label_metric("precision", title="Precision")
def precision(tickets: LabelTickets) -> Part:
    """Right / predicted of a label."""
    return Part(tickets.gold, among=tickets.top)


@label_metric("f1", title="F1", form="dice")
def f1(tickets: LabelTickets) -> Part:
    """2·right / (gold + predicted) of a label."""
    return Part(tickets.gold & tickets.top, among=tickets.gold | tickets.top)


@label_metric("routed_recall", title="Recall under the policy")
def routed_recall(tickets: LabelTickets) -> Part:
    """Routed and right / gold of a label: reviewed and escalated tickets count as missed."""
    return Part(tickets.routed & tickets.top, among=tickets.gold)


@routing_metric("coverage", title="Routed by the policy")
def coverage(tickets: RoutedTickets) -> Part:
    """Routed / all scored tickets."""
    return Part(tickets.outcome == ROUTE)


@routing_metric("selective_precision", title="Right among routed")
def selective_precision(tickets: RoutedTickets) -> Part:
    """Right / routed; a routed ticket with gold `__none__` is wrong."""
    return Part(tickets.right, among=tickets.outcome == ROUTE)


@routing_metric("cost", title="Cost per ticket", higher_is_better=False, share=False, priced=True)
def cost(tickets: RoutedTickets) -> Part:
    """Mean cost of the outcomes, in the unit of the costs; a right route costs nothing."""
    return Part(tickets.costs.of(tickets.outcome, tickets.right, tickets.missed))


@routing_metric(
    "escalation_recall",
    title="Escalated where two labels fit",
    needs_all_labels=True,
    needs="every score",
)
def escalation_recall(tickets: RoutedTickets) -> Part:
    """Escalated / tickets that need two or more labels."""
    return Part(tickets.outcome == ESCALATE, among=tickets.needs_two)


def recall_by_label(cells: FloatArray) -> FloatArray:
    """Right / gold per label, (..., R, R) -> (..., R); NaN for a label without tickets."""
    return _ratio(_diagonal(cells), cells.sum(axis=-1))


def precision_by_label(cells: FloatArray) -> FloatArray:
    """Right / predicted per label, (..., R, R) -> (..., R); NaN for a label never predicted."""
    return _ratio(_diagonal(cells), cells.sum(axis=-2))


def f1_by_label(cells: FloatArray) -> FloatArray:
    """2·right / (gold + predicted) per label; NaN only when a label has neither."""
    return _ratio(2 * _diagonal(cells), cells.sum(axis=-1) + cells.sum(axis=-2))


def weighted_f1(cells: FloatArray) -> FloatArray:
    """Mean F1 weighted by the number of gold tickets per label. NaN without tickets."""
    support = cells.sum(axis=-1)
    return _ratio((np.nan_to_num(f1_by_label(cells)) * support).sum(axis=-1), support.sum(axis=-1))


def _without_interval(value: float, of: ScoreCells) -> Estimate:
    return Estimate(value, math.nan, math.nan, int(of.n.sum()), "no interval")


def _top(scores: FloatArray, truth: IntArray) -> tuple[FloatArray, BoolArray]:
    """Top score per ticket, and whether the top label is right."""
    top, top_score = highest(scores)
    return top_score, np.asarray(top == truth)


def _diagonal(cells: FloatArray) -> FloatArray:
    return np.asarray(np.diagonal(cells, axis1=-2, axis2=-1), dtype=np.float64)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    empty = denominator == 0
    return np.where(empty, np.nan, numerator / np.where(empty, 1, denominator))


def _mean_over_supported(values: FloatArray, cells: FloatArray) -> FloatArray:
    supported = cells.sum(axis=-1) > 0
    total = np.where(supported, np.nan_to_num(values), 0.0).sum(axis=-1)
    return _ratio(total, supported.sum(axis=-1))
