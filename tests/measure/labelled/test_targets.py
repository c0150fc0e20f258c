"""Which tickets need a label, and what each adds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paired_tickets import COSTS, answered, gain_of, judged_pair
from tables import table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import NONE
from ticketbench.measure.labelled.targets import TARGETS, Sides, gains, sides, stakes
from ticketbench.measure.pairs.pairing import judged, same_top

A, B, WEAK_A, WEAK_B = [0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.4, 0.3, 0.3], [0.3, 0.4, 0.3]
TWO = [0.5, 0.4, 0.1]
POLICY = Policy(threshold=0.6, escalate_above=0.35)
PRICES = Costs(misroute=5.0, review=1.0, escalate=1.5)
BASE = [A, A, A, WEAK_A, WEAK_A, TWO, TWO]
CANDIDATE = [A, B, WEAK_A, WEAK_B, B, WEAK_A, A]


def both(policy: Policy = POLICY) -> Sides:
    pair = tuple(judged(table(scores, ["a"] * 7), policy) for scores in (BASE, CANDIDATE))
    return sides((pair[0], pair[1]), policies=(policy, policy))


@pytest.mark.parametrize(
    ("target", "differ"),
    [
        ("accuracy", [0, 1, 0, 1, 1, 0, 0]),
        ("wrongly_routed", [0, 1, 1, 0, 1, 0, 1]),
        ("routed_right", [0, 1, 1, 0, 1, 0, 1]),
        ("cost", [0, 1, 1, 0, 1, 0, 1]),
    ],
)
def test_a_ticket_needs_a_label_only_where_the_label_can_change_the_gain(
    target: str, differ: list[int]
) -> None:
    policy = replace(POLICY, escalate_above=0.39)
    found = stakes(both(policy), TARGETS[target], costs=PRICES)
    assert found.differs.tolist() == [bool(one) for one in differ]


def test_escalated_before_and_reviewed_now_is_a_known_gain_in_cost() -> None:
    policy = replace(POLICY, escalate_above=0.39)
    found = stakes(both(policy), TARGETS["cost"], costs=PRICES)
    assert found.known[[0, 3, 5]].tolist() == [0.0, 0.0, 0.5]
    assert found.most == 5.0


def test_a_missed_escalation_with_a_price_makes_escalated_tickets_need_a_label() -> None:
    policy, priced = replace(POLICY, escalate_above=0.39), replace(PRICES, missed=4.0)
    found = stakes(both(policy), TARGETS["cost"], costs=priced)
    assert found.differs.tolist() == [False, True, True, False, True, True, True]
    assert found.most == 5.5
    gold = np.array([0, 0, 0, 0, 0, 2, 2])
    assert gains(both(policy), TARGETS["cost"], gold, costs=priced)[5] == 1.5 + 4.0 - 1.0


def test_without_policies_nobody_can_tell_a_missed_escalation() -> None:
    pair = judged(table(BASE, ["a"] * 7), POLICY), judged(table(CANDIDATE, ["a"] * 7), POLICY)
    with pytest.raises(InputError, match="which escalations missed"):
        stakes(sides(pair), TARGETS["cost"], costs=replace(PRICES, missed=4.0))


def test_labels_are_compared_by_name_when_the_sets_have_others() -> None:
    base = judged(table([A, A], ["a"] * 2, labels=("x", "y", "z")), POLICY)
    candidate = judged(table([A, B], ["a"] * 2, labels=("w", "x", "y")), POLICY)
    of = sides((base, candidate))
    assert of.labels == ("x", "y", "z", "w")
    assert [[of.labels[i] for i in side] for side in of.tops] == [["x", "x"], ["w", "x"]]
    assert stakes(of, TARGETS["accuracy"], costs=PRICES).differs.tolist() == [True, False]


@pytest.mark.parametrize(
    ("target", "of_a", "of_b", "of_none"),
    [("accuracy", -1, 1, 0), ("wrongly_routed", -1, 1, 0), ("routed_right", -1, 1, 0),
     ("cost", -5, 5, 0)],
)  # fmt: skip
def test_the_gain_is_positive_where_the_candidate_is_better(
    target: str, of_a: float, of_b: float, of_none: float
) -> None:
    found = [
        gains(both(), TARGETS[target], np.full(7, gold), costs=PRICES)[1] for gold in (0, 1, NONE)
    ]
    assert found == [of_a, of_b, of_none]


@pytest.mark.parametrize("target", TARGETS)
def test_whatever_the_labels_are_a_known_gain_is_the_gain(target: str) -> None:
    rng = np.random.default_rng(3)
    of = sides(judged_pair(answered(rng, "independent", 400, changed=0.3)))
    found = stakes(of, TARGETS[target], costs=COSTS)
    for _ in range(20):
        gold = rng.integers(-1, len(of.labels), of.n)
        each = gains(of, TARGETS[target], gold, costs=COSTS)
        assert np.array_equal(each[~found.differs], found.known[~found.differs])
        assert np.abs(each).max() <= found.most


def test_gains_are_what_the_comparison_of_fully_labelled_tickets_says() -> None:
    tickets = answered(np.random.default_rng(4), "Pareto", 500, changed=0.2, loss=0.05)
    pair = judged_pair(tickets)
    of = sides(pair)
    for target in ("accuracy", "cost"):
        each = gains(of, TARGETS[target], tickets.gold, costs=COSTS)
        assert each.mean() == pytest.approx(gain_of(pair, target).value, abs=1e-12)
    found = stakes(of, TARGETS["accuracy"], costs=COSTS)
    assert np.array_equal(found.differs, ~same_top(pair[0].table, pair[1].table))


def test_no_tickets_need_no_label() -> None:
    empty = judged(table([], []), POLICY)
    found = stakes(sides((empty, empty)), TARGETS["accuracy"], costs=PRICES)
    assert len(found.known) == 0
    assert found.most == 1.0


def test_where_nothing_costs_anything_no_label_is_needed() -> None:
    found = stakes(both(), TARGETS["cost"], costs=Costs(misroute=0, review=0, escalate=0))
    assert not found.differs.any()
    assert found.most > 0
