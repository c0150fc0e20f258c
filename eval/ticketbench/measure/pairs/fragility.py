"""How many labels would have to be wrong for the verdict to be another one?

Only tickets on which exactly one set is right carry a verdict. Where the answer of the other set
is the true label, a gained ticket becomes a lost one, or the reverse, and the sum moves by 2. Each
function below that takes labels away one by one is told in which order; the interval after each
of them comes from what the groups add up to, so a verdict on 100,000 tickets takes no longer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray
from ticketbench.measure.pairs.change import GATE_CONFIDENCE, Change, half_width
from ticketbench.measure.pairs.verdict import MARGIN, Outcome, not_worse, outcome_of, said_by
from ticketbench.measure.statistics.groups import effective_groups, group_index
from ticketbench.measure.statistics.intervals import CONFIDENCE, FEWEST_DF, Interval


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
    groups: IntArray,
    *,
    margin: float = MARGIN,
    confidence: float = CONFIDENCE,
) -> Fragility:
    """How fragile the verdict on `change` is: that of accuracy, from which tickets each set gets
    right.

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
        n_changed=int(np.count_nonzero(tickets.gain)),
        undo=undo,
        outcome=outcome,
        exact=tickets.independent,
        losses=_losses(tickets, change, margin),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Tickets:
    """Per ticket whether the candidate is right, gain 1, 0 or -1, and group; per group the sum of
    the gains, and its size.
    """

    right: BoolArray
    gain: IntArray
    group: IntArray
    sums: FloatArray
    sizes: FloatArray

    @classmethod
    def of(cls, base: BoolArray, candidate: BoolArray, groups: IntArray) -> _Tickets:
        gain, group = candidate.astype(np.int64) - base.astype(np.int64), group_index(groups)
        sums = np.bincount(group, weights=gain).astype(np.float64)
        return cls(candidate, gain, group, sums, np.bincount(group).astype(np.float64))

    @property
    def independent(self) -> bool:
        """Whether every ticket is a group of its own."""
        return len(self.sizes) == len(self.gain)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Tickets in the order in which their labels are taken away, and how far each moves the sum."""

    rows: IntArray
    moves: FloatArray


def _relabelled(tickets: _Tickets) -> Iterator[_Steps]:
    """All gained tickets become lost ones, or all lost tickets gained ones.

    With groups also those that pull every group towards 0, or away from it: the standard error is
    another one then though the value may not be.
    """
    sets = [tickets.gain == 1, tickets.gain == -1]
    if not tickets.independent:
        along = tickets.gain * tickets.sums[tickets.group]
        sets += [along > 0, along < 0]
    for chosen in sets:
        yield from _ways(tickets, np.flatnonzero(chosen))


def _ways(tickets: _Tickets, rows: IntArray) -> Iterator[_Steps]:
    """Independent tickets: in any order. Else where the standard error grows most, or least."""
    gain, group = tickets.gain[rows].astype(np.float64), tickets.group[rows]
    if tickets.independent:
        yield _Steps(rows, -2.0 * gain)
        return
    level, earlier = gain * tickets.sums[group], _earlier(group, np.ones(len(rows)))
    alike = (earlier, group, *_likeness(tickets, rows))
    for order in (np.lexsort((*alike, level)), np.lexsort((*alike, 2 * earlier - level))):
        yield _Steps(rows[order], -2.0 * gain[order])


def _lost(tickets: _Tickets) -> Iterator[_Steps]:
    """Gained tickets first, as each of them counts twice; or one group after the other."""
    rows = np.flatnonzero(tickets.right)
    moves = np.where(tickets.gain[rows] == 1, -2.0, -1.0)
    orders = [np.argsort(moves, kind="stable")]
    if not tickets.independent:
        group, (size, count) = tickets.group[rows], _likeness(tickets, rows)
        by_group = (group, size, -count, tickets.sums[group])
        orders = [np.lexsort((*by_group, moves)), np.lexsort((moves, *by_group))]
    for order in orders:
        yield _Steps(rows[order], moves[order])


def _losses(tickets: _Tickets, change: Change, margin: float) -> int:
    """After how many lost tickets a loss of the margin is no longer excluded; 0 for never."""
    if not_worse(change, margin=margin) != "pass":
        return 0
    # By then the loss seen is the margin, as each of them lowers the sum by 1 at least.
    most = math.ceil(float(tickets.sums.sum()) + margin * len(tickets.gain)) + 1
    found = []
    for steps in _lost(tickets):
        first = _Steps(steps.rows[:most], steps.moves[:most])
        low, _ = _ends(tickets, first, GATE_CONFIDENCE)
        found += [int(at) + 1 for at in np.flatnonzero(~(low > -margin))[:1]]
    return min(found, default=0)


def _likeness(tickets: _Tickets, rows: IntArray) -> tuple[FloatArray, IntArray]:
    """Size of the group, and how many of `rows` it has: groups alike in both are as good."""
    group = tickets.group[rows]
    return tickets.sizes[group], np.bincount(group, minlength=len(tickets.sizes))[group]


def _first_other(
    ends: tuple[FloatArray, FloatArray], now: Outcome, margin: float
) -> tuple[int, Outcome]:
    """After how many steps the verdict is another one, and which; 0 for never."""
    for i, (low, high) in enumerate(zip(*(end.tolist() for end in ends), strict=True), start=1):
        said = said_by(Interval(low, high), margin=margin)
        if said != now:
            return i, said
    return 0, now


def _ends(tickets: _Tickets, steps: _Steps, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Both ends of the interval after each step, as `of_means` would give them."""
    df = effective_groups(tickets.group) - 1
    if df < FEWEST_DF:
        nothing = np.full(len(steps.rows), np.nan)
        return nothing, nothing
    sums, sizes, moves = tickets.sums, tickets.sizes, steps.moves
    group = tickets.group[steps.rows]
    before = sums[group] + _earlier(group, moves)
    after = before + moves
    n, g, size_squares = float(sizes.sum()), len(sizes), float(sizes @ sizes)
    squares = sums @ sums + np.cumsum(after**2 - before**2)
    cubes = (np.abs(sums) ** 3).sum() + np.cumsum(np.abs(after) ** 3 - np.abs(before) ** 3)
    value = (sums.sum() + np.cumsum(moves)) / n
    spread = squares - 2 * value * (sums @ sizes + np.cumsum(moves * sizes[group]))
    spread = np.maximum(spread + value**2 * size_squares, 0.0)
    imagined = np.where(squares > 0, cubes / np.maximum(squares, 1.0), size_squares / n) / n
    reach = half_width(spread * g / (g - 1) / n**2, imagined, df, confidence)
    return value - reach, value + reach


def _earlier(group: IntArray, values: FloatArray) -> FloatArray:
    """Per row the sum of the values of earlier rows of the same group."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    before = np.cumsum(values[order]) - values[order]
    sums = np.empty(len(values))
    sums[order] = before - before[np.searchsorted(ordered, ordered)]
    return sums
