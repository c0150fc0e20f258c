"""The paired bootstrap of what is no mean of tickets: calibration, coverage, ranking of errors.

Groups are drawn whole, and both rubric sets get the same draw, so their pairing is kept. A measure
is any function of the weights that a draw gives to the rows of one set.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.types import BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.calibration.bins import equal_mass_edges
from ticketbench.measure.routing.outcomes import GRID
from ticketbench.measure.statistics.groups import effective_groups
from ticketbench.measure.statistics.resampling import N_RESAMPLES

MOST_ROWS = 20_000
"""With more tickets the rows are cells of tickets with nearly the same score."""

MOST_BLOCKS = 4_000
_LEVELS = 50
_BINS = 10
_CHUNK_NUMBERS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one rubric set says about its rows: tickets, or cells of tickets alike in the rest.

    score   top score; the mean over a cell
    right   whether the top label is the gold label
    level   rank of the score from 0; rows of one level are ties
    passed  how many thresholds of the grid the score reaches; 0 for an escalated ticket
    bin     the equal-mass bin of the score, out of ten over all tickets of this set
    """

    score: FloatArray
    right: BoolArray
    level: IntArray
    passed: IntArray
    bin: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PairedSides:
    """Both sets over the same tickets, and how often each unit to draw has each of their rows.

    A unit is a group, or with many groups a block of several. The counts are U x rows.
    """

    base: Side
    candidate: Side
    base_counts: sparse.csr_array | FloatArray
    candidate_counts: sparse.csr_array | FloatArray

    @property
    def n_units(self) -> int:
        """U, the number of units."""
        return int(self.base_counts.shape[0])


Measure = Callable[[Side], Callable[[FloatArray], FloatArray]]
"""For one set a function of weights (B x rows) to B values; NaN where undefined."""


def paired_sides(
    base: ScoreTable, candidate: ScoreTable, *, policy: Policy | None = None, seed: int
) -> PairedSides:
    """The sides of two tables with the same tickets in the same order; there must be a ticket.

    `policy` says which tickets escalate; without one, none does. Up to 20,000 tickets the rows are
    the tickets and the units their groups. Beyond, rows are cells that keep every grid threshold
    and calibration bin apart and split what is left into 50 parts of equal mass; and where there
    are more than 4,000 groups they are joined at random, whole, into 4,000 blocks. Blocks are as
    independent as their groups; the standard error they show is within 2 % or so.
    """
    a, b = (_side(table, policy) for table in (base, candidate))
    columns = [column for s in (a, b) for column in (s.passed, s.right, s.score)]
    n = base.n_scored
    most = n if n <= MOST_ROWS else MOST_BLOCKS
    unit = units_of_tickets(columns, base.groups, most=most, seed=seed)
    u = int(unit.max()) + 1
    if n <= MOST_ROWS:
        counts = sparse.csr_array((np.ones(n), (unit, np.arange(n))), shape=(u, n))
        return PairedSides(a, b, counts, counts)
    a, a_counts = _in_cells(a, unit, u)
    b, b_counts = _in_cells(b, unit, u)
    return PairedSides(a, b, a_counts, b_counts)


