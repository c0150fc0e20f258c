"""Section 3, labels: which ones are found, and how sure is that?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_TEMPLATE = """{% for e in evaluations %}
<div class="scroll"><table>
<caption>{{ e.provenance.rubric_set }}: over {{ e.tickets.n_labelled }} tickets whose gold is a \
label; recall under the policy counts reviewed and escalated tickets as missed; 95% intervals\
</caption>
<thead><tr><th scope="col" class="text">label</th><th scope="col">tickets</th>\
<th scope="col">predicted</th>\
{% for m in e.by_label.results[0].metrics %}<th scope="col">{{ m.title }}</th>{% endfor %}\
</tr></thead>
<tbody>
{% for label in e.by_label.results %}
<tr><th scope="row">{{ label.label }}{% if label.support < 20 %} \
<span class="muted">(few tickets)</span>{% endif %}</th>\
<td>{{ label.support }}</td><td>{{ label.predicted }}</td>\
{% for m in label.metrics %}<td class="nowrap">{{ m.estimate | estimate }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
{% endfor %}"""


@section(order=30, id="labels", title="Which labels are found?")
def labels(report: Report) -> Markup:
    """Every label metric of every gold label, with intervals."""
    return render(_TEMPLATE, evaluations=report.results.evaluations)
