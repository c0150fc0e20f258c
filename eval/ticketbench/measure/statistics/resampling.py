"""The bootstrap over counts: resampling n rows and counting cells is the multinomial law of cells.

So a statistic of confusion cells never needs the rows again, and 2,000 resamples cost
milliseconds at any n. With groups, whole groups are drawn instead of rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.added_counts import AddedCounts, different_rows
from ticketbench.measure.statistics.groups import ALONE, Counted, Groups, group_index
from ticketbench.measure.statistics.intervals import CONFIDENCE, UNDEFINED, Interval

N_RESAMPLES = 2000
FEWEST_TO_DRAW = 10
FEW_GROUPS = "no interval: fewer than ten effective groups to draw"
_CHUNK = 250
_MOST_NUMBERS = 4_000_000

Statistic = Callable[[FloatArray], FloatArray]
"""Counts over the used cells, shape (..., D), to values of shape (...)."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What is drawn: a ticket, or a whole group. Units that add the same counts are merged.

    used   the D cells that occur in the data; every statistic sees counts over these
    times  how often each of the U different units occurs
    cells  U x D counts that one draw of a unit adds, without zeros where they are too many; None
           when unit u adds one to cell u
    """

    used: IntArray
    times: IntArray
    cells: FloatArray | AddedCounts | None

    def counts(self, weights: NDArray[Any]) -> FloatArray:
        """Counts over the used cells (..., D) when unit u is drawn weights[..., u] times."""
        if isinstance(self.cells, AddedCounts):
            found = self.cells.weighted(weights.reshape(-1, weights.shape[-1]))
            return found.reshape(*weights.shape[:-1], -1)
        return np.asarray(weights if self.cells is None else weights @ self.cells, dtype=float)

    @property
    def observed(self) -> FloatArray:
        """The counts in the data (D)."""
        return self.counts(self.times)

    def left_out(self, statistic: Statistic) -> FloatArray:
        """The statistic (U) with one occurrence of each unit left out."""
        n, observed = len(self.times), self.observed
        at_once = max(1, _MOST_NUMBERS // (int(self.used.max(initial=0)) + 1))
        parts = [(first, min(first + at_once, n)) for first in range(0, n, at_once)]
        return np.concatenate([statistic(observed - self._added(*part)) for part in parts])

    def of_each(self, values: FloatArray) -> FloatArray:
        """What one draw of each unit (U x ...) adds up to, of a value or several per used cell."""
        if self.cells is None:
            return values
        return self._added(0, len(self.times)) @ values

    def _added(self, first: int, last: int) -> FloatArray:
        """The counts of some units."""
        match self.cells:
            case None:
                return np.eye(last - first, len(self.used), first)
            case AddedCounts():
                return self.cells.rows(first, last)
            case _:
                return self.cells[first:last]


def units(cell_of_ticket: IntArray, groups: Groups) -> Units:
    """Units to draw from tickets that each fall into one cell; groups are drawn whole."""
    if isinstance(groups, Counted):
        return _counted_units(cell_of_ticket, groups)
    used, cell, times = np.unique(cell_of_ticket, return_inverse=True, return_counts=True)
    group = group_index(groups)
    n_groups = int(group.max(initial=-1)) + 1
    if n_groups == len(cell_of_ticket):
        return Units(used, times.astype(np.int64), None)
    ones = np.ones(len(cell), dtype=np.int64)
    return _units_of(used, group * len(used) + cell, ones, np.ones(n_groups, dtype=np.int64))


def _counted_units(cell_of_row: IntArray, rows: Counted) -> Units:
    """The same units in the same order, so that the same resamples are drawn."""
    used = np.flatnonzero(np.bincount(cell_of_row))
    cell = group_index(cell_of_row)
    if rows.n_groups == rows.n:
        everyone = np.bincount(cell, weights=rows.times, minlength=len(used))
        return Units(used, np.rint(everyone).astype(np.int64), None)
    alone, tied = rows.group == ALONE, rows.tied
    n_alone = np.bincount(cell[alone], weights=rows.times[alone], minlength=len(used))
    single, n_named = np.flatnonzero(n_alone), rows.n_groups - rows.n_alone
    # A row for each group that has a name, and one for each cell of tickets that stand alone.
    own = group_index(rows.group[tied]) * len(used) + cell[tied]
    entries = np.concatenate([own, (n_named + np.arange(len(single))) * len(used) + single])
    times = np.concatenate([rows.times[tied], np.ones(len(single), dtype=np.int64)])
    often = np.concatenate([np.ones(n_named), n_alone[single]])
    return _units_of(used, entries, times, np.rint(often).astype(np.int64))


def _units_of(used: IntArray, entries: IntArray, times: IntArray, often: IntArray) -> Units:
    """Units from rows of counts, each of which occurs so `often`: an entry, which is its row times
    the cells plus its cell, stands for so many tickets as `times` says.
    """
    numbers = len(often) * len(used)
    if numbers > _MOST_NUMBERS:
        different, occurs = different_rows(entries, times, often, n_cells=len(used))
        return Units(used, occurs, different)
    dense = np.rint(np.bincount(entries, weights=times, minlength=numbers)).astype(np.int64)
    cells, unit = np.unique(dense.reshape(-1, len(used)), axis=0, return_inverse=True)
    occurs = np.rint(np.bincount(unit.ravel(), weights=often)).astype(np.int64)
    return Units(used, occurs, cells.astype(np.float64))


def replicates(
    drawn: Units, statistic: Statistic, *, seed: int, n: int = N_RESAMPLES
) -> FloatArray:
    """`n` bootstrap values of `statistic` (Efron 1979), the same for the same seed."""
    return replicates_of_each(drawn, [statistic], seed=seed, n=n)[0]


def replicates_of_each(
    drawn: Units, statistics: Sequence[Statistic], *, seed: int, n: int = N_RESAMPLES
) -> list[FloatArray]:
    """The `replicates` of each statistic, from resamples that are drawn once for all of them."""
    rng = np.random.default_rng(seed)
    size = int(drawn.times.sum())
    values: list[list[FloatArray]] = [[] for _ in statistics]
    at_once = max(1, min(_CHUNK, 2 * _MOST_NUMBERS // max(len(drawn.times), 1)))
    for start in range(0, n, _CHUNK):
        n_drawn = min(_CHUNK, n - start)
        # Draws follow one another, however many are asked for at a time.
        some = [
            drawn.counts(
                rng.multinomial(size, drawn.times / size, size=min(at_once, n_drawn - first))
            )
            for first in range(0, n_drawn, at_once)
        ]
        counts = some[0] if len(some) == 1 else np.concatenate(some)
        for own, statistic in zip(values, statistics, strict=True):
            own.append(statistic(counts))
    return [np.concatenate(own) for own in values]


def percentile(values: FloatArray, *, confidence: float = CONFIDENCE) -> Interval:
    """Percentile interval of bootstrap values; undefined ones are left out, none left: NaN."""
    defined = values[np.isfinite(values)]
    if len(defined) == 0:
        return UNDEFINED
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Interval(float(low), float(high))


def percentile_interval(drawn: Units, statistic: Statistic, *, seed: int) -> Interval:
    """Percentile bootstrap interval, 2,000 resamples; NaN with fewer than two units to draw."""
    if drawn.times.sum() < 2:
        return UNDEFINED
    return percentile(replicates(drawn, statistic, seed=seed))


def bca(
    drawn: Units, statistic: Statistic, *, seed: int, confidence: float = CONFIDENCE
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval (Efron 1987), 2,000 resamples.

    The acceleration comes from leaving out one unit at a time. NaN when the statistic is
    undefined, there are fewer than two units, or every resample gives the same value: an interval
    of width 0 would claim certainty.
    """
    return bca_of_each(drawn, [statistic], seed=seed, confidence=confidence)[0]


