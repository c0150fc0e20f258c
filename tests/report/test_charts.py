"""Lines, bands and bars as SVG."""

from __future__ import annotations

import math
import re

from ticketbench.report.charts import Axis, Series, line_chart

X, Y = Axis("x", 0, 1), Axis("y", 0, 1)


def band_points(svg: str) -> list[tuple[float, float]]:
    found = re.search(r'<polygon class="band" points="([^"]*)"', svg)
    assert found is not None
    return [(float(a), float(b)) for a, b in (p.split(",") for p in found[1].split())]


def test_without_a_band_nothing_is_shaded() -> None:
    assert "polygon" not in line_chart([Series("v1", [(0, 0), (1, 1)])], x=X, y=Y, label="l")


def test_a_band_goes_along_its_lower_ends_and_back_along_the_upper_ones() -> None:
    band = [(0.0, 0.1, 0.3), (0.5, 0.2, 0.6), (1.0, 0.4, 0.9)]
    points = band_points(line_chart([Series("v1", [(0, 0)])], x=X, y=Y, label="l", band=band))
    assert len(points) == 6
    assert [x for x, _ in points[:3]] == [x for x, _ in reversed(points[3:])]
    # Downwards is larger: the lower ends lie below the upper ones.
    assert all(low > high for (_, low), (_, high) in zip(points[:3], points[:2:-1], strict=True))


def test_the_band_lies_behind_the_lines() -> None:
    svg = line_chart(
        [Series("v1", [(0, 0), (1, 1)])], x=X, y=Y, label="l", band=[(0, 0, 0.1), (1, 0.9, 1)]
    )
    assert svg.index("<polygon") < svg.index("<polyline")


def test_points_and_marks_that_are_nan_are_left_out() -> None:
    nan = math.nan
    svg = line_chart([Series("v1", [(0, 0), (0.5, nan), (1, 1)], (nan, 0.5))], x=X, y=Y, label="l")
    assert "nan" not in svg
    assert "<circle" not in svg


def test_a_hostile_label_is_escaped() -> None:
    svg = line_chart([Series("v1", [(0, 0)])], x=Axis("<b>", 0, 1), y=Y, label='"><script>')
    assert "<script>" not in svg
    assert "<b>" not in svg
