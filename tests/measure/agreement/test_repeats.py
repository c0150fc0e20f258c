from __future__ import annotations

import pytest

from repeated import repeated
from ticketbench.measure.agreement.repeats import by_repeat
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.findings import findings

ANSWERS = [("x", "1", "a"), ("x", "2", "a"), ("y", "1", "a"), ("y", "2", "b"), ("z", "1", "b")]
"""Ticket, repeat and top label; the gold label of each ticket is a."""


def test_each_repeat_has_its_own_accuracy() -> None:
    found = by_repeat(repeated(ANSWERS))
    assert found is not None
    told = [(one.name, one.right, one.n, one.accuracy.value) for one in found.each]
    assert told == [("1", 2, 3, pytest.approx(2 / 3)), ("2", 1, 2, 0.5)]


def test_a_ticket_with_two_top_labels_changes_and_one_with_one_answer_is_not_counted() -> None:
    found = by_repeat(repeated(ANSWERS))
    assert found is not None
    assert (found.changed.value, found.changed.n) == (0.5, 2)
    assert (found.n_answers, found.n_tickets, found.fewest, found.most) == (5, 3, 1, 2)


def test_repeats_stand_by_their_number_and_words_after_them() -> None:
    found = by_repeat(repeated([("x", name, "a") for name in ("10", "b", "2", "a")]))
    assert found is not None
    assert [one.name for one in found.each] == ["2", "10", "a", "b"]


def test_a_ticket_that_no_label_fits_changes_too_but_has_no_accuracy() -> None:
    found = by_repeat(repeated([("x", "1", "a"), ("x", "2", "b")], gold="__none__"))
    assert found is not None
    assert [one.n for one in found.each] == [0, 0]
    assert found.changed.value == 1.0


def test_without_repeats_there_are_none() -> None:
    assert by_repeat(repeated([])) is not None
    one = repeated(ANSWERS[:1])
    assert evaluate(one, Settings()).repeats is not None


def test_unequal_numbers_of_answers_are_a_warning_with_counts() -> None:
    (told,) = [one for one in findings(repeated(ANSWERS), ()) if one.code == "TB214"]
    assert "1 with 1, 2 with 2" in told.evidence
    assert not [one for one in findings(repeated(ANSWERS[:4]), ()) if one.code == "TB214"]


def test_few_tickets_are_counted_as_tickets_however_often_they_were_asked() -> None:
    many = [(ticket, str(run), "a") for ticket in "xyz" for run in range(20)]
    (told,) = [one for one in findings(repeated(many), ()) if one.code == "TB106"]
    assert told.evidence == "a (3)"
    assert evaluate(repeated(many), Settings()).thresholds == ()
