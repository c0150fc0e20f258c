"""Calibration: does a score of 0.8 mean 80 % right?"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.measure.calibration.bins import ReliabilityBin
from ticketbench.measure.evaluation import Evaluation
from ticketbench.report.charts import (
    Axis,
    Series,
    Stroke,
    line_chart,
    right_wrong_bars,
    right_wrong_key,
)
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section, set_strokes
from ticketbench.report.words.recommendation import preferred
from ticketbench.report.words.verdict import (
    calibration_in_short_text,
    calibration_text,
    temperature_text,
)

_TEMPLATE = """<p class="muted">Over all scored tickets; a ticket whose gold is __none__ counts \
as wrong whatever its top label.</p>
{% for entry in entries %}
{% set e = entry.evaluation %}
{% set c = e.calibration.check %}
<h3>{{ e.provenance.rubric_set }}: {{ entry.words }}</h3>
<p>{{ entry.temperature }}.</p>
<div class="columns">
<figure>{{ entry.reliability }}<figcaption>Isotonic fit; on the dotted line the scores mean what \
they say, below it they are too confident. The shade is where 90% of fits lie if the scores are \
calibrated</figcaption></figure>
<figure>{{ entry.histogram }}<figcaption>{{ bar_key }}</figcaption></figure>
</div>
<div class="scroll" tabindex="0" role="region" \
aria-label="Calibration error of {{ e.provenance.rubric_set }}"><table>
<caption>Calibration error of the top score, n = {{ c.n }} in {{ c.n_groups }} groups; what \
calibrated scores would show, and p, use one ticket per group</caption>
<thead><tr><th scope="col" class="text">measure</th><th scope="col">value</th>\
<th scope="col">if calibrated</th><th scope="col">p</th></tr></thead>
<tbody>
<tr><th scope="row">ECE, 10 bins of equally many tickets</th><td>{{ c.ece | number }}</td>\
<td>{{ c.ece_expected | number }}</td><td>{{ c.ece_p | p_value }}</td></tr>
<tr><th scope="row">the same, debiased</th><td>{{ c.ece_debiased | number }}</td><td>0</td>\
<td>–</td></tr>
<tr><th scope="row">smooth ECE, without bins</th><td>{{ c.smooth_ece | number }}</td><td>–</td>\
<td>–</td></tr>
<tr><th scope="row">Spiegelhalter's Z</th><td>{{ c.spiegelhalter_z | number(2) }}</td><td>0</td>\
<td>{{ c.spiegelhalter_p | p_value }}</td></tr>
<tr><th scope="row">Brier score of the top label</th><td>{{ c.corp.score | number }}</td><td>–</td>\
<td>–</td></tr>
<tr><th scope="row">of it miscalibration</th><td>{{ c.corp.miscalibration | number }}</td>\
<td>{{ c.mcb_expected | number }}</td><td>–</td></tr>
<tr><th scope="row">of it discrimination, which lowers it</th>\
<td>{{ c.corp.discrimination | number }}</td><td>–</td><td>–</td></tr>
<tr><th scope="row">of it uncertainty, which no score can help</th>\
<td>{{ c.corp.uncertainty | number }}</td><td>–</td><td>–</td></tr>
</tbody></table></div>
<div class="scroll" tabindex="0" role="region" \
aria-label="Calibration by top label of {{ e.provenance.rubric_set }}"><table>
<caption>By top label: a rubric can be too confident where others are not</caption>
<thead><tr><th scope="col" class="text">top label</th><th scope="col">tickets</th>\
<th scope="col">mean score</th><th scope="col">right</th></tr></thead>
<tbody>
{% for l in e.calibration.by_label %}
<tr><th scope="row">{{ l.label }}</th><td>{{ l.n }}</td><td>{{ l.mean_score | number }}</td>\
<td>{{ l.accuracy | estimate }}</td></tr>
{% endfor %}
</tbody></table></div>
<details><summary>The bins of {{ e.provenance.rubric_set }}</summary>
<div class="scroll" tabindex="0" role="region" \
aria-label="Calibration bins of {{ e.provenance.rubric_set }}"><table>
<caption>Equally many tickets each, Wilson 95% intervals</caption>
<thead><tr><th scope="col">top score</th><th scope="col">tickets</th>\
<th scope="col">mean score</th><th scope="col">right</th></tr></thead>
<tbody>
{% for b in e.calibration.reliability %}
<tr><th scope="row">{{ b.low | number }} to {{ b.high | number }}</th><td>{{ b.n }}</td>\
<td>{{ b.mean_score | number }}</td><td>{{ right(b) | estimate }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endfor %}"""


def answer(report: Report) -> str:
    """By how much the scores of the set to use are off, and which way."""
    return calibration_in_short_text(preferred(report.results))


@section(order=30, id="calibration", title="Does a score mean what it says?", short=answer)
def calibration(report: Report) -> Markup:
    """Reliability curve, calibration errors and tests, labels and temperature of each set."""
    strokes = set_strokes(report.results)
    entries = [_entry(e, s) for e, s in zip(report.results.evaluations, strokes, strict=True)]
    return render(_TEMPLATE, entries=entries, bar_key=right_wrong_key(), right=_right)


def _entry(evaluation: Evaluation, stroke: Stroke) -> dict[str, Any]:
    name, chapter = evaluation.provenance.rubric_set, evaluation.calibration
    tallest = max((b.right + b.wrong for b in chapter.histogram), default=0)
    return {
        "evaluation": evaluation,
        "words": calibration_text(evaluation),
        "temperature": temperature_text(chapter.temperature),
        "reliability": line_chart(
            [
                Series(
                    name, [(point.score, point.accuracy) for point in chapter.corp], stroke=stroke
                )
            ],
            x=Axis("top score", 0, 1, share=False),
            y=Axis("share right", 0, 1),
            label=f"Share right against top score, {name}",
            diagonal=True,
            band=[(point.score, point.low, point.high) for point in chapter.corp],
        ),
        "histogram": right_wrong_bars(
            [(b.low, b.high, b.right, b.wrong) for b in chapter.histogram],
            x=Axis("top score", 0, 1, share=False),
            y=Axis("tickets", 0, max(4, tallest), share=False),
            label=f"Right and wrong tickets by top score, {name}",
        ),
    }


def _right(one: ReliabilityBin) -> Estimate:
    """The share right of a bin."""
    return Estimate(one.accuracy, one.accuracy_low, one.accuracy_high, one.n, "Wilson")
