"""The rubrics of the support queues, judged on stored answers."""

import pytest

from ticketbench import assert_no_regression


@pytest.mark.rubric_set("current")
def test_deliveries_are_found(evaluation):
    assert evaluation.recall("delivery").low > 0.75


def test_no_worse_than_in_production(comparison):
    assert_no_regression(comparison("baseline"), margin=0.02)


def test_must_pass(must_pass_ticket, classify):
    assert classify(must_pass_ticket.text).top_label == must_pass_ticket.label
