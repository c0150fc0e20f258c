"""A sample that is looked at again: which ones, and what it leaves possible about the others."""

from __future__ import annotations

import numpy as np

from ticketbench.measure.statistics.intervals import CONFIDENCE, clopper_pearson_lower


def drawn(n: int, size: int, *, seed: int) -> list[int]:
    """`size` different numbers below `n` in order, each set of them as likely as any other; all of
    them where `size` is no smaller.

    Every k-th one would be spread as well, but whoever forges an answer would know which to spare.
    """
    rng = np.random.default_rng(seed)
    return sorted(rng.choice(n, min(n, size), replace=False).tolist())


def largest_share(found: int, size: int, *, of: int, confidence: float = CONFIDENCE) -> float:
    """The largest share of `of` that `found` in a random sample of `size` does not exclude: the
    one-sided upper bound of Clopper & Pearson (1934); the share itself where all were looked at.

    Too wide, never too narrow, for a sample that is drawn without putting back. 1 without a sample,
    NaN for `of` = 0.
    """
    if of == 0:
        return float("nan")
    if size >= of:
        return found / of
    return 1.0 - clopper_pearson_lower(size - found, size, confidence=confidence)
