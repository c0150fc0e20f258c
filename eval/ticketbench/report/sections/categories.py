"""New categories: do tickets that score low have something in common that no rubric asks for?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.categories.words import COLUMNS, categories_text, cluster_row, how_text
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.recommendation import preferred

_TEMPLATE = """{% for one in sets %}
<p><b>{{ one.rubric_set }}:</b> {{ text(one.found) }}. {% if how(one.found) %}\
{{ how(one.found) }}.{% endif %}</p>
{% if one.found.clusters %}
<div tabindex="0" role="region" aria-label="Clusters of {{ one.rubric_set }}"><table>
<caption>Tickets that score low and are alike; a quoted word stands in a rubric</caption>
<thead><tr>{% for name in columns %}<th>{{ name }}</th>{% endfor %}</tr></thead>
{% for cluster in one.found.clusters %}
<tr>{% for cell in row(cluster, one.found, shown_id) %}\
{% if loop.first %}<th>{{ cell }}</th>{% else %}<td>{{ cell }}</td>{% endif %}{% endfor %}</tr>
{% endfor %}
</table></div>
{% endif %}
{% endfor %}"""


def answer(report: Report) -> str:
    """How many clusters of the set to use are called new."""
    name = preferred(report.results).provenance.rubric_set
    found = [one.found for one in report.results.categories if one.rubric_set == name]
    new = [cluster for one in found for cluster in one.new]
    return f"{name}: {sum(one.n for one in new):,} tickets, new?" if new else f"{name}: none found"


@section(order=64, id="categories", title="New categories", short=answer)
def categories(report: Report) -> Markup | None:
    """The clusters of each set; absent where the config does not ask for them."""
    sets = report.results.categories
    if not sets:
        return None
    return render(
        _TEMPLATE,
        sets=sets,
        text=categories_text,
        how=how_text,
        row=cluster_row,
        columns=COLUMNS,
        shown_id=report.masked.shown_id,
    )
