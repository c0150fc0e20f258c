"""Escalation: does it find the tickets that need two teams?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.recommendation import preferred

_TEMPLATE = """{% for e in evaluations %}
{% set found, summary = e.routing.escalation, e.routing.summary %}
<p><b>{{ e.provenance.rubric_set }}:</b> {{ found.queue | count("ticket") }} escalated, \
{{ found.needed }} truly need two or more labels; precision {{ found.precision | estimate }}, \
recall {{ found.recall | estimate }}; {{ summary.collisions }} of the escalated also passed the \
threshold. Of the routed tickets {{ summary.any_label_precision | estimate }} went to a label \
that fits at all, their own or another one in all_labels.</p>
<details><summary>Other limits for {{ e.provenance.rubric_set }}</summary>
<div class="scroll" tabindex="0" role="region" \
aria-label="Escalation limits of {{ e.provenance.rubric_set }}"><table>
<caption>Escalated when two labels score above the limit; beside it the threshold that costs \
least. Chosen and judged on these very tickets: the lowest cost is optimistic. A person reading \
every ticket costs {{ e.settings.costs.review | price }} each</caption>
<thead><tr><th scope="col">limit</th><th scope="col">escalated</th><th scope="col">precision</th>\
<th scope="col">recall</th><th scope="col">cheapest threshold</th>\
<th scope="col">cost per ticket</th></tr></thead>
<tbody>
{% for p in e.routing.escalation_sweep %}
<tr><th scope="row">{{ "off" if p.escalate_above >= 1 else p.escalate_above | threshold }}</th>\
<td>{{ p.escalation.queue }}</td><td>{{ p.escalation.precision | estimate }}</td>\
<td>{{ p.escalation.recall | estimate }}</td><td>{{ p.threshold | threshold }}</td>\
<td>{{ p.cost | number }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endfor %}"""


def answer(report: Report) -> str:
    """How many of the escalated tickets needed it, at the limit of the config."""
    of = preferred(report.results)
    found = of.routing.escalation
    if found is None or not found.queue:
        return f"{of.provenance.rubric_set} escalates no ticket as set"
    needed = round(found.precision.value * found.queue)
    return f"{needed:,} of {found.queue:,} escalated tickets needed it"


@section(order=40, id="escalation", title="Escalation", short=answer)
def escalation(report: Report) -> Markup | None:
    """Precision, recall and queue of the escalation rule, and of other limits."""
    judged = [e for e in report.results.evaluations if e.routing.escalation]
    return render(_TEMPLATE, evaluations=judged) if judged else None
