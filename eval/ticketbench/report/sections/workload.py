"""Workload: what does a day look like?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.production import a_day, workload_rows

_TEMPLATE = """<div tabindex="0" role="region" aria-label="Tickets of an average day"><table>
<caption>What becomes of {{ volume }} tickets on an average day, 95% intervals of that average\
{% if found[0].at_mix %}; the labelled tickets are weighted to the mix of production, which is \
taken as known{% else %}, if the day has the mix of the labelled tickets{% endif %}</caption>
<thead><tr><th>setting</th>\
{% for name, _ in rows(found[0].found) %}<th>{{ name }}</th>{% endfor %}</tr></thead>
{% for one in found %}
<tr><th>{{ one.use }}: {{ one.rubric_set }} at {{ one.threshold | threshold }}</th>\
{% for _, value in rows(one.found) %}<td>{{ value }}</td>{% endfor %}</tr>
{% endfor %}
</table></div>
<p>{{ found[0].found.routed.n | count("labelled ticket") }}. One day differs from the average by \
more than these intervals say.</p>"""


def answer(report: Report) -> str:
    """How many a person reads on a day, at the setting that is told last."""
    last = report.results.workloads[-1]
    return f"{last.use}: {a_day(last.found.reviewed)} to review a day"


@section(order=76, id="workload", title="Workload", short=answer)
def workload(report: Report) -> Markup | None:
    """Tickets a day by outcome, today and as recommended; absent where no volume is stated."""
    found = report.results.workloads
    if not found:
        return None
    volume = f"{found[0].found.tickets_per_day:,.0f}"
    return render(_TEMPLATE, found=found, volume=volume, rows=workload_rows)
