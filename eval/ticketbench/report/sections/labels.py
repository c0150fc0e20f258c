"""Label by label: which ones are found, how sure is that, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from ticketbench.measure.compare import Comparison
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.findings import FEW_TICKETS
from ticketbench.measure.label_results import LabelResult
from ticketbench.measure.results import RunResults
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred

_TEMPLATE = """<div tabindex="0" role="region" aria-label="Labels">\
<table class="t2">
<caption>Over {{ n }} tickets whose gold is a label; recall under the policy counts reviewed and \
escalated tickets as missed; 95% intervals\
{% if base %}. The change is that of recall from {{ base }}, its p adjusted for testing every \
label (Holm){% endif %}</caption>
<thead><tr><th>label</th><th>set</th><th>tickets</th><th>predicted</th>\
{% for m in evaluations[0].by_label.results[0].metrics %}<th>{{ m.title }}</th>{% endfor %}\
{% if base %}<th>change</th><th>p</th>{% endif %}</tr></thead>
{% for name, label in rows %}
<tr><th>{{ label.label }}{% if label.support < few %} \
<span class="muted">(few tickets)</span>{% endif %}</th>\
<td>{{ name }}</td><td>{{ label.support }}</td><td>{{ label.predicted }}</td>\
{% for m in label.metrics %}<td>{{ m.estimate | estimate }}</td>{% endfor %}\
{% if base %}{% for cell in changes.get((name, label.label), ("", "")) %}<td>{{ cell }}</td>\
{% endfor %}{% endif %}</tr>
{% endfor %}
</table></div>"""


def answer(report: Report) -> str:
    """The label that the set to use finds least, among those with tickets enough."""
    labels = [r for r in preferred(report.results).by_label.results if r.support >= FEW_TICKETS]
    if not labels:
        return "few tickets of each"
    least = min(labels, key=lambda one: one.recall.value)
    return f"{least.label} is found least, {numbers.percent(least.recall.value)}"


@section(order=54, id="labels", title="Label by label", short=answer)
def labels(report: Report) -> Markup:
    """Every label metric of every gold label with intervals, and how recall changed."""
    results = report.results
    return render(
        _TEMPLATE,
        evaluations=results.evaluations,
        n=" / ".join(dict.fromkeys(f"{e.tickets.n_labelled}" for e in results.evaluations)),
        rows=_rows(results.evaluations),
        base=results.comparisons[0].base if results.comparisons else "",
        changes={key: cells for c in results.comparisons for key, cells in _changes(results, c)},
        few=FEW_TICKETS,
    )


def _rows(evaluations: Sequence[Evaluation]) -> list[tuple[str, LabelResult]]:
    """The sets of each label under each other, labels in the order of the first set."""
    of_sets = [
        (e.provenance.rubric_set, {one.label: one for one in e.by_label.results})
        for e in evaluations
    ]
    named = dict.fromkeys(label for _, found in of_sets for label in found)
    return [(name, found[label]) for label in named for name, found in of_sets if label in found]


def _changes(of: RunResults, c: Comparison) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """(set, label) and its two cells: the change of recall and its p.

    The paired values stand beside it where some tickets were answered under one set only, so that
    they are not those of the rows.
    """
    recall = {
        (name, label.label): numbers.percent(label.recall.value)
        for name, label in _rows(of.evaluations)
    }
    for d in c.of_labels("recall"):
        base, candidate = numbers.percent(d.base), numbers.percent(d.candidate)
        said = numbers.difference(d.difference)
        alone = recall.get((c.base, d.label), base), recall.get((c.candidate, d.label), candidate)
        if (base, candidate) != alone:
            said = f"{base} → {candidate} (n = {d.difference.n}), {said}"
        yield (c.candidate, d.label), (said, numbers.p_value(d.p_holm))
