"""Section 2, confusions: who is mixed up with whom, and what lands in review?"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ticketbench.core.types import NONE_LABEL
from ticketbench.measure.counts.confusion import REVIEW_COLUMN, ConfusionMatrix
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_TEMPLATE = """<p class="muted">Rows are gold labels, columns what happened under the policy of \
the config. Every row sums to its tickets. Framed cells are right: the \
gold label's own route, and review for \
__none__.</p>
{% for matrix in matrices %}
<div class="scroll"><table>
<caption>{{ matrix.name }}, n = {{ matrix.n }}</caption>
<thead><tr><th scope="col" class="text">gold</th>\
{% for column in matrix.columns %}<th scope="col">{{ column }}</th>{% endfor %}\
<th scope="col">n</th></tr></thead>
<tbody>
{% for row in matrix.rows %}
<tr><th scope="row">{{ row.label }}</th>\
{% for cell in row.cells %}<td class="s{{ cell.shade }}{{ " hit" if cell.hit }}">\
{{ cell.n }}</td>{% endfor %}<td>{{ row.n }}</td></tr>
{% endfor %}
</tbody></table></div>
{% endfor %}"""


@section(order=20, id="confusions", title="Who is mixed up with whom?")
def confusions(report: Report) -> Markup:
    """One matrix per rubric set, with review and escalate columns."""
    matrices = [
        _matrix(e.provenance.rubric_set, e.routing.confusion) for e in report.results.evaluations
    ]
    return render(_TEMPLATE, matrices=matrices)


def _matrix(name: str, matrix: ConfusionMatrix) -> dict[str, Any]:
    rows = []
    for label, counts in zip(matrix.rows, matrix.counts, strict=True):
        n = sum(counts)
        wanted = REVIEW_COLUMN if label == NONE_LABEL else label
        cells = [
            {"n": count, "shade": _shade(count, n), "hit": column == wanted}
            for column, count in zip(matrix.columns, counts, strict=True)
        ]
        rows.append({"label": label, "cells": cells, "n": n})
    return {"name": name, "n": matrix.n, "columns": matrix.columns, "rows": rows}


def _shade(count: int, total: int) -> int:
    """0 (none) to 5 (the whole row)."""
    return -(-5 * count // total) if total else 0
