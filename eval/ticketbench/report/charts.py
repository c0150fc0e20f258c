"""Hand-written inline SVG of the audit: needs no script and no style, prints, is deterministic.

Every colour, dash and width is an attribute, so a server that drops styles leaves the charts as
they are; ink is `currentColor`, which follows a dark page. Hue means right (blue) and wrong
(orange), never a rubric set: sets differ in their strokes. A page of many folds stays small when
its drawings do: places are whole pixels, told from one to the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from ticketbench.report.colours import GREY, RIGHT, WRONG
from ticketbench.report.rendering import render

INK = "currentColor"

_WIDTH = 360
"""As wide as a phone shows it without shrinking its text."""
_LEFT, _RIGHT = 46, 346
_TOP, _BOTTOM = 24, 224
_BARS_TOP, _BARS_BOTTOM = 252, 312
_FOOT = 40
"""Below the lowest box: its ticks and the name of the axis."""
_NEAR = 1
"""Pixels: a point so near to the line between its neighbours changes nothing that is seen."""

Point = tuple[float, float]
Pixel = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn; without `dash` it is solid."""

    colour: str
    dash: str
    width: float

    @property
    def paint(self) -> Markup:
        """Its attributes."""
        drawn = Markup('stroke="{}" stroke-width="{}"').format(self.colour, self.width)
        return drawn + Markup(' stroke-dasharray="{}"').format(self.dash) if self.dash else drawn


NEW = Stroke(INK, "", 2.2)
OLD = Stroke(GREY, "7 4", 2)
THIRD = Stroke(INK, "1.5 4", 2.2)
_FURTHER = (Stroke(INK, "9 3 2 3", 1.6), Stroke(GREY, "2 3", 1.6))


def strokes(n: int, *, new: int = -1) -> list[Stroke]:
    """The strokes of n lines in order: the one at `new` is solid, of the others the first dashed.

    `new` defaults to the last of two, and to the second of more. Beyond five the last ones repeat.
    """
    at = (n - 1 if n < 3 else 1) if new < 0 else new
    others = (OLD, THIRD, *_FURTHER)
    made = [others[i] if i < len(others) else _FURTHER[i % 2] for i in range(n - 1)]
    return [*made[:at], NEW, *made[at:]] if n else []


@dataclass(frozen=True, slots=True)
class Series:
    """A named line; points that are NaN are left out. `mark` is drawn as a dot."""

    name: str
    points: Sequence[Point]
    mark: Point | None = None
    stroke: Stroke = NEW


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from `low` to `high` with its label; `share` prints ticks in percent."""

    label: str
    low: float
    high: float
    share: bool = True

    def ticks(self) -> list[tuple[float, str]]:
        """Two to five round values within the axis."""
        step = _round_step((self.high - self.low) / 4)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        values = [round(i * step, 10) for i in range(first, last + 1)]
        return [(v, f"{100 * v:g}%" if self.share else f"{v:g}") for v in values]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars (from, to, right, wrong) along the axis of a chart, and the axis that they stand on."""

    of: Sequence[tuple[float, float, int, int]]
    y: Axis


