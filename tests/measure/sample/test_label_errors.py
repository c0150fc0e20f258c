from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.types import ScoreTable
from ticketbench.measure.sample.label_errors import Suspect, suspects

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)
ROWS = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.2, 0.3], [0.3, 0.3, 0.4], [0.9, 0.05, 0.05]]
GOLD = ["a", "a", "c", "a", "b"]


def ids(found: tuple[Suspect, ...]) -> list[str]:
    return [suspect.ticket_id for suspect in found]


def test_tickets_whose_top_label_is_not_gold_come_by_the_score_of_gold() -> None:
    found = suspects(table(ROWS, GOLD))
    assert ids(found) == ["t4", "t1", "t2", "t3"]
    assert found[0] == Suspect("t4", "b", "a", 0.05, 0.9, 1)


def test_what_both_sets_suggest_comes_first() -> None:
    # For t2 both say a, for t1 the other set says c, for t3 it agrees with gold.
    other = table([*ROWS[:1], [0.0, 0.4, 0.6], [0.8, 0.1, 0.1], [0.6, 0.2, 0.2], ROWS[4]], GOLD)
    found = suspects(table(ROWS, GOLD), other)
    assert [(s.ticket_id, s.agreeing) for s in found] == [
        ("t4", 2),
        ("t2", 2),
        ("t1", 1),
        ("t3", 1),
    ]


def test_sets_are_paired_by_ticket_and_label_name() -> None:
    other = table(
        [[0.1, 0.2, 0.7], [0.1, 0.1, 0.8], [0.05, 0.05, 0.9]], GOLD[::2], labels=("b", "c", "a")
    ).rows(np.array([2, 0]))
    found = suspects(table(ROWS, GOLD), other)
    # The other set scored t0 (a, as gold says) and t2 (a, as this set says) only.
    assert (found[0].ticket_id, found[0].agreeing) == ("t2", 2)
    assert [s.agreeing for s in found[1:]] == [1, 1, 1]


def test_tickets_that_no_label_fits_are_not_suspected() -> None:
    assert suspects(table(ROWS, ["__none__"] * 5)) == ()


def test_a_set_that_lacks_the_gold_label_does_not_contradict_it() -> None:
    gold = ["zebra", "b", "a", "a", "a"]
    assert ids(suspects(table(ROWS, gold))) == ["t3"]
    # A set of a and b cannot say c: its a for t2 is no second opinion against c.
    two = table([row[:2] for row in ROWS], GOLD, labels=("a", "b"))
    assert {s.ticket_id: s.agreeing for s in suspects(table(ROWS, GOLD), two)}["t2"] == 1


def test_ties_are_ordered_by_id_whatever_the_order_of_the_file() -> None:
    t = table([[0.8, 0.2]] * 30, ["b"] * 30, labels=("a", "b"))
    expected = sorted(t.ids)[:7]
    assert ids(suspects(t, most=7)) == expected
    assert ids(suspects(t.rows(np.arange(30)[::-1]), most=7)) == expected


@pytest.mark.parametrize("most", [0, 1, 3])
def test_at_most_so_many_are_listed(most: int) -> None:
    assert len(suspects(table(ROWS, GOLD), most=most)) == most


@pytest.mark.parametrize("other", [None, table([], [])])
def test_an_empty_other_set_adds_nothing(other: ScoreTable | None) -> None:
    assert ids(suspects(table(ROWS, GOLD), other)) == ["t4", "t1", "t2", "t3"]
    assert suspects(table([], []), other) == ()


@given(seed=st.integers(0, 500), most=st.integers(0, 40))
@SEARCH
def test_the_first_are_the_first_of_the_full_ranking(seed: int, most: int) -> None:
    t = random_table(40, seed=seed)
    other = random_table(40, seed=seed + 1)
    ranked = suspects(t, other, most=40)
    assert suspects(t, other, most=most) == ranked[:most]
    order = np.random.default_rng(seed).permutation(40)
    assert suspects(t.rows(order), other, most=most) == ranked[:most]
    keys = [(-s.agreeing, s.own_score, s.ticket_id) for s in ranked]
    assert keys == sorted(keys)
    assert len(ranked) == int((~t.right).sum())


def test_planted_label_errors_rank_above_honest_ones() -> None:
    t = random_table(600, seed=3, sharpness=4.0)
    rng = np.random.default_rng(0)
    planted = rng.choice(600, 20, replace=False)
    gold = [t.gold_labels[i] for i in t.truth]
    for i in planted:
        gold[i] = t.labels[(int(t.top[i]) + 1) % 4]
    noisy = table(t.scores.tolist(), gold, labels=t.labels)
    found = {int(s.ticket_id[1:]) for s in suspects(noisy, noisy, most=20)}
    assert len(found & set(planted.tolist())) > 10
