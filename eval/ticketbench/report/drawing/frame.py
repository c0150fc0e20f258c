"""One chart: axes whose text keeps its size, lines in a stretched box, a mark and a ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.report import colours
from ticketbench.report.drawing.dots import place
from ticketbench.report.rendering import render

TOP, HEIGHT = 30, 212
"""Pixels: where the box of a chart begins, and how high it is."""
LEFT, WIDTH = 8.0, 86.0
"""Percent of the width."""

_CHART = """<svg class="chart" id="{{ id }}" role="img" width="100%" height="280" \
aria-label="{{ alt }}">
<text x="0" y="12">{{ y_title }}</text>
{% for y, text in y_ticks %}
<g class="tick"{{ " visibility=hidden" if text is none }}>\
<line class="grid" stroke="{{ colours.RAIL }}" \
x1="{{ left }}%" x2="{{ right }}%" y1="{{ y }}" y2="{{ y }}"/>\
<text x="{{ left - 1.5 }}%" y="{{ y + 4 }}" text-anchor="end">{{ text or "" }}</text></g>
{% endfor %}
{% for x, text in x_ticks %}
<text x="{{ x }}%" y="260" text-anchor="middle">{{ text }}</text>
{% endfor %}
<text x="{{ left }}%" y="278">{{ x_title }}</text>
<svg x="{{ left }}%" y="{{ top }}" width="{{ width }}%" height="{{ height }}" \
viewBox="0 0 1000 1000" preserveAspectRatio="none">
{% if band is not none %}
<path class="band" fill="{{ colours.INK }}" fill-opacity=".1" d="{{ band }}"/>
{% endif %}
{% for line in lines %}
<path class="line {{ line.style }}" data-set="{{ line.k }}" fill="none" stroke="{{ line.colour }}" \
stroke-width="{{ line.wide }}"{% if line.dash %} stroke-dasharray="{{ line.dash }}"{% endif %} \
vector-effect="non-scaling-stroke" d="{{ line.d }}"/>
{% endfor %}
</svg>
{% for line in lines %}
<text class="name {{ line.style }}" data-set="{{ line.k }}" x="{{ line.x }}%" y="{{ line.y }}"\
{% if line.anchor %} text-anchor="{{ line.anchor }}"{% endif %}>{{ line.name }}</text>
{% endfor %}
{% if mark %}
<line class="mark" stroke="{{ colours.SECOND }}" stroke-dasharray="{{ mark.dash }}" \
x1="{{ left }}%" x2="{{ right }}%" y1="{{ mark.y }}" y2="{{ mark.y }}"/>
<text class="mark-name" x="{{ mark.x }}%" y="{{ mark.text_y }}"\
{% if mark.anchor %} text-anchor="{{ mark.anchor }}"{% endif %}>{{ mark.text }}</text>
{% endif %}
<line class="ring-bar" stroke="{{ colours.RIGHT }}" stroke-width="2" x1="{{ ring.x }}%" \
x2="{{ ring.x }}%" y1="{{ ring.y1 }}" y2="{{ ring.y2 }}"\
{{ " visibility=hidden" if not ring.shown }}/>
<circle class="ring" fill="#fff" stroke="{{ colours.RIGHT }}" stroke-width="3" cx="{{ ring.x }}%" \
cy="{{ ring.y }}" r="6"{{ " visibility=hidden" if not ring.shown }}/>
</svg>"""

_DASH = {"new": "", "old": "5 5", "other": "1 5"}
_COLOUR = {"new": colours.INK, "old": colours.SECOND, "other": colours.SECOND}


def chart(id: str, **parts: object) -> Markup:
    """The chart `id`; `parts` are those of the template: titles, ticks, lines, mark and ring."""
    places = {"left": LEFT, "right": LEFT + WIDTH, "width": WIDTH, "top": TOP, "height": HEIGHT}
    return render(_CHART, id=id, **places, **parts)


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one set: number, name and style of the set, path, and where its name stands."""

    k: int
    name: str
    style: str
    d: str
    x: float
    y: float
    anchor: str = ""

    @property
    def colour(self) -> str:
        """Where styles are dropped."""
        return _COLOUR[self.style]

    @property
    def dash(self) -> str:
        """Sets are told apart by it, never by a hue."""
        return _DASH[self.style]

    @property
    def wide(self) -> float:
        """The line of the set in use is the thickest."""
        return 2.25 if self.style == "new" else 1.75


def apart(places: Sequence[float], *, least: float) -> list[float]:
    """The same places, from the top down moved so that no two are nearer than `least`."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda i: places[i])
    for before, i in pairwise(order):
        moved[i] = max(moved[i], moved[before] + least)
    return moved


def ring(of: Estimate, x: float, y: tuple[float, float], *, shown: bool) -> dict[str, object]:
    """A ring at the value with its interval as a bar, `x` of the way along, on an axis over `y`."""
    low, high = y
    values = (of.value, of.low, of.high) if shown else (low, low, low)
    at, down, up = (height_of(low if v != v else min(high, max(low, v)), low, high) for v in values)
    return {"x": round(LEFT + WIDTH * place(x, (0, 1)) / 100, 3), "y": at, "y1": down, "y2": up,
            "shown": shown}  # fmt: skip


def height_of(value: float, low: float, high: float) -> float:
    """Where a value stands in pixels from the top, on an axis from `low` to `high`."""
    return round(TOP + HEIGHT * (high - value) / (high - low), 2)
