"""AUROC, AUGRC and what a ticket adds to either, against pROC, scikit-learn and reweighting."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import ORACLES
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.calibration.ranking import (
    augrc,
    augrc_influence,
    auroc,
    auroc_influence,
    auroc_interval,
)
from ticketbench.measure.statistics.groups import one_per_group

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)

Drawn = tuple[np.ndarray, np.ndarray]


def confidences(most: int) -> st.SearchStrategy[Drawn]:
    """Top scores with many ties, and which are right."""
    ticket = st.tuples(st.integers(3, 10), st.booleans())
    return st.lists(ticket, min_size=1, max_size=most).map(
        lambda rows: (np.array([s for s, _ in rows]) / 10, np.array([hit for _, hit in rows]))
    )


def above(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """For every pair 1 where a is above b, half where they tie."""
    return np.asarray(np.sign(a[:, None] - b[None, :]) / 2 + 0.5)


def weighed_augrc(scores: np.ndarray, right: np.ndarray, weight: np.ndarray) -> float:
    """The mean of wrong · share not more confident, each ticket with a weight."""
    w = weight / weight.sum()
    return float((w * ~right) @ above(scores, scores) @ w)


def weighed_auroc(scores: np.ndarray, right: np.ndarray, weight: np.ndarray) -> float:
    """The chance that a right ticket is above a wrong one, each ticket with a weight."""
    hit, miss = weight[right] / weight[right].sum(), weight[~right] / weight[~right].sum()
    return float(hit @ above(scores[right], scores[~right]) @ miss)


def by_reweighting(
    of: Callable[[np.ndarray, np.ndarray, np.ndarray], float], scores: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """n times the derivative of a weighed value by the weight of each ticket."""
    n, step = len(scores), 1e-5
    moved = []
    for i in range(n):
        ends = []
        for sign in (1, -1):
            weight = np.ones(n)
            weight[i] += sign * step
            ends.append(of(scores, right, weight))
        moved.append(n * (ends[0] - ends[1]) / (2 * step))
    return np.array(moved)


# R 4.2.2, pROC 1.18.0: ci.auc(correct ~ top score), low, AUROC, high.
DELONG = {
    "a_calibrated_n500_k4": (0.739641029268669, 0.781831146056156, 0.824021262843643),
    "b_overconfident_n2000_k6": (0.665503984129104, 0.688645698159324, 0.711787412189543),
    "c_tiny_n40_k3": (0.518512941531067, 0.689458689458689, 0.860404437386312),
}


@pytest.mark.parametrize("of", DELONG)
def test_the_auroc_and_its_interval_are_those_of_the_reference(of: str) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    found = auroc_interval(t.top_score, t.right, t.groups, seed=0)
    assert (found.low, found.value, found.high) == pytest.approx(DELONG[of], abs=1e-12)
    assert (found.n, found.method) == (t.n_scored, "DeLong")


def both_kinds(drawn: Drawn) -> bool:
    return 0 < drawn[1].sum() < len(drawn[1])


@SEARCH
@given(confidences(40).filter(both_kinds))
def test_the_auroc_is_that_of_scikit_learn(drawn: Drawn) -> None:
    from sklearn.metrics import roc_auc_score

    assert auroc(*drawn) == pytest.approx(roc_auc_score(drawn[1], drawn[0]))


@SEARCH
@given(confidences(30).filter(both_kinds))
def test_delong_over_all_pairs_gives_the_same_interval(drawn: Drawn) -> None:
    scores, right = drawn
    wins = np.sign(scores[right][:, None] - scores[~right][None, :]) / 2 + 0.5
    found = auroc_interval(scores, right, np.arange(len(scores)), seed=0)
    assert found.value == pytest.approx(wins.mean())
    if min(wins.shape) < 2:
        assert math.isnan(found.low)
        return
    variance = wins.mean(axis=1).var(ddof=1) / wins.shape[0]
    variance += wins.mean(axis=0).var(ddof=1) / wins.shape[1]
    half = 1.959963984540054 * math.sqrt(variance)
    if half < 1e-9:
        assert math.isnan(found.low) or found.high - found.low < 1e-7
        return
    ends = (max(0, wins.mean() - half), min(1, wins.mean() + half))
    assert (found.low, found.high) == pytest.approx(ends)


def test_the_auroc_by_hand() -> None:
    # Right .9 and .6 against wrong .7 and .6: two wins, one loss, one tie of four pairs.
    scores, right = np.array([0.9, 0.6, 0.7, 0.6]), np.array([True, True, False, False])
    assert auroc(scores, right) == 2.5 / 4


@pytest.mark.parametrize("right", [[True, True], [False, False], []])
def test_without_both_kinds_there_is_no_auroc(right: list[bool]) -> None:
    scores, hits = np.full(len(right), 0.5), np.array(right, dtype=bool)
    found = auroc_interval(scores, hits, np.arange(len(right)), seed=0)
    assert math.isnan(auroc(scores, hits))
    assert (found.defined, found.n) == (False, len(right))


def test_scores_that_separate_perfectly_have_no_interval() -> None:
    right = np.array([True] * 5 + [False] * 5)
    found = auroc_interval(np.linspace(0.9, 0.3, 10), right, np.arange(10), seed=0)
    assert (found.value, found.method[:11]) == (1.0, "no interval")
    assert math.isnan(found.low)


def test_the_interval_is_clipped_to_the_possible_values() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.65, 0.3])
    right = np.array([True, True, True, True, False, False])
    found = auroc_interval(scores, right, np.arange(6), seed=0)
    assert (found.value, found.high) == (0.875, 1.0)


def test_copies_in_one_group_leave_the_interval() -> None:
    t = read_score_table(ORACLES / "c_tiny_n40_k3.csv")
    n = t.n_scored
    twice = np.tile(np.arange(n), 2)
    alone = auroc_interval(t.top_score, t.right, np.arange(n), seed=3)
    tied = auroc_interval(t.top_score[twice], t.right[twice], twice, seed=3)
    expected = (alone.value, alone.low, alone.high)
    assert (tied.value, tied.low, tied.high) == pytest.approx(expected, abs=1e-9)
    assert tied.method == "DeLong, one per group"


def test_the_interval_of_groups_is_that_of_one_ticket_each_and_holds_the_value() -> None:
    rng = np.random.default_rng(5)
    groups, scores = rng.integers(0, 60, 200), rng.random(200)
    right = rng.random(200) < scores
    for seed in range(20):
        found = auroc_interval(scores, right, groups, seed=seed)
        rows = one_per_group(groups, seed=seed)
        alone = auroc_interval(scores[rows], right[rows], groups[rows], seed=0)
        assert found.value == auroc(scores, right)
        assert found.low == min(found.value, alone.low)
        assert found.high == max(found.value, alone.high)


@SEARCH
@given(confidences(40).filter(both_kinds))
def test_file_order_never_changes_the_auroc(drawn: Drawn) -> None:
    scores, right = drawn
    order = np.random.default_rng(len(scores)).permutation(len(scores))
    assert auroc(scores[order], right[order]) == auroc(scores, right)


def test_the_augrc_by_hand() -> None:
    # errors 0, 1, 1 among the first 1, 2, 3 of three: (0 + 1 + 1)/9
    assert augrc(np.array([0.9, 0.8, 0.7]), np.array([True, False, True])) == pytest.approx(2 / 9)


def test_the_augrc_of_no_tickets_is_nan_and_its_influence_empty() -> None:
    nothing = np.array([]), np.array([], dtype=bool)
    assert math.isnan(augrc(*nothing))
    assert augrc_influence(*nothing).shape == auroc_influence(*nothing).shape == (0,)


@SEARCH
@given(confidences(25))
def test_the_influence_on_the_augrc_is_its_slope_by_the_weight_of_a_ticket(drawn: Drawn) -> None:
    found = augrc_influence(*drawn)
    assert found == pytest.approx(by_reweighting(weighed_augrc, *drawn), abs=1e-7)
    assert found.mean() == pytest.approx(0, abs=1e-12)


@SEARCH
@given(confidences(25).filter(both_kinds))
def test_the_influence_on_the_auroc_is_its_slope_by_the_weight_of_a_ticket(drawn: Drawn) -> None:
    found = auroc_influence(*drawn)
    assert found == pytest.approx(by_reweighting(weighed_auroc, *drawn), abs=1e-6)
    assert found.mean() == pytest.approx(0, abs=1e-12)


def test_the_influence_tells_what_leaving_a_ticket_out_does() -> None:
    rng = np.random.default_rng(3)
    scores = rng.random(300)
    right = rng.random(300) < scores
    for value, influence in ((augrc, augrc_influence), (auroc, auroc_influence)):
        whole, keep = value(scores, right), ~np.eye(300, dtype=bool)
        left_out = np.array([whole - value(scores[row], right[row]) for row in keep])
        found = influence(scores, right) / 300
        assert np.corrcoef(left_out, found)[0, 1] > 0.999
        assert np.ptp(left_out) == pytest.approx(np.ptp(found), rel=0.02)


def test_the_spread_of_the_influence_on_the_auroc_is_delongs() -> None:
    t = read_score_table(ORACLES / "b_overconfident_n2000_k6.csv")
    n, influence = t.n_scored, auroc_influence(t.top_score, t.right)
    low, _, high = DELONG["b_overconfident_n2000_k6"]
    se = (high - low) / (2 * 1.959963984540054)
    assert math.sqrt(float(influence @ influence)) / n == pytest.approx(se, rel=0.002)


@pytest.mark.parametrize("right", [[True, True], [False, False]])
def test_without_both_kinds_no_ticket_has_an_influence_on_the_auroc(right: list[bool]) -> None:
    assert np.isnan(auroc_influence(np.array([0.4, 0.6]), np.array(right))).all()
