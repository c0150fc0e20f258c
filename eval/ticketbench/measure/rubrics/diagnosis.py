"""Which rubrics get in each other's way: pairs of labels taken for each other, label by label."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ticketbench.core.policy import at_temperature, exceeds
from ticketbench.core.types import (
    NEEDS,
    NONE,
    BoolArray,
    Estimate,
    FloatArray,
    IntArray,
    ScoreTable,
    Value,
    second_highest,
)
from ticketbench.measure.counts import confusion
from ticketbench.measure.counts.mixed_pairs import FEWEST_GOLD, most_mixed_first
from ticketbench.measure.statistics import intervals, special
from ticketbench.measure.statistics.groups import effective_groups

MOST_MIXED = 0.10
LEAST_APART = 0.90
"""A pair is flagged where surely more of its tickets are mixed up, or surely fewer pairs of tickets
are in the right order. No correction over pairs: evenly spread errors flag hardly any set all the
same, and planted pairs would be missed (docs/evidence.md).
"""

SWALLOWS = 4
FEWEST_SWALLOWED = 5
"""One way has so many times the tickets of the other, and so many tickets at least."""

ONE_SIDED = 0.90
"""Either end of such an interval is a one-sided bound at 95 %."""

_DIGITS = 12
_Z = float(special.ndtri(0.5 + ONE_SIDED / 2))


@dataclass(frozen=True, slots=True, eq=False)
class PairDiagnosis(Value):
    """Two labels in the order of the rubric set, over the tickets whose gold is one of them.

    n_first, n_second  tickets of each; all of the counts below are about these
    first_as_second    gold `first`, top label `second`; `second_as_first` the other way round
    mixed        share of these tickets that are taken for the other label
    apart        chance that a ticket of `first` leans more to `first` than one of `second` does
    both_high    tickets that score above the escalation limit on both
    leading      tickets of any label where these two take the first two places
    near_ties    of these, those whose two scores are almost alike; follows the number of labels and
                 how sharp scores are, so it decides nothing
    apart is NaN, and these three are None, where not every score of an answer is known
    flagged      these two get in each other's way, by `mixed` or `apart`
    """

    first: str
    second: str
    n_first: int
    n_second: int
    first_as_second: int
    second_as_first: int
    mixed: Estimate
    apart: Estimate
    both_high: int | None
    leading: int | None
    near_ties: int | None
    flagged: bool

    @property
    def n(self) -> int:
        """Tickets of both labels."""
        return self.n_first + self.n_second

    @property
    def n_mixed(self) -> int:
        """Tickets taken for the other label, both ways."""
        return self.first_as_second + self.second_as_first

    @property
    def swallower(self) -> str:
        """The label that takes the tickets of the other, hardly any go back; empty: neither."""
        there, back = self.first_as_second, self.second_as_first
        if max(there, back) < max(FEWEST_SWALLOWED, SWALLOWS * min(there, back)):
            return ""
        return self.second if there > back else self.first


@dataclass(frozen=True, slots=True, eq=False)
class LabelDiagnosis(Value):
    """One label of the rubric set.

    n           tickets whose gold it is
    wins        tickets whose top label it is, those that no label fits among them
    recall      share of its tickets that it wins
    wrong_wins  share of its wins that have another gold label; 1 - precision
    score       median of its own score over its tickets; NaN without any, or where it is not known
    """

    label: str
    n: int
    wins: int
    recall: Estimate
    wrong_wins: Estimate
    score: float

    @property
    def never_wins(self) -> bool:
        """Whether no ticket has it as its top label."""
        return self.wins == 0

    @property
    def too_few(self) -> bool:
        """Whether it has too few tickets for any of its pairs to be told."""
        return self.n < FEWEST_GOLD


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Pairs of labels with five tickets each, most mixed up first; every label in its order.

    No labels: not measured, as in results of before.
    """

    pairs: tuple[PairDiagnosis, ...]
    labels: tuple[LabelDiagnosis, ...]

    @property
    def flagged(self) -> tuple[PairDiagnosis, ...]:
        """The pairs that get in each other's way, most mixed up first."""
        return tuple(pair for pair in self.pairs if pair.flagged)

    @property
    def too_few(self) -> tuple[LabelDiagnosis, ...]:
        """Labels with too few tickets to tell."""
        return tuple(label for label in self.labels if label.too_few)


