"""Label suspects: which gold labels should be read again?"""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.verdict import CHANGED_LIST, fragility_text

_TEMPLATE = """<p>Where the answers disagree most with the gold label. Most of these are errors of \
the classifier; read them, do not drop them.</p>
{% for c in comparisons %}
<p>{% if comparisons | length > 1 %}{{ c.candidate }} against {{ c.base }}: {% endif %}\
{{ fragility(c) }}.</p>
{% endfor %}
{% if followed %}
<p>Their texts stand under <a href="#tickets">Tickets</a> above, as label suspects.</p>
{% endif %}
<div class="scroll" tabindex="0" role="region" \
aria-label="Label suspects"><table>
<caption>{{ suspects | length | count("ticket") }} to read again: first those that every set \
contradicts alike, then the lowest score of the gold label</caption>
<thead><tr><th scope="col" class="text">ticket</th><th scope="col" class="text">gold</th>\
<th scope="col">its score</th><th scope="col" class="text">suggested</th><th scope="col">its score\
</th><th scope="col">sets</th></tr></thead>
<tbody>
{% for s in suspects %}
<tr><th scope="row">{{ shown_id(s.ticket_id) }}</th><td class="text">{{ s.gold }}</td>\
<td>{{ s.own_score | number(2) }}</td><td class="text">{{ s.suggested }}</td>\
<td>{{ s.suggested_score | number(2) }}</td><td>{{ s.agreeing }}</td></tr>
{% endfor %}
</tbody></table></div>"""


def answer(report: Report) -> str:
    """How many there are, and what to do."""
    n = len(report.results.suspects)
    return f"{numbers.count(n, 'ticket')}; read {'it' if n == 1 else 'them'} again"


@section(order=60, id="review", title="Label suspects", short=answer)
def review(report: Report) -> Markup | None:
    """Likely label errors, ranked, and how many of them the verdict can bear."""
    results = report.results
    if not results.suspects:
        return None
    return render(
        _TEMPLATE,
        suspects=results.suspects,
        followed=report.followed,
        shown_id=report.masked.shown_id,
        comparisons=results.comparisons,
        fragility=partial(fragility_text, listed=CHANGED_LIST),
    )
