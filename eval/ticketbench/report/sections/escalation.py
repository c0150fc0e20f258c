"""Escalation: does it find the tickets that need two teams?"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from ticketbench.measure.evaluation import Evaluation
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.tables import beside
from ticketbench.report.words import numbers
from ticketbench.report.words.production import escalation_warning
from ticketbench.report.words.recommendation import preferred

_TEMPLATE = """{% for e in evaluations %}
{% set found, summary = e.routing.escalation, e.routing.summary %}
<p><b>{{ e.provenance.rubric_set }}:</b> {{ found.queue | count("ticket") }} escalated, \
{{ found.needed }} truly need two or more labels; precision {{ found.precision | estimate }}, \
recall {{ found.recall | estimate }}; {{ summary.collisions }} of the escalated also passed the \
threshold.{% if warnings[loop.index0] %} {{ warnings[loop.index0] }}.{% endif %} \
Of the routed tickets {{ summary.any_label_precision | estimate }} went to a label \
that fits at all, their own or another one in all_labels.</p>
{% endfor %}
<details><summary>Other limits</summary>
{{ limits }}</details>"""


def answer(report: Report) -> str:
    """How many of the escalated tickets needed it, at the limit of the config."""
    of = preferred(report.results)
    found = of.routing.escalation
    if found is None or not found.queue:
        return f"{of.provenance.rubric_set} escalates no ticket as set"
    needed = round(found.precision.value * found.queue)
    return f"{needed:,} of {found.queue:,} escalated tickets needed it"


@section(order=40, id="escalation", title="Escalation", short=answer)
def escalation(report: Report) -> Markup | None:
    """Precision, recall and queue of the escalation rule, and of other limits."""
    judged = [e for e in report.results.evaluations if e.routing.escalation]
    if not judged:
        return None
    by_hand = numbers.price(judged[0].settings.costs.review)
    limits = beside(
        "Escalation limits",
        "Beside each limit the threshold that costs least. Chosen and judged on these very "
        f"tickets, the cost is optimistic. A person reading every ticket costs {by_hand} each",
        first="limit",
        columns=("escalated", "precision", "recall", "cheapest threshold", "cost per ticket"),
        of=[(e.provenance.rubric_set, _limits(e)) for e in judged],
        spans=True,
    )
    warnings = [_warning(e) for e in judged]
    return render(_TEMPLATE, evaluations=judged, warnings=warnings, limits=limits)


def _warning(of: Evaluation) -> str:
    found = of.routing.escalation
    return escalation_warning(found, found.queue) if found and found.queue else ""


def _limits(evaluation: Evaluation) -> Iterator[tuple[str, tuple[str, ...]]]:
    for p in evaluation.routing.escalation_sweep:
        found = p.escalation
        yield (
            "off" if p.escalate_above >= 1 else numbers.threshold(p.escalate_above),
            (
                str(found.queue),
                numbers.estimate(found.precision),
                numbers.estimate(found.recall),
                numbers.threshold(p.threshold),
                numbers.number(p.cost),
            ),
        )
