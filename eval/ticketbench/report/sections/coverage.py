"""Equal risk, equal share: the rubric sets where they route equally many tickets."""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.measure.routing.equal_coverage import COVERAGES, RISKS
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers

_TEMPLATE = """<p>The same threshold means different things for different rubric sets. Here each \
set routes the share of tickets it is most confident of, without a policy.</p>
<div class="scroll" tabindex="0" role="region" \
aria-label="Wrong at an equal share"><table>
<caption>Wrong among the most confident share of tickets, 95% intervals; {{ n }} tickets that \
every set scored</caption>
<thead><tr><th scope="col" class="text">rubric set</th>\
{% for c in coverages %}<th scope="col">{{ c | percent(0) }} of tickets</th>{% endfor %}\
</tr></thead>
<tbody>
{% for side, e in sides %}
<tr><th scope="row">{{ side.rubric_set }}</th>\
{% for at in side.at_coverage %}<td>{{ at.risk | estimate }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
<div class="scroll" tabindex="0" role="region" \
aria-label="Share at an equal risk"><table>
<caption>Share of tickets that can be routed at a share of errors; read off these very tickets, \
fresh ones exceed it about half of the time</caption>
<thead><tr><th scope="col" class="text">rubric set</th>\
{% for r in risks %}<th scope="col">{{ r | percent(0) }} wrong</th>{% endfor %}\
<th scope="col">AUROC</th></tr></thead>
<tbody>
{% for side, e in sides %}
<tr><th scope="row">{{ side.rubric_set }}</th>\
{% for at in side.at_risk %}<td>{{ at.coverage | percent }}</td>{% endfor %}\
<td>{{ e.calibration.auroc | estimate(share=False) }}</td></tr>
{% endfor %}
</tbody></table></div>
<p class="muted">AUROC: the chance that a right ticket has a higher top score than a wrong one; \
DeLong interval, from one ticket per group.</p>"""


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
    """Risk at equal coverage, coverage at equal risk, AUROC of the top score."""
    results = report.results
    if not results.equal_coverage or results.equal_coverage[0].n == 0:
        return None
    return render(
        _TEMPLATE,
        n=results.equal_coverage[0].n,
        coverages=COVERAGES,
        risks=RISKS,
        sides=list(zip(results.equal_coverage, results.evaluations, strict=True)),
    )
