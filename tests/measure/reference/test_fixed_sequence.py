from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from scored_tickets import Block, blocks
from tables import ORACLES, random_table
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.reference.fixed_sequence import SEQUENCE, Step, fixed_sequence

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")
RISKS = (0.05, 0.10, 0.15, 0.20)


def at(*of: Block, risk: float = 0.1, delta: float = 0.1) -> tuple[float, tuple[Step, ...]]:
    tickets = blocks(*of)
    return fixed_sequence(tickets.score, tickets.right, risk=risk, delta=delta)


def by_hand(top_score: np.ndarray, right: np.ndarray, risk: float, delta: float) -> float:
    """Fixed-sequence testing as its definition reads, with scipy.stats for the binomial."""
    n_min = math.ceil(math.log(delta) / math.log(1 - risk))
    accepted = math.nan
    for threshold in np.round(np.arange(0.99, 0.295, -0.01), 2):
        chosen = top_score >= threshold
        if chosen.sum() < n_min:
            continue
        if binom.cdf((chosen & ~right).sum(), chosen.sum(), risk) > delta:
            break
        accepted = float(threshold)
    return accepted


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("of", TABLES)
def test_threshold_and_last_tests_are_those_of_the_reference(of: str, risk: float) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    expected = VALUES[of][f"fixed_sequence_risk{risk:.2f}_delta0.10_start_nmin"]["value"]
    threshold, tail = fixed_sequence(t.top_score, t.right, risk=risk, delta=0.10)
    assert threshold == pytest.approx(expected["threshold"] or math.nan, nan_ok=True)
    assert [list(step) for step in tail] == [
        pytest.approx(point, abs=1e-9) for point in expected["path_tail"]
    ]


@SEARCH
@given(st.integers(1, 400), st.integers(0, 1000), st.sampled_from(RISKS), st.floats(0.02, 0.5))
def test_the_threshold_follows_its_definition(n: int, seed: int, risk: float, delta: float) -> None:
    t = random_table(n, seed=seed, sharpness=4.0)
    threshold, _ = fixed_sequence(t.top_score, t.right, risk=risk, delta=delta)
    expected = by_hand(t.top_score, t.right, risk, delta)
    assert threshold == pytest.approx(expected, nan_ok=True)


def test_the_sequence_runs_from_99_to_30_percent() -> None:
    assert list(SEQUENCE) == np.round(np.arange(0.99, 0.295, -0.01), 2).tolist()


def test_a_score_equal_to_the_threshold_counts_above_it() -> None:
    assert at((0.9, 22, 0), (0.62, 30, 30))[0] == 0.63


def test_the_first_failure_ends_the_sequence() -> None:
    # 3 of 22 wrong fails at the start; 3 of 322 further down would pass by far.
    threshold, tail = at((0.9, 22, 3), (0.8, 300, 0))
    assert math.isnan(threshold)
    assert [step[0] for step in tail] == [0.90]


def test_a_p_value_of_exactly_delta_passes() -> None:
    assert at((0.9, 3, 0), (0.5, 3, 3), risk=0.5, delta=0.125)[0] == 0.51


def test_the_last_tests_end_with_the_one_that_failed() -> None:
    threshold, tail = at((0.9, 40, 0), (0.6, 40, 20))
    assert threshold == 0.61
    assert [step[:3] for step in tail] == [(0.62, 40, 0), (0.61, 40, 0), (0.60, 80, 20)]
    assert [step[3] for step in tail] == pytest.approx(
        [binom.cdf(0, 40, 0.1), binom.cdf(0, 40, 0.1), binom.cdf(20, 80, 0.1)]
    )


@pytest.mark.parametrize(("risk", "delta"), [(0.0, 0.1), (0.1, 0.0)])
def test_without_any_risk_nothing_is_tested(risk: float, delta: float) -> None:
    threshold, tail = at((0.9, 100, 0), risk=risk, delta=delta)
    assert math.isnan(threshold)
    assert tail == ()


def test_no_tickets_are_not_tested() -> None:
    threshold, tail = at((0.9, 0, 0))
    assert math.isnan(threshold)
    assert tail == ()
