"""Which two labels are taken for each other most, by the top label alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ticketbench.core.types import NONE, ScoreTable
from ticketbench.measure.counts.confusion import ConfusionMatrix, cells

MOST_PAIRS = 20
FEW = 3
"""A pair with no more tickets is not worth a change of its rubrics."""

FEWEST_GOLD = 5
"""With fewer tickets of a label nobody can tell how often it is taken for another one."""


@dataclass(frozen=True, slots=True)
class MixedPair:
    """Two labels in the order of the rubric set, and the tickets taken for the other one.

    first_as_second  gold `first`, top label `second`; `second_as_first` the other way round
    before           such tickets of both kinds under the set that runs today
    gold             all tickets of both labels
    """

    first: str
    second: str
    first_as_second: int
    second_as_first: int
    before: int
    gold: int

    @property
    def n(self) -> int:
        """Tickets taken for the other label, both ways."""
        return self.first_as_second + self.second_as_first


def mixed_pairs(table: ScoreTable, before: ScoreTable) -> tuple[MixedPair, ...]:
    """At most 20 pairs with such tickets under `table`, the largest share of theirs first.

    So are they ranked where rubrics are diagnosed, too. Ties as in `most_mixed_first`, then in the
    order of labels; pairs with a label of under five tickets come last. Thresholds play no part. A
    label that `before` lacks had none there.
    """
    gold = Counter(table.gold_labels[k] for k in table.truth[table.truth != NONE].tolist())
    return _ranked(table.labels, gold, _by_name(table), _by_name(before))


def mixed_pairs_of(
    labels: Sequence[str], matrix: ConfusionMatrix, before: ConfusionMatrix
) -> tuple[MixedPair, ...]:
    """The same from the gold labels by top label of both sets, where `labels` are of the first."""
    gold = Counter({a: sum(row) for a, row in zip(matrix.rows, matrix.counts, strict=True)})
    return _ranked(labels, gold, _named(matrix), _named(before))


_Counts = Mapping[tuple[str, str], int]


def _ranked(
    labels: Sequence[str], gold: Mapping[str, int], counts: _Counts, earlier: _Counts
) -> tuple[MixedPair, ...]:
    pairs = [
        MixedPair(
            first=a,
            second=b,
            first_as_second=counts[a, b],
            second_as_first=counts[b, a],
            before=earlier.get((a, b), 0) + earlier.get((b, a), 0),
            gold=gold[a] + gold[b],
        )
        for a, b in combinations(labels, 2)
        if counts[a, b] + counts[b, a]
    ]

    def rank(pair: MixedPair) -> tuple[bool, tuple[float, int]]:
        few = min(gold[pair.first], gold[pair.second]) < FEWEST_GOLD
        return few, most_mixed_first(pair.n, pair.gold)

    return tuple(sorted(pairs, key=rank)[:MOST_PAIRS])


def most_mixed_first(n_mixed: int, gold: int) -> tuple[float, int]:
    """What pairs are sorted by: the share mixed up of the `gold` tickets, then their number."""
    return -n_mixed / gold, -n_mixed


def _by_name(table: ScoreTable) -> dict[tuple[str, str], int]:
    names, counts = table.gold_labels, cells(table).tolist()
    return {(a, b): counts[i][j] for i, a in enumerate(names) for j, b in enumerate(names)}


def _named(matrix: ConfusionMatrix) -> dict[tuple[str, str], int]:
    rows = zip(matrix.rows, matrix.counts, strict=True)
    return {(a, b): n for a, row in rows for b, n in zip(matrix.columns, row, strict=True)}
