"""Are the scores calibrated? Errors next to what chance alone would show, and tests of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.calibration import cells
from ticketbench.measure.calibration.bins import ece_equal_mass, equal_mass_edges, reliability_bins
from ticketbench.measure.calibration.corp import (
    N_DRAWS,
    Corp,
    CorpPoint,
    ScoreCells,
    corp_curve,
    corp_decomposition,
    decomposed,
    draws_if_calibrated,
    isotonic_fit,
    miscalibration,
    pooled,
    score_cells,
    shown_fit,
)
from ticketbench.measure.calibration.smooth_ece import smooth_ece
from ticketbench.measure.statistics import intervals, special
from ticketbench.measure.statistics.groups import one_per_group

_BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationCheck(Value):
    """How far the top score is from the share of right tickets, and whether chance explains it.

    Over all n tickets, as a description: ece, ece_debiased, smooth_ece, corp. Over one seeded
    ticket per group, since tests need independent tickets: ece_expected, ece_p, spiegelhalter_z,
    spiegelhalter_p, mcb_expected. A p-value above 0.05 says little when tickets are few.

    ece              in 10 equal-mass bins; positive even when calibrated
    ece_debiased     the same without that part; may come out below 0, NaN under 20 tickets
    ece_expected     mean ece of 500 draws if the scores were calibrated
    ece_p            how often such draws reach the ece of these tickets, 1/501 to 1
    spiegelhalter_z  positive: too confident where scores are high; NaN when undefined
    spiegelhalter_p  two-sided
    mcb_expected     mean miscalibration (corp) of the same draws
    """

    n: int
    n_groups: int
    ece: float
    ece_debiased: float
    ece_expected: float
    ece_p: float
    smooth_ece: float
    spiegelhalter_z: float
    spiegelhalter_p: float
    corp: Corp
    mcb_expected: float


@dataclass(frozen=True, slots=True, eq=False)
class LabelCalibration(Value):
    """The tickets whose top label is `label`: mean top score (NaN for none) and share right."""

    label: str
    n: int
    mean_score: float
    accuracy: Estimate


@dataclass(frozen=True, slots=True)
class Calibration:
    """The check of the top score, and its reliability curve with a band: both from one set of
    draws.
    """

    check: CalibrationCheck
    curve: tuple[CorpPoint, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Alone:
    """Independent tickets by score, and the edges of bins of equally many of them."""

    cells: ScoreCells
    edges: FloatArray

    @classmethod
    def of(cls, alone: ScoreCells) -> _Alone:
        return cls(alone, cells.mass_edges(alone, bins=_BINS) if len(alone.n) else np.zeros(0))


@dataclass(frozen=True, slots=True)
class _Errors:
    """What describes all tickets."""

    ece: float
    debiased: float
    smooth: float
    corp: Corp


@dataclass(frozen=True, slots=True)
class _IfCalibrated:
    """What draws from the scores themselves show; all NaN, and no fits, without tickets."""

    ece: float
    ece_p: float
    mcb: float
    fits: Sequence[FloatArray]


def calibration(
    top_score: FloatArray, right: BoolArray, groups: IntArray, *, seed: int
) -> Calibration:
    """Calibration of the top score: descriptions over all tickets, tests over one per group.

    Which value is which says `CalibrationCheck`. The curve uses all tickets, its band one seeded
    ticket per group. No tickets: counts of 0, NaN, and no points.
    """
    rows = one_per_group(groups, seed=seed)
    edges = equal_mass_edges(top_score[rows], bins=_BINS) if len(rows) else np.zeros(0)
    alone = _Alone(score_cells(top_score[rows], right[rows]), edges)
    shown = shown_fit(score_cells(top_score, right))
    expected = _if_calibrated(alone, shown.score, seed=seed)
    errors = _Errors(
        ece=ece_equal_mass(top_score, right, bins=_BINS),
        debiased=ece_debiased(top_score, right, bins=_BINS),
        smooth=smooth_ece(top_score, right),
        corp=corp_decomposition(top_score, right),
    )
    check = _check(len(top_score), alone.cells, errors, expected)
    return Calibration(check, corp_curve(shown, expected.fits))


def calibration_of_cells(every: ScoreCells, alone: ScoreCells, *, seed: int) -> Calibration:
    """The same from counted scores: `every` ticket, and the one `alone` of each group."""
    bins = cells.mass_bins(every, bins=_BINS)
    shown = shown_fit(every)
    expected = _if_calibrated(_Alone.of(alone), shown.score, seed=seed)
    errors = _Errors(
        ece=cells.ece(every, bins=_BINS),
        debiased=_debiased(bins.n, bins.accuracy, bins.mean_score),
        smooth=cells.smooth_ece(every),
        corp=decomposed(every),
    )
    check = _check(int(every.n.sum()), alone, errors, expected)
    return Calibration(check, corp_curve(shown, expected.fits))


def _check(n: int, alone: ScoreCells, errors: _Errors, expected: _IfCalibrated) -> CalibrationCheck:
    z = _spiegelhalter(alone)
    return CalibrationCheck(
        n=n,
        n_groups=int(alone.n.sum()),
        ece=errors.ece,
        ece_debiased=errors.debiased,
        ece_expected=expected.ece,
        ece_p=expected.ece_p,
        smooth_ece=errors.smooth,
        spiegelhalter_z=z,
        spiegelhalter_p=float(2 * special.ndtr(-abs(z))),
        corp=errors.corp,
        mcb_expected=expected.mcb,
    )


def by_label(table: ScoreTable) -> tuple[LabelCalibration, ...]:
    """Mean top score beside accuracy for each top label, in rubric order (Gupta & Ramdas 2021).

    Over all scored tickets, gold `__none__` counts as wrong. The interval respects groups. A
    label that is never on top has n = 0 and NaN.
    """
    results = []
    for index, label in enumerate(table.labels):
        here = table.top == index
        accuracy = intervals.share(table.right, table.groups, among=here)
        mean_score = float(table.top_score[here].mean()) if here.any() else math.nan
        results.append(LabelCalibration(label, accuracy.n, mean_score, accuracy))
    return tuple(results)


def spiegelhalter_z(top_score: FloatArray, right: BoolArray) -> float:
    """Σ(right - c)(1 - 2c) / sqrt(Σ(1 - 2c)²·c(1 - c)), c the top score (Spiegelhalter 1986).

    About standard normal when independent tickets are calibrated. Errors can cancel, so 0 proves
    nothing. NaN without tickets, or when every score is 0, 0.5 or 1.
    """
    return _spiegelhalter(score_cells(top_score, right))


def _spiegelhalter(of: ScoreCells) -> float:
    c, lever = of.score, 1 - 2 * of.score
    variance = float((of.n * lever**2 * c * (1 - c)).sum())
    if variance <= 0:
        return math.nan
    return float(((of.right - of.n * c) * lever).sum()) / math.sqrt(variance)


def ece_debiased(top_score: FloatArray, right: BoolArray, *, bins: int) -> float:
    """2·ECE - E[ECE*], ECE* with normal noise on each bin's accuracy (Kumar et al. 2019).

    The noise has variance a(1 - a)/n in a bin of n tickets with accuracy a; its mean effect is
    computed, not drawn. May come out below 0. NaN when a bin holds one ticket (surely with fewer
    than two per bin), whose spread nobody knows, and without tickets.
    """
    return _debiased(*_filled_bins(top_score, right, bins=bins))


def _debiased(n: FloatArray, accuracy: FloatArray, mean_score: FloatArray) -> float:
    if n.min(initial=2) < 2 or len(n) == 0:
        return math.nan
    gap = accuracy - mean_score
    noisy = _mean_size(gap, np.sqrt(accuracy * (1 - accuracy) / n))
    return float(n @ (2 * np.abs(gap) - noisy) / n.sum())


def l2_error_debiased(top_score: FloatArray, right: BoolArray, *, bins: int) -> float:
    """sqrt(Σ_b n_b/n · [(a_b - c_b)² - a_b(1 - a_b)/(n_b - 1)]), floored at 0 (Kumar et al. 2019).

    Over equal-mass bins with accuracy a and mean score c, 0 to 1. NaN when a bin holds one
    ticket, and without tickets.
    """
    n, accuracy, mean_score = _filled_bins(top_score, right, bins=bins)
    if n.min(initial=2) < 2 or len(n) == 0:
        return math.nan
    square = (accuracy - mean_score) ** 2 - accuracy * (1 - accuracy) / (n - 1)
    return math.sqrt(max(0.0, float(n @ square / n.sum())))


def _filled_bins(
    top_score: FloatArray, right: BoolArray, *, bins: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Number of tickets, accuracy and mean score of each equal-mass bin that has tickets."""
    curve = reliability_bins(top_score, right, bins=bins)
    columns = np.array([(b.n, b.accuracy, b.mean_score) for b in curve]).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _mean_size(mean: FloatArray, sd: FloatArray) -> FloatArray:
    """E|X| of normal X (folded normal, Leone et al. 1961); |mean| where sd is 0."""
    z = np.abs(mean) / np.where(sd > 0, sd, 1)
    noisy = sd * math.sqrt(2 / math.pi) * np.exp(-(z**2) / 2) + np.abs(mean) * special.erf(
        z / math.sqrt(2)
    )
    return np.where(sd > 0, noisy, np.abs(mean))


def _if_calibrated(alone: _Alone, shown: FloatArray, *, seed: int) -> _IfCalibrated:
    if len(alone.cells.n) == 0:
        return _IfCalibrated(math.nan, math.nan, math.nan, ())
    of = pooled(alone.cells)
    bin_of = np.searchsorted(alone.edges, of.score, side="left")
    observed = _ece(of, bin_of)
    eces, mcbs, fits = [], [], []
    for draw in draws_if_calibrated(of, seed=seed):
        fit = isotonic_fit(draw)
        eces.append(_ece(draw, bin_of))
        mcbs.append(miscalibration(draw, fit))
        fits.append(np.interp(shown, of.score, fit))
    # Counts often tie with the observed ones; rounding must not break such a tie.
    reached = int((np.array(eces) >= observed - 1e-12).sum())
    p = (1 + reached) / (N_DRAWS + 1)
    return _IfCalibrated(float(np.mean(eces)), p, float(np.mean(mcbs)), fits)


def _ece(of: ScoreCells, bin_of: IntArray) -> float:
    gaps = np.bincount(bin_of, weights=of.n * of.score - of.right)
    return float(np.abs(gaps).sum() / of.n.sum())