def units_of_tickets(
    columns: Sequence[NDArray[np.generic]], groups: IntArray, *, most: int, seed: int
) -> IntArray:
    """The number of the unit to draw per ticket: its group, or a block of groups above `most`.

    Groups are numbered by what their tickets hold in `columns`, not by their place in the file, so
    that equal seeds draw equal samples whatever the order of the tickets.
    """
    order = np.lexsort(tuple(columns))
    new = np.zeros(len(order), dtype=np.bool_)
    for column in columns:
        new[1:] |= np.diff(column[order].astype(np.float64)) != 0
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.cumsum(new)
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    mean_rank = np.bincount(group, weights=rank) / sizes
    # Two groups of one mean but other tickets are told apart by a sum of scrambled ranks.
    scrambled = (rank.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(34)
    place = np.empty(len(sizes), dtype=np.int64)
    mixed = np.bincount(group, weights=scrambled.astype(np.float64))
    place[np.lexsort((mixed, mean_rank))] = np.arange(len(sizes))
    if len(sizes) > most:
        place = (np.random.default_rng(seed).permutation(len(sizes)) % most)[place]
    return np.asarray(place[group])


def replicates(
    pair: PairedSides, measures: Mapping[str, Measure], *, seed: int, n: int = N_RESAMPLES
) -> dict[str, FloatArray]:
    """`n` bootstrap values of candidate - base for each measure, all from the same draws.

    In chunks of about a million weights, so memory does not grow with `n`.
    """
    of_base = {name: measure(pair.base) for name, measure in measures.items()}
    of_candidate = {name: measure(pair.candidate) for name, measure in measures.items()}
    found: dict[str, list[FloatArray]] = {name: [] for name in measures}
    for weights in _draws(pair, seed=seed, n=n):
        base = weights @ pair.base_counts
        same = pair.candidate_counts is pair.base_counts
        candidate = base if same else weights @ pair.candidate_counts
        for name, values in found.items():
            values.append(of_candidate[name](candidate) - of_base[name](base))
    return {name: np.concatenate(values) for name, values in found.items()}


def observed(pair: PairedSides, measure: Measure) -> tuple[float, float]:
    """The measure of base and candidate in the data themselves."""
    once = np.ones((1, pair.n_units))
    base = measure(pair.base)(np.asarray(once @ pair.base_counts))
    candidate = measure(pair.candidate)(np.asarray(once @ pair.candidate_counts))
    return float(base[0]), float(candidate[0])


def share_right(side: Side) -> Callable[[FloatArray], FloatArray]:
    """The weighted share of right top labels."""
    right = side.right.astype(np.float64)
    return lambda weights: (weights @ right) / weights.sum(axis=1)


def calibration_error(side: Side) -> Callable[[FloatArray], FloatArray]:
    """The equal-mass calibration error with the bins of the whole sample.

    Σ_b |Σ_{i in b} w_i (score_i - right_i)| / Σ w_i: bins of their own in every resample would add
    the noise of the edges.
    """
    gap = _by_column(side.bin, _BINS, side.score - side.right)
    return lambda weights: np.abs(weights @ gap).sum(axis=1) / weights.sum(axis=1)


def chance_error(table: ScoreTable) -> float:
    """About the calibration error that calibrated scores would show in 10 equal-mass bins.

    Σ_b sqrt(2/π · Σ_{i in b} s(1 - s)) / n, times the root of n over the effective groups. By so
    much an observed error may be above the true one, most where the true one is 0.
    """
    score = table.top_score
    bins = np.searchsorted(equal_mass_edges(score, bins=_BINS), score, side="left")
    spread = np.bincount(bins, weights=score * (1 - score))
    noise = float(np.sqrt(2 / math.pi * spread).sum()) / len(score)
    return noise * math.sqrt(len(score) / effective_groups(table.groups))


def undetected_errors(side: Side) -> Callable[[FloatArray], FloatArray]:
    """AUGRC (Traub et al. 2024): mean_k errors among the k most confident / n, ties averaged.

    A level of w tickets with e errors, E errors up to and with it, adds w·(E - e/2) + e/2 to the
    sum over k.
    """
    levels = int(side.level.max(initial=-1)) + 1
    column = levels - 1 - side.level
    to_tickets = _by_column(column, levels, np.ones(len(column)))
    to_wrong = _by_column(column, levels, (~side.right).astype(np.float64))

    def area(weights: FloatArray) -> FloatArray:
        tickets, wrong = weights @ to_tickets, weights @ to_wrong
        so_far = np.cumsum(wrong, axis=1)
        so_far -= 0.5 * wrong
        total = np.einsum("ij,ij->i", tickets, so_far) + 0.5 * wrong.sum(axis=1)
        return np.asarray(total / weights.sum(axis=1) ** 2)

    return area


def coverage_at(min_precision: float) -> Measure:
    """The share routed at the lowest grid threshold with `min_precision` right; 0 if none has it.

    The threshold is read anew from every draw, as it would be from a new sample.
    """

    def measure(side: Side) -> Callable[[FloatArray], FloatArray]:
        width = len(GRID) + 1
        split = _by_column(2 * side.passed + side.right, 2 * width, np.ones(len(side.passed)))

        def coverage(weights: FloatArray) -> FloatArray:
            counts = (weights @ split).reshape(len(weights), width, 2)
            at_least = np.cumsum(counts[:, :0:-1], axis=1)[:, ::-1]
            right, routed = at_least[:, :, 1], at_least.sum(axis=2)
            enough = (routed > 0) & (right / np.maximum(routed, 1) >= min_precision)
            lowest = np.argmax(enough, axis=1)
            chosen = np.take_along_axis(routed, lowest[:, None], axis=1)[:, 0]
            return np.asarray(np.where(enough.any(axis=1), chosen, 0.0) / weights.sum(axis=1))

        return coverage

    return measure


def _draws(pair: PairedSides, *, seed: int, n: int) -> Iterator[FloatArray]:
    """Chunks of weights (B x U): how often each unit is drawn, U units with replacement."""
    u = pair.n_units
    widest = max(u, pair.base_counts.shape[1], pair.candidate_counts.shape[1])
    size = min(n, max(1, _CHUNK_NUMBERS // widest))
    rng = np.random.default_rng(seed)
    for start in range(0, n, size):
        b = min(size, n - start)
        drawn = rng.integers(0, u, size=(b, u)) + u * np.arange(b)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=b * u)
        yield counts.reshape(b, u).astype(np.float64)


def _by_column(column: IntArray, width: int, values: FloatArray) -> sparse.csr_array:
    """Matrix that adds values[i] times the weight of row i to column[i]."""
    at = (np.arange(len(column)), column)
    return sparse.csr_array((values, at), shape=(len(column), width))


def _side(table: ScoreTable, policy: Policy | None) -> Side:
    score = table.top_score
    never = Policy(escalate_above=1.0)
    raw = replace(policy or never, threshold=0.0, temperature=1.0, label_thresholds=())
    routable = raw.decide(table.scores, table.labels).outcome == ROUTE
    passed = np.where(routable, np.searchsorted(GRID, score, side="right"), 0)
    return Side(
        score=score,
        right=table.right,
        level=np.unique(score, return_inverse=True)[1],
        passed=passed,
        bin=np.searchsorted(equal_mass_edges(score, bins=_BINS), score, side="left"),
    )


def _in_cells(side: Side, unit: IntArray, n_units: int) -> tuple[Side, FloatArray]:
    """The side in cells, and how often each unit has each of them."""
    parts = np.searchsorted(equal_mass_edges(side.score, bins=_LEVELS), side.score, side="left")
    # All three grow with the score, so their sum changes exactly where one of them does.
    slot = parts + side.bin + np.searchsorted(GRID, side.score, side="right")
    _, level = np.unique(slot, return_inverse=True)
    routable = side.passed > 0
    _, first, cell = np.unique(
        4 * level + 2 * side.right + routable, return_index=True, return_inverse=True
    )
    r = len(first)
    in_cells = Side(
        score=np.bincount(cell, weights=side.score) / np.bincount(cell),
        right=side.right[first],
        level=level[first],
        passed=side.passed[first],
        bin=side.bin[first],
    )
    counts = np.bincount(unit * r + cell, minlength=n_units * r).reshape(n_units, r)
    return in_cells, counts.astype(np.float64)
