"""A gate in a config: exactly one condition, and nothing beside it that means nothing."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.inputs.config import read_config
from ticketbench.edge.inputs.gate_config import GateConfig, primary_gates

HEAD = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: tickets.csv}
rubric_sets: {v1: v1.yaml}
gates:
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def gates(*lines: str) -> list[GateConfig]:
    text = HEAD + "".join(f"  - {line}\n" for line in lines)
    Path("c.yaml").write_text(text, encoding="utf-8")
    return read_config(Path("c.yaml")).file.gates


def problems(*lines: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        gates(*lines)
    return caught.value.problems


def fields(gate: GateConfig) -> dict[str, Any]:
    return gate.model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{metric: accuracy, on: v1, min: 0.8}",
         {"metric": "accuracy", "on": "v1", "min": 0.8}),
        ("{metric: cost, on: v1, max: 2}", {"metric": "cost", "on": "v1", "max": 2.0}),
        ("{metric: coverage, on: v1, min: 0.2, max: 0.2, bound: high}",
         {"metric": "coverage", "on": "v1", "min": 0.2, "max": 0.2, "bound": "high"}),
        ("{metric: recall, label: no, on: v1, min: 0, bound: low, min_tickets: 30}",
         {"metric": "recall", "label": "no", "on": "v1", "min": 0.0, "bound": "low",
          "min_tickets": 30}),
        ("{metric: accuracy, on: v1, not_worse_than: baseline}",
         {"metric": "accuracy", "on": "v1", "not_worse_than": "baseline"}),
        ("{metric: cost, on: v1, not_worse_than: v1, margin: 0.05, min_tickets: 9}",
         {"metric": "cost", "on": "v1", "not_worse_than": "v1", "margin": 0.05,
          "min_tickets": 9}),
        ("{must_pass: [t1, on], on: v1}", {"must_pass": ["t1", "on"], "on": "v1"}),
    ],
)  # fmt: skip
def test_a_gate_is_kept_as_written(line: str, expected: dict[str, Any]) -> None:
    (gate,) = gates(line)
    assert fields(gate) == expected


def test_a_limit_of_zero_is_a_limit() -> None:
    (low, high) = gates("{metric: mcc, on: v1, min: 0}", "{metric: mcc, on: v1, max: 0.0}")
    assert (low.min, high.max) == (0.0, 0.0)


def test_gates_keep_their_order_and_there_need_be_none() -> None:
    found = gates("{must_pass: [b], on: v1}", "{must_pass: [a], on: v1}")
    assert [gate.must_pass for gate in found] == [["b"], ["a"]]
    text = HEAD.replace("gates:\n", "")
    Path("c.yaml").write_text(text, encoding="utf-8")
    assert read_config(Path("c.yaml")).file.gates == []


CONDITIONS = {"min": "min: 0.1", "not": "not_worse_than: v1", "must": "must_pass: [t1]"}
PAIRS = [pair for n in (0, 2, 3) for pair in combinations(CONDITIONS, n)]


@pytest.mark.parametrize("given", PAIRS, ids=lambda pair: "+".join(pair) or "none")
def test_no_condition_and_more_than_one_are_refused(given: tuple[str, ...]) -> None:
    parts = ["metric: accuracy", "on: v1", *(CONDITIONS[one] for one in given)]
    (found,) = problems(f"{{{', '.join(parts)}}}")
    assert "a gate has one condition: min or max, not_worse_than, or must_pass" in found.what
    assert found.where == "c.yaml:6:5"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{on: v1, min: 0.8}", "it needs a metric"),
        ("{on: v1, not_worse_than: baseline}", "it needs a metric"),
        ("{on: v1, metric: accuracy, must_pass: [t1]}", "must_pass needs no metric"),
        ("{on: v1, must_pass: [t1], label: a}", "must_pass takes neither label nor min_tickets"),
        ("{on: v1, must_pass: [t1], min_tickets: 1}", "must_pass takes neither label nor min_t"),
        ("{on: v1, must_pass: [t1], bound: low}", "bound belongs to min or max"),
        ("{on: v1, metric: m, not_worse_than: v1, bound: value}", "bound belongs to min or max"),
        ("{on: v1, metric: m, min: 0.1, margin: 0.02}", "margin belongs to not_worse_than"),
        ("{on: v1, must_pass: [t1], margin: 0.02}", "margin belongs to not_worse_than"),
        ("{on: v1, metric: m, min: 0.1, primary: true}", "primary belongs to not_worse_than"),
        ("{on: v1, must_pass: [t1], primary: false}", "primary belongs to not_worse_than"),
        ("{on: v1, metric: m, min: 0.9, max: 0.1}", "min is above max"),
    ],
)
def test_what_does_not_belong_together_is_refused(line: str, words: str) -> None:
    (found,) = problems(line)
    assert words in found.what
    assert found.where == "c.yaml:6:5"


@pytest.mark.parametrize(
    ("line", "where", "words"),
    [
        ("{metric: accuracy, min: 0.1}", "c.yaml:6:5", "is missing"),
        ("{metric: accuracy, on: '', min: 0.1}", "c.yaml:6:24", "must not be empty"),
        ("{metric: '', on: v1, min: 0.1}", "c.yaml:6:6", "must not be empty"),
        ("{metric: 3, on: v1, min: 0.1}", "c.yaml:6:6", "must be text"),
        ("{metric: m, on: v1, min: '0.1'}", "c.yaml:6:25", "must be a number"),
        ("{metric: m, on: v1, min: true}", "c.yaml:6:25", "must be a number"),
        ("{metric: m, on: v1, min: .nan}", "c.yaml:6:25", "finite number"),
        ("{metric: m, on: v1, max: .inf}", "c.yaml:6:25", "finite number"),
        ("{metric: m, on: v1, min: 0, bound: lower}", "c.yaml:6:33", "'value', 'low' or 'high'"),
        ("{metric: m, on: v1, min: 0, min_tickets: 0}", "c.yaml:6:33", "must be at least 1"),
        ("{metric: m, on: v1, min: 0, min_tickets: 1.5}", "c.yaml:6:33", "whole number"),
        ("{metric: m, on: v1, not_worse_than: v1, margin: 0}", "c.yaml:6:45", "must be more than"),
        ("{metric: m, on: v1, not_worse_than: v1, margin: -1}", "c.yaml:6:45", "more than 0"),
        ("{metric: m, on: v1, not_worse_than: v1, primary: 1}", "c.yaml:6:45", "true or false"),
        ("{must_pass: [], on: v1}", "c.yaml:6:6", "must not be empty"),
        ("{must_pass: t1, on: v1}", "c.yaml:6:6", "must be a list"),
        ("{must_pass: [t1, ''], on: v1}", "c.yaml:6:22", "must not be empty"),
        ("{must_pass: [t1, 7], on: v1}", "c.yaml:6:22", "must be text"),
    ],
)
def test_a_wrong_value_is_located_in_its_gate(line: str, where: str, words: str) -> None:
    (found,) = problems(line)
    assert found.where == where
    assert words in found.what


def test_every_wrong_gate_is_told_at_once() -> None:
    found = problems(
        "{metric: accuracy, on: v1}",
        "{metric: accuracy, on: v1, min: 0.5}",
        "{must_pass: [], on: v1}",
    )
    assert [problem.where for problem in found] == ["c.yaml:6:5", "c.yaml:8:6"]


def test_an_unknown_key_of_a_gate_gets_the_nearest_name() -> None:
    (found,) = problems("{metric: accuracy, on: v1, not_worse_then: v1}")
    assert found.help == "did you mean 'not_worse_than'?"


CHANGE = "{metric: accuracy, on: v1, not_worse_than: v1}"
YES, NO = (CHANGE.replace("}", f", primary: {said}}}") for said in ("true", "false"))
LIMIT = "{metric: accuracy, on: v1, min: 0.1}"


@pytest.mark.parametrize(
    ("lines", "primary"),
    [
        ((LIMIT, CHANGE, CHANGE), {1}),
        ((CHANGE, YES, LIMIT, YES), {1, 3}),
        ((NO, CHANGE, CHANGE), {1}),
        ((NO, NO), set()),
        ((LIMIT,), set()),
    ],
)
def test_the_first_gate_on_a_change_is_primary_unless_others_say_so(
    lines: tuple[str, ...], primary: set[int]
) -> None:
    assert primary_gates(gates(*lines)) == primary


def test_undecided_warns_unless_the_config_says_otherwise() -> None:
    gates(LIMIT)
    assert read_config(Path("c.yaml")).file.undecided == "warn"
    text = f"{HEAD}  - {LIMIT}\nundecided: "
    for said in ("pass", "warn", "fail"):
        Path("c.yaml").write_text(f"{text}{said}\n", encoding="utf-8")
        assert read_config(Path("c.yaml")).file.undecided == said
    Path("c.yaml").write_text(f"{text}red\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_config(Path("c.yaml"))
    assert caught.value.problems[0].where == "c.yaml:7:1"
