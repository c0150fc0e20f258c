from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tables import ORACLES
from ticketbench.core.types import Estimate
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.sample.prior_shift import (
    MixWeights,
    mix_weights,
    most_likely_shares,
    weighted_mean,
    weighted_share,
)
from ticketbench.measure.statistics import intervals

VALUES = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["b_prior_shift"]
SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
LABELS = ("a", "b", "c")
ANY_GROUPS = np.arange(6)

truths = st.lists(st.integers(-1, 2), min_size=1, max_size=30)


def weights_of(truth: list[int], target: list[float]) -> MixWeights:
    return mix_weights(np.array(truth, dtype=np.int64), LABELS, target)


def calibrated(n: int, prior: list[float], *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are right for equal shares of labels, and the labels drawn from `prior`."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(len(prior), n, p=prior)
    logits = rng.normal(size=(n, len(prior))) + 2.0 * np.eye(len(prior))[truth]
    likelihood = np.exp(2.0 * logits)  # of the normal noise around 2 at the true label
    return likelihood / likelihood.sum(axis=1, keepdims=True), truth


def test_weights_are_target_share_over_sample_share() -> None:
    found = weights_of([0, 0, 0, 1], [0.5, 0.5, 0.0])
    assert found.of_ticket == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    assert found.n_effective == pytest.approx(4**2 / (3 * 4 / 9 + 4))
    assert found.missing == ()


def test_a_target_may_be_given_in_counts() -> None:
    shares, counts = (weights_of([0, 0, 1], t).of_ticket for t in ([0.2, 0.8, 0], [20.0, 80, 0]))
    assert shares == pytest.approx(counts)


def test_tickets_that_no_label_fits_have_no_weight() -> None:
    found = weights_of([0, -1, 1], [0.5, 0.5, 0.0])
    assert found.of_ticket.tolist() == [1.0, 0.0, 1.0]
    assert found.n_effective == 2


def test_labels_of_the_target_mix_without_tickets_are_named() -> None:
    found = weights_of([0, 0, 0], [0.5, 0.3, 0.2])
    assert found.missing == ("b", "c")
    assert np.isnan(found.of_ticket).all()
    assert math.isnan(found.n_effective)
    for estimate in (weighted_mean, weighted_share):
        value = estimate(np.ones(3), found, np.arange(3))
        assert (value.defined, value.n, value.method) == (False, 3, "no tickets of b, c")


def test_a_label_that_neither_mix_has_needs_no_ticket() -> None:
    assert weights_of([0, 1], [0.5, 0.5, 0.0]).missing == ()


@pytest.mark.parametrize("truth", [[], [-1, -1]])
def test_without_labelled_tickets_the_target_labels_are_missing(truth: list[int]) -> None:
    found = weights_of(truth, [1.0, 0.0, 0.0])
    assert found.missing == ("a",)
    assert len(found.of_ticket) == len(truth)


def test_an_empty_target_mix_leaves_everything_undefined() -> None:
    found = weights_of([0, 1], [0.0, 0.0, 0.0])
    assert weighted_mean([1.0, 0.0], found, np.arange(2)).method == "no target mix"


@given(truth=truths)
@SEARCH
def test_weighted_tickets_have_the_target_mix(truth: list[int]) -> None:
    counts = np.bincount([t for t in truth if t >= 0], minlength=3)
    target = np.array([0.2, 0.3, 0.5]) * (counts > 0)
    found = weights_of(truth, target.tolist())
    if target.sum() > 0:
        mix = [found.of_ticket[np.array(truth) == k].sum() for k in range(3)]
        assert np.array(mix) / sum(mix) == pytest.approx(target / target.sum())
        assert 1 <= found.n_effective <= counts.sum() + 1e-9


@given(truth=truths.filter(lambda t: max(t) >= 0), seed=st.integers(0, 99))
@SEARCH
def test_equal_weights_give_the_unweighted_estimates(truth: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = np.array(truth) >= 0
    counts = np.bincount(np.array(truth)[known], minlength=3).tolist()
    weights = weights_of(truth, counts)
    hits, values = rng.random(len(truth)) < 0.7, rng.normal(size=len(truth))
    groups = rng.integers(0, max(1, len(truth) // 2), len(truth))
    pairs = [
        (weighted_share(hits, weights, groups), intervals.share(hits[known], groups[known])),
        (weighted_mean(values, weights, groups), intervals.mean(values[known], groups[known])),
    ]
    for found, plain in pairs:
        assert (found.value, found.n) == pytest.approx((plain.value, plain.n))
        assert (found.low, found.high) == pytest.approx((plain.low, plain.high), nan_ok=True)


@given(truth=truths.filter(lambda t: max(t) >= 0), seed=st.integers(0, 99))
@SEARCH
def test_equal_weights_of_independent_tickets_give_the_unweighted_intervals(
    truth: list[int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    known = np.array(truth) >= 0
    weights = weights_of(truth, np.bincount(np.array(truth)[known], minlength=3).tolist())
    hits, values = rng.random(len(truth)) < 0.7, rng.normal(size=len(truth))
    alone = np.arange(len(truth))
    pairs = [
        (weighted_share(hits, weights, alone), intervals.share(hits[known], alone[known])),
        (weighted_mean(values, weights, alone), intervals.mean(values[known], alone[known])),
    ]
    for found, plain in pairs:
        expected = (plain.low, plain.high)
        assert (found.low, found.high) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_the_weighted_mean_has_the_standard_error_of_a_ratio() -> None:
    weights = MixWeights(np.array([1.0, 1, 2, 2, 3, 3]), 1.0, ())
    values = np.array([0.0, 1, 0, 1, 1, 1])
    groups = np.array([0, 0, 1, 1, 2, 3])
    found = weighted_mean(values, weights, groups)
    mean = 9 / 12
    sums = np.array([1 - 2 * mean, 2 - 4 * mean, 3 - 3 * mean, 3 - 3 * mean]) / 12
    half = stats.t.ppf(0.975, 6**2 / 10 - 1) * math.sqrt(4 / 3 * float(sums @ sums))
    assert (found.value, found.low, found.high) == pytest.approx((mean, mean - half, mean + half))


@pytest.mark.parametrize("estimate", [weighted_mean, weighted_share])
def test_duplicates_in_groups_of_two_leave_the_interval(estimate: Callable[..., Estimate]) -> None:
    rng = np.random.default_rng(2)
    truth, hits = rng.integers(0, 3, 60), rng.random(60) < 0.8
    weights = mix_weights(truth, LABELS, [0.6, 0.3, 0.1])
    twice = mix_weights(np.tile(truth, 2), LABELS, [0.6, 0.3, 0.1])
    once = estimate(hits, weights, np.arange(60))
    doubled = estimate(np.tile(hits, 2), twice, np.tile(np.arange(60), 2))
    assert (doubled.low, doubled.high) == pytest.approx((once.low, once.high), abs=1e-9)


def test_hits_that_are_all_equal_still_leave_doubt_about_the_share() -> None:
    weights = weights_of([0, 0, 0, 1], [0.5, 0.5, 0.0])
    found = weighted_share(np.ones(4), weights, np.arange(4))
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(intervals.wilson(3, 3).low)  # 16 / (4/3 + 4) = 3
    alike = weighted_mean(np.full(4, 0.1), weights, np.arange(4))
    assert math.isnan(alike.low)
    assert alike.value == 0.1


def test_one_group_has_no_interval_for_a_mean() -> None:
    weights = weights_of([0, 1], [0.5, 0.5, 0.0])
    found = weighted_mean([0.0, 1.0], weights, np.zeros(2, dtype=np.int64))
    assert (found.value, found.method) == (0.5, intervals.ONE_UNIT)


@pytest.mark.evidence
def test_intervals_of_the_weighted_share_hold_the_target_accuracy() -> None:
    # The target accuracy of labels right in .95, .8 and .6 of cases, from a sample of another mix.
    rng = np.random.default_rng(4)
    target, right = np.array([0.2, 0.3, 0.5]), np.array([0.95, 0.8, 0.6])
    held = 0
    for _ in range(600):
        truth = rng.choice(3, 250, p=[0.6, 0.25, 0.15])
        weights = mix_weights(truth, LABELS, target.tolist())
        found = weighted_share(rng.random(250) < right[truth], weights, np.arange(250))
        held += found.low <= target @ right <= found.high
    assert held >= 600 * (0.95 - 2 * math.sqrt(0.95 * 0.05 / 600))


def of_scores(scores: np.ndarray, prior: list[float]) -> np.ndarray:
    """The mix that scores suggest which are calibrated on `prior` (Saerens et al. 2002)."""
    each = np.full(len(scores), 1 / len(scores))
    return most_likely_shares(scores.T / np.array(prior)[:, None], each, prior)


def test_the_most_likely_shares_of_scores_are_those_of_the_reference() -> None:
    table = read_score_table(ORACLES / "b_overconfident_n2000_k6.csv")
    target = np.array(VALUES["target_rows"]["value"])
    found = of_scores(table.scores[target], table.scores[:1000].mean(axis=0).tolist())
    entry = VALUES["em_prior_uncalibrated_scores"]
    assert found == pytest.approx(entry["value"], abs=entry["tol"])


def test_the_mix_is_found_from_calibrated_scores() -> None:
    prior = [0.7, 0.2, 0.1]
    scores, truth = calibrated(20_000, prior, seed=0)
    assert of_scores(scores, [1 / 3] * 3) == pytest.approx(np.bincount(truth) / 20_000, abs=0.01)
    assert scores.mean(axis=0) != pytest.approx(prior, abs=0.03)


@given(seed=st.integers(0, 99))
@settings(SEARCH, max_examples=15)
def test_the_shares_sum_to_one_and_ignore_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    likelihood, observed = rng.random((3, 8)), rng.random(8)
    start = np.array([0.2, 0.3, 0.5])
    found = most_likely_shares(likelihood, observed, start.tolist())
    assert found.sum() == pytest.approx(1)
    rows, columns = rng.permutation(3), rng.permutation(8)
    moved = most_likely_shares(
        likelihood[rows][:, columns], observed[columns], start[rows].tolist()
    )
    assert moved == pytest.approx(found[rows], abs=1e-4)


def test_a_mixture_by_hand_has_the_shares_it_was_made_with() -> None:
    likelihood = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1]])
    observed = 0.25 * likelihood[0] + 0.75 * likelihood[1]
    assert most_likely_shares(likelihood, observed, [0.5, 0.5]) == pytest.approx([0.25, 0.75])


def test_labels_that_nothing_tells_apart_keep_their_relation_and_none_stays_none() -> None:
    alike = np.array([[0.5, 0.5], [0.5, 0.5], [1.0, 0.0]])
    found = most_likely_shares(alike, np.array([0.5, 0.5]), [0.6, 0.3, 0.0])
    assert found == pytest.approx([2 / 3, 1 / 3, 0])


def test_what_no_label_explains_takes_no_part() -> None:
    likelihood = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    found = most_likely_shares(likelihood, np.array([0.2, 0.3, 0.5]), [0.5, 0.5])
    assert found == pytest.approx([0.4, 0.6])
    nothing = most_likely_shares(likelihood, np.array([0.0, 0.0, 1.0]), [0.5, 0.5])
    assert np.isnan(nothing).all()
