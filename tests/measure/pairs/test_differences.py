from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from ticketbench.measure.pairs.differences import Difference, metric_differences

from tables import random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.kinds import LabelMetric, RoutingMetric, table_metric
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs import bootstrap
from ticketbench.measure.pairs import differences as module
from ticketbench.measure.routing.outcomes import summarise
from ticketbench.measure.routing.selective import risk_coverage
from ticketbench.measure.statistics.intervals import clustered_mean
from ticketbench.measure.statistics.resampling import FEW_GROUPS
from ticketbench.measure.thresholds.choose import descriptive_policy

BOOTSTRAP = "paired percentile bootstrap, 2,000 resamples"


def pair_of(n: int, *, seed: int = 0, n_groups: int | None = None) -> tuple[ScoreTable, ScoreTable]:
    base = random_table(n, seed=seed, n_groups=n_groups)
    noise = np.random.default_rng(seed + 1).normal(scale=0.6, size=base.scores.shape)
    powered = np.exp(1.3 * np.log(base.scores) + noise)
    return base, replace(base, scores=powered / powered.sum(axis=1, keepdims=True))


def found(
    pair: tuple[ScoreTable, ScoreTable],
    *,
    min_precision: float | None = 0.8,
    policy: Policy | None = Policy(),  # noqa: B008 - frozen
) -> dict[str, Difference]:
    each = metric_differences(pair, pair, min_precision=min_precision, policy=policy, seed=0)
    return {d.name: d for d in each}


def test_registered_metrics_come_first() -> None:
    overall = [m.name for m in METRICS if not isinstance(m, LabelMetric | RoutingMetric)]
    assert list(found(pair_of(50))) == [*overall, "augrc", "coverage_at_target"]


def test_what_is_not_asked_for_is_left_out() -> None:
    pair = pair_of(50)
    assert "coverage_at_target" not in found(pair, min_precision=None)
    assert "coverage_at_target" in found(pair, policy=None)
    assert "augrc" in found(pair, min_precision=None, policy=None)


def test_tickets_that_the_policy_escalates_are_not_covered() -> None:
    pair = pair_of(120)
    every, fewer = (
        found(pair, min_precision=0.0, policy=policy)["coverage_at_target"]
        for policy in (None, Policy(escalate_above=0.3))
    )
    assert (every.base, every.candidate) == (1.0, 1.0)
    for side, value in zip(pair, (fewer.base, fewer.candidate), strict=True):
        two_high = (side.scores > 0.3).sum(axis=1) >= 2
        assert value == pytest.approx(1 - two_high.mean())


def test_a_metric_registered_as_augrc_is_not_listed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS._entries))

    @table_metric("augrc", title="AUGRC", higher_is_better=False, over="scored")
    def augrc(scores: np.ndarray, truth: np.ndarray) -> float:
        return risk_coverage(scores.max(axis=1), scores.argmax(axis=1) == truth).augrc

    pair = pair_of(60)
    each = metric_differences(pair, pair, seed=0)
    (only,) = [d for d in each if d.name == "augrc"]
    assert (only.title, only.difference.method) == ("AUGRC", BOOTSTRAP)


def test_augrc_is_that_of_the_evaluation() -> None:
    pair = pair_of(120)
    augrc = found(pair)["augrc"]
    values = [risk_coverage(t.top_score, t.right).augrc for t in pair]
    assert [augrc.base, augrc.candidate] == values
    assert (augrc.higher_is_better, augrc.difference.method) == (False, BOOTSTRAP)
    assert augrc.difference.low < values[1] - values[0] < augrc.difference.high


def test_coverage_is_that_of_the_descriptive_threshold() -> None:
    pair = pair_of(120)
    coverage = found(pair)["coverage_at_target"]
    values = []
    for t in pair:
        chosen = descriptive_policy(t, Policy(), 0.8)
        values.append(summarise(t, chosen.decide(t.scores, t.labels), Costs()).coverage.value)
    assert [coverage.base, coverage.candidate] == pytest.approx(values)
    assert (coverage.higher_is_better, coverage.share) == (True, True)
    assert "80%" in coverage.title


def test_a_mean_of_tickets_has_the_cluster_robust_interval() -> None:
    pair = pair_of(120, n_groups=30)
    metric = METRICS.get("brier_top_label")
    brier = found(pair)["brier_top_label"]
    first, second = (metric.function(t.scores, t.truth) for t in pair)
    ends = clustered_mean(second - first, pair[0].groups).interval()
    assert (brier.base, brier.candidate) == (first.mean(), second.mean())
    assert (brier.difference.low, brier.difference.high) == (ends.low, ends.high)
    assert not brier.higher_is_better


