"""The flat name -> value map of `score --json`: every quantity without a policy, over the labels.

Add a quantity: one decorated function. Names and shapes follow the frozen oracle tables in
tests/oracles. Tickets with gold `__none__` take no part. Intervals here treat tickets as
independent, as the reference libraries do; the evaluation beside them knows the groups.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ticketbench.core.registry import Registry
from ticketbench.core.types import FloatArray, Known, ScoreTable, tells
from ticketbench.measure import metrics
from ticketbench.measure.calibration.bins import ece_equal_mass, ece_equal_width
from ticketbench.measure.calibration.check import ece_debiased, l2_error_debiased, spiegelhalter_z
from ticketbench.measure.calibration.corp import corp_decomposition
from ticketbench.measure.calibration.smooth_ece import smooth_ece_relplot
from ticketbench.measure.calibration.temperature import temperature_fit
from ticketbench.measure.counts import confusion
from ticketbench.measure.estimates import on_used_cells
from ticketbench.measure.kinds import OfCells, PerTicket
from ticketbench.measure.reference.closed_form import macro_f1_interval
from ticketbench.measure.reference.fixed_sequence import fixed_sequence
from ticketbench.measure.routing.selective import risk_coverage, selection_at
from ticketbench.measure.statistics import resampling
from ticketbench.measure.statistics.intervals import Interval, clopper_pearson, wilson
from ticketbench.measure.thresholds.levels import fewest_tickets

_SEED = 0
_DELTA = 0.10
SELECTIVE_AT = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

Quantity = Callable[[ScoreTable], Any]


@dataclass(frozen=True, slots=True)
class Registered:
    """A quantity, and what it needs to know of each answer."""

    function: Quantity
    needs: Known


QUANTITIES: Registry[Registered] = Registry("quantity")


def quantity(name: str, *, needs: Known = "top score") -> Callable[[Quantity], Quantity]:
    """Register a function of the labelled part of a score table under its flat name."""
    return QUANTITIES.register(name, entry=lambda function: Registered(function, needs))


def reference_values(table: ScoreTable) -> dict[str, Any]:
    """Every registered quantity: numbers, lists or small objects; undefined numbers are NaN.

    So is one that needs more than is known of each answer.
    """
    labelled = table.labelled()
    found = ((name, QUANTITIES.get(name)) for name in QUANTITIES.names())
    return {
        name: one.function(labelled) if tells(table.known, one.needs) else math.nan
        for name, one in found
    }


def _cells(table: ScoreTable) -> FloatArray:
    return confusion.cells(table).astype(np.float64)


def _shares(hits: FloatArray, totals: FloatArray) -> list[list[float]]:
    return [_ends(wilson(float(k), float(n))) for k, n in zip(hits, totals, strict=True)]


def _ends(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def _mean_of(function: PerTicket) -> Quantity:
    def value(table: ScoreTable) -> float:
        if table.n_scored == 0:
            return float("nan")
        return float(np.mean(function(table.scores, table.truth)))

    return value


def _of_cells(function: Callable[[FloatArray], FloatArray]) -> Quantity:
    def value(table: ScoreTable) -> Any:
        return function(_cells(table)).tolist()

    return value


def _selective_at(threshold: float) -> Quantity:
    def value(table: ScoreTable) -> dict[str, float]:
        at = selection_at(table.top_score, table.right, threshold)
        return {
            "selected": at.selected,
            "errors": at.errors,
            "coverage": at.coverage,
            "precision": at.precision,
            "precision_lower95_one_sided_clopper_pearson": at.precision_low,
        }

    return value


quantity("accuracy", needs="top label")(_mean_of(metrics.accuracy))
quantity("log_loss_half_digit", needs="every score")(_mean_of(metrics.log_loss))
quantity("brier_multiclass", needs="every score")(_mean_of(metrics.brier_multiclass))
quantity("brier_top_label")(_mean_of(metrics.brier_top_label))
quantity("balanced_accuracy", needs="top label")(_of_cells(metrics.balanced_accuracy))
quantity("macro_f1", needs="top label")(_of_cells(metrics.macro_f1))
quantity("weighted_f1", needs="top label")(_of_cells(metrics.weighted_f1))
quantity("mcc", needs="top label")(_of_cells(metrics.mcc))
quantity("per_class_recall", needs="top label")(_of_cells(metrics.recall_by_label))
quantity("per_class_precision_zdnan", needs="top label")(_of_cells(metrics.precision_by_label))
quantity("per_class_f1", needs="top label")(_of_cells(metrics.f1_by_label))
for _threshold in SELECTIVE_AT:
    quantity(f"selective_at_{_threshold:g}")(_selective_at(_threshold))


@quantity("n", needs="top label")
def n(table: ScoreTable) -> int:
    """Tickets whose gold is a label."""
    return table.n_scored


@quantity("support", needs="top label")
def support(table: ScoreTable) -> list[int]:
    """Gold tickets per label."""
    return [int(count) for count in confusion.cells(table).sum(axis=1)]


@quantity("confusion_matrix", needs="top label")
def confusion_matrix(table: ScoreTable) -> list[list[int]]:
    """Counts, rows gold, columns top label."""
    return [[int(count) for count in row] for row in confusion.cells(table)]


@quantity("n_true_label_score_zero", needs="every score")
def n_true_label_score_zero(table: ScoreTable) -> int:
    """Tickets whose gold label was printed with a score of exactly 0: what the clip is for."""
    k = len(table.labels)
    own = table.truth < k
    return int((table.scores[own, table.truth[own]] == 0).sum())


@quantity("accuracy_ci95_wilson", needs="top label")
def accuracy_ci95_wilson(table: ScoreTable) -> list[float]:
    """Wilson interval of the accuracy, tickets independent."""
    return _ends(wilson(int(table.right.sum()), table.n_scored))


@quantity("accuracy_ci95_beta", needs="top label")
def accuracy_ci95_beta(table: ScoreTable) -> list[float]:
    """Clopper-Pearson interval of the accuracy, tickets independent."""
    return _ends(clopper_pearson(int(table.right.sum()), table.n_scored))


@quantity("per_class_recall_ci95_wilson", needs="top label")
def per_class_recall_ci95_wilson(table: ScoreTable) -> list[list[float]]:
    """Wilson interval of each label's recall."""
    cells = _cells(table)
    return _shares(np.diagonal(cells), cells.sum(axis=1))


