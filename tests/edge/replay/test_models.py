from __future__ import annotations

from pathlib import Path

import pytest

from promised_project import CONFIG, promised
from ticketbench.edge.replay.models import models
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.sources.answers import answer_source


def found() -> tuple[str | None, ...]:
    inputs = read_inputs(CONFIG)
    with answer_source(inputs, mode="replay", reads_only=True) as sources:
        return models(inputs.dataset, inputs.rubric_sets[0], sources.of(inputs.rubric_sets[0]))


def test_each_ticket_has_the_model_of_its_answer_and_one_without_answer_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    promised(n=6, models=("s1-large", "s1-small"))
    assert found() == ("s1-large", "s1-small") * 3
    recording, tickets = Path("answers.jsonl"), Path("tickets.csv")
    recording.write_text("".join(recording.read_text().splitlines(keepends=True)[:-1]))
    assert len(found()) == 5
    assert set(found()) == {"s1-large", "s1-small"}
    # An equal text is one question, so its answer is that of every ticket that asks it.
    rows = tickets.read_text()
    tickets.write_text(rows + rows.splitlines()[1].replace("t0000", "t9") + "\n")
    assert (len(found()), found()[-1]) == (6, found()[0])


def test_answers_that_name_no_model_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    promised(n=4)
    assert found() == (None,) * 4
