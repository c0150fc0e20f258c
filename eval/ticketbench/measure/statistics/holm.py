"""Several tests at once: p-values adjusted so that one false alarm among all is rare."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

LEVEL = 0.05
"""The chance of any false alarm among tests that are adjusted together."""


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Step-down adjusted p-values (Holm 1979), in the order of `p`, 0 to 1.

    The i-th smallest of m becomes the largest of (m - j + 1)·p_(j), j <= i, at most 1: rejecting
    what is at most 5 % keeps the chance of any false rejection at 5 %, whatever the dependence.
    Equal p-values stay equal. NaN stays NaN and does not count in m. Nothing given: empty.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")  # NaN sorts last
    m = int(np.isfinite(values).sum())
    adjusted = np.full(len(values), math.nan)
    steps = values[order[:m]] * np.arange(m, 0, -1)
    adjusted[order[:m]] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return tuple(adjusted.tolist())


def holm_levels(p: Sequence[float]) -> tuple[float, ...]:
    """The level that each test is read at, in the order of `p`, 5 %/m to 5 %.

    The j-th smallest of m has 5 %/(m - j + 1); where that one fails, so have all after it. Equal
    p-values have one level, the smallest of theirs. So p is below its level exactly where its
    adjusted p is below 5 %, and an interval at 1 - level shows what was decided. NaN is not counted
    in m and has 5 %.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    m = int(np.isfinite(values).sum())
    levels, level, before = np.full(len(values), LEVEL), LEVEL / max(m, 1), -math.inf
    for step, at in enumerate(order[:m]):
        if before < min(level, values[at]):
            level = LEVEL / (m - step)
        levels[at], before = level, values[at]
    return tuple(levels.tolist())
