from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.label_results import LabelResult, label_results
from ticketbench.measure.statistics.intervals import share, wilson

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)

A, B, C = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]
WEAK, TWO = [0.5, 0.25, 0.25], [0.45, 0.35, 0.2]


def results(t: ScoreTable, policy: Policy | None = None) -> dict[str, LabelResult]:
    decisions = (policy or Policy()).decide(t.scores, t.labels)
    return {result.label: result for result in label_results(t, decisions.outcome)}


def test_a_label_by_hand() -> None:
    # Gold a: A, A, WEAK, B. Top a beside these: two of b.
    a = results(table([A, A, WEAK, B, A, A, B], ["a"] * 4 + ["b"] * 3))["a"]
    assert (a.support, a.predicted) == (4, 5)
    assert (a.recall.value, a.recall.n) == (3 / 4, 4)
    assert (a.precision.value, a.precision.n) == (3 / 5, 5)
    assert a.f1.value == pytest.approx(6 / 9)
    assert (a.metric("routed_recall").value, a.metric("routed_recall").n) == (2 / 4, 4)


def test_recall_and_precision_have_wilson_intervals() -> None:
    a = results(table([A] * 6 + [B] * 2 + [A], ["a"] * 8 + ["b"]))["a"]
    assert (a.recall.low, a.recall.high) == (wilson(6, 8).low, wilson(6, 8).high)
    assert (a.precision.low, a.precision.high) == (wilson(6, 7).low, wilson(6, 7).high)
    assert a.recall.method == a.precision.method == "Wilson"


def test_the_ends_of_f1_are_those_of_the_share_right_of_gold_or_predicted() -> None:
    # 6 right of 9 tickets that are gold or top a: 2J/(1+J).
    f1 = results(table([A] * 6 + [B] * 2 + [A], ["a"] * 8 + ["b"]))["a"].f1
    ends = wilson(6, 9)
    assert f1.value == pytest.approx(12 / 15)
    assert (f1.low, f1.high) == pytest.approx(tuple(2 * j / (1 + j) for j in (ends.low, ends.high)))
    assert (f1.n, f1.method) == (9, "Wilson, transformed")


def test_groups_widen_the_intervals_of_a_label() -> None:
    rows, gold = [A] * 20 + [B] * 20, ["a"] * 40
    alone = results(table(rows, gold))["a"].recall
    grouped = results(table(rows, gold, groups=[i // 4 for i in range(40)]))["a"].recall
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)
    assert grouped == share(np.arange(40) < 20, np.arange(40) // 4)


def test_labels_stand_in_the_order_of_the_gold_labels() -> None:
    t = table([[0.1, 0.9]] * 3, ["zebra", "b", "ape"], labels=("b", "a"))
    assert list(results(t)) == ["b", "a", "ape", "zebra"]


def test_a_label_without_tickets_has_no_recall_and_one_never_on_top_no_precision() -> None:
    found = results(table([A, A], ["a", "b"]))
    assert (found["b"].recall.value, found["b"].precision.defined) == (0.0, False)
    assert (found["b"].f1.value, found["b"].f1.n) == (0.0, 1)
    c = found["c"]
    assert not any(e.defined for e in (c.recall, c.precision, c.f1, c.metric("routed_recall")))
    assert (c.support, c.predicted, c.f1.method) == (0, 0, "no tickets")


def test_a_gold_label_that_the_set_lacks_is_never_answered() -> None:
    zebra = results(table([A, B], ["zebra", "b"]))["zebra"]
    assert (zebra.support, zebra.predicted) == (1, 0)
    assert (zebra.recall.value, zebra.metric("routed_recall").value) == (0.0, 0.0)


def test_tickets_that_no_label_fits_count_for_no_label() -> None:
    found = results(table([A, A, B], ["a", "__none__", "__none__"]))
    assert "__none__" not in found
    assert (found["a"].predicted, found["a"].precision.value) == (1, 1.0)
    assert found["b"].predicted == 0


def test_escalated_and_reviewed_tickets_are_not_routed() -> None:
    found = results(table([A, WEAK, TWO], ["a"] * 3))["a"]
    assert (found.recall.value, found.metric("routed_recall").value) == (1.0, pytest.approx(1 / 3))


def test_a_right_ticket_routed_is_one_of_its_own_label() -> None:
    # Routed to b with gold a: routed, yet not recalled.
    assert results(table([A, B], ["a", "a"]))["a"].metric("routed_recall").value == 0.5


def test_without_tickets_every_label_is_undefined() -> None:
    found = results(table([], []))
    assert list(found) == ["a", "b", "c"]
    for result in found.values():
        assert (result.support, result.predicted) == (0, 0)
        assert math.isnan(result.recall.value)
        assert math.isnan(result.f1.low)


@SEARCH
@given(st.integers(0, 80), st.integers(0, 1000), st.sampled_from([None, 9]))
def test_counts_and_f1_fit_together(n: int, seed: int, n_groups: int | None) -> None:
    t = random_table(n, seed=seed, n_groups=n_groups)
    found = results(t, Policy(escalate_above=0.4)).values()
    assert sum(r.support for r in found) == sum(r.predicted for r in found) == n
    for r in found:
        if r.support and r.predicted:
            p, q = r.precision.value, r.recall.value
            harmonic = 2 * p * q / (p + q) if p + q else 0.0
            assert r.f1.value == pytest.approx(harmonic)
            assert r.f1.low <= r.f1.value <= r.f1.high
        if r.support:
            assert r.metric("routed_recall").value <= r.recall.value
