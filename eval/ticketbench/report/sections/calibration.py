"""Section 6, calibration: does a score of 0.8 mean 80 % right?"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ticketbench.measure.evaluate import Evaluation
from ticketbench.report.charts import Axis, Series, line_chart, stacked_bars
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_TEMPLATE = """<p class="muted">Over all scored tickets; a ticket whose gold is __none__ counts \
as wrong whatever its top label. Bins hold equally many tickets.</p>
{% for entry in entries %}
<h3>{{ entry.name }}: calibration error {{ entry.ece.value | number }} (n = {{ entry.ece.n }}), \
fitted temperature {{ entry.temperature | number(2) }}</h3>
<div class="columns">
<figure>{{ entry.reliability }}<figcaption>On the dotted line the scores mean what they say; \
below it they are too confident</figcaption></figure>
<figure>{{ entry.histogram }}<figcaption><span class="key box">right</span>\
<span class="key two box">wrong</span></figcaption></figure>
</div>
<details><summary>The numbers of {{ entry.name }}</summary>
<div class="scroll"><table>
<caption>Reliability, Wilson 95% intervals</caption>
<thead><tr><th scope="col">top score</th><th scope="col">tickets</th>\
<th scope="col">mean score</th><th scope="col">right</th><th scope="col">95%</th></tr></thead>
<tbody>
{% for b in entry.bins %}
<tr><th scope="row">{{ b.low | number }} to {{ b.high | number }}</th><td>{{ b.n }}</td>\
<td>{{ b.mean_score | number }}</td><td>{{ b.accuracy | percent }}</td>\
<td>{{ b.accuracy_low | percent }} to {{ b.accuracy_high | percent }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endfor %}"""


@section(order=60, id="calibration", title="Does a score mean what it says?")
def calibration(report: Report) -> Markup:
    """Reliability curve and confidence histogram of each rubric set."""
    return render(_TEMPLATE, entries=[_entry(e) for e in report.results.evaluations])


def _entry(evaluation: Evaluation) -> dict[str, Any]:
    name = evaluation.provenance.rubric_set
    tallest = max((b.right + b.wrong for b in evaluation.histogram), default=0)
    points = [(b.mean_score, b.accuracy) for b in evaluation.reliability]
    return {
        "name": name,
        "ece": evaluation.metric("ece_equal_mass_10"),
        "temperature": evaluation.temperature,
        "bins": evaluation.reliability,
        "reliability": line_chart(
            [Series(name, points)],
            x=Axis("mean top score", 0, 1, share=False),
            y=Axis("share right", 0, 1),
            label=f"Share right against mean top score, {name}",
            diagonal=True,
        ),
        "histogram": stacked_bars(
            [(b.low, b.high, b.right, b.wrong) for b in evaluation.histogram],
            x=Axis("top score", 0, 1, share=False),
            y=Axis("tickets", 0, max(4, tallest), share=False),
            label=f"Right and wrong tickets by top score, {name}",
        ),
    }
