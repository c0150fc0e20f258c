"""How strictly a threshold is tested: which numbers of tickets, and at what level each.

Tickets stand in the order of their top score, and R is the share wrong among those above a
threshold. A search may open at one of a few ranks, each at a very small level, and walks on from
there, rank by rank, until a test fails. The levels are chosen so that where every ticket is wrong
with the chance that may just not be reached (the flat law), the chance of accepting a rank beyond
the last good one is at most delta, wherever that one lies. Ranks and levels come from the number of
tickets alone: no label is looked at. With few tickets there is no place to open, and the tests go
from the first rank on at the full level (fixed-sequence testing; Angelopoulos et al. 2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ticketbench.core.types import FloatArray, IntArray, Value
from ticketbench.measure.statistics import special

SMALLEST_SHARE = 0.1
"""Thresholds that would route fewer tickets than that are not sought."""

_STEP = 1.04
_OF_RANKS, _OF_OPENING = 0.8, 0.3
_WIDTH, _LEAST_WIDTH = 7, 15
_ROUNDS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Levels(Value):
    """J ranks, ascending, and the level of each test.

    ranks  numbers of tickets, at each of which the exact test wastes next to nothing
    opens  levels at which the search may start there; 0 where it may not
    walks  levels at which it goes on to there, also from before the first rank
    """

    ranks: IntArray
    opens: FloatArray
    walks: FloatArray


def fewest_tickets(*, risk: float, delta: float) -> int | None:
    """Tickets that certify a risk when none of them is wrong: ceil(ln delta / ln(1 - risk)).

    At least 1; None when no number is enough: a risk or a delta of 0.
    """
    if risk <= 0 or delta <= 0:
        return None
    if risk >= 1 or delta >= 1:
        return 1
    # 1e-9 less: a quotient that is a whole number must not be rounded up to the next.
    return max(1, math.ceil(math.log(delta) / math.log1p(-risk) - 1e-9))


@lru_cache(maxsize=512)
def levels(n: int, n_all: int, *, risk: float, delta: float) -> Levels | None:
    """Ranks and levels for `n` tickets that a threshold can route, of `n_all` there are.

    None where `n` is smaller than the smallest rank, or no number of tickets would do.
    """
    fewest = fewest_tickets(risk=risk, delta=delta)
    if fewest is None or fewest > n or risk >= 1:
        return None
    opening = n_all * SMALLEST_SHARE >= 2 * fewest
    ranks = _ranks(n, risk, _OF_RANKS * delta if opening else delta, n_all * SMALLEST_SHARE)
    if len(ranks) == 0:
        return None
    if not opening:
        return Levels(ranks, np.zeros(len(ranks)), np.full(len(ranks), delta))
    probes = _probes(ranks)
    level = _opening_level(ranks[probes], risk, _OF_OPENING * delta)
    most = np.full(len(ranks), -1)
    most[probes] = most_wrong(ranks[probes], risk=risk, level=level)
    return Levels(ranks, _levels_of(most, ranks, risk), _walking_levels(ranks, most, risk, delta))


def reach(of: Levels, *, risk: float, smallest: float) -> float:
    """Flat-law chance that any rank has a p-value of at most `smallest`, 0 to 1.

    How easily data that look as good as these come from scores of which no threshold keeps the
    risk: a path that has passed once counts once.
    """
    passed, alive, window = 0.0, np.ones(1), (0, 0)
    allowed = most_wrong(of.ranks, risk=risk, level=smallest)
    before = 0
    for rank, most in zip(of.ranks.tolist(), allowed.tolist(), strict=True):
        low, steps = _binomial(rank - before, risk)
        alive, start = np.convolve(alive, steps), window[0] + low
        window, before = _window(rank, risk), rank
        alive = _cut(alive, start, window)
        out = max(0, most + 1 - window[0])
        passed += float(alive[:out].sum())
        alive[:out] = 0.0
    return min(1.0, passed)


def most_wrong(k: IntArray, *, risk: float, level: float | FloatArray) -> IntArray:
    """Most errors among k tickets with P(Binomial(k, risk) <= errors) <= level; -1: none may be."""
    level = np.broadcast_to(np.asarray(level, dtype=np.float64), np.shape(k))
    # A level counts as reached up to rounding: golden numbers must not hang on the last digit.
    guess = np.nan_to_num(special.bdtrik(np.maximum(level, 1e-300), k, risk), nan=0.0)
    errors = np.clip(np.floor(guess).astype(np.int64) + 1, 0, k)
    for _ in range(3):
        too_many = special.bdtr(errors.astype(np.float64), k, risk) > level * (1 + 1e-12)
        errors = np.where((errors >= 0) & too_many, errors - 1, errors)
    return np.where(level > 0, errors, -1)


def _ranks(n: int, risk: float, level: float, first: float) -> IntArray:
    """The least k with P(Binomial(k, risk) <= e) <= level, e = 0, 1 ..., in steps of 4 % at least.

    From `first` on; where none is left the largest before it.
    """
    errors = np.arange(int(risk * n) + 2, dtype=np.float64)
    low, high = errors.astype(np.int64) + 1, np.full(len(errors), n + 1)
    while np.any(low < high):
        middle = (low + high) // 2
        enough = special.bdtr(errors, middle, risk) <= level
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
        low = np.minimum(low, high)
    found: list[int] = []
    for k in low[low <= n].tolist():
        if not found or k >= found[-1] * _STEP:
            found.append(k)
    return np.array([k for k in found if k >= first] or found[-1:], dtype=np.int64)


def _probes(ranks: IntArray) -> IntArray:
    """The first rank, then always the first one at least twice the last."""
    found = [0]
    for at, rank in enumerate(ranks.tolist()):
        if rank >= 2 * ranks[found[-1]]:
            found.append(at)
    return np.array(found)


def _opening_level(probes: IntArray, risk: float, budget: float) -> float:
    """The largest level at which the flat law passes any of these ranks with chance <= budget."""
    low, high = 0.0, budget
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        most = most_wrong(probes, risk=risk, level=middle)
        fits = _passes_from_start(probes, most, risk) <= budget
        low, high = (middle, high) if fits else (low, middle)
    return low


def _passes_from_start(ranks: IntArray, most: IntArray, risk: float) -> float:
    """Flat-law chance that any rank passes with at most so many errors."""
    low, chance = _binomial(int(ranks[0]), risk)
    wrong = np.arange(low, low + len(chance))
    later = _passes_later(ranks, most, risk)[0]
    return float(chance @ np.where(wrong <= most[0], 1.0, later))


def _passes_later(ranks: IntArray, most: IntArray, risk: float) -> list[FloatArray]:
    """Per rank, by errors there (over its window), the chance that a later rank passes."""
    found: list[FloatArray] = []
    later = np.zeros(0)
    for at in range(len(ranks) - 1, -1, -1):
        low, high = _window(int(ranks[at]), risk)
        if at == len(ranks) - 1:
            later = np.zeros(high - low + 1)
        else:
            above, _ = _window(int(ranks[at + 1]), risk)
            first, steps = _binomial(int(ranks[at + 1] - ranks[at]), risk)
            wrong = np.arange(low + first, high + first + len(steps))
            passed = wrong <= most[at + 1]
            index = np.clip(wrong - above, 0, len(later) - 1)
            later = np.correlate(np.where(passed, 1.0, later[index]), steps, mode="valid")
        found.append(later)
    return found[::-1]


def _walking_levels(ranks: IntArray, most: IntArray, risk: float, delta: float) -> FloatArray:
    """The largest count c per rank with P(E <= c) + P(E > c, a later rank opens) <= delta."""
    allowed = []
    for rank, later in zip(ranks.tolist(), _passes_later(ranks, most, risk), strict=True):
        low, chance = _binomial(rank, risk)
        beyond = np.append(np.cumsum((chance * later)[::-1])[::-1][1:], 0.0)
        within = np.cumsum(chance) + beyond
        allowed.append(low - 1 + np.searchsorted(within, delta * (1 + 1e-9), side="right"))
    return _levels_of(np.array(allowed), ranks, risk)


def _levels_of(most: IntArray, ranks: IntArray, risk: float) -> FloatArray:
    reached = special.bdtr(np.maximum(most, 0).astype(np.float64), ranks, risk)
    return np.where(most >= 0, reached, 0.0)


def _window(k: int, risk: float) -> tuple[int, int]:
    """The numbers of errors among k that occur at all: beyond them lies less than 1e-11."""
    reach = _WIDTH * math.sqrt(risk * (1 - risk) * k) + _LEAST_WIDTH
    return max(0, math.floor(risk * k - reach)), min(k, math.ceil(risk * k + reach))


def _binomial(k: int, risk: float) -> tuple[int, FloatArray]:
    """The first of these numbers, and the chance of each."""
    low, high = _window(k, risk)
    e = np.arange(low, high + 1)
    ways = special.gammaln(k + 1) - special.gammaln(e + 1) - special.gammaln(k - e + 1)
    return low, np.exp(ways + special.xlogy(e, risk) + special.xlog1py(k - e, -risk))


def _cut(values: FloatArray, start: int, window: tuple[int, int]) -> FloatArray:
    """`values` from `start` on, over the window alone."""
    kept = np.zeros(window[1] - window[0] + 1)
    first, last = max(start, window[0]), min(start + len(values) - 1, window[1])
    if first <= last:
        kept[first - window[0] : last + 1 - window[0]] = values[first - start : last + 1 - start]
    return kept
