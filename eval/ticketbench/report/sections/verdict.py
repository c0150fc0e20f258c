"""The verdict: which set, what it rests on, and what to know before relying on it."""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred, verdict_texts
from ticketbench.report.words.verdict import accuracy_text

_TEMPLATE = """{% for verdict in verdicts %}
<p><strong>{{ "Verdict: " if loop.first }}{{ verdict.headline }}.</strong> \
{{ verdict.evidence }}.{% if verdict.rests_on %} {{ verdict.rests_on }}.{% endif %} \
{% if loop.first %}<b>Next:</b> {% endif %}{{ verdict.action }}.</p>
{% else %}
<p><strong>{{ chosen.provenance.rubric_set }}</strong>: {{ accuracy }}.</p>
{% endfor %}
{% if failed %}
<h3>Some tickets have no answer</h3>
<p>They are counted, not scored.</p>
<ul>
{% for e in failed %}
<li>{{ e.provenance.rubric_set }}: {{ e.n_requested }} requested = {{ e.n_scored }} scored + \
{{ e.n_failed }} failed ({% for f in e.tickets.failed_by_kind %}{{ f.n }} {{ f.kind }}\
{{ ", " if not loop.last }}{% endfor %}); accuracy between {{ e.accuracy_bounds.low | percent }} \
and {{ e.accuracy_bounds.high | percent }} whatever they are</li>
{% endfor %}
</ul>
{% endif %}
{% if findings %}
<h3>Before you rely on this</h3>
<ul>
{% for f in findings %}
<li>{{ f.title }}: {{ f.evidence }} – {{ f.action }} <span class="muted">{{ f.code }}</span></li>
{% endfor %}
</ul>
{% endif %}
"""


def answer(report: Report) -> str:
    """Which set is better; of one set alone how often it is right."""
    verdicts = verdict_texts(report.results)
    leaders = report.results.standing.leaders
    if len(leaders) > 1:
        first = report.results.evaluations[0].provenance.rubric_set
        return f"{len(leaders)} sets are better than {first}"
    if verdicts:
        return verdicts[0].headline
    only = preferred(report.results)
    return f"{numbers.percent(only.accuracy.value)} right"


@section(order=0, id="verdict", title="The verdict, and what it rests on", short=answer)
def verdict(report: Report) -> Markup:
    """Verdicts, missing answers and every finding.

    The file that lists the changed tickets is named with all measures, so that this stays short.
    """
    results = report.results
    chosen = preferred(results)
    return render(
        _TEMPLATE,
        verdicts=verdict_texts(results, listed=""),
        chosen=chosen,
        accuracy=accuracy_text(chosen),
        failed=[e for e in results.evaluations if e.n_failed],
        findings=results.findings,
    )
