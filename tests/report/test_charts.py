"""Lines, bands and bars as SVG."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.report.charts import (
    NEW,
    OLD,
    THIRD,
    Axis,
    Series,
    Stroke,
    key,
    line_chart,
    right_wrong_bars,
    right_wrong_key,
    strokes,
)

X, Y = Axis("x", 0, 1), Axis("y", 0, 1)


def numbered(points: str) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in (p.split(",") for p in points.split())]


def band_points(svg: str) -> list[tuple[float, float]]:
    found = re.search(r'<polygon class="band" points="([^"]*)"', svg)
    assert found is not None
    return numbered(found[1])


def line_points(svg: str) -> list[tuple[float, float]]:
    found = re.search(r'<polyline[^>]* points="([^"]*)"', svg)
    assert found is not None
    return numbered(found[1])


def test_without_a_band_nothing_is_shaded() -> None:
    assert "polygon" not in line_chart([Series("v1", [(0, 0), (1, 1)])], x=X, y=Y, label="l")


def test_a_band_goes_along_its_lower_ends_and_back_along_the_upper_ones() -> None:
    band = [(0.0, 0.1, 0.3), (0.5, 0.2, 0.7), (1.0, 0.4, 0.9)]
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


def test_the_flat_of_a_step_keeps_its_two_ends() -> None:
    steps = [(0, 0.2), (0.1, 0.2), (0.2, 0.2), (0.3, 0.8), (0.4, 0.8), (0.4, 0.8), (1, 0.8)]
    svg = line_chart([Series("v1", steps)], x=X, y=Y, label="l")
    kept = [(0, 0.2), (0.2, 0.2), (0.3, 0.8), (1, 0.8)]
    assert line_points(svg) == line_points(line_chart([Series("v1", kept)], x=X, y=Y, label="l"))
    assert len(line_points(svg)) == 4


def test_a_line_that_turns_back_keeps_the_point_where_it_turns() -> None:
    svg = line_chart([Series("v1", [(0, 0.5), (0.9, 0.5), (0.4, 0.5)])], x=X, y=Y, label="l")
    assert len(line_points(svg)) == 3


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4)), min_size=1, max_size=40))
def test_every_point_left_out_lies_on_the_line_that_is_drawn(drawn: list[tuple[int, int]]) -> None:
    points = [(a / 20, b / 4) for a, b in sorted(drawn)]
    svg = line_chart([Series("v1", points)], x=X, y=Y, label="l")
    # The same axes as the chart: 400 pixels wide from 56, 242 high, downwards from 256.
    wanted = [(round(56 + 400 * a, 1), round(256 - 242 * b, 1)) for a, b in points]
    kept = line_points(svg)
    for x, y in wanted:
        assert any(distance((x, y), a, b) < 1e-9 for a, b in pairwise([*kept, kept[-1]]))


def distance(p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """From p to the straight piece between a and b."""
    return math.dist(a, p) + math.dist(p, b) - math.dist(a, b)


def test_the_new_set_is_solid_ink_the_old_one_dashed_grey_the_third_dotted() -> None:
    assert strokes(0) == []
    assert strokes(1) == [NEW]
    assert strokes(2) == [OLD, NEW]
    assert strokes(3) == [OLD, NEW, THIRD]
    assert strokes(3, new=2) == [OLD, THIRD, NEW]
    assert strokes(2, new=0) == [NEW, OLD]
    assert (NEW.dash, NEW.colour) == ("none", "currentColor")
    assert OLD.dash != "none"
    assert OLD.colour not in (NEW.colour, THIRD.colour)
    assert THIRD.dash not in ("none", OLD.dash)


@pytest.mark.parametrize("n", range(1, 6))
def test_five_lines_are_told_apart_without_hue(n: int) -> None:
    made = strokes(n)
    assert len(made) == len({(s.colour, s.dash) for s in made}) == n
    assert {s.colour for s in strokes(9)} == {"currentColor", OLD.colour}


def charts() -> list[str]:
    lines = [
        Series("v1", [(0, 0), (1, 1)], (0.5, 0.5), OLD),
        Series("v2", [(0, 1), (1, 0.5)], None, NEW),
    ]
    return [
        line_chart(lines, x=X, y=Y, label="l", diagonal=True, band=[(0, 0, 0.1), (1, 0.9, 1)]),
        right_wrong_bars([(0, 0.5, 3, 1), (0.5, 1, 2, 0)], x=X, y=Axis("n", 0, 4), label="bars"),
        f"<div>{key(lines)}</div>",
        f"<div>{right_wrong_key()}</div>",
    ]


PAINT = {
    "line": ("stroke", "stroke-width"),
    "path": ("fill-or-stroke",),
    "polyline": ("stroke", "stroke-width", "fill", "stroke-dasharray"),
    "polygon": ("fill",),
    "rect": ("fill", "width", "height"),
    "circle": ("fill", "r"),
    "svg": ("width", "height", "viewBox"),
}


@pytest.mark.parametrize("index", range(4))
def test_every_shape_carries_its_paint_so_that_it_reads_without_styles(index: int) -> None:
    shapes = list(ET.fromstring(charts()[index]).iter())
    for shape in shapes:
        assert "style" not in shape.attrib
        paint = {**shape.attrib, "fill-or-stroke": shape.get("fill") or shape.get("stroke", "")}
        for name in PAINT.get(shape.tag, ()):
            assert paint.get(name), (shape.tag, name)
    assert any(shape.tag in PAINT for shape in shapes)


def test_a_series_is_drawn_in_its_stroke_and_named_beside_a_piece_of_it() -> None:
    odd = Stroke("odd", "#123456", "1 2 3", 7)
    svg = line_chart([Series("v1", [(0, 0), (1, 1)], (1, 1), odd)], x=X, y=Y, label="l")
    for shown in (svg, key([Series("v1", [], None, odd)])):
        assert 'stroke="#123456" stroke-width="7" stroke-dasharray="1 2 3"' in shown
    assert 'fill="#123456"' in svg
    assert " v1</span>" in key([Series("v1", [], None, odd)])


def test_bars_are_blue_for_right_and_orange_for_wrong_and_leave_out_nothing() -> None:
    svg = right_wrong_bars([(0, 1, 3, 1)], x=X, y=Axis("n", 0, 4, share=False), label="l")
    assert '<path class="right" d="M56 74.5h399v181.5h-399z" fill="#1d5fc4"/>' in svg
    assert '<path class="wrong" d="M56 14h399v60.5h-399z" fill="#e07a2c"/>' in svg


def test_a_bar_without_tickets_is_not_drawn() -> None:
    svg = right_wrong_bars([(0, 0.5, 0, 0), (0.5, 1, 0, 2)], x=X, y=Axis("n", 0, 4), label="l")
    assert '<path class="right" d="" ' in svg
    assert '<path class="wrong" d="M256 135h199v121h-199z" ' in svg
