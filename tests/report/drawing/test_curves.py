"""Points and paths of the charts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables import random_table
from ticketbench.core.policy import Costs, Policy
from ticketbench.measure.threshold_curve import threshold_curve
from ticketbench.measure.thresholds.tickets import Tickets
from ticketbench.report.drawing.curves import (
    cost_step,
    fewest_routed,
    lowest_share,
    path,
    right_against_alone,
)
from ticketbench.report.drawing.frame import apart


def test_no_point_rests_on_few_tickets() -> None:
    policy = Policy(escalate_above=1)
    curve = threshold_curve(Tickets.of(random_table(1000), policy), policy, Costs())
    points = right_against_alone(curve)
    assert min(x for x, _ in points) * 1000 >= fewest_routed(1000) == 20
    assert [x for x, _ in points] == sorted({x for x, _ in points})


@given(st.floats(1e-6, 1e6))
def test_five_steps_or_fewer_reach_the_highest_cost(highest: float) -> None:
    step = cost_step(highest)
    assert step * 5 >= highest * (1 - 1e-9)
    assert step * 2 <= highest * (1 + 1e-9)


@pytest.mark.parametrize(
    ("shares", "low"), [([0.5, 0.9], 0.4), ([0.4], 0.4), ([1.0], 0.8), ([], 0.8)]
)
def test_the_axis_of_shares_begins_a_fifth_below(shares: list[float], low: float) -> None:
    assert lowest_share(shares) == pytest.approx(low)


def test_a_path_fills_the_stretched_box() -> None:
    assert path([(0, 0), (1, 1)], x=1, y=(0, 1)) == "M0 1000L1000 0"
    assert path([], x=1, y=(0, 1)) == ""


@given(st.lists(st.floats(0, 300), max_size=7))
def test_names_are_kept_apart_and_in_order(places: list[float]) -> None:
    moved = apart(places, least=14)
    by_place = sorted(range(len(places)), key=lambda i: places[i])
    found = [moved[i] for i in by_place]
    assert all(b - a >= 14 - 1e-9 for a, b in pairwise(found))
    assert all(a >= b for a, b in zip(moved, places, strict=True))
