"""The coverage at a target: its value on both sides, and the interval of its draws."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.policy import REVIEW, ROUTE, Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.pairs import coverage_at_target as module
from ticketbench.measure.pairs.change import NO_TICKETS, SAME
from ticketbench.measure.pairs.changes import MetricChange
from ticketbench.measure.pairs.coverage_at_target import coverage_at_target
from ticketbench.measure.pairs.pairing import Judged, judged
from ticketbench.measure.routing.outcomes import summarise
from ticketbench.measure.statistics.intervals import ONE_UNIT
from ticketbench.measure.thresholds.descriptive import descriptive_policy
from ticketbench.measure.thresholds.tickets import Tickets

POLICY = Policy()
Tables = tuple[ScoreTable, ScoreTable]


def tables_of(n: int, *, seed: int = 0, n_groups: int | None = None) -> Tables:
    base = random_table(n, seed=seed, n_groups=n_groups)
    noise = np.random.default_rng(seed + 1).normal(scale=0.6, size=base.scores.shape)
    powered = np.exp(1.3 * np.log(base.scores) + noise)
    return base, replace(base, scores=powered / powered.sum(axis=1, keepdims=True))


def found(
    pair: Tables, *, min_precision: float = 0.8, policy: Policy = POLICY, **more: Any
) -> MetricChange:
    sides = judged(pair[0], policy), judged(pair[1], policy)
    return coverage_at_target(sides, min_precision, policy, **{"seed": 0, **more})


def by_hand(t: ScoreTable, policy: Policy, target: float) -> float:
    chosen = descriptive_policy(Tickets.of(t, policy), policy, target)
    return summarise(t, chosen.decide(t.scores, t.labels), Costs()).coverage.value


@pytest.mark.parametrize("escalate_above", [0.2, 0.3, 1.0])
@pytest.mark.parametrize("target", [0.5, 0.8, 0.95, 1.0])
def test_coverage_is_that_of_the_descriptive_threshold(
    target: float, escalate_above: float
) -> None:
    policy = Policy(escalate_above=escalate_above)
    for seed in range(3):
        pair = tables_of(60, seed=seed)
        change = found(pair, min_precision=target, policy=policy)
        expected = [by_hand(t, policy, target) for t in pair]
        assert [change.base, change.candidate] == pytest.approx(expected)
        assert change.change.value == pytest.approx(expected[1] - expected[0])


def test_tickets_that_the_policy_escalates_are_never_covered() -> None:
    t = table([[0.5, 0.49, 0.01]] * 4, ["a"] * 4)
    for policy, covered in ((Policy(escalate_above=1.0), 1.0), (Policy(escalate_above=0.3), 0.0)):
        assert found((t, t), policy=policy).base == covered


def test_coverage_is_zero_where_no_threshold_is_right_often_enough() -> None:
    t = table([[0.6, 0.3, 0.1]] * 4, ["b"] * 4)
    assert found((t, t), min_precision=0.5).base == 0.0


def test_its_words_and_method() -> None:
    change = found(tables_of(120))
    assert (change.name, change.higher_is_better, change.share) == (module.NAME, True, True)
    assert change.title == "Routed when 80% of the routed must be right"
    assert change.change.method == "standard deviation of 1,000 draws of groups"
    assert change.difference.low < change.difference.value < change.difference.high


def test_the_spread_is_that_of_resampled_tickets() -> None:
    pair = tables_of(150, seed=2)
    rng = np.random.default_rng(9)
    drawn = []
    for _ in range(120):
        at = rng.integers(0, 150, 150)
        first, second = (by_hand(replace(t.rows(at), ids=t.ids), POLICY, 0.8) for t in pair)
        drawn.append(second - first)
    spread = math.sqrt(found(pair).change.variance)
    assert spread == pytest.approx(np.std(drawn), rel=0.2)


def test_groups_are_drawn_whole() -> None:
    pair = tables_of(200, seed=3)
    at = np.repeat(np.arange(200), 2)
    ids = tuple(f"{i}{x}" for i in pair[0].ids for x in "xy")
    doubled = tuple(replace(t.rows(at), ids=ids) for t in pair)
    one, two = found(pair).change, found((doubled[0], doubled[1])).change
    assert two.value == pytest.approx(one.value)
    assert two.variance == pytest.approx(one.variance, rel=0.2)
    assert (two.df, two.imagined) == pytest.approx((one.df, one.imagined))


def test_equal_seeds_draw_equally_and_others_do_not() -> None:
    pair = tables_of(80)
    one, same, other = (found(pair, seed=s).change.variance for s in (1, 1, 2))
    assert one == same != other


def test_the_same_answers_change_nothing_without_doubt() -> None:
    t = tables_of(40)[0]
    change = found((t, t)).change
    assert (change.value, change.method, change.n) == (0.0, SAME, 40)


def test_the_same_outcomes_of_a_record_do_not_hide_what_the_policy_would_escalate() -> None:
    # Top label, top score and outcome agree; only the second score lets the policy escalate.
    high, low = ([[0.6, second, 0.4 - second]] * 20 for second in (0.39, 0.2))
    sides = [Judged(table(rows, ["a"] * 20), np.full(20, ROUTE)) for rows in (high, low)]
    change = coverage_at_target((sides[0], sides[1]), 0.8, Policy(escalate_above=0.3), seed=0)
    assert (change.base, change.candidate, change.change.value) == (0.0, 1.0, 1.0)


def test_other_outcomes_are_no_change_of_what_a_threshold_reads_anew() -> None:
    t = random_table(60)
    sides = Judged(t, np.full(60, ROUTE)), Judged(t, np.full(60, REVIEW))
    change = coverage_at_target(sides, 0.8, POLICY, seed=0).change
    assert (change.value, change.variance) == (0.0, 0.0)
    assert change.bounds().low < 0 < change.bounds().high


def test_no_tickets_are_undefined() -> None:
    empty = table([], [])
    change = found((empty, empty))
    assert (change.change.method, change.change.n) == (NO_TICKETS, 0)
    assert math.isnan(change.base)


def test_one_group_has_no_interval() -> None:
    pair = tuple(replace(t, groups=np.zeros(60, np.int64)) for t in tables_of(60))
    change = found((pair[0], pair[1]))
    assert change.change.method == ONE_UNIT
    assert not math.isnan(change.difference.value)
    assert math.isnan(change.difference.low)


def test_many_groups_are_drawn_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = tables_of(1200, n_groups=900)
    whole = found(pair).change
    monkeypatch.setattr(module, "_MOST_BLOCKS", 300)
    blocks = found(pair).change
    assert blocks.value == whole.value
    assert math.sqrt(blocks.variance) == pytest.approx(math.sqrt(whole.variance), rel=0.15)
