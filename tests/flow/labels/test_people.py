"""Several people: the label that counts follows the rule of `data import`."""

from __future__ import annotations

import pytest

from labelled_states import given, state
from ticketbench.core.errors import InputError
from ticketbench.flow.labels.people import decided

TWO = given(
    state(),
    anna={"T1": "x", "T2": "x", "T3": "y", "T5": "z"},
    ben={"T1": "x", "T2": "y", "T3": "y"},
)


def test_one_person_decides_alone() -> None:
    found = decided(given(state(), **{"": {"T1": "x", "T2": "__none__"}}))
    assert found.labels == {"T1": "x", "T2": "__none__"}
    assert (found.disputed, found.agreement) == ((), None)


@pytest.mark.parametrize(
    ("rule", "label"), [("leave-out", ""), ("none", "__none__"), ("first", "x"), ("ben", "y")]
)
def test_a_ticket_without_a_majority_follows_the_rule(rule: str, label: str) -> None:
    found = decided(TWO, disagree=rule)
    assert found.labels == {"T1": "x", "T2": label, "T3": "y", "T5": "z"}
    (one,) = found.disputed
    assert (one.number, one.ticket_id, one.label) == (2, "T2", label)
    assert dict(one.said) == {"anna": "x", "ben": "y"}


def test_of_three_people_two_decide_whatever_the_rule() -> None:
    three = given(state(), a={"T1": "x"}, b={"T1": "y"}, c={"T1": "y"})
    found = decided(three, disagree="leave-out")
    assert found.labels == {"T1": "y"}
    assert len(found.disputed) == 1


def test_agreement_is_of_the_tickets_that_two_people_labelled() -> None:
    found = decided(TWO).agreement
    assert found is not None
    assert (found.n_double, found.n_agreed, found.coefficient) == (3, 2, "kappa")


def test_two_who_labelled_the_same_tickets_have_a_kappa() -> None:
    pair = given(state(), anna={"T1": "x", "T2": "y"}, ben={"T1": "x", "T2": "y"})
    found = decided(pair).agreement
    assert found is not None
    assert (found.coefficient, found.beyond_chance.value) == ("kappa", 1.0)


def test_who_gave_no_name_is_one_person_and_not_nobody() -> None:
    found = decided(given(state(), **{"": {"T1": "x", "T2": "y"}, "ben": {"T1": "x", "T2": "x"}}))
    assert found.agreement is not None
    assert (found.agreement.coefficient, found.agreement.n_annotators) == ("kappa", 2)
    assert dict(found.disputed[0].said) == {"unnamed": "y", "ben": "x"}


def test_a_person_who_labelled_nothing_cannot_decide() -> None:
    with pytest.raises(InputError, match="nobody called 'clara' answered"):
        decided(TWO, disagree="clara")


def test_no_labels_decide_nothing() -> None:
    found = decided(state(), disagree="clara")
    assert (found.labels, found.agreement) == ({}, None)
