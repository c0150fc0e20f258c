from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from ticketbench.measure.pairs.bootstrap import (
    Measure,
    PairedSides,
    calibration_error,
    coverage_at,
    observed,
    paired_sides,
    replicates,
    share_right,
    undetected_errors,
    units_of_tickets,
)

from tables import ORACLES, random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.calibration.bins import ece_equal_mass
from ticketbench.measure.pairs import bootstrap
from ticketbench.measure.routing.outcomes import summarise
from ticketbench.measure.routing.selective import risk_coverage
from ticketbench.measure.statistics.resampling import percentile
from ticketbench.measure.thresholds.choose import descriptive_policy

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)
PAIRED: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]
MEASURES = {
    "right": share_right,
    "ece": calibration_error,
    "augrc": undetected_errors,
    "coverage": coverage_at(0.8),
}


def pair_of(n: int, *, seed: int = 0, decimals: int = 6, **more: Any) -> tuple[ScoreTable, ...]:
    """Two sets that answer the same tickets alike but for some noise."""
    base = random_table(n, seed=seed, **more)
    noise = np.random.default_rng(seed + 1).normal(scale=0.5, size=base.scores.shape)
    powered = np.exp(1.2 * np.log(base.scores) + noise)
    scores = np.round(powered / powered.sum(axis=1, keepdims=True), decimals)
    return replace(base, scores=np.round(base.scores, decimals)), replace(base, scores=scores)


def sides_of(n: int, **more: Any) -> PairedSides:
    return paired_sides(*pair_of(n, **more), seed=0)


def ends(values: np.ndarray) -> tuple[float, float]:
    interval = percentile(values)
    return interval.low, interval.high


def coverage_by_hand(t: ScoreTable, policy: Policy, target: float) -> float:
    chosen = descriptive_policy(t, policy, target)
    return summarise(t, chosen.decide(t.scores, t.labels), Costs()).coverage.value


def test_the_interval_agrees_with_the_reference() -> None:
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{which}.csv") for which in "ab")
    found = replicates(paired_sides(a, b, seed=0), {"right": share_right}, seed=0)["right"]
    entry = PAIRED["bootstrap_diff_ci95_cluster_percentile"]
    assert ends(found) == pytest.approx(entry["value"], abs=entry["tol"])


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([1, 2, 6]))
def test_the_measures_of_the_data_are_the_ones_of_the_evaluation(
    n: int, seed: int, decimals: int
) -> None:
    pair = pair_of(n, seed=seed, decimals=decimals)
    sides = paired_sides(*pair, seed=0)
    for i, t in enumerate(pair):
        assert observed(sides, share_right)[i] == pytest.approx(t.right.mean())
        ece = ece_equal_mass(t.top_score, t.right, bins=10)
        assert observed(sides, calibration_error)[i] == pytest.approx(ece)
        augrc = risk_coverage(t.top_score, t.right).augrc
        assert observed(sides, undetected_errors)[i] == pytest.approx(augrc)


@pytest.mark.parametrize("escalate_above", [0.2, 0.3, 1.0])
@pytest.mark.parametrize("target", [0.5, 0.8, 0.95, 1.0])
def test_coverage_is_that_of_the_descriptive_threshold(
    target: float, escalate_above: float
) -> None:
    policy = Policy(escalate_above=escalate_above)
    for seed in range(5):
        pair = pair_of(60, seed=seed, decimals=2)
        found = observed(paired_sides(*pair, policy=policy, seed=0), coverage_at(target))
        expected = [coverage_by_hand(t, policy, target) for t in pair]
        assert found == pytest.approx(expected)


def test_without_a_policy_no_ticket_escalates() -> None:
    t = table([[0.5, 0.49, 0.01]] * 4, ["a"] * 4)
    assert observed(paired_sides(t, t, seed=0), coverage_at(0.9)) == (1.0, 1.0)
    policy = Policy(escalate_above=0.3)
    assert observed(paired_sides(t, t, policy=policy, seed=0), coverage_at(0.9)) == (0.0, 0.0)


def test_coverage_is_zero_where_no_threshold_is_right_often_enough() -> None:
    t = table([[0.6, 0.3, 0.1]] * 4, ["b"] * 4)
    assert observed(paired_sides(t, t, seed=0), coverage_at(0.5)) == (0.0, 0.0)


