"""Section 3, labels: which ones are found, and how sure is that?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_TEMPLATE = """{% for e in evaluations %}
<div class="scroll"><table>
<caption>{{ e.provenance.rubric_set }}: recall, precision and F1 of the top label, over \
{{ e.n_labelled }} tickets whose gold is a label; routed recall counts reviewed and escalated \
tickets as missed; 95% intervals</caption>
<thead><tr><th scope="col" class="text">label</th><th scope="col">tickets</th>\
<th scope="col">predicted</th><th scope="col">recall</th><th scope="col">precision</th>\
<th scope="col">F1</th><th scope="col">routed recall</th></tr></thead>
<tbody>
{% for label in e.label_results %}
<tr><th scope="row">{{ label.label }}{% if label.support < 20 %} \
<span class="muted">(few tickets)</span>{% endif %}</th>\
<td>{{ label.support }}</td><td>{{ label.predicted }}</td>\
<td class="nowrap">{{ label.recall | estimate }}</td>\
<td class="nowrap">{{ label.precision | estimate }}</td>\
<td class="nowrap">{{ label.f1 | estimate }}</td>\
<td class="nowrap">{{ label.routed_recall | estimate }}</td></tr>
{% endfor %}
</tbody></table></div>
{% endfor %}"""


@section(order=30, id="labels", title="Which labels are found?")
def labels(report: Report) -> Markup:
    """Per-label recall, precision and F1 with intervals."""
    return render(_TEMPLATE, evaluations=report.results.evaluations)
