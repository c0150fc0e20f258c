"""Hand-written inline SVG: needs no script and no style, prints, and is deterministic.

Every colour, dash and width is an attribute, so a server that drops styles leaves the charts as
they are; ink is `currentColor`, which follows a dark page. Hue means right (blue) and wrong
(orange), never a rubric set: sets differ in their strokes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.report.colours import GREY, RIGHT, WRONG
from ticketbench.report.rendering import render

INK = "currentColor"

_WIDTH, _HEIGHT = 480, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 14, 44


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn; `name` is its class, for a page that has styles."""

    name: str
    colour: str
    dash: str
    width: float


NEW = Stroke("new", INK, "none", 2.2)
OLD = Stroke("old", GREY, "7 4", 2)
THIRD = Stroke("third", INK, "1.5 4", 2.2)
_FURTHER = (Stroke("fourth", INK, "9 3 2 3", 1.6), Stroke("fifth", GREY, "2 3", 1.6))


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
    points: Sequence[tuple[float, float]]
    mark: tuple[float, float] | None = None
    stroke: Stroke = NEW


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from `low` to `high` with its label; `share` prints ticks in percent."""

    label: str
    low: float
    high: float
    share: bool = True

    def ticks(self) -> list[tuple[float, str]]:
        """Three to seven round values within the axis."""
        step = _round_step((self.high - self.low) / 5)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        values = [round(i * step, 10) for i in range(first, last + 1)]
        return [(v, f"{100 * v:g}%" if self.share else f"{v:g}") for v in values]


def _round_step(rough: float) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that is at least `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


_CHART = """<svg viewBox="0 0 {{ width }} {{ height }}" width="{{ width }}" height="{{ height }}" \
role="img" aria-label="{{ label }}" fill="none" font-size="12">
<path class="axis" d="{{ grid }}" stroke="{{ grey }}" stroke-width="1" stroke-opacity="0.35"/>
{% if diagonal %}
<line class="guide" x1="{{ left }}" y1="{{ bottom }}" x2="{{ right }}" y2="{{ top }}" \
stroke="{{ grey }}" stroke-width="1.5" stroke-dasharray="3 4"/>
{% endif %}
{{ body }}
<g fill="{{ ink }}" text-anchor="middle">
{% for at, text in x_ticks %}
<text x="{{ at }}" y="{{ bottom + 16 }}">{{ text }}</text>
{% endfor %}
<text x="{{ (left + right) / 2 }}" y="{{ height - 8 }}">{{ x_label }}</text>
<text x="14" y="{{ (top + bottom) / 2 }}" transform="rotate(-90 14 {{ (top + bottom) / 2 }})">\
{{ y_label }}</text>
</g>
<g fill="{{ ink }}" text-anchor="end">
{% for at, text in y_ticks %}
<text x="{{ left - 6 }}" y="{{ at + 4 }}">{{ text }}</text>
{% endfor %}
</g>
</svg>"""


def _x(value: float, axis: Axis) -> float:
    span = _WIDTH - _LEFT - _RIGHT
    return round(_LEFT + span * (value - axis.low) / (axis.high - axis.low), 1)


def _y(value: float, axis: Axis) -> float:
    span = _HEIGHT - _TOP - _BOTTOM
    return round(_HEIGHT - _BOTTOM - span * (value - axis.low) / (axis.high - axis.low), 1)


def _chart(body: Markup, label: str, x: Axis, y: Axis, *, diagonal: bool = False) -> Markup:
    left, right, top, bottom = _LEFT, _WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM
    x_ticks = [(_x(value, x), text) for value, text in x.ticks()]
    y_ticks = [(_y(value, y), text) for value, text in y.ticks()]
    return render(
        _CHART,
        width=_WIDTH,
        height=_HEIGHT,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        grid="".join(
            [f"M{at:g} {top}V{bottom}" for at, _ in x_ticks]
            + [f"M{left} {at:g}H{right}" for at, _ in y_ticks]
        ),
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        x_label=x.label,
        y_label=y.label,
        body=body,
        label=label,
        diagonal=diagonal,
        grey=GREY,
        ink=INK,
    )


_LINES = """{% if band %}
<polygon class="band" points="{{ band }}" fill="{{ grey }}" fill-opacity="0.25"/>
{% endif %}
{% for line in lines %}
{% if line.points %}
<polyline class="line {{ line.stroke.name }}" points="{{ line.points }}" fill="none" \
stroke="{{ line.stroke.colour }}" stroke-width="{{ line.stroke.width }}" \
stroke-dasharray="{{ line.stroke.dash }}"/>
{% endif %}
{% if line.mark %}
<circle class="dot {{ line.stroke.name }}" cx="{{ line.mark[0] }}" cy="{{ line.mark[1] }}" r="4.5" \
fill="{{ line.stroke.colour }}"/>
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
) -> Markup:
    """Lines over two axes, each in its own stroke.

    `band` is shaded behind them: (x, low, high) by ascending x.
    """
    lines = []
    for one in series:
        kept = [p for p in one.points if not math.isnan(p[0]) and not math.isnan(p[1])]
        mark = one.mark if one.mark and not any(math.isnan(v) for v in one.mark) else None
        lines.append(
            {
                "stroke": one.stroke,
                "points": _path(kept, x, y),
                "mark": (_x(mark[0], x), _y(mark[1], y)) if mark else None,
            }
        )
    shaded = [(a, low) for a, low, _ in band] + [(a, high) for a, _, high in reversed(band)]
    body = render(_LINES, lines=lines, band=_path(shaded, x, y, per_pixel=1), grey=GREY)
    return _chart(body, label, x, y, diagonal=diagonal)


