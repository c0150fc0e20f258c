"""Rubrics too alike: which labels stand in each other's way?"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.rubrics.overlap import PairOverlap
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred

_MOST_PAIRS = 6

_TEMPLATE = """<p class="muted">Pairs of labels over the tickets where they take the first two \
places. A near tie is a margin under {{ near_tie | threshold }}; mixed up counts \
tickets of the first label whose top label is the second / the other way round.</p>
{% for entry in entries %}
<div class="scroll" tabindex="0" role="region" aria-label="Pairs of labels, {{ entry.name }}">\
<table>
<caption>{{ entry.name }}</caption>
<thead><tr><th scope="col" class="text">pair</th><th scope="col">lead together</th>\
<th scope="col">near ties</th><th scope="col">wrong among them</th>\
<th scope="col">mixed up</th></tr></thead>
<tbody>
{% for pair in entry.pairs %}
<tr><th scope="row">{{ pair.first }} / {{ pair.second }}</th><td>{{ pair.top_two }}</td>\
<td>{{ pair.near_tie | estimate }}</td><td>{{ pair.wrong_near_ties }}</td>\
<td>{{ pair.first_as_second }} / {{ pair.second_as_first }}</td></tr>
{% endfor %}
</tbody></table></div>
{% if entry.texts %}
<dl>
{% for label, text in entry.texts %}
<dt>{{ label }}</dt><dd>{{ text }}</dd>
{% endfor %}
</dl>
{% endif %}
{% endfor %}"""


def answer(report: Report) -> str:
    """The pair with the most near ties under the set to use."""
    pairs = _pairs(preferred(report.results))
    if not pairs or not pairs[0].near_ties:
        return "no near ties"
    ties = numbers.count(pairs[0].near_ties, "near tie")
    return f"{ties} of {pairs[0].first} and {pairs[0].second}"


@section(order=58, id="overlap", title="Rubrics too alike", short=answer)
def overlap(report: Report) -> Markup | None:
    """The pairs with most near ties, and the text of each rubric in them."""
    results = report.results
    texts = {s.name: {r.label: r.text for r in s.rubrics} for s in results.rubric_sets}
    entries = [_entry(e, texts.get(e.provenance.rubric_set, {})) for e in results.evaluations]
    if not any(entry["pairs"] for entry in entries):
        return None
    near_tie = results.evaluations[0].settings.near_tie
    return render(_TEMPLATE, entries=entries, near_tie=near_tie)


def _entry(evaluation: Evaluation, texts: dict[str, str]) -> dict[str, Any]:
    pairs = _pairs(evaluation)
    named = [label for pair in pairs for label in (pair.first, pair.second)]
    return {
        "name": evaluation.provenance.rubric_set,
        "pairs": pairs,
        "texts": [(label, texts[label]) for label in dict.fromkeys(named) if label in texts],
    }


def _pairs(evaluation: Evaluation) -> list[PairOverlap]:
    return [pair for pair in evaluation.by_label.overlaps if pair.top_two][:_MOST_PAIRS]
