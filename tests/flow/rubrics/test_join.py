"""Two rubrics as one: the set that asks it, and the file it is written to."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from forked import ticketbench_in
from gated_project import edit
from quickstart import QUICKSTART
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.edge.engines.minilm import MiniLM
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.flow.rubrics.join import (
    join,
    joinable_pairs,
    joined_rubrics,
    or_question,
    write_joined,
)
from ticketbench.flow.rubrics.join_words import OFF_AT_MOST, pair_notes, pairs_note, steps_title
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.tables import rubric_set, scored
from ticketbench.measure.rubrics.fewer_labels import NoPath
from ticketbench.measure.rubrics.joined import if_any_joined

EVAL = Path("eval.yaml")
OUT = Path("joined.yaml")


def texts(path: Path) -> dict[str, str]:
    return {rubric.label: rubric.text for rubric in read_rubrics(path).rubrics}


def test_the_joined_question_stands_where_the_earlier_one_did_and_the_others_are_kept(
    answered: Path,
) -> None:
    odd = 'Say: "two\nlines" # é, \\n?'
    edit(Path("v1.yaml"), '"Is this about a problem?"', json.dumps(odd))
    answers = ticketbench_in(answered, "run", "eval.yaml")
    assert answers.returncode == 0, answers.stderr
    found = join(EVAL, "v1", "account", "billing")
    write_joined(found, OUT)
    assert texts(OUT) == {
        "billing_account": "Is this about money, or is this about an account?",
        "technical": odd,
    }
    assert list(texts(OUT)) == ["billing_account", "technical"]
    written = OUT.read_text(encoding="utf-8")
    assert written == found.content.decode("utf-8")
    assert "to be edited" in written


@pytest.mark.parametrize("name", ["billing", "account", "people", "no", "two\nlines"])
def test_a_joined_label_may_be_called_after_either_or_otherwise(name: str, answered: Path) -> None:
    write_joined(join(EVAL, "v1", "billing", "account", name=name), OUT)
    assert list(texts(OUT)) == [name, "technical"]


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("Is it a?", "Is it b?", "Is it a, or is it b?"),
        ("Is it a? ", " Does it b", "Is it a, or does it b"),
        ("about bugs", "about money", "about bugs, or about money"),
        ("Is it a?", "SSO: is it broken?", "Is it a, or SSO: is it broken?"),
        ("Is it a?", "A b?", "Is it a, or A b?"),
    ],
)
def test_two_questions_are_joined_by_or(first: str, second: str, both: str) -> None:
    assert or_question(first, second) == both


@pytest.mark.parametrize(
    ("first", "second", "name", "why"),
    [
        ("billing", "acount", "", "v1 has no label 'acount'"),
        ("billing", "billing", "", "'billing' stands twice"),
        ("billing", "account", "technical", "v1 has the label 'technical' already"),
        ("billing", "account", "a|b", "separates labels"),
        ("billing", "account", " ", "the name is blank"),
        ("billing", "account", "__none__", "not a rubric"),
    ],
)
def test_what_cannot_be_joined_is_said(
    first: str, second: str, name: str, why: str, answered: Path
) -> None:
    with pytest.raises(InputError, match=why):
        join(EVAL, "v1", first, second, name=name)


def test_a_file_that_is_there_is_replaced_only_by_force(answered: Path) -> None:
    found = join(EVAL, "v1", "billing", "account")
    OUT.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"joined\.yaml is there already"):
        write_joined(found, OUT)
    assert OUT.read_text(encoding="utf-8") == "mine"
    write_joined(found, OUT, force=True)
    assert OUT.read_bytes() == found.content


def test_answers_that_are_missing_are_named(project: Path) -> None:
    with pytest.raises(IncompleteError, match="7 answers missing for rubric set 'v1'"):
        joinable_pairs(EVAL, "v1")


def test_few_tickets_have_pairs_and_no_path_to_fewer_labels(answered: Path) -> None:
    found = joinable_pairs(EVAL, "v1")
    assert len(found.joined.pairs) == found.joined.n_pairs == 3
    assert isinstance(found.fewer, NoPath)
    assert steps_title(found).startswith("fewer labels: nothing is said, as 7 tickets are too few")


def test_the_words_say_that_a_gain_is_no_reason_and_what_was_not_asked(answered: Path) -> None:
    found = join(EVAL, "v1", "billing", "account")
    for text in (" ".join(pair_notes(found)), pairs_note(found.joined)):
        assert "alone is no reason" in text
        assert "It says nothing of a question in other words" in text


@pytest.mark.parametrize("folder", ["", "drafts/"])
def test_the_line_that_is_printed_asks_the_joined_set_and_compares_it(
    folder: str, answered: Path
) -> None:
    command = ("rubrics", "join", "eval.yaml", "--on", "v1", "billing", "account")
    said = ticketbench_in(answered, *command, "-o", f"{folder}a b.yaml")
    assert said.returncode == 0, said.stderr
    line = said.stdout[said.stdout.index("try it: ") + len("try it: ") :]
    words = shlex.split(line.replace("\\\n", " "))
    assert words[:4] == ["ticketbench", "compare", "v1", "joined"]
    compared = ticketbench_in(answered, *words[1:], "--json")
    assert compared.returncode == 0, compared.stderr
    data = json.loads(compared.stdout)["data"]
    merged = {one["name"]: (one["base"], one["candidate"], one["n"]) for one in data["labels"]}
    assert merged["billing + account = billing_account"] == (
        ["billing", "account"], ["billing_account"], 4
    )  # fmt: skip
    assert data["comparison"]["n_paired"] == 6


@pytest.mark.evidence
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_on_our_tickets_the_prediction_is_within_three_points_on_average(
    version: str, model: MiniLM
) -> None:
    """Every pair of both sets, its joined question asked of minilm."""
    inputs = read_inputs(QUICKSTART)
    table = scored(inputs, [version])[version]
    rubrics = rubric_set(inputs, version)
    texts = {ticket.id: ticket.text for ticket in inputs.dataset.tickets}
    labelled = table.labelled()
    off = []
    for one in if_any_joined(table).pairs:
        pair = (one.first, one.second)
        asked = [(own.label, own.text) for own in joined_rubrics(rubrics, pair, "both")]
        right = []
        for ticket, gold in zip(labelled.ids, labelled.truth.tolist(), strict=True):
            scores = model.classify(texts[ticket], asked)
            label = table.labels[gold]
            top = max(scores, key=scores.__getitem__)
            right.append(top == ("both" if label in pair else label))
        off.append(abs(one.accuracy.value - float(np.mean(right))))
    assert np.mean(off) <= 0.03
    assert max(off) <= OFF_AT_MOST / 100
