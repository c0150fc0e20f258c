"""Scores of stored answers as a matrix, and none that breaks the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fault_server import BAD_ANSWERS, LABELS
from ticketbench.core.classify import ContractViolation, parse_answer
from ticketbench.edge.answers.stored_scores import StoredScores

SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=200)


def answer(scores: Mapping[str, float], top: str) -> bytes:
    return json.dumps({"top_label": top, "scores": scores}).encode()


def read(labels: Sequence[str], content: bytes) -> tuple[float, ...] | None:
    """The scores of one stored answer; None when it is refused."""
    found = StoredScores(labels)
    try:
        found.add(content)
    except ContractViolation:
        return None
    scores, wrong = found.matrix()
    return None if wrong else tuple(scores[0].tolist())


@SETTINGS
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6).filter(any))
def test_a_valid_answer_has_the_same_scores_when_it_is_read_again(weights: list[int]) -> None:
    labels = [f"label{i}" for i in range(len(weights))]
    shares = [round(weight / sum(weights), 3) for weight in weights]
    scores = dict(zip(labels, shares, strict=True))
    content = answer(scores, max(scores, key=lambda label: scores[label]))
    try:
        parsed = parse_answer(content, labels)
    except ContractViolation:
        assert read(labels, content) is None
    else:
        assert read(labels, content) == parsed.scores


KEPT_ONLY_IN_THE_PRINTED_TEXT = {
    # Numbers forget printed zeros, doubled keys and what else stood in the answer; all of that was
    # checked before it was stored, and the digest says that nothing has changed since.
    "sum_off_with_printed_zeros", "label_twice", "scores_twice", "top_label_twice", "too_large",
    "far_too_large", "list_disagrees", "list_too_short", "list_empty", "list_has_a_label_twice",
    "list_has_another_label", "list_without_scores", "list_with_a_string_score",
    "list_with_a_huge_score", "list_with_a_list_label", "list_is_a_number", "list_is_an_object",
    "list_of_strings", "not_utf_8",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(BAD_ANSWERS) - KEPT_ONLY_IN_THE_PRINTED_TEXT))
def test_a_wrong_number_is_refused_when_it_is_read_again(name: str) -> None:
    assert read(LABELS, BAD_ANSWERS[name]) is None


def test_rows_stand_in_the_order_they_were_added_and_columns_in_that_of_the_labels() -> None:
    found = StoredScores(("b", "a"))
    found.add(answer({"a": 0.9, "b": 0.1}, "a"))
    found.add(answer({"b": 0.7, "a": 0.3}, "b"))
    scores, wrong = found.matrix()
    assert (scores.tolist(), wrong) == ([[0.1, 0.9], [0.7, 0.3]], {})


def test_an_answer_that_is_refused_leaves_the_others_in_their_rows() -> None:
    found = StoredScores(("a", "b"))
    found.add(answer({"a": 0.9, "b": 0.1}, "a"))
    for content in (b"{}", answer({"a": 1.0}, "a"), answer({"a": 0.5, "b": 0.5, "c": 0}, "a")):
        with pytest.raises(ContractViolation):
            found.add(content)
    found.add(answer({"a": 0.2, "b": 0.8}, "b"))
    assert found.matrix()[0].tolist() == [[0.9, 0.1], [0.2, 0.8]]


def test_each_wrong_row_is_named_with_its_reason() -> None:
    found = StoredScores(("a", "b"))
    for scores, top in (
        ({"a": 0.6, "b": 0.4}, "a"),
        ({"a": 0.58, "b": 0.4}, "a"),
        ({"a": 0.6, "b": 0.4}, "b"),
        ({"a": 1.1, "b": -0.1}, "a"),
        ({"a": 0.601, "b": 0.4}, "a"),
    ):
        found.add(answer(scores, top))
    wrong = found.matrix()[1]
    assert sorted(wrong) == [1, 2, 3]
    assert "sum to 0.98" in wrong[1]
    assert "top_label" in wrong[2]
    assert "[0, 1]" in wrong[3]


def test_nothing_added_is_an_empty_matrix() -> None:
    scores, wrong = StoredScores(("a", "b")).matrix()
    assert (scores.shape, wrong) == ((0, 2), {})