def bca_of_each(
    drawn: Units,
    statistics: Sequence[Statistic],
    *,
    seed: int,
    confidence: float = CONFIDENCE,
) -> list[Interval]:
    """The interval `bca` of each statistic, from resamples that are drawn once for all of them."""
    if not statistics or drawn.times.sum() < 2:
        return [UNDEFINED for _ in statistics]
    values = replicates_of_each(drawn, statistics, seed=seed)
    return [
        _corrected(drawn, statistic, own, confidence=confidence)
        for statistic, own in zip(statistics, values, strict=True)
    ]


def _corrected(
    drawn: Units, statistic: Statistic, values: FloatArray, *, confidence: float
) -> Interval:
    observed = float(statistic(drawn.observed))
    values = values[np.isfinite(values)]
    if math.isnan(observed) or len(values) == 0 or np.all(values == values[0]):
        return UNDEFINED
    below = (np.sum(values < observed) + 0.5 * np.sum(values == observed)) / len(values)
    bias = float(special.ndtri(np.clip(below, 1 / len(values), 1 - 1 / len(values))))
    acceleration = _acceleration(drawn.left_out(statistic), drawn.times)
    z = special.ndtri([(1 - confidence) / 2, (1 + confidence) / 2])
    shifted = special.ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
    low, high = np.quantile(values, shifted)
    return Interval(float(low), float(high))


def _acceleration(left_out: FloatArray, times: IntArray) -> float:
    defined = np.isfinite(left_out)
    values, weights = left_out[defined], times[defined]
    if weights.sum() == 0:
        return 0.0
    distance = np.average(values, weights=weights) - values
    spread = float(weights @ distance**2)
    return float(weights @ distance**3) / (6 * spread**1.5) if spread > 0 else 0.0
