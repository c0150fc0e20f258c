"""Section 1, the threshold: which one, and what does it do?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.measure.evaluation import Evaluation
from ticketbench.report.charts import Axis, Series, key, line_chart
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers

_TEMPLATE = """<p>A ticket is escalated when two or more labels score above \
{{ policy.escalate_above | threshold }}, else routed when its top score reaches the threshold, \
else sent to {{ policy.fallback }}. Escalation does not depend on the threshold.</p>
<div class="slider script-only" hidden>
<label for="slider">Threshold \
<input id="slider" type="range" min="0" max="100" step="1" value="{{ start }}">\
<output id="threshold-value" for="slider">{{ policy.threshold | threshold }}</output></label>
</div>
<div class="scroll"><table>
<caption>At the threshold of the config, {{ policy.threshold | threshold }}\
<span class="script-only" hidden>, or wherever the slider stands</span>; all scored tickets
</caption>
<thead><tr><th scope="col" class="text">rubric set</th><th scope="col">routed</th>\
<th scope="col">right among routed</th><th scope="col">wrong routes</th>\
<th scope="col">to review</th><th scope="col">escalated</th></tr></thead>
<tbody>
{% for e in evaluations %}
<tr><th scope="row">{{ e.provenance.rubric_set }}</th>
<td id="live-{{ loop.index0 }}-routed">{{ e.routing.coverage.value | percent }}</td>
<td id="live-{{ loop.index0 }}-precision">{{ e.routing.selective_precision.value | percent }}</td>
<td id="live-{{ loop.index0 }}-wrong">{{ e.routing.summary.wrong }}</td>
<td id="live-{{ loop.index0 }}-reviewed">{{ e.routing.summary.reviewed }}</td>
<td id="live-{{ loop.index0 }}-escalated">{{ e.routing.summary.escalated }}</td></tr>
{% endfor %}
</tbody></table></div>
<script type="application/json" id="sweeps">{{ sweeps | tojson }}</script>
<h3>Chosen from the data</h3>
<div class="scroll"><table>
<caption>Certified: on these tickets, as the promise allows for the choice. Every other rule: \
out of sample, chosen on four fifths of the tickets and judged on the other fifth. Saving: against \
a person reading every ticket, {{ "%g" | format(costs.review) }} each.\
</caption>
<thead><tr><th scope="col" class="text">rubric set</th><th scope="col" class="text">rule</th>\
<th scope="col">threshold</th><th scope="col">routed</th>\
<th scope="col">right among routed</th>\
<th scope="col">wrong routes</th><th scope="col">to review</th>\
<th scope="col">saving per ticket</th></tr></thead>
<tbody>
<tr><th scope="row">any</th><td class="text"><b>a person reads every ticket</b></td>\
<td>–</td><td>{{ 0.0 | percent }}</td><td>–</td><td>0</td><td>all</td>\
<td>{{ 0.0 | number }}</td></tr>
{% for e in evaluations %}
{% for t in e.thresholds %}
{% set judged = t.out_of_sample or t.in_sample %}
<tr><th scope="row">{{ e.provenance.rubric_set }}</th>
<td class="text"><b>{{ t.rule.replace("_", " ") }}</b></td>
<td class="nowrap">{{ t.threshold | threshold }}\
{% if t.temperature != 1 %} at T {{ t.temperature | number(2) }}{% endif %}</td>
<td>{{ judged.coverage.value | percent }}</td>
<td class="nowrap">{{ judged.selective_precision | estimate }}</td>
<td>{{ judged.wrong }}</td><td>{{ judged.reviewed }}</td>
<td class="nowrap">{{ t.saving.per_ticket | estimate(share=False) }}</td></tr>
{% endfor %}
<tr><th scope="row">{{ e.provenance.rubric_set }}</th>
<td class="text"><b>config</b></td>
<td class="nowrap">{{ e.settings.policy.threshold | threshold }}\
{% if e.settings.policy.temperature != 1 %} at T {{ e.settings.policy.temperature | number(2) }}\
{% endif %}</td>
<td>{{ e.routing.coverage.value | percent }}</td>
<td class="nowrap">{{ e.routing.selective_precision | estimate }}</td>
<td>{{ e.routing.summary.wrong }}</td><td>{{ e.routing.summary.reviewed }}</td>
<td class="nowrap">{{ e.routing.saving.per_ticket | estimate(share=False) }}</td></tr>
{% endfor %}
</tbody></table></div>
<ul class="muted">
{% for t in rules %}
<li><b>{{ t.rule.replace("_", " ") }}</b>: {{ t.title }}; {{ t.caveat }}</li>
{% endfor %}
<li><b>config</b>: the threshold you set, not chosen from these tickets</li>
</ul>
{% for e in evaluations %}
{% for t in e.thresholds if t.label_thresholds %}
<details><summary>Thresholds by label of {{ e.provenance.rubric_set }}</summary>
<div class="scroll"><table>
<caption>Certified for tickets routed to each label; without a promise the label has the \
threshold for all labels, or routes nothing where there is none</caption>
<thead><tr><th scope="col" class="text">label</th><th scope="col">threshold</th>\
<th scope="col" class="text">promise</th><th scope="col">tickets tested</th></tr></thead>
<tbody>
{% for l in t.label_thresholds %}
<tr><th scope="row">{{ l.label }}</th><td>{{ l.threshold | threshold }}</td>\
<td class="text">{{ "yes" if l.promise else "no promise for this label" }}</td>\
<td>{{ l.certificate.n }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endfor %}
{% endfor %}
<div class="columns">
<figure>{{ precision_chart }}<figcaption>{{ key }} dot: the threshold of the config</figcaption>\
</figure>
<figure>{{ cost_chart }}<figcaption>{{ cost_key }} costs: misroute \
{{ "%g" | format(costs.misroute) }}, review {{ "%g" | format(costs.review) }}, \
escalation {{ "%g" | format(costs.escalate) }}</figcaption></figure>
</div>
{% for e in evaluations %}
<details><summary>Every fifth threshold of {{ e.provenance.rubric_set }}</summary>
<div class="scroll"><table>
<caption>In sample; intervals are Wilson 95%. A person reading every ticket costs \
{{ costs.review | price }} each</caption>
<thead><tr><th scope="col">threshold</th><th scope="col">routed</th>\
<th scope="col">right among routed</th><th scope="col">95%</th>\
<th scope="col">wrong routes</th><th scope="col">to review</th>\
<th scope="col">cost per ticket</th></tr></thead>
<tbody>
{% for p in e.routing.sweep[::5] %}
<tr><th scope="row">{{ p.threshold | threshold }}</th><td>{{ p.coverage | percent }}</td>
<td>{{ p.precision | percent }}</td>
<td>{{ p.precision_low | percent }} to {{ p.precision_high | percent }}</td>
<td>{{ p.wrong }}</td><td>{{ p.reviewed }}</td><td>{{ p.cost | number }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endfor %}"""


@section(order=10, id="threshold", title="Which confidence threshold?")
def threshold(report: Report) -> Markup:
    """Slider and table at a threshold, the chosen thresholds, precision and cost curves."""
    evaluations = report.results.evaluations
    policy, costs = evaluations[0].settings.policy, evaluations[0].settings.costs
    names = [e.provenance.rubric_set for e in evaluations]
    points = [point for e in evaluations for point in e.routing.sweep]
    by_hand = Series("a person reads every ticket", [(0.0, costs.review), (1.0, costs.review)])
    highest = max((*(p.cost for p in points if p.cost == p.cost), costs.review), default=1.0)
    return render(
        _TEMPLATE,
        policy=policy,
        costs=costs,
        start=min(100, round(policy.threshold * 100)),
        evaluations=evaluations,
        # What runs today has no promise: the rules are those of all sets together.
        rules={t.rule: t for e in reversed(evaluations) for t in e.thresholds}.values(),
        sweeps=[_sweep(e) for e in evaluations],
        key=key(names),
        cost_key=key([*names, by_hand.name]),
        precision_chart=line_chart(
            [_precision_line(e) for e in evaluations],
            x=Axis("share of tickets routed", 0, 1),
            y=Axis("share right among routed", _lowest_precision(evaluations), 1),
            label="Share right among routed tickets against the share routed",
        ),
        cost_chart=line_chart(
            [*(Series(e.provenance.rubric_set, [(p.threshold, p.cost) for p in e.routing.sweep])
               for e in evaluations), by_hand],
            x=Axis("threshold", 0, 1, share=False),
            y=Axis("cost per ticket", 0, highest or 1.0, share=False),
            label="Mean cost per ticket against the threshold",
        ),
    )  # fmt: skip


def _sweep(evaluation: Evaluation) -> dict[str, list[str]]:
    """What the slider shows at each threshold, formatted here so that both sides round alike."""
    points = evaluation.routing.sweep
    return {
        "routed": [numbers.percent(p.coverage) for p in points],
        "precision": [numbers.percent(p.precision) for p in points],
        "wrong": [str(p.wrong) for p in points],
        "reviewed": [str(p.reviewed) for p in points],
        "escalated": [str(p.escalated) for p in points],
    }


def _precision_line(evaluation: Evaluation) -> Series:
    at = evaluation.routing
    return Series(
        evaluation.provenance.rubric_set,
        [(p.coverage, p.precision) for p in evaluation.routing.sweep],
        (at.coverage.value, at.selective_precision.value),
    )


def _lowest_precision(evaluations: tuple[Evaluation, ...]) -> float:
    """A round lower end for the axis."""
    seen = [p.precision for e in evaluations for p in e.routing.sweep if p.precision == p.precision]
    return min(int(min(seen, default=0.0) * 10) / 10, 0.9)
