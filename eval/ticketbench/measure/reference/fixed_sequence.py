"""The threshold of fixed-sequence testing on a grid, to compare with numbers from elsewhere."""

from __future__ import annotations

import math
from itertools import takewhile

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray
from ticketbench.measure.routing.reach import at_least
from ticketbench.measure.statistics import special
from ticketbench.measure.thresholds.levels import fewest_tickets

SEQUENCE: tuple[float, ...] = tuple(i / 100 for i in range(99, 29, -1))
"""The thresholds in the order of their tests: .99, .98 ... .30."""

_TAIL = 3

Step = tuple[float, int, int, float]
"""A threshold, the tickets it selects, those that are wrong, and the p-value of its test."""


def fixed_sequence(
    top_score: FloatArray, right: BoolArray, *, risk: float, delta: float
) -> tuple[float, tuple[Step, ...]]:
    """The last threshold that passes before the first failure, and the last three tests.

    From strict to lenient, where as many tickets are selected as pass without an error; each by
    P(Binomial(selected, risk) <= errors) <= delta (Angelopoulos et al. 2021). NaN: none.
    """
    selected = at_least(top_score, SEQUENCE)
    errors = at_least(top_score[~right], SEQUENCE)
    p = np.where(selected > 0, special.bdtr(errors.astype(np.float64), selected, risk), 1.0)
    n_min = fewest_tickets(risk=risk, delta=delta) or math.inf
    columns = (selected.tolist(), errors.tolist(), p.tolist())
    tried = [step for step in zip(SEQUENCE, *columns, strict=True) if step[1] >= n_min]
    # The margin is for the last digit of p: a p-value of exactly delta passes.
    passed = list(takewhile(lambda step: step[3] <= delta * (1 + 1e-12), tried))
    threshold = passed[-1][0] if passed else math.nan
    return threshold, tuple(tried[: len(passed) + 1][-_TAIL:])
