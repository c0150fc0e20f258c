"""Files of other harnesses through the commands that take predictions, and the page on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forked import ticketbench
from ticketbench.notebook.comparison import compare
from ticketbench.notebook.evaluation import evaluate

CASES = "".join(
    json.dumps({"id": f"k{i}", "state": {"text": str(i)}, "expect": {"team": "ab"[i % 2]}}) + "\n"
    for i in range(60)
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def recording(name: str, right: int) -> str:
    """A recording of jevassert in which so many of 60 cases are answered rightly."""
    lines = []
    for i in range(60):
        a = 0.9 if (i % 2 == 0) == (i < right) else 0.1
        answer = {"type": "choice", "choice": "ab"[a < 0.5], "probabilities": {"a": a, "b": 1 - a}}
        record = {"case_id": f"k{i}", "model": "jev-1.13.0", "latency_ms": 3.1, "usage": None,
                  "answers": {"team": answer}, "error": None}  # fmt: skip
        lines.append(json.dumps(record) + "\n")
    Path(name).write_text("".join(lines), "utf-8")
    Path("cases.jsonl").write_text(CASES, "utf-8")
    return name


def data_of(*words: str) -> Any:
    done = ticketbench(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["data"]


def test_score_threshold_and_the_notebook_tell_the_same_of_a_recording() -> None:
    file = recording("rec.jsonl", 54)
    found = data_of("score", file, "--gold", "cases.jsonl")
    assert found["notes"] == ["the file is of jevassert: 60 answers"]
    assert found["evaluation"]["tickets"]["n_scored"] == 60
    own = evaluate(file, gold="cases.jsonl")
    assert own.accuracy.value == pytest.approx(54 / 60)
    advised = data_of("threshold", file, "--gold", "cases.jsonl")
    assert advised["recommendation"]["kind"] == found["recommendation"]["kind"]


def test_two_recordings_are_compared_ticket_by_ticket() -> None:
    first, second = recording("a.jsonl", 54), recording("b.jsonl", 57)
    found = data_of("compare", first, second, "--gold", "cases.jsonl")
    assert len(found["flips"]) == 3
    pair = [evaluate(one, gold="cases.jsonl") for one in (first, second)]
    assert len(compare(*pair).comparison.flips) == 3


def test_a_set_with_a_colon_in_its_name_is_chosen_in_a_comparison() -> None:
    def result(test: int, prompt: int) -> dict[str, Any]:
        team = "ab"[test % 2]
        return {"promptIdx": prompt, "testIdx": test, "provider": {"id": "openai:gpt-x"},
                "success": True, "response": {"output": "a" if prompt and test < 5 else team},
                "testCase": {"assert": [{"type": "equals", "value": team}]}}  # fmt: skip

    results = [result(test, prompt) for test in range(6) for prompt in (0, 1)]
    value = {"evalId": "eval-1", "results": {"version": 3, "results": results}}
    Path("out.json").write_text(json.dumps(value), "utf-8")
    sets = [f"out.json:openai:gpt-x@{prompt}" for prompt in (1, 2)]
    assert len(data_of("compare", *sets)["flips"]) == 2


def test_a_file_without_gold_labels_is_told_apart_from_an_export() -> None:
    record = {"id": "r", "promptIdx": 0, "testIdx": 0, "provider": {"id": "p"}, "success": True,
              "response": {"output": "a"}, "testCase": {"vars": {"team": "a", "text": "x"}},
              "score": 1, "metadata": {}, "namedScores": {}}  # fmt: skip
    Path("out.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    done = ticketbench("score", "out.jsonl")
    assert done.returncode == 2
    told = "error: none of 1 answer in this file of promptfoo has a gold label"
    assert done.stderr.startswith(told)
    assert "--columns label=COLUMN, of vars.team, vars.text" in " ".join(done.stderr.split())
