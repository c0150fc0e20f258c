from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.measure.pairs.label_outcomes import FEW, LabelMove, label_moves, worst
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.statistics.holm import LEVEL, holm

LABELS = ("a", "b", "c")
OFF = Policy(0.6, 1.0)
Kind = tuple[str, str, float, int]
"""Gold label, top label, its score, and how many such tickets."""


def tickets(*of: Kind, labels: tuple[str, ...] = LABELS, name: str = "v1") -> ScoreTable:
    scores, gold = [], []
    for label, top, score, n in of:
        rest = (1 - score) / (len(labels) - 1)
        scores += [[score if one == top else rest for one in labels]] * n
        gold += [label] * n
    return table(scores, gold, labels=labels, rubric_set=name)


def by_label(moves: tuple[LabelMove, ...]) -> dict[str, LabelMove]:
    return {move.label: move for move in moves}


def parts(move: LabelMove) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple((side.right, side.away, side.person, side.sent_in)
                 for side in (move.today, move.then))  # fmt: skip


def test_every_ticket_of_a_label_is_right_alone_away_or_with_a_person() -> None:
    before = tickets(("a", "a", 0.9, 5), ("a", "b", 0.9, 3), ("a", "a", 0.5, 2), ("b", "b", 0.9, 4))
    after = tickets(("a", "a", 0.9, 8), ("a", "b", 0.5, 2), ("b", "a", 0.9, 4))
    moves = by_label(label_moves((before, OFF), (after, OFF)))
    assert list(moves) == ["a", "b"]
    assert parts(moves["a"]) == ((5, 3, 2, 0), (8, 0, 2, 4))
    assert parts(moves["b"]) == ((4, 0, 0, 3), (0, 4, 0, 0))
    assert (moves["a"].n, moves["b"].n) == (10, 4)
    assert moves["a"].today.right_alone.value == 0.5
    assert moves["a"].change.value == pytest.approx(0.3)


def test_an_escalated_ticket_goes_to_a_person_and_a_threshold_counts_itself() -> None:
    of = tickets(("a", "a", 0.6, 3), ("a", "a", 0.599, 2))
    (routed,) = label_moves((of, OFF), (of, OFF))
    assert parts(routed)[0] == (3, 0, 2, 0)
    two = table([[0.7, 0.65, 0.0]] * 4, ["a"] * 4)
    (escalated,) = label_moves((two, OFF), (two, Policy(0.6, 0.3)))
    assert parts(escalated) == ((4, 0, 0, 0), (0, 0, 4, 0))


def test_both_sides_have_their_own_policy_even_on_one_table() -> None:
    of = tickets(("a", "a", 0.7, 30), ("b", "a", 0.7, 5), ("b", "b", 0.9, 5))
    moves = by_label(label_moves((of, OFF), (of, Policy(0.8, 1.0))))
    assert parts(moves["a"]) == ((30, 0, 0, 5), (0, 0, 30, 0))
    assert moves["a"].loses
    assert parts(moves["b"]) == ((5, 5, 0, 0), (5, 0, 5, 0))
    assert not moves["b"].loses
    own = Policy(0.6, 1.0, label_thresholds=(("a", 0.95),))
    assert parts(by_label(label_moves((of, OFF), (of, own)))["a"])[1] == (0, 0, 30, 0)


def test_a_ticket_of_no_label_is_of_none_and_is_sent_in_where_it_goes() -> None:
    of = tickets((NONE_LABEL, "a", 0.9, 4), (NONE_LABEL, "a", 0.5, 2), ("a", "a", 0.9, 1))
    (move,) = label_moves((of, OFF), (of, OFF))
    assert (move.label, move.n, move.then.sent_in) == ("a", 1, 4)


def test_only_tickets_that_both_answered_count() -> None:
    before = tickets(("a", "a", 0.9, 10))
    after = before.rows(np.arange(6))
    after = replace(after, failures=tuple(Failure(f"t{i}", "timeout") for i in range(6, 10)))
    (move,) = label_moves((before, OFF), (after, OFF))
    assert (move.n, move.today.right, move.then.right) == (6, 6, 6)


def test_labels_of_other_sets_are_told_and_those_of_the_old_set_come_last() -> None:
    gold = [("old", 3), ("a", 4), ("new", 2)]
    before = tickets(*[(label, "old", 0.9, n) for label, n in gold], labels=("a", "old"))
    after = tickets(*[(label, "new", 0.9, n) for label, n in gold], labels=("new", "a"))
    moves = label_moves((before, OFF), (after, OFF))
    assert [move.label for move in moves] == ["new", "a", "old"]
    of = by_label(moves)
    assert parts(of["old"]) == ((3, 0, 0, 6), (0, 3, 0, 0))
    assert parts(of["new"]) == ((0, 2, 0, 0), (2, 0, 0, 7))


def test_without_a_ticket_that_both_answered_there_is_no_label() -> None:
    of = tickets(("a", "a", 0.9, 3))
    assert label_moves((of, OFF), (of.rows(np.arange(0)), OFF)) == ()
    assert label_moves((of.rows(np.arange(0)), OFF), (of.rows(np.arange(0)), OFF)) == ()
    other = replace(of, ids=("x", "y", "z"))
    assert label_moves((of, OFF), (other, OFF)) == ()


# Which label loses


