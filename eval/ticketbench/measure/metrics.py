"""Every metric of a score table: one decorated function each, and nothing else to touch.

A metric registered here appears in the evaluation, the comparison, the report and the JSON.
Three kinds, by what the function sees:

    ticket_metric   (scores, truth) -> one value per ticket; the metric is their mean
    cell_metric     confusion counts (..., R, R), gold by top label -> value (...)
    table_metric    (scores, truth) -> one value; no interval is known for it

They run over tickets whose gold is a label, or, where the top score is judged as routing uses it,
over all scored tickets. `truth` indexes the columns of `scores`; a gold label that the rubric set
does not have has an index beyond the last column, and gold `__none__` is -1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from ticketbench.core.registry import Registry
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.calibration.bins import ece_equal_mass, score_of_truth

Kind = Literal["ticket", "cell", "table"]
Population = Literal["labelled", "scored"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name, title, direction, unit, population, range and function.

    share    the value is a share of tickets (0 to 1, printed in percent)
    over     the tickets it is about: `labelled` (gold is a label) or all `scored` ones, where
             gold `__none__` is wrong whatever the top label
    low, high  the range of possible values, to which intervals are clipped
    """

    name: str
    title: str
    kind: Kind
    higher_is_better: bool
    share: bool
    function: Callable[..., Any]
    over: Population = "labelled"
    low: float = 0.0
    high: float = 1.0


METRICS: Registry[Metric] = Registry("metric")


PerTicket = Callable[[FloatArray, IntArray], FloatArray]
OfCells = Callable[[FloatArray], FloatArray]
OfTable = Callable[[FloatArray, IntArray], float]
F = TypeVar("F", bound=Callable[..., Any])


def _register(metric: Metric, function: F) -> F:
    METRICS.add(metric.name, metric)
    return function


def ticket_metric(
    name: str,
    *,
    title: str,
    higher_is_better: bool = True,
    share: bool = False,
    over: Population = "labelled",
    high: float = 1.0,
) -> Callable[[PerTicket], PerTicket]:
    """Register a mean of per-ticket values: (scores n x K, truth n) -> values n in [0, high]."""
    return lambda f: _register(
        Metric(name, title, "ticket", higher_is_better, share, f, over, 0.0, high), f
    )


def cell_metric(
    name: str, *, title: str, higher_is_better: bool = True, share: bool = True, low: float = 0.0
) -> Callable[[OfCells], OfCells]:
    """Register a function of confusion counts, vectorised: (..., R, R) -> (...) in [low, 1]."""
    return lambda f: _register(
        Metric(name, title, "cell", higher_is_better, share, f, "labelled", low), f
    )


def table_metric(
    name: str,
    *,
    title: str,
    higher_is_better: bool = True,
    share: bool = False,
    over: Population = "labelled",
) -> Callable[[OfTable], OfTable]:
    """Register a function of the whole table: (scores n x K, truth n) -> float in [0, 1]."""
    return lambda f: _register(Metric(name, title, "table", higher_is_better, share, f, over), f)


@ticket_metric("accuracy", title="Accuracy", share=True)
def accuracy(scores: FloatArray, truth: IntArray) -> FloatArray:
    """1 where the top label is the gold label; ties go to the earlier label. 0 to 1, 1 is best."""
    return np.asarray(np.argmax(scores, axis=1) == truth, dtype=np.float64)


@cell_metric("macro_f1", title="Macro-F1")
def macro_f1(cells: FloatArray) -> FloatArray:
    """Mean F1 over labels that have tickets; a label never predicted counts as 0. NaN: none."""
    return _mean_over_supported(f1(cells), cells)


@cell_metric("balanced_accuracy", title="Balanced accuracy")
def balanced_accuracy(cells: FloatArray) -> FloatArray:
    """Mean recall over labels that have tickets (Brodersen et al. 2010). 0 to 1, 1 is best."""
    return _mean_over_supported(recall(cells), cells)


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


def recall(cells: FloatArray) -> FloatArray:
    """Right / gold per label, (..., R, R) -> (..., R); NaN for a label without tickets."""
    return _ratio(_diagonal(cells), cells.sum(axis=-1))


def precision(cells: FloatArray) -> FloatArray:
    """Right / predicted per label, (..., R, R) -> (..., R); NaN for a label never predicted."""
    return _ratio(_diagonal(cells), cells.sum(axis=-2))


def f1(cells: FloatArray) -> FloatArray:
    """2·right / (gold + predicted) per label; NaN only when a label has neither."""
    return _ratio(2 * _diagonal(cells), cells.sum(axis=-1) + cells.sum(axis=-2))


def weighted_f1(cells: FloatArray) -> FloatArray:
    """Mean F1 weighted by the number of gold tickets per label. NaN without tickets."""
    support = cells.sum(axis=-1)
    return _ratio((np.nan_to_num(f1(cells)) * support).sum(axis=-1), support.sum(axis=-1))


def _diagonal(cells: FloatArray) -> FloatArray:
    return np.asarray(np.diagonal(cells, axis1=-2, axis2=-1), dtype=np.float64)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    empty = denominator == 0
    return np.where(empty, np.nan, numerator / np.where(empty, 1, denominator))


def _mean_over_supported(values: FloatArray, cells: FloatArray) -> FloatArray:
    supported = cells.sum(axis=-1) > 0
    total = np.where(supported, np.nan_to_num(values), 0.0).sum(axis=-1)
    return _ratio(total, supported.sum(axis=-1))