def test_a_measure_of_weights_is_that_of_the_tickets_drawn() -> None:
    # A ticket of weight 3 counts like three tickets; only the bins stay those of the sample.
    t = random_table(30, seed=2)
    weights = np.random.default_rng(0).integers(0, 4, 30)
    drawn = t.rows(np.repeat(np.arange(30), weights))
    side = paired_sides(t, t, seed=0).base
    found = {k: float(m(side)(weights[None].astype(float))[0]) for k, m in MEASURES.items()}
    assert found["right"] == pytest.approx(drawn.right.mean())
    assert found["augrc"] == pytest.approx(risk_coverage(drawn.top_score, drawn.right).augrc)
    never = Policy(escalate_above=1.0)
    assert found["coverage"] == pytest.approx(coverage_by_hand(drawn, never, 0.8))


def test_calibration_bins_stay_those_of_the_sample() -> None:
    t = random_table(40, seed=3)
    side = paired_sides(t, t, seed=0).base
    weights = np.zeros((1, 40))
    weights[0, side.bin == side.bin[0]] = 1.0
    inside = side.bin == side.bin[0]
    expected = abs((side.score - side.right)[inside].mean())
    assert calibration_error(side)(weights)[0] == pytest.approx(expected)


def test_the_bootstrap_is_that_of_scipy() -> None:
    base, candidate = pair_of(150, seed=5)
    found = replicates(paired_sides(base, candidate, seed=0), MEASURES, seed=0)

    def augrc(at: np.ndarray) -> float:
        first, second = (
            risk_coverage(t.top_score[at], t.right[at]).augrc for t in (base, candidate)
        )
        return second - first

    reference = stats.bootstrap(
        (np.arange(150),), augrc, n_resamples=1500, method="percentile", vectorized=False,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert ends(found["augrc"]) == pytest.approx(tuple(reference.confidence_interval), abs=0.004)


def test_groups_are_drawn_whole() -> None:
    # All tickets of a group change together: the interval is as wide as that of 20 tickets.
    n_groups, size = 20, 10
    gold = ["a"] * (n_groups * size)
    a, b = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]
    changed = np.repeat(np.arange(n_groups) % 2 == 0, size)
    groups = np.repeat(np.arange(n_groups), size).tolist()
    base = table([b if c else a for c in changed], gold, groups=groups)
    candidate = table([a] * len(gold), gold, groups=groups)
    found = replicates(paired_sides(base, candidate, seed=0), {"right": share_right}, seed=0)
    spread = float(np.std(found["right"]))
    assert spread == pytest.approx(np.sqrt(0.25 / n_groups), rel=0.05)


def test_the_pairing_is_kept() -> None:
    # 3 of 400 tickets differ: unpaired, the spread would be ten times as large.
    base = random_table(400, seed=1)
    scores = base.scores.copy()
    scores[:3] = scores[:3, ::-1]
    found = replicates(paired_sides(base, replace(base, scores=scores), seed=0), MEASURES, seed=0)
    assert all(float(np.std(found[name])) < 0.01 for name in ("right", "ece", "augrc"))


@SEARCH
@given(st.integers(2, 40), st.integers(0, 1000), st.sampled_from([None, 6]))
def test_the_order_of_tickets_and_labels_does_not_matter(
    n: int, seed: int, n_groups: int | None
) -> None:
    pair = pair_of(n, seed=seed, n_groups=n_groups)
    at = np.random.default_rng(seed).permutation(n)
    moved = [
        replace(t.rows(at), groups=50 - t.groups[at], scores=t.scores[at][:, ::-1].copy(),
                truth=t.scores.shape[1] - 1 - t.truth[at])
        for t in pair
    ]  # fmt: skip
    one, other = (
        replicates(paired_sides(*p, seed=0), MEASURES, seed=3, n=40) for p in (pair, moved)
    )
    for name, values in one.items():
        assert other[name] == pytest.approx(values, abs=1e-9), name


@SEARCH
@given(st.integers(2, 40), st.integers(0, 1000))
def test_repeating_every_ticket_within_its_group_changes_nothing(n: int, seed: int) -> None:
    pair = pair_of(n, seed=seed)
    twins = tuple(f"{i}{t}" for i in pair[0].ids for t in "xy")
    doubled = [replace(t.rows(np.repeat(np.arange(n), 2)), ids=twins) for t in pair]
    one, other = (
        replicates(paired_sides(*p, seed=0), MEASURES, seed=3, n=40) for p in (pair, doubled)
    )
    for name in ("right", "augrc", "coverage"):
        # AUGRC of 2n tickets in ties of two is only nearly that of n.
        tolerance = 1 / n if name == "augrc" else 1e-9
        assert other[name] == pytest.approx(one[name], abs=tolerance), name


