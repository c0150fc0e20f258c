"""Have scores or labels moved since the evaluation? One rule for several periods at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.types import FloatArray, IntArray, Value
from ticketbench.measure.drift.distance import label_distance, score_distance, stability_index
from ticketbench.measure.drift.reference import Reference
from ticketbench.measure.statistics.holm import holm

LEVEL = 0.02
"""The chance of any alarm of the tests, over all periods. With 5 % an unchanged week of 500 against
2,000 tickets or more is an alarm in 2 to 3 of a hundred, with this in fewer than one; a label with
15 points more is found in 97 of a hundred instead of 98 (400 tickets, a week of 2,000)."""

LEAST_SCORES = 0.10
LEAST_LABELS = 0.05
"""What matters: a distance of scores, a change of a label's share. With many tickets a test finds
differences that change no decision; benchmarks/simulate_drift.py counts what these leave."""

FEWEST = 50
"""Decisions in a period; with fewer there are counts alone."""

WEAK = 200
"""With fewer tickets on either side an alarm, or none, is called weak."""


@dataclass(frozen=True, slots=True, eq=False)
class Drift(Value):
    """One period against the reference; what has too few decisions is NaN and no alarm.

    scores   Kolmogorov-Smirnov distance of the top scores, 0 to 1, and its p by Holm
    labels   largest change of a share among the top labels, 0 to 1, and its p by Holm
    moved    the label whose share changed most, and by how much, negative where it fell
    psi      population stability index; shown, decides nothing
    n_reference, n  tickets on both sides
    """

    scores: float
    scores_p: float
    labels: float
    labels_p: float
    moved: str
    moved_by: float
    psi: float
    n_reference: int
    n: int

    @property
    def of_scores(self) -> bool:
        """Whether the scores moved: significantly, and by enough to matter."""
        return self.scores_p < LEVEL and self.scores >= LEAST_SCORES

    @property
    def of_labels(self) -> bool:
        """Whether the top labels moved, in the same sense."""
        return self.labels_p < LEVEL and self.labels >= LEAST_LABELS

    @property
    def alarm(self) -> bool:
        """Whether either moved."""
        return self.of_scores or self.of_labels

    @property
    def weak(self) -> bool:
        """Whether few tickets on one side make either answer a weak one."""
        return min(self.n_reference, self.n) < WEAK


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """The scored decisions of a period: index of the top label in the reference, top score."""

    top: IntArray
    score: FloatArray


def drift(reference: Reference, periods: Sequence[Period]) -> tuple[Drift, ...]:
    """Each period against `reference`, its p-values adjusted for all tests of all periods.

    Periods of fewer than 50 decisions are not tested. No periods: empty.
    """
    raw = [_of(reference, period) for period in periods]
    p = holm([value for one in raw for value in (one.scores_p, one.labels_p)])
    pairs = zip(p[::2], p[1::2], strict=True)
    return tuple(
        replace(one, scores_p=scores, labels_p=labels)
        for one, (scores, labels) in zip(raw, pairs, strict=True)
    )


def _of(reference: Reference, period: Period) -> Drift:
    n = len(period.score)
    top = period.top if n >= FEWEST else period.top[:0]
    score = period.score if n >= FEWEST else period.score[:0]
    now = np.bincount(top, minlength=len(reference.labels)).tolist()
    scores = score_distance(reference.top_score_quantiles, reference.n, score)
    labels = label_distance(reference.top_labels, now)
    at, by = _moved(reference, now)
    return Drift(
        scores=scores.value,
        scores_p=scores.p,
        labels=labels.value,
        labels_p=labels.p,
        moved=at,
        moved_by=by,
        psi=stability_index(reference.top_score_quantiles, score),
        n_reference=reference.n,
        n=n,
    )


def _moved(reference: Reference, now: Sequence[int]) -> tuple[str, float]:
    """The label whose share changed most; the earlier one of equals."""
    if not (reference.n and sum(now)):
        return "", float("nan")
    change = np.asarray(now) / sum(now) - np.asarray(reference.top_labels) / reference.n
    at = int(np.argmax(np.abs(change)))
    return reference.labels[at], float(change[at])
