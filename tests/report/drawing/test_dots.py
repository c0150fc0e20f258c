"""Where dots and bars stand: the better end is on the right, whichever way the numbers run."""

from __future__ import annotations

import math
import re

from ticketbench.core.types import Estimate
from ticketbench.report.drawing.dots import Dot, dots, place, wrong_bars


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, 10, "")


def test_a_lower_cost_stands_further_to_the_right() -> None:
    assert place(0.5, (2.0, 0.0)) == 75
    assert place(0.5, (0.0, 2.0)) == 25


def test_nothing_stands_outside() -> None:
    assert place(3, (0, 1)) == 100
    assert place(-1, (0, 1)) == 0


def test_a_value_without_an_interval_is_a_dot_alone() -> None:
    shown = str(dots([Dot(estimate(0.5, math.nan, math.nan), "new")], ends=(0, 1), alt=""))
    assert shown.count("<circle") == 1
    assert 'class="sure' not in shown


def test_a_row_without_a_value_keeps_its_place() -> None:
    rows = [Dot(Estimate.undefined(0, ""), "old"), Dot(estimate(0.5, 0.4, 0.6), "new")]
    shown = str(dots(rows, ends=(0, 1), alt=""))
    assert re.findall(r'cy="(\d+)"', shown) == ["33"]


def test_what_is_drawn_can_be_read_where_styles_are_dropped() -> None:
    shown = str(dots([Dot(estimate(0.5, 0.4, 0.6), "new")], ends=(0, 1), alt="a", line=(1, "x")))
    assert all("stroke=" in line for line in re.findall("<line[^>]*>", shown))
    assert all("fill=" in circle for circle in re.findall("<circle[^>]*>", shown))
    assert "style=" not in shown


def test_the_longest_bar_takes_a_third_and_none_vanishes() -> None:
    widths = re.findall(r'width="([\d.]+)%"/?>', str(wrong_bars([(26, "x"), (0, "y")], alt="")))
    assert widths == ["34.0", "1.0"]
