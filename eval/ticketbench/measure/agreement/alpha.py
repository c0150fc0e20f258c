"""Krippendorff's alpha: the same for any number of people, each on any of the tickets."""

from __future__ import annotations

import math

import numpy as np

from ticketbench.core.types import Estimate, FloatArray
from ticketbench.measure.agreement.said import Said, double, label_counts
from ticketbench.measure.statistics.resampling import Units, percentile_interval


def alpha(said: Said, *, seed: int) -> Estimate:
    """Krippendorff's alpha for nominal labels (2004, chapter 11) of tickets with two answers or
    more: 1 - observed disagreement / expected disagreement.

    The interval is a percentile bootstrap over tickets, the same for the same seed. No such
    tickets, or one label alone: NaN.
    """
    drawn = _units(double(said))
    n = int(drawn.times.sum())
    if n == 0:
        return Estimate.undefined(0, "no tickets with two answers")
    value = float(_alpha(drawn.observed))
    if math.isnan(value):
        return Estimate.undefined(n, "one label alone: nothing to tell apart")
    ends = percentile_interval(drawn, _alpha, seed=seed)
    if ends.low == ends.high or math.isnan(ends.low):
        return Estimate(value, math.nan, math.nan, n, "no interval: every draw is alike")
    return Estimate(value, ends.low, ends.high, n, "bootstrap over tickets")


def _units(said: Said) -> Units:
    """A ticket adds its disagreeing pairs, each ticket's in all one for an answer, and its labels.

    Tickets with the same labels are one unit, whoever gave which.
    """
    labels = sorted({label for answers in said for _, label in answers})
    place = {label: i for i, label in enumerate(labels, start=1)}
    times: dict[tuple[tuple[str, int], ...], int] = {}
    for answers, n in said.items():
        key = tuple(sorted(label_counts(answers).items()))
        times[key] = times.get(key, 0) + n
    cells = np.zeros((len(times), len(labels) + 1))
    for i, key in enumerate(times):
        m = sum(n for _, n in key)
        cells[i, 0] = m - sum(n * (n - 1) for _, n in key) / (m - 1)
        for label, n in key:
            cells[i, place[label]] = n
    return Units(np.arange(len(labels) + 1), np.array([*times.values()], dtype=np.int64), cells)


def _alpha(counts: FloatArray) -> FloatArray:
    """1 - (n - 1) · Σ o_ck / (n² - Σ n_c²) over pairs of different labels, with n answers."""
    different, labels = counts[..., 0], counts[..., 1:]
    n = labels.sum(axis=-1)
    expected = n * n - (labels * labels).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = 1 - (n - 1) * different / expected
    return np.asarray(np.where(expected > 0, found, np.nan))
