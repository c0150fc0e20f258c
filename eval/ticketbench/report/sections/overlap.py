"""Section 4, overlap: which rubrics are too similar?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_MOST_PAIRS = 6

_TEMPLATE = """<p class="muted">Pairs of labels over the tickets where they take the first two \
places. A near tie is a margin under {{ near_tie | threshold }}; mixed up counts \
tickets of the first label whose top label is the second / the other way round.</p>
{% for entry in entries %}
<div class="scroll"><table>
<caption>{{ entry.name }}</caption>
<thead><tr><th scope="col" class="text">pair</th><th scope="col">lead together</th>\
<th scope="col">near ties</th><th scope="col">wrong among them</th>\
<th scope="col">mixed up</th><th scope="col" class="text">rubrics</th></tr></thead>
<tbody>
{% for pair in entry.pairs %}
<tr><th scope="row">{{ pair.first }} / {{ pair.second }}</th><td>{{ pair.top_two }}</td>\
<td class="nowrap">{{ pair.near_tie | estimate }}</td><td>{{ pair.wrong_near_ties }}</td>\
<td>{{ pair.first_as_second }} / {{ pair.second_as_first }}</td>\
<td class="long"><b>{{ pair.first }}</b> {{ entry.texts[pair.first] }}
<b>{{ pair.second }}</b> {{ entry.texts[pair.second] }}</td></tr>
{% endfor %}
</tbody></table></div>
{% endfor %}"""


@section(order=40, id="overlap", title="Which rubrics are too similar?")
def overlap(report: Report) -> Markup | None:
    """The pairs with most near ties, with both rubric texts."""
    results = report.results
    texts = {s.name: {r.label: r.text for r in s.rubrics} for s in results.rubric_sets}
    entries = [
        {
            "name": e.provenance.rubric_set,
            "pairs": [pair for pair in e.by_label.overlaps if pair.top_two][:_MOST_PAIRS],
            "texts": texts.get(e.provenance.rubric_set) or dict.fromkeys(e.labels, ""),
        }
        for e in results.evaluations
    ]
    if not any(entry["pairs"] for entry in entries):
        return None
    near_tie = results.evaluations[0].settings.near_tie
    return render(_TEMPLATE, entries=entries, near_tie=near_tie)
