"""How many scores reach a threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ticketbench.core.policy import TOLERANCE
from ticketbench.core.types import FloatArray, IntArray


def at_least(
    scores: FloatArray,
    thresholds: Sequence[float] | FloatArray,
    *,
    times: IntArray | None = None,
) -> IntArray:
    """How many scores are at or above each threshold, as `reaches` has it; no scores: zeros.

    `times` says how often each score counts, once where nothing is said.
    """
    lowest = np.asarray(thresholds) - TOLERANCE
    if times is None:
        return np.asarray(len(scores) - np.searchsorted(np.sort(scores), lowest, side="left"))
    order = np.argsort(scores)
    above = np.append(np.cumsum(times[order][::-1])[::-1], 0)
    return np.asarray(above[np.searchsorted(scores[order], lowest, side="left")])
