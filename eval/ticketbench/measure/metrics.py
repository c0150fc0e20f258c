"""Every metric of a score table: one decorated function each, and nothing else to touch.

A metric registered here appears in the evaluation, the comparison, the gates, the baseline, the
report and the JSON. `truth` indexes the columns of `scores`; a gold label that the rubric set does
not have has an index beyond the last column, and gold `__none__` is -1.
"""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.policy import ROUTE
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.calibration.bins import ece_equal_mass, score_of_truth
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


@ticket_metric("accuracy", title="Accuracy", share=True)
def accuracy(scores: FloatArray, truth: IntArray) -> FloatArray:
    """1 where the top label is the gold label; ties go to the earlier label. 0 to 1, 1 is best."""
    return np.asarray(np.argmax(scores, axis=1) == truth, dtype=np.float64)


@cell_metric("macro_f1", title="Macro-F1")
def macro_f1(cells: FloatArray) -> FloatArray:
    """Mean F1 over labels that have tickets; a label never predicted counts as 0. NaN: none."""
    return _mean_over_supported(f1_by_label(cells), cells)


@cell_metric("balanced_accuracy", title="Balanced accuracy")
def balanced_accuracy(cells: FloatArray) -> FloatArray:
    """Mean recall over labels that have tickets (Brodersen et al. 2010). 0 to 1, 1 is best."""
    return _mean_over_supported(recall_by_label(cells), cells)


@cell_metric("mcc", title="Matthews correlation", share=False, low=-1.0)
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
    return np.asarray((np.max(scores, axis=1, initial=0.0) - accuracy(scores, truth)) ** 2)


@table_metric(
    "ece_equal_mass_10", title="Calibration error (ECE)", higher_is_better=False, over="scored"
)
def ece(scores: FloatArray, truth: IntArray) -> float:
    """Expected calibration error of the top score in 10 equal-mass bins, 0 to 1, 0 is best.

    Positive even under perfect calibration when tickets are few. NaN without tickets.
    """
    top = np.max(scores, axis=1, initial=0.0)
    return ece_equal_mass(top, np.argmax(scores, axis=1) == truth, bins=10)


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
    return Part(tickets.costs.of(tickets.outcome, tickets.right))


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


def _diagonal(cells: FloatArray) -> FloatArray:
    return np.asarray(np.diagonal(cells, axis1=-2, axis2=-1), dtype=np.float64)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    empty = denominator == 0
    return np.where(empty, np.nan, numerator / np.where(empty, 1, denominator))


def _mean_over_supported(values: FloatArray, cells: FloatArray) -> FloatArray:
    supported = cells.sum(axis=-1) > 0
    total = np.where(supported, np.nan_to_num(values), 0.0).sum(axis=-1)
    return _ratio(total, supported.sum(axis=-1))
