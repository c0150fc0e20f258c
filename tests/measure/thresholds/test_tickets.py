from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import ROUTE, Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.routing.outcomes import missed_by, summarise
from ticketbench.measure.thresholds.tickets import OFF, Tickets

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)

ROWS = [[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.45, 0.1, 0.45], [0.8, 0.15, 0.05], [0.6, 0.3, 0.1]]
FIVE = table(ROWS, ["a", "c", "c", "__none__", "zebra"], groups=[4, 4, 1, 9, 2])
PRICED = Costs(misroute=5, review=1, escalate=1.5, missed=2)


@st.composite
def mixed(draw: st.DrawFn) -> ScoreTable:
    """Printed scores with ties, tickets that no label fits, labels the set lacks, and groups."""
    n, k = draw(st.integers(0, 25)), draw(st.integers(1, 4))
    parts = st.lists(st.integers(0, 20), min_size=k, max_size=k)
    rows = np.array(draw(st.lists(parts, min_size=n, max_size=n)), np.float64).reshape(n, k) + 0.5
    rows /= rows.sum(axis=1, keepdims=True)
    labels = ("a", "b", "c", "d")[:k]
    names = st.sampled_from([*labels, "__none__", "zebra"])
    gold = draw(st.lists(names, min_size=n, max_size=n))
    groups = draw(st.none() | st.lists(st.integers(0, 6), min_size=n, max_size=n))
    return table(rows.tolist(), gold, labels=labels, groups=groups)


POLICIES = st.builds(
    Policy,
    threshold=st.floats(0, 1),
    escalate_above=st.sampled_from([0.0, 0.2, 0.3, 0.45, 1.0]),
    temperature=st.sampled_from([0.5, 1.0, 2.3]),
    label_thresholds=st.sampled_from([(), (("a", 0.4),), (("b", 0.9), ("elsewhere", 0.1))]),
)


def test_a_rule_sees_the_two_highest_scores_and_that_of_the_gold_label() -> None:
    found = Tickets.of(FIVE, Policy())
    assert found.top.tolist() == [0, 1, 0, 0, 0]
    assert found.score.tolist() == [0.7, 0.5, 0.45, 0.8, 0.6]
    assert found.second.tolist() == [0.2, 0.4, 0.45, 0.15, 0.3]
    # No label fits the fourth ticket, and the set lacks the label of the fifth.
    assert found.gold.tolist() == [0.7, 0.4, 0.45, 0.0, 0.0]
    assert found.right.tolist() == [True, False, False, False, False]
    assert found.groups.tolist() == [4, 4, 1, 9, 2]
    assert (found.n, found.labels) == (5, ("a", "b", "c"))


def test_scores_are_those_at_the_temperature_of_the_policy() -> None:
    found = Tickets.of(table([[0.8, 0.2]], ["b"], labels=("a", "b")), Policy(temperature=2.0))
    assert [found.score[0], found.second[0], found.gold[0]] == pytest.approx([2 / 3, 1 / 3, 1 / 3])


def test_with_one_label_there_is_no_second_score() -> None:
    found = Tickets.of(table([[1.0], [1.0]], ["a", "a"], labels=("a",)), Policy())
    assert found.second.tolist() == [0.0, 0.0]


def test_no_tickets_have_no_scores() -> None:
    found = Tickets.of(table([], []), Policy(temperature=2.0))
    assert (found.n, len(found.score), len(found.second), len(found.gold)) == (0, 0, 0, 0)


def test_rows_are_picked_by_mask_and_by_number() -> None:
    found = Tickets.of(FIVE, Policy())
    masked, numbered = found.rows(found.score > 0.55), found.rows(np.array([0, 3, 4]))
    for rows in (masked, numbered):
        assert rows.score.tolist() == [0.7, 0.8, 0.6]
        assert rows.second.tolist() == [0.2, 0.15, 0.3]
        assert rows.gold.tolist() == [0.7, 0.0, 0.0]
        assert (rows.groups.tolist(), rows.right.tolist()) == ([4, 9, 2], [True, False, False])


