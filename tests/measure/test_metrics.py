from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from tables import random_table, table
from ticketbench.core.types import FloatArray
from ticketbench.measure import metrics
from ticketbench.measure.counts import confusion
from ticketbench.measure.kinds import CellMetric, TableMetric, TicketMetric, registered
from ticketbench.measure.metrics import METRICS

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

TABLES = given(st.integers(1, 60), st.integers(0, 10_000), st.integers(2, 6))
CELL_METRICS = registered(CellMetric)
TICKET_METRICS = registered(TicketMetric)
OVERALL = [*TICKET_METRICS, *CELL_METRICS, *registered(TableMetric)]
Overall = TicketMetric | CellMetric | TableMetric

# Gold a: 3 right, 1 taken for b. Gold b: 2 taken for a, 2 right. Label c: never gold, never top.
HAND = np.array([[3.0, 1.0, 0.0], [2.0, 2.0, 0.0], [0.0, 0.0, 0.0]])


def random_cells(n: int, seed: int, k: int) -> FloatArray:
    return confusion.cells(random_table(n, k=k, seed=seed)).astype(np.float64)


def test_every_metric_has_a_title() -> None:
    assert all(metric.title for metric in METRICS)


def test_accuracy_is_the_first_metric() -> None:
    assert METRICS.names()[0] == "accuracy"


def test_recall_by_hand() -> None:
    assert metrics.recall_by_label(HAND) == pytest.approx([0.75, 0.5, np.nan], nan_ok=True)


def test_precision_by_hand() -> None:
    assert metrics.precision_by_label(HAND) == pytest.approx([3 / 5, 2 / 3, np.nan], nan_ok=True)


def test_f1_by_hand() -> None:
    assert metrics.f1_by_label(HAND) == pytest.approx([6 / 9, 4 / 7, np.nan], nan_ok=True)


def test_a_label_never_predicted_has_no_precision_and_f1_zero() -> None:
    cells = np.array([[2.0, 0.0], [1.0, 0.0]])
    assert math.isnan(metrics.precision_by_label(cells)[1])
    assert metrics.f1_by_label(cells)[1] == 0.0


def test_macro_f1_averages_over_labels_with_tickets() -> None:
    assert metrics.macro_f1(HAND) == pytest.approx((6 / 9 + 4 / 7) / 2)


def test_a_label_that_is_only_predicted_takes_no_part_in_macro_f1() -> None:
    # F1 of a is 2·1/(2 + 1); b has no gold ticket.
    assert metrics.macro_f1(np.array([[1.0, 1.0], [0.0, 0.0]])) == pytest.approx(2 / 3)


def test_a_label_never_predicted_counts_as_zero_in_macro_f1() -> None:
    # F1 of a is 2·2/(2 + 3); b counts as 0.
    assert metrics.macro_f1(np.array([[2.0, 0.0], [1.0, 0.0]])) == pytest.approx(0.8 / 2)


def test_balanced_accuracy_by_hand() -> None:
    assert metrics.balanced_accuracy(HAND) == pytest.approx((0.75 + 0.5) / 2)


def test_weighted_f1_by_hand() -> None:
    assert metrics.weighted_f1(HAND) == pytest.approx((4 * 6 / 9 + 4 * 4 / 7) / 8)


def test_mcc_by_hand() -> None:
    # The binary formula: (3·2 - 1·2) / sqrt(4 · 4 · 5 · 3).
    assert metrics.mcc(HAND) == pytest.approx(4 / math.sqrt(240))


@pytest.mark.parametrize("cells", [[[5.0, 0.0], [0.0, 0.0]], [[3.0, 0.0], [2.0, 0.0]]])
def test_mcc_of_one_gold_or_one_top_label_is_zero(cells: list[list[float]]) -> None:
    assert metrics.mcc(np.array(cells)) == 0.0


@pytest.mark.parametrize("metric", CELL_METRICS, ids=lambda m: m.name)
def test_a_cell_metric_without_tickets_is_nan(metric: Overall) -> None:
    assert math.isnan(metric.function(np.zeros((3, 3))))


