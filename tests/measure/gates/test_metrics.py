from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tables import random_table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.gates.metrics import (
    ALIASES,
    NOT_YET,
    gate_metric,
    has_interval,
    has_paired_test,
    held_by_baseline,
    value_in,
)
from ticketbench.measure.kinds import (
    CellMetric,
    LabelMetric,
    RoutingMetric,
    TableMetric,
    TicketMetric,
    registered,
    table_metric,
)
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.pairing import judged

EVERY = METRICS.names()
OF_LABEL = tuple(metric.name for metric in registered(LabelMetric))
OF_ROUTING = tuple(metric.name for metric in registered(RoutingMetric))
OVERALL = tuple(name for name in EVERY if name not in (*OF_LABEL, *OF_ROUTING))


def one_table() -> ScoreTable:
    """A table whose tickets say every label that fits: some two, most one."""
    t = random_table(120, seed=3)
    wanted = np.zeros((120, len(t.gold_labels)), dtype=np.bool_)
    wanted[np.arange(120), t.truth] = True
    wanted[::5, 0] = True
    return replace(t, wanted=wanted)


@pytest.fixture(scope="module")
def measured() -> Evaluation:
    return evaluate(one_table(), Settings(policy=Policy(escalate_above=0.45)))


def test_there_are_metrics_of_every_kind() -> None:
    assert OF_LABEL == ("recall", "precision", "f1", "routed_recall")
    assert OF_ROUTING == ("coverage", "selective_precision", "cost", "escalation_recall")
    assert {type(METRICS.get(name)) for name in OVERALL} == {TicketMetric, CellMetric, TableMetric}


@pytest.mark.parametrize("name", EVERY)
def test_every_registered_metric_is_a_gate_metric(name: str) -> None:
    assert gate_metric(name) is METRICS.get(name)


@pytest.mark.parametrize("name", OVERALL)
def test_the_value_of_a_metric_is_that_of_the_evaluation(name: str, measured: Evaluation) -> None:
    assert value_in(measured, gate_metric(name), "") == measured.metric(name)


@pytest.mark.parametrize("name", OF_LABEL)
def test_the_value_of_a_label_metric_is_that_of_its_label(name: str, measured: Evaluation) -> None:
    values = [value_in(measured, gate_metric(name), label).value for label in measured.labels]
    assert values == [r.metric(name).value for r in measured.by_label.results]
    assert len(set(values)) > 1


@pytest.mark.parametrize("name", OF_ROUTING)
def test_the_value_of_a_routing_metric_is_that_of_the_policy(
    name: str, measured: Evaluation
) -> None:
    metric = gate_metric(name)
    assert value_in(measured, metric, "") == measured.routing.summary.metric(name)
    assert (metric.higher_is_better, metric.share) == (name != "cost",) * 2


@pytest.mark.parametrize("name", NOT_YET)
def test_what_is_shown_but_cannot_be_gated_is_refused_as_such(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} cannot be gated yet") as caught:
        gate_metric(name)
    assert "accuracy" in caught.value.problems[0].help


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
    unheld = [name for name in EVERY if not held_by_baseline(gate_metric(name))]
    assert unheld == ["log_loss", "brier_multiclass", "escalation_recall"]


def test_only_metrics_of_the_whole_table_have_no_interval(measured: Evaluation) -> None:
    without = [name for name in EVERY if not has_interval(gate_metric(name))]
    assert without == ["ece_equal_mass_10", "smooth_ece", "augrc"]
    for name in EVERY:
        known = value_in(measured, gate_metric(name), "l0")
        assert np.isnan(known.low) == (name in without)


def test_a_metric_nobody_can_pair_has_no_paired_test(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(has_paired_test(gate_metric(name)) for name in EVERY)
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS._entries))

    @table_metric("highest", title="Highest score")
    def highest(scores: np.ndarray, truth: np.ndarray) -> float:
        return float(scores.max())

    assert not has_paired_test(gate_metric("highest"))


@pytest.mark.parametrize("name", EVERY)
def test_the_test_of_a_metric_is_about_its_own_value(name: str, measured: Evaluation) -> None:
    side = judged(one_table(), Policy(escalate_above=0.45))
    metric = gate_metric(name)
    found = metric_change(metric, (side, side), label="l1")
    value = value_in(measured, metric, "l1").value
    assert (found.base, found.candidate) == pytest.approx((value, value))
