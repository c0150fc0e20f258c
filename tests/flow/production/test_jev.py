"""A policy as thresholds.json: byte for byte, by jev-eval itself, and what it cannot carry."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promised_project import CONFIG, promised
from terminal import same_as_golden
from ticketbench.core.errors import InputError
from ticketbench.core.policy import reaches
from ticketbench.core.types import ScoreTable
from ticketbench.flow.production import policy_export
from ticketbench.flow.production.jev import confidence_at, thresholds, thresholds_bytes, warnings
from ticketbench.flow.production.policy_export import export
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.tables import scored

TARGET = "choose: {min_precision: 0.9}\n"
ASKED = "systemone+https://router.shop.example/v1/systemone?ask=choice&model=jev-1.13.0&via=1"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796000000")


def refused(config: Path = CONFIG, **given: Any) -> str:
    """What stands in the way of the file, and what helps."""
    with pytest.raises(InputError) as caught:
        thresholds(export(config, "v2", **given))
    problem = caught.value.problems[0]
    return f"{problem.what}: {problem.help}"


def test_the_file_is_the_same_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_export, "__version__", "0.0.0")
    config = promised(url=ASKED, models=("jev-1.13.0",), more=TARGET)
    first = thresholds_bytes(export(config, "v2"))
    assert thresholds_bytes(export(config, "v2")) == first
    same_as_golden("thresholds.json", first.decode("utf-8"))


@given(n_labels=st.integers(2, 60), score=st.floats(0, 1), nearer=st.floats(-1e-6, 1e-6))
def test_a_confidence_passes_where_its_score_does(
    n_labels: int, score: float, nearer: float
) -> None:
    threshold = max(1 / n_labels + 1e-6, score)
    top = min(1.0, threshold + nearer)
    confidence = (top - 1 / n_labels) / (1 - 1 / n_labels)
    gate = confidence_at(threshold, n_labels)
    # Within a few units of the ninth decimal either answer is right.
    if abs(top - threshold) > 4e-9 or top == threshold:
        assert (confidence >= gate) == bool(reaches(top, threshold))


def test_a_confidence_is_never_below_nothing() -> None:
    assert confidence_at(0.2, 4) == 0
    assert confidence_at(1.0, 4) == pytest.approx(1, abs=2e-9)
    assert confidence_at(0.89, 4) == pytest.approx(0.64 / 0.75, abs=2e-9)


def test_a_threshold_that_was_held_against_other_tickets_says_so() -> None:
    config = promised(more=TARGET)
    cheapest, sure = export(config, "v2", kind="cost"), export(config, "v2", kind="certified")
    assert thresholds(cheapest)["guard"] == {"method": "holdout", "fraction": 0.2}
    assert thresholds(sure)["guard"] == {"method": "none"}
    promise = sure.policy.promise
    assert promise is not None
    gate = thresholds(sure)["questions"]["label"]
    assert gate["accuracy"] == promise.judged.right / promise.judged.routed
    assert gate["coverage"] == promise.judged.routed / promise.judged.of


def test_the_question_and_the_model_are_those_of_the_endpoint() -> None:
    told = ASKED.replace("ask=choice", "ask=choice&instructions=Which%20team%3F")
    found = export(promised(url=told), "v2", kind="cost")
    assert thresholds(found)["model"] == "jev-1.13.0"
    assert thresholds(found)["definitions"]["label"] == {
        "type": "choice",
        "instructions": "Which team?",
        "criteria": {one.label: one.text for one in found.policy.rubrics},
    }
    assert not any("no System One endpoint" in one for one in warnings(found))


def test_scores_of_another_shape_and_of_no_named_model_are_told() -> None:
    found = export(promised(), "v2", kind="cost")
    assert thresholds(found)["model"] == "unknown"
    assert "no System One endpoint" in warnings(found)[-1]
    assert "jev-eval check" in warnings(found)[-2]


def test_what_the_file_has_no_place_for_is_refused() -> None:
    config = promised()
    hot = ["policy.temperature=1.4", "policy.escalate_above=1"]
    own = ["policy.label_thresholds={billing: 0.7}", "policy.escalate_above=1"]
    Path("prompts.yaml").write_text("billing: You help with bills.\n")
    assert "--set policy.temperature=1" in refused(config, kind="config", overrides=hot)
    assert "thresholds of single labels" in refused(config, kind="config", overrides=own)
    assert "--drop-escalation" in refused(config, kind="config")
    assert "--prompts" in refused(config, kind="cost", prompts=Path("prompts.yaml"))
    dear = ["policy.threshold=1"]
    told = refused(config, kind="config", drop_escalation=True, overrides=dear)
    assert "none of 600 tickets goes out alone" in told


def test_few_tickets_and_yes_or_no_questions_are_refused() -> None:
    told = refused(promised(n=49), kind="config", drop_escalation=True)
    assert "no threshold is taken from 49 tickets" in told
    yes_or_no = ASKED.replace("choice", "yesno")
    told = refused(promised(url=yes_or_no), kind="cost")
    assert "ask=choice" in told


def test_without_escalation_everything_is_chosen_and_counted_anew() -> None:
    prices = "choose: {costs: {misroute: 5, review: 1, escalate: 1, missed_escalation: 4}}\n"
    config = promised(more=prices)
    dropped = export(config, "v2", kind="cost", drop_escalation=True)
    plain = export(config, "v2", kind="cost", overrides=["choose.costs.missed_escalation=null"])
    assert dropped.policy.policy == plain.policy.policy
    own = export(config, "v2", kind="config", drop_escalation=True)
    assert own.escalated == own.judged.escalated == 0
    assert own.judged.routed == own.policy.reference.outcomes["route"]


def rows_of_jev_eval(table: ScoreTable, question: dict[str, Any], path: Path) -> None:
    """The cache that jev-eval itself writes of a provider that answers with these scores."""
    jev_eval = pytest.importorskip("jev_eval", reason="pip install --group wire")
    scores = {
        name: dict(zip(table.labels, row, strict=True))
        for name, row in zip(table.ids, table.scores.tolist(), strict=True)
    }

    class Provider:
        model = "jev-1.13.0"

        def evaluate(self, state: str, questions: dict[str, Any]) -> dict[str, Any]:
            p, k = scores[state], len(table.labels)
            sure = (max(p.values()) - 1 / k) / (1 - 1 / k)
            answer = {"type": "choice", "probabilities": p, "confidence": sure}
            return {"answers": dict.fromkeys(questions, answer)}

    gold = [table.gold_labels[at] for at in table.truth.tolist()]
    rows = [
        jev_eval.LabeledRow(name, {"label": label})
        for name, label in zip(table.ids, gold, strict=True)
    ]
    jev_eval.run(rows, {"label": question}, Provider(), cache_path=path)


def checked(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and text of `jev-eval check`."""
    cli = pytest.importorskip("jev_eval.cli", reason="pip install --group wire")
    words = ["check", "--cache", "rows.jsonl", "--thresholds", "thresholds.json"]
    return cli.main(words), capsys.readouterr().out