def _round_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5 or 5 times a power of ten that is at least `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= rough * 0.999)


@dataclass(frozen=True, slots=True)
class _Box:
    """A part of the drawing with its axes; downwards is larger."""

    x: Axis
    y: Axis
    top: int
    bottom: int

    def at(self, point: Point) -> Pixel:
        """Where a point lies, in whole pixels."""
        return self.across(point[0]), self.down(point[1])

    def across(self, value: float) -> int:
        return round(_LEFT + (_RIGHT - _LEFT) * _part(value, self.x))

    def down(self, value: float) -> int:
        return round(self.bottom - (self.bottom - self.top) * _part(value, self.y))


def _part(value: float, axis: Axis) -> float:
    return (value - axis.low) / (axis.high - axis.low)


_CHART = """<svg viewBox="0 0 {{ width }} {{ height }}" width="{{ width }}" height="{{ height }}" \
role="img" aria-label="{{ label }}" fill="none" font-size="13">
{% if again %}
<use href="#{{ frame }}"/>
{% else %}
<g{% if frame %} id="{{ frame }}"{% endif %}>{{ levels[0] }}
<g fill="{{ ink }}">{% for box in boxes %}<text y="{{ box.top - 10 }}">{{ box.y.label }}</text>\
{% endfor %}
<g text-anchor="middle" transform="translate(0 {{ height - 24 }})">\
{% for at, text in across %}<text x="{{ at }}">{{ text }}</text>{% endfor %}\
<text x="{{ middle }}" y="18">{{ boxes[0].x.label }}</text></g></g></g>
{% endif %}
{% for level in levels[1:] %}
{{ level }}
{% endfor %}
{{ body }}</svg>"""

_LEVELS = """<path d="{% for at, _ in ticks %}M{{ left }} {{ at }}H{{ right }}{% endfor %}" \
stroke="{{ grey }}" stroke-opacity=".35"/>\
<g fill="{{ ink }}" text-anchor="end" transform="translate({{ left - 6 }} 4)">\
{% for at, text in ticks %}<text y="{{ at }}">{{ text }}</text>{% endfor %}</g>"""


def _chart(
    body: Markup, label: str, boxes: Sequence[_Box], *, frame: str = "", again: bool = False
) -> Markup:
    """What is drawn in the boxes, with their axes behind it."""
    return render(
        _CHART,
        width=_WIDTH,
        height=boxes[-1].bottom + _FOOT,
        middle=(_LEFT + _RIGHT) // 2,
        boxes=boxes,
        levels=[_levels(box) for box in boxes],
        across=[(boxes[0].across(value), text) for value, text in boxes[0].x.ticks()],
        body=body,
        label=label,
        frame=frame,
        again=again,
        ink=INK,
    )


def _levels(box: _Box) -> Markup:
    """The hairlines of a box and what they mean."""
    ticks = [(box.down(value), text) for value, text in box.y.ticks()]
    return render(_LEVELS, ticks=ticks, left=_LEFT, right=_RIGHT, grey=GREY, ink=INK)


_LINES = """{% if bars %}
<path class="wrong" d="{{ bars[1] }}" fill="{{ orange }}"/>
<path class="right" d="{{ bars[0] }}" fill="{{ blue }}"/>
{% endif %}
{% if diagonal %}
<path d="{{ diagonal }}" stroke="{{ grey }}" stroke-width="1.5" stroke-dasharray="3 4"/>
{% endif %}
{% if band %}
<path d="{{ band }}z" fill="{{ grey }}" fill-opacity=".25"/>
{% endif %}
{% for s, d, dot in lines %}
{% if d %}
<path d="{{ d }}" {{ s.paint }}/>
{% endif %}
{% if dot %}
<circle cx="{{ dot[0] }}" cy="{{ dot[1] }}" r="4" fill="{{ s.colour }}"/>
{% endif %}
{% endfor %}"""


def line_chart(
    series: Sequence[Series],
    *,
    x: Axis,
    y: Axis,
    label: str,
    diagonal: bool = False,
    band: Sequence[tuple[float, float, float]] = (),
    bars: Bars | None = None,
    frame: str = "",
    again: bool = False,
) -> Markup:
    """Lines over two axes, each in its own stroke.

    `band` is shaded behind them: (x, low, high) by ascending x. `bars` stand below on the same
    axis: the right ones in blue, the wrong ones in orange on top. The axes are drawn once for all
    charts of a page that have the same `frame`: all but the first say that it is there `again`.
    """
    box = _Box(x, y, _TOP, _BOTTOM)
    below = [_Box(x, bars.y, _BARS_TOP, _BARS_BOTTOM)] if bars else []
    shaded = [(a, low) for a, low, _ in band] + [(a, high) for a, _, high in reversed(band)]
    body = render(
        _LINES,
        lines=[_line(one, box) for one in series],
        band=_path(shaded, box),
        diagonal=_path([(x.low, y.low), (x.high, y.high)], box) if diagonal else "",
        bars=_bars(bars.of, below[0]) if bars else (),
        grey=GREY,
        blue=RIGHT,
        orange=WRONG,
    )
    return _chart(body, label, [box, *below], frame=frame, again=again)


def _line(one: Series, box: _Box) -> tuple[Stroke, str, Pixel | None]:
    """Its stroke, its path, and where its dot stands."""
    kept = [p for p in one.points if not any(map(math.isnan, p))]
    dotted = one.mark is not None and not any(map(math.isnan, one.mark))
    return one.stroke, _path(kept, box), box.at(one.mark) if one.mark and dotted else None


def _path(points: Sequence[Point], box: _Box) -> str:
    """The line through these points, without those that change nothing that is seen.

    A curve of steps has a point for every ticket; most lie on the flat of a step.
    """
    if not points:
        return ""
    return _through(_bends([box.at(point) for point in points], near=_NEAR))


def _through(points: Sequence[Pixel]) -> str:
    """The straight pieces from point to point, as SVG writes them."""
    steps = [_step(c - a, d - b) for (a, b), (c, d) in pairwise(points)]
    return f"M{points[0][0]} {points[0][1]}" + "".join(steps)


def _step(right: int, down: int) -> str:
    """From one point to the next."""
    if right and down:
        return f"l{right}{'' if down < 0 else ' '}{down}"
    return f"h{right}" if right else f"v{down}"


def _bends(points: Sequence[Pixel], *, near: float) -> list[Pixel]:
    """The points at which the line bends (Douglas and Peucker 1973); both ends stay.

    No other one lies further than `near` from what is drawn.
    """
    line = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    kept, open_ = {0, len(line) - 1}, [(0, len(line) - 1)]
    while open_:
        i, j = open_.pop()
        far = max(range(i + 1, j), key=lambda k: _off(line[k], line[i], line[j]), default=i)
        if _off(line[far], line[i], line[j]) > near:
            kept.add(far)
            open_ += [(i, far), (far, j)]
    return [line[k] for k in sorted(kept)]


def _off(p: Pixel, a: Pixel, b: Pixel) -> float:
    """How far p lies from the straight piece between a and b."""
    (ux, uy), (vx, vy) = (b[0] - a[0], b[1] - a[1]), (p[0] - a[0], p[1] - a[1])
    along = (ux * vx + uy * vy) / ((ux * ux + uy * uy) or 1)
    at = min(1.0, max(0.0, along))
    return math.hypot(vx - at * ux, vy - at * uy)


def _bars(of: Sequence[tuple[float, float, int, int]], box: _Box) -> tuple[str, str]:
    """The outlines of the right ones, and of all: laid under them, so that the wrong ones show.

    A ticket alone is a pixel high at least.
    """
    right, every = [], []
    for low, high, n_right, n_wrong in of:
        left, end = box.across(low), box.across(high)
        height = _pixels(n_right, box)
        right.append((left, end, height))
        every.append((left, end, height + _pixels(n_wrong, box)))
    return _outline(right, box.bottom), _outline(every, box.bottom)


def _pixels(n: int, box: _Box) -> int:
    return max(1, box.bottom - box.down(n)) if n else 0


def _outline(bars: Sequence[tuple[int, int, int]], ground: int) -> str:
    """Bars (from, to, height) side by side as one shape; nothing where they have no height."""
    x, corners = _LEFT, [(_LEFT, ground)]
    for left, right, height in bars:
        if left != x:
            corners += [(x, ground), (left, ground)]
        corners += [(left, ground - height), (right, ground - height)]
        x = right
    corners.append((x, ground))
    return _through(_bends(corners, near=0.1)) + "z" if any(height for *_, height in bars) else ""


_KEY = """{% for one in series %}\
<span class="key"><svg width="30" height="8" fill="none"><path d="M0 4h30" \
{{ one.stroke.paint }}/></svg> {{ one.name }}</span> {% endfor %}"""


def key(series: Sequence[Series]) -> Markup:
    """A legend line for `line_chart`: a piece of each line beside its name."""
    return render(_KEY, series=series)
