"""A demo's recording answers every question, says nothing else, and can be made again."""

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
QUICKSTART = ROOT / "configs" / "quickstart.yaml"
RECORDINGS = {"quickstart": "support.jsonl", "promise": "building.jsonl"}
URL = "local://minilm/v1/classify"

of_each_demo = pytest.mark.parametrize("demo_name", RECORDINGS)


@lru_cache
def inputs(demo_name: str) -> Inputs:
    return read_inputs(ROOT / "configs" / f"{demo_name}.yaml")


def recording_of(demo_name: str) -> Path:
    return ROOT / "configs" / "recordings" / RECORDINGS[demo_name]


def questions(demo_name: str) -> list[tuple[Ticket, RubricSet]]:
    read = inputs(demo_name)
    return [(t, rubrics) for rubrics in read.rubric_sets for t in read.dataset.tickets]


def key_of(ticket: Ticket, rubrics: RubricSet) -> str:
    return answer_key(URL, request_body(ticket.text, rubrics))


def lines(demo_name: str) -> list[str]:
    """Every line that holds an answer."""
    first, *rest = recording_of(demo_name).read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == {"schema": "ticketbench/recording@2"}
    return rest


@pytest.fixture(scope="module")
def model() -> MiniLM:
    try:
        return minilm()
    except MachineError as error:
        pytest.skip(error.problems[0].what)


@of_each_demo
def test_every_question_of_the_demo_is_recorded(demo_name: str, tmp_path: Path) -> None:
    config = ROOT / "configs" / f"{demo_name}.yaml"
    planned = plan_run(config, overrides=[f"cache={tmp_path / 'answers.sqlite'}"])
    n = len(inputs(demo_name).dataset.tickets)
    counts = {
        p.rubric_set: (p.questions, p.recorded, p.cached, p.missing) for p in planned.rubric_sets
    }
    assert counts == {rubrics.name: (n, n, 0, 0) for rubrics in inputs(demo_name).rubric_sets}


@of_each_demo
def test_every_line_answers_a_question_of_the_demo(demo_name: str) -> None:
    keys = [json.loads(line)["key"] for line in lines(demo_name)]
    assert sorted(keys) == keys
    assert keys == sorted({key_of(ticket, rubrics) for ticket, rubrics in questions(demo_name)})


@of_each_demo
def test_every_line_is_of_the_engine_that_the_demo_names(demo_name: str) -> None:
    assert {stored.url for stored in read_recording(recording_of(demo_name)).values()} == {URL}


@of_each_demo
def test_every_recorded_answer_keeps_the_contract(demo_name: str) -> None:
    recording = read_recording(recording_of(demo_name))
    for ticket, rubrics in questions(demo_name):
        answer = parse_answer(recording[key_of(ticket, rubrics)].content, rubrics.labels)
        assert answer.top_label in rubrics.labels


@of_each_demo
def test_no_text_of_a_ticket_or_rubric_stands_in_the_recording(demo_name: str) -> None:
    content = recording_of(demo_name).read_text(encoding="utf-8").lower()
    said = [ticket.text for ticket in inputs(demo_name).dataset.tickets]
    said += [rubric.text for one in inputs(demo_name).rubric_sets for rubric in one.rubrics]
    for text in said:
        for part in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
            assert part.lower() not in content


@of_each_demo
def test_the_words_of_a_recording_are_its_keys_its_labels_and_its_url(demo_name: str) -> None:
    # So nothing of a ticket or rubric can hide in it, not even a part.
    labels = set(inputs(demo_name).rubric_sets[0].labels)
    for line in lines(demo_name):
        value = json.loads(line)
        assert set(value) == {"answer", "key", "recorded_at", "sha256", "url"}
        assert set(value["answer"]) == {"scores", "top_label"}
        assert set(value["answer"]["scores"]) == labels
        assert value["answer"]["top_label"] in labels


@pytest.mark.parametrize(
    ("demo_name", "at", "every"),
    [("quickstart", 0, 17), ("quickstart", 1, 17), ("promise", 0, 25)],
    ids=["v1", "v2", "building"],
)
def test_a_sample_computed_again_agrees_with_the_recording(
    model: MiniLM, demo_name: str, at: int, every: int
) -> None:
    rubrics = inputs(demo_name).rubric_sets[at]
    labels = [(rubric.label, rubric.text) for rubric in rubrics.rubrics]
    recording = read_recording(recording_of(demo_name))
    sample = inputs(demo_name).dataset.tickets[::every]
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
    outcome = run(QUICKSTART, mode="replay", out=tmp_path / "report", overrides=off)
    assert outcome.results.n_failed == 0
    assert [e.n_scored for e in outcome.results.evaluations] == [
        len(inputs("quickstart").dataset.tickets)
    ] * 2
    manifest = json.loads((outcome.out / "manifest.json").read_bytes())
    assert {counts["sent"] for counts in manifest["answers"].values()} == {0}
    assert measured(outcome.out) == measured(demo.out)
    strict, usual = (out / "predictions.csv" for out in (outcome.out, demo.out))
    assert strict.read_bytes() == usual.read_bytes()
