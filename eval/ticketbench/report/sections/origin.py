"""Data and method: can I trust and repeat this?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_TEMPLATE = """<dl>
<dt>dataset</dt><dd>{{ dataset.name }}, {{ dataset.n | count("ticket") }} \
({% for l in dataset.labels %}{{ l.label }} {{ l.n }}{{ ", " if not loop.last }}{% endfor %}), \
sha256 <code>{{ dataset.fingerprint }}</code></dd>
{% if dataset.grouped_by %}
<dt>groups</dt><dd>{{ dataset.n_groups }} by {{ dataset.grouped_by }}: tickets of one group are \
not independent, and every interval knows it</dd>
{% endif %}
{% for e in evaluations %}
<dt>{{ e.provenance.rubric_set }}</dt><dd>{{ e.n_requested }} requested = {{ e.n_scored }} scored \
+ {{ e.n_failed }} failed; {{ e.tickets.n_labelled }} with a gold label, \
{{ e.tickets.n_none }} with gold __none__, {{ e.tickets.n_groups }} groups; answers of \
<code>{{ e.provenance.endpoint }}</code>; rubrics sha256 \
<code>{{ e.provenance.rubric_fingerprint }}</code></dd>
{% endfor %}
<dt>tool</dt><dd>ticketbench {{ version }}, seed {{ seed }}</dd>
<dt>times and counts</dt><dd>of cached and sent requests stand in manifest.json</dd>
</dl>
<p>Numbers are those of the endpoint named above and say nothing about any other.</p>"""


def answer(report: Report) -> str:
    """What the fold is for: the hashes say nothing in a line."""
    return "how to repeat this"


@section(order=90, id="origin", title="Data and method", short=answer)
def origin(report: Report) -> Markup:
    """Hashes, endpoint, counts, seed, version, and the method of every interval."""
    return render(
        _TEMPLATE,
        dataset=report.results.dataset,
        evaluations=report.results.evaluations,
        version=report.tool_version,
        seed=report.seed,
    )
