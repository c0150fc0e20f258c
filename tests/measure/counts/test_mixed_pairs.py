from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import ScoreTable
from ticketbench.measure.counts.mixed_pairs import FEWEST_GOLD, MOST_PAIRS, MixedPair, mixed_pairs

LABELS = ("a", "b", "c")


def answers(*of: tuple[str, str, int], labels: tuple[str, ...] = LABELS) -> ScoreTable:
    """So many tickets of a gold label with a top label."""
    scores, gold = [], []
    for label, top, n in of:
        scores += [[0.8 if one == top else 0.1 for one in labels]] * n
        gold += [label] * n
    return table(scores, gold, labels=labels)


NOTHING = answers()


def test_a_pair_counts_both_directions_and_what_there_was_before() -> None:
    now = answers(("a", "a", 9), ("a", "b", 4), ("b", "a", 2), ("c", "b", 1))
    before = answers(("a", "b", 1), ("b", "a", 6), ("c", "c", 5))
    assert mixed_pairs(now, before) == (
        MixedPair("a", "b", 4, 2, 7, 15), MixedPair("b", "c", 0, 1, 0, 3),
    )  # fmt: skip
    assert [pair.n for pair in mixed_pairs(now, before)] == [6, 1]


def test_the_largest_share_comes_first_and_ties_stand_in_the_order_of_the_labels() -> None:
    wrong = ("c", "b", 2), ("a", "c", 2), ("a", "b", 2)
    rest = ("a", "a", 6), ("b", "b", 10), ("c", "c", 8)
    names = [(pair.first, pair.second) for pair in mixed_pairs(answers(*wrong, *rest), NOTHING)]
    assert names == [("a", "b"), ("a", "c"), ("b", "c")]
    more = answers(*wrong, *rest, ("b", "b", 9))
    assert [p.second for p in mixed_pairs(more, NOTHING)] == ["c", "b", "c"]


def test_of_equal_shares_the_one_of_more_tickets_comes_first() -> None:
    now = answers(("a", "a", 4), ("a", "b", 1), ("b", "b", 5), ("c", "a", 2), ("c", "c", 13))
    assert [(p.second, p.n, p.gold) for p in mixed_pairs(now, NOTHING)] == [
        ("c", 2, 20), ("b", 1, 10),
    ]  # fmt: skip


def test_a_pair_with_a_label_of_under_five_tickets_comes_last() -> None:
    now = answers(("a", "b", 4), ("b", "b", 5), ("c", "b", 1), ("c", "c", 9))
    assert [(p.first, p.second) for p in mixed_pairs(now, NOTHING)] == [("b", "c"), ("a", "b")]


def test_thresholds_play_no_part_and_a_ticket_of_no_label_none() -> None:
    doubtful = table([[0.34, 0.33, 0.33]] * 3, ["b"] * 3)
    assert mixed_pairs(doubtful, NOTHING) == (MixedPair("a", "b", 0, 3, 0, 3),)
    assert mixed_pairs(answers((NONE_LABEL, "a", 5)), NOTHING) == ()


def test_a_label_that_the_set_lacks_is_in_no_pair_and_one_that_the_old_set_lacks_had_none() -> None:
    now = answers(("a", "b", 3), ("z", "a", 9))
    assert [(p.first, p.second) for p in mixed_pairs(now, NOTHING)] == [("a", "b")]
    before = answers(("a", "c", 2), labels=("a", "c"))
    assert mixed_pairs(answers(("a", "b", 3)), before) == (MixedPair("a", "b", 3, 0, 0, 3),)


def test_where_nothing_is_mixed_up_there_is_no_pair() -> None:
    assert mixed_pairs(answers(("a", "a", 5)), NOTHING) == ()
    assert mixed_pairs(NOTHING, NOTHING) == ()


def test_at_most_twenty_pairs_are_told_and_none_above_them_is_left_out() -> None:
    labels = tuple(f"l{i}" for i in range(8))
    of = [
        (a, b, 1 + (i + j) % 5) for i, a in enumerate(labels) for j, b in enumerate(labels) if a < b
    ]
    found = mixed_pairs(answers(*of, labels=labels), answers(labels=labels))
    assert len(found) == MOST_PAIRS == 20
    gold = {label: sum(n for a, _, n in of if a == label) for label in labels}
    few = {label for label, n in gold.items() if n < FEWEST_GOLD}
    shares = [(bool(few & {a, b}), -n / (gold[a] + gold[b])) for a, b, n in of]
    told = [(bool(few & {p.first, p.second}), -p.n / p.gold) for p in found]
    assert told == sorted(shares)[:20]


@options(max_examples=25, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 120), st.integers(2, 5), st.integers(0, 10_000))
def test_the_pairs_of_few_labels_hold_every_wrong_answer_once(n: int, k: int, seed: int) -> None:
    now, before = (random_table(n, k=k, seed=seed + i, sharpness=1) for i in (0, 1))
    found = mixed_pairs(now, before)
    assert sum(pair.n for pair in found) == (~now.right).sum()
    tickets = {one: int((now.truth == i).sum()) for i, one in enumerate(now.labels)}
    told = [p for p in found if min(tickets[p.first], tickets[p.second]) >= FEWEST_GOLD]
    assert found[: len(told)] == tuple(told)
    assert all(p.n / p.gold >= q.n / q.gold for p, q in pairwise(told))
    known = {(pair.first, pair.second): pair for pair in mixed_pairs(before, before)}
    for pair in found:
        was = known.get((pair.first, pair.second))
        assert pair.before == (was.n if was else 0)
