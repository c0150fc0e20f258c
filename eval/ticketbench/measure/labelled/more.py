"""About how many more labels until a verdict is settled, told by futures drawn from those seen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.types import FloatArray
from ticketbench.measure.labelled.about_log import typical
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.labelled.verdict import settled_after
from ticketbench.measure.pairs.verdict import MARGIN

FEWEST = 10
"""Labels below which a guess would be as good as none."""

_N_FUTURES = 100
_FIRST_STEP = 50
_IMAGINED = 0.5
"""Of a gain, a loss and a tie each: half a label that nobody has given yet (Jeffreys 1946)."""


@dataclass(frozen=True, slots=True)
class MoreLabels:
    """How many more labels settle it, counted over futures.

    about      half of the futures need at most so many
    low, high  eight of ten futures need from low to high
    n_left     disagreements without a label: no future needs more
    open       the share of futures in which all of these leave it open; 0 about a log, since the
               verdict is exact then
    """

    about: int
    low: int
    high: int
    n_left: int
    open: float


def more_labels(log: LabelledLog, *, margin: float = MARGIN, seed: int) -> MoreLabels | None:
    """How many more labels `label_verdict` would need; None with less than 10 labels, and where
    none is left.

    100 futures: in each the shares of gains, losses and ties are drawn from what the labels leave
    possible (the Bayesian bootstrap of Rubin 1981, with half a gain, a loss and a tie imagined of
    typical size), the labels still to come from these shares, and the verdict is asked after every
    label of them, in the order there is. Settled already: all 0.
    """
    left = log.n_differ - log.n_labelled
    if log.n_labelled < FEWEST or not left:
        return None
    rng = np.random.default_rng(seed)
    needed = np.array([_needed(log, rng, margin) for _ in range(_N_FUTURES)])
    found = np.minimum(needed, left).astype(np.int64)
    low, about, high = np.quantile(found, [0.1, 0.5, 0.9], method="higher")
    return MoreLabels(int(about), int(low), int(high), left, float(np.mean(needed > left)))


def _needed(log: LabelledLog, rng: np.random.Generator, margin: float) -> float:
    """Labels still needed in one future; infinite where all leave it open.

    Looked at in steps that double, as most futures end long before their last label.
    """
    future, to_come = _future(log, rng), np.flatnonzero(log.differs)[log.n_labelled :]
    step = _FIRST_STEP
    while True:
        gains = future.copy()
        gains[to_come[step:]] = np.nan
        settled = settled_after(replace(log, gains=gains), margin=margin)
        if settled < math.inf or step >= len(to_come):
            return max(0.0, settled - log.n_labelled)
        step *= 2


def _future(log: LabelledLog, rng: np.random.Generator) -> FloatArray:
    """The gains with every disagreement labelled as the labels that count make likely."""
    values, weights = _likely(log)
    shares = rng.dirichlet(weights)
    gains = log.gains.copy()
    to_come = np.flatnonzero(log.differs)[log.n_labelled :]
    gains[to_come] = rng.choice(values, len(to_come), p=shares)
    return gains


def _likely(log: LabelledLog) -> tuple[FloatArray, FloatArray]:
    size = typical(log)
    values = np.concatenate([log.labelled, [-size, 0.0, size]])
    distinct, which = np.unique(values, return_inverse=True)
    weights = np.append(np.ones(log.n_labelled), np.full(3, _IMAGINED))
    return distinct, np.asarray(np.bincount(which, weights=weights), dtype=np.float64)
