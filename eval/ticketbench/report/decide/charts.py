"""More out alone, or fewer wrong? The two charts that follow the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from ticketbench.core.policy import ROUTE
from ticketbench.core.types import Estimate
from ticketbench.measure.statistics.intervals import share
from ticketbench.measure.threshold_curve import CurvePoint, threshold_curve
from ticketbench.measure.thresholds.choose import saving_on
from ticketbench.report.decide.excerpts import short_name
from ticketbench.report.decide.terms import term
from ticketbench.report.decide.view import View
from ticketbench.report.drawing import curves
from ticketbench.report.drawing.frame import (
    HEIGHT,
    LEFT,
    TOP,
    WIDTH,
    Line,
    apart,
    chart,
    height_of,
    ring,
)
from ticketbench.report.rendering import render
from ticketbench.report.words import numbers
from ticketbench.report.words.setting import setting_text

MOST_LINES = 6
_LONGEST, _NARROW = 22, 6
"""Characters of the name at a line; so many have place on the right of a chart."""

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
    whose = "your" if view.found.prices_stated else "example"
    return (
        f"{at} has the least cost at {whose} prices; chosen on four fifths of the tickets and "
        f"priced on the last fifth a ticket costs {setting.saving.cost.value:.2f}."
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
    return chart(
        "chart-right",
        y_title="right, of 100 that go out alone",
        x_title="go out alone, of 100",
        alt=_alt_right(view, routed),
        y_ticks=[(height_of(v, low, 1.0), f"{100 * v:.0f}") for v in ticks],
        x_ticks=[(LEFT + WIDTH * x, f"{100 * x:.0f}") for x in (0, 0.25, 0.5, 0.75, 1)],
        band=None,
        lines=_within(
            view,
            [curves.path(p, x=1, y=(low, 1)) for p in points],
            [(LEFT + WIDTH + 1, y) for y in _ends_of(points, low)],
        ),
        mark=_target(target, low),
        ring=ring(routed, alone, (low, 1.0), shown=shown),
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
    y = height_of(target, low, 1.0)
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
    return chart(
        "chart-cost",
        y_title="cost a ticket",
        x_title="threshold",
        alt=f"At this threshold a ticket costs {at.value:.2f}, all to a person {review:.2f}",
        y_ticks=cost_ticks(step, high),
        x_ticks=[(LEFT + WIDTH * x / 1.01, f"{x:.2f}") for x in (0, 0.25, 0.5, 0.75, 1)],
        band=_band(used, high),
        lines=_lines(
            view,
            [curves.path(curves.cost_against_threshold(c), x=1.01, y=(0, high)) for c in drawn],
            [(LEFT + 1, y) for y in names],
        ),
        mark={
            "y": height_of(review, 0, high), "text_y": name_of_review, "x": LEFT + 1,
            "anchor": "", "dash": "none", "text": f"all to a person {review:.2f}",
        },
        ring=ring(at, view.policy.threshold / 1.01, (0.0, high), shown=at.defined),
    )  # fmt: skip


def cost_ticks(step: float, high: float) -> list[tuple[float, str | None]]:
    """Six lines, of which those above the upper end are hidden."""
    decimals = 0 if step >= 1 else 1 if step >= 0.1 else 2 if step >= 0.01 else 4
    values = [i * step for i in range(MOST_LINES)]
    return [
        (height_of(v, 0, high), f"{v:.{decimals}f}" if v <= high * (1 + 1e-9) else None)
        for v in values
    ]


def _at(view: View, used: Sequence[CurvePoint]) -> Estimate:
    """The cost at the very setting on these tickets; the one that was held out is told in words."""
    return saving_on(view.sets[view.use].tickets, view.policy, view.costs).cost


def _band(curve: Sequence[CurvePoint], high: float) -> str:
    known = [p for p in curve if p.saving.cost.low == p.saving.cost.low]
    above = [(p.threshold, p.saving.cost.high) for p in known]
    below = [(p.threshold, p.saving.cost.low) for p in reversed(known)]
    drawn = curves.path([*above, *below], x=1.01, y=(0, high))
    return f"{drawn}Z" if drawn else ""


def _lines(view: View, paths: Sequence[str], names: Sequence[tuple[float, float]]) -> list[Line]:
    """A line a set with the place of its name; the set in use last, over the others."""
    order = sorted(range(len(paths)), key=lambda k: (k == view.use, k))
    shown = {k: short_name(view.sets[k].name, _LONGEST) for k in order}
    return [Line(k, shown[k], view.sets[k].style, paths[k], *names[k]) for k in order]


def _within(view: View, paths: Sequence[str], names: Sequence[tuple[float, float]]) -> list[Line]:
    """The same; where a name is too long for the margin, all end at the edge of the chart."""
    lines = _lines(view, paths, names)
    if all(len(line.name) <= _NARROW for line in lines):
        return lines
    return [replace(line, x=LEFT + WIDTH, y=line.y - 8, anchor="end") for line in lines]


def _ends_of(points: Sequence[Sequence[tuple[float, float]]], low: float) -> list[float]:
    """Where the names stand at the right ends of the lines, kept apart."""
    ends = [height_of(line[-1][1], low, 1.0) if line else TOP + HEIGHT for line in points]
    return [y + 4 for y in apart(ends, least=14)]


def _places_cost(view: View, drawn: Sequence[Sequence[CurvePoint]], high: float) -> list[float]:
    """Where the names of the lines stand at their left ends, and last that of the line of doing
    nothing, kept apart.
    """
    at = [
        height_of(curve[0].saving.cost.value, 0, high) - 8 if curve[0].n else TOP for curve in drawn
    ]
    return apart([*at, height_of(view.costs.review, 0, high) + 15], least=15)
