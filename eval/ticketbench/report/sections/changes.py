"""Section 5, changes: which tickets did the new rubric set fix or break?"""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.masks import masked_text
from ticketbench.report.words.verdict import (
    CHANGED_LIST,
    fragility_text,
    losses_text,
    not_worse_text,
    seen_change,
)

_MOST_FLIPS = 200

_TEMPLATE = """{% for c in comparisons %}
<h3>{{ c.base }} to {{ c.candidate }}: {{ c.contingency.only_candidate }} fixed, \
{{ c.contingency.only_base }} broken, {{ c.contingency.neither }} wrong in both</h3>
<div class="scroll"><table>
<caption>The same {{ c.n_paired }} tickets under both sets; difference is {{ c.candidate }} minus \
{{ c.base }}, in points for shares, 95% intervals\
{% if c.unpaired %}; {{ c.unpaired }} answers have no partner{% endif %}; McNemar mid-p of the \
accuracy {{ c.mcnemar_midp | p_value }}{% if c.n_groups < c.n_paired %}, which ignores the \
groups{% endif %}. A person reading every ticket costs {{ by_hand | price }} each</caption>
<thead><tr><th scope="col" class="text">metric</th><th scope="col">{{ c.base }}</th>\
<th scope="col">{{ c.candidate }}</th><th scope="col">difference</th>\
<th scope="col" class="text">better is</th></tr></thead>
<tbody>
{% for d in c.differences %}
<tr><th scope="row">{{ d.title }}</th>\
<td>{{ d.base | percent if d.share else d.base | number }}</td>\
<td>{{ d.candidate | percent if d.share else d.candidate | number }}</td>\
<td class="nowrap">{{ d.difference | difference(share=d.share) }}</td>\
<td class="text">{{ "higher" if d.higher_is_better else "lower" }}</td></tr>
{% endfor %}
</tbody></table></div>
<p>{{ fragility(c) }}.</p>
<p>{{ gate(c) }}.{% if losses(c) %} {{ losses(c) }}.{% endif %} \
p of equal accuracy {{ c.change("accuracy").p | p_value }}\
{% if comparisons | length > 1 %}, {{ c.verdict.p | p_value }} adjusted for \
{{ comparisons | length }} candidates (Holm), so the verdict reads \
{{ seen_change(c.verdict, several=True) }}\
{% endif %}\
{% if c.sign_flip_p == c.sign_flip_p %}, exact by sign-flipping {{ c.sign_flip_p | p_value }}\
{% endif %}. Mix of top labels: {{ "shifted" if c.marginal_shift.p < 0.05 else \
"no sign of a shift" }} (Stuart-Maxwell {{ c.marginal_shift.stat | number(1) }}, \
{{ c.marginal_shift.df }} degrees of freedom, p {{ c.marginal_shift.p | p_value }}).</p>
<div class="scroll"><table>
<caption>Recall by gold label; p is adjusted for testing every label (Holm)</caption>
<thead><tr><th scope="col" class="text">label</th><th scope="col">tickets</th>\
<th scope="col">{{ c.base }}</th><th scope="col">{{ c.candidate }}</th>\
<th scope="col">difference</th><th scope="col">p</th></tr></thead>
<tbody>
{% for l in c.of_labels("recall") %}
<tr><th scope="row">{{ l.label }}</th><td>{{ l.difference.n }}</td><td>{{ l.base | percent }}</td>\
<td>{{ l.candidate | percent }}</td><td class="nowrap">{{ l.difference | difference }}</td>\
<td>{{ l.p_holm | p_value }}</td></tr>
{% endfor %}
</tbody></table></div>
{% if c.flips %}
<details{{ " open" if c.flips | length <= 30 }}><summary>{{ c.flips | length | count("ticket") }} \
changed{% if c.flips | length > most %}, the first {{ most }} shown; all are in {{ listed }}\
{% endif %}</summary>
<div class="scroll"><table>
<caption>Broken tickets first, most confidently wrong first</caption>
<thead><tr><th scope="col" class="text">ticket</th><th scope="col" class="text">change</th>\
<th scope="col" class="text">gold</th><th scope="col" class="text">{{ c.base }}</th>\
<th scope="col" class="text">{{ c.candidate }}</th>\
{% if texts %}<th scope="col" class="text">text</th>{% endif %}</tr></thead>
<tbody>
{% for f in c.flips[:most] %}
<tr><th scope="row">{{ shown_id(f.ticket_id) }}</th>\
<td class="text {{ "up" if f.kind == "fixed" else "down" }}">\
{{ "▲ fixed" if f.kind == "fixed" else "▼ broken" }}</td>\
<td class="text">{{ f.gold }}</td>\
<td class="text">{{ f.base_label }} {{ f.base_score | number(2) }}</td>\
<td class="text">{{ f.candidate_label }} {{ f.candidate_score | number(2) }}</td>\
{% if texts %}<td class="long">{{ texts.get(f.ticket_id, "") | cut }}</td>{% endif %}</tr>
{% endfor %}
</tbody></table></div></details>
{% endif %}
{% endfor %}
{% if texts and masked %}<p class="muted">{{ masked }}</p>{% endif %}"""


@section(order=50, id="changes", title="What changed?")
def changes(report: Report) -> Markup | None:
    """Paired differences of all metrics, and the tickets that flipped."""
    if not report.results.comparisons:
        return None
    return render(
        _TEMPLATE,
        comparisons=report.results.comparisons,
        by_hand=report.results.evaluations[0].settings.costs.review,
        texts=report.texts,
        shown_id=report.masked.shown_id,
        masked=masked_text(report.masked),
        most=_MOST_FLIPS,
        gate=not_worse_text,
        losses=losses_text,
        fragility=partial(fragility_text, listed=CHANGED_LIST),
        listed=CHANGED_LIST,
        seen_change=seen_change,
    )
