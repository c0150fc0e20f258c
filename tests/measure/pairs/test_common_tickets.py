from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from repeated import repeated
from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.types import Failure
from ticketbench.measure.pairs.common_tickets import (
    alike,
    in_common,
    left_in,
    only_in_one,
    over,
    same_tickets,
)

NAMES = ("A", "B")
A = random_table(6, seed=1)
B = A.rows(np.arange(5))


def test_tickets_of_one_side_alone_are_counted_and_the_first_are_named() -> None:
    with pytest.raises(InputError) as raised:
        same_tickets((A, B), NAMES)
    (problem,) = raised.value.problems
    assert "5 tickets in both, 1 only in A (t5)" in problem.what
    assert "--common" in problem.help


def test_both_sides_may_have_tickets_of_their_own() -> None:
    assert only_in_one((A.rows(np.arange(1, 6)), A.rows(np.arange(2))), NAMES) == (
        "4 only in A (t2, t3, t4, ...), 1 only in B (t0)"
    )


def test_what_both_have_is_left_in_the_order_of_each() -> None:
    kept = in_common((A, B.rows(np.array([4, 0]))), NAMES)
    assert [table.ids for table in kept] == [("t0", "t4"), ("t4", "t0")]
    assert left_in((A, B), kept) == 2


def test_a_ticket_that_failed_on_one_side_is_a_ticket_of_both() -> None:
    failed = replace(B, failures=(Failure("t5", "timeout"), Failure("x", "timeout")))
    first, second = in_common((A, failed), NAMES)
    assert (first.n_requested, second.n_requested) == (6, 6)
    assert [one.ticket_id for one in second.failures] == ["t5"]


def test_the_same_tickets_stay_as_they_are() -> None:
    assert same_tickets((A, A), NAMES) == (A, A)
    assert left_in((A, A), in_common((A, A), NAMES)) == 0


def test_without_a_ticket_in_both_nothing_is_common() -> None:
    with pytest.raises(InputError, match="0 tickets in both"):
        in_common((A.rows(np.arange(3)), A.rows(np.arange(3, 6))), NAMES)


def test_repeats_are_paired_with_repeats_alone() -> None:
    many = repeated([("t0", "1", "a"), ("t0", "2", "a")])
    with pytest.raises(InputError, match="A has several answers a ticket, and B has one"):
        same_tickets((many, B), NAMES)
    with pytest.raises(InputError, match="1 answer in both"):
        same_tickets((many, many.rows(np.array([0]))), NAMES)


def test_both_sides_know_what_the_lesser_one_knows() -> None:
    first, second = alike((A, A.reduced("top label")))
    assert first.known == second.known == "top label"
    assert math.isnan(first.top_score[0])
    assert first.top.tolist() == A.top.tolist()


def test_labels_that_one_side_never_answers_with_are_no_difference_of_the_sets() -> None:
    one = table([[0.8, 0.2]], ["b"], labels=("a", "b")).reduced("top score")
    other = table([[0.7, 0.2, 0.1]], ["b"])
    first, second = alike((one, other))
    assert first.labels == second.labels == ("a", "b", "c")
    assert first.gold_labels[first.truth[0]] == "b"
    assert first.top_score.tolist() == [0.8]


def test_gold_labels_keep_their_names_over_other_labels() -> None:
    found = over(
        table([[0.8, 0.2]] * 3, ["z", "__none__", "b"], labels=("a", "b")), ("z", "b", "a")
    )
    assert [found.gold_labels[i] if i >= 0 else i for i in found.truth.tolist()] == ["z", -1, "b"]
    assert found.top.tolist() == [2, 2, 2]
