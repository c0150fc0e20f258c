"""Which rubrics are too similar: pairs of labels that compete for the same tickets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ticketbench.core.types import Estimate, ScoreTable
from ticketbench.measure.counts import confusion
from ticketbench.measure.statistics import intervals


@dataclass(frozen=True, slots=True)
class PairOverlap:
    """Two labels over the tickets where they take the first two places.

    top_two           such tickets
    near_ties         those whose two scores differ by less than the limit
    near_tie          their share among top_two
    wrong_near_ties   near ties whose top label is not the gold label
    first_as_second   gold is `first`, top label is `second` (any ticket)
    second_as_first   the other way round
    """

    first: str
    second: str
    top_two: int
    near_ties: int
    near_tie: Estimate
    wrong_near_ties: int
    first_as_second: int
    second_as_first: int


def overlaps(table: ScoreTable, *, near_tie: float) -> tuple[PairOverlap, ...]:
    """Every pair of labels, most near ties first, then in label order.

    Conditioning on the first two places matters: over all tickets most pairs are within 0.05
    merely because both scores are near 0.
    """
    k = len(table.labels)
    counts = confusion.cells(table)
    order = np.argsort(-table.scores, axis=1, kind="stable")[:, :2]
    low, high = order.min(axis=1), order.max(axis=1)
    ranked = np.take_along_axis(table.scores, order, axis=1)
    # Rounded, so that 0.45 and 0.40 differ by 0.05 as printed, not by 0.04999999999999999.
    tied = np.round(ranked[:, 0] - ranked[:, 1], 10) < near_tie
    pairs = []
    for i, j in combinations(range(k), 2):
        here = (low == i) & (high == j)
        pairs.append(
            PairOverlap(
                first=table.labels[i],
                second=table.labels[j],
                top_two=int(here.sum()),
                near_ties=int((here & tied).sum()),
                near_tie=intervals.share(tied[here], table.groups[here]),
                wrong_near_ties=int((here & tied & ~table.right).sum()),
                first_as_second=int(counts[i, j]),
                second_as_first=int(counts[j, i]),
            )
        )
    return tuple(sorted(pairs, key=lambda pair: -pair.near_ties))
