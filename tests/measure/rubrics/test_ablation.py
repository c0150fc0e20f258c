"""A rubric set without one of its labels."""

from __future__ import annotations

import numpy as np
import pytest

from small_project import TICKETS
from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.edge.engines.lexical import classify
from ticketbench.measure.rubrics.ablation import Destination, left_out, without_label

SCORES = [
    [0.5, 0.3, 0.2],  # gold a: goes to b
    [0.5, 0.2, 0.3],  # gold a: goes to c
    [0.5, 0.4, 0.1],  # gold b: a swallows it now
    [0.1, 0.8, 0.1],  # gold b
    [0.2, 0.3, 0.5],  # gold c
]
GOLD = [*"aabbc"]
OPEN = Policy(threshold=0.6, escalate_above=1.0)


def test_what_the_others_get_right_and_where_its_own_tickets_go() -> None:
    (found,) = left_out(table(SCORES, GOLD), OPEN, ["a"])
    assert (found.n_own, found.n_right, found.n_nothing) == (2, 2, 0)
    assert found.goes_to == (Destination("b", 1), Destination("c", 1))
    assert found.accuracy.now.value == pytest.approx(2 / 3)
    assert found.accuracy.without.value == 1.0
    assert found.accuracy.change.value == pytest.approx(1 / 3)
    assert found.accuracy.change.n == found.accuracy.now.n == 3
    assert found.routed.now.value == 1 / 5
    assert found.routed.without.value == 1.0
    assert found.routed.change.value == pytest.approx(4 / 5)


def test_the_rest_keeps_its_ratios_and_sums_to_one() -> None:
    of = random_table(50, k=5)
    found, rows = without_label(of, "l2")
    assert rows.tolist() == list(range(50))
    assert found.scores.sum(axis=1) == pytest.approx(np.ones(50))
    assert found.scores[:, 2] / found.scores[:, 0] == pytest.approx(
        of.scores[:, 3] / of.scores[:, 0]
    )
    assert found.labels == ("l0", "l1", "l3", "l4")
    assert found.gold_labels == (*found.labels, "l2")


def test_tickets_without_any_other_score_are_counted_and_left_out_on_both_sides() -> None:
    of = table([*SCORES, [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]], [*GOLD, "a", "b"])
    (found,) = left_out(of, OPEN, ["a"])
    assert (found.n_own, found.n_right, found.n_nothing) == (3, 3, 2)
    assert found.accuracy.now.n == 3
    assert found.routed.now.n == found.routed.without.n == 5
    assert sum(one.n for one in found.goes_to) == 2


def test_three_destinations_are_named_most_tickets_first_ties_in_label_order() -> None:
    rows = [[0.6, *own] for own in np.eye(4)[[3, 3, 1, 0, 2]] * 0.4]
    (found,) = left_out(table(rows, ["a"] * 5, labels=[*"abcde"]), OPEN, ["a"])
    assert [(one.label, one.n) for one in found.goes_to] == [("e", 2), ("b", 1), ("c", 1)]


def test_gold_none_is_in_the_routed_share_and_in_no_accuracy() -> None:
    (found,) = left_out(table([*SCORES, [0.1, 0.9, 0.0]], [*GOLD, "__none__"]), OPEN, ["a"])
    assert (found.accuracy.now.n, found.routed.now.n) == (3, 6)


def test_thresholds_of_other_labels_stay_theirs() -> None:
    own = Policy(threshold=0.6, escalate_above=1.0, label_thresholds=(("a", 0.1), ("b", 1.0)))
    (found,) = left_out(table(SCORES, GOLD), own, ["a"])
    assert found.routed.now.value == 3 / 5
    assert found.routed.without.value == 2 / 5


def test_no_tickets_have_no_numbers() -> None:
    (found,) = left_out(table([], []), OPEN, ["a"])
    assert (found.n_own, found.goes_to) == (0, ())
    assert not found.accuracy.now.defined
    assert not found.routed.change.defined


def test_of_two_labels_none_can_be_left_out() -> None:
    with pytest.raises(InputError, match="of 2 labels none can be left out"):
        left_out(table([[0.5, 0.5]], ["a"], labels=("a", "b")), OPEN, ["a"])


def test_the_lexical_engine_asked_anew_gives_what_the_rest_divided_by_its_sum_is() -> None:
    texts = [line.split(",")[1] for line in TICKETS.splitlines()[1:-1]]
    rubrics = [
        ("billing", "Is it about an invoice, a payment or a refund?"),
        ("technical", "Does it report an error, a crash or an empty page?"),
        ("account", "Is it about a password, a profile or sign in?"),
    ]
    scores = [list(classify(text, rubrics).values()) for text in texts]
    asked = table(scores, ["billing"] * len(texts), labels=[name for name, _ in rubrics])
    for at, left in enumerate(asked.labels):
        rest = [pair for pair in rubrics if pair[0] != left]
        anew = np.array([list(classify(text, rest).values()) for text in texts])
        # Six decimals are printed, and those of a small rest are divided by it.
        rounding = 1e-6 / np.delete(asked.scores, at, axis=1).sum(axis=1, keepdims=True)
        assert (np.abs(without_label(asked, left)[0].scores - anew) <= rounding).all()
