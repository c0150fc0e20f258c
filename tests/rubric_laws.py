"""Made-up answers about labels that are mixed up evenly, in one planted pair, or at random."""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import Provenance, ScoreTable
from ticketbench.measure.rubrics.diagnosis import Diagnosis, diagnosis

ACCURACY = 0.85
PLANTED = 0.25


def answers(
    rng: np.random.Generator, *, n: int, k: int, sharpness: float, planted: float = 0.0
) -> ScoreTable:
    """n tickets of k labels, 85 % right, errors spread evenly over the other labels.

    Of the first two labels a share `planted` more gets the other one, each way. The top label is
    drawn first; scores are sharper the larger `sharpness`, and the gold label of a wrong ticket
    scores as any other label does.
    """
    gold = rng.integers(0, k, n)
    wrong = rng.random(n) >= ACCURACY
    top = np.where(wrong, (gold + rng.integers(1, k, n)) % k, gold)
    turned = (gold < 2) & ~wrong & (rng.random(n) < planted / ACCURACY)
    top = np.where(turned, 1 - gold, top)
    logits = sharpness * rng.normal(size=(n, k))
    at = np.arange(n)
    best = logits.max(axis=1) + sharpness * rng.exponential(0.5, n)
    logits[at, top] = best
    return _table(logits, gold)


def unrelated(rng: np.random.Generator, *, n: int, k: int) -> ScoreTable:
    """n tickets whose scores have nothing to do with their labels."""
    return _table(2 * rng.normal(size=(n, k)), rng.integers(0, k, n))


def diagnosed(table: ScoreTable) -> Diagnosis:
    """As a run with the usual policy diagnoses it."""
    return diagnosis(table, escalate_above=0.3, near_tie=0.05)


def _table(logits: np.ndarray, gold: np.ndarray) -> ScoreTable:
    n, k = logits.shape
    scores = np.exp(logits - logits.max(axis=1, keepdims=True))
    names = tuple(f"l{i}" for i in range(k))
    return ScoreTable(
        labels=names,
        gold_labels=names,
        ids=tuple(f"t{i}" for i in range(n)),
        truth=gold.astype(np.int64),
        groups=np.arange(n),
        scores=scores / scores.sum(axis=1, keepdims=True),
        wanted=None,
        failures=(),
        provenance=Provenance("d.csv", "d", "v1", "r", "local://test"),
    )
