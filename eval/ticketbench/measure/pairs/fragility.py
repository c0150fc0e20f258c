"""How many labels would have to be wrong for the verdict to be another one?

Only tickets on which exactly one set is right carry a verdict. Where the answer of the other set
is the true label, a gained ticket becomes a lost one, or the reverse, and the sum moves by 2. Each
function below that takes labels away one by one is told in which order; the interval after each
of them comes from what the groups add up to, so a verdict on 100,000 tickets takes no longer, and
of counted tickets only those that changed are ever looked at one by one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray, strictly_ascending
from ticketbench.measure.pairs.change import GATE_CONFIDENCE, Change, half_width
from ticketbench.measure.pairs.verdict import MARGIN, Outcome, not_worse, outcome_of, said_by
from ticketbench.measure.statistics.groups import (
    ALONE,
    Counted,
    Groups,
    group_index,
)
from ticketbench.measure.statistics.intervals import CONFIDENCE, FEWEST_DF, Interval

_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Fragility:
    """What the verdict rests on, and how little would undo it.

    n_changed  tickets on which exactly one set is right
    undo       the fewest of them whose gold, if it were the other set's answer, would make the
               verdict another one; 0 where it stays whatever their labels are
    outcome    what the verdict would be then; where it stays, what it is
    exact      whether no fewer would do, as where tickets are independent; with groups `undo` and
               `losses` do it, and fewer may, too
    losses     the fewest tickets, gained or right in both sets, that would have to be lost for
               `not_worse` to pass no longer; 0 where it does not pass, or always would
    """

    n_changed: int
    undo: int
    outcome: Outcome
    exact: bool
    losses: int


def fragility(
    change: Change,
    base: BoolArray,
    candidate: BoolArray,
    groups: Groups,
    *,
    margin: float = MARGIN,
    confidence: float = CONFIDENCE,
) -> Fragility:
    """How fragile the verdict on `change` is: that of accuracy, from which tickets, or rows of
    counted ones, each set gets right.

    With groups the next label is taken from the group where it makes the standard error largest,
    or smallest; the shortest way counts. Without tickets, without an interval or where nothing
    changed the verdict stays.
    """
    tickets = _Tickets.of(base, candidate, groups)
    now = outcome_of(change, margin=margin, confidence=confidence)
    undo, outcome = 0, now
    for steps in _relabelled(tickets):
        n, said = _first_other(_ends(tickets, steps, confidence), now, margin)
        if n and (not undo or n < undo):
            undo, outcome = n, said
    return Fragility(
        n_changed=int(tickets.times[tickets.gain != 0].sum()),
        undo=undo,
        outcome=outcome,
        exact=tickets.independent,
        losses=_losses(tickets, change, margin),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Tickets:
    """Per row of alike tickets whether the candidate is right, gain 1, 0 or -1, unit, and how many
    they are; per unit, which is a group or each of the tickets of a row that stand alone, the sum
    of the gains, its size, and how many such units there are.
    """

    right: BoolArray
    gain: IntArray
    unit: IntArray
    times: IntArray
    sums: FloatArray
    sizes: FloatArray
    often: IntArray

    @classmethod
    def of(cls, base: BoolArray, candidate: BoolArray, groups: Groups) -> _Tickets:
        rows = groups if isinstance(groups, Counted) else _single(groups)
        gain, times = candidate.astype(np.int64) - base.astype(np.int64), rows.times
        alone = np.flatnonzero(rows.group == ALONE)
        tied = np.flatnonzero(rows.group != ALONE)
        group = group_index(rows.group[tied])
        sums, sizes = (np.bincount(group, weights=of[tied]) for of in (gain * times, times))
        unit = np.empty(len(gain), dtype=np.int64)
        unit[tied], unit[alone] = group, len(sizes) + np.arange(len(alone))
        return cls(
            candidate,
            gain,
            unit,
            times,
            sums=np.concatenate([sums, gain[alone]]),
            sizes=np.concatenate([sizes, np.ones(len(alone))]),
            often=np.concatenate([np.ones(len(sizes), dtype=np.int64), times[alone]]),
        )

    @property
    def n(self) -> int:
        """Number of tickets."""
        return int(self.times.sum())

    @property
    def n_groups(self) -> int:
        """Number of groups, those of one ticket too."""
        return int(self.often.sum())

    @property
    def independent(self) -> bool:
        """Whether every ticket is a group of its own."""
        return self.n_groups == self.n

    def total(self, of: FloatArray) -> float:
        """The sum of a number of each group."""
        return float(self.often @ of)


def _single(groups: IntArray) -> Counted:
    """Each ticket as a row."""
    alone = strictly_ascending(groups)
    number = np.full(len(groups), ALONE) if alone else group_index(groups)
    return Counted(number, np.ones(len(groups), dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Rows in the order in which the labels of their tickets are taken away, how far each ticket
    moves the sum, and how many there are.
    """

    rows: IntArray
    moves: FloatArray
    times: IntArray

    def first(self, n: int) -> _Steps:
        """Only those of the first n tickets."""
        at = int(np.searchsorted(np.cumsum(self.times), n)) + 1
        times = self.times[:at].copy()
        times[-1:] -= max(0, int(times.sum()) - n)
        return _Steps(self.rows[:at], self.moves[:at], times)


