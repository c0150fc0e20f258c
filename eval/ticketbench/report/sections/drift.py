"""Drift: is production still like the labelled tickets?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.measure.drift.alarm import FEWEST, LEVEL
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.production import drift_text, short_drift
from ticketbench.report.words.recommendation import preferred

_TEMPLATE = """<p>The answers to the log of production against those to the labelled tickets, by \
top score and by top label. An alarm needs both: a difference that chance does not explain \
({{ level | percent(0) }}, Holm), and one that matters (10% between the scores, or 5 points of a \
label). PSI is shown, nothing is decided by it. Wrong answers that look like right ones cannot be \
seen here.</p>
{% for one in found %}
<p><b>{{ one.rubric_set }}:</b> {% if one.found.n < fewest %}fewer than {{ fewest }} answers in \
the log, so nothing is tested{% else %}{{ text(one.found) }}{% endif %}.</p>
{% endfor %}
<div tabindex="0" role="region" aria-label="Drift of the production log"><table>
<caption>Every test, p adjusted for both</caption>
<thead><tr><th>rubric set</th><th>log</th><th>scores apart</th><th>p</th><th>label moved</th>\
<th>by points</th><th>p</th><th>PSI</th><th>moved</th></tr></thead>
{% for one in found %}{% set d = one.found %}
<tr><th>{{ one.rubric_set }}</th><td>{{ d.n }}</td><td>{{ d.scores | percent }}</td>\
<td>{{ d.scores_p | p_value }}</td><td>{{ d.moved or "–" }}</td><td>{{ d.moved_by | points }}</td>\
<td>{{ d.labels_p | p_value }}</td><td>{{ d.psi | number(2) }}</td><td>{{ short(d) }}</td></tr>
{% endfor %}
</table></div>"""


def answer(report: Report) -> str:
    """Whether anything moved under the set to use."""
    name = preferred(report.results).provenance.rubric_set
    found = next((one for one in report.results.drift if one.rubric_set == name), None)
    moved = (found or report.results.drift[0]).found
    if moved.n < FEWEST:
        return "too few answers in the log to tell"
    weak = ", weak" if moved.weak else ""
    if not moved.alarm:
        return f"{name}: nothing that matters moved{weak}"
    what = short_drift(moved).replace("both", "scores and labels")
    return f"{name}: {what} moved{weak}"


@section(order=77, id="drift", title="Drift of production", short=answer)
def drift(report: Report) -> Markup | None:
    """Each set's answers to the production log against the labelled tickets; absent without one."""
    found = report.results.drift
    if not found:
        return None
    return render(
        _TEMPLATE, found=found, fewest=FEWEST, level=LEVEL, text=drift_text, short=short_drift
    )
