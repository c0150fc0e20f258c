"""Equal risk, equal share: the rubric sets where they route equally many tickets."""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.measure.routing.equal_coverage import COVERAGES, RISKS
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers

_TEMPLATE = """<p>The same threshold means different things for different rubric sets. Here each \
set routes the share of tickets it is most confident of, without a policy.</p>
<div tabindex="0" role="region" aria-label="Equal risk, equal share"><table>
<caption>{{ n }} tickets that every set scored, 95% intervals. The shares at a risk are read off \
these very tickets: fresh ones exceed it about half of the time</caption>
<thead><tr><th rowspan="2">rubric set</th>\
<th colspan="{{ coverages | length }}">wrong among the most confident</th>\
<th colspan="{{ risks | length }}">share that can be routed at</th></tr>
<tr>{% for c in coverages %}<th>{{ c | percent(0) }} of tickets</th>{% endfor %}\
{% for r in risks %}<th>{{ r | percent(0) }} wrong</th>{% endfor %}</tr></thead>
{% for side in sides %}
<tr><th>{{ side.rubric_set }}</th>\
{% for at in side.at_coverage %}<td>{{ at.risk | estimate }}</td>{% endfor %}\
{% for at in side.at_risk %}<td>{{ at.coverage | percent }}</td>{% endfor %}</tr>
{% endfor %}
</table></div>"""


def answer(report: Report) -> str:
    """Which set errs least at every share; of one set how much at the smallest."""
    sides = report.results.equal_coverage
    if len(sides) == 1:
        at = sides[0].at_coverage[0]
        wrong, share = (numbers.percent(one, 0) for one in (at.risk.value, at.coverage))
        return f"{wrong} wrong among the surest {share}"
    ahead = [
        side.rubric_set
        for side in sides
        if all(
            mine.risk.value < theirs.risk.value
            for other in sides
            if other is not side
            for mine, theirs in zip(side.at_coverage, other.at_coverage, strict=True)
        )
    ]
    return f"{ahead[0]} ahead at every share" if ahead else "no set is ahead at every share"


@section(order=50, id="coverage", title="Equal risk, equal share", short=answer)
def coverage(report: Report) -> Markup | None:
    """Risk at equal coverage, coverage at equal risk."""
    sides = report.results.equal_coverage
    if not sides or sides[0].n == 0:
        return None
    return render(_TEMPLATE, n=sides[0].n, coverages=COVERAGES, risks=RISKS, sides=sides)
