"""What each label gets: right alone today and at the setting, and what goes astray."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ticketbench.measure.pairs.label_outcomes import FEW, LabelMove, label_moves
from ticketbench.report.decide.terms import term
from ticketbench.report.decide.view import MANY, View
from ticketbench.report.drawing.dots import Dot, dots
from ticketbench.report.rendering import render
from ticketbench.report.words.numbers import of_100

MOST = 10
"""Of many labels so many are shown, those that lose or gain most."""

_TEMPLATE = """<section id="labels" class="wide">
<h2>What each {{ word }} gets</h2>
<p class="sub">{{ right_alone }}: tickets that reach their {{ word }} without a person. \
Dot and {{ bar }}: measured, how sure.</p>
{{ shown }}
{% if folded %}
<details><summary>{{ n_folded }} other {{ word }}s</summary>{{ folded }}</details>
{% endif %}
</section>"""

_TABLE = """<table class="labels"><caption class="unseen">Each {{ word }} today and at these \
settings</caption>
<thead><tr><th scope="col">{{ word }}</th><th scope="col">tickets</th>\
<th scope="col" class="chart">right alone, of 100</th>\
<th scope="col">today</th><th scope="col" data-name="use">{{ now }}</th>\
<th scope="col">sent away wrongly</th><th scope="col">wrongly sent in</th>\
<th scope="col">to a person</th></tr></thead>
<tbody>
{% for row in rows %}
<tr data-label="{{ row.at }}"><th scope="row">{{ row.name }}{% if row.hurt %} \
<span class="tag">loses most</span>{% endif %}</th><td>{{ row.n }}</td>\
<td class="chart">{{ row.chart }}</td><td data-part="today">{{ row.today }}</td>\
<td data-part="now"{% if row.few %} class="muted"{% endif %}><b>{{ row.now }}</b></td>\
<td data-part="away">{{ row.away }}</td>\
<td data-part="sent-in">{{ row.sent_in }}</td><td data-part="person">{{ row.person }}</td></tr>
{% endfor %}
</tbody></table>"""


def labels(view: View) -> Markup | None:
    """A row a label, in the order of the set; of many the ten that change most come first."""
    moves = moves_of(view)
    if not moves:
        return None
    first, rest = list(moves), list[LabelMove]()
    if len(moves) > MANY:
        order = sorted(moves, key=lambda move: -abs(move.change.value))
        first, rest = order[:MOST], order[MOST:]
    return render(
        _TEMPLATE,
        word=view.word,
        right_alone=term("right-alone", "Right alone"),
        bar=term("how-sure", "bar"),
        shown=_table(view, first),
        folded=_table(view, rest) if rest else "",
        n_folded=len(rest),
    )


def moves_of(view: View) -> tuple[LabelMove, ...]:
    """Today's set and policy against the setting of the page, for each label."""
    found = view.found
    if found.moves:
        return found.moves
    today = (view.sets[view.old].table, found.today.policy)
    return label_moves(today, (view.sets[view.use].table, view.policy))


def _table(view: View, moves: Sequence[LabelMove]) -> Markup:
    hurt = view.found.hurt
    return render(
        _TABLE,
        word=view.word,
        now="then" if view.use == view.old else view.sets[view.use].name,
        rows=[_row(view, move, hurt=hurt is move) for move in moves],
    )


def _row(view: View, move: LabelMove, *, hurt: bool) -> dict[str, object]:
    today, now = (of_100(side.right_alone.value) for side in (move.today, move.then))
    sides = [Dot(move.today.right_alone, "old"), Dot(move.then.right_alone, "new")]
    few = move.n < FEW
    alt = f"{move.label}: today {today}, then {now}{' (few tickets)' if few else ''}"
    return {
        "at": view.labels.index(move.label),
        "name": move.label,
        "n": move.n,
        "hurt": hurt,
        "few": few,
        "chart": dots(sides, ends=(0, 1), alt=alt),
        "today": today,
        "now": now,
        "away": move.then.away,
        "sent_in": move.then.sent_in,
        "person": move.then.person,
    }
