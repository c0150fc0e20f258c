"""Section 9, origin: can I trust and repeat this?"""

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
<p>Numbers are those of the endpoint named above and say nothing about any other.</p>
<details><summary>Every metric, and how its interval is made</summary>
{% for e in evaluations %}
<div class="scroll"><table>
<caption>{{ e.provenance.rubric_set }}</caption>
<thead><tr><th scope="col" class="text">metric</th><th scope="col">value</th>\
<th scope="col">95%</th><th scope="col">n</th><th scope="col" class="text">interval</th>\
<th scope="col" class="text">better is</th></tr></thead>
<tbody>
{% for m in e.metrics + e.routing.summary.metrics %}
<tr><th scope="row">{{ m.title }}</th>\
<td>{{ m.estimate.value | percent if m.share else m.estimate.value | number }}</td>\
<td>{{ m.estimate | interval(share=m.share) or "–" }}</td><td>{{ m.estimate.n }}</td>\
<td class="text">{{ m.estimate.method }}</td>\
<td class="text">{{ "higher" if m.higher_is_better else "lower" }}</td></tr>
{% endfor %}
{% set curve = e.routing.risk_coverage %}
<tr><th scope="row">AURC</th><td>{{ curve.aurc | number }}</td><td>–</td>\
<td>{{ curve.n }}</td><td class="text">no interval</td><td class="text">lower</td></tr>
</tbody></table></div>
{% endfor %}
</details>"""


@section(order=90, id="origin", title="Where do these numbers come from?")
def origin(report: Report) -> Markup:
    """Hashes, endpoint, counts, seed, version, and the method of every interval."""
    return render(
        _TEMPLATE,
        dataset=report.results.dataset,
        evaluations=report.results.evaluations,
        version=report.tool_version,
        seed=report.seed,
    )
