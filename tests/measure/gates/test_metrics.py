from __future__ import annotations

import numpy as np
import pytest

from tables import random_table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.gates.metrics import ALIASES, gate_metric
from ticketbench.measure.kinds import table_metric
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import Question
from ticketbench.measure.pairs.pairing import judged

OF_LABEL = ("recall", "precision", "f1", "routed_recall")
OF_ROUTING = ("coverage", "selective_precision", "cost")
EVERY = (*METRICS.names(), *OF_LABEL, *OF_ROUTING)


@pytest.fixture(scope="module")
def measured() -> Evaluation:
    return evaluate(random_table(120, seed=3), Settings(policy=Policy(escalate_above=0.45)))


@pytest.mark.parametrize("name", METRICS.names())
def test_every_registered_metric_is_a_gate_metric(name: str, measured: Evaluation) -> None:
    metric, known = gate_metric(name), METRICS.get(name)
    assert (metric.name, metric.title) == (known.name, known.title)
    assert (metric.higher_is_better, metric.share) == (known.higher_is_better, known.share)
    assert not metric.of_label
    assert metric.value(measured, "") == measured.metric(name)


@pytest.mark.parametrize("name", OF_LABEL)
def test_the_value_of_a_label_metric_is_that_of_its_label(name: str, measured: Evaluation) -> None:
    metric = gate_metric(name)
    assert (metric.of_label, metric.share, metric.higher_is_better) == (True, True, True)
    values = [metric.value(measured, label).value for label in measured.labels]
    assert values == [getattr(r, name).value for r in measured.label_results]
    assert len(set(values)) > 1


@pytest.mark.parametrize("name", OF_ROUTING)
def test_the_value_of_a_routing_metric_is_that_of_the_policy(
    name: str, measured: Evaluation
) -> None:
    metric = gate_metric(name)
    assert metric.value(measured, "") == getattr(measured.routing, name)
    assert not metric.of_label
    assert (metric.higher_is_better, metric.share) == (name != "cost",) * 2


def test_ece_is_short_for_the_calibration_error() -> None:
    assert gate_metric("ece").name == ALIASES["ece"] == "ece_equal_mass_10"
    assert ALIASES["ece"] in METRICS.names()


def test_an_unknown_metric_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="no metric is called 'acuracy'") as caught:
        gate_metric("acuracy")
    assert caught.value.problems[0].help == "did you mean 'accuracy'?"


def test_a_metric_like_no_other_is_refused_with_all_names() -> None:
    with pytest.raises(InputError) as caught:
        gate_metric("zzzz")
    help_ = caught.value.problems[0].help
    assert all(name in help_ for name in (*EVERY, "ece"))


def test_only_what_needs_every_score_cannot_be_held_by_a_baseline() -> None:
    unheld = [name for name in EVERY if not gate_metric(name).of_top]
    assert unheld == ["log_loss", "brier_multiclass"]


def test_only_metrics_of_the_whole_table_have_no_interval(measured: Evaluation) -> None:
    without = [name for name in EVERY if not gate_metric(name).interval]
    assert without == ["ece_equal_mass_10"]
    for name in EVERY:
        known = gate_metric(name).value(measured, "l0")
        assert np.isnan(known.low) == (name in without)


def test_a_metric_nobody_can_pair_has_no_paired_test(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(gate_metric(name).paired for name in EVERY)
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS._entries))

    @table_metric("highest", title="Highest score")
    def highest(scores: np.ndarray, truth: np.ndarray) -> float:
        return float(scores.max())

    assert not gate_metric("highest").paired


@pytest.mark.parametrize("name", EVERY)
def test_the_test_of_a_metric_is_about_its_own_value(name: str, measured: Evaluation) -> None:
    side = judged(random_table(120, seed=3), Policy(escalate_above=0.45))
    metric = gate_metric(name)
    found = metric.change((side, side), Question("l1", 0.02, Costs(), 0))
    value = metric.value(measured, "l1").value
    assert (found.base, found.candidate) == pytest.approx((value, value))
