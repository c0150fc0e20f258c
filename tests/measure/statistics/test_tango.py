"""The score statistics of paired shares, against the frozen reference and the likeliest shares."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from tables import ORACLES
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.statistics.tango import clustered_z, tango_z

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
PAIRED: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]
MARGINS = (0.0, 0.01, 0.02, 0.05)


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray]:
    """Differences of the reference pair and their groups."""
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{which}.csv") for which in "ab")
    return b.right.astype(float) - a.right, a.groups


@pytest.mark.parametrize("margin", MARGINS)
def test_tango_agrees_with_the_reference(margin: float) -> None:
    entry = PAIRED[f"noninferiority_tango_z_margin{margin}"]
    c = PAIRED["contingency"]["value"]
    found = tango_z(c["only_a"], c["only_b"], 550, margin=margin)
    assert found == pytest.approx(entry["value"], abs=entry["tol"])


@pytest.mark.parametrize("margin", MARGINS)
def test_the_clustered_statistic_agrees_with_the_reference(
    pair: tuple[np.ndarray, np.ndarray], margin: float
) -> None:
    entry = PAIRED[f"noninferiority_clustered_z_margin{margin}"]
    assert clustered_z(*pair, margin=margin) == pytest.approx(entry["value"], abs=entry["tol"])


@pytest.mark.parametrize(
    ("lost", "gained", "n", "margin"), [(12, 5, 200, 0.02), (1, 9, 60, 0.1), (0, 3, 150, 0.05)]
)
def test_tangos_variance_is_that_of_the_likeliest_shares(
    lost: int, gained: int, n: int, margin: float
) -> None:
    # The shares q (only base) and q - m (only candidate) with the largest trinomial likelihood.
    def minus_log_likelihood(q: float) -> float:
        shares = np.array([q, q - margin, 1 - 2 * q + margin])
        counts = np.array([lost, gained, n - lost - gained])
        return -float(counts @ np.log(np.maximum(shares, 1e-300)))

    ends = (margin + 1e-9, (1 + margin) / 2 - 1e-9)
    options = {"xatol": 1e-10}
    q = optimize.minimize_scalar(
        minus_log_likelihood, bounds=ends, method="bounded", options=options
    ).x
    expected = (gained - lost + n * margin) / math.sqrt(n * (2 * q - margin - margin**2))
    assert tango_z(lost, gained, n, margin=margin) == pytest.approx(expected, abs=1e-5)


def test_without_a_margin_tango_is_mcnemars_statistic() -> None:
    assert tango_z(5, 14, 300, margin=0.0) == pytest.approx(9 / math.sqrt(19))


@pytest.mark.parametrize(("lost", "gained", "n"), [(0, 0, 300), (0, 0, 0)])
def test_nothing_that_changed_has_no_statistic_without_a_margin(
    lost: int, gained: int, n: int
) -> None:
    assert math.isnan(tango_z(lost, gained, n, margin=0.0))


@SEARCH
@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 300))
def test_swapping_the_sets_turns_the_statistic_round(lost: int, gained: int, rest: int) -> None:
    n = lost + gained + rest
    there, back = tango_z(lost, gained, n, margin=0.0), tango_z(gained, lost, n, margin=0.0)
    assert there == pytest.approx(-back, nan_ok=True)


def test_the_clustered_statistic_of_single_tickets_is_mean_over_standard_error() -> None:
    d = np.array([1.0] * 12 + [-1.0] * 5 + [0.0] * 183)
    se = d.std() / math.sqrt(200)
    assert clustered_z(d, np.arange(200), margin=0.02) == pytest.approx((d.mean() + 0.02) / se)


@pytest.mark.parametrize(
    ("d", "groups"),
    [([], []), ([1.0, -1.0], [0, 0]), ([1.0, 1.0], [0, 1])],
    ids=["no tickets", "one group", "all alike"],
)
def test_without_spread_of_groups_there_is_no_clustered_statistic(
    d: list[float], groups: list[int]
) -> None:
    found = clustered_z(np.array(d), np.array(groups, dtype=np.int64), margin=0.02)
    assert math.isnan(found)
