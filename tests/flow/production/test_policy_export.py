"""From an evaluation to a policy: the numbers of the run, and every refusal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from promised_project import CONFIG, URL, promised
from quickstart import QUICKSTART, Demo
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.edge.answers.recording_line import refusal_line
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.edge.results.store import load
from ticketbench.flow.production.policy_export import KINDS, Kind, export
from ticketbench.flow.run import run
from ticketbench.measure.results import RunResults
from ticketbench.production.policy_file import PolicyFile, as_json, policy_bytes
from ticketbench.production.policy_schema import SCHEMA

TARGET = "choose: {min_precision: 0.9}\n"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796000000")


def refused(config: Path = CONFIG, on: str = "v2", **given: object) -> str:
    """What an export that is refused says, with its help and place."""
    with pytest.raises(InputError) as caught:
        export(config, on, **given)  # type: ignore[arg-type]
    problem = caught.value.problems[0]
    return f"{problem.where}: {problem.what}: {problem.help}"


def test_the_recommended_promise_is_exported_with_the_numbers_of_the_run() -> None:
    found = export(promised(more=TARGET), "v2")
    results = run(CONFIG).results
    said, promise = results.recommendation, found.policy.promise
    assert said is not None
    assert said.kind == "promise"
    assert said.setting is not None
    assert promise is not None
    assert found.kind == "certified"
    assert found.policy.policy == said.setting.policy
    seen = said.setting.routing
    judged = promise.judged
    assert (judged.routed, judged.right, judged.of) == (seen.routed, seen.right, seen.n)
    interval = seen.selective_precision
    assert (judged.low, judged.high) == (interval.low, interval.high)
    assert (promise.right_at_least, promise.confidence) == (said.target, said.confidence)
    assert (promise.chosen_on, promise.groups) == (600, 550)
    assert promise.dataset == f"sha256:{results.dataset.fingerprint}"
    counts = found.policy.reference.outcomes
    assert counts == {"route": seen.routed, "review": seen.reviewed, "escalate": seen.escalated}


@pytest.mark.parametrize("kind", [None, "cost", "config"])
def test_the_policy_of_the_demo_decides_as_its_report_says(demo: Demo, kind: Kind | None) -> None:
    found = export(QUICKSTART, "v2", kind=kind)
    results = load(demo.out / "results.json", RunResults)
    own = next(e for e in results.evaluations if e.rubric_set == "v2")
    if kind == "config":
        assert found.policy.policy == own.settings.policy
    else:
        chosen = next(one for one in own.thresholds if one.rule == "cost_optimal")
        assert found.policy.policy.threshold == chosen.threshold
        assert found.policy.promise is None
    table = read_score_table(demo.out / "predictions.csv", "v2")
    decided = [found.policy.policy.decide_one(row, table.labels) for row in table.scores.tolist()]
    counts = [sum(one.outcome == code for one in decided) for code in range(3)]
    assert list(found.policy.reference.outcomes.values()) == counts


def test_escalations_that_are_seldom_right_are_named_with_their_precision() -> None:
    found = export(QUICKSTART, "v2", kind="config")
    assert found.escalations_right is not None
    assert found.escalated == found.escalations_right.n == 76
    said = "escalations were right in 20% of 76 cases: `escalate_above: 1` switches them off"
    assert found.warnings[0] == said


def test_few_escalations_and_unknown_ones_are_named() -> None:
    few = export(QUICKSTART, "v2", kind="config", overrides=["policy.escalate_above=0.45"])
    assert "to judge by, too few to tell" in few.warnings[0]
    unknown = export(promised(n=150), "v2", kind="config")
    assert "nothing tells whether escalations are right" in unknown.warnings[0]
    off = export(CONFIG, "v2", kind="config", overrides=["policy.escalate_above=1"])
    assert off.warnings == ()


def test_where_people_should_go_on_reading_there_is_nothing_to_export() -> None:
    told = refused(QUICKSTART, "v1")
    assert "Keep people routing" in told
    assert "--kind config" in told
    assert export(QUICKSTART, "v1", kind="config").policy.policy.threshold == 0.6


def test_a_promise_for_what_runs_today_has_to_be_asked_for() -> None:
    assert "`choose: {certify: v1}` asks for one" in refused(QUICKSTART, "v1", kind="certified")


def test_no_promise_is_exported_where_none_is_certified() -> None:
    promised(n=150, wrong=0.3, more=TARGET)
    assert "no threshold has a promise" in refused(kind="certified")


def test_the_threshold_of_a_capacity_needs_one() -> None:
    assert "`choose: {most_reviewed: 0.3}`" in refused(promised(n=150), kind="capacity")
    found = export(promised(n=150, more="choose: {most_reviewed: 0.3}\n"), "v2", kind="capacity")
    counts = found.policy.reference.outcomes
    assert counts["review"] <= 0.3 * 150


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"config"}))
def test_no_threshold_is_taken_from_fewer_than_fifty_tickets(kind: Kind) -> None:
    promised(n=49, more="choose: {min_precision: 0.9, most_reviewed: 0.3}\n")
    assert "no threshold is taken from 49 tickets" in refused(kind=kind)
    assert "nothing to export" in refused()
    assert export(CONFIG, "v2", kind="config").policy.reference.n == 49


def test_no_temperature_is_taken_from_fewer_than_a_hundred_groups() -> None:
    hot = ["policy.temperature=1.4"]
    told = refused(promised(n=120), kind="config", overrides=hot)
    assert "a temperature of 1.4 cannot be known from 70 independent tickets" in told
    found = export(promised(n=150), "v2", kind="config", overrides=hot)
    assert found.policy.policy.temperature == 1.4


def test_the_model_is_the_one_that_answered() -> None:
    found = export(promised(n=150, models=("s1-large",)), "v2", kind="config").policy
    assert (found.model, found.reference.model) == ("s1-large", {"s1-large": 150})
    unnamed = export(promised(n=150), "v2", kind="config").policy
    assert (unnamed.model, unnamed.reference.model) == (None, {"null": 150})


def test_answers_of_several_models_are_refused() -> None:
    promised(n=100, models=("s1-large", "s1-small", "s1-large"))
    told = refused(kind="config")
    assert "66" in told or "67" in told
    assert "s1-small" in told
    assert "--mode refresh" in told


def test_refused_tickets_speak_of_no_model() -> None:
    promised(n=150, models=("s1-large",))
    CONFIG.write_text(CONFIG.read_text().replace("}", ", max_refused: 0.1}", 1))
    recording = Path("answers.jsonl")
    *lines, last = recording.read_text().splitlines()
    was = json.loads(last)
    refusal = Refusal(was["url"], datetime(2026, 11, 1, tzinfo=UTC))
    recording.write_text("\n".join([*lines, refusal_line(was["key"], refusal), ""]))
    found = export(CONFIG, "v2", kind="config").policy
    assert (found.model, found.reference.model) == ("s1-large", {"s1-large": 149})


def test_equal_inputs_give_equal_bytes_and_the_date_is_that_of_the_build() -> None:
    promised(n=150, more=TARGET)
    first, second = (export(CONFIG, "v2", kind="cost") for _ in range(2))
    assert first.content == second.content
    assert first.policy.created == "2026-11-30T00:53:20Z"
    assert first.policy.review_by == "2027-05-29"


@pytest.mark.parametrize("given", ["tomorrow", "9" * 30, "253402300799", "-62135596800"])
def test_a_date_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    promised(n=60)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    assert "SOURCE_DATE_EPOCH: no number of seconds" in refused(kind="config")


def test_what_is_exported_is_read_back_and_written_alike_and_fits_the_schema() -> None:
    found = export(promised(more=TARGET), "v2")
    read = PolicyFile.load(found.content)
    assert policy_bytes(read) == found.content
    assert read == found.policy
    Draft202012Validator(SCHEMA).validate(as_json(read))


def test_no_path_no_text_and_no_key_stand_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", "sk-canary-4f9d1c2b7a6e")
    content = export(promised(n=150), "v2", kind="config").content.decode()
    texts = [line.split(",")[1] for line in Path("tickets.csv").read_text().splitlines()[1:]]
    found = [one for one in (*texts, str(Path.cwd()), "canary", ".csv", "t0001") if one in content]
    assert found == []


def test_a_key_that_stands_in_a_prompt_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", "sk-canary-4f9d1c2b7a6e")
    promised(n=60)
    Path("prompts.yaml").write_text("billing: use sk-canary-4f9d1c2b7a6e\n")
    told = refused(kind="config", prompts=Path("prompts.yaml"))
    assert "the key itself stands in" in told
    assert "canary" not in told


def test_an_address_with_a_long_parameter_is_refused_at_its_line() -> None:
    promised(n=60, url=f"{URL}?session=pa55wordpa55wordpa55")
    told = refused(kind="config")
    assert told.startswith(f"{CONFIG}:2:")
    assert "its parameter 'session'" in told
    assert "pa55word" not in told


def test_prompts_stand_in_the_order_of_the_labels() -> None:
    promised(n=60)
    Path("prompts.yaml").write_text('"*": Help.\ngeneral: Be kind.\nbilling: Know money.\n')
    found = export(CONFIG, "v2", kind="config", prompts=Path("prompts.yaml")).policy
    assert list(found.prompts) == ["billing", "general", "*"]


def test_thresholds_of_labels_are_those_of_the_config_and_of_no_rule() -> None:
    promised(n=150, more="policy: {label_thresholds: {general: 0.7, billing: 0.8}}\n")
    own = export(CONFIG, "v2", kind="config").policy.policy
    assert own.label_thresholds == (("billing", 0.8), ("general", 0.7))
    assert export(CONFIG, "v2", kind="cost").policy.policy.label_thresholds == ()


def test_a_fallback_of_the_config_is_that_of_the_policy() -> None:
    promised(n=150, more="policy: {fallback: desk_2}\n")
    for kind in ("cost", "config"):
        rules = export(CONFIG, "v2", kind=kind).policy.policy
        assert rules == replace(rules, fallback="desk_2")
        assert isinstance(rules, Policy)


def test_missing_answers_end_as_in_a_gate() -> None:
    promised(n=60)
    lines = Path("answers.jsonl").read_text().splitlines(keepends=True)
    Path("answers.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(Exception, match="1 answer") as caught:
        export(CONFIG, "v2", kind="config")
    assert caught.value.exit_code == 3  # type: ignore[attr-defined]


def test_the_kinds_of_the_command_are_those_of_the_export() -> None:
    from ticketbench.cli.policy import export_command

    option = next(one for one in export_command.params if one.name == "kind")
    assert tuple(option.type.choices) == KINDS == get_args(Kind)  # type: ignore[attr-defined]
