"""If two labels were one: what their scores, added, would get right of the same tickets.

Which labels are best made one is no question of accuracy alone: tickets that two labels take for
each other are right by name as soon as both are called the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.types import NONE, BoolArray, Estimate, FloatArray, IntArray, ScoreTable
from ticketbench.measure.counts import confusion
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import difference_of
from ticketbench.measure.statistics.intervals import share

MOST_PAIRS = 200
"""Pairs that get an interval: all of 20 labels. Nobody reads on, and each one takes its time."""

FEWEST_LABELS = 3
"""Of two labels that are one, nothing is left to tell apart."""

_DECIMALS = 12
"""Sums are rounded to them: 0.1 and 0.2 as printed tie with 0.3, which floats do not."""


@dataclass(frozen=True, slots=True)
class IfJoined:
    """Two labels of a set, in its order, and what asking for both as one would do, about.

    forgiven  tickets of either that the other has now: right as soon as both are one
    won       tickets of either that a third label has now, and both together would have
    lost      tickets of third labels that are right now, and that both together would take
    accuracy  share right if joined; `change` against now, (forgiven + won - lost) / n
    """

    first: str
    second: str
    forgiven: int
    won: int
    lost: int
    accuracy: Estimate
    change: Estimate


@dataclass(frozen=True, slots=True)
class IfAnyJoined:
    """Every pair of a set, those that would be right most often first; ties in label order.

    accuracy  share right now
    n_pairs   pairs that there are; `pairs` has 200 of them at most
    """

    accuracy: Estimate
    pairs: tuple[IfJoined, ...]
    n_pairs: int

    def of(self, first: str, second: str) -> IfJoined | None:
        """The pair of these two labels in any order; None where it is not among `pairs`."""
        wanted = {first, second}
        return next((one for one in self.pairs if {one.first, one.second} == wanted), None)


def if_any_joined(table: ScoreTable) -> IfAnyJoined:
    """What each pair of labels would get right with their scores added, over labelled tickets.

    Gold of either counts for the joined label, which stands where the earlier of both did, so that
    a tie goes to it or to an earlier label. A third label may lose tickets to the sum, so the
    change can be below 0. The interval of the change is that of paired tickets, by group. No
    tickets: NaN. Raises InputError with fewer than three labels.
    """
    tickets = _Tickets.of(table.labelled())
    forgiven, won, lost = _counts(tickets)
    gain = forgiven + won - lost
    every = list(combinations(range(len(table.labels)), 2))
    order = sorted(every, key=lambda pair: -gain[pair])[:MOST_PAIRS]
    counted = [(pair, (forgiven[pair], won[pair], lost[pair])) for pair in order]
    pairs = tuple(_pair(tickets, pair, counts) for pair, counts in counted)
    return IfAnyJoined(share(tickets.right, tickets.groups), pairs, len(every))


def if_joined(table: ScoreTable, first: str, second: str) -> IfJoined:
    """The same of one pair, given in any order."""
    tickets = _Tickets.of(table.labelled())
    i, j = sorted((table.labels.index(first), table.labels.index(second)))
    now, after = tickets.right, tickets.right_if(i, j)
    own = (tickets.truth == i) | (tickets.truth == j)
    among = own & ((tickets.top == i) | (tickets.top == j))
    counts = (
        int((among & ~now).sum()),
        int((own & after & ~among).sum()),
        int((now & ~after).sum()),
    )
    return _pair(tickets, (i, j), counts)


def joined_table(table: ScoreTable, first: str, second: str, *, name: str) -> ScoreTable:
    """`table` with one label `name` for both, in the place of the earlier, its score their sum.

    What `if_joined` predicts is measured on it. Raises InputError with fewer than three labels.
    """
    _refuse_two(len(table.labels))
    i, j = sorted((table.labels.index(first), table.labels.index(second)))
    scores = np.delete(table.scores, j, axis=1)
    scores[:, i] = _sum(table.scores, i, j)
    to = np.array([*(at - (at > j) for at in range(len(table.gold_labels))), NONE])
    to[j] = i
    wanted = None
    if table.wanted is not None:
        wanted = np.delete(table.wanted, j, axis=1)
        wanted[:, i] |= table.wanted[:, j]
    return replace(
        table,
        labels=_renamed(table.labels, i, j, name),
        gold_labels=_renamed(table.gold_labels, i, j, name),
        truth=to[table.truth].astype(np.int64),
        scores=scores,
        wanted=wanted,
    )


def joined_tops(table: ScoreTable) -> Iterator[tuple[tuple[str, str], FloatArray, BoolArray]]:
    """Per pair in label order: its labels, and top score and hit of each ticket if it were joined.

    As in `joined_table`, without making one for each pair. Gold `__none__` is never a hit.
    """
    tickets = _Tickets.of(table)
    for i, j in combinations(range(len(table.labels)), 2):
        yield (table.labels[i], table.labels[j]), tickets.top_if(i, j), tickets.right_if(i, j)


@dataclass(frozen=True, slots=True, eq=False)
class _Tickets:
    """Tickets with the three best labels of each, best first: two of them may be joined."""

    labels: tuple[str, ...]
    scores: FloatArray
    truth: IntArray
    top: IntArray
    right: BoolArray
    groups: IntArray
    cells: IntArray
    best: IntArray

    @classmethod
    def of(cls, table: ScoreTable) -> _Tickets:
        _refuse_two(len(table.labels))
        return cls(
            labels=table.labels,
            scores=table.scores,
            truth=table.truth,
            top=table.top,
            right=table.right,
            groups=table.groups,
            cells=confusion.cells(table),
            best=np.argsort(-table.scores, axis=1, kind="stable")[:, :3],
        )

    def rest(self, i: int, j: int) -> tuple[IntArray, FloatArray]:
        """The best label that is neither, and its score."""
        first, second, third = self.best.T
        taken = (first == i) | (first == j), (second == i) | (second == j)
        label = np.where(taken[0], np.where(taken[1], third, second), first)
        return label, self.scores[np.arange(len(label)), label]

    def top_if(self, i: int, j: int) -> FloatArray:
        """The top score of each ticket with i and j as one."""
        return np.maximum(_sum(self.scores, i, j), self.rest(i, j)[1])

    def right_if(self, i: int, j: int) -> BoolArray:
        """Whether the top label is right with i < j as one, which stands where i did."""
        label, score = self.rest(i, j)
        both = _sum(self.scores, i, j)
        wins = (both > score) | ((both == score) & (i < label))
        own = (self.truth == i) | (self.truth == j)
        return np.asarray(np.where(wins, own, label == self.truth))


def _sum(scores: FloatArray, i: int, j: int) -> FloatArray:
    """Both scores added; rounding must not make the sum less than either."""
    both = np.round(scores[:, i] + scores[:, j], _DECIMALS)
    return np.asarray(np.maximum(both, np.maximum(scores[:, i], scores[:, j])))


def _pair(tickets: _Tickets, pair: tuple[int, int], counts: tuple[int, int, int]) -> IfJoined:
    now, after = tickets.right, tickets.right_if(*pair)
    change = of_means(now.astype(np.float64), after.astype(np.float64), tickets.groups)
    first, second = (tickets.labels[at] for at in pair)
    forgiven, won, lost = map(int, counts)
    accuracy = share(after, tickets.groups)
    return IfJoined(first, second, forgiven, won, lost, accuracy, difference_of(change))


def _counts(tickets: _Tickets) -> tuple[IntArray, IntArray, IntArray]:
    """K x K each, above the diagonal: forgiven, won and lost tickets of every pair."""
    k = len(tickets.labels)
    mixed = tickets.cells[:k, :k]
    return np.triu(mixed + mixed.T, 1), _won(tickets), _lost(tickets)


def _won(tickets: _Tickets) -> IntArray:
    """A wrong ticket is won by its gold label with any third one if their sum passes the top."""
    k = len(tickets.labels)
    found = np.zeros((k, k), dtype=np.int64)
    for gold in range(k):
        rows = np.flatnonzero((tickets.truth == gold) & ~tickets.right)
        passes = _passes(tickets, rows, gold)
        found[gold] += passes.sum(axis=0)
    return np.triu(found + found.T, 1)


def _lost(tickets: _Tickets) -> IntArray:
    """A right ticket is lost to two others whose sum passes it: the larger has half of it."""
    k = len(tickets.labels)
    found = np.zeros((k, k), dtype=np.int64)
    top_score = tickets.scores[np.arange(len(tickets.top)), tickets.top]
    half = top_score / 2 - 10.0**-_DECIMALS
    for one in range(k):
        large = tickets.right & (tickets.top != one) & (tickets.scores[:, one] >= half)
        rows = np.flatnonzero(large)
        own, others = tickets.scores[rows, one][:, None], tickets.scores[rows]
        later = (others < own) | ((others == own) & (np.arange(k) > one))
        found[one] += (_passes(tickets, rows, one) & later).sum(axis=0)
    return np.triu(found + found.T, 1)


def _passes(tickets: _Tickets, rows: IntArray, one: int) -> BoolArray:
    """Rows x K: whether `one` and the label of the column, both not on top, pass the top label."""
    scores, top = tickets.scores[rows], tickets.top[rows][:, None]
    own, columns = scores[:, [one]], np.arange(scores.shape[1])
    both = np.maximum(np.round(own + scores, _DECIMALS), np.maximum(own, scores))
    top_score = np.take_along_axis(scores, top, axis=1)
    passes = (both > top_score) | ((both == top_score) & (np.minimum(columns, one) < top))
    return np.asarray(passes & (columns != one) & (columns != top))


def _renamed(labels: tuple[str, ...], i: int, j: int, name: str) -> tuple[str, ...]:
    return tuple(name if at == i else one for at, one in enumerate(labels) if at != j)


def _refuse_two(k: int) -> None:
    if k < FEWEST_LABELS:
        raise InputError(
            f"of {k} labels none can be joined: one label tells no tickets apart",
            help="a rubric set needs two labels or more",
        )
