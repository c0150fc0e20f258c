"""Label by label: which ones are found, how sure is that, and what changed."""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.measure.findings import FEW_TICKETS
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred

_TEMPLATE = """{% for c in comparisons %}
<div class="scroll" tabindex="0" role="region" \
aria-label="Recall by label, {{ c.base }} to {{ c.candidate }}"><table>
<caption>{{ c.base }} to {{ c.candidate }}: recall by gold label; p is adjusted for testing every \
label (Holm)</caption>
<thead><tr><th scope="col" class="text">label</th><th scope="col">tickets</th>\
<th scope="col">{{ c.base }}</th><th scope="col">{{ c.candidate }}</th>\
<th scope="col">difference</th><th scope="col">p</th></tr></thead>
<tbody>
{% for l in c.of_labels("recall") %}
<tr><th scope="row">{{ l.label }}</th><td>{{ l.difference.n }}</td><td>{{ l.base | percent }}</td>\
<td>{{ l.candidate | percent }}</td><td>{{ l.difference | difference }}</td>\
<td>{{ l.p_holm | p_value }}</td></tr>
{% endfor %}
</tbody></table></div>
{% endfor %}
{% for e in evaluations %}
<div class="scroll" tabindex="0" role="region" \
aria-label="Labels of {{ e.provenance.rubric_set }}"><table>
<caption>{{ e.provenance.rubric_set }}: over {{ e.tickets.n_labelled }} tickets whose gold is a \
label; recall under the policy counts reviewed and escalated tickets as missed; 95% intervals\
</caption>
<thead><tr><th scope="col" class="text">label</th><th scope="col">tickets</th>\
<th scope="col">predicted</th>\
{% for m in e.by_label.results[0].metrics %}<th scope="col">{{ m.title }}</th>{% endfor %}\
</tr></thead>
<tbody>
{% for label in e.by_label.results %}
<tr><th scope="row">{{ label.label }}{% if label.support < few %} \
<span class="muted">(few tickets)</span>{% endif %}</th>\
<td>{{ label.support }}</td><td>{{ label.predicted }}</td>\
{% for m in label.metrics %}<td>{{ m.estimate | estimate }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
{% endfor %}"""


def answer(report: Report) -> str:
    """The label that the set to use finds least, among those with tickets enough."""
    labels = [r for r in preferred(report.results).by_label.results if r.support >= FEW_TICKETS]
    if not labels:
        return "few tickets of each"
    least = min(labels, key=lambda one: one.recall.value)
    return f"{least.label} is found least, {numbers.percent(least.recall.value)}"


@section(order=54, id="labels", title="Label by label", short=answer)
def labels(report: Report) -> Markup:
    """Every label metric of every gold label with intervals, and how recall changed."""
    results = report.results
    return render(
        _TEMPLATE, evaluations=results.evaluations, comparisons=results.comparisons, few=FEW_TICKETS
    )
