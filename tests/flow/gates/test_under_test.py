"""Rubric sets under test: evaluations, comparisons and single answers from stored answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from gated_project import BASELINE, GATED, blessed, edit, with_gates
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.flow.gates.judge import gate
from ticketbench.flow.gates.under_test import UnderTest

EVAL = Path("eval.yaml")
T1 = "I was charged twice on the last invoice and want a refund"
LIMIT = "{metric: accuracy, on: v2, min: 0.5}"


def test_the_last_set_is_measured_unless_another_is_named(answered: Path) -> None:
    under_test = UnderTest(EVAL)
    assert under_test.evaluation().provenance.rubric_set == "v2"
    assert under_test.evaluation().accuracy.value == 1.0
    assert under_test.evaluation("v1").accuracy.value == 1 / 6
    assert under_test.evaluation("v1").recall("billing").n == 2


def test_everything_is_measured_once(answered: Path) -> None:
    under_test = UnderTest(EVAL)
    assert under_test.evaluation("v2") is under_test.evaluation()
    assert under_test.comparison("v1", "v2") is under_test.comparison()


def test_what_is_tested_is_what_a_gate_judges(answered: Path) -> None:
    with_gates("{metric: accuracy, on: v2, not_worse_than: v1}", LIMIT)
    report = gate(GATED).report
    under_test = UnderTest(GATED)
    assert under_test.comparison("v1", "v2") == report.comparisons[0].comparison
    assert under_test.evaluation("v2") == report.evaluations[0]


def test_the_first_set_is_the_base_and_the_last_the_candidate(answered: Path) -> None:
    found = UnderTest(EVAL).comparison()
    assert (found.base, found.candidate) == ("v1", "v2")
    assert len(found.flips) == 5
    turned = UnderTest(EVAL).comparison("v2", "v1")
    assert {flip.kind for flip in turned.flips} == {"broken"}


def test_the_base_may_be_the_committed_baseline(answered: Path) -> None:
    with_gates(LIMIT)
    blessed("v1")
    found = UnderTest(GATED).comparison("baseline")
    assert (found.base, found.candidate, found.n_paired) == ("baseline", "v2", 6)
    assert {flip.kind for flip in found.flips} == {"fixed"}
    same = UnderTest(GATED).comparison("baseline", "v1")
    assert same.accuracy.value == 0
    assert same.flips == ()


def test_a_baseline_that_is_not_there_says_what_to_do(answered: Path) -> None:
    with pytest.raises(InputError, match="names no baseline"):
        UnderTest(EVAL).comparison("baseline")
    with_gates(LIMIT)
    with pytest.raises(InputError, match=f"there is no baseline {BASELINE} yet") as caught:
        UnderTest(GATED).comparison("baseline")
    assert "ticketbench baseline bless gated.yaml" in caught.value.problems[0].help


def test_a_rubric_set_called_baseline_is_compared_where_no_file_is_named(answered: Path) -> None:
    edit("eval.yaml", "{v1: v1.yaml,", "{baseline: v1.yaml,")
    found = UnderTest(EVAL).comparison("baseline", "v2")
    assert (found.base, len(found.flips)) == ("baseline", 5)


def test_the_answer_for_a_ticket_of_the_dataset(answered: Path) -> None:
    found = UnderTest(EVAL).answer(T1)
    assert (found.top_label, found.outcome) == ("billing", "route")
    assert list(found.scores) == ["billing", "technical", "account"]
    assert found.top_score == found.scores["billing"] == max(found.scores.values())
    other = UnderTest(EVAL).answer(T1, "v1")
    assert (other.top_label, other.outcome) == ("account", "escalate")


def test_the_outcome_of_an_answer_follows_the_policy_of_the_config(answered: Path) -> None:
    with_gates(LIMIT, extra="policy: {threshold: 1.01}\n")
    assert UnderTest(GATED).answer(T1).outcome == "review"


def test_the_answer_for_another_recorded_text(answered: Path) -> None:
    text = "My invoice is wrong"
    asked = UnderTest(EVAL, mode="auto").answer(text)
    assert asked.top_label == "billing"
    assert UnderTest(EVAL).answer(text) == asked


NEVER = "the question was never asked"


@pytest.mark.parametrize("text", ["never asked", "", T1 + " "])
def test_a_text_without_an_answer_is_incomplete(answered: Path, text: str) -> None:
    with pytest.raises(IncompleteError) as caught:
        UnderTest(EVAL).answer(text)
    (problem,) = caught.value.problems
    why = "the text was answered with other blanks around it" if T1 in text else NEVER
    assert problem.what == f"1 answer missing for rubric set 'v2': 1 because {why}"
    assert problem.help == "ask for them: ticketbench run eval.yaml"


def test_missing_answers_of_a_set_are_incomplete_and_other_sets_are_not(answered: Path) -> None:
    edit("v2.yaml", "a crash", "a crash, a fault")
    under_test = UnderTest(EVAL)
    for ask in (under_test.evaluation, under_test.comparison):
        with pytest.raises(IncompleteError) as caught:
            ask()
        (problem,) = caught.value.problems
        assert problem.what.startswith(
            "7 answers missing for rubric set 'v2': 7 because the rubric"
        )
        assert problem.help == "ask for them: ticketbench run eval.yaml"
    assert under_test.evaluation("v1").n_scored == 7


def test_one_missing_answer_leaves_the_others_to_be_asked_for(answered: Path) -> None:
    edit("tickets.csv", "Nothing loads", "Nothing at all loads")
    under_test = UnderTest(EVAL)
    assert under_test.answer(T1).top_label == "billing"
    with pytest.raises(IncompleteError, match="1 answer missing"):
        under_test.answer("Nothing at all loads since the update and the page stays empty")
    with pytest.raises(IncompleteError, match="1 answer missing"):
        under_test.evaluation()


def test_in_auto_mode_missing_answers_are_asked_for(project: Path) -> None:
    assert UnderTest(EVAL, mode="auto").evaluation().accuracy.value == 1.0


def test_must_pass_tickets_are_those_of_the_gates_in_dataset_order(answered: Path) -> None:
    with_gates("{must_pass: [t6, t1], on: v2}", LIMIT, "{must_pass: [t3, t1], on: v1}")
    assert [ticket.id for ticket in UnderTest(GATED).must_pass_tickets()] == ["t1", "t3", "t6"]
    assert UnderTest(EVAL).must_pass_tickets() == ()


def test_an_unknown_set_is_an_input_error(answered: Path) -> None:
    under_test = UnderTest(EVAL)
    for ask in (
        lambda: under_test.evaluation("v3"),
        lambda: under_test.comparison("v3"),
        lambda: under_test.comparison("v1", "v3"),
        lambda: under_test.answer(T1, "v3"),
    ):
        with pytest.raises(InputError, match="no rubric set 'v3'"):
            ask()
