"""A trained classifier instead: what would one trained on these labels reach?"""

from __future__ import annotations

import math

from markupsafe import Markup

from ticketbench.measure.results import RunResults
from ticketbench.report.charts import Axis, Series, key, line_chart
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section, set_strokes
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred
from ticketbench.report.words.verdict import needed_text, needs_text

_TEMPLATE = """<p>Rubrics need no labelled tickets, a trained classifier does. Each ticket is \
scored by a model that saw neither it nor its group.</p>
<div tabindex="0" role="region" aria-label="Trained classifiers"><table>
<caption>At the threshold of the config, which was set for no trained classifier\
{% if fewer %}; the trained rows stand on the {{ n }} tickets that every rubric set scored\
{% endif %}</caption>
<thead><tr><th>classifier</th><th>labels seen</th>\
<th>accuracy</th><th>macro-F1</th>\
<th>calibration error</th><th>routed</th>\
<th>right among routed</th></tr></thead>
{% for name, labels, of in rows %}
<tr><th>{{ name }}</th><td>{{ labels }}</td>\
<td>{{ of.metric("accuracy") | estimate }}</td>\
<td>{{ of.metric("macro_f1") | estimate }}</td>\
<td>{{ of.metric("ece_equal_mass_10").value | number }}</td>\
<td>{{ of.routing.coverage.value | percent }}</td>\
<td>{{ of.routing.selective_precision | estimate }}</td></tr>
{% endfor %}
</table></div>
<ul>
{% for line in lines %}
<li>{{ line }}</li>
{% endfor %}
</ul>
{% if chart %}
<figure>{{ chart }}<figcaption>{{ key }} level: a rubric set</figcaption></figure>
{% endif %}
{% if missing %}
<p>{{ missing }}.</p>
{% endif %}
<p>Five repeats of 5-fold cross-validation, the row is the one with the median \
accuracy. Intervals of ticket counts: 95%, over the tickets judged and the repeats. Nothing is \
extrapolated beyond the tickets at hand.</p>"""


def answer(report: Report) -> str:
    """How many labelled tickets the quickest learner needs to match the set to use."""
    name, trained = preferred(report.results).provenance.rubric_set, report.results.trained
    matching = [
        (math.inf if needed.tickets is None else needed.tickets, needs_text(one, needed))
        for one in trained
        for needed in one.needed
        if needed.rubric_set == name
    ]
    if matching:
        return min(matching, key=lambda found: found[0])[1]
    accuracies = [one.metric("accuracy").value for one in trained]
    return f"accuracy {numbers.percent(max(accuracies))}"


@section(order=80, id="trained", title="A trained classifier instead", short=answer)
def trained(report: Report) -> Markup | None:
    """Rubric sets beside trained baselines, and how many labelled tickets match them."""
    results = report.results
    if not results.trained:
        return None
    series = _series(results)
    return render(
        _TEMPLATE,
        rows=[
            *((e.provenance.rubric_set, 0, e) for e in results.evaluations),
            *((b.title, b.n_trained, b) for b in results.trained),
        ],
        lines=[needed_text(b, needed) for b in results.trained for needed in b.needed],
        n=results.trained[0].routing.n,
        fewer=any(e.n_failed for e in results.evaluations),
        missing=results.trained_missing,
        chart=_chart(series),
        key=key(series),
    )


def _series(results: RunResults) -> list[Series]:
    """The learning curves, and each rubric set as a level line."""
    strokes = set_strokes(results, more=len(results.trained))
    n_sets = len(results.evaluations)
    curves = []
    for b, stroke in zip(results.trained, strokes[n_sets:], strict=True):
        points = [(p.n, p.accuracy) for p in b.curve]
        curves.append(Series(b.title, points, points[-1] if points else None, stroke))
    largest = max((n for curve in curves for n, _ in curve.points), default=0)
    levels = []
    for e, stroke in zip(results.evaluations, strokes[:n_sets], strict=True):
        level = [(0.0, e.accuracy.value), (largest, e.accuracy.value)]
        levels.append(Series(e.provenance.rubric_set, level, stroke=stroke))
    return [*curves, *levels]


def _chart(series: list[Series]) -> Markup | None:
    largest = max(n for one in series for n, _ in one.points)
    if largest == 0:
        return None
    return line_chart(
        series,
        x=Axis("labelled tickets trained on", 0, largest, share=False),
        y=Axis("accuracy", 0, 1),
        label="Accuracy by number of labelled tickets trained on",
    )
