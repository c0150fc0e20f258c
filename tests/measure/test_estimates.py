from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tables import ORACLES, random_table, table
from ticketbench.core.types import Estimate, FloatArray
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.estimates import estimate, metric_results
from ticketbench.measure.kinds import CellMetric, Metric, TableMetric, TicketMetric
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.statistics import resampling
from ticketbench.measure.statistics.intervals import wilson
from ticketbench.measure.statistics.resampling import FEW_GROUPS

SEARCH = settings(max_examples=30, deadline=None, derandomize=True)

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")

OVERALL = [m for m in METRICS if isinstance(m, TicketMetric | CellMetric | TableMetric)]
EVERY_METRIC = pytest.mark.parametrize("metric", OVERALL, ids=lambda m: m.name)
SURE = [[0.8, 0.1, 0.1]]


def by_name(name: str) -> Metric:
    return METRICS.get(name)


def ends(found: Estimate) -> list[float]:
    return [found.low, found.high]


@pytest.mark.parametrize("name", ["macro_f1", "mcc"])
@pytest.mark.parametrize("of", TABLES)
def test_bca_intervals_agree_with_scipy(of: str, name: str) -> None:
    expected = VALUES[of][f"{name}_ci95_bootstrap_BCa"]
    found = estimate(by_name(name), read_score_table(ORACLES / f"{of}.csv"), seed=0)
    assert ends(found) == pytest.approx(expected["value"], abs=expected["tol"])


@pytest.mark.parametrize("of", TABLES[:2])
def test_the_macro_f1_interval_is_near_the_closed_form_of_takahashi(of: str) -> None:
    expected = VALUES[of]["macro_f1_ci95_takahashi"]["value"]
    found = estimate(by_name("macro_f1"), read_score_table(ORACLES / f"{of}.csv"), seed=0)
    assert ends(found) == pytest.approx(expected, abs=0.006)


def test_accuracy_has_the_wilson_interval() -> None:
    found = estimate(by_name("accuracy"), table(SURE * 4, ["a", "a", "a", "b"]), seed=0)
    assert found == Estimate(0.75, wilson(3, 4).low, wilson(3, 4).high, 4, "Wilson")


def test_a_mean_of_per_ticket_values_has_a_t_interval() -> None:
    found = estimate(
        by_name("log_loss"), table([[0.8, 0.1, 0.1], [0.5, 0.4, 0.1]], ["a", "a"]), seed=0
    )
    # -ln .8 and -ln .5: mean .4581, standard error .2350, t(1) = 12.706; no loss is below 0
    assert ends(found) == pytest.approx([0.0, 0.4581 + 12.7062 * 0.2350], abs=1e-3)


def test_an_interval_ends_where_the_metric_does() -> None:
    found = estimate(by_name("brier_top_label"), table(SURE * 2, ["a", "b"]), seed=0)
    # .04 and .64: mean .34, standard error .3, t(1) = 12.706
    assert ends(found) == [0.0, 1.0]


def test_a_metric_of_the_whole_table_has_no_interval() -> None:
    found = estimate(by_name("ece_equal_mass_10"), table(SURE * 2, ["a", "b"]), seed=0)
    assert found.method == "no interval"
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_tickets_no_label_fits_take_no_part() -> None:
    some = table(SURE * 3, ["a", "__none__", "b"])
    found = estimate(by_name("accuracy"), some, seed=0)
    assert (found.value, found.n) == (0.5, 2)


@EVERY_METRIC
def test_no_tickets_give_nan_with_n_zero(metric: Metric) -> None:
    assert estimate(metric, table([], []), seed=0) == Estimate.undefined(0, "no tickets")


@EVERY_METRIC
def test_only_tickets_no_label_fits_give_nan_where_a_label_is_needed(metric: Metric) -> None:
    found = estimate(metric, table(SURE * 3, ["__none__"] * 3), seed=0)
    if metric.over == "labelled":
        assert found == Estimate.undefined(0, "no tickets")
    else:
        # Sure and, as no label fits, wrong: errors 1, 2, 3 of three.
        ranked = {"augrc": 6 / 9, "auroc": math.nan}
        error = 0.64 if isinstance(metric, TicketMetric) else 0.8
        expected = pytest.approx(ranked.get(metric.name, error), nan_ok=True)
        assert (found.value, found.n) == (expected, 3)


@EVERY_METRIC
def test_one_ticket_gives_a_value(metric: Metric) -> None:
    one = estimate(metric, table(SURE, ["a"]), seed=0)
    assert (one.defined, one.n) == (metric.name != "auroc", 1)


