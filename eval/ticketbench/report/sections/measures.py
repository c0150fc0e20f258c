"""All measures: each with its interval, and what changed from set to set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.measure.evaluation import Evaluation
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
    """One metric of every rubric set."""

    title: str
    share: bool
    higher_is_better: bool
    of_sets: tuple[Estimate, ...]


_TEMPLATE = """{% for c in comparisons %}
<h3>{{ c.base }} to {{ c.candidate }}: {{ c.contingency.only_candidate }} fixed, \
{{ c.contingency.only_base }} broken, {{ c.contingency.both }} right in both, \
{{ c.contingency.neither }} wrong in both</h3>
{% if c.flips %}
<p>{{ "The one" if c.flips | length == 1 else "All " ~ c.flips | length }} that changed \
{{ "is" if c.flips | length == 1 else "are" }} listed \
{% if followed %}under <a href="#tickets">Tickets</a> above and {% endif %}in {{ listed }}.</p>
{% endif %}
<div class="scroll" tabindex="0" role="region" \
aria-label="Measures, {{ c.base }} to {{ c.candidate }}"><table>
<caption>The same {{ c.n_paired }} tickets under both sets; difference is {{ c.candidate }} minus \
{{ c.base }}, in points for shares, 95% intervals\
{% if c.unpaired %}; {{ c.unpaired }} answers have no partner{% endif %}; McNemar mid-p of the \
accuracy {{ c.mcnemar_midp | p_value }}{% if c.n_groups < c.n_paired %}, which ignores the \
groups{% endif %}. A person reading every ticket costs {{ by_hand | price }} each</caption>
<thead><tr><th scope="col" class="text">metric</th><th scope="col">{{ c.base }}</th>\
<th scope="col">{{ c.candidate }}</th><th scope="col">difference</th>\
<th scope="col" class="text">better is</th></tr></thead>
<tbody>
{% for d in c.differences %}
<tr><th scope="row">{{ d.title }}</th>\
<td>{{ d.base | percent if d.share else d.base | number }}</td>\
<td>{{ d.candidate | percent if d.share else d.candidate | number }}</td>\
<td>{{ d.difference | difference(share=d.share) }}</td>\
<td class="text">{{ "higher" if d.higher_is_better else "lower" }}</td></tr>
{% endfor %}
</tbody></table></div>
<p>{{ gate(c) }}.{% if losses(c) %} {{ losses(c) }}.{% endif %} \
p of equal accuracy {{ c.change("accuracy").p | p_value }}\
{% if comparisons | length > 1 %}, {{ c.verdict.p | p_value }} adjusted for \
{{ comparisons | length }} candidates (Holm), so the verdict reads \
{{ seen_change(c.verdict, several=True) }}\
{% endif %}\
{% if c.sign_flip_p == c.sign_flip_p %}, exact by sign-flipping {{ c.sign_flip_p | p_value }}\
{% endif %}. Mix of top labels: {{ "shifted" if c.marginal_shift.p < 0.05 else \
"no sign of a shift" }} (Stuart-Maxwell {{ c.marginal_shift.stat | number(1) }}, \
{{ c.marginal_shift.df }} degrees of freedom, p {{ c.marginal_shift.p | p_value }}).</p>
{% endfor %}
<h3>Every metric, and how its interval is made</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Every metric"><table>
<caption>95% intervals</caption>
<thead><tr><th scope="col" class="text">metric</th>\
{% for e in evaluations %}<th scope="col">{{ e.provenance.rubric_set }}</th>{% endfor %}\
<th scope="col">n</th><th scope="col" class="text">interval</th>\
<th scope="col" class="text">better is</th></tr></thead>
<tbody>
{% for m in metrics %}
<tr><th scope="row">{{ m.title }}</th>\
{% for one in m.of_sets %}<td>{{ one | estimate(share=m.share) }}</td>{% endfor %}\
<td>{{ m.of_sets | map(attribute="n") | unique | join(" / ") }}</td>\
<td class="text">{{ m.of_sets | map(attribute="method") | unique | join(" / ") }}</td>\
<td class="text">{{ "higher" if m.higher_is_better else "lower" }}</td></tr>
{% endfor %}
</tbody></table></div>"""


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
    """Paired differences of all metrics, and every metric of every set with its interval."""
    return render(
        _TEMPLATE,
        comparisons=report.results.comparisons,
        evaluations=report.results.evaluations,
        metrics=_metrics(report.results.evaluations),
        by_hand=report.results.evaluations[0].settings.costs.review,
        gate=not_worse_text,
        losses=losses_text,
        listed=CHANGED_LIST,
        followed=report.followed,
        seen_change=seen_change,
    )


def _metrics(evaluations: Sequence[Evaluation]) -> list[Metric]:
    """Metrics of tickets, cells, tables and routing, then the area under the risk curve."""
    each = [(*e.metrics, *e.routing.summary.metrics) for e in evaluations]
    rows = [
        Metric(
            title=of_sets[0].title,
            share=of_sets[0].share,
            higher_is_better=of_sets[0].higher_is_better,
            of_sets=tuple(one.estimate for one in of_sets),
        )
        for of_sets in zip(*each, strict=True)
    ]
    curves = [e.routing.risk_coverage for e in evaluations]
    aurc = tuple(
        Estimate(curve.aurc, math.nan, math.nan, curve.n, "no interval") for curve in curves
    )
    return [*rows, Metric(title="AURC", share=False, higher_is_better=False, of_sets=aurc)]