def _relabelled(tickets: _Tickets) -> Iterator[_Steps]:
    """All gained tickets become lost ones, or all lost tickets gained ones.

    With groups also those that pull every group towards 0, or away from it: the standard error is
    another one then though the value may not be.
    """
    sets = [tickets.gain == 1, tickets.gain == -1]
    if not tickets.independent:
        along = tickets.gain * tickets.sums[tickets.unit]
        sets += [along > 0, along < 0]
    for chosen in sets:
        yield from _ways(tickets, np.flatnonzero(chosen))


def _ways(tickets: _Tickets, rows: IntArray) -> Iterator[_Steps]:
    """Independent tickets: in any order. Else where the standard error grows most, or least."""
    if tickets.independent:
        yield _Steps(rows, np.where(tickets.gain[rows] == 1, -2.0, 2.0), tickets.times[rows])
        return
    # Tickets of a group are taken one by one, those that stand alone are as good as one another.
    apart = tickets.often[tickets.unit[rows]] > 1
    rows = np.repeat(rows, np.where(apart, 1, tickets.times[rows]))
    gain, unit = tickets.gain[rows].astype(np.float64), tickets.unit[rows]
    times = tickets.often[unit]
    level, earlier = gain * tickets.sums[unit], _earlier(unit, np.ones(len(rows)))
    alike = (earlier, unit, *_likeness(tickets, rows, times))
    for order in (np.lexsort((*alike, level)), np.lexsort((*alike, 2 * earlier - level))):
        yield _Steps(rows[order], -2.0 * gain[order], times[order])


def _lost(tickets: _Tickets) -> Iterator[_Steps]:
    """Gained tickets first, as each of them counts twice; or one group after the other."""
    rows = np.flatnonzero(tickets.right)
    times, moves = tickets.times[rows], -1.0 - (tickets.gain[rows] == 1)
    orders = [np.argsort(moves, kind="stable")]
    if not tickets.independent:
        unit, (size, count) = tickets.unit[rows], _likeness(tickets, rows, times)
        by_group = (unit, size, -count, tickets.sums[unit])
        orders = [np.lexsort((*by_group, moves)), np.lexsort((moves, *by_group))]
    for order in orders:
        yield _Steps(rows[order], moves[order], times[order])


def _losses(tickets: _Tickets, change: Change, margin: float) -> int:
    """After how many lost tickets a loss of the margin is no longer excluded; 0 for never."""
    if not_worse(change, margin=margin) != "pass":
        return 0
    # By then the loss seen is the margin, as each of them lowers the sum by 1 at least.
    most = math.ceil(tickets.total(tickets.sums) + margin * tickets.n) + 1
    found = [
        _first_open(_ends(tickets, steps.first(most), GATE_CONFIDENCE), margin)
        for steps in _lost(tickets)
    ]
    return min((n for n in found if n), default=0)


