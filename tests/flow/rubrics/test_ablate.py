"""A rubric set without one of its labels, and what the numbers are said to rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from gated_project import edit
from ticketbench.core.errors import InputError
from ticketbench.edge.engines import _ENGINES, Classify, engine, engines
from ticketbench.edge.engines.minilm import MiniLM
from ticketbench.flow.rubrics.ablate import ablate, scores_apart
from ticketbench.flow.rubrics.ablate_words import goes_to_text, nothing_text, rests_on_text
from ticketbench.flow.run import run
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.tables import rubric_set, scored
from ticketbench.measure.rubrics.ablation import without_label

EVAL = Path("eval.yaml")


@pytest.fixture
def leaning() -> Iterator[str]:
    """The URL of an engine whose first label takes half of what the last one has."""
    before = dict(_ENGINES._entries)

    @engine("leaning", "v1")
    def start() -> Classify:
        def classify(text: str, labels: Sequence[tuple[str, str]]) -> dict[str, float]:
            scores = {name: 1 / len(labels) for name, _ in labels}
            first, last = labels[0][0], labels[-1][0]
            scores[first] += scores[last] / 2
            scores[last] /= 2
            return {name: round(score, 6) for name, score in scores.items()}

        return classify

    yield engines().get("leaning").local_url
    _ENGINES._entries.clear()
    _ENGINES._entries.update(before)


def test_an_engine_that_scores_each_label_by_itself_is_said_to_answer_the_same(
    answered: Path,
) -> None:
    found = ablate(EVAL, "v2")
    assert found.scores_apart
    assert [one.label for one in found.labels] == ["billing", "technical", "account"]
    text = rests_on_text(found)
    assert "Assumed" not in text
    assert "local://lexical/v1/classify scores each label by itself" in text


def test_of_an_engine_whose_labels_lean_on_each_other_it_is_an_assumption(
    project: Path, leaning: str
) -> None:
    edit(EVAL, "local://lexical/v1/classify", leaning)
    run(EVAL)
    found = ablate(EVAL, "v2", ["technical"])
    assert not found.scores_apart
    text = rests_on_text(found)
    assert text.startswith("Assumed: without a label")
    assert f"Nothing was asked of {leaning}" in text


@pytest.mark.parametrize(
    "url", ["https://api.scaledown.xyz/v1/classify", "http://127.0.0.1:8377/minilm/v1/classify"]
)
def test_of_what_stands_behind_a_url_nothing_is_known(url: str) -> None:
    assert not scores_apart(url)


def test_every_engine_of_ours_scores_each_label_by_itself() -> None:
    assert {name: engines().get(name).scores_apart for name in engines().names()} == {
        "lexical": True,
        "minilm": True,
    }


def test_a_label_or_a_set_that_is_not_there_is_an_error(answered: Path) -> None:
    with pytest.raises(InputError, match="v2 has no label 'acount'"):
        ablate(EVAL, "v2", ["account", "acount"])
    with pytest.raises(InputError, match="has no rubric set 'v3'"):
        ablate(EVAL, "v3")


def test_the_words_count_where_its_own_tickets_go(answered: Path) -> None:
    found = ablate(EVAL, "v2", ["account", "account"])
    (one,) = found.labels
    assert sum(to.n for to in one.goes_to) == one.n_own == 2
    assert goes_to_text(one).startswith("others: 4 tickets; its own 2, 2 right now, go to ")
    assert nothing_text(found) == ""


def test_minilm_asked_without_a_label_answers_what_is_predicted(
    model: MiniLM, answered: Path
) -> None:
    edit(EVAL, "local://lexical/v1/classify", "local://minilm/v1/classify")
    run(EVAL)
    inputs = read_inputs(EVAL)
    table = scored(inputs, ["v2"])["v2"]
    rubrics = [(one.label, one.text) for one in rubric_set(inputs, "v2").rubrics]
    texts = {ticket.id: ticket.text for ticket in inputs.dataset.tickets}
    for at, label in enumerate(table.labels):
        found, _ = without_label(table, label)
        rest = rubrics[:at] + rubrics[at + 1 :]
        anew = [list(model.classify(texts[one], rest).values()) for one in found.ids]
        rounding = 1e-6 / np.delete(table.scores, at, axis=1).sum(axis=1, keepdims=True)
        assert (np.abs(found.scores - np.array(anew)) <= rounding).all()
