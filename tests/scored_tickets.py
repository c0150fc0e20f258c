"""Tickets as a threshold rule sees them, from plain lists; and what is asked of a threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import BoolArray, FloatArray
from ticketbench.measure.thresholds.rules import Asked
from ticketbench.measure.thresholds.tickets import Tickets

OFF = Policy(escalate_above=1.0)
Block = tuple[float, int, int]
"""A score, the tickets that have it, and how many of them are wrong."""


def tickets(
    score: ArrayLike,
    right: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    second: ArrayLike | None = None,
    gold: ArrayLike | None = None,
    top: ArrayLike | None = None,
    labels: Sequence[str] = ("a", "b"),
) -> Tickets:
    """n tickets; the second score and that of the gold label are 0 where nothing is said."""
    n = len(np.asarray(score))
    return Tickets(
        labels=tuple(labels),
        top=np.zeros(n, np.int64) if top is None else np.asarray(top, np.int64),
        score=np.asarray(score, np.float64),
        second=np.zeros(n) if second is None else np.asarray(second, np.float64),
        gold=np.zeros(n) if gold is None else np.asarray(gold, np.float64),
        right=np.asarray(right, np.bool_),
        groups=np.arange(n) if groups is None else np.asarray(groups, np.int64),
    )


def blocks(*of: Block) -> Tickets:
    """Independent tickets that share their scores in blocks."""
    score = np.concatenate([np.full(n, at) for at, n, _ in of])
    return tickets(score, np.concatenate([np.arange(n) >= wrong for _, n, wrong in of]))


def drawn(
    n: int, *, wrong: float = 0.25, least: float = 0.0, decimals: int | None = None, seed: int = 0
) -> tuple[FloatArray, BoolArray]:
    """Scores in 0 .. 1 and hits; wrong is `least` at the top and 2 · `wrong` more at the bottom."""
    rng = np.random.default_rng(seed)
    score = rng.random(n)
    right = rng.random(n) >= least + 2 * wrong * (1 - score)
    return (score if decimals is None else score.round(decimals)), right


def asked(
    base: Policy = OFF,
    *,
    costs: Costs | None = None,
    min_precision: float = 0.9,
    confidence: float = 0.9,
    promises: int = 1,
    most_reviewed: float | None = None,
    seed: int = 0,
) -> Asked:
    """What is asked of a threshold."""
    return Asked(base, costs or Costs(), min_precision, confidence, promises, most_reviewed, seed)