def test_the_difference_of_two_means_is_that_of_the_metric() -> None:
    groups = np.arange(40) // 2
    rng = np.random.default_rng(0)
    first, second = rng.random(40), rng.random(40)
    two = module.found_in_means(first, second, groups)
    ends = clustered_mean(second - first, groups).interval()
    assert (two.base, two.candidate) == (first.mean(), second.mean())
    assert (two.ends.low, two.ends.high, two.ends.n) == (ends.low, ends.high, 40)


def test_the_difference_of_no_means_is_undefined() -> None:
    two = module.found_in_means(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64))
    assert math.isnan(two.base)
    assert math.isnan(two.candidate)
    assert (two.ends.defined, two.ends.n) == (False, 0)


@pytest.mark.parametrize("values", [[], [math.nan, math.inf], [0.25] * 9, [0.25, 0.25 + 1e-13]])
def test_bootstrap_values_that_are_all_alike_or_undefined_have_no_interval(
    values: list[float],
) -> None:
    difference = module.percentile_of(np.array(values), 9)
    assert math.isnan(difference.low)
    assert (difference.n, difference.method) == (9, "no interval: every resample is the same")


def test_the_calibration_error_has_a_bootstrap_interval() -> None:
    ece = found(pair_of(200))["ece_equal_mass_10"].difference
    assert ece.method == BOOTSTRAP
    assert ece.low < ece.value < ece.high


def test_a_table_metric_that_cannot_be_weighed_has_no_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS._entries))

    @table_metric("highest", title="Highest score")
    def highest(scores: np.ndarray, truth: np.ndarray) -> float:
        return float(scores.max())

    difference = found(pair_of(30))["highest"].difference
    assert difference.defined
    assert (math.isnan(difference.low), difference.method) == (True, "no interval")


def test_one_group_gives_no_interval() -> None:
    t = pair_of(20)
    pair = tuple(replace(side, groups=np.zeros(20, dtype=np.int64)) for side in t)
    each = found((pair[0], pair[1]))
    assert all(math.isnan(d.difference.low) for d in each.values())
    assert each["augrc"].difference.method == "no interval: all tickets are one group"


def test_resamples_that_are_all_alike_give_no_interval() -> None:
    t = table([[0.8, 0.1, 0.1]] * 9, ["a"] * 9)
    worse = table([[0.1, 0.8, 0.1]] * 9, ["a"] * 9)
    each = found((t, worse))
    for name in ("macro_f1", "ece_equal_mass_10", "coverage_at_target", "augrc"):
        assert each[name].difference.defined
        assert each[name].difference.method == "no interval: every resample is the same"


def test_no_tickets_are_undefined() -> None:
    empty = table([], [])
    each = found((empty, empty))
    assert set(each) >= {"augrc", "coverage_at_target"}
    for d in each.values():
        assert not d.difference.defined
        assert math.isnan(d.base)
        assert d.difference.n == 0


def test_both_populations_are_kept_apart() -> None:
    gold = ["a", "b", "__none__"] * 10
    a, b, c = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]
    scored = (table([a, b, a] * 10, gold), table([a, c, b] * 10, gold))
    labelled = (scored[0].labelled(), scored[1].labelled())
    each = metric_differences(labelled, scored, min_precision=0.5, policy=Policy(), seed=0)
    n = {d.name: d.difference.n for d in each}
    assert (n["accuracy"], n["macro_f1"]) == (20, 20)
    assert {n[name] for name in ("ece_equal_mass_10", "augrc", "coverage_at_target")} == {30}


def test_too_many_groups_times_cells_are_drawn_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = pair_of(4_000, n_groups=2_500)
    whole = found(pair)["macro_f1"].difference
    monkeypatch.setattr(module, "_MOST_COUNTS", 10_000)
    monkeypatch.setattr(bootstrap, "MOST_BLOCKS", 1_000)
    blocks = found(pair)["macro_f1"].difference
    assert blocks.value == whole.value
    width = whole.high - whole.low
    assert blocks.high - blocks.low == pytest.approx(width, rel=0.12)


@pytest.mark.parametrize(("n_groups", "without"), [(2, True), (9, True), (10, False)])
def test_under_ten_groups_of_tickets_leave_no_bootstrap_interval(
    n_groups: int, without: bool
) -> None:
    groups = np.arange(120) % n_groups
    a, b = (replace(t, groups=groups) for t in pair_of(120))
    for name in ("macro_f1", "augrc", "coverage_at_target"):
        difference = found((a, b))[name].difference
        assert math.isnan(difference.low) == without
        assert (difference.method == FEW_GROUPS) is without


def test_without_an_interval_both_sides_keep_their_values() -> None:
    a, b = (replace(t, groups=np.arange(120) % 5) for t in pair_of(120))
    grouped, alone = found((a, b)), found(pair_of(120))
    for name in ("macro_f1", "augrc", "coverage_at_target"):
        one, other = grouped[name], alone[name]
        assert (one.base, one.candidate) == pytest.approx((other.base, other.candidate))
