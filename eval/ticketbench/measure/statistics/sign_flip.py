"""The exact sign-flip test: could the groups' gains and losses as well have had other signs?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.statistics.groups import Counted, Groups, group_index

MOST_SHOWN = 40
"""With more changed groups the t test is as good, and the sign-flip p is no longer shown."""

_NEGLIGIBLE = 1e-300
_TRIM_EVERY = 32


def group_sums(d: FloatArray, groups: IntArray) -> IntArray:
    """The summed difference of each group, in order of group number. No tickets: empty.

    `d` is 1, -1 or 0 per ticket; a sum is the group's newly right minus its newly wrong tickets.
    """
    inverse = group_index(groups)
    return np.rint(np.bincount(inverse, weights=d)).astype(np.int64)


def shown_p(d: FloatArray, groups: Groups) -> float:
    """`sign_flip_p` of tickets, or of counted ones, where at most 40 groups changed; else NaN."""
    if isinstance(groups, Counted):
        sums, times = groups.sums(d)
        if int(times[sums != 0].sum()) > MOST_SHOWN:
            return math.nan
        # Groups that have not changed do not count, so one of them stands for all.
        d = np.repeat(sums, np.where(sums != 0, times, 1))
        return sign_flip_p(d, np.arange(len(d)))
    few = np.count_nonzero(group_sums(d, groups)) <= MOST_SHOWN
    return sign_flip_p(d, groups) if few else math.nan


def sign_flip_p(d: FloatArray, groups: IntArray) -> float:
    """Exact two-sided p of the hypothesis that each group's sum is as likely S_g as -S_g.

    P(|Σ ±S_g| >= |Σ S_g|) over all 2^k choices of signs of the k groups whose sum is not zero
    (Fisher 1935). With groups of size one it is McNemar's exact test. 0 to 1; no changed group
    gives 1, no tickets NaN. No randomness, and the order of the tickets does not matter.

    The law of the sum is built by convolution over whole numbers, one group after the other: time
    O((k - m)·W), memory O(W), where the m groups of the commonest size enter at once as one
    binomial law, and W is the width of the law: Σ |S_g| for few groups, some 75 standard
    deviations of the sum for many (beyond, probabilities are below 1e-300). 260 groups take a
    millisecond, a million groups of one less than a second, 100,000 of mixed sizes some seconds.
    """
    if len(d) == 0:
        return math.nan
    sums = group_sums(d, groups)
    sizes = np.abs(sums[sums != 0])
    if len(sizes) == 0:
        return 1.0
    law = _law_of_gains(sizes)
    # The sum of all signed sizes is 2·gains - T, so both tails are read off the gains.
    signed = 2 * (law.start + np.arange(len(law.p))) - int(sizes.sum())
    return min(1.0, float(law.p[np.abs(signed) >= abs(int(sums.sum()))].sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Law:
    """Probabilities of the whole numbers from `start` on."""

    start: int
    p: FloatArray

    def trimmed(self) -> _Law:
        """Without what is too unlikely to matter at both ends."""
        kept = np.flatnonzero(self.p > _NEGLIGIBLE)
        return _Law(self.start + int(kept[0]), self.p[kept[0] : kept[-1] + 1])


def _law_of_gains(sizes: IntArray) -> _Law:
    """The law of the sum of sizes when each is in with chance 1/2."""
    values, times = np.unique(sizes, return_counts=True)
    commonest = int(np.argmax(times))
    law = _spread(_binomial_half(int(times[commonest])), int(values[commonest]))
    others = np.repeat(np.delete(values, commonest), np.delete(times, commonest))
    for i, size in enumerate(others.tolist()):
        grown = np.zeros(len(law.p) + size)
        grown[: len(law.p)] = 0.5 * law.p
        grown[size:] += 0.5 * law.p
        law = _Law(law.start, grown)
        if i % _TRIM_EVERY == 0:
            law = law.trimmed()
    return law


def _spread(law: _Law, size: int) -> _Law:
    """The law of `size` times the number."""
    apart = np.zeros((len(law.p) - 1) * size + 1)
    apart[::size] = law.p
    return _Law(law.start * size, apart)


def _binomial_half(n: int) -> _Law:
    """Binomial(n, 1/2), by ratios outward from the middle: log-gammas would lose digits."""
    middle = n // 2
    j = np.arange(middle, n)
    upper = np.cumprod((n - j) / (j + 1))
    i = np.arange(middle, 0, -1)
    lower = np.cumprod(i / (n - i + 1))
    p = np.concatenate([lower[::-1], [1.0], upper])
    return _Law(0, p / p.sum()).trimmed()
