"""Small charts of a few rows: dots with a bar that tells how sure they are, bars of counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.report import colours
from ticketbench.report.rendering import render

ROW = 22
"""Height of a row in pixels."""

_DOTS = """<svg class="dots" role="img" width="100%" height="{{ height }}" \
aria-label="{{ alt }}">
{% if line %}
<line class="ref" stroke="{{ colours.INK }}" x1="{{ line.x }}%" x2="{{ line.x }}%" y1="0" \
y2="{{ height - 15 }}"/>
<text x="{{ line.x }}%" y="{{ height - 3 }}" text-anchor="middle">{{ line.text }}</text>
{% endif %}
{% for row in rows %}
<line class="rail" stroke="{{ colours.RAIL }}" x1="0" x2="100%" y1="{{ row.y }}" y2="{{ row.y }}"/>
{% if row.sure %}
<line class="sure {{ row.style }}" stroke="{{ row.colour }}" stroke-width="5" \
stroke-opacity=".45" x1="{{ row.x1 }}%" x2="{{ row.x2 }}%" y1="{{ row.y }}" y2="{{ row.y }}"/>
{% endif %}
<circle class="{{ row.style }}" fill="{{ row.colour }}" cx="{{ row.x }}%" cy="{{ row.y }}" r="5"/>
{% endfor %}
</svg>"""

_COLOURS = {"new": colours.RIGHT, "old": colours.SECOND, "other": colours.PERSON}


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval; `style` is that of its set: new, old or other."""

    of: Estimate
    style: str


def dots(
    rows: Sequence[Dot],
    *,
    ends: tuple[float, float],
    alt: str,
    line: tuple[float, str] | None = None,
) -> Markup:
    """A row a dot between the two `ends`, the first of which may be the larger; better is right.

    `line` is a value that is marked over all rows, with its name. A row without a value stays
    empty, one without an interval has its dot alone.
    """
    height = ROW * len(rows) + (18 if line else 0)
    return render(
        _DOTS,
        height=height,
        alt=alt,
        line={"x": place(line[0], ends), "text": line[1]} if line else None,
        rows=[_row(i, dot, ends) for i, dot in enumerate(rows) if dot.of.defined],
    )


def place(value: float, ends: tuple[float, float]) -> float:
    """Where a value lies between the ends, in percent, within 0 and 100."""
    low, high = ends
    return round(min(100.0, max(0.0, 100 * (value - low) / (high - low))), 2)


def _row(i: int, dot: Dot, ends: tuple[float, float]) -> dict[str, object]:
    of, sure = dot.of, not (math.isnan(dot.of.low) or math.isnan(dot.of.high))
    return {
        "y": i * ROW + ROW // 2,
        "x": place(of.value, ends),
        "sure": sure,
        "x1": place(of.low, ends) if sure else 0,
        "x2": place(of.high, ends) if sure else 0,
        "style": dot.style,
        "colour": _COLOURS[dot.style],
    }


_BARS = """<svg class="bars" role="img" width="100%" height="{{ height }}" aria-label="{{ alt }}">
{% for bar in bars %}
<rect class="wrong" fill="{{ colours.WRONG }}" x="0" y="{{ bar.y }}" rx="2" height="12" \
width="{{ bar.width }}%"/>
<text x="{{ bar.width + 2 }}%" y="{{ bar.y + 10 }}">{{ bar.text }}</text>
{% endfor %}
</svg>"""


def wrong_bars(rows: Sequence[tuple[int, str]], *, alt: str) -> Markup:
    """Counts of wrong tickets as bars with their text behind; the longest takes a third."""
    most = max((n for n, _ in rows), default=1) or 1
    bars = [
        {"y": i * ROW + 5, "width": round(max(1.0, 34 * n / most), 1), "text": text}
        for i, (n, text) in enumerate(rows)
    ]
    return render(_BARS, height=ROW * len(rows), alt=alt, bars=bars)
