"""How a config wants its answers measured, and what is taken to run today."""

from __future__ import annotations

from pathlib import Path

import pytest

from gated_project import BASELINE, GATED, edit, with_gates
from ticketbench.core.policy import Costs, Policy
from ticketbench.flow.gates.baseline import bless, prepare
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.settings import blessed_findings, settings_of, today_of
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Today


@pytest.fixture(autouse=True)
def _gated(answered: Path) -> None:
    with_gates("{metric: accuracy, on: v2, min: 0.5}")


def settings(*overrides: str) -> Settings:
    return settings_of(read_inputs(GATED, overrides=overrides))


def today(*overrides: str) -> Today:
    return today_of(read_inputs(GATED, overrides=overrides))


def blessed(name: str, *overrides: str) -> None:
    bless(prepare(GATED, name=name, reason="a try", overrides=overrides))


# What is stated


def test_what_a_config_does_not_say_is_not_stated() -> None:
    found = settings()
    assert (found.min_precision, found.target_stated) == (0.95, False)
    assert (found.costs, found.prices_stated) == (Costs(), False)


def test_the_target_is_stated_even_where_it_is_the_usual_one() -> None:
    found = settings("choose.min_precision=0.95")
    assert (found.min_precision, found.target_stated, found.prices_stated) == (0.95, True, False)


@pytest.mark.parametrize(
    ("override", "costs"),
    [
        ("choose.costs.misroute=5", Costs()),
        ("choose.costs.missed_escalation=2", Costs(missed=2.0)),
    ],
)
def test_one_price_is_enough_to_have_stated_them(override: str, costs: Costs) -> None:
    found = settings(override)
    assert (found.costs, found.prices_stated, found.target_stated) == (costs, True, False)


def test_groups_are_customers_only_where_the_config_names_a_column_of_them() -> None:
    assert settings().unit == "text"
    head, *lines = Path("tickets.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{head},customer", *(f"{line},c{i}" for i, line in enumerate(lines))]
    Path("tickets.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert settings("dataset.columns.group=customer").unit == "customer"


# What runs today


def test_without_a_baseline_today_is_the_first_set_at_the_policy_of_the_config() -> None:
    assert not BASELINE.exists()
    assert today("policy.threshold=0.7") == Today("v1", Policy(threshold=0.7))


def test_today_is_the_set_of_the_baseline_at_the_policy_it_had() -> None:
    blessed("v2", "policy.threshold=0.8")
    assert today("policy.threshold=0.7") == Today("v2", Policy(threshold=0.8))


def test_a_baseline_of_a_set_that_is_gone_does_not_run_today() -> None:
    blessed("v2", "policy.threshold=0.8")
    edit(str(GATED), ", v2: v2.yaml}", "}")
    edit(str(GATED), "on: v2", "on: v1")
    assert today() == Today("v1", Policy())


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema": "x"}', b"\xff"])
def test_a_damaged_baseline_is_no_reason_to_measure_nothing(content: bytes) -> None:
    BASELINE.parent.mkdir(exist_ok=True)
    BASELINE.write_bytes(content)
    assert today() == Today("v1", Policy())


def test_a_set_that_was_edited_since_it_was_blessed_is_told_with_its_labels() -> None:
    assert blessed_findings(read_inputs(GATED)) == ()
    blessed("v2")
    assert blessed_findings(read_inputs(GATED)) == ()
    rubrics = Path("v2.yaml")
    text = rubrics.read_text(encoding="utf-8")
    label = read_inputs(GATED).rubric_sets[1].rubrics[0]
    rubrics.write_text(text.replace(label.text, f"{label.text} Really?"), encoding="utf-8")
    (found,) = blessed_findings(read_inputs(GATED))
    assert (found.code, found.severity) == ("TB307", "warning")
    assert found.title == "v2 is not what was blessed"
    assert found.evidence == f"its questions changed since: {label.label}"
