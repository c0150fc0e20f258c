"""Endpoints side by side: which is right most often, at what price, and how quickly?"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.endpoints.words import board_heads, board_note, board_rows
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words.recommendation import lead_text

_TEMPLATE = """<div tabindex="0" role="region" aria-label="Endpoints side by side"><table>
<caption>{{ note }}. The last column is the verdict on the accuracy against {{ first }}, adjusted \
for the number of sets (Holm)</caption>
<thead><tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr></thead>
{% for row in rows %}
<tr><th>{{ row[0] }}</th>{% for cell in row[1:] %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</table></div>"""


def answer(report: Report) -> str:
    """Which set leads, as far as the accuracies tell."""
    return lead_text(report.results.standing)


@section(order=11, id="leaderboard", title="Endpoints side by side", short=answer)
def leaderboard(report: Report) -> Markup | None:
    """A line for each set and each trained classifier; nothing for a single endpoint."""
    board = report.results.leaderboard
    if board is None:
        return None
    return render(
        _TEMPLATE,
        note=board_note(board),
        first=report.results.evaluations[0].rubric_set,
        heads=board_heads(board),
        rows=[tuple(row) for row in board_rows(report.results, board)],
    )
