from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import ORACLES
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.counts import confusion
from ticketbench.measure.metrics import macro_f1
from ticketbench.measure.reference.closed_form import macro_f1_interval

VALUES = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")
SEARCH = settings(max_examples=100, deadline=None, derandomize=True, database=None)

matrices = st.integers(2, 5).flatmap(
    lambda r: st.lists(st.lists(st.integers(0, 9), min_size=r, max_size=r), min_size=r, max_size=r)
)


def by_numeric_gradient(cells: np.ndarray) -> float:
    """Half width of the multinomial delta method, macro-F1 differentiated numerically."""
    n = cells.sum()
    p = cells / n
    gradient = np.zeros_like(p)
    # Only along cells that occur: a step elsewhere could give a label its first ticket.
    for cell in zip(*np.nonzero(p), strict=True):
        step = np.zeros_like(p)
        step[cell] = 1e-6
        gradient[cell] = (macro_f1(p + step) - macro_f1(p - step)) / 2e-6
    mean = float((p * gradient).sum())
    return 1.959963984540054 * math.sqrt(float((p * (gradient - mean) ** 2).sum()) / n)


@pytest.mark.parametrize("of", TABLES)
def test_the_interval_is_the_one_of_the_reference(of: str) -> None:
    found = macro_f1_interval(confusion.cells(read_score_table(ORACLES / f"{of}.csv")))
    entry = VALUES[of]["macro_f1_ci95_takahashi"]
    assert [found.low, found.high] == pytest.approx(entry["value"], abs=entry["tol"])
    assert found.value == pytest.approx(VALUES[of]["macro_f1"]["value"], abs=1e-9)


@given(rows=matrices.filter(lambda rows: sum(map(sum, rows)) > 0))
@SEARCH
def test_the_closed_form_is_the_delta_method(rows: Sequence[Sequence[int]]) -> None:
    cells = np.array(rows, dtype=float)
    found = macro_f1_interval(cells)
    half = by_numeric_gradient(cells)
    if math.isnan(found.low):
        assert half == pytest.approx(0, abs=1e-6)
    else:
        expected = (max(0, found.value - half), min(1, found.value + half))
        assert (found.low, found.high) == pytest.approx(expected, abs=1e-6)


@given(rows=matrices, seed=st.integers(0, 99))
@SEARCH
def test_the_order_of_labels_does_not_matter(rows: Sequence[Sequence[int]], seed: int) -> None:
    cells = np.array(rows, dtype=float)
    order = np.random.default_rng(seed).permutation(len(cells))
    found, moved = macro_f1_interval(cells), macro_f1_interval(cells[order][:, order])
    ends = (found.value, found.low, found.high)
    assert (moved.value, moved.low, moved.high) == pytest.approx(ends, abs=1e-9, nan_ok=True)


def test_a_label_that_is_predicted_but_has_no_tickets_is_not_in_the_mean() -> None:
    found = macro_f1_interval(np.array([[8.0, 2, 1], [1, 7, 2], [0, 0, 0]]))
    assert found.value == pytest.approx((16 / 20 + 14 / 19) / 2)
    assert found.low < found.value < found.high


def test_a_narrower_confidence_gives_a_narrower_interval() -> None:
    cells = np.array([[80.0, 20], [30, 70]])
    wide, narrow = macro_f1_interval(cells), macro_f1_interval(cells, confidence=0.9)
    ratio = (narrow.high - narrow.low) / (wide.high - wide.low)
    assert ratio == pytest.approx(1.6448536 / 1.9599640)


@pytest.mark.parametrize("cells", [np.diag([3.0, 7, 49]), np.array([[0.0, 5], [7, 0]])])
def test_certainty_is_not_claimed(cells: np.ndarray) -> None:
    found = macro_f1_interval(cells)
    assert found.defined
    assert math.isnan(found.low)


def test_no_tickets_have_no_macro_f1() -> None:
    found = macro_f1_interval(np.zeros((3, 3)))
    assert (found.defined, found.n, found.method) == (False, 0, "no tickets")