@pytest.mark.parametrize("name", ["macro_f1", "log_loss"])
def test_an_estimate_without_interval_does_not_claim_a_method(name: str) -> None:
    # Estimate: "`method` names how the interval was made, or why there is none".
    one = estimate(by_name(name), table(SURE, ["a"]), seed=0)
    two = estimate(by_name(name), table([*SURE, [0.2, 0.7, 0.1]], ["a", "a"]), seed=0)
    assert math.isnan(one.low)
    assert one.method != two.method


@SEARCH
@given(st.integers(2, 60), st.integers(0, 1000), st.sampled_from([None, 5, 20]))
@EVERY_METRIC
def test_the_ends_of_an_interval_are_in_order(
    metric: Metric, n: int, seed: int, n_groups: int | None
) -> None:
    found = estimate(metric, random_table(n, seed=seed, n_groups=n_groups), seed=0)
    assert math.isnan(found.low) or found.low <= found.high


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([None, 5, 20]))
@EVERY_METRIC
def test_the_order_of_tickets_does_not_matter(
    metric: Metric, n: int, seed: int, n_groups: int | None
) -> None:
    t = random_table(n, seed=seed, n_groups=n_groups)
    shuffled = t.rows(np.random.default_rng(seed).permutation(n))
    one, other = (estimate(metric, rows, seed=0) for rows in (t, shuffled))
    assert other.value == pytest.approx(one.value, abs=1e-9, nan_ok=True)
    if metric.name != "auroc" or n_groups is None:  # draws one ticket per group by its row
        assert ends(other) == pytest.approx(ends(one), abs=1e-9, nan_ok=True)


@EVERY_METRIC
def test_equal_seeds_give_equal_estimates(metric: Metric) -> None:
    t = random_table(50)
    assert estimate(metric, t, seed=3) == estimate(metric, t, seed=3)


@EVERY_METRIC
def test_an_estimate_counts_the_tickets_it_rests_on(metric: Metric) -> None:
    assert estimate(metric, random_table(30), seed=0).n == 30


@pytest.mark.parametrize("name", ["macro_f1", "balanced_accuracy", "mcc"])
def test_copies_in_groups_do_not_narrow_a_bootstrap_interval(name: str) -> None:
    once = random_table(80, seed=4)
    twice = once.rows(np.repeat(np.arange(80), 2))
    one, other = (estimate(by_name(name), rows, seed=0) for rows in (once, twice))
    assert ends(other) == pytest.approx(ends(one), abs=0.02)


@pytest.mark.parametrize(("n_groups", "without"), [(2, True), (9, True), (10, False)])
def test_under_ten_groups_of_tickets_leave_no_bootstrap_interval(
    n_groups: int, without: bool
) -> None:
    of = replace(random_table(60, seed=4), groups=np.arange(60) % n_groups)
    found = estimate(by_name("macro_f1"), of, seed=0)
    assert found.defined
    assert math.isnan(found.low) == math.isnan(found.high) == without
    assert (found.method == FEW_GROUPS) is without


def test_one_dominant_group_leaves_no_bootstrap_interval() -> None:
    of = replace(random_table(60, seed=4), groups=np.maximum(0, np.arange(60) - 30))
    assert estimate(by_name("macro_f1"), of, seed=0).method == FEW_GROUPS


def test_few_independent_tickets_keep_their_bootstrap_interval() -> None:
    found = estimate(by_name("macro_f1"), random_table(8, seed=1), seed=0)
    assert not math.isnan(found.low)


def test_an_estimate_is_short_in_a_failed_assertion() -> None:
    assert repr(Estimate(0.92, 0.8312, 0.9658, 64, "Wilson")) == "0.920 [0.831, 0.966], n=64"
    assert repr(Estimate(-0.05, -0.1, 0.0, 8, "t")) == "-0.050 [-0.100, 0.000], n=8"


def test_an_undefined_estimate_prints_nan_and_its_n() -> None:
    assert repr(Estimate.undefined(3, "no tickets")) == "nan [nan, nan], n=3"


def test_metrics_that_share_their_resamples_are_what_each_is_alone() -> None:
    of = random_table(120, seed=4, n_groups=40)
    shared = {one.name: one.estimate for one in metric_results(of, seed=3)}
    assert sum(one.method.startswith("BCa") for one in shared.values()) > 1
    assert shared == {name: estimate(by_name(name), of, seed=3) for name in shared}


def test_metrics_of_cells_draw_their_resamples_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    drawn = resampling.Units.counts

    def counted(self: resampling.Units, weights: NDArray[Any]) -> FloatArray:
        calls.append(weights.ndim)
        return drawn(self, weights)

    monkeypatch.setattr(resampling.Units, "counts", counted)
    metric_results(random_table(120, seed=4), seed=3)
    assert calls.count(2) == 2000 / 250
