"""Made-up answers about labels that are mixed up evenly, in one planted pair, or at random."""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray, Provenance, ScoreTable
from ticketbench.measure.rubrics.diagnosis import Diagnosis, diagnosis

ACCURACY = 0.85
PLANTED = 0.25
_PULL = {4: 2.14, 6: 2.409, 10: 2.691}
"""Makes 85 % right: the mean of Φ(z + pull)^(k - 1) over normal z."""


def answers(
    rng: np.random.Generator,
    *,
    n: int,
    k: int,
    planted: float = 0.0,
    lost: bool = False,
    sharpness: float = 2.0,
) -> ScoreTable:
    """n tickets of k labels (4, 6 or 10), 85 % right, errors spread evenly over the other labels.

    Noise, and a pull to the gold label, which mostly stands second where it is not first. With
    `lost` it then scores as any other label that is not first. Of the first two labels a share
    `planted` more gets the other one, each way: their scores are exchanged.
    """
    gold, at = rng.integers(0, k, n), np.arange(n)
    logits = rng.normal(size=(n, k))
    logits[at, gold] += _PULL[k]
    wrong = logits.argmax(axis=1) != gold
    if lost:
        _lose(rng, logits, gold, wrong)
    turned = (gold < 2) & ~wrong & (rng.random(n) < planted / ACCURACY)
    logits[turned, :2] = logits[turned, 1::-1]
    return _table(sharpness * logits, gold)


def _lose(rng: np.random.Generator, logits: FloatArray, gold: IntArray, wrong: BoolArray) -> None:
    """Exchange the gold label's score with that of any label that is not first."""
    for row in np.flatnonzero(wrong):
        behind = np.delete(np.arange(logits.shape[1]), logits[row].argmax())
        other = rng.choice(behind)
        logits[row, [gold[row], other]] = logits[row, [other, gold[row]]]


def unrelated(rng: np.random.Generator, *, n: int, k: int) -> ScoreTable:
    """n tickets whose scores have nothing to do with their labels."""
    return _table(2 * rng.normal(size=(n, k)), rng.integers(0, k, n))


def diagnosed(table: ScoreTable) -> Diagnosis:
    """As a run with the usual policy diagnoses it."""
    return diagnosis(table, escalate_above=0.3, near_tie=0.05)


def _table(logits: FloatArray, gold: IntArray) -> ScoreTable:
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