def _likeness(tickets: _Tickets, rows: IntArray, times: IntArray) -> tuple[FloatArray, FloatArray]:
    """Size of the group, and its tickets among `rows`: groups alike in both are as good."""
    unit = tickets.unit[rows]
    count = np.bincount(unit, weights=times, minlength=len(tickets.sizes)) / tickets.often
    return tickets.sizes[unit], count[unit]


_Ends = Iterator[tuple[FloatArray, FloatArray]]
"""Both ends of the interval after each step, some steps at a time."""


def _first_other(ends: _Ends, now: Outcome, margin: float) -> tuple[int, Outcome]:
    """After how many steps the verdict is another one, and which; 0 for never."""
    each = (pair for some in ends for pair in zip(*(end.tolist() for end in some), strict=True))
    for i, (low, high) in enumerate(each, start=1):
        said = said_by(Interval(low, high), margin=margin)
        if said != now:
            return i, said
    return 0, now


def _first_open(ends: _Ends, margin: float) -> int:
    """After how many steps a loss of the margin is no longer excluded; 0 for never."""
    before = 0
    for low, _ in ends:
        within = np.flatnonzero(~(low > -margin))
        if len(within):
            return before + int(within[0]) + 1
        before += len(low)
    return 0


def _ends(tickets: _Tickets, steps: _Steps, confidence: float) -> _Ends:
    """The interval after each step, as `of_means` would give it."""
    sums, sizes, n, g = tickets.sums, tickets.sizes, float(tickets.n), tickets.n_groups
    size_squares = tickets.total(sizes * sizes)
    df = (n**2 / size_squares if n else 0.0) - 1
    seen = _Seen(*map(tickets.total, (sums, sums * sums, np.abs(sums) ** 3, sums * sizes)))
    for moves, before, size in _one_by_one(tickets, steps):
        if df < FEWEST_DF:
            yield np.full(len(moves), np.nan), np.full(len(moves), np.nan)
            continue
        total, squares, cubes, along = seen.after(moves, before, size)
        value = total / n
        spread = np.maximum(squares - 2 * value * along + value**2 * size_squares, 0.0)
        imagined = np.where(squares > 0, cubes / np.maximum(squares, 1.0), size_squares / n) / n
        reach = half_width(spread * g / (g - 1) / n**2, imagined, df, confidence)
        yield value - reach, value + reach


@dataclass(slots=True)
class _Seen:
    """Over all groups Σ s, Σ s², Σ |s|³ and Σ s·n of their sums s and sizes n."""

    total: float
    squares: float
    cubes: float
    along: float

    def after(
        self, moves: FloatArray, before: FloatArray, size: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """The same after each of some steps, of whose group the sum was `before`."""
        after = before + moves
        total = self.total + np.cumsum(moves)
        squares = self.squares + np.cumsum(after**2 - before**2)
        cubes = self.cubes + np.cumsum(np.abs(after) ** 3 - np.abs(before) ** 3)
        along = self.along + np.cumsum(moves * size)
        self.total, self.squares, self.cubes, self.along = (
            float(of[-1]) for of in (total, squares, cubes, along)
        )
        return total, squares, cubes, along


def _one_by_one(
    tickets: _Tickets, steps: _Steps
) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
    """Some tickets at a time how far each moves the sum, and that of its group before, and the size
    of the group.
    """
    unit = tickets.unit[steps.rows]
    apart = tickets.often[unit] > 1  # each of them is a group of its own
    first = tickets.sums[unit] + _earlier(unit, steps.moves * steps.times)
    last = np.cumsum(steps.times)
    for start in range(0, int(steps.times.sum()), _AT_ONCE):
        ticket = np.arange(start, min(start + _AT_ONCE, int(last[-1])))
        of = np.searchsorted(last, ticket, side="right")
        moves, nth = steps.moves[of], ticket - last[of] + steps.times[of]
        before = first[of] + np.where(apart[of], 0.0, nth * moves)
        yield moves, before, tickets.sizes[unit[of]]


def _earlier(group: IntArray, values: FloatArray) -> FloatArray:
    """Per row the sum of the values of earlier rows of the same group."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    before = np.cumsum(values[order]) - values[order]
    sums = np.empty(len(values))
    sums[order] = before - before[np.searchsorted(ordered, ordered)]
    return sums
