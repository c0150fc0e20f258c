"""Section 6b, slices: which kind of ticket fails more often?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_MOST_SHOWN = 25

_TEMPLATE = """{% for set in sets %}
<h3>{{ set.rubric_set }}: {{ set.found.slices | selectattr("flagged") | list | length | \
count("slice") }} of {{ set.found.slices | length }} unlike the other tickets</h3>
{% if set.found.slices %}
<div class="scroll"><table>
<caption>Accuracy of each value against all other tickets, lowest first; p is adjusted for every \
slice tested (Holm){% if set.found.slices | length > most %}; the first {{ most }} shown\
{% endif %}</caption>
<thead><tr><th scope="col" class="text">column</th><th scope="col" class="text">value</th>\
<th scope="col">tickets</th><th scope="col">accuracy</th><th scope="col">against the rest</th>\
<th scope="col">p</th></tr></thead>
<tbody>
{% for s in set.found.slices[:most] %}
{% set value = shown(s.value) %}
<tr><th scope="row">{{ s.column }}</th><td class="text">{% if s.flagged %}<b>{{ value }}</b>\
{% else %}{{ value }}{% endif %}</td><td>{{ s.n }}</td>\
<td class="nowrap">{{ s.accuracy | estimate }}</td>\
<td class="nowrap">{{ s.difference | difference }}</td><td>{{ s.p_holm | p_value }}</td></tr>
{% endfor %}
</tbody></table></div>
{% endif %}
{% if set.found.skipped %}
<p class="muted">Not sliced: {% for c in set.found.skipped %}{{ c.column }} ({{ c.reason }})\
{{ "; " if not loop.last }}{% endfor %}.</p>
{% endif %}
{% endfor %}"""


@section(order=65, id="slices", title="Which tickets fail more often?")
def slices(report: Report) -> Markup | None:
    """Accuracy by metadata value and text length; absent where nothing was sliced."""
    sets = report.results.slices
    if not sets:
        return None
    return render(_TEMPLATE, sets=sets, most=_MOST_SHOWN, shown=report.masked.shown_id)
