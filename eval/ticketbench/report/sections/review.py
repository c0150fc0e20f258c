"""Section 5b, review: which gold labels should be read again?"""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.verdict import CHANGED_LIST, fragility_text

_TEMPLATE = """<p>Where the answers disagree most with the gold label. Most of these are errors of \
the classifier; read them, do not drop them.</p>
{% for c in comparisons %}
<p>{% if comparisons | length > 1 %}{{ c.candidate }} against {{ c.base }}: {% endif %}\
{{ fragility(c) }}.</p>
{% endfor %}
<details><summary>{{ suspects | length | count("ticket") }} to read again</summary>
<div class="scroll"><table>
<caption>First those that every set contradicts alike, then the lowest score of the gold label\
</caption>
<thead><tr><th scope="col" class="text">ticket</th><th scope="col" class="text">gold</th>\
<th scope="col">its score</th><th scope="col" class="text">suggested</th><th scope="col">its score\
</th><th scope="col">sets</th>{% if texts %}<th scope="col" class="text">text</th>{% endif %}\
</tr></thead>
<tbody>
{% for s in suspects %}
<tr><th scope="row">{{ shown_id(s.ticket_id) }}</th><td class="text">{{ s.gold }}</td>\
<td>{{ s.own_score | number(2) }}</td><td class="text">{{ s.suggested }}</td>\
<td>{{ s.suggested_score | number(2) }}</td><td>{{ s.agreeing }}</td>\
{% if texts %}<td class="long">{{ texts.get(s.ticket_id, "") | cut }}</td>{% endif %}</tr>
{% endfor %}
</tbody></table></div></details>"""


@section(order=55, id="review", title="Which labels should be read again?")
def review(report: Report) -> Markup | None:
    """Likely label errors, ranked, and how many of them the verdict can bear."""
    results = report.results
    if not results.suspects:
        return None
    return render(
        _TEMPLATE,
        suspects=results.suspects,
        texts=report.texts,
        shown_id=report.masked.shown_id,
        comparisons=results.comparisons,
        fragility=partial(fragility_text, listed=CHANGED_LIST),
    )