@quantity("per_class_precision_ci95_wilson", needs="top label")
def per_class_precision_ci95_wilson(table: ScoreTable) -> list[list[float]]:
    """Wilson interval of each label's precision, given how often it was predicted."""
    cells = _cells(table)
    return _shares(np.diagonal(cells), cells.sum(axis=0))


@quantity("ece_equal_mass_10")
def ece_equal_mass_10(table: ScoreTable) -> float:
    """Calibration error of the top score in 10 bins with equally many tickets."""
    return ece_equal_mass(table.top_score, table.right, bins=10)


@quantity("ece_equal_width_10")
def ece_equal_width_10(table: ScoreTable) -> float:
    """Calibration error of the top score in 10 bins of width 0.1."""
    return ece_equal_width(table.top_score, table.right, bins=10)


@quantity("aurc_tie_averaged")
def aurc_tie_averaged(table: ScoreTable) -> float:
    """Area under the risk-coverage curve."""
    return risk_coverage(table.top_score, table.right).aurc


@quantity("augrc_tie_averaged")
def augrc_tie_averaged(table: ScoreTable) -> float:
    """Area under the generalised risk-coverage curve."""
    return risk_coverage(table.top_score, table.right).augrc


def _interval_of_cells(function: OfCells, interval: Callable[..., Interval]) -> Quantity:
    def value(table: ScoreTable) -> list[float]:
        if table.n_scored == 0:
            return [math.nan, math.nan]
        drawn = resampling.units(confusion.cell_of_ticket(table), np.arange(table.n_scored))
        statistic = on_used_cells(function, len(table.gold_labels), drawn.used)
        return _ends(interval(drawn, statistic, seed=_SEED))

    return value


for _metric, _function in (("macro_f1", metrics.macro_f1), ("mcc", metrics.mcc)):
    quantity(f"{_metric}_ci95_bootstrap_percentile", needs="top label")(
        _interval_of_cells(_function, resampling.percentile_interval)
    )
    quantity(f"{_metric}_ci95_bootstrap_BCa", needs="top label")(
        _interval_of_cells(_function, resampling.bca)
    )


@quantity("macro_f1_ci95_takahashi", needs="top label")
def macro_f1_ci95_takahashi(table: ScoreTable) -> list[float]:
    """Delta-method interval of macro-F1 (Takahashi et al. 2022), a check of the bootstrap."""
    found = macro_f1_interval(confusion.cells(table))
    return [found.low, found.high]


@quantity("l2_ce_equal_mass_10_debiased")
def l2_ce_equal_mass_10_debiased(table: ScoreTable) -> float:
    """Root mean square calibration error in 10 bins, without the part that chance adds."""
    return l2_error_debiased(table.top_score, table.right, bins=10)


@quantity("ece_equal_mass_10_debiased_l1")
def ece_equal_mass_10_debiased_l1(table: ScoreTable) -> float:
    """Calibration error in 10 bins, without the part that chance adds."""
    return ece_debiased(table.top_score, table.right, bins=10)


@quantity("smece")
def smece(table: ScoreTable) -> float:
    """Smooth calibration error in the reference library's discretisation; pages show the exact."""
    return smooth_ece_relplot(table.top_score, table.right)


@quantity("spiegelhalter_z")
def spiegelhalter(table: ScoreTable) -> float:
    """Spiegelhalter's statistic, standard normal for calibrated scores."""
    return spiegelhalter_z(table.top_score, table.right)


@quantity("corp_brier_top_label")
def corp_brier_top_label(table: ScoreTable) -> dict[str, float]:
    """The Brier score of the top label S = MCB - DSC + UNC."""
    corp = corp_decomposition(table.top_score, table.right)
    return {
        "MCB": corp.miscalibration,
        "DSC": corp.discrimination,
        "UNC": corp.uncertainty,
        "S": corp.score,
    }


@quantity("temperature_clip5e-07", needs="every score")
def temperature(table: ScoreTable) -> dict[str, float]:
    """Fitted temperature and the log loss at it, scores clipped at half of their last digit.

    The name is that of scores with six decimals; others are clipped at their own half digit.
    """
    fit = temperature_fit(table.scores, table.truth)
    return {"T": fit.temperature, "nll": fit.log_loss}


def _fixed_sequence(risk: float) -> Quantity:
    def value(table: ScoreTable) -> dict[str, Any]:
        found, tail = fixed_sequence(table.top_score, table.right, risk=risk, delta=_DELTA)
        n_min = fewest_tickets(risk=risk, delta=_DELTA)
        return {"n_min": n_min, "threshold": found, "path_tail": [list(step) for step in tail]}

    return value


for _risk in (0.05, 0.10, 0.15, 0.20):
    quantity(f"fixed_sequence_risk{_risk:.2f}_delta{_DELTA:.2f}_start_nmin")(_fixed_sequence(_risk))
