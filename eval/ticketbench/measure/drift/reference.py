"""What is kept of an evaluation so that a later log of decisions can be held against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.types import FloatArray, ScoreTable
from ticketbench.measure.counts.confusion import top_label_confusion

N_QUANTILES = 101
"""One for each percent, ends included: a distance taken from them instead of all scores is wrong by
less than .01."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Counts and quantiles of n scored tickets; no text and no id.

    labels               the K labels, in the order of the rubric set
    top_score_quantiles  of the highest raw score at 0, 1 .. 100 %, ascending; empty when n is 0
    top_labels           K counts by the label with the highest score; they sum to n
    outcomes             counts in the order of core.policy.OUTCOMES; they sum to n
    confusion            K counts by top label for each gold label, then a row for the tickets whose
                         gold label is none of these, where there are any; they sum to n
    """

    n: int
    labels: tuple[str, ...]
    top_score_quantiles: tuple[float, ...]
    top_labels: tuple[int, ...]
    outcomes: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]


def reference_of(table: ScoreTable, policy: Policy) -> Reference:
    """The scored tickets of `table` as `policy` decides them.

    Quantiles are interpolated linearly (type 7 of Hyndman & Fan 1996). Tickets that failed take no
    part. Without scored tickets every count is 0 and there are no quantiles.
    """
    k = len(table.labels)
    outcome = policy.decide(table.scores, table.labels).outcome
    return Reference(
        n=table.n_scored,
        labels=table.labels,
        top_score_quantiles=quantiles_of(table.top_score),
        top_labels=tuple(np.bincount(table.top, minlength=k).tolist()),
        outcomes=tuple(np.bincount(outcome, minlength=len(OUTCOMES)).tolist()),
        confusion=_confusion(table),
    )


def quantiles_of(top_score: FloatArray) -> tuple[float, ...]:
    """The quantiles at 0, 1 .. 100 %; empty for no scores."""
    if len(top_score) == 0:
        return ()
    return tuple(np.quantile(top_score, np.linspace(0, 1, N_QUANTILES)).tolist())


def _confusion(table: ScoreTable) -> tuple[tuple[int, ...], ...]:
    rows = top_label_confusion(table).counts
    k = len(table.labels)
    # A gold label that the rubric set lacks is, for this set, none of its labels.
    outside = tuple(map(sum, zip(*rows[k:], strict=True)))
    return (*rows[:k], outside) if any(outside) else rows[:k]
