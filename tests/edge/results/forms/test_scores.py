"""Scores of rows: what is read together is what each row says for itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.edge.results.forms import scores
from ticketbench.edge.results.forms.options import AS_OURS
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.forms.scores import scores_of, shares_of

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
COLUMNS = ("score_a", "score_b", "score_c")
CELL = st.sampled_from("0.5 0.25 0.333333 0.33334 1e-7 0 1 x 1_0 nan -0.1".split()) | st.just("")
GOOD = st.sampled_from([("0.5", "0.25", "0.25"), ("0.333333",) * 3, ("0.33", "0.33", "0.34")])
ROWS = st.lists(GOOD | st.tuples(CELL, CELL, CELL), min_size=1, max_size=5) | st.lists(
    GOOD, min_size=1
)


@SEARCH
@given(ROWS)
def test_rows_read_together_are_what_they_are_one_by_one(rows: list[tuple[str, ...]]) -> None:
    origin = Origin.of_file(Path("p.csv"), chosen_by="", form=AS_OURS)
    lines = range(2, len(rows) + 2)
    together = scores_of(lines, rows, COLUMNS, origin)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "shares_of", lambda columns: None)
        assert together == scores_of(lines, rows, COLUMNS, origin)


@pytest.mark.parametrize(
    "row",
    [("0.5", ""), ("0.5", "x"), ("0.5", "0.4"), ("1_0", "0"), ("nan", "1"), ("1.5", "-0.5")],
)
def test_a_row_that_is_no_complete_shares_is_left_to_a_closer_look(row: tuple[str, ...]) -> None:
    assert shares_of(list(zip(("0.5", "0.5"), row, strict=True))) is None


def test_shares_are_read_by_column_and_empty_cells_are_nan() -> None:
    found = shares_of([("0.5", " 0.333", "", None), ("0.5", "0.667", "", "1")])
    assert found is not None
    assert np.array_equal(found, [[0.5, 0.5], [0.333, 0.667], [np.nan] * 2, [np.nan, 1]], True)


@pytest.mark.parametrize(
    ("cells", "holds"),
    [
        (("0.33", "0.33", "0.33"), True),
        (("0.330", "0.33", "0.33"), False),
        (("3.3e-1", "0.33", "0.33"), True),
        (("3.30e-1", "0.33", "0.33"), False),
        ((".33", "0.33", "0.330"), False),
        (("0.499999", "0.499999", "1e-06"), True),
        (("0.499999", "0.499998", "1e-06"), False),
    ],
)
def test_a_sum_may_be_off_by_what_the_printed_digits_allow(
    cells: tuple[str, ...], holds: bool
) -> None:
    assert (shares_of([(cell,) for cell in cells]) is not None) == holds


@SEARCH
@given(
    st.lists(st.lists(st.integers(0, 10**7), min_size=3, max_size=3), min_size=1, max_size=8),
    st.integers(1, 7),
    st.sampled_from([0.0, 1e-7, 1e-6, 2e-6, 1e-3]),
)
def test_floats_are_judged_as_their_text_is(rows: list[list[int]], digits: int, off: float) -> None:
    shares = np.array(rows, dtype=np.float64) + 1
    shares = np.round(shares / shares.sum(axis=1, keepdims=True), digits)
    shares[0] = np.clip(shares[0] + [off, 0, 0], 0, 1)
    texts: Sequence[Sequence[str]] = [list(map(repr, column)) for column in shares.T.tolist()]
    of_floats, of_texts = shares_of(list(shares.T)), shares_of(texts)
    assert (of_floats is None) == (of_texts is None)
    if of_floats is not None and of_texts is not None:
        assert of_floats.tolist() == of_texts.tolist() == shares.tolist()
