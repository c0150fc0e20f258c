from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.counts.confusion import (
    ESCALATE_COLUMN,
    REVIEW_COLUMN,
    ConfusionMatrix,
    both_confusions,
    cell_of_ticket,
    cells,
    routed_confusion,
    top_label_confusion,
)

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

# Top labels a, a, b, c, c, a; the last row ties and goes to a.
ROWS = [
    [0.8, 0.1, 0.1],
    [0.6, 0.3, 0.1],
    [0.1, 0.8, 0.1],
    [0.2, 0.2, 0.6],
    [0.1, 0.1, 0.8],
    [0.4, 0.4, 0.2],
]
GOLD = ["a", "b", "b", "c", "__none__", "b"]


@pytest.fixture
def small() -> ScoreTable:
    return table(ROWS, GOLD)


def routed(t: ScoreTable, policy: Policy) -> ConfusionMatrix:
    return routed_confusion(t, policy.decide(t.scores, t.labels))


def test_cells_count_gold_by_top_label(small: ScoreTable) -> None:
    assert cells(small).tolist() == [[1, 0, 0], [2, 1, 0], [0, 0, 1]]


def test_a_gold_label_the_set_lacks_has_a_row_and_an_empty_column() -> None:
    counts = cells(table(ROWS, ["a", "zebra", "b", "c", "zebra", "b"]))
    assert counts.tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 1, 0]]


def test_the_cell_of_a_ticket_indexes_the_counts(small: ScoreTable) -> None:
    labelled = small.labelled()
    at = np.bincount(cell_of_ticket(labelled), minlength=9).reshape(3, 3)
    assert at.tolist() == cells(small).tolist()


def test_the_top_label_matrix_has_a_row_for_tickets_no_label_fits(small: ScoreTable) -> None:
    matrix = top_label_confusion(small)
    assert matrix.rows == ("a", "b", "c", "__none__")
    assert matrix.counts == ((1, 0, 0), (2, 1, 0), (0, 0, 1), (0, 0, 1))


def test_the_none_row_is_left_out_when_there_is_no_such_ticket() -> None:
    assert top_label_confusion(table(ROWS, ["a"] * 6)).rows == ("a", "b", "c")


def test_the_top_label_matrix_has_the_labels_of_the_set_as_columns() -> None:
    matrix = top_label_confusion(table(ROWS, ["zebra"] * 6))
    assert (matrix.rows, matrix.columns) == (("a", "b", "c", "zebra"), ("a", "b", "c"))


def test_the_routed_matrix_sends_each_ticket_to_its_outcome(small: ScoreTable) -> None:
    matrix = routed(small, Policy(threshold=0.6, escalate_above=0.3))
    assert matrix.columns == ("a", "b", "c", REVIEW_COLUMN, ESCALATE_COLUMN)
    assert matrix.counts == (
        (1, 0, 0, 0, 0),
        (1, 1, 0, 0, 1),
        (0, 0, 1, 0, 0),
        (0, 0, 1, 0, 0),
    )


def test_a_label_called_review_keeps_its_own_column() -> None:
    t = table(ROWS, ["review"] * 6, labels=("a", "review", "escalate"))
    assert routed(t, Policy()).columns == ("a", "review", "escalate", "(review)", "(escalate)")


def test_the_routed_matrix_has_a_review_column(small: ScoreTable) -> None:
    matrix = routed(small, Policy(threshold=0.7, escalate_above=1.0))
    assert [row[3] for row in matrix.counts] == [0, 2, 1, 0]


@pytest.mark.parametrize("policy", [Policy(), Policy(0.0, 1.0), Policy(0.9, 0.2)])
def test_both_matrices_of_no_tickets_count_nothing(policy: Policy) -> None:
    empty = table([], [])
    assert (top_label_confusion(empty).n, routed(empty, policy).n) == (0, 0)


@SEARCH
@given(st.integers(1, 60), st.integers(0, 10_000), st.integers(2, 6))
def test_cells_agree_with_scikit_learn(n: int, seed: int, k: int) -> None:
    t = random_table(n, k=k, seed=seed)
    assert cells(t).tolist() == confusion_matrix(t.truth, t.top, labels=range(k)).tolist()


@st.composite
def mixed(draw: st.DrawFn) -> ScoreTable:
    """A table with tickets no label fits and with gold labels outside the set."""
    n = draw(st.integers(0, 30))
    names = st.sampled_from(["l0", "l1", "l2", "__none__", "zebra"])
    gold = draw(st.lists(names, min_size=n, max_size=n))
    scores = random_table(n, k=3, seed=draw(st.integers(0, 1000))).scores
    return table(scores.tolist(), gold, labels=("l0", "l1", "l2"))


@SEARCH
@given(mixed())
def test_the_counts_of_the_top_label_matrix_sum_to_n(t: ScoreTable) -> None:
    assert top_label_confusion(t).n == t.n_scored


@SEARCH
@given(mixed(), st.floats(0, 1), st.floats(0, 1))
def test_the_counts_of_the_routed_matrix_sum_to_n(
    t: ScoreTable, threshold: float, limit: float
) -> None:
    assert routed(t, Policy(threshold, limit)).n == t.n_scored


@SEARCH
@given(mixed(), st.floats(0, 1), st.floats(0, 1))
def test_the_rows_of_both_matrices_have_the_same_sums(
    t: ScoreTable, threshold: float, limit: float
) -> None:
    matrices = (top_label_confusion(t), routed(t, Policy(threshold, limit)))
    one, other = ([sum(row) for row in matrix.counts] for matrix in matrices)
    assert one == other


@SEARCH
@given(mixed())
def test_routing_everything_gives_the_top_label_matrix(t: ScoreTable) -> None:
    everything = routed(t, Policy(threshold=0.0, escalate_above=1.0))
    assert tuple(row[:-2] for row in everything.counts) == top_label_confusion(t).counts


@SEARCH
@given(mixed())
def test_the_order_of_tickets_does_not_matter_to_the_counts(t: ScoreTable) -> None:
    backwards = t.rows(np.arange(t.n_scored)[::-1])
    assert top_label_confusion(backwards) == top_label_confusion(t)


def test_the_matrices_of_two_parts_are_that_of_all_tickets() -> None:
    scores = [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]]
    gold = ["a", "z", "__none__", "x"]
    every = top_label_confusion(table(scores, gold))
    for cut in range(5):
        first, second = table(scores[:cut], gold[:cut]), table(scores[cut:], gold[cut:])
        both = [top_label_confusion(first), top_label_confusion(second)]
        assert both_confusions(*both) == both_confusions(*reversed(both)) == every
