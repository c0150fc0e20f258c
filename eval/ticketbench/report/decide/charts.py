"""More out alone, or fewer wrong? The two charts that follow the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from ticketbench.core.policy import ROUTE
from ticketbench.core.types import Estimate
from ticketbench.measure.statistics.intervals import share
from ticketbench.measure.threshold_curve import CurvePoint, threshold_curve
from ticketbench.report.decide import curves
from ticketbench.report.decide.dots import place
from ticketbench.report.decide.terms import term
from ticketbench.report.decide.view import View
from ticketbench.report.rendering import render
from ticketbench.report.words import numbers
from ticketbench.report.words.setting import setting_text

TOP, HEIGHT = 30, 212
"""Pixels: where the box of a chart begins, and how high it is."""
LEFT, WIDTH = 8.0, 86.0
"""Percent of the width."""
MOST_LINES = 6

_TEMPLATE = """<section id="try" class="wide">
<h2>More out alone, or fewer wrong?</h2>
{% if decided %}
<p class="sub"><span class="script" hidden>Move the {{ threshold }}: everything down to the \
tickets follows. </span>{{ why }}</p>
{% else %}
<details><summary>Two charts, of too few tickets to choose by</summary>
{% endif %}
<div class="two">
<div><h3>Right against alone</h3>{{ right }}</div>
<div><h3>Cost against doing nothing</h3>{{ cost }}</div>
</div>
{% if not decided %}
</details>
{% endif %}
</section>"""

_CHART = """<svg class="chart" id="{{ id }}" role="img" width="100%" height="280" \
aria-label="{{ alt }}">
<text x="0" y="12">{{ y_title }}</text>
{% for y, text in y_ticks %}
<g class="tick"{{ " visibility=hidden" if text is none }}><line class="grid" stroke="#ddd" \
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
<path class="band" fill="#17191c" fill-opacity=".1" d="{{ band }}"/>
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
<line class="mark" stroke="#5d646c" stroke-dasharray="{{ mark.dash }}" x1="{{ left }}%" \
x2="{{ right }}%" y1="{{ mark.y }}" y2="{{ mark.y }}"/>
<text class="mark-name" x="{{ mark.x }}%" y="{{ mark.text_y }}"\
{% if mark.anchor %} text-anchor="{{ mark.anchor }}"{% endif %}>{{ mark.text }}</text>
{% endif %}
<line class="ring-bar" stroke="#1d5fc4" stroke-width="2" x1="{{ ring.x }}%" x2="{{ ring.x }}%" \
y1="{{ ring.y1 }}" y2="{{ ring.y2 }}"{{ " visibility=hidden" if not ring.shown }}/>
<circle class="ring" fill="#fff" stroke="#1d5fc4" stroke-width="3" cx="{{ ring.x }}%" \
cy="{{ ring.y }}" r="6"{{ " visibility=hidden" if not ring.shown }}/>
</svg>"""

_DASH = {"new": "", "old": "5 5", "other": "1 5"}
_COLOUR = {"new": "#17191c", "old": "#5d646c", "other": "#5d646c"}


def charts(view: View) -> Markup:
    """Both charts at the setting that the page opens with."""
    drawn = [threshold_curve(one.tickets, view.policy, view.costs) for one in view.sets]
    results = view.results
    said = setting_text(view.found, results.evaluations)
    why = [f"{line}." for line in (said.promise, said.order) if line]
    if view.found.setting and view.found.kind in ("money", "promise"):
        why.insert(0, _why(view))
    return render(
        _TEMPLATE,
        decided=view.found.setting is not None,
        threshold=term("threshold", "threshold"),
        why=" ".join(why),
        right=_right(view, drawn),
        cost=_cost(view, drawn),
    )


def _why(view: View) -> str:
    setting = view.found.setting
    assert setting is not None
    at = numbers.threshold(setting.threshold)
    if not setting.saving.held_out:
        return f"At {at} a ticket costs {setting.saving.cost.value:.2f} on these tickets."
    return (
        f"{at} has the least cost at your prices; chosen on four fifths of the tickets and priced "
        f"on the last fifth a ticket costs {setting.saving.cost.value:.2f}."
    )


def cost_axis(view: View, drawn: Sequence[Sequence[CurvePoint]]) -> tuple[float, float]:
    """The step and the upper end of the cost axis, which begins at 0."""
    highest = max(
        (p.saving.cost.value for curve in drawn for p in curve if p.n), default=view.costs.review
    )
    highest = max(highest, 1.1 * view.costs.review, 1e-9)
    step = curves.cost_step(highest)
    return step, step * -(-highest // step)


def _right(view: View, drawn: Sequence[Sequence[CurvePoint]]) -> Markup:
    points = [curves.right_against_alone(curve) for curve in drawn]
    low = curves.lowest_share([y for line in points for _, y in line])
    routed = _routed(view)
    shown = routed.defined and routed.value >= low
    alone = routed.n / max(1, view.sets[view.use].tickets.n)
    target = view.found.target if view.found.target_stated else None
    ticks = [low + i * (1 - low) / 4 for i in range(5)]
    names = _names_right(view, points, low)
    return render(
        _CHART,
        **_frame("chart-right", "right, of 100 that go out alone", "go out alone, of 100"),
        alt=_alt_right(view, routed),
        y_ticks=[(_y(v, low, 1.0), f"{100 * v:.0f}") for v in ticks],
        x_ticks=[(LEFT + WIDTH * x, f"{100 * x:.0f}") for x in (0, 0.25, 0.5, 0.75, 1)],
        band=None,
        lines=_lines(view, [curves.path(p, x=1, y=(low, 1)) for p in points], names),
        mark=_target(target, low),
        ring=_ring(routed, alone, (low, 1.0), shown=shown),
    )


def _routed(view: View) -> Estimate:
    """The share right of what goes out alone, of the set in use."""
    tickets = view.sets[view.use].tickets
    routed = tickets.decided(view.policy).outcome == ROUTE
    return share(tickets.right[routed], tickets.groups[routed])


def _alt_right(view: View, routed: Estimate) -> str:
    n = view.sets[view.use].tickets.n
    if not routed.n:
        return "Nothing goes out alone"
    alone = 100 * routed.n / n
    return f"{alone:.0f} of 100 tickets go out alone, {100 * routed.value:.0f} of 100 of them right"


def _target(target: float | None, low: float) -> dict[str, object] | None:
    if target is None or target < low:
        return None
    y = _y(target, low, 1.0)
    return {
        "y": y, "text_y": y - 5, "x": LEFT + WIDTH, "anchor": "end", "dash": "2 3",
        "text": f"target {100 * target:g}",
    }  # fmt: skip


def _cost(view: View, drawn: Sequence[Sequence[CurvePoint]]) -> Markup:
    step, high = cost_axis(view, drawn)
    used = drawn[view.use]
    review = view.costs.review
    *names, name_of_review = _places_cost(view, drawn, high)
    at = _at(view, used)
    return render(
        _CHART,
        **_frame("chart-cost", "cost a ticket", "threshold"),
        alt=f"At this threshold a ticket costs {at.value:.2f}, all to a person {review:.2f}",
        y_ticks=cost_ticks(step, high),
        x_ticks=[(LEFT + WIDTH * x / 1.01, f"{x:.2f}") for x in (0, 0.25, 0.5, 0.75, 1)],
        band=_band(used, high),
        lines=_lines(
            view,
            [curves.path(curves.cost_against_threshold(c), x=1.01, y=(0, high)) for c in drawn],
            [{"x": LEFT + 1, "y": y, "anchor": ""} for y in names],
        ),
        mark={
            "y": _y(review, 0, high), "text_y": name_of_review, "x": LEFT + 1,
            "anchor": "", "dash": "none", "text": f"all to a person {review:.2f}",
        },
        ring=_ring(at, view.policy.threshold / 1.01, (0.0, high), shown=at.defined),
    )  # fmt: skip


def cost_ticks(step: float, high: float) -> list[tuple[float, str | None]]:
    """Six lines, of which those above the upper end are hidden."""
    decimals = 0 if step >= 1 else 1 if step >= 0.1 else 2 if step >= 0.01 else 4
    values = [i * step for i in range(MOST_LINES)]
    return [
        (_y(v, 0, high), f"{v:.{decimals}f}" if v <= high * (1 + 1e-9) else None) for v in values
    ]


def _at(view: View, used: Sequence[CurvePoint]) -> Estimate:
    """The cost at the very setting on these tickets; the one that was held out is told in words."""
    from ticketbench.measure.thresholds.choose import saving_on

    return saving_on(view.sets[view.use].tickets, view.policy, view.costs).cost


def _band(curve: Sequence[CurvePoint], high: float) -> str:
    known = [p for p in curve if p.saving.cost.low == p.saving.cost.low]
    above = [(p.threshold, p.saving.cost.high) for p in known]
    below = [(p.threshold, p.saving.cost.low) for p in reversed(known)]
    drawn = curves.path([*above, *below], x=1.01, y=(0, high))
    return f"{drawn}Z" if drawn else ""


def _lines(
    view: View, paths: Sequence[str], names: Sequence[dict[str, object]]
) -> list[dict[str, object]]:
    """The set in use last, over the others."""
    order = sorted(range(len(paths)), key=lambda k: (k == view.use, k))
    return [
        {
            "k": k,
            "style": view.sets[k].style,
            "dash": _DASH[view.sets[k].style],
            "colour": _COLOUR[view.sets[k].style],
            "wide": 2.25 if k == view.use else 1.75,
            "d": paths[k],
            "name": view.sets[k].name,
            **names[k],
        }
        for k in order
    ]


def _names_right(
    view: View, points: Sequence[Sequence[tuple[float, float]]], low: float
) -> list[dict[str, object]]:
    """Names at the right ends of the lines, kept apart."""
    ends = [_y(line[-1][1], low, 1.0) if line else TOP + HEIGHT for line in points]
    return [
        {"x": LEFT + WIDTH + 1, "y": y + 4, "anchor": ""} for y in apart(ends, least=14)
    ]  # fmt: skip


def _places_cost(view: View, drawn: Sequence[Sequence[CurvePoint]], high: float) -> list[float]:
    """Where the names of the lines stand at their left ends, and last that of the line of doing
    nothing, kept apart.
    """
    at = [_y(curve[0].saving.cost.value, 0, high) - 8 if curve[0].n else TOP for curve in drawn]
    return apart([*at, _y(view.costs.review, 0, high) + 15], least=15)


def apart(places: Sequence[float], *, least: float) -> list[float]:
    """The same places, from the top down moved so that no two are nearer than `least`."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda i: places[i])
    for before, i in pairwise(order):
        moved[i] = max(moved[i], moved[before] + least)
    return moved


def _ring(of: Estimate, x: float, y: tuple[float, float], *, shown: bool) -> dict[str, object]:
    low, high = y
    values = (of.value, of.low, of.high) if shown else (low, low, low)
    at, down, up = (_y(low if v != v else min(high, max(low, v)), low, high) for v in values)
    return {"x": round(LEFT + WIDTH * place(x, (0, 1)) / 100, 3), "y": at, "y1": down, "y2": up,
            "shown": shown}  # fmt: skip


def _frame(id: str, y_title: str, x_title: str) -> dict[str, object]:
    return {
        "id": id, "y_title": y_title, "x_title": x_title, "left": LEFT, "right": LEFT + WIDTH,
        "width": WIDTH, "top": TOP, "height": HEIGHT,
    }  # fmt: skip


def _y(value: float, low: float, high: float) -> float:
    return round(TOP + HEIGHT * (high - value) / (high - low), 2)
