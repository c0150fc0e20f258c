"""Hand-written inline SVG: needs no script, prints, follows dark mode, and is deterministic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.report.rendering import render

_WIDTH, _HEIGHT = 480, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 14, 44
_STYLES = ("one", "two", "three", "four")


@dataclass(frozen=True, slots=True)
class Series:
    """A named line; points that are NaN are left out. `mark` is drawn as a dot."""

    name: str
    points: Sequence[tuple[float, float]]
    mark: tuple[float, float] | None = None


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
role="img" aria-label="{{ label }}">
{% for at, text in x_ticks %}
<line class="axis" x1="{{ at }}" x2="{{ at }}" y1="{{ top }}" y2="{{ bottom }}" stroke="#ccc"/>
<text x="{{ at }}" y="{{ bottom + 16 }}" text-anchor="middle">{{ text }}</text>
{% endfor %}
{% for at, text in y_ticks %}
<line class="axis" x1="{{ left }}" x2="{{ right }}" y1="{{ at }}" y2="{{ at }}" stroke="#ccc"/>
<text x="{{ left - 6 }}" y="{{ at + 4 }}" text-anchor="end">{{ text }}</text>
{% endfor %}
{% if diagonal %}
<line class="guide" x1="{{ left }}" y1="{{ bottom }}" x2="{{ right }}" y2="{{ top }}" \
stroke="#888"/>
{% endif %}
{{ body }}
<text x="{{ (left + right) / 2 }}" y="{{ height - 8 }}" text-anchor="middle">{{ x_label }}</text>
<text x="14" y="{{ (top + bottom) / 2 }}" text-anchor="middle" \
transform="rotate(-90 14 {{ (top + bottom) / 2 }})">{{ y_label }}</text>
</svg>"""


def _x(value: float, axis: Axis) -> float:
    span = _WIDTH - _LEFT - _RIGHT
    return round(_LEFT + span * (value - axis.low) / (axis.high - axis.low), 1)


def _y(value: float, axis: Axis) -> float:
    span = _HEIGHT - _TOP - _BOTTOM
    return round(_HEIGHT - _BOTTOM - span * (value - axis.low) / (axis.high - axis.low), 1)


def _chart(body: Markup, label: str, x: Axis, y: Axis, *, diagonal: bool = False) -> Markup:
    return render(
        _CHART,
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        top=_TOP,
        bottom=_HEIGHT - _BOTTOM,
        x_ticks=[(_x(value, x), text) for value, text in x.ticks()],
        y_ticks=[(_y(value, y), text) for value, text in y.ticks()],
        x_label=x.label,
        y_label=y.label,
        body=body,
        label=label,
        diagonal=diagonal,
    )


_LINES = """{% if band %}
<polygon class="band" points="{{ band }}" fill="#ccc" fill-opacity="0.5"/>
{% endif %}
{% for line in lines %}
{% if line.points %}
<polyline class="line {{ line.style }}" points="{{ line.points }}" fill="none" stroke="#06c"/>
{% endif %}
{% if line.mark %}
<circle class="dot {{ line.style }}" cx="{{ line.mark[0] }}" cy="{{ line.mark[1] }}" r="5"/>
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
    """Lines over two axes; more than four series use the styles again.

    `band` is shaded behind them: (x, low, high) by ascending x.
    """
    lines = []
    for i, one in enumerate(series):
        kept = [p for p in one.points if not math.isnan(p[0]) and not math.isnan(p[1])]
        mark = one.mark if one.mark and not any(math.isnan(v) for v in one.mark) else None
        lines.append(
            {
                "style": _STYLES[i % len(_STYLES)],
                "points": " ".join(f"{_x(a, x)},{_y(b, y)}" for a, b in kept),
                "mark": (_x(mark[0], x), _y(mark[1], y)) if mark else None,
            }
        )
    shaded = [(a, low) for a, low, _ in band] + [(a, high) for a, _, high in reversed(band)]
    points = " ".join(f"{_x(a, x)},{_y(b, y)}" for a, b in shaded)
    return _chart(render(_LINES, lines=lines, band=points), label, x, y, diagonal=diagonal)


_BARS = """{% for bar in bars %}
<rect class="bar {{ bar.style }}" x="{{ bar.x }}" y="{{ bar.y }}" width="{{ bar.width }}" \
height="{{ bar.height }}"/>
{% endfor %}"""


def stacked_bars(
    bars: Sequence[tuple[float, float, int, int]], *, x: Axis, y: Axis, label: str
) -> Markup:
    """Bars (from, to, lower count, upper count), the upper one on top in the second style."""
    shapes = []
    for low, high, first, second in bars:
        left, width = _x(low, x), round(_x(high, x) - _x(low, x) - 1, 1)
        for style, start, end in (("one", 0, first), ("two", first, first + second)):
            top = _y(end, y)
            height = round(_y(start, y) - top, 1)
            if height > 0:
                shapes.append(
                    {"style": style, "x": left, "y": top, "width": width, "height": height}
                )
    return _chart(render(_BARS, bars=shapes), label, x, y)


def key(names: Sequence[str]) -> Markup:
    """A legend line for `line_chart`."""
    template = """{% for name, style in entries %}\
<span class="key {{ style }}">{{ name }}</span>{% endfor %}"""
    return render(template, entries=[(n, _STYLES[i % len(_STYLES)]) for i, n in enumerate(names)])