@pytest.mark.parametrize("kind", ["certified", "cost"])
def test_jev_eval_finds_that_it_holds_and_gates_the_same_tickets(
    kind: policy_export.Kind, capsys: pytest.CaptureFixture[str]
) -> None:
    config = promised(url=ASKED, models=("jev-1.13.0",), more=TARGET)
    found = export(config, "v2", kind=kind)
    value = thresholds(found)
    Path("thresholds.json").write_bytes(thresholds_bytes(found))
    table = scored(read_inputs(config), ["v2"])["v2"]
    rows_of_jev_eval(table, value["definitions"]["label"], Path("rows.jsonl"))
    code, told = checked(capsys)
    assert code == 0
    assert f"({found.policy.reference.outcomes['route']} rows)  holds" in told
    assert "!" not in told  # neither another model nor another question


def test_jev_eval_finds_that_it_does_not_hold_for_another_set(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = export(promised(url=ASKED, models=("jev-1.13.0",), more=TARGET), "v2")
    Path("thresholds.json").write_bytes(thresholds_bytes(found))
    worse = promised(url=ASKED, models=("jev-1.13.0",), wrong=0.3, seed=2)
    table = scored(read_inputs(worse), ["v2"])["v2"]
    question = thresholds(found)["definitions"]["label"] | {"instructions": "Which team?"}
    rows_of_jev_eval(table, question, Path("rows.jsonl"))
    code, told = checked(capsys)
    assert code == 1
    assert "label was reworded" in told
    assert "drifted" in told


def test_the_value_is_plain_json_without_a_number_that_is_none() -> None:
    value = thresholds(export(promised(), "v2", kind="cost"))
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    gate = value["questions"]["label"]
    assert all(math.isfinite(gate[name]) for name in ("threshold", "accuracy", "coverage", "n"))
