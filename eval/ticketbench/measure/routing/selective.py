"""Selective risk: how wrong the most confident tickets are, at every coverage."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ticketbench.core.policy import reaches
from ticketbench.core.types import BoolArray, FloatArray, Value
from ticketbench.measure.calibration import cells
from ticketbench.measure.calibration.ranking import augrc
from ticketbench.measure.statistics.distinct import distinct
from ticketbench.measure.statistics.intervals import clopper_pearson_lower

if TYPE_CHECKING:
    from ticketbench.measure.calibration.corp import ScoreCells

_MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Among the share `coverage` of most confident tickets, the share `risk` is wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage(Value):
    """The risk-coverage curve (thinned to 200 points) and its two areas, exact."""

    points: tuple[RiskPoint, ...]
    aurc: float
    augrc: float
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Selection(Value):
    """Tickets whose top score is at least a threshold."""

    selected: int
    errors: int
    coverage: float
    precision: float
    precision_low: float


def expected_errors(top_score: FloatArray, right: BoolArray) -> FloatArray:
    """Expected errors among the k most confident tickets, k = 1..n; tied tickets in random order.

    Without the average over ties the curve would depend on file order. No tickets: empty.
    """
    ends, errors = error_curve(top_score, right)
    return np.asarray(np.interp(np.arange(1, len(top_score) + 1), ends, errors))


def error_curve(top_score: FloatArray, right: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Numbers of most confident tickets, and the errors among them, after each block of ties.

    Both ascend from 0 to all tickets and all errors; between two blocks the expected errors lie
    on the straight line. No tickets: the 0 alone.
    """
    order = np.argsort(-top_score)
    wrong = np.cumsum(~right[order])
    changes = np.append(np.diff(top_score[order]) != 0, True)[: len(order)]
    last_of_block = np.flatnonzero(changes)
    ends = np.concatenate([[0.0], last_of_block + 1.0])
    return ends, np.concatenate([[0.0], wrong[last_of_block]])


def risk_coverage(top_score: FloatArray, right: BoolArray) -> RiskCoverage:
    """Risk-coverage curve with AURC = mean_k errors(k)/k (Geifman & El-Yaniv 2017) and
    AUGRC = mean_k errors(k)/n (Traub et al. 2024), k = 1..n most confident, ties averaged.

    Both are shares, 0 is best. No tickets: NaN and no points.
    """
    n = len(top_score)
    if n == 0:
        return RiskCoverage((), math.nan, math.nan, 0)
    errors = expected_errors(top_score, right)
    k = np.arange(1, n + 1)
    shown = distinct(np.linspace(1, n, min(n, _MOST_POINTS)).round().astype(int)) - 1
    points = tuple(RiskPoint(float(k[i] / n), float(errors[i] / k[i])) for i in shown)
    return RiskCoverage(points, float((errors / k).mean()), augrc(top_score, right), n)


def risk_coverage_of_cells(of: ScoreCells) -> RiskCoverage:
    """The same from counted scores: inside a block of ties the sums are written out."""
    n = int(of.n.sum())
    if n == 0:
        return RiskCoverage((), math.nan, math.nan, 0)
    ends, errors = (
        np.concatenate([[0.0], np.cumsum(each[::-1])]) for each in (of.n, of.n - of.right)
    )
    k = distinct(np.linspace(1, n, min(n, _MOST_POINTS)).round())
    shown = zip(k.tolist(), np.interp(k, ends, errors).tolist(), strict=True)
    slope = np.diff(errors) / np.diff(ends)
    start = errors[:-1] - slope * ends[:-1]
    ratios = slope * np.diff(ends) + start * np.diff(cells.harmonic(ends))
    points = tuple(RiskPoint(at / n, wrong / at) for at, wrong in shown)
    return RiskCoverage(points, float(ratios.sum()) / n, cells.augrc(of), n)


def selection_at(top_score: FloatArray, right: BoolArray, threshold: float) -> Selection:
    """Who is selected by top score >= threshold, and the share of them that is right.

    `precision_low` is the one-sided 95 % Clopper-Pearson bound. Nobody selected: precision NaN.
    """
    chosen = reaches(top_score, threshold)
    selected, hits = int(chosen.sum()), int((chosen & right).sum())
    coverage = selected / len(top_score) if len(top_score) else math.nan
    precision = hits / selected if selected else math.nan
    low = clopper_pearson_lower(hits, selected)
    return Selection(selected, selected - hits, coverage, precision, low)
