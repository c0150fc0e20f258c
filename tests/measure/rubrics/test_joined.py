"""If two labels were one: what their scores, added, get right of the same tickets."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.types import ScoreTable
from ticketbench.measure.rubrics.joined import (
    MOST_PAIRS,
    if_any_joined,
    if_joined,
    joined_table,
    joined_tops,
)

FOUR = [
    [0.5, 0.4, 0.1],  # gold b: a has it, so it is forgiven
    [0.3, 0.3, 0.4],  # gold a: c has it, so it is won
    [0.3, 0.3, 0.4],  # gold c: right now, and lost to a and b
    [0.1, 0.1, 0.8],  # gold c: right whatever is joined
]


def coarse(n: int, *, k: int, seed: int, n_groups: int | None = None) -> ScoreTable:
    """Scores in tenths, so that many tie and some are zero."""
    found = random_table(n, k=k, seed=seed, sharpness=0.6, n_groups=n_groups)
    found = replace(found, scores=np.round(found.scores * 10) / 10)
    return found.rows(found.scores.sum(axis=1) > 0)


def test_what_is_forgiven_won_and_lost_makes_the_change() -> None:
    found = if_joined(table(FOUR, ["b", "a", "c", "c"]), "a", "b")
    assert (found.forgiven, found.won, found.lost) == (1, 1, 1)
    assert found.accuracy.value == 0.75
    assert found.change.value == 0.25
    assert found.change.low < 0.25 < found.change.high
    assert found.accuracy.n == found.change.n == 4


def test_joining_can_cost_what_a_third_label_has_right() -> None:
    found = if_joined(table(FOUR[2:], ["c", "c"]), "a", "b")
    assert (found.forgiven, found.won, found.lost) == (0, 0, 1)
    assert found.change.value == -0.5


def test_a_sum_as_printed_ties_and_the_tie_goes_by_the_order_of_the_joined_set() -> None:
    # 0.1 + 0.2 is 0.30000000000000004: as floats the sum would win against 0.3 wherever it stands.
    scores, labels = [[0.3, 0.1, 0.2, 0.4 - 1e-3]], ("a", "b", "c", "d")
    later = table([[0.3, 0.1, 0.2, 0.2]], ["a"], labels=labels)
    assert if_joined(later, "b", "c").accuracy.value == 1.0
    earlier = table([[0.1, 0.3, 0.2, 0.2]], ["b"], labels=labels)
    assert if_joined(earlier, "a", "c").accuracy.value == 0.0
    assert if_joined(table(scores, ["d"], labels=labels), "a", "b").accuracy.value == 0.0


@given(st.integers(0, 10_000), st.integers(3, 7), st.sampled_from([None, 9]))
@settings(max_examples=15, deadline=None)
def test_every_pair_is_what_the_joined_table_gets_right(
    seed: int, k: int, n_groups: int | None
) -> None:
    of = coarse(30, k=k, seed=seed, n_groups=n_groups)
    found = if_any_joined(of)
    tops = {pair: (score, right) for pair, score, right in joined_tops(of)}
    assert found.n_pairs == len(found.pairs) == len(tops)
    for one in found.pairs:
        joined = joined_table(of, one.first, one.second, name="x")
        assert one.accuracy.value == joined.right.mean()
        gain = (one.forgiven + one.won - one.lost) / of.n_scored
        assert one.change.value == pytest.approx(gain, abs=1e-12)
        assert if_joined(of, one.second, one.first) == one
        score, right = tops[one.first, one.second]
        assert np.array_equal(score, joined.top_score)
        assert np.array_equal(right, joined.right)


def test_pairs_that_would_be_right_most_often_come_first_and_ties_in_label_order() -> None:
    found = if_any_joined(table(FOUR, ["b", "a", "c", "c"]))
    gains = [one.change.value for one in found.pairs]
    assert gains == sorted(gains, reverse=True)
    nothing = if_any_joined(table([[0.8, 0.1, 0.1]], ["a"]))
    assert [(one.first, one.second) for one in nothing.pairs] == list(combinations("abc", 2))


def test_of_many_labels_the_first_200_pairs_are_kept_and_all_are_counted() -> None:
    found = if_any_joined(random_table(40, k=30))
    assert (len(found.pairs), found.n_pairs) == (MOST_PAIRS, 435)


def test_tickets_without_a_label_or_with_one_the_set_lacks_help_no_pair() -> None:
    with_others = table([*FOUR, [0.5, 0.4, 0.1], [0.5, 0.4, 0.1]], [*"bacc", "__none__", "other"])
    found = if_joined(with_others, "a", "b")
    assert (found.forgiven, found.won, found.lost) == (1, 1, 1)
    assert found.accuracy.value == 3 / 5
    assert if_any_joined(with_others).of("b", "a") == found


def test_groups_widen_the_interval_of_the_change() -> None:
    gold = ["b", "c", "c", "c"] * 20
    alone = if_joined(table(FOUR * 20, gold), "a", "b")
    tied = if_joined(table(FOUR * 20, gold, groups=sorted([*range(20)] * 4)), "a", "b")
    assert alone.change.value == tied.change.value
    doubled = if_joined(table(FOUR * 40, gold * 2, groups=[*range(80)] * 2), "a", "b")
    assert doubled.change.high - doubled.change.low > 0.9 * (alone.change.high - alone.change.low)


def test_a_joined_table_keeps_what_fits_and_the_gold_labels_it_lacks() -> None:
    wanted = [["a"], ["c"], ["b", "c"], ["other"]]
    of = table(FOUR, ["a", "__none__", "c", "other"], wanted=wanted)
    joined = joined_table(of, "c", "a", name="ac")
    assert joined.labels == ("ac", "b")
    assert joined.gold_labels == ("ac", "b", "other")
    assert joined.truth.tolist() == [0, -1, 0, 2]
    assert joined.wanted is not None
    assert joined.wanted.tolist() == [
        [True, False, False],
        [True, False, False],
        [True, True, False],
        [False, False, True],
    ]


def test_no_tickets_have_no_numbers() -> None:
    found = if_any_joined(table([], []))
    assert (found.accuracy.n, found.pairs[0].forgiven) == (0, 0)
    assert not found.accuracy.defined
    assert not found.pairs[0].change.defined


def test_two_labels_cannot_be_joined() -> None:
    with pytest.raises(InputError, match="of 2 labels none can be joined"):
        if_any_joined(table([[0.5, 0.5]], ["a"], labels=("a", "b")))