def diagnosis(
    table: ScoreTable, *, escalate_above: float, near_tie: float, temperature: float = 1.0
) -> Diagnosis:
    """Every pair and label of `table`; a pair whose labels have under five tickets is left out.

    Both bounds of a flag are one-sided at 95 %: `mixed` by Wilson (1927), on the effective n where
    tickets come in groups; `apart` is the AUROC of log(p_first / p_second), with the standard error
    of Hanley and McNeil (1982) on effective groups. `temperature` is that of the policy: it moves
    `both_high` alone. Ranked by `mixed`, then by tickets mixed up, then in label order. No tickets:
    no pairs, and estimates of labels are NaN.
    """
    rows = [np.flatnonzero(table.truth == k) for k in range(len(table.labels))]
    pairs = _pairs(table, rows, escalate_above, near_tie, temperature)
    return Diagnosis(
        pairs=tuple(sorted(pairs, key=lambda p: most_mixed_first(p.n_mixed, p.n))),
        labels=tuple(_label(table, k, own) for k, own in enumerate(rows)),
    )


def _pairs(
    table: ScoreTable, rows: list[IntArray], limit: float, near_tie: float, temperature: float
) -> Iterator[PairDiagnosis]:
    counts = confusion.cells(table)
    counted = _Counted.of(table, limit=limit, near_tie=near_tie, temperature=temperature)
    told = [k for k, own in enumerate(rows) if len(own) >= FEWEST_GOLD]
    groups = {k: effective_groups(table.groups[rows[k]]) for k in told}
    alone = effective_groups(table.groups) == table.n_scored
    leans = {k: _ratios(table.scores[rows[k]].T, own=k) for k in told if table.complete}
    for i, j in combinations(told, 2):
        n_mixed = int(counts[i, j] + counts[j, i])
        n = len(rows[i]) + len(rows[j])
        mixed = _share(n_mixed, n) if alone else _mixed(table, rows, i, j)
        apart = Estimate.undefined(n, NEEDS["every score"])
        if leans:
            apart = _apart(leans[i].to[j], leans[j].of[i], groups[i], groups[j])
        yield PairDiagnosis(
            first=table.labels[i],
            second=table.labels[j],
            n_first=len(rows[i]),
            n_second=len(rows[j]),
            first_as_second=int(counts[i, j]),
            second_as_first=int(counts[j, i]),
            mixed=mixed,
            apart=apart,
            **counted.at(i, j),
            flagged=mixed.low > MOST_MIXED or apart.high < LEAST_APART,
        )


@dataclass(frozen=True, slots=True)
class _Counted:
    """K x K counts of tickets; None where not every score is known."""

    both_high: IntArray | None = None
    leading: IntArray | None = None
    near_ties: IntArray | None = None

    @classmethod
    def of(
        cls, table: ScoreTable, *, limit: float, near_tie: float, temperature: float
    ) -> _Counted:
        if not table.complete:
            return cls()
        high = _both_high(table, exceeds(at_temperature(table.scores, temperature), limit))
        return cls(high, *_near_ties(table, near_tie))

    def at(self, i: int, j: int) -> dict[str, int | None]:
        """Of a pair, by name."""
        known = {"both_high": self.both_high, "leading": self.leading, "near_ties": self.near_ties}
        return {name: None if of is None else int(of[i, j]) for name, of in known.items()}


def _mixed(table: ScoreTable, rows: list[IntArray], i: int, j: int) -> Estimate:
    hits = np.concatenate([table.top[rows[i]] == j, table.top[rows[j]] == i])
    groups = np.concatenate([table.groups[rows[i]], table.groups[rows[j]]])
    return intervals.share(hits, groups, confidence=ONE_SIDED)


def _share(hits: int, n: int) -> Estimate:
    """The same of independent tickets, which their number alone decides: fast for many pairs."""
    ends = intervals.wilson(hits, n, confidence=ONE_SIDED)
    return Estimate(hits / n, ends.low, ends.high, n, "Wilson")