def test_a_loss_is_tested_on_one_side_and_adjusted_for_every_label() -> None:
    before = tickets(*[(label, label, 0.9, 40) for label in LABELS])
    after = tickets(("a", "a", 0.9, 35), ("a", "a", 0.5, 5), ("b", "b", 0.9, 33),
                    ("b", "a", 0.9, 7), ("c", "c", 0.9, 40))  # fmt: skip
    moves = label_moves((before, OFF), (after, OFF))
    ones = [
        of_means(np.ones(40), (np.arange(40) < kept).astype(float), np.arange(40)).p(side="below")
        for kept in (35, 33, 40)
    ]
    assert [move.p_loss for move in moves] == pytest.approx(list(holm(ones)))
    assert ones[0] < LEVEL
    assert moves[0].p_loss == pytest.approx(min(1.0, max(2 * ones[0], 3 * ones[1])))
    assert not moves[2].loses


def test_a_label_that_gains_surely_does_not_lose() -> None:
    gone = tickets(("a", "a", 0.5, 40), ("b", "b", 0.9, 40))
    back = tickets(("a", "a", 0.9, 40), ("b", "b", 0.9, 40))
    moves = by_label(label_moves((gone, OFF), (back, OFF)))
    assert moves["a"].p_loss > 0.9
    assert not moves["a"].loses
    assert worst(label_moves((gone, OFF), (back, OFF))) is None
    assert worst(label_moves((back, OFF), (gone, OFF))) == label_moves((back, OFF), (gone, OFF))[0]


def test_groups_that_move_together_show_less() -> None:
    before = tickets(("a", "a", 0.9, 40), ("b", "b", 0.9, 40))
    after = tickets(("a", "a", 0.9, 30), ("a", "a", 0.5, 10), ("b", "b", 0.9, 40))
    alone = by_label(label_moves((before, OFF), (after, OFF)))["a"]
    groups = np.array([i // 10 for i in range(80)])
    tied = by_label(label_moves((replace(before, groups=groups), OFF),
                                (replace(after, groups=groups), OFF)))["a"]  # fmt: skip
    assert alone.loses
    assert not tied.loses
    assert tied.p_loss > alone.p_loss
    assert tied.change.value == alone.change.value


def lost(label: str, n: int, value: float, p: float = 0.001) -> LabelMove:
    (move,) = label_moves((tickets(("a", "a", 0.9, n)), OFF), (tickets(("a", "a", 0.9, n)), OFF))
    return replace(move, label=label, n=n, change=replace(move.change, value=value), p_loss=p)


def test_the_worst_loses_most_and_one_with_few_tickets_only_where_there_is_no_other() -> None:
    rare, usual, mild = (
        lost("rare", FEW - 1, -0.9),
        lost("usual", FEW, -0.2),
        lost("mild", 99, -0.1),
    )
    assert worst([rare, mild, usual]) == usual
    assert worst([rare]) == rare
    first = lost("a", 50, -0.3)
    assert worst([first, lost("b", 50, -0.3)]) == first
    unsure, gain = lost("unsure", 50, -0.5, p=LEVEL), lost("gain", 50, 0.5)
    assert worst([unsure, gain]) is None
    assert worst([]) is None
    assert worst([lost("unknown", 50, math.nan, p=math.nan)]) is None


# What always holds


POLICIES = st.sampled_from(
    [OFF, Policy(0.8, 1.0), Policy(0.6, 0.3), Policy(0.4, 0.2), Policy(1.01, 1.0),
     Policy(0.6, 1.0, temperature=2.0), Policy(0.9, 0.3, label_thresholds=(("l0", 0.5),))]
)  # fmt: skip


@options(max_examples=25, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 90), st.integers(0, 10_000), POLICIES, POLICIES,
       st.none() | st.integers(2, 20))  # fmt: skip
def test_parts_sum_to_the_tickets_and_what_leaves_one_label_reaches_another(
    n: int, seed: int, today: Policy, then: Policy, n_groups: int | None
) -> None:
    tables = [random_table(n, k=3, seed=seed, sharpness=s, n_groups=n_groups) for s in (1, 2)]
    tables[1] = replace(tables[1], truth=tables[0].truth, groups=tables[0].groups)
    moves = label_moves((tables[0], today), (tables[1], then))
    assert sum(move.n for move in moves) == n
    for side, of, policy in (("today", tables[0], today), ("then", tables[1], then)):
        outcomes = [getattr(move, side) for move in moves]
        assert all(o.right + o.away + o.person == move.n
                   for o, move in zip(outcomes, moves, strict=True))  # fmt: skip
        routed = policy.decide(of.scores, of.labels).outcome == 0
        assert sum(o.right for o in outcomes) == (routed & of.right).sum()
        assert sum(o.away for o in outcomes) == (routed & ~of.right).sum()
        # A label without tickets of its own is not told, whatever is sent there.
        assert sum(o.sent_in for o in outcomes) <= sum(o.away for o in outcomes)
        if len(moves) == 3:
            assert sum(o.sent_in for o in outcomes) == sum(o.away for o in outcomes)
    for move in moves:
        shares = [side.right_alone.value for side in (move.today, move.then)]
        assert move.change.value == pytest.approx(shares[1] - shares[0])
        assert not (move.loses and move.change.value >= 0)


@options(max_examples=10, deadline=None, derandomize=True, database=None)
@given(st.integers(2, 60), st.integers(0, 10_000), POLICIES)
def test_the_same_table_and_policy_move_nothing(n: int, seed: int, policy: Policy) -> None:
    of = random_table(n, k=3, seed=seed)
    moves = label_moves((of, policy), (of, policy))
    assert all(move.today == move.then and move.change.value == 0 for move in moves)
    assert worst(moves) is None
