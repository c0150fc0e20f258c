"""Every pair of sets: how do several rubric sets compare with each other?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.recommendation import gain_text, lead_text
from ticketbench.report.words.verdict import limits

_TEMPLATE = """<div tabindex="0" role="region" \
aria-label="Gain of every candidate"><table>
<caption>What each candidate adds to the accuracy of {{ base }}, in points. The interval holds for \
the one that looks best, too ({{ found.gains[0].confidence | confidence }} each). Of several \
candidates the best looks better than it is\
{% if shrunk %}: expected is the gain drawn towards the mean of all, as far as chance alone would \
spread them{% else %}; from four candidates on the gain to expect stands beside it{% endif %}\
</caption>
<thead><tr><th>rubric set</th><th>seen gain</th>\
{% if shrunk %}<th>expected</th>{% endif %}</tr></thead>
{% for g in found.gains %}
<tr><th>{{ g.rubric_set }}</th><td>{{ gain_text(found, g.rubric_set) }}\
</td>{% if shrunk %}<td>{{ g.expected | points }}</td>{% endif %}</tr>
{% endfor %}
</table></div>
<div tabindex="0" role="region" \
aria-label="Every pair of rubric sets"><table class="t2 tl">
<caption>Every pair on the same tickets: accuracy of the second minus the first, in points. p is \
adjusted (Holm) for the pairs of its kind, and the interval is read at the level that follows: \
each candidate with {{ base }}; those found better; the others, which decide nothing</caption>
<thead><tr><th>first</th><th>second</th>\
<th>difference</th><th>at</th><th>p</th>\
<th>the second is</th></tr></thead>
{% for pair in found.pairs %}
{% set v = pair.verdict %}
<tr><th>{{ pair.base }}</th><td>{{ pair.candidate }}</td>\
<td>{{ v.difference | difference(apart_from=limits(v)) }}</td>\
<td>{{ v.confidence | confidence }}</td><td>{{ v.p | p_value }}</td>\
<td>{{ v.outcome }}</td></tr>
{% endfor %}
</table></div>"""


def answer(report: Report) -> str:
    """Which set no other one beats."""
    return lead_text(report.results.standing)


@section(order=12, id="standing", title="Every pair of sets", short=answer)
def standing(report: Report) -> Markup | None:
    """The gain of every candidate, and all pairs of sets; nothing for fewer than three sets."""
    found = report.results.standing
    if len(found.gains) < 2:
        return None
    return render(
        _TEMPLATE,
        found=found,
        base=found.pairs[0].base,
        shrunk=any(gain.expected == gain.expected for gain in found.gains),
        gain_text=gain_text,
        limits=limits,
    )