@pytest.mark.parametrize("metric", TICKET_METRICS, ids=lambda m: m.name)
def test_a_ticket_metric_gives_one_value_a_ticket(metric: Overall) -> None:
    t = random_table(7)
    assert metric.function(t.scores, t.truth).shape == (7,)


@pytest.mark.parametrize("metric", TICKET_METRICS, ids=lambda m: m.name)
def test_a_ticket_metric_of_no_tickets_is_empty(metric: Overall) -> None:
    assert metric.function(np.zeros((0, 3)), np.zeros(0, np.int64)).shape == (0,)


@pytest.mark.parametrize("metric", CELL_METRICS, ids=lambda m: m.name)
def test_a_cell_metric_of_a_stack_is_that_of_each_matrix(metric: Overall) -> None:
    stack = np.stack([HAND, HAND.T, np.zeros((3, 3))])
    alone = [float(metric.function(one)) for one in stack]
    assert metric.function(stack).tolist() == pytest.approx(alone, nan_ok=True)


@SEARCH
@TABLES
def test_accuracy_agrees_with_scikit_learn(n: int, seed: int, k: int) -> None:
    t = random_table(n, seed=seed, k=k)
    ours = metrics.accuracy(t.scores, t.truth).mean()
    assert ours == pytest.approx(sk.accuracy_score(t.truth, t.top))


@SEARCH
@TABLES
def test_mcc_agrees_with_scikit_learn(n: int, seed: int, k: int) -> None:
    t = random_table(n, seed=seed, k=k)
    ours = float(metrics.mcc(random_cells(n, seed, k)))
    # scikit-learn warns where truth and top hold one label only; the value there is 0.
    several = len({*t.truth.tolist(), *t.top.tolist()}) > 1
    expected = sk.matthews_corrcoef(t.truth, t.top) if several else 0.0
    assert ours == pytest.approx(expected, abs=1e-12)


@SEARCH
@TABLES
def test_macro_f1_agrees_with_scikit_learn_over_labels_with_tickets(
    n: int, seed: int, k: int
) -> None:
    t = random_table(n, seed=seed, k=k)
    with_tickets = sorted(set(t.truth.tolist()))
    expected = sk.f1_score(t.truth, t.top, labels=with_tickets, average="macro", zero_division=0)
    assert float(metrics.macro_f1(random_cells(n, seed, k))) == pytest.approx(expected)


@SEARCH
@TABLES
def test_weighted_f1_agrees_with_scikit_learn(n: int, seed: int, k: int) -> None:
    t = random_table(n, seed=seed, k=k)
    expected = sk.f1_score(t.truth, t.top, labels=range(k), average="weighted", zero_division=0)
    assert float(metrics.weighted_f1(random_cells(n, seed, k))) == pytest.approx(expected)


@SEARCH
@TABLES
def test_balanced_accuracy_agrees_with_scikit_learn(n: int, seed: int, k: int) -> None:
    t = random_table(n, seed=seed, k=k)
    with_tickets = sorted(set(t.truth.tolist()))
    expected = sk.recall_score(
        t.truth, t.top, labels=with_tickets, average="macro", zero_division=0
    )
    assert float(metrics.balanced_accuracy(random_cells(n, seed, k))) == pytest.approx(expected)


@SEARCH
@TABLES
def test_recall_precision_and_f1_agree_with_scikit_learn(n: int, seed: int, k: int) -> None:
    t = random_table(n, seed=seed, k=k)
    cells = random_cells(n, seed, k)
    expected = sk.precision_recall_fscore_support(
        t.truth, t.top, labels=range(k), zero_division=np.nan
    )
    ours = (
        metrics.precision_by_label(cells),
        metrics.recall_by_label(cells),
        metrics.f1_by_label(cells),
    )
    for mine, theirs in zip(ours, expected[:3], strict=True):
        assert mine == pytest.approx(theirs, nan_ok=True)


@SEARCH
@TABLES
def test_the_brier_score_agrees_with_scikit_learn(n: int, seed: int, k: int) -> None:
    t = random_table(n, seed=seed, k=k)
    expected = sk.brier_score_loss(t.truth, t.scores, labels=range(k), scale_by_half=False)
    assert metrics.brier_multiclass(t.scores, t.truth).mean() == pytest.approx(expected)


