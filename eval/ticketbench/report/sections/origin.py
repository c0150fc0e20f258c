"""Data and method: can I trust and repeat this?"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ticketbench.core.quotes import some
from ticketbench.measure.evaluation import Evaluation
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_TEMPLATE = """<dl>
<dt>dataset</dt><dd>{{ dataset.name }}, {{ dataset.n | count("ticket") }} \
({{ labels }}), \
sha256 <code>{{ dataset.fingerprint }}</code></dd>
{% if in_parts %}
<dt>parts</dt><dd>{{ in_parts }}</dd>
{% endif %}
{% if read %}
<dt>read</dt><dd>{{ read | join("; ") }}</dd>
{% endif %}
{% if dataset.grouped_by %}
<dt>groups</dt><dd>{{ dataset.n_groups }} by {{ dataset.grouped_by }}: tickets of one group are \
not independent, and every interval knows it</dd>
{% endif %}
{% for asked, sets in answers.items() %}
<dt>{{ sets | join(", ") }}</dt><dd>{{ asked }}</dd>
{% endfor %}
<dt>rubrics</dt><dd>sha256 {% for e in evaluations %}{{ e.provenance.rubric_set }} \
<code>{{ e.provenance.rubric_fingerprint }}</code>{{ ", " if not loop.last }}{% endfor %}</dd>
<dt>tool</dt><dd>ticketbench {{ version }}, seed {{ seed }}</dd>
<dt>times and counts</dt><dd>of cached and sent requests stand in manifest.json</dd>
</dl>
<p>Numbers are those of the endpoint named above and say nothing about any other.</p>"""

_PARTS = (
    "the tickets lie in files that were counted one after the other; the numbers are the same for "
    "any number and order of them. No predictions.csv and no changed.csv are written"
)

_ANSWERS = """{{ e.n_requested }} requested = {{ e.n_scored }} scored + {{ e.n_failed }} failed; \
{{ e.tickets.n_labelled }} with a gold label, {{ e.tickets.n_none }} with gold __none__, \
{{ e.tickets.n_groups }} groups; answers of <code>{{ e.provenance.endpoint }}</code>"""


def answer(report: Report) -> str:
    """What the fold is for: the hashes say nothing in a line."""
    return "how to repeat this"


@section(order=90, id="origin", title="Data and method", short=answer)
def origin(report: Report) -> Markup:
    """Hashes, endpoint, counts, seed, version, and the method of every interval."""
    return render(
        _TEMPLATE,
        dataset=report.results.dataset,
        labels=some([f"{one.label} {one.n}" for one in report.results.dataset.labels]),
        in_parts=_PARTS if report.results.in_parts else "",
        read=report.results.report.intake.texts,
        evaluations=report.results.evaluations,
        answers=_answers(report.results.evaluations),
        version=report.tool_version,
        seed=report.seed,
    )


def _answers(evaluations: Sequence[Evaluation]) -> dict[Markup, list[str]]:
    """What was asked and answered, and the sets of which it holds."""
    found: dict[Markup, list[str]] = {}
    for e in evaluations:
        found.setdefault(render(_ANSWERS, e=e), []).append(e.provenance.rubric_set)
    return found