@dataclass(frozen=True, slots=True)
class _Ratios:
    """Of the tickets of a label, for every other one in rows, ascending, NaN where both are 0.

    to  own score by that of the other; `of` the other way round
    """

    to: FloatArray
    of: FloatArray


def _ratios(scores: FloatArray, *, own: int) -> _Ratios:
    with np.errstate(divide="ignore", invalid="ignore"):
        both = (scores[own] / scores, scores / scores[own])
    return _Ratios(*(np.sort(_as_printed(one), axis=1) for one in both))


def _as_printed(ratio: FloatArray) -> FloatArray:
    """To twelve digits: .3/.1 and .6/.2 tie."""
    mantissa, exponent = np.frexp(ratio)
    return np.asarray(np.ldexp(np.round(mantissa, _DIGITS), exponent))


def _apart(first: FloatArray, second: FloatArray, n_first: float, n_second: float) -> Estimate:
    """The AUROC of ascending ratios p_i / p_j, tickets of i against those of j.

    As p_i · q_j against q_i · p_j, so zeros compare: a ticket with both 0 ties with every other.
    """
    n, m = len(first), len(second)
    known, other = (ratio[: len(ratio) - np.isnan(ratio).sum()] for ratio in (first, second))
    below = other.searchsorted(known, "left").sum() + other.searchsorted(known, "right").sum()
    area = float(below + n * m - len(known) * len(other)) / (2 * n * m)
    half = _Z * hanley_mcneil_error(area, n_first, n_second)
    return Estimate(area, max(0.0, area - half), min(1.0, area + half), n + m, "Hanley-McNeil")


def hanley_mcneil_error(area: float, n: float, m: float) -> float:
    """Standard error of an AUROC of n against m independent tickets (Hanley & McNeil 1982).

    Var = [A(1-A) + (n-1)(A/(2-A) - A²) + (m-1)(2A²/(1+A) - A²)] / nm. 0 where A is 0 or 1. Which of
    the two labels is the positive one is nobody's choice: the larger of both values is taken.
    """
    square = area * area
    terms = area / (2 - area) - square, 2 * square / (1 + area) - square
    most = max((n - 1) * one + (m - 1) * other for one, other in (terms, terms[::-1]))
    return math.sqrt(max(0.0, area * (1 - area) + most) / (n * m))


def _both_high(table: ScoreTable, high: BoolArray) -> IntArray:
    """K x K: tickets of either label where both are high."""
    k = len(table.labels)
    counts = np.zeros((k, k), dtype=np.int64)
    own = np.flatnonzero((table.truth != NONE) & (table.truth < k))
    own = own[high[own, table.truth[own]]]
    np.add.at(counts, table.truth[own], high[own])
    return np.asarray(counts + counts.T)


def _near_ties(table: ScoreTable, near_tie: float) -> tuple[IntArray, IntArray]:
    """K x K: tickets that both labels lead, in label order; and near ties among them.

    Over all tickets most pairs are near merely because both scores are near 0.
    """
    k = len(table.labels)
    second = second_highest(table.scores, table.top)
    ahead = table.top_score - table.scores[np.arange(table.n_scored), second]
    # Rounded, so that 0.45 and 0.40 differ by 0.05 as printed, not by 0.04999999999999999.
    tied = np.round(ahead, 10) < near_tie
    cell = np.minimum(table.top, second) * k + np.maximum(table.top, second)
    leading, near = (np.bincount(one, minlength=k * k) for one in (cell, cell[tied]))
    return leading.reshape(k, k), near.reshape(k, k)


def _label(table: ScoreTable, k: int, own: IntArray) -> LabelDiagnosis:
    won = table.top == k
    counted = won & (table.truth != NONE)
    known = len(own) > 0 and table.complete
    return LabelDiagnosis(
        label=table.labels[k],
        n=len(own),
        wins=int(won.sum()),
        recall=intervals.share(won[own], table.groups[own]),
        wrong_wins=intervals.share(table.truth != k, table.groups, among=counted),
        score=float(np.median(table.scores[own, k])) if known else math.nan,
    )
