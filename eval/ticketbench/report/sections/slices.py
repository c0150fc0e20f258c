"""Slices: which kind of ticket fails more often?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.recommendation import preferred

_MOST_SHOWN = 25

_TEMPLATE = """{% for set in sets %}
<h3>{{ set.rubric_set }}: {{ set.found.slices | selectattr("flagged") | list | length | \
count("slice") }} of {{ set.found.slices | length }} unlike the other tickets</h3>
{% if set.found.slices %}
<div class="scroll" tabindex="0" role="region" \
aria-label="Slices of {{ set.rubric_set }}"><table>
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
<td>{{ s.accuracy | estimate }}</td>\
<td>{{ s.difference | difference }}</td><td>{{ s.p_holm | p_value }}</td></tr>
{% endfor %}
</tbody></table></div>
{% endif %}
{% if set.found.skipped %}
<p class="muted">Not sliced: {% for c in set.found.skipped %}{{ c.column }} ({{ c.reason }})\
{{ "; " if not loop.last }}{% endfor %}.</p>
{% endif %}
{% endfor %}"""


def answer(report: Report) -> str:
    """Which slices of the set to use are unlike the other tickets."""
    name = preferred(report.results).provenance.rubric_set
    of_set = [one.found.slices for one in report.results.slices if one.rubric_set == name]
    flagged = [s for found in of_set for s in found if s.flagged]
    if not flagged:
        return "none stands out"
    if len(flagged) == 1:
        return f"{flagged[0].column} {flagged[0].value} stands out"
    return f"{len(flagged)} stand out"


@section(order=70, id="slices", title="Which tickets fail more often?", short=answer)
def slices(report: Report) -> Markup | None:
    """Accuracy by metadata value and text length; absent where nothing was sliced."""
    sets = report.results.slices
    if not sets:
        return None
    return render(_TEMPLATE, sets=sets, most=_MOST_SHOWN, shown=report.masked.shown_id)
