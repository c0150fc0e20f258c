"""The recording of the demo answers every question, says nothing else, and can be made again."""

from __future__ import annotations

import json
import socket
from functools import lru_cache
from pathlib import Path

import pytest

from quickstart import Demo, measured
from ticketbench.core.classify import parse_answer
from ticketbench.core.errors import MachineError
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Ticket
from ticketbench.edge.answers.recording import read_recording
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.engines.minilm import MiniLM, minilm
from ticketbench.flow.plan import plan_run
from ticketbench.flow.run import run
from ticketbench.flow.steps.inputs import Inputs, read_inputs

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "configs" / "quickstart.yaml"
FILE = ROOT / "configs" / "recordings" / "support.jsonl"
URL = "local://minilm/v1/classify"


@lru_cache(maxsize=1)
def inputs() -> Inputs:
    return read_inputs(CONFIG)


def questions() -> list[tuple[Ticket, RubricSet]]:
    return [(t, rubrics) for rubrics in inputs().rubric_sets for t in inputs().dataset.tickets]


def key_of(ticket: Ticket, rubrics: RubricSet) -> str:
    return answer_key(URL, request_body(ticket.text, rubrics))


def lines() -> list[str]:
    """Every line that holds an answer."""
    first, *rest = FILE.read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == {"schema": "ticketbench/recording@2"}
    return rest


@pytest.fixture(scope="module")
def model() -> MiniLM:
    try:
        return minilm()
    except MachineError as error:
        pytest.skip(error.problems[0].what)


def test_every_question_of_the_demo_is_recorded(tmp_path: Path) -> None:
    planned = plan_run(CONFIG, overrides=[f"cache={tmp_path / 'answers.sqlite'}"])
    n = len(inputs().dataset.tickets)
    counts = {
        p.rubric_set: (p.questions, p.recorded, p.cached, p.missing) for p in planned.rubric_sets
    }
    assert counts == {"v1": (n, n, 0, 0), "v2": (n, n, 0, 0)}


def test_every_line_answers_a_question_of_the_demo() -> None:
    keys = [json.loads(line)["key"] for line in lines()]
    assert sorted(keys) == keys
    assert keys == sorted({key_of(ticket, rubrics) for ticket, rubrics in questions()})


def test_every_line_is_of_the_engine_that_the_demo_names() -> None:
    assert {stored.url for stored in read_recording(FILE).values()} == {URL}


def test_every_recorded_answer_keeps_the_contract() -> None:
    recording = read_recording(FILE)
    for ticket, rubrics in questions():
        answer = parse_answer(recording[key_of(ticket, rubrics)].content, rubrics.labels)
        assert answer.top_label in rubrics.labels


def test_no_text_of_a_ticket_or_rubric_stands_in_the_recording() -> None:
    content = FILE.read_text(encoding="utf-8").lower()
    said = [ticket.text for ticket in inputs().dataset.tickets]
    said += [rubric.text for rubrics in inputs().rubric_sets for rubric in rubrics.rubrics]
    for text in said:
        for part in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
            assert part.lower() not in content


def test_the_words_of_a_recording_are_its_keys_its_labels_and_its_url() -> None:
    # So nothing of a ticket or rubric can hide in it, not even a part.
    labels = set(inputs().rubric_sets[0].labels)
    for line in lines():
        value = json.loads(line)
        assert set(value) == {"answer", "key", "recorded_at", "sha256", "url"}
        assert set(value["answer"]) == {"scores", "top_label"}
        assert set(value["answer"]["scores"]) == labels
        assert value["answer"]["top_label"] in labels


@pytest.mark.parametrize("at", [0, 1], ids=["v1", "v2"])
def test_a_sample_computed_again_agrees_with_the_recording(model: MiniLM, at: int) -> None:
    rubrics = inputs().rubric_sets[at]
    labels = [(rubric.label, rubric.text) for rubric in rubrics.rubrics]
    recording = read_recording(FILE)
    sample = inputs().dataset.tickets[::17]
    assert len(sample) == 24
    for ticket in sample:
        recorded = parse_answer(recording[key_of(ticket, rubrics)].content, rubrics.labels)
        scores = model.classify(ticket.text, labels)
        assert list(scores.values()) == pytest.approx(recorded.scores, abs=1e-4)
        assert max(scores, key=lambda label: scores[label]) == recorded.top_label


def test_a_strict_replay_of_the_demo_opens_no_socket_and_scores_as_the_demo_does(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    off = [f"cache={tmp_path / 'a.sqlite'}", "trained_baselines=false", "report.figures=false"]
    outcome = run(CONFIG, mode="replay", out=tmp_path / "report", overrides=off)
    assert outcome.results.n_failed == 0
    assert [e.n_scored for e in outcome.results.evaluations] == [len(inputs().dataset.tickets)] * 2
    manifest = json.loads((outcome.out / "manifest.json").read_bytes())
    assert {counts["sent"] for counts in manifest["answers"].values()} == {0}
    assert measured(outcome.out) == measured(demo.out)
    strict, usual = (out / "predictions.csv" for out in (outcome.out, demo.out))
    assert strict.read_bytes() == usual.read_bytes()