def test_chunks_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    sides = sides_of(50)
    whole = replicates(sides, MEASURES, seed=0, n=60)
    monkeypatch.setattr(bootstrap, "_CHUNK_NUMBERS", 7 * 50)
    parts = replicates(sides, MEASURES, seed=0, n=60)
    assert all(np.allclose(whole[name], parts[name]) for name in MEASURES)


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "MOST_ROWS", 1_000)
    monkeypatch.setattr(bootstrap, "MOST_BLOCKS", 800)


@pytest.mark.parametrize("n_groups", [None, 1_500, 400])
def test_cells_give_nearly_the_same_as_tickets(
    n_groups: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = pair_of(4_000, seed=7, n_groups=n_groups)
    by_ticket = paired_sides(*pair, seed=0)
    monkeypatch.setattr(bootstrap, "MOST_ROWS", 1_000)
    monkeypatch.setattr(bootstrap, "MOST_BLOCKS", 800)
    in_cells = paired_sides(*pair, seed=0)
    assert len(in_cells.base.score) < 700
    assert in_cells.n_units == min(800, len(np.unique(pair[0].groups)))
    exact = ("right", "ece", "coverage")
    for name, measure in MEASURES.items():
        tolerance = 1e-12 if name in exact else 2e-4
        assert observed(in_cells, measure) == pytest.approx(
            observed(by_ticket, measure), abs=tolerance
        )
    one, other = (replicates(sides, MEASURES, seed=0) for sides in (by_ticket, in_cells))
    for name in ("right", "ece", "augrc"):
        assert np.std(other[name]) == pytest.approx(np.std(one[name]), rel=0.12), name


@pytest.mark.usefixtures("few_rows")
def test_in_cells_the_order_of_tickets_does_not_matter() -> None:
    pair = pair_of(3_000, seed=8, n_groups=1_200)
    at = np.random.default_rng(0).permutation(3_000)
    one, other = (
        replicates(paired_sides(*p, seed=0), MEASURES, seed=0, n=30)
        for p in (pair, [t.rows(at) for t in pair])
    )
    for name, values in one.items():
        assert other[name] == pytest.approx(values, abs=1e-9), name


@pytest.mark.usefixtures("few_rows")
def test_cells_may_hold_scores_that_are_all_alike() -> None:
    t = table([[0.7, 0.2, 0.1]] * 1_200, ["a", "b"] * 600)
    sides = paired_sides(t, t, seed=0)
    assert len(sides.base.score) == 2
    assert observed(sides, undetected_errors)[0] == pytest.approx(
        risk_coverage(t.top_score, t.right).augrc
    )


@SEARCH
@given(st.integers(1, 80), st.integers(1, 30), st.integers(1, 40), st.integers(0, 1000))
def test_units_are_whole_groups_and_no_more_than_asked_for(
    n: int, n_groups: int, most: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    groups, values = rng.integers(0, n_groups, n), rng.integers(0, 5, n)
    unit = units_of_tickets((values,), groups, most=most, seed=0)
    distinct = len(np.unique(groups))
    assert len(np.unique(unit)) == min(most, distinct)
    assert unit.max() == min(most, distinct) - 1
    assert len({*zip(groups.tolist(), unit.tolist(), strict=True)}) == distinct


def test_equal_seeds_draw_equally_and_others_do_not() -> None:
    sides, measures = sides_of(60), {"right": share_right}
    one, same, other = (replicates(sides, measures, seed=s)["right"] for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_any_function_of_the_weights_is_a_measure() -> None:
    def mean_score(side: bootstrap.Side) -> Any:
        return lambda weights: (weights @ side.score) / weights.sum(axis=1)

    measure: Measure = mean_score
    base, candidate = pair_of(200)
    sides = paired_sides(base, candidate, seed=0)
    low, high = ends(replicates(sides, {"mean": measure}, seed=0)["mean"])
    assert low < candidate.top_score.mean() - base.top_score.mean() < high
