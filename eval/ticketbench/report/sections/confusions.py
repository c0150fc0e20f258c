"""Confusion matrices: which label goes where, and what lands in review?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.measure.counts.confusion import ESCALATE_COLUMN, REVIEW_COLUMN
from ticketbench.report.matrix import shaded
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred

_MOST_COLUMNS = 12
"""Labels up to which a matrix can be read; beyond, each row lists the cells that are not 0."""

_TEMPLATE = """<p>Rows are gold labels, columns what happened under the policy of the config. \
Right is a label's own route, and for __none__ (review). Blue: right; orange: wrong; grey: to a \
person.</p>
<div class="columns">
{% for name, matrix in wide %}
<div tabindex="0" role="region" aria-label="Confusion matrix of {{ name }}"><table>
<caption>{{ name }}, n = {{ matrix.n }}</caption>
<thead><tr><th>gold</th>\
{% for column in matrix.columns %}<th>{{ column }}</th>{% endfor %}\
<th>n</th></tr></thead>
{% for row in matrix.rows %}
<tr><th>{{ row.label }}</th>\
{% for cell in row.cells %}\
<td{% if cell.n %} class="{{ cell.kind[0] }}{{ cell.step }}"{% endif %}>{{ cell.n }}</td>\
{% endfor %}<td>{{ row.n }}</td></tr>
{% endfor %}
</table></div>
{% endfor %}
{% for name, matrix in long %}
<div tabindex="0" role="region" aria-label="Confusions of {{ name }}">\
<table class="tl">
<caption>{{ name }}, n = {{ matrix.n }}; a label that is not named got none</caption>
<thead><tr><th>gold</th><th>n</th><th>right</th>\
<th>{{ review }}</th><th>{{ escalate }}</th><th>\
sent wrongly to</th></tr></thead>
{% for row in matrix.rows %}
<tr><th>{{ row.label }}</th><td>{{ row.n }}</td><td>{{ row.of("right") }}</td>\
<td>{{ row.to(review) }}</td><td>{{ row.to(escalate) }}</td><td>\
{% for cell in row.wrong %}{{ cell.column }} {{ cell.n }}{{ ", " if not loop.last }}{% endfor %}\
</td></tr>
{% endfor %}
</table></div>
{% endfor %}
</div>"""


def answer(report: Report) -> str:
    """The wrong route that most tickets take, with the set to use, of tickets that have a label."""
    cells = [
        (cell.n, row.label, cell.column)
        for row in shaded(preferred(report.results).routing.confusion).rows
        for cell in row.wrong
        if row.label != NONE_LABEL
    ]
    if not cells:
        return "no ticket with a label goes out wrong"
    n, gold, column = max(cells, key=lambda cell: cell[0])
    return f"{numbers.count(n, 'ticket')} from {gold} to {column}"


@section(order=56, id="confusions", title="Confusion matrices", short=answer)
def confusions(report: Report) -> Markup:
    """One matrix per rubric set with review and escalate; a list where it would be too wide."""
    made = [
        (e.provenance.rubric_set, shaded(e.routing.confusion)) for e in report.results.evaluations
    ]
    return render(
        _TEMPLATE,
        wide=[one for one in made if len(one[1].columns) <= _MOST_COLUMNS + 2],
        long=[one for one in made if len(one[1].columns) > _MOST_COLUMNS + 2],
        review=REVIEW_COLUMN,
        escalate=ESCALATE_COLUMN,
    )
