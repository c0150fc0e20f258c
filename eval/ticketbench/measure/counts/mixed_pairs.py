"""Which two labels are taken for each other most, by the top label alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from ticketbench.core.types import ScoreTable
from ticketbench.measure.counts.confusion import cells

MOST_PAIRS = 20
FEW = 3
"""A pair with no more tickets is not worth a change of its rubrics."""


@dataclass(frozen=True, slots=True)
class MixedPair:
    """Two labels in the order of the rubric set, and the tickets taken for the other one.

    first_as_second  gold `first`, top label `second`; `second_as_first` the other way round
    before           such tickets of both kinds under the set that runs today
    """

    first: str
    second: str
    first_as_second: int
    second_as_first: int
    before: int

    @property
    def n(self) -> int:
        """Tickets taken for the other label, both ways."""
        return self.first_as_second + self.second_as_first


def mixed_pairs(table: ScoreTable, before: ScoreTable) -> tuple[MixedPair, ...]:
    """At most 20 pairs with such tickets under `table`, most first, ties in the order of labels.

    Thresholds play no part. A label that `before` lacks had none there.
    """
    counts, earlier = _by_name(table), _by_name(before)
    pairs = [
        MixedPair(a, b, counts[a, b], counts[b, a], earlier.get((a, b), 0) + earlier.get((b, a), 0))
        for a, b in combinations(table.labels, 2)
    ]
    return tuple(sorted((p for p in pairs if p.n), key=lambda pair: -pair.n)[:MOST_PAIRS])


def _by_name(table: ScoreTable) -> dict[tuple[str, str], int]:
    names, counts = table.gold_labels, cells(table).tolist()
    return {(a, b): counts[i][j] for i, a in enumerate(names) for j, b in enumerate(names)}
