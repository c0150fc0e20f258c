"""What answers took: of which answers, and by whose count of tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from promised_project import CONFIG, promised
from ticketbench.edge.answers.details import Details
from ticketbench.edge.answers.recording import read_recording, recording_text
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.replay.effort import Effort, effort
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.sources.answers import answer_source

RECORDING = Path("answers.jsonl")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    promised(n=4)


def known() -> dict[str, Stored]:
    """The recorded answers by key."""
    return dict(read_recording(RECORDING))


def recorded(*details: Details) -> None:
    """The first answers of the recording with these details, and no others."""
    pairs = zip(known().items(), details, strict=False)
    told = [(key, replace(one, details=more)) for (key, one), more in pairs]
    RECORDING.write_text(recording_text(told))


def found(*, refresh: bool = False, cached: dict[str, Stored] | None = None) -> Effort:
    inputs = read_inputs(CONFIG)
    (rubrics,) = inputs.rubric_sets
    with answer_source(inputs, mode="auto") as sources:
        source = sources.of(rubrics)
        source.cache.save(cached or {})
        source = replace(source, mode="refresh" if refresh else "auto")
        return effort(inputs.dataset, rubrics, source)


@pytest.mark.parametrize("name", ["input_tokens", "prompt_tokens"])
def test_tokens_are_those_of_the_answers_whatever_their_server_calls_them(name: str) -> None:
    recorded(*[Details(usage={name: n, "total_tokens": 99}) for n in (5, 6, 7, 8)])
    assert (found().questions, found().tokens) == (4, 26)


def test_a_question_without_an_answer_counts_nowhere() -> None:
    recorded(*[Details(ms=n, usage={"input_tokens": n}) for n in (5, 6, 7, 8)])
    whole = found()
    recorded(*[Details(ms=n, usage={"input_tokens": n}) for n in (5, 6, 7)])
    assert (found().questions, found().requests) == (3, 3)
    assert (found().tokens, found().ms) == (18, (5, 6, 7))
    assert found().characters < whole.characters


def test_one_answer_without_tokens_leaves_their_number_unknown() -> None:
    recorded(Details(usage={"input_tokens": 5}), Details(), Details(), Details())
    assert found().tokens is None


def test_a_refresh_is_timed_by_its_own_answers_and_not_by_the_recording() -> None:
    fresh = {
        key: replace(one, details=Details(ms=900), recorded_at=datetime(2026, 11, 30, tzinfo=UTC))
        for key, one in known().items()
    }
    recorded(*[Details(ms=5)] * 4)
    assert found(cached=fresh).ms == (5,) * 4
    assert found(cached=fresh, refresh=True).ms == (900,) * 4
