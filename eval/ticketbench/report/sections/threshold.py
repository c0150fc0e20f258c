"""Other thresholds, and why not: what each rule chooses, and what happens at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.quotes import some
from ticketbench.core.types import Estimate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.recommendation import Recommendation
from ticketbench.measure.routing.outcomes import RoutingSummary
from ticketbench.measure.thresholds.choose import FEWEST_TICKETS
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.tables import Rows, beside
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
{% for t in rules %}
{% set line = told.get(t.rule.replace("_", " "), "") %}
<li><b>{{ t.rule.replace("_", " ") }}</b>: {% if line %}{{ line }}; {% endif %}\
{% if t.title not in line %}{{ t.title }}; {% endif %}{{ t.caveat }}</li>
{% endfor %}
{% if none_chosen %}
<li>{{ none_chosen }}</li>
{% endif %}
<li><b>config</b>: the threshold you set, not chosen from these tickets</li>
</ul>
<div tabindex="0" role="region" aria-label="Thresholds by rule"><table class="t2">
<caption>Certified and config: on these tickets; a promise allows for the choice. Other rules: \
chosen on four fifths of the tickets, judged on the other fifth. Saving: against a person reading \
every ticket, {{ "%g" | format(costs.review) }} each</caption>
<thead><tr><th>rubric set</th><th>rule</th>\
<th>threshold</th><th>routed</th>\
<th>right among routed</th><th>wrong routes</th>\
<th>to review</th><th>escalated</th>\
<th>saving per ticket</th></tr></thead>
<tr><th>any</th><td>a person reads every ticket</td>\
<td>–</td><td>{{ 0.0 | percent }}</td><td>–</td><td>0</td><td>all</td><td>0</td>\
<td>{{ 0.0 | number }}</td></tr>
{% for row in rows %}
<tr><th>{{ row.rubric_set }}</th><td>{{ row.rule }}</td>\
<td>{{ row.threshold | threshold }}\
{% if row.temperature != 1 %} at T {{ row.temperature | number(2) }}{% endif %}</td>\
<td>{{ row.judged.coverage.value | percent }}</td>\
<td>{{ row.judged.selective_precision | estimate }}</td>\
<td>{{ row.judged.wrong }}</td><td>{{ row.judged.reviewed }}</td>\
<td>{{ row.judged.escalated }}</td>\
<td>{{ row.saving | estimate(share=False) }}</td></tr>
{% endfor %}
</table></div>
{% for e in evaluations %}
{% for t in e.thresholds if t.label_thresholds %}
{% if t.label_thresholds | selectattr("promise") | list %}
<details><summary>Thresholds by label of {{ e.provenance.rubric_set }}</summary>
<div tabindex="0" role="region" \
aria-label="Thresholds by label of {{ e.provenance.rubric_set }}"><table class="tl">
<caption>Certified for tickets routed to each label; without a promise the label has the \
threshold for all labels, or routes nothing where there is none</caption>
<thead><tr><th>label</th><th>threshold</th><th>tickets tested</th><th>promise</th></tr></thead>
{% for l in t.label_thresholds %}
<tr><th>{{ l.label }}</th><td>{{ l.threshold | threshold }}</td><td>{{ l.certificate.n }}</td>\
<td>{{ "yes" if l.promise else "no promise for this label" }}</td></tr>
{% endfor %}
</table></div></details>
{% else %}
<p>No threshold of {{ e.provenance.rubric_set }} is promised for a label. Tickets tested: \
{{ tested(t) }}.{% set whole = t.label_thresholds[0].threshold %}\
{% if whole == whole %} Each has the \
threshold for all labels, {{ whole | threshold }}.{% endif %}</p>
{% endif %}
{% endfor %}
{% endfor %}
<h3>At every threshold, with the escalation of the config</h3>
<p>A ticket is escalated when two or more labels score above \
{{ policy.escalate_above | threshold }}, whatever the threshold \
({% for e in evaluations %}{{ e.provenance.rubric_set }}: {{ e.routing.summary.escalated }} of \
{{ e.routing.summary.n }}{{ ", " if not loop.last }}{% endfor %}), else routed when its top score \
reaches the threshold, else sent to {{ policy.fallback }}.</p>
<details><summary>Every fifth threshold</summary>
{{ sweep }}</details>"""


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
        told=dict(told(chosen)),
        none_chosen=none_chosen_text(chosen),
        policy=evaluations[0].settings.policy,
        costs=evaluations[0].settings.costs,
        evaluations=evaluations,
        tested=lambda t: some([f"{x.label} {x.certificate.n}" for x in t.label_thresholds]),
        rows=[row for e in evaluations for row in _rows(e)],
        # What runs today has no promise: the rules are those of all sets together.
        rules={t.rule: t for e in reversed(evaluations) for t in e.thresholds}.values(),
        sweep=beside(
            "Every fifth threshold",
            "Right among routed; in sample, Wilson 95% intervals",
            first="threshold",
            columns=("right among routed",),
            of=[(e.provenance.rubric_set, _sweep(e)) for e in evaluations],
            spans=True,
        ),
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


def _sweep(evaluation: Evaluation) -> Rows:
    """The share right among the routed, as the sweep counts it: every ticket for itself.

    How many are routed, wrong or with a person, and the cost, stand in the results, and in the
    upper layer beside its threshold.
    """
    for p in evaluation.routing.sweep[::_STEP]:
        right = Estimate(p.precision, p.precision_low, p.precision_high, p.routed, "Wilson")
        yield numbers.threshold(p.threshold), [numbers.estimate(right)]
