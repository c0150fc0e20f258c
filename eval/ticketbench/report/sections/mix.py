"""The mix of production: what if the queue has more of one label?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.production import refusal_text
from ticketbench.report.words.recommendation import preferred

_TEMPLATE = """<p>Re-weighted to the mix of labels in production, assuming that tickets of one \
label look alike here and there. {% if with_none %}Gold __none__ is part of the mix: such a ticket \
counts where routing is judged, and is wrong when it is routed. Accuracy is about tickets that \
have a label.{% else %}Gold __none__ is left out.{% endif %}</p>
{% for m in mixes %}
{% if not m.usable %}
<p><b>Not to be estimated:</b> {{ refusal(m) }}</p>
{% elif loop.first or m.estimated_from %}
<p>{% if m.estimated_from %}Estimated with {{ m.rubric_set }} from \
{{ m.estimated_from | count("unlabelled ticket") }}: {% else %}Share of each label: {% endif %}\
{% for l in m.labels %}{{ l.label }} {{ l.here | percent }} here, \
{{ l.production | percent }} there{{ "; " if not loop.last }}{% endfor %}.\
{% if m.fit_p == m.fit_p %} In another mix, the labelled tickets \
explain the answers to the log (p = {{ m.fit_p | number(2) }}). The intervals hold the doubt about \
the mix, and that the tickets of the log may all be harder or easier by as much as their answers \
leave open. A change that no answer shows cannot be seen: label some of the log before much \
depends on it.{% endif %}</p>
{% endif %}
{% if m.missing %}
<p>{{ m.rubric_set }}: no ticket here has the label {{ m.missing | join(", ") }}, so nothing can \
be said.</p>
{% endif %}
{% endfor %}
<div tabindex="0" role="region" \
aria-label="Estimates at the mix of production"><table>
<caption>What the labelled tickets say at that mix, 95% intervals</caption>
<thead><tr><th>rubric set</th><th>tickets</th>\
<th>worth</th><th>accuracy</th><th>routed</th>\
<th>right among routed</th></tr></thead>
{% for m in mixes %}
<tr><th>{{ m.rubric_set }}</th><td>{{ m.n }}</td>\
<td>{{ m.n_effective | number(0) }}</td>\
<td>{{ m.accuracy | estimate }}</td>\
<td>{{ m.coverage | estimate }}</td>\
<td>{{ m.selective_precision | estimate }}</td></tr>
{% endfor %}
</table></div>
{% if few %}
<p>Under 300 tickets, weighting adds more noise than the bias it takes away.</p>
{% endif %}"""


def answer(report: Report) -> str:
    """How often the set to use would be right there, or that nobody can say."""
    name = preferred(report.results).provenance.rubric_set
    mixes = report.results.production
    found = next((m for m in mixes if m.rubric_set == name), mixes[0])
    if not found.usable or not found.accuracy.defined:
        return "not to be estimated"
    return f"{found.rubric_set} {numbers.percent(found.accuracy.value)} right there"


@section(order=75, id="mix", title="At the mix of production", short=answer)
def mix(report: Report) -> Markup | None:
    """Accuracy and routing at the production mix of the config; absent without one.

    An estimate that is refused says why, and what to do instead.
    """
    mixes = report.results.production
    if not mixes:
        return None
    with_none = any(m.with_none for m in mixes)
    few = mixes[0].n < 300
    return render(_TEMPLATE, mixes=mixes, with_none=with_none, few=few, refusal=refusal_text)
