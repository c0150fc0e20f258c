"""Other thresholds, and why not: what each rule chooses, and what happens at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.recommendation import Recommendation
from ticketbench.measure.routing.outcomes import RoutingSummary, SweepPoint
from ticketbench.measure.thresholds.choose import FEWEST_TICKETS
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred
from ticketbench.report.words.setting import setting_text
from ticketbench.report.words.thresholds import none_chosen_text, told

_STEP = 5
"""Of the sweep's hundredths: a table of every 0.05 can still be read."""

_TEMPLATE = """<p><strong>{{ advice.headline }}.</strong>\
{% for line in advice.lines %} {{ line }}.{% endfor %}</p>
<h3>Every way to choose a threshold for {{ chosen.provenance.rubric_set }}</h3>
<ul>
{% for rule, line in told %}
<li><b>{{ rule }}</b>: {{ line }}</li>
{% else %}
<li>{{ none_chosen }}</li>
{% endfor %}
</ul>
<div class="scroll" tabindex="0" role="region" aria-label="Thresholds by rule"><table>
<caption>Certified, and config: on these tickets; what is promised allows for the choice. Every \
other rule: out of sample, chosen on four fifths of the tickets and judged on the other fifth. \
Saving: against a person reading every ticket, {{ "%g" | format(costs.review) }} each.</caption>
<thead><tr><th scope="col" class="text">rubric set</th><th scope="col" class="text">rule</th>\
<th scope="col">threshold</th><th scope="col">routed</th>\
<th scope="col">right among routed</th><th scope="col">wrong routes</th>\
<th scope="col">to review</th><th scope="col">escalated</th>\
<th scope="col">saving per ticket</th></tr></thead>
<tbody>
<tr><th scope="row">any</th><td class="text"><b>a person reads every ticket</b></td>\
<td>–</td><td>{{ 0.0 | percent }}</td><td>–</td><td>0</td><td>all</td><td>0</td>\
<td>{{ 0.0 | number }}</td></tr>
{% for row in rows %}
<tr><th scope="row">{{ row.rubric_set }}</th><td class="text"><b>{{ row.rule }}</b></td>\
<td>{{ row.threshold | threshold }}\
{% if row.temperature != 1 %} at T {{ row.temperature | number(2) }}{% endif %}</td>\
<td>{{ row.judged.coverage.value | percent }}</td>\
<td>{{ row.judged.selective_precision | estimate }}</td>\
<td>{{ row.judged.wrong }}</td><td>{{ row.judged.reviewed }}</td>\
<td>{{ row.judged.escalated }}</td>\
<td>{{ row.saving | estimate(share=False) }}</td></tr>
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
<div class="scroll" tabindex="0" role="region" \
aria-label="Thresholds by label of {{ e.provenance.rubric_set }}"><table>
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
<h3>At every threshold, with the escalation of the config</h3>
<p>A ticket is escalated when two or more labels score above \
{{ policy.escalate_above | threshold }}, else routed when its top score reaches the threshold, \
else sent to {{ policy.fallback }}. Escalation does not depend on the threshold.</p>
{% for e in evaluations %}
<details><summary>Every fifth threshold of {{ e.provenance.rubric_set }}</summary>
<div class="scroll" tabindex="0" role="region" \
aria-label="Every fifth threshold of {{ e.provenance.rubric_set }}"><table>
<caption>In sample; intervals are Wilson 95%. A person reading every ticket costs \
{{ costs.review | price }} each</caption>
<thead><tr><th scope="col">threshold</th><th scope="col">routed</th><th scope="col">right</th>\
<th scope="col">wrong</th><th scope="col">to review</th><th scope="col">escalated</th>\
<th scope="col">share routed</th><th scope="col">right among routed</th>\
<th scope="col">cost per ticket</th></tr></thead>
<tbody>
{% for p in e.routing.sweep[::step] %}
<tr><th scope="row">{{ p.threshold | threshold }}</th><td>{{ p.routed }}</td>\
<td>{{ p.right }}</td><td>{{ p.wrong }}</td><td>{{ p.reviewed }}</td><td>{{ p.escalated }}</td>\
<td>{{ p.coverage | percent }}</td><td>{{ right(p) | estimate }}</td>\
<td>{{ p.cost | number }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endfor %}"""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of one rubric set, and what it was judged on."""

    rubric_set: str
    rule: str
    threshold: float
    temperature: float
    judged: RoutingSummary
    saving: Estimate


def answer(report: Report) -> str:
    """What is promised where a target was stated; else the threshold that costs least."""
    found, chosen = report.results.recommendation, preferred(report.results)
    if not chosen.thresholds:
        return f"none is chosen from fewer than {FEWEST_TICKETS} tickets"
    if found and found.target_stated:
        return _promise(found)
    cheapest = {one.rule: one.threshold for one in chosen.thresholds}.get("cost_optimal")
    if cheapest is None or cheapest != cheapest:
        return "none is promised"
    return f"{numbers.threshold(cheapest)} costs least"


def _promise(found: Recommendation) -> str:
    target = f"{round(100 * found.target, 6):g} right of 100"
    if found.promise is None:
        return f"no promise is made for {found.rubric_set}"
    if found.promise.outlook != "certified":
        return f"{target} cannot be promised"
    at = numbers.threshold(found.promise.threshold)
    return f"{target} {'promised' if found.firm else 'too thin to promise'} at {at}"


@section(order=20, id="threshold", title="Other thresholds, and why not", short=answer)
def threshold(report: Report) -> Markup:
    """The recommended setting with its intervals, every rule, and the sweep in steps.

    Its curves stand among the charts of the page, where the prices can be changed.
    """
    results = report.results
    evaluations, chosen = results.evaluations, preferred(results)
    return render(
        _TEMPLATE,
        advice=setting_text(results.recommendation, evaluations),
        chosen=chosen,
        told=told(chosen),
        none_chosen=none_chosen_text(chosen),
        policy=evaluations[0].settings.policy,
        costs=evaluations[0].settings.costs,
        evaluations=evaluations,
        rows=[row for e in evaluations for row in _rows(e)],
        # What runs today has no promise: the rules are those of all sets together.
        rules={t.rule: t for e in reversed(evaluations) for t in e.thresholds}.values(),
        step=_STEP,
        right=_right,
    )


def _rows(evaluation: Evaluation) -> Iterator[RuleRow]:
    """Every rule that chose a threshold for a rubric set, then the config."""
    name, policy = evaluation.provenance.rubric_set, evaluation.settings.policy
    for one in evaluation.thresholds:
        judged = one.out_of_sample or one.in_sample
        rule = one.rule.replace("_", " ")
        yield RuleRow(name, rule, one.threshold, one.temperature, judged, one.saving.per_ticket)
    at = evaluation.routing
    yield RuleRow(
        name, "config", policy.threshold, policy.temperature, at.summary, at.saving.per_ticket
    )


def _right(point: SweepPoint) -> Estimate:
    """The share right among the routed, as the sweep counts it: every ticket for itself."""
    low, high = point.precision_low, point.precision_high
    return Estimate(point.precision, low, high, point.routed, "Wilson")
