"""Calibration error without bins: residuals smoothed with a kernel that chooses its own width."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.types import BoolArray, FloatArray, IntArray

_CELLS = 4096
_NODES = 1000
_FREQUENCY = np.pi * np.arange(_CELLS + 1)
_NARROWEST = 1 / _CELLS
_SMALLEST = 2.0**-40
_MOST_STEPS = 60


def smooth_ece(top_score: FloatArray, right: BoolArray) -> float:
    """Smooth calibration error of the top score, 0 to 1, 0 is best (Błasiok & Nakkiran 2023).

    smECE(σ) = ∫ |r(t)| dt, where r is the mean of (right - score) of the tickets, each smeared
    over [0, 1] by a Gaussian of width σ around its score that is reflected at both ends. The
    result is the one σ with smECE(σ) = σ. Tickets are counted in 4,096 cells of equal width.
    When all scores err to one side it is the gap between mean score and accuracy. Biased upwards
    when tickets are few. No tickets: NaN.
    """
    n = len(top_score)
    return smooth_error(top_score, right - top_score, n) if n else math.nan


def smooth_error(score: FloatArray, residual: FloatArray, n: int) -> float:
    """The same of n tickets whose residuals are summed by score, or by single tickets."""
    return _Smeared(score, residual, n).error


def smooth_ece_influence(top_score: FloatArray, right: BoolArray) -> FloatArray:
    """How the error moves with the weight of each of n tickets, mean 0.

    (right_i - s_i) · the smeared sign of r at s_i, over 1 - smECE'(σ): where the error grows its
    width grows with it, and takes a part of the growth back.
    """
    if len(top_score) == 0:
        return np.zeros(0)
    of = _Smeared(top_score, right - top_score, len(top_score))
    width = max(of.error, _NARROWEST)
    signs = _smear(np.sign(_smear(of.residuals, width)), width)
    influence = (right - top_score) * signs[of.cell] / (1 - of.slope(width))
    return np.asarray(influence - influence.mean())


def smooth_ece_by_chance(top_score: FloatArray, right: BoolArray) -> float:
    """About the error that calibrated scores like these would show: the mean of |noise|.

    ∫ sqrt(2/π · Σ_i s_i (1 - s_i) K_σ(t - s_i)²) dt / n, and K_σ² = K_{σ/√2} / (2σ√π). No
    tickets: NaN.
    """
    n = len(top_score)
    if n == 0:
        return math.nan
    width = max(smooth_ece(top_score, right), _NARROWEST)
    weights = top_score * (1 - top_score)
    noise = np.bincount(_cells(top_score), weights=weights, minlength=_CELLS).astype(np.float64)
    density = np.maximum(_smear(noise, width / math.sqrt(2)), 0.0) * _CELLS
    density /= 2 * width * math.sqrt(math.pi)
    return float(np.sqrt(2 / math.pi * density).mean()) / n


class _Smeared:
    """The residuals of tickets by cell, and the error at any width."""

    def __init__(self, score: FloatArray, residual: FloatArray, n: int) -> None:
        self.cell = _cells(score)
        residuals = np.bincount(self.cell, weights=residual, minlength=_CELLS)
        self.residuals: FloatArray = residuals / n
        self._spectrum = _spectrum_of(self.residuals)
        self.error = _fixed_point(self.at)

    def at(self, width: float) -> float:
        """smECE(σ)."""
        return float(np.abs(_smeared(self._spectrum, width)).sum())

    def slope(self, width: float) -> float:
        """smECE'(σ), never above 0."""
        step = 0.05 * width
        return min(0.0, (self.at(width + step) - self.at(width - step)) / (2 * step))


def _cells(top_score: FloatArray) -> IntArray:
    return np.clip((top_score * _CELLS).astype(np.int64), 0, _CELLS - 1)


def _smear(values: FloatArray, width: float) -> FloatArray:
    """What stands in the cells, smeared by a Gaussian that is reflected at both ends."""
    return _smeared(_spectrum_of(values), width)


def _spectrum_of(values: FloatArray) -> NDArray[np.complex128]:
    # Mirrored copies to both sides are a circle, on which smearing is a product of spectra.
    return np.asarray(np.fft.rfft(np.concatenate([values, values[::-1]])))


def _smeared(spectrum: NDArray[np.complex128], width: float) -> FloatArray:
    kernel = np.exp(-0.5 * (_FREQUENCY * width) ** 2)
    return np.asarray(np.fft.irfft(spectrum * kernel, 2 * _CELLS)[:_CELLS])


def smooth_ece_relplot(top_score: FloatArray, right: BoolArray) -> float:
    """The same as the library of the method's authors computes it (relplot 1.0.3).

    To compare with numbers from elsewhere. A ticket is shared between the two nearest of 1,001
    scores, and the outermost scores 0 and 1 count half, so tickets scored 1 weigh too little; the
    kernel ends at ±0.5. No tickets: NaN.
    """
    if len(top_score) == 0:
        return math.nan
    residuals = np.fft.rfft(_mirrored_nodes(top_score, right - top_score))
    tickets = np.fft.rfft(_mirrored_nodes(top_score, np.ones(len(top_score))))
    place = np.arange(2 * _NODES)
    distance = np.minimum(place, 2 * _NODES - place) / _NODES

    def error_at(width: float) -> float:
        kernel = np.fft.rfft(np.exp(-0.5 * (distance / width) ** 2) * (distance <= 0.5))
        sums = (np.fft.irfft(of * kernel, 2 * _NODES)[: _NODES + 1] for of in (residuals, tickets))
        smeared, density = sums
        return float(np.abs(smeared).sum() / density.sum())

    return _fixed_point(error_at)


def _fixed_point(error_at: Callable[[float], float]) -> float:
    """The error that equals its width; it never grows with the width, so there is just one.

    By false position, the end that stays being halved (Dowell & Jarratt 1971): a few steps where
    bisection takes forty. As error - width falls by 1 at least, it is as small as what is missing.
    """
    low, high = _SMALLEST, 1.0
    above, below = error_at(low) - low, error_at(high) - high
    stays = 0
    for _ in range(_MOST_STEPS):
        if above <= _SMALLEST or below >= -_SMALLEST:
            break
        width = (low * below - high * above) / (below - above)
        gap = error_at(width) - width
        if gap > 0:
            low, above, below, stays = width, gap, below / 2 if stays == 1 else below, 1
        else:
            high, below, above, stays = width, gap, above / 2 if stays == -1 else above, -1
    return error_at(low) if above <= _SMALLEST else error_at(high)


def _mirrored_nodes(top_score: FloatArray, values: FloatArray) -> FloatArray:
    """Sums of `values` at scores 0, 0.001 ... 1, then back down without either end."""
    place = top_score * _NODES
    below = np.clip(place.astype(np.int64), 0, _NODES - 1)
    share = place - below
    sums = np.bincount(below, weights=(1 - share) * values, minlength=_NODES + 1)
    sums += np.bincount(below + 1, weights=share * values, minlength=_NODES + 1)
    return np.concatenate([sums, sums[-2:0:-1]])
