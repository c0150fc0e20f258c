"""What tickets look like under a policy: the scores and counts that later ones are held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.types import FloatArray, IntArray, ScoreTable

N_QUANTILES = 101
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Profile:
    """n tickets, at least one, under a policy.

    top_score_quantiles  of the raw top score, from its minimum to its maximum in steps of 1 %,
                         linear between two scores, to six decimals
    top_labels, outcomes  counts by label, in their order, and by outcome
    confusion  counts: rows gold in label order, then one for tickets that no label of the set fits
               where there is any; columns the top label
    """

    n: int
    top_score_quantiles: tuple[float, ...]
    top_labels: dict[str, int]
    outcomes: dict[str, int]
    confusion: tuple[tuple[int, ...], ...]


def profile(table: ScoreTable, policy: Policy) -> Profile:
    """The profile of the scored tickets of `table`; raises ValueError where there are none."""
    if not table.n_scored:
        raise ValueError("without tickets there is nothing to hold later ones against")
    k = len(table.labels)
    tops = np.bincount(table.top, minlength=k).tolist()
    outcome = policy.decide(table.scores, table.labels).outcome
    counts = np.bincount(outcome, minlength=len(OUTCOMES)).tolist()
    return Profile(
        n=table.n_scored,
        top_score_quantiles=quantiles_of(table.top_score),
        top_labels=dict(zip(table.labels, tops, strict=True)),
        outcomes=dict(zip(OUTCOMES, counts, strict=True)),
        confusion=confusion_of(table.truth, table.top, k),
    )


def quantiles_of(top_score: FloatArray) -> tuple[float, ...]:
    """Those of a profile, of one score or more."""
    found = np.quantile(top_score, np.linspace(0, 1, N_QUANTILES))
    return tuple(np.round(found, _DECIMALS).tolist())


def confusion_of(truth: IntArray, top: IntArray, k: int) -> tuple[tuple[int, ...], ...]:
    """The counts of a profile, from indices of `k` labels; others of gold count as none."""
    # A gold label that the set lacks is one that no label of the set fits.
    gold = np.where((truth >= 0) & (truth < k), truth, k)
    cells = np.bincount(gold * k + top, minlength=(k + 1) * k).reshape(k + 1, k)
    rows = cells if cells[k].any() else cells[:k]
    return tuple(tuple(row) for row in rows.tolist())
