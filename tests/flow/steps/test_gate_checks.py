"""Gates that could not be judged are refused at their place before anything is read or sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from gated_project import FIRST_GATE, edit, with_gates
from ticketbench.core.errors import InputError, Problem
from ticketbench.flow.steps.gate_checks import against_baseline
from ticketbench.flow.steps.inputs import read_inputs


def refused(*gates: str, baseline: str | None = "base.json") -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read_inputs(with_gates(*gates, baseline=baseline))
    return caught.value.problems


WRONG = {
    "an unknown set": (
        "{metric: accuracy, on: v3, min: 0.1}",
        24, "there is no rubric set 'v3'", "v1",
    ),
    "an unknown metric": (
        "{metric: acuracy, on: v2, min: 0.1}",
        6, "no metric is called 'acuracy'", "did you mean 'accuracy'?",
    ),
    "an unknown label": (
        "{metric: recall, label: biling, on: v2, min: 0.1}",
        22, "neither v2 nor a ticket has the label 'biling'", "did you mean 'billing'?",
    ),
    "an unknown ticket": (
        "{must_pass: [t1, t99], on: v2}",
        22, "the dataset has no ticket 't99'", "t",
    ),
    "an unknown base": (
        "{metric: accuracy, on: v2, not_worse_than: v9}",
        32, "there is neither a rubric set nor a baseline 'v9'", "v1",
    ),
    "a label that is missing": (
        "{metric: recall, on: v2, min: 0.1}",
        6, "recall is about one label", "add `label: ...`",
    ),
    "a label that means nothing": (
        "{metric: accuracy, label: billing, on: v2, min: 0.1}",
        24, "accuracy is about all tickets, not about a label", "recall, precision, f1",
    ),
    "labels that nobody gave": (
        "{metric: escalation_recall, on: v2, min: 0.1}",
        6, "escalation_recall needs every label that fits", "add a column `all_labels`",
    ),
    "an end without an interval": (
        "{metric: ece, on: v2, max: 0.1, bound: high}",
        37, "ece has no interval", "leave `bound` out",
    ),
    "a margin that is missing": (
        "{metric: cost, on: v2, not_worse_than: v1}",
        28, "cost needs a margin", "add `margin: ...`",
    ),
    "a margin in points": (
        "{metric: accuracy, on: v2, not_worse_than: v1, margin: 2}",
        52, "a margin of 2 is everything", "2 points are 0.02",
    ),
    "a metric that a baseline cannot hold": (
        "{metric: log_loss, on: v2, not_worse_than: baseline, margin: 0.1}",
        6, "a baseline does not hold what log_loss needs", "compare with another rubric set",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_gate_that_cannot_be_judged_is_refused_at_its_place(project: Path, kind: str) -> None:
    line, column, what, help_ = WRONG[kind]
    (found,) = refused("{must_pass: [t1], on: v1}", line)
    assert found.where == f"gated.yaml:{FIRST_GATE + 1}:{column}"
    assert what in found.what
    assert help_ in found.help
    assert not (project / "answers.sqlite").exists()


def test_a_baseline_that_the_config_does_not_name_is_told_at_the_gate(project: Path) -> None:
    (found,) = refused("{metric: accuracy, on: v2, not_worse_than: baseline}", baseline=None)
    assert found.where == f"gated.yaml:{FIRST_GATE}:32"
    assert found.what == "the config names no baseline"
    assert "baseline: baselines/support.json" in found.help


def test_every_wrong_gate_is_told_at_once_in_file_order(project: Path) -> None:
    found = refused(
        "{metric: acuracy, on: v3, label: x, min: 0.1}",
        "{metric: accuracy, on: v2, min: 0.1}",
        "{must_pass: [t8, t1, t9], on: v2}",
    )
    places = [problem.where.split(":")[1] for problem in found]
    assert places == [str(FIRST_GATE)] * 3 + [str(FIRST_GATE + 2)] * 2


@pytest.mark.parametrize(
    "gate",
    [
        "{metric: accuracy, on: v2, not_worse_than: baseline}",
        "{metric: accuracy, on: v1, not_worse_than: v2, margin: 0.99}",
        "{metric: log_loss, on: v2, not_worse_than: v1, margin: 0.1}",
        "{metric: cost, on: v2, not_worse_than: baseline, margin: 0.1}",
        "{metric: f1, label: billing, on: v2, bound: low, min: 0.1}",
        "{metric: ece, on: v2, max: 0.1, bound: value}",
        "{metric: selective_precision, on: v2, min: 0.5}",
        "{must_pass: [t1, t7], on: v2}",
    ],
)
def test_a_gate_that_can_be_judged_is_accepted(project: Path, gate: str) -> None:
    (found,) = read_inputs(with_gates(gate)).config.file.gates
    assert found.on in ("v1", "v2")


def test_a_label_that_only_one_of_the_sets_has_is_known(project: Path) -> None:
    edit("v2.yaml", "labels:\n", 'labels:\n  - {name: refund, rubric: "Is it a refund?"}\n')
    assert read_inputs(with_gates("{metric: recall, label: refund, on: v2, min: 0}"))
    with pytest.raises(InputError, match="neither v1 nor a ticket has the label 'refund'"):
        read_inputs(with_gates("{metric: recall, label: refund, on: v1, min: 0}"))


def test_a_rubric_set_may_be_called_baseline_where_no_file_is_named(project: Path) -> None:
    with_gates("{metric: accuracy, on: v2, not_worse_than: baseline}", baseline=None)
    edit("gated.yaml", "{v1: v1.yaml,", "{baseline: v1.yaml,")
    config = read_inputs(Path("gated.yaml")).config
    assert not against_baseline(config.file.gates[0], config)


def test_a_gate_is_against_the_baseline_by_its_name_and_the_file(project: Path) -> None:
    gates = [f"{{metric: accuracy, on: v2, not_worse_than: {name}}}" for name in ("baseline", "v1")]
    config = read_inputs(with_gates(*gates, "{must_pass: [t1], on: v2}")).config
    assert [against_baseline(gate, config) for gate in config.file.gates] == [True, False, False]


def test_a_rubric_set_may_not_be_called_baseline_where_a_file_is_named(project: Path) -> None:
    with_gates("{metric: accuracy, on: v2, min: 0.1}")
    edit("gated.yaml", "{v1: v1.yaml,", "{baseline: v1.yaml,")
    with pytest.raises(InputError, match="a rubric set is called `baseline`") as caught:
        read_inputs(Path("gated.yaml"))
    assert caught.value.problems[0].where == "gated.yaml:4:15"
