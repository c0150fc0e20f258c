"""Section 0, the verdict: what do I do now?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.recommendation import preferred, verdict_texts
from ticketbench.report.words.setting import setting_text
from ticketbench.report.words.thresholds import none_chosen_text, told
from ticketbench.report.words.verdict import accuracy_text

_TEMPLATE = """<div class="card verdict">
<p><strong>{{ advice.headline }}.</strong></p>
{% for line in advice.lines %}
<p>{{ line }}.</p>
{% endfor %}
</div>
{% for verdict in verdicts %}
<div class="card verdict {{ verdict.tone }}">
<p><strong>{{ "Verdict: " if loop.first }}{{ verdict.headline }}.</strong> \
{{ verdict.evidence }}.</p>
{% if verdict.rests_on %}
<p>{{ verdict.rests_on }}.</p>
{% endif %}
<p>{% if loop.first %}<b>Next:</b> {% endif %}{{ verdict.action }}.</p>
</div>
{% else %}
<div class="card verdict"><p><strong>{{ chosen.provenance.rubric_set }}</strong>: \
{{ accuracy }}.</p></div>
{% endfor %}
<details class="card"><summary>Every way to choose a threshold for \
{{ chosen.provenance.rubric_set }}</summary>
<ul>
{% for rule, line in thresholds %}
<li><b>{{ rule }}</b>: {{ line }}</li>
{% else %}
<li>{{ none_chosen }}</li>
{% endfor %}
</ul>
</details>
{% if failed %}
<div class="card warning"><p><b>Some tickets have no answer.</b> They are counted, not scored.</p>
<ul>
{% for e in failed %}
<li>{{ e.provenance.rubric_set }}: {{ e.n_requested }} requested = {{ e.n_scored }} scored + \
{{ e.n_failed }} failed ({% for f in e.tickets.failed_by_kind %}{{ f.n }} {{ f.kind }}\
{{ ", " if not loop.last }}{% endfor %}); accuracy between {{ e.accuracy_bounds.low | percent }} \
and {{ e.accuracy_bounds.high | percent }} whatever they are</li>
{% endfor %}
</ul></div>
{% endif %}
{% if findings %}
<div class="card warning"><p><b>Before you rely on this:</b></p>
<ul>
{% for f in findings %}
<li>{{ f.title }}: {{ f.evidence }} – {{ f.action }} <span class="muted">{{ f.code }}</span></li>
{% endfor %}
</ul></div>
{% endif %}
<div class="figures">
{% for e in evaluations %}
{% set accuracy = e.metric("accuracy") %}
<div class="card"><b>{{ accuracy.value | percent }}</b>\
<span>{{ e.provenance.rubric_set }}: accuracy {{ accuracy | interval }}, \
n = {{ accuracy.n }}</span></div>
<div class="card"><b>{{ e.routing.coverage.value | percent }}</b>\
<span>{{ e.provenance.rubric_set }}: routed at {{ e.settings.policy.threshold | threshold }} \
({{ e.routing.summary.routed }} of {{ e.routing.summary.n }}), \
{{ e.routing.selective_precision.value | percent }} of them right</span></div>
{% endfor %}
</div>"""


@section(order=0, id="verdict", title="")
def verdict(report: Report) -> Markup:
    """Recommendation, verdict, thresholds, missing answers and findings, before anything else.

    The file that lists the changed tickets is named further down, so that a card stays short.
    """
    results = report.results
    chosen = preferred(results)
    return render(
        _TEMPLATE,
        verdicts=verdict_texts(results, listed=""),
        chosen=chosen,
        accuracy=accuracy_text(chosen),
        advice=setting_text(results.recommendation, results.evaluations),
        thresholds=told(chosen),
        none_chosen=none_chosen_text(chosen),
        failed=[e for e in results.evaluations if e.n_failed],
        findings=results.findings,
        evaluations=results.evaluations,
    )
