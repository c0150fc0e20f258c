"""Scores of rows: what is read together is what each row says for itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.edge.results.forms import scores
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.forms.scores import complete_shares, scores_of

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
        patch.setattr(scores, "complete_shares", lambda cells, form: None)
        assert together == scores_of(lines, rows, COLUMNS, origin)


@pytest.mark.parametrize(
    "row",
    [("0.5", ""), ("0.5", "x"), ("0.5", "0.4"), ("1_0", "0"), ("nan", "1"), ("1.5", "-0.5")],
)
def test_a_row_that_is_no_complete_shares_is_left_to_a_closer_look(row: tuple[str, ...]) -> None:
    assert complete_shares([("0.5", "0.5"), row], AS_OURS) is None


def test_complete_shares_are_read_at_once_but_not_in_another_form() -> None:
    rows = [("0.5", "0.5"), ("0.333", "0.667")]
    assert complete_shares(rows, AS_OURS) == [[0.5, 0.5], [0.333, 0.667]]
    assert complete_shares(rows, Form(scale="percent")) is None
    assert complete_shares([], AS_OURS) is None
