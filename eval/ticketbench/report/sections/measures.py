"""All measures: each with its interval, and what changed from set to set."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.measure.compare import Comparison
from ticketbench.measure.results import RunResults
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred
from ticketbench.report.words.verdict import (
    CHANGED_LIST,
    losses_text,
    not_worse_text,
    seen_change,
)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of every rubric set, by its name."""

    title: str
    share: bool
    higher_is_better: bool
    of_sets: dict[str, Estimate]


_TEMPLATE = """{% for c in comparisons %}
<h3>{{ c.base }} to {{ c.candidate }}: {{ c.contingency.only_candidate }} fixed, \
{{ c.contingency.only_base }} broken, {{ c.contingency.both }} right in both, \
{{ c.contingency.neither }} wrong in both</h3>
<p>{% if c.flips %}{{ "The one" if c.flips | length == 1 else "All " ~ c.flips | length }} that \
changed {{ "is" if c.flips | length == 1 else "are" }} listed \
{% if followed %}under <a href="#tickets">Tickets</a> above and {% endif %}in {{ listed }}. \
{% endif %}\
The same {{ c.n_paired }} tickets under both sets\
{% if c.unpaired %}; {{ c.unpaired }} answers have no partner{% endif %}. \
{{ gate(c) }}.{% if losses(c) %} {{ losses(c) }}.{% endif %} \
p of equal accuracy {{ c.change("accuracy").p | p_value }}\
{% if comparisons | length > 1 %}, {{ c.verdict.p | p_value }} adjusted for \
{{ comparisons | length }} candidates (Holm), so the verdict reads \
{{ seen_change(c.verdict, several=True) }}\
{% endif %}\
{% if c.sign_flip_p == c.sign_flip_p %}, exact by sign-flipping {{ c.sign_flip_p | p_value }}\
{% endif %}, McNemar mid-p {{ c.mcnemar_midp | p_value }}\
{% if c.n_groups < c.n_paired %}, which ignores the groups{% endif %}. \
Mix of top labels: {{ "shifted" if c.marginal_shift.p < 0.05 else \
"no sign of a shift" }} (Stuart-Maxwell {{ c.marginal_shift.stat | number(1) }}, \
{{ c.marginal_shift.df }} degrees of freedom, p {{ c.marginal_shift.p | p_value }}).</p>
{% endfor %}
<div tabindex="0" role="region" aria-label="Every metric"><table class="tf tl">
<caption>Every metric with its 95% interval; ↓: lower is better.\
{% if comparisons %} A change is the second set minus the first, in points for shares.{% endif %} \
A person reading every ticket costs {{ by_hand | price }} each</caption>
<thead><tr><th>metric</th>\
{% for e in evaluations %}<th>{{ e.provenance.rubric_set }}</th>{% endfor %}\
{% for c in comparisons %}<th>{{ c.base }} to {{ c.candidate }}</th>{% endfor %}\
<th>n</th><th>interval</th></tr></thead>
{% for m in metrics %}
<tr><th>{{ m.title }}{{ " ↓" if not m.higher_is_better }}</th>\
{% for one in m.of_sets.values() %}<td>{{ one | estimate(share=m.share) }}</td>{% endfor %}\
{% for c in comparisons %}<td>{{ change(c, m) }}</td>{% endfor %}\
<td>{{ m.of_sets.values() | map(attribute="n") | unique | join(" / ") }}</td>\
<td>{{ m.of_sets.values() | map(attribute="method") | unique | join(" / ") }}</td></tr>
{% endfor %}
</table></div>"""


def answer(report: Report) -> str:
    """The change of the accuracy to the set to use; without a change its accuracy."""
    chosen = preferred(report.results)
    name = chosen.provenance.rubric_set
    compared = report.results.comparisons
    found = [c for c in compared if c.candidate == name] or list(compared[:1])
    if not found:
        return f"accuracy {numbers.percent(chosen.accuracy.value)}"
    points = numbers.points(found[0].accuracy.value)
    return f"accuracy {points} points{f' to {found[0].candidate}' if len(compared) > 1 else ''}"


@section(order=10, id="measures", title="All measures", short=answer)
def measures(report: Report) -> Markup:
    """Every metric of every set with its interval, and its paired differences."""
    return render(
        _TEMPLATE,
        comparisons=report.results.comparisons,
        evaluations=report.results.evaluations,
        metrics=_metrics(report.results),
        by_hand=report.results.evaluations[0].settings.costs.review,
        gate=not_worse_text,
        losses=losses_text,
        listed=CHANGED_LIST,
        followed=report.followed,
        seen_change=seen_change,
        change=_change,
    )


def _metrics(of: RunResults) -> list[Metric]:
    """Metrics of tickets, cells, tables and routing, those that only changes have, then the AURC.

    The last is the area under the risk curve.
    """
    names = [e.provenance.rubric_set for e in of.evaluations]
    each = [(*e.metrics, *e.routing.summary.metrics) for e in of.evaluations]
    rows = [
        Metric(
            title=of_sets[0].title,
            share=of_sets[0].share,
            higher_is_better=of_sets[0].higher_is_better,
            of_sets={name: one.estimate for name, one in zip(names, of_sets, strict=True)},
        )
        for of_sets in zip(*each, strict=True)
    ]
    curves = {name: e.routing.risk_coverage for name, e in zip(names, of.evaluations, strict=True)}
    aurc = {name: _plain(curve.aurc, curve.n) for name, curve in curves.items()}
    last = Metric(title="AURC", share=False, higher_is_better=False, of_sets=aurc)
    return [*rows, *_compared_alone(of.comparisons, {row.title for row in rows}), last]


def _compared_alone(comparisons: Sequence[Comparison], known: Set[str]) -> list[Metric]:
    """Metrics that no evaluation has: their values are those of the paired tickets."""
    found: dict[str, Metric] = {}
    for c in comparisons:
        for d in c.differences:
            if d.title not in known:
                made = Metric(
                    d.title, share=d.share, higher_is_better=d.higher_is_better, of_sets={}
                )
                values = found.setdefault(d.title, made).of_sets
                n = d.difference.n
                values |= {c.base: _plain(d.base, n), c.candidate: _plain(d.candidate, n)}
    return list(found.values())


def _plain(value: float, n: int) -> Estimate:
    return Estimate(value, math.nan, math.nan, n, "no interval")


def _change(c: Comparison, metric: Metric) -> str:
    """The paired difference; with both values where they are not those that the row shows.

    They differ where some tickets were answered under one set only.
    """
    d = next((d for d in c.differences if d.title == metric.title), None)
    if d is None:
        return numbers.DASH
    shown = numbers.percent if d.share else numbers.number
    base, candidate = shown(d.base), shown(d.candidate)
    said = numbers.difference(d.difference, share=d.share)
    row = (metric.of_sets[c.base].value, metric.of_sets[c.candidate].value)
    return said if (base, candidate) == tuple(map(shown, row)) else f"{base} → {candidate}, {said}"
