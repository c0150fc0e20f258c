"""Several tests at once: p-values adjusted so that one false alarm among all is rare."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


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
