from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.store import envelope, load
from ticketbench.measure.routing.escalation import judge_escalation
from ticketbench.measure.routing.escalation_sweep import (
    ESCALATE_ABOVE,
    EscalationPoint,
    escalation_sweep,
)
from ticketbench.measure.routing.outcomes import GRID, summarise

SEARCH = settings(max_examples=5, deadline=None, derandomize=True, database=None)

COSTS = Costs(misroute=5, review=1, escalate=1.5)


def with_wanted(n: int, *, seed: int) -> ScoreTable:
    """Random tickets of which every third needs two labels."""
    t = random_table(n, seed=seed)
    gold = [t.gold_labels[i] for i in t.truth]
    wanted = [[label, "l0", "l1"] if i % 3 == 0 else [label] for i, label in enumerate(gold)]
    return table(t.scores.tolist(), gold, labels=t.labels, wanted=wanted)


def test_the_limits_run_from_10_to_50_percent_and_off() -> None:
    assert ESCALATE_ABOVE == (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 1.0)
    points = escalation_sweep(with_wanted(20, seed=0), Policy(), COSTS)
    assert tuple(point.escalate_above for point in points) == ESCALATE_ABOVE


def test_without_all_labels_nothing_is_swept() -> None:
    assert escalation_sweep(random_table(20), Policy(), COSTS) == ()


@SEARCH
@given(st.integers(1, 40), st.integers(0, 1000), st.sampled_from([0.5, 1.0, 2.0]))
def test_every_point_is_the_cheapest_of_all_decisions(
    n: int, seed: int, temperature: float
) -> None:
    t = with_wanted(n, seed=seed)
    for point in escalation_sweep(t, Policy(temperature=temperature), COSTS):
        costs = {}
        for threshold in GRID:
            policy = Policy(threshold, point.escalate_above, temperature)
            decisions = policy.decide(t.scores, t.labels)
            costs[threshold] = summarise(t, decisions, COSTS).cost.value
        assert point.cost == pytest.approx(min(costs.values()))
        assert point.threshold == max(x for x in GRID if costs[x] <= point.cost + 1e-9)
        assert point.escalation == judge_escalation(t, decisions)


def test_switched_off_nothing_is_escalated() -> None:
    point = escalation_sweep(with_wanted(60, seed=1), Policy(), COSTS)[-1]
    assert (point.escalation.queue, point.escalation.recall.value) == (0, 0.0)
    assert not point.escalation.precision.defined


def test_a_higher_limit_escalates_fewer() -> None:
    points = escalation_sweep(with_wanted(200, seed=1), Policy(), COSTS)
    queues = [point.escalation.queue for point in points]
    assert queues == sorted(queues, reverse=True)


def test_intervals_know_the_groups() -> None:
    t = with_wanted(60, seed=1)
    twice = t.rows(np.tile(np.arange(60), 2))
    for one, two in zip(*(escalation_sweep(x, Policy(), COSTS) for x in (t, twice)), strict=True):
        assert two.escalation.queue == 2 * one.escalation.queue
        assert (two.threshold, two.cost) == (one.threshold, pytest.approx(one.cost))
        alone, tied = one.escalation.recall, two.escalation.recall
        assert (tied.low, tied.high) == pytest.approx((alone.low, alone.high), abs=1e-9)


def test_the_threshold_of_the_policy_does_not_count() -> None:
    t = with_wanted(60, seed=1)
    others = Policy(threshold=0.9, escalate_above=0.2, label_thresholds=(("l0", 0.1),))
    assert escalation_sweep(t, others, COSTS) == escalation_sweep(t, Policy(), COSTS)


def test_no_tickets_have_no_cheapest_threshold() -> None:
    points = escalation_sweep(with_wanted(1, seed=0).rows(np.arange(0)), Policy(), COSTS)
    assert len(points) == len(ESCALATE_ABOVE)
    assert all(math.isnan(p.threshold) and math.isnan(p.cost) for p in points)


def test_a_sweep_survives_being_saved(tmp_path: Path) -> None:
    points = escalation_sweep(with_wanted(20, seed=0), Policy(), COSTS)
    path = tmp_path / "sweep.json"
    path.write_bytes(envelope("sweep", points))
    assert load(path, tuple[EscalationPoint, ...]) == points  # type: ignore[arg-type]
