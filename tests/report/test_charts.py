"""Lines, bands and bars as SVG."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.report.charts import (
    NEW,
    OLD,
    THIRD,
    Axis,
    Bars,
    Series,
    Stroke,
    key,
    line_chart,
    strokes,
)

X, Y = Axis("x", 0, 1), Axis("y", 0, 1)
LEFT, RIGHT, TOP, BOTTOM = 46, 346, 24, 224
"""Where the axes of X and Y end, in pixels."""
GROUND = 312
"""Where bars stand."""

Pixel = tuple[int, int]


def points_of(d: str) -> list[Pixel]:
    """The points of a path that starts at one place and goes on from each to the next."""
    steps = re.findall(r"([MlhvHVz])([-\d ]*)", d)
    assert "".join(letter + rest for letter, rest in steps) == d
    at, found = (0, 0), []
    for letter, rest in steps:
        numbers = [int(number) for number in re.findall(r"-?\d+", rest)]
        if letter == "M":
            at = (numbers[0], numbers[1])
        elif letter == "l":
            at = (at[0] + numbers[0], at[1] + numbers[1])
        elif letter in "hv":
            at = (at[0] + numbers[0] * (letter == "h"), at[1] + numbers[0] * (letter == "v"))
        if letter != "z":
            found.append(at)
    return found


def path(svg: str, attribute: str) -> list[Pixel]:
    """The points of the only path with this attribute."""
    (d,) = [
        one[1] for one in re.finditer(r'<path[^>]* d="([^"]*)"[^>]*>', svg) if attribute in one[0]
    ]
    return points_of(d)


def band_points(svg: str) -> list[Pixel]:
    return path(svg, "fill-opacity")


def line_points(svg: str) -> list[Pixel]:
    return path(svg, 'stroke-width="2.2"')


def test_without_a_band_nothing_is_shaded() -> None:
    svg = line_chart([Series("v1", [(0, 0), (1, 1)])], x=X, y=Y, label="l")
    assert "fill-opacity" not in svg


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
    assert svg.index("fill-opacity") < svg.index('stroke-width="2.2"')


def test_points_and_marks_that_are_nan_are_left_out() -> None:
    nan = math.nan
    svg = line_chart([Series("v1", [(0, 0), (0.5, nan), (1, 1)], (nan, 0.5))], x=X, y=Y, label="l")
    assert "nan" not in svg
    assert "<circle" not in svg
    assert line_points(svg) == [(LEFT, BOTTOM), (RIGHT, TOP)]


def test_a_hostile_label_is_escaped() -> None:
    svg = line_chart([Series("v1", [(0, 0)])], x=Axis("<b>", 0, 1), y=Y, label='"><script>')
    assert "<script>" not in svg
    assert "<b>" not in svg


def test_the_flat_of_a_step_keeps_its_two_ends() -> None:
    steps = [(0, 0.2), (0.1, 0.2), (0.2, 0.2), (0.3, 0.8), (0.4, 0.8), (0.4, 0.8), (1, 0.8)]
    svg = line_chart([Series("v1", steps)], x=X, y=Y, label="l")
    assert line_points(svg) == [(46, 184), (106, 184), (136, 64), (346, 64)]


def test_a_line_that_turns_back_keeps_the_point_where_it_turns() -> None:
    svg = line_chart([Series("v1", [(0, 0.5), (0.9, 0.5), (0.4, 0.5)])], x=X, y=Y, label="l")
    assert line_points(svg) == [(46, 124), (316, 124), (166, 124)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), min_size=1, max_size=60))
def test_every_point_left_out_lies_within_a_pixel_of_the_line(drawn: list[Pixel]) -> None:
    points = [(a / 300, b / 60) for a, b in sorted(drawn)]
    kept = line_points(line_chart([Series("v1", points)], x=X, y=Y, label="l"))
    wanted = [(LEFT + a, round(BOTTOM - 200 * b / 60)) for a, b in sorted(drawn)]
    assert (kept[0], kept[-1]) == (wanted[0], wanted[-1])
    for one in wanted:
        assert any(distance(one, a, b) <= 1.001 for a, b in pairwise([*kept, kept[-1]]))


def distance(p: Pixel, a: Pixel, b: Pixel) -> float:
    """From p to the nearest of many places on the straight piece between a and b."""
    ux, uy = b[0] - a[0], b[1] - a[1]
    along = ((p[0] - a[0]) * ux + (p[1] - a[1]) * uy) / ((ux * ux + uy * uy) or 1)
    at = min(1.0, max(0.0, along))
    return math.dist(p, (a[0] + at * ux, a[1] + at * uy))


def test_a_wave_that_can_be_seen_is_not_smoothed_away() -> None:
    wave = [(i / 100, 0.5 + 0.02 * (-1) ** i) for i in range(101)]
    assert len(line_points(line_chart([Series("v1", wave)], x=X, y=Y, label="l"))) == 101


def test_the_new_set_is_solid_ink_the_old_one_dashed_grey_the_third_dotted() -> None:
    assert strokes(0) == []
    assert strokes(1) == [NEW]
    assert strokes(2) == [OLD, NEW]
    assert strokes(3) == [OLD, NEW, THIRD]
    assert strokes(3, new=2) == [OLD, THIRD, NEW]
    assert strokes(2, new=0) == [NEW, OLD]
    assert (NEW.dash, NEW.colour) == ("", "currentColor")
    assert OLD.dash
    assert OLD.colour not in (NEW.colour, THIRD.colour)
    assert THIRD.dash not in ("", OLD.dash)


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
    bars = Bars([(0, 0.5, 3, 1), (0.5, 1, 2, 0)], Axis("n", 0, 4))
    band = [(0.0, 0.0, 0.1), (1.0, 0.9, 1.0)]
    return [
        line_chart(lines, x=X, y=Y, label="l", diagonal=True, band=band, bars=bars),
        line_chart(lines, x=X, y=Y, label="l", bars=bars, frame="f", again=True),
        f"<div>{key(lines)}</div>",
    ]


PAINT = {
    "path": ("fill-or-stroke",),
    "text": ("fill",),
    "circle": ("fill", "r"),
    "svg": ("width", "height"),
}


@pytest.mark.parametrize("index", range(3))
def test_every_shape_has_its_paint_so_that_it_reads_without_styles(index: int) -> None:
    tree = ET.fromstring(charts()[index])
    above = {child: parent for parent in tree.iter() for child in parent}
    for shape in tree.iter():
        assert "style" not in shape.attrib
        paint = {}
        for one in lineage(shape, above):
            paint = {**one.attrib, **paint}
        fill = paint.get("fill", "none")
        paint["fill-or-stroke"] = paint.get("stroke", "") if fill == "none" else fill
        for name in PAINT.get(shape.tag, ()):
            assert paint.get(name), (shape.tag, name)
        assert shape.tag != "text" or fill != "none"
    assert any(shape.tag in PAINT for shape in tree.iter())


def lineage(shape: ET.Element, above: dict[ET.Element, ET.Element]) -> Iterator[ET.Element]:
    """The shape, and everything that it stands in."""
    yield shape
    if shape in above:
        yield from lineage(above[shape], above)


def test_a_series_is_drawn_in_its_stroke_and_named_beside_a_piece_of_it() -> None:
    odd = Stroke("#123456", "1 2 3", 7)
    svg = line_chart([Series("v1", [(0, 0), (1, 1)], (1, 1), odd)], x=X, y=Y, label="l")
    for shown in (svg, key([Series("v1", [], None, odd)])):
        assert 'stroke="#123456" stroke-width="7" stroke-dasharray="1 2 3"' in shown
    assert '<circle cx="346" cy="24" r="4" fill="#123456"/>' in svg
    assert " v1</span>" in key([Series("v1", [], None, odd)])


def barred(*of: tuple[float, float, int, int], most: int = 4) -> str:
    bars = Bars(of, Axis("n", 0, most, share=False))
    return line_chart([], x=X, y=Y, label="l", bars=bars)


def test_bars_are_blue_for_right_with_the_wrong_ones_in_orange_on_top() -> None:
    svg = barred((0, 0.5, 3, 1), (0.5, 1, 0, 2))
    every, right = path(svg, "#e07a2c"), path(svg, "#1d5fc4")
    # Of 60 pixels for four tickets each has 15. The right ones hide their part of all.
    assert every == [(46, GROUND), (46, 252), (196, 252), (196, 282), (346, 282), (346, GROUND)]
    assert right == [(46, GROUND), (46, 267), (196, 267), (196, GROUND), (346, GROUND)]
    assert svg.index("#e07a2c") < svg.index("#1d5fc4")


def test_a_bar_without_tickets_has_no_height_and_one_ticket_of_many_a_pixel() -> None:
    assert '<path class="right" d="" ' in barred((0, 0.5, 0, 0), (0.5, 1, 0, 2))
    svg = barred((0, 1, 9000, 1), most=9001)
    (_, right, *_), (_, every, *_) = path(svg, "#1d5fc4"), path(svg, "#e07a2c")
    assert right[1] - every[1] == 1


def test_a_place_without_a_bar_between_two_is_left_free() -> None:
    points = path(barred((0, 0.25, 4, 0), (0.75, 1, 4, 0)), "#1d5fc4")
    assert [x for x, y in points if y == GROUND] == [46, 121, 271, 346]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20))
def test_the_outline_has_the_height_of_every_bar(counts: list[tuple[int, int]]) -> None:
    n = len(counts)
    of = [(i / n, (i + 1) / n, right, wrong) for i, (right, wrong) in enumerate(counts)]
    svg = barred(*of, most=100)
    if not any(right for right, _ in counts):
        return
    outline = path(svg, "#1d5fc4")
    for low, high, right, _ in of:
        middle = LEFT + 300 * (low + high) / 2
        heights = {GROUND - y for (a, y), (b, z) in pairwise(outline) if y == z and a < middle < b}
        assert heights == {max(1, round(0.6 * right)) if right else 0}


def test_charts_of_one_frame_draw_their_axes_once() -> None:
    bars = [Bars([(0, 1, n, 0)], Axis("n", 0, n, share=False)) for n in (4, 40)]
    first, second = (
        line_chart([], x=X, y=Y, label="l", bars=one, frame="axes", again=one is bars[1])
        for one in bars
    )
    assert first.count('id="axes"') == second.count('<use href="#axes"/>') == 1
    assert 'id="axes"' not in second
    assert (first.count(">75%<"), second.count(">75%<")) == (2, 0)
    # What differs from chart to chart stands in each.
    assert ">4<" in first
    assert ">40<" in second


@pytest.mark.parametrize(
    ("high", "share", "shown"),
    [
        (1, True, ["0%", "25%", "50%", "75%", "100%"]),
        (1, False, ["0", "0.25", "0.5", "0.75", "1"]),
        (294, False, ["0", "100", "200"]),
        (55, False, ["0", "20", "40"]),
        (4, False, ["0", "1", "2", "3", "4"]),
    ],
)
def test_ticks_are_round_and_few(high: float, share: bool, shown: list[str]) -> None:
    assert [text for _, text in Axis("x", 0, high, share=share).ticks()] == shown


def test_a_chart_is_no_wider_than_a_phone_shows() -> None:
    for svg in charts()[:2]:
        tree = ET.fromstring(svg)
        assert int(tree.attrib["width"]) <= 360
        assert tree.attrib["viewBox"] == f"0 0 {tree.attrib['width']} {tree.attrib['height']}"