@SEARCH
@TABLES
def test_log_loss_of_full_precision_scores_agrees_with_scikit_learn(
    n: int, seed: int, k: int
) -> None:
    t = random_table(n, seed=seed, k=k)
    expected = sk.log_loss(t.truth, t.scores, labels=range(k))
    assert metrics.log_loss(t.scores, t.truth).mean() == pytest.approx(expected, rel=1e-6)


@SEARCH
@TABLES
def test_values_stay_within_their_bounds(n: int, seed: int, k: int) -> None:
    cells = random_cells(n, seed, k)
    assert -1 - 1e-12 <= float(metrics.mcc(cells)) <= 1 + 1e-12
    assert 0 <= float(metrics.macro_f1(cells)) <= 1
    assert 0 <= float(metrics.balanced_accuracy(cells)) <= 1


@SEARCH
@given(st.integers(1, 60), st.integers(0, 10_000), st.permutations(range(4)))
@pytest.mark.parametrize("metric", OVERALL, ids=lambda m: m.name)
def test_the_order_of_labels_does_not_matter(
    metric: Overall, n: int, seed: int, order: list[int]
) -> None:
    t = random_table(n, seed=seed)
    moved = table(
        t.scores[:, order].tolist(),
        [t.labels[i] for i in t.truth],
        labels=[t.labels[i] for i in order],
    )

    def value(of: Overall, one: object) -> float:
        assert isinstance(one, type(t))
        if isinstance(of, CellMetric):
            return float(of.function(confusion.cells(one).astype(float)))
        return float(np.mean(of.function(one.scores, one.truth)))

    assert value(metric, moved) == pytest.approx(value(metric, t), abs=1e-9, nan_ok=True)


def test_perfect_answers_score_one() -> None:
    perfect = np.diag([3.0, 2.0, 4.0])
    assert [float(m.function(perfect)) for m in CELL_METRICS] == [1.0, 1.0, 1.0]


def test_a_tie_counts_for_the_earlier_label() -> None:
    tied = np.array([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2]])
    assert metrics.accuracy(tied, np.array([0, 1])).tolist() == [1.0, 0.0]


def test_a_gold_label_the_set_lacks_is_wrong() -> None:
    assert metrics.accuracy(np.array([[0.6, 0.4]]), np.array([2])).tolist() == [0.0]


def test_log_loss_of_a_printed_zero_is_that_of_half_a_digit() -> None:
    scores = np.array([[0.0, 1.0], [0.75, 0.25]])
    assert metrics.log_loss(scores, np.array([0, 0]))[0] == pytest.approx(-math.log(0.005))


def test_log_loss_of_a_gold_label_the_set_lacks_is_that_of_half_a_digit() -> None:
    scores = np.array([[0.75, 0.25]])
    assert metrics.log_loss(scores, np.array([2])).tolist() == pytest.approx([-math.log(0.005)])


def test_log_loss_of_certain_and_right_answers_is_near_zero() -> None:
    certain = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert metrics.log_loss(certain, np.array([0, 1])).max() < 0.01


def test_the_brier_score_of_certain_and_wrong_answers_is_two() -> None:
    assert metrics.brier_multiclass(np.array([[1.0, 0.0]]), np.array([1])).tolist() == [2.0]


def test_the_brier_score_of_a_gold_label_the_set_lacks() -> None:
    # .6² + .4² + (0 - 1)²
    missing = metrics.brier_multiclass(np.array([[0.6, 0.4]]), np.array([2]))
    assert missing.tolist() == pytest.approx([1.52])


def test_the_top_label_brier_score_by_hand() -> None:
    scores = np.array([[0.7, 0.3], [0.7, 0.3]])
    assert metrics.brier_top_label(scores, np.array([0, 1])).tolist() == pytest.approx([0.09, 0.49])


def test_the_calibration_error_without_tickets_is_nan() -> None:
    assert math.isnan(metrics.ece(np.zeros((0, 3)), np.zeros(0, np.int64)))
