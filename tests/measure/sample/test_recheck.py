"""What a sample leaves possible holds whatever the others are, counted over every sample."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binomtest, hypergeom

from ticketbench.measure.sample.recheck import drawn, largest_share


def test_every_sample_is_as_likely_as_any_other() -> None:
    counts = Counter(tuple(drawn(5, 2, seed=seed)) for seed in range(4000))
    assert counts.keys() == set(combinations(range(5), 2))
    assert max(abs(n - 400) for n in counts.values()) < 100


@pytest.mark.parametrize(("n", "size"), [(0, 3), (1, 3), (3, 3), (3, 20)])
def test_a_sample_that_is_large_enough_is_all(n: int, size: int) -> None:
    assert drawn(n, size, seed=1) == list(range(n))


def test_none_of_20_leaves_up_to_14_percent() -> None:
    assert largest_share(0, 20, of=340) == pytest.approx(1 - 0.05 ** (1 / 20))
    assert round(largest_share(0, 20, of=340), 3) == 0.139


@pytest.mark.parametrize("found", [0, 1, 7, 20])
def test_the_bound_is_that_of_scipy(found: int) -> None:
    theirs = binomtest(found, 20, alternative="less").proportion_ci(0.95, method="exact").high
    assert largest_share(found, 20, of=340) == pytest.approx(theirs)


@pytest.mark.parametrize(("n", "size"), [(21, 20), (25, 20), (40, 20), (340, 20), (7, 3)])
def test_the_bound_is_too_small_in_at_most_5_of_100_samples_whatever_is_wrong(
    n: int, size: int
) -> None:
    bounds = np.array([largest_share(found, size, of=n) for found in range(size + 1)])
    for wrong in range(n + 1):
        likely = hypergeom.pmf(np.arange(size + 1), n, wrong, size)
        assert likely[bounds < wrong / n].sum() <= 0.05 + 1e-12


def test_nothing_is_left_open_where_all_were_looked_at() -> None:
    assert largest_share(3, 12, of=12) == 3 / 12
    assert math.isnan(largest_share(0, 0, of=0))
    assert largest_share(0, 0, of=5) == 1
