"""Which different values there are."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from ticketbench.core.types import FloatArray, IntArray

_Numbers = TypeVar("_Numbers", FloatArray, IntArray)


def distinct(values: _Numbers) -> _Numbers:
    """The different values, ascending; none of none.

    As np.unique has it of numbers that are not NaN: that loads all of masked arrays to ask whether
    these are one, which takes longer than a small job.
    """
    ordered = np.sort(values)
    found: _Numbers = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found
