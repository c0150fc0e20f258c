from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from ticketbench.measure.pairs.by_label import LabelDifference, label_differences

from tables import random_table, table
from ticketbench.core.policy import REVIEW, ROUTE, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.label_results import label_results
from ticketbench.measure.pairs.pairing import Judged, Pair, judged
from ticketbench.measure.statistics.holm import holm
from ticketbench.measure.statistics.intervals import clustered_mean

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)

A, B, C = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]


def found(base: ScoreTable, candidate: ScoreTable) -> dict[str, LabelDifference]:
    pair = judged(base, Policy()), judged(candidate, Policy())
    return {d.label: d for d in label_differences(pair) if d.metric == "recall"}


def test_recall_of_each_label_by_hand() -> None:
    gold = ["a", "a", "a", "b", "b"]
    labels = found(table([A, B, B, B, B], gold), table([A, A, B, A, B], gold))
    assert (labels["a"].support, labels["a"].base, labels["a"].candidate) == (3, 1 / 3, 2 / 3)
    assert labels["a"].difference.value == pytest.approx(1 / 3)
    assert (labels["b"].support, labels["b"].difference.value) == (2, -0.5)


def test_interval_and_p_are_cluster_robust_t() -> None:
    n = 60
    base = table([B] * 12 + [A] * 48, ["a"] * n)
    candidate = table([A] * 56 + [B] * 4, ["a"] * n)
    label = found(base, candidate)["a"]
    clustered = clustered_mean(candidate.right.astype(float) - base.right, base.groups)
    t = clustered.mean / clustered.se_clustered
    assert label.p == pytest.approx(2 * stats.t.sf(abs(t), n - 1))
    half = stats.t.ppf(0.975, n - 1) * clustered.se_clustered
    ends = (label.difference.low, label.difference.high)
    assert ends == pytest.approx((clustered.mean - half, clustered.mean + half))


def test_fewer_than_six_changes_have_exact_bounds_and_the_sign_flip_p() -> None:
    n = 50
    label = found(table([B] * 4 + [A] * 46, ["a"] * n), table([A] * n, ["a"] * n))["a"]
    assert label.p == pytest.approx(2 * 0.5**4)
    assert label.difference.low == pytest.approx(-stats.beta.ppf(0.975, 1, 50))
    assert label.difference.high == pytest.approx(stats.beta.ppf(0.975, 5, 46))


def test_a_label_with_the_same_answers_differs_by_nothing() -> None:
    gold = ["a"] * 5 + ["b"] * 5
    label = found(table([A] * 5 + [B] * 5, gold), table([A] * 5 + [A] * 5, gold))["a"]
    ends = (label.difference.low, label.difference.value, label.difference.high)
    assert (*ends, label.p) == (0.0, 0.0, 0.0, 1.0)


def test_wrong_answers_that_differ_are_not_called_the_same() -> None:
    label = found(table([B] * 5, ["a"] * 5), table([C] * 5, ["a"] * 5))["a"]
    assert label.difference.value == 0.0
    assert label.difference.high > 0.3


def test_a_label_without_tickets_is_undefined_and_not_counted() -> None:
    gold = ["a"] * 8 + ["b"] * 8
    labels = found(table([B] * 8 + [B] * 8, gold), table([A] * 8 + [B] * 8, gold))
    c = labels["c"]
    assert (c.support, math.isnan(c.p), math.isnan(c.p_holm), c.difference.n) == (0, True, True, 0)
    assert labels["a"].p_holm == pytest.approx(2 * labels["a"].p)


def test_a_label_that_only_the_candidate_has_is_listed_last() -> None:
    base = table([[0.7, 0.3], [0.3, 0.7]], ["c", "b"], labels=("a", "b"))
    candidate = table([C, B], ["c", "b"], labels=("a", "b", "c"))
    labels = found(base, candidate)
    assert list(labels) == ["a", "b", "c"]
    assert (labels["c"].base, labels["c"].candidate) == (0.0, 1.0)
    wider = table([C, B], ["c", "b"], labels=("x", "b", "c"))
    assert list(found(base, wider)) == ["a", "b", "c", "x"]


def test_p_values_are_adjusted_over_the_labels() -> None:
    base = random_table(300, seed=1)
    candidate = replace(base, scores=random_table(300, seed=2).scores.copy())
    labels = list(found(base, candidate).values())
    assert [d.p_holm for d in labels] == list(holm([d.p for d in labels]))


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([None, 8]))
def test_supports_and_differences_add_up_to_the_accuracy(
    n: int, seed: int, n_groups: int | None
) -> None:
    base = random_table(n, seed=seed, n_groups=n_groups)
    candidate = replace(base, scores=random_table(n, seed=seed + 1).scores.copy())
    labels = found(base, candidate).values()
    assert sum(d.support for d in labels) == n
    total = sum(d.support * d.difference.value for d in labels if d.support)
    assert total / n == pytest.approx(candidate.right.mean() - base.right.mean())
    for d in labels:
        if d.support:
            assert not d.difference.low > d.difference.value + 1e-12
            assert not d.difference.high < d.difference.value - 1e-12
            assert 0 <= d.p <= d.p_holm <= 1


def two_sides(n: int) -> Pair:
    """The same tickets with other scores."""
    base = random_table(n, seed=1)
    candidate = replace(base, scores=base.scores[np.random.default_rng(0).permutation(n)])
    policy = Policy(escalate_above=0.45)
    return judged(base, policy), judged(candidate, policy)


def test_every_label_metric_has_the_values_of_each_side_alone() -> None:
    decided = two_sides(120)
    differences = label_differences(decided)
    assert [d.metric for d in differences] == [
        name for name in ("recall", "precision", "f1", "routed_recall") for _ in range(4)
    ]
    for side, value in zip(decided, ("base", "candidate"), strict=True):
        alone = {r.label: r for r in label_results(side.table, side.outcome)}
        for d in differences:
            assert getattr(d, value) == pytest.approx(alone[d.label].metric(d.metric).value)
            assert d.difference.value == pytest.approx(d.candidate - d.base)


def test_where_each_side_counts_other_tickets_there_is_no_interval_yet() -> None:
    for d in label_differences(two_sides(80)):
        known = d.metric in ("recall", "routed_recall")
        assert math.isnan(d.difference.low) != known
        assert math.isnan(d.p_holm) != known
        assert known or d.difference.method == "no interval"


def test_without_outcomes_what_needs_them_is_left_out() -> None:
    found = {d.metric for d in label_differences(two_sides(20), routed=False)}
    assert found == {"recall", "precision", "f1"}


def test_under_the_policy_another_outcome_is_a_change_of_recall() -> None:
    t = table([A] * 30, ["a"] * 30)
    every, some = np.full(30, ROUTE), np.array([ROUTE] * 20 + [REVIEW] * 10)
    found = {d.metric: d for d in label_differences((Judged(t, every), Judged(t, some)))
             if d.label == "a"}  # fmt: skip
    assert found["recall"].difference.value == 0.0
    assert found["routed_recall"].difference.value == pytest.approx(-1 / 3)
    assert found["routed_recall"].difference.high < 0
