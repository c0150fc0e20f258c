"""The change of a mean: what tickets add, against the reference pair and by hand."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tables import ORACLES
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.pairs.change import NO_TICKETS, ONE_SIDED, Change
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.statistics.intervals import clustered_mean

PAIRED: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]


def means(first: Any, second: Any, groups: Any = None, *, step: float = 1.0) -> Change:
    a, b = np.array(first, dtype=float), np.array(second, dtype=float)
    return of_means(a, b, np.arange(len(a)) if groups is None else np.asarray(groups), step=step)


def test_the_spread_is_that_of_the_reference() -> None:
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{which}.csv") for which in "ab")
    found = of_means(a.right.astype(float), b.right.astype(float), a.groups)
    assert found.value == pytest.approx(PAIRED["diff_b_minus_a"]["value"])
    entry = PAIRED["diff_se_clustered_CR1"]
    assert math.sqrt(found.variance) == pytest.approx(entry["value"], abs=entry["tol"])
    assert found.n_groups == 260


def test_a_mean_by_hand() -> None:
    # Of 60 tickets 7 cost 5 more and 3 cost 1 less.
    second = np.array([5.0] * 7 + [-1.0] * 3 + [0.0] * 50)
    found = means(np.zeros(60), second)
    assert found.value == pytest.approx(32 / 60)
    assert found.variance == pytest.approx(second.var(ddof=1) / 60)
    assert found.imagined == pytest.approx((7 * 125 + 3) / (7 * 25 + 3) / 60)
    half = stats.t.ppf(0.95, 59) * found.se
    ends = found.bounds(0.9)
    assert (ends.low, ends.high) == pytest.approx((32 / 60 - half, 32 / 60 + half))
    assert (found.n, found.n_changed) == (60, 10)


def test_customers_count_as_a_whole() -> None:
    d = np.tile([4.0, 4.0, 4.0, -3.0, -3.0, -3.0, 0.0, 0.0, 0.0], 10)
    groups = np.arange(90) // 3
    found = means(np.zeros(90), d, groups)
    assert math.sqrt(found.variance) == pytest.approx(clustered_mean(d, groups).se_clustered)
    assert (found.n_groups, found.n_changed, found.df) == (30, 20, pytest.approx(29))
    assert found.imagined == pytest.approx((12**3 + 9**3) / (12**2 + 9**2) / 90)


def test_where_no_ticket_moved_the_step_of_one_counts() -> None:
    assert means([1.0] * 40, [1.0] * 40, step=5.0).imagined == pytest.approx(5 / 40)


def test_tickets_twice_in_groups_of_two_change_nothing() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.random(50), rng.random(50)
    at = np.repeat(np.arange(50), 2)
    one, two = means(first, second), means(first[at], second[at], at)
    for name in ("value", "variance", "imagined", "df"):
        assert getattr(two, name) == pytest.approx(getattr(one, name)), name


def test_every_ticket_changed_alike_still_has_a_width() -> None:
    found = means(np.zeros(50), np.ones(50))
    assert (found.value, found.variance) == (1.0, pytest.approx(0.0))
    assert found.bounds().low == pytest.approx(1 - stats.t.ppf(0.975, 49) * math.sqrt(3) / 50)


def test_no_tickets_have_no_mean() -> None:
    found = means([], [])
    assert (found.method, found.n, math.isnan(found.value)) == (NO_TICKETS, 0, True)


def test_a_ticket_without_a_number_leaves_the_mean_undefined() -> None:
    found = means([0.0, math.nan, 0.0], [1.0, 1.0, 0.0])
    assert (found.method, found.defined, found.n) == (ONE_SIDED, False, 3)
