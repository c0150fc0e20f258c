"""Calibration error without bins: residuals smoothed with a kernel that chooses its own width."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray

_CELLS = 4096
_NODES = 1000
_HALVINGS = 40


def smooth_ece(top_score: FloatArray, right: BoolArray) -> float:
    """Smooth calibration error of the top score, 0 to 1, 0 is best (Błasiok & Nakkiran 2023).

    smECE(σ) = ∫ |r(t)| dt, where r is the mean of (right - score) of the tickets, each smeared
    over [0, 1] by a Gaussian of width σ around its score that is reflected at both ends. The
    result is the one σ with smECE(σ) = σ. Tickets are counted in 4,096 cells of equal width.
    When all scores err to one side it is the gap between mean score and accuracy. Biased upwards
    when tickets are few. No tickets: NaN.
    """
    if len(top_score) == 0:
        return math.nan
    cell = np.clip((top_score * _CELLS).astype(np.int64), 0, _CELLS - 1)
    residuals = np.bincount(cell, weights=right - top_score, minlength=_CELLS) / len(top_score)
    spectrum = np.fft.rfft(np.concatenate([residuals, residuals[::-1]]))
    frequency = np.pi * np.arange(_CELLS + 1)

    def error_at(width: float) -> float:
        # Mirrored copies to both sides are a circle, on which smearing is a product of spectra.
        smeared = np.fft.irfft(spectrum * np.exp(-0.5 * (frequency * width) ** 2), 2 * _CELLS)
        return float(np.abs(smeared[:_CELLS]).sum())

    return _fixed_point(error_at)


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
    """The error that equals its width; it never grows with the width, so there is just one."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        width = (low + high) / 2
        if error_at(width) > width:
            low = width
        else:
            high = width
    return error_at(high)


def _mirrored_nodes(top_score: FloatArray, values: FloatArray) -> FloatArray:
    """Sums of `values` at scores 0, 0.001 ... 1, then back down without either end."""
    place = top_score * _NODES
    below = np.clip(place.astype(np.int64), 0, _NODES - 1)
    share = place - below
    sums = np.bincount(below, weights=(1 - share) * values, minlength=_NODES + 1)
    sums += np.bincount(below + 1, weights=share * values, minlength=_NODES + 1)
    return np.concatenate([sums, sums[-2:0:-1]])