def test_what_each_outcome_saves_by_hand() -> None:
    found = Tickets.of(FIVE, Policy())
    # A right route; escalated, gold asked; the same; a wrong route; reviewed.
    policy = Policy(threshold=0.65, escalate_above=0.35)
    assert found.saving(policy, PRICED).tolist() == [1.0, -0.5, -0.5, -4.0, 0.0]
    # With the limit at 0.4 the second ticket is reviewed; at 0.1 three are escalated, and the
    # gold label of two of these is not among the labels asked.
    assert found.saving(Policy(0.65, 0.4), PRICED)[1] == 0.0
    assert found.saving(Policy(0.65, 0.1), PRICED).tolist() == [-0.5, -0.5, -0.5, -2.5, -2.5]
    assert found.missed(Policy(0.65, 0.1)).tolist() == [False, False, False, True, True]
    # A gold label at the limit itself is not asked.
    assert found.missed(Policy(0.65, 0.4)).tolist() == [False, True, False, True, True]


def test_a_missed_escalation_costs_nothing_more_where_it_has_no_price() -> None:
    found = Tickets.of(FIVE, Policy())
    assert found.saving(Policy(0.65, 0.1), Costs()).tolist() == [-0.5] * 5


def test_no_score_lies_above_the_limit_that_is_off() -> None:
    certain = table([[1.0, 0.0], [0.5, 0.5]], ["a", "b"], labels=("a", "b"))
    assert not (Tickets.of(certain, Policy()).second > OFF).any()


@SEARCH
@given(mixed(), POLICIES)
def test_decisions_are_those_of_the_policy_on_the_table(t: ScoreTable, policy: Policy) -> None:
    found, expected = Tickets.of(t, policy).decided(policy), policy.decide(t.scores, t.labels)
    assert found.top.tolist() == expected.top.tolist()
    assert found.outcome.tolist() == expected.outcome.tolist()
    assert found.collision.tolist() == expected.collision.tolist()


@SEARCH
@given(mixed(), POLICIES)
def test_missed_tickets_are_those_of_the_outcomes(t: ScoreTable, policy: Policy) -> None:
    assert Tickets.of(t, policy).missed(policy).tolist() == missed_by(t, policy).tolist()


@SEARCH
@given(mixed(), POLICIES, st.sampled_from([Costs(), PRICED, Costs(20, 0.5, 0.25, 3)]))
def test_the_price_of_a_review_less_the_cost_is_the_saving(
    t: ScoreTable, policy: Policy, costs: Costs
) -> None:
    saved = Tickets.of(t, policy).saving(policy, costs)
    decided = policy.decide(t.scores, t.labels)
    cost = summarise(t, decided, costs, missed=missed_by(t, policy)).cost.value
    mean = saved.mean() if t.n_scored else np.nan
    assert costs.review - cost == pytest.approx(mean, nan_ok=True, abs=1e-12)


def test_every_field_follows_the_rows() -> None:
    t = random_table(40, seed=2, n_groups=9)
    keep = np.random.default_rng(1).permutation(40)[:17]
    whole, part = Tickets.of(t, Policy()).rows(keep), Tickets.of(t.rows(keep), Policy())
    for name in ("top", "score", "second", "gold", "right", "groups"):
        assert getattr(whole, name).tolist() == getattr(part, name).tolist(), name


def test_a_second_score_a_hair_above_the_limit_is_at_it_for_every_rule() -> None:
    t = table([[0.5, 0.3 + 1e-12, 0.2 - 1e-12]] * 2, ["a", "b"])
    policy = Policy(threshold=0.4, escalate_above=0.3)
    found, expected = Tickets.of(t, policy).decided(policy), policy.decide(t.scores, t.labels)
    assert found.outcome.tolist() == expected.outcome.tolist() == [ROUTE, ROUTE]
    assert Tickets.of(t, policy).missed(policy).tolist() == [False, True]
