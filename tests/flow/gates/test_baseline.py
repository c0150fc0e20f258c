"""Blessing: what it writes, when it wants a reason, and when it writes nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from gated_project import BASELINE, GATED, edit, with_gates
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.core.types import Estimate
from ticketbench.edge.results.baseline import missing_tickets, ticket_hash
from ticketbench.edge.results.baseline_file import baseline_bytes, read_baseline
from ticketbench.flow.gates.baseline import (
    Blessing,
    bless,
    metrics_of,
    origin_of,
    prepare,
    show_baseline,
)
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.settings import settings_of
from ticketbench.flow.steps.tables import scored
from ticketbench.measure.evaluate import evaluate

LIMIT = "{metric: accuracy, on: v2, min: 0.5}"


@pytest.fixture(autouse=True)
def _gated(answered: Path) -> None:
    with_gates(LIMIT)


def blessed(name: str = "v1", reason: str = "") -> Blessing:
    made = prepare(GATED, name=name, reason=reason)
    bless(made)
    return made


def refused(blessing: Blessing) -> str:
    before = BASELINE.read_bytes()
    with pytest.raises(InputError) as caught:
        bless(blessing)
    (problem,) = caught.value.problems
    assert "--reason" in problem.help
    assert BASELINE.read_bytes() == before
    return problem.what


def test_the_first_blessing_needs_no_reason_and_makes_the_folder() -> None:
    made = blessed("v1")
    diff = made.diff
    assert (diff.path, diff.rubric_set, diff.n) == (str(BASELINE), "v1", 7)
    assert (diff.first, diff.same, diff.inputs, diff.tickets) == (True, False, (), {})
    assert made.before is None
    assert BASELINE.read_bytes() == baseline_bytes(made.now)
    assert baseline_bytes(read_baseline(BASELINE)) == baseline_bytes(made.now)
    assert [path.name for path in BASELINE.parent.iterdir()] == ["base.json"]


def test_preparing_writes_nothing(answered: Path) -> None:
    before = sorted(path.relative_to(answered) for path in answered.rglob("*"))
    made = prepare(GATED, name="v1")
    assert made.diff.first
    assert sorted(path.relative_to(answered) for path in answered.rglob("*")) == before
    bless(made)
    kept = BASELINE.read_bytes()
    assert not prepare(GATED, name="v2", reason="a try").diff.same
    assert BASELINE.read_bytes() == kept


def test_blessing_again_changes_nothing() -> None:
    blessed("v1", "the first one")
    before = BASELINE.read_bytes()
    again = blessed("v1")
    assert again.diff.same
    assert (again.diff.first, again.diff.inputs, again.diff.metrics) == (False, (), ())
    assert again.diff.tickets == {}
    assert BASELINE.read_bytes() == before


def test_the_set_that_was_blessed_before_is_the_default() -> None:
    blessed("v2")
    assert prepare(GATED).now.rubric_set == "v2"


def test_of_several_sets_the_first_blessing_wants_a_name() -> None:
    with pytest.raises(InputError, match="several rubric sets") as caught:
        prepare(GATED)
    assert "--rubric-set, one of v1, v2" in caught.value.problems[0].help


def test_the_only_set_needs_no_name() -> None:
    edit("gated.yaml", "{v1: v1.yaml, v2: v2.yaml}", "{v2: v2.yaml}")
    assert prepare(GATED).now.rubric_set == "v2"


def test_a_blessed_set_that_is_gone_wants_a_name_again() -> None:
    blessed("v1")
    edit("gated.yaml", "v1: v1.yaml,", "v0: v1.yaml,")
    with pytest.raises(InputError, match="several rubric sets"):
        prepare(GATED)
    assert prepare(GATED, name="v0").diff.inputs == ()


def test_an_unknown_set_is_an_input_error() -> None:
    with pytest.raises(InputError, match="no rubric set 'v9'"):
        prepare(GATED, name="v9")


def test_other_rubrics_need_a_reason_which_is_kept_in_the_file() -> None:
    blessed("v1")
    words = refused(prepare(GATED, name="v2"))
    assert words == f"the rubrics and the answers changed since {BASELINE} was blessed"
    refused(prepare(GATED, name="v2", reason="  \n "))
    made = blessed("v2", "  v2 is live ")
    assert made.diff.inputs == ("the rubrics", "the answers")
    assert json.loads(BASELINE.read_text(encoding="utf-8"))["data"]["reason"] == "v2 is live"
    assert blessed("v2").diff.same
    assert read_baseline(BASELINE).reason == "v2 is live"


def test_a_reason_alone_can_be_added_or_changed() -> None:
    blessed("v1")
    made = blessed("v1", "said later")
    assert (made.diff.inputs, made.diff.same) == ((), False)
    assert read_baseline(BASELINE).reason == "said later"


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("policy: {threshold: 0.7}\n", "the policy"),
        ("policy: {label_thresholds: {billing: 0.9}}\n", "the policy"),
        ("choose: {costs: {review: 2}}\n", "the costs"),
    ],
)
def test_another_policy_or_other_costs_need_a_reason(extra: str, words: str) -> None:
    blessed("v1")
    with_gates(LIMIT, extra=extra)
    assert refused(prepare(GATED)).startswith(f"{words} changed since")


def test_other_tickets_need_a_reason() -> None:
    blessed("v1")
    edit("tickets.csv", "sign in to my profile,account", "sign in to my profile,technical")
    made = prepare(GATED)
    assert refused(made).startswith("the dataset changed since")
    assert made.diff.tickets == {"other gold label": 1}


def test_the_diff_counts_tickets_that_turned_right_or_wrong() -> None:
    blessed("v1")
    fixed = prepare(GATED, name="v2", reason="x").diff
    assert fixed.tickets == {"fixed": 5, "other outcome": 5, "other top label": 5}
    accuracy = {metric.name: metric for metric in fixed.metrics}["accuracy"]
    assert (accuracy.before, accuracy.after) == (0.166667, 1.0)
    blessed("v2", "x")
    assert prepare(GATED, name="v1").diff.tickets["broken"] == 5


def test_the_diff_counts_new_and_gone_tickets() -> None:
    blessed("v1")
    edit("tickets.csv", "t2,The payment for my subscription failed,billing\n", "")
    edit("tickets.csv", "t5,", "t9,")
    diff = prepare(GATED, mode="auto").diff
    assert diff.tickets == {"gone": 2, "new": 1}
    assert diff.n == 6


def test_a_metric_that_was_never_kept_or_is_gone_is_nan_in_the_diff() -> None:
    blessed("v2")
    kept = read_baseline(BASELINE)
    metrics = {k: v for k, v in kept.metrics.items() if k != "mcc"} | {"old": kept.metrics["mcc"]}
    content = baseline_bytes(type(kept)(kept.rubric_set, kept.origin, kept.rubrics, metrics,
                                        kept.tickets, kept.reason))  # fmt: skip
    BASELINE.write_bytes(content)
    changed = {m.name: (m.before, m.after) for m in prepare(GATED).diff.metrics}
    assert set(changed) == {"mcc", "old"}
    assert math.isnan(changed["mcc"][0])
    assert math.isnan(changed["old"][1])


def test_missing_answers_are_incomplete_and_say_how_to_get_them() -> None:
    edit("v2.yaml", "a crash", "a crash, a fault")
    with pytest.raises(IncompleteError, match="7 answers missing for rubric set 'v2'") as e:
        prepare(GATED, name="v2")
    assert e.value.problems[0].help == "ask for them: ticketbench run gated.yaml"
    assert not BASELINE.exists()


def test_a_config_that_names_no_baseline_says_how_to_name_one() -> None:
    with_gates(LIMIT, baseline=None)
    for ask in (lambda: prepare(GATED, name="v1"), lambda: show_baseline(GATED)):
        with pytest.raises(InputError, match=r"gated\.yaml names no baseline") as caught:
            ask()
        assert "baseline: baselines/NAME.json" in caught.value.problems[0].help


def test_every_ticket_is_kept_with_its_outcome_and_none_with_its_id() -> None:
    blessed("v2")
    inputs, kept = read_inputs(GATED), read_baseline(BASELINE)
    assert set(kept.tickets) == {ticket_hash(ticket) for ticket in inputs.dataset.tickets}
    assert missing_tickets(kept, inputs.dataset) == ()
    text = BASELINE.read_text(encoding="utf-8")
    for ticket in inputs.dataset.tickets:
        assert ticket.text not in text
        assert f'"{ticket.id}"' not in text
    outcomes = [kept.tickets[ticket_hash(t)].outcome for t in inputs.dataset.tickets]
    assert outcomes == ["route"] * 6 + ["escalate"]


def test_where_a_missed_escalation_has_a_price_it_is_kept_apart() -> None:
    with_gates(extra="choose: {costs: {missed_escalation: 2}}\n")
    blessed("v2")
    inputs, kept = read_inputs(GATED), read_baseline(BASELINE)
    outcomes = [kept.tickets[ticket_hash(t)].outcome for t in inputs.dataset.tickets]
    assert outcomes == ["route"] * 6 + ["missed"]
    assert kept.origin.costs.missed == 2


def test_the_metrics_kept_are_those_of_the_evaluation_with_six_digits() -> None:
    blessed("v1")
    inputs = read_inputs(GATED)
    evaluation = evaluate(scored(inputs, ["v1"])["v1"], settings_of(inputs))
    metrics = metrics_of(evaluation)
    kept = read_baseline(BASELINE).metrics
    assert list(kept) == sorted(metrics)
    for name, estimate in metrics.items():
        assert same_to_six_digits(estimate, kept[name].value, kept[name].low, kept[name].high)
        assert kept[name].n == estimate.n


def same_to_six_digits(estimate: Estimate, *numbers: float) -> bool:
    ends = (estimate.value, estimate.low, estimate.high)
    pairs = zip(ends, numbers, strict=True)
    return all(abs(a - b) <= 5e-7 or (math.isnan(a) and math.isnan(b)) for a, b in pairs)


def test_recall_and_precision_of_every_label_are_among_the_metrics() -> None:
    inputs = read_inputs(GATED)
    found = metrics_of(evaluate(scored(inputs, ["v2"])["v2"], settings_of(inputs)))
    assert {"accuracy", "macro_f1", "coverage", "selective_precision", "cost"} <= set(found)
    labels = ("billing", "technical", "account")
    assert all(found[f"recall {label}"].value == 1.0 for label in labels)
    assert all(f"precision {label}" in found for label in labels)


def test_a_baseline_is_shown_with_what_is_other_now() -> None:
    blessed("v1", "because")
    shown = show_baseline(GATED)
    assert (shown.path, shown.changed, shown.gone) == (str(BASELINE), (), 0)
    assert shown.baseline.reason == "because"
    edit("v1.yaml", "about money", "about cash")
    edit("tickets.csv", "t2,The payment", "t2,My payment")
    with_gates(LIMIT, extra="policy: {threshold: 0.7}\n")
    shown = show_baseline(GATED)
    assert shown.changed == ("the dataset", "the rubrics", "the policy")
    assert shown.gone == 1


def test_showing_needs_no_answers(answered: Path) -> None:
    blessed("v1")
    (answered / "answers.sqlite").unlink()
    assert show_baseline(GATED).changed == ()


def test_a_blessed_set_that_is_gone_is_said_when_it_is_shown() -> None:
    blessed("v1")
    edit("gated.yaml", "v1: v1.yaml,", "v0: v1.yaml,")
    assert show_baseline(GATED).changed == ("there is no rubric set v1 now",)


def test_a_baseline_that_is_not_there_yet_says_how_to_make_it() -> None:
    with pytest.raises(InputError, match=f"there is no baseline {BASELINE} yet") as caught:
        show_baseline(GATED)
    assert caught.value.problems[0].help == (
        "ticketbench baseline bless gated.yaml --rubric-set v1"
    )


def test_the_origin_names_dataset_rubrics_endpoint_and_answers() -> None:
    inputs = read_inputs(GATED)
    (_, own) = inputs.rubric_sets
    table = scored(inputs, ["v2"])["v2"]
    found = origin_of(inputs, own, table)
    assert found.dataset == inputs.dataset.fingerprint
    assert found.rubrics == own.fingerprint
    assert found.endpoint == "local://lexical/v1/classify"
    assert found.recording == ""
    assert len(found.scores) == 64
    assert origin_of(inputs, own, None).differs(found) == ("the answers",)


def test_a_folder_at_the_path_of_the_baseline_is_an_input_error() -> None:
    BASELINE.mkdir(parents=True)
    with pytest.raises(InputError, match="is a folder"):
        prepare(GATED, name="v1")
