"""A release in words, for each way in which it can come out."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ticketbench.core.types import Estimate
from ticketbench.measure.gates.results import OnFresh
from ticketbench.report.gates.release import (
    release_action,
    release_demand,
    release_found,
    release_headline,
)

SHIPS = OnFresh(
    rubric_set="v2",
    outcome="pass",
    n=2_000,
    n_differ=600,
    n_wanted=410,
    n_labelled=410,
    against="v1",
    gained=190,
    lost=180,
    change=Estimate(0.0073, -0.0251, 0.0397, 2_000, "t"),
    confidence=0.98,
    loss_left=0.0251,
    budget=0.05,
    planned=5,
    look=2,
    noted=False,
    n_needed=1_400,
    n_labels_needed=420,
)
OPEN = replace(
    SHIPS,
    outcome="inconclusive",
    n_labelled=290,
    change=Estimate.undefined(2_000, "labels are missing"),
    loss_left=math.nan,
)
NOT_EXCLUDED = replace(
    SHIPS,
    outcome="fail",
    n=800,
    change=Estimate(-0.02, -0.0611, 0.0211, 800, "t"),
    loss_left=0.0611,
)
LOSES = replace(NOT_EXCLUDED, change=Estimate(-0.07, -0.11, -0.03, 800, "t"), loss_left=0.11)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (SHIPS, "v2 may ship: a loss of 5 points against the pin is ruled out"),
        (LOSES, "v2 may not ship: it loses more than the 5 points allowed against the pin"),
        (NOT_EXCLUDED, "v2 may not ship: a loss of 5 points against the pin is not ruled out"),
        (OPEN, "cannot tell yet whether v2 may ship: label 120 more of the 600 tickets on which "
               "it differs from the pin"),
        (replace(OPEN, n_labelled=0, n_wanted=600), "cannot tell yet whether v2 may ship: label "
                                                    "the 600 tickets on which it differs from the "
                                                    "pin"),
    ],
)  # fmt: skip
def test_the_answer_comes_first_in_words_of_the_release(result: OnFresh, told: str) -> None:
    assert release_headline(result) == told


def test_what_was_found_has_tickets_labels_bounds_and_the_count_of_looks() -> None:
    assert release_found(SHIPS) == (
        "2,000 fresh tickets, other answers on 600, 410 of 410 labels given; 190 better, "
        "180 worse; +0.7 [-2.5, +4.0] points (at 98%); a loss of up to 2.5 points "
        "cannot be ruled out; look 2 of 5 planned until the next pin"
    )
    assert release_demand(SHIPS) == (
        "on fresh tickets not worse than the pin (v1) by 5 points of accuracy"
    )


def test_before_all_labels_are_there_no_number_of_the_change_is_told() -> None:
    told = release_found(OPEN)
    assert "290 of 410 labels given" in told
    assert "better" not in told
    assert "points" not in told


def test_too_few_tickets_are_told_with_how_many_it_takes() -> None:
    assert release_found(NOT_EXCLUDED).endswith(
        "a release as good as the pin ships in 85 of 100 on about 1,400 fresh tickets with about "
        "420 labels"
    )
    assert "ships in" not in release_found(SHIPS)


def test_without_bounds_the_reason_stands_in_their_place() -> None:
    alone = replace(
        NOT_EXCLUDED, change=Estimate.undefined(800, "one customer"), loss_left=math.nan
    )
    assert "no bounds: one customer" in release_found(alone)
    assert release_headline(alone).startswith("v2 may not ship")


def test_every_look_is_to_be_noted_and_then_something_is_left_to_do() -> None:
    for result in (SHIPS, LOSES):
        assert "ticketbench baseline release" in release_action(result)
    assert release_action(replace(SHIPS, noted=True)) == "ship it, and bless it"
    assert release_action(replace(LOSES, noted=True)).startswith("nothing ships; ")
    assert release_action(OPEN).startswith("label 120 more")
