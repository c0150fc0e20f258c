"""Label suspects: which gold labels should be read again?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers

_TEMPLATE = """<p>Where the answers disagree most with the gold label. Most of these are errors of \
the classifier; read them, do not drop them.\
{% if followed %} Their texts stand under <a href="#tickets">Tickets</a> above, as label suspects.\
{% endif %}</p>
<div tabindex="0" role="region" aria-label="Label suspects"><table class="t2 t3">
<caption>{{ suspects | length | count("ticket") }} to read again: first those that every set \
contradicts alike, then the lowest score of the gold label</caption>
<thead><tr><th>ticket</th><th>gold, its score</th><th>suggested, its score</th><th>sets</th></tr>\
</thead>
{% for s in suspects %}
<tr><th>{{ shown_id(s.ticket_id) }}</th><td>{{ s.gold }} {{ s.own_score | number(2) }}</td>\
<td>{{ s.suggested }} {{ s.suggested_score | number(2) }}</td><td>{{ s.agreeing }}</td></tr>
{% endfor %}
</table></div>"""


def answer(report: Report) -> str:
    """How many there are, and what to do."""
    n = len(report.results.suspects)
    return f"{numbers.count(n, 'ticket')}; read {'it' if n == 1 else 'them'} again"


@section(order=60, id="review", title="Label suspects", short=answer)
def review(report: Report) -> Markup | None:
    """Likely label errors, ranked. How many of them the verdict can bear is told beside it."""
    results = report.results
    if not results.suspects:
        return None
    return render(
        _TEMPLATE,
        suspects=results.suspects,
        followed=report.followed,
        shown_id=report.masked.shown_id,
    )
