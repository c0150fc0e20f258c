"""What the answers of a set took: how long each live one, and what a thousand of them cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.types import Value


@dataclass(frozen=True, slots=True, eq=False)
class Latency(Value):
    """How long n live answers took, in milliseconds: half, and 19 of 20, were as quick or quicker.

    NaN where none was timed.
    """

    n: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class Effort(Value):
    """What the answers of a set took.

    cost_per_1000  of so many questions, at the prices of the config; NaN without one
    tokens_of      whether tokens are those that the answers name, or made of characters
    """

    cost_per_1000: float
    tokens_of: Literal["answers", "characters"]
    latency: Latency


def latency(ms: Sequence[int]) -> Latency:
    """The quantiles of these times, each one of them (nearest rank); none: NaN."""
    if not len(ms):
        return Latency(0, math.nan, math.nan)
    p50, p95 = np.quantile(np.asarray(ms), (0.5, 0.95), method="inverted_cdf").tolist()
    return Latency(len(ms), float(p50), float(p95))
