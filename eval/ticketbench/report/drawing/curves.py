"""Where the lines of the two charts run: points of a curve in the coordinates of a stretched box.

Both charts draw their lines into a box of 1000 x 1000 that is stretched to the place there is, so
that text keeps its size on every screen. `script/charts.js` has the same formulas.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ticketbench.measure.threshold_curve import CurvePoint

FEWEST = 10


def fewest_routed(n: int) -> float:
    """No point of the first chart is drawn from fewer tickets."""
    return max(FEWEST, n / 50)


def right_against_alone(curve: Sequence[CurvePoint]) -> list[tuple[float, float]]:
    """(share out alone, share right of them), from few to all; a point for each number routed."""
    points, before = [], -1
    for point in reversed(curve):
        if point.routed >= fewest_routed(point.n) and point.routed != before:
            points.append((point.routed / point.n, point.right / point.routed))
            before = point.routed
    return points


def cost_against_threshold(curve: Sequence[CurvePoint]) -> list[tuple[float, float]]:
    """(threshold, mean cost a ticket); nothing without tickets."""
    return [(point.threshold, point.saving.cost.value) for point in curve if point.n]


def lowest_share(shares: Sequence[float]) -> float:
    """Where the axis of shares begins: the fifth below the lowest one, 0.8 at most."""
    low = min(shares, default=0.8)
    return min(0.8, math.floor(low * 5 + 1e-9) / 5)


def cost_step(highest: float) -> float:
    """The distance of the lines of the cost axis: 1, 2 or 5 times a power of ten, five lines."""
    power = 10.0 ** math.floor(math.log10(highest / 5)) if highest > 0 else 0.1
    return next(f * power for f in (1, 2, 5, 10) if f * power * 5 >= highest * (1 - 1e-9))


def path(points: Sequence[tuple[float, float]], *, x: float, y: tuple[float, float]) -> str:
    """An SVG path; `x` is the right end of the axis from 0, `y` its lower and upper end."""
    low, high = y
    steps = (
        f"{_number(1000 * a / x)} {_number(1000 * (high - b) / (high - low))}" for a, b in points
    )
    return "M" + "L".join(steps) if points else ""


def _number(value: float) -> str:
    """Half a pixel or less, rounded half up as the script does."""
    return str(math.floor(value + 0.5))
