from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Policy
from ticketbench.measure.pairs.pairing import Judged, judged, paired

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)

A, WEAK, TWO = [0.8, 0.1, 0.1], [0.5, 0.25, 0.25], [0.45, 0.45, 0.1]


def test_the_outcomes_are_those_of_the_policy() -> None:
    side = judged(table([A, WEAK, TWO], ["a"] * 3), Policy())
    assert side.outcome.tolist() == [ROUTE, REVIEW, ESCALATE]
    stricter = judged(side.table, Policy(threshold=0.9, escalate_above=1.0))
    assert stricter.outcome.tolist() == [REVIEW] * 3


def test_rows_take_their_outcomes_along() -> None:
    side = judged(table([A, WEAK, TWO], ["a"] * 3), Policy()).rows(np.array([2, 0]))
    assert (side.table.ids, side.outcome.tolist()) == (("t2", "t0"), [ESCALATE, ROUTE])


def test_paired_tickets_are_those_of_both_sides_sorted_by_id() -> None:
    t = replace(table([A, WEAK, TWO], ["a"] * 3), ids=("z", "b", "m"))
    base = judged(t, Policy())
    candidate = judged(replace(t, ids=("b", "new", "z")), Policy())
    a, b = paired(base, candidate)
    assert a.table.ids == b.table.ids == ("b", "z")
    assert (a.outcome.tolist(), b.outcome.tolist()) == ([REVIEW, ROUTE], [ROUTE, ESCALATE])


def test_no_ticket_in_common_gives_empty_sides() -> None:
    t = table([A], ["a"])
    a, b = paired(judged(t, Policy()), judged(replace(t, ids=("other",)), Policy()))
    assert (a.table.n_scored, b.table.n_scored, len(a.outcome), len(b.outcome)) == (0, 0, 0, 0)


@SEARCH
@given(st.integers(0, 30), st.integers(0, 1000))
def test_the_order_of_both_files_is_forgotten(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = random_table(n, seed=seed, n_groups=8)
    sides = [Judged(t, rng.integers(0, 3, n)), Judged(t, rng.integers(0, 3, n))]
    one = paired(*sides)
    other = paired(*(side.rows(rng.permutation(n)) for side in sides))
    for first, second in zip(one, other, strict=True):
        assert first.table.ids == second.table.ids
        assert np.array_equal(first.outcome, second.outcome)
        assert np.array_equal(first.table.scores, second.table.scores)
        assert np.array_equal(first.table.groups, second.table.groups)


def test_in_order_of_ids_outcomes_stay_with_their_tickets() -> None:
    t = replace(table([A, WEAK, TWO], ["a"] * 3, groups=[5, 9, 5]), ids=("z", "b", "m"))
    side = judged(t, Policy()).in_order_of_ids()
    assert side.table.ids == ("b", "m", "z")
    assert side.outcome.tolist() == [REVIEW, ESCALATE, ROUTE]
    assert side.table.groups.tolist() == [0, 1, 1]