def _path(points: Sequence[tuple[float, float]], x: Axis, y: Axis, *, per_pixel: int = 10) -> str:
    """Points as SVG writes them, without those that a straight line passes anyway.

    A curve of steps has a point for every ticket; most lie on the flat of a step. `per_pixel`
    steps are told apart within a pixel: a shade needs no tenths.
    """
    drawn: list[tuple[int, int]] = []
    for a, b in points:
        at = (round(per_pixel * _x(a, x)), round(per_pixel * _y(b, y)))
        if drawn and drawn[-1] == at:
            continue
        if len(drawn) > 1 and _straight(drawn[-2], drawn[-1], at):
            drawn.pop()
        drawn.append(at)
    return " ".join(f"{a / per_pixel:g},{b / per_pixel:g}" for a, b in drawn)


def _straight(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """Whether b lies on the way from a to c, in whole steps and so exactly."""
    (ux, uy), (vx, vy) = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
    return ux * vy == uy * vx and ux * vx + uy * vy > 0


_BARS = """<path class="right" d="{{ right }}" fill="{{ blue }}"/>
<path class="wrong" d="{{ wrong }}" fill="{{ orange }}"/>"""


def right_wrong_bars(
    bars: Sequence[tuple[float, float, int, int]], *, x: Axis, y: Axis, label: str
) -> Markup:
    """Bars (from, to, right, wrong): the right ones in blue, the wrong ones in orange on top."""
    right = "".join(_bar(low, high, 0, n, x=x, y=y) for low, high, n, _ in bars)
    wrong = "".join(_bar(low, high, n, n + more, x=x, y=y) for low, high, n, more in bars)
    body = render(_BARS, right=right, wrong=wrong, blue=RIGHT, orange=WRONG)
    return _chart(body, label, x, y)


def _bar(low: float, high: float, start: int, end: int, *, x: Axis, y: Axis) -> str:
    """One bar as a piece of a path; nothing where it has no height."""
    left, top = _x(low, x), _y(end, y)
    width, height = round(_x(high, x) - left - 1, 1), round(_y(start, y) - top, 1)
    return f"M{left:g} {top:g}h{width:g}v{height:g}h{-width:g}z" if height > 0 else ""


_KEY = """{% for one in series %}\
<span class="key"><svg width="30" height="8" viewBox="0 0 30 8" aria-hidden="true" fill="none">\
<line class="line {{ one.stroke.name }}" x1="0" y1="4" x2="30" y2="4" \
stroke="{{ one.stroke.colour }}" stroke-width="{{ one.stroke.width }}" \
stroke-dasharray="{{ one.stroke.dash }}"/></svg> {{ one.name }}</span> {% endfor %}"""

_BOX_KEY = """{% for name, fill in boxes %}\
<span class="key"><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">\
<rect class="{{ name }}" width="12" height="12" fill="{{ fill }}"/></svg> {{ name }}</span> \
{% endfor %}"""


def key(series: Sequence[Series]) -> Markup:
    """A legend line for `line_chart`: a piece of each line beside its name."""
    return render(_KEY, series=series)


def right_wrong_key() -> Markup:
    """A legend line for `right_wrong_bars`."""
    return render(_BOX_KEY, boxes=[("right", RIGHT), ("wrong", WRONG)])
