from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import ORACLES, random_table
from ticketbench.measure.compare import compare
from ticketbench.measure.results import holm_over_candidates
from ticketbench.measure.statistics.holm import holm

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
PAIRED: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]
SHARES = st.lists(st.floats(0, 1), max_size=8)


def test_it_agrees_with_the_reference() -> None:
    entry = PAIRED["holm_example"]
    expected = pytest.approx(entry["value"]["adjusted"], abs=entry["tol"])
    assert holm(entry["value"]["p"]) == expected


def test_by_hand() -> None:
    # In order .01 · 3, then .02 · 2 = .04, then .03 · 1, which may not fall below .04.
    assert holm([0.03, 0.01, 0.02]) == pytest.approx((0.04, 0.03, 0.04))


def test_equal_p_values_stay_equal() -> None:
    assert holm([0.02, 0.02, 0.5]) == pytest.approx((0.06, 0.06, 0.5))


def test_nan_stays_and_does_not_count() -> None:
    found = holm([0.01, math.nan, 0.04])
    assert math.isnan(found[1])
    assert (found[0], found[2]) == pytest.approx((0.02, 0.04))


def test_nothing_gives_nothing_and_one_p_is_its_own() -> None:
    assert holm([]) == ()
    assert holm([0.3]) == (0.3,)


@SEARCH
@given(SHARES)
def test_adjusted_values_are_probabilities_no_smaller_than_before(p: list[float]) -> None:
    found = holm(p)
    assert all(before <= after <= 1 for before, after in zip(p, found, strict=True))


@SEARCH
@given(SHARES)
def test_order_is_kept_and_does_not_matter(p: list[float]) -> None:
    at = np.random.default_rng(0).permutation(len(p))
    found = np.array(holm(p))
    assert np.array_equal(found[at], np.array(holm([p[i] for i in at])))
    assert np.all(np.diff(found[np.argsort(p)]) >= 0)


@SEARCH
@given(SHARES)
def test_the_smallest_is_multiplied_by_their_number(p: list[float]) -> None:
    if p:
        assert min(holm(p)) == pytest.approx(min(1.0, len(p) * min(p)))


def test_candidates_are_adjusted_together_and_in_their_order() -> None:
    base, *candidates = (random_table(80, seed=0, sharpness=s) for s in (2.0, 1.0, 3.0, 2.0))
    comparisons = [compare(base, candidate) for candidate in candidates]
    assert holm_over_candidates(comparisons) == holm([c.change("accuracy").p for c in comparisons])
    assert len(holm_over_candidates(comparisons)) == 3


def test_no_candidates_give_nothing() -> None:
    assert holm_over_candidates([]) == ()
