"""Rubrics to sharpen: the pairs mixed up most, with both questions and the tickets at the line."""

from __future__ import annotations

from urllib.parse import quote

import numpy as np
from markupsafe import Markup

from ticketbench.core.policy import at_temperature
from ticketbench.core.rubrics import RubricSet
from ticketbench.measure.counts.mixed_pairs import FEW, MixedPair
from ticketbench.measure.rubrics.changes import Words, word_diff
from ticketbench.report.decide.excerpts import excerpt
from ticketbench.report.decide.view import View
from ticketbench.report.rendering import render, visible

SHOWN = 3
CLOSEST = 3

_TEMPLATE = """<section id="pairs" class="wide">
<h2>Rubrics to sharpen</h2>
{% if not cards %}
<p class="sub">No pair of {{ word }}s has more than {{ few }} tickets.</p>
{% else %}
<p class="sub">Most mixed up{% if many %} by {{ use }}{% endif %} first, with the tickets closest \
to the line.</p>
{% endif %}
{% for card in cards %}
<details class="pair" id="pair-{{ loop.index }}"{{ " open" if loop.first }}>
<summary><h3>{{ card.pair.first }} and {{ card.pair.second }}</h3>\
<span class="count">{% if card.grew %}<span class="tag wrong-text">grew</span> {% endif %}\
<b>{{ card.pair.n }}</b> mixed up{% if other %}, {{ other }} {{ card.pair.before }}{% endif %}\
</span></summary>
<p class="advice">{{ card.advice }}. <a href="{{ card.href }}">All {{ card.pair.n }}</a></p>
<div class="two">
{% for rubric in card.rubrics %}
<div><h4>{{ rubric.label }}{% if rubric.changed %}, {{ other }} → {{ use }}{% endif %}</h4>
{% for kind, text in rubric.lines %}
<p class="{{ kind }}">{{ text }}</p>
{% endfor %}
</div>
{% endfor %}
</div>
{% if card.tickets %}
<ul class="closest">
{% for ticket in card.tickets %}
<li><span class="muted">{{ ticket.said }}</span> <span>{{ ticket.text }}</span></li>
{% endfor %}
</ul>
{% endif %}
</details>
{% endfor %}
</section>"""


def pairs(view: View) -> Markup:
    """The three worst pairs of the set in use, the first one open."""
    worst = [pair for pair in view.found.mixed[:SHOWN] if pair.n > FEW]
    before = view.found.today.rubric_set
    compared = before != view.found.rubric_set
    return render(
        _TEMPLATE,
        word=view.word,
        few=FEW,
        many=len(view.sets) > 2,
        use=view.found.rubric_set,
        other=before if compared else "",
        cards=[_card(view, pair, compared=compared) for pair in worst],
    )


def _card(view: View, pair: MixedPair, *, compared: bool) -> dict[str, object]:
    return {
        "pair": pair,
        "href": f"#pair={_quoted(pair.first)},{_quoted(pair.second)}",
        "grew": compared and pair.n > pair.before,
        "advice": advice(pair),
        "rubrics": [_rubric(view, label) for label in (pair.first, pair.second)],
        "tickets": _closest(view, pair),
    }


def advice(pair: MixedPair) -> str:
    """What to do about a pair: where two thirds go one way, narrow the question that takes them."""
    ways = (pair.first_as_second, pair.first, pair.second), (
        pair.second_as_first, pair.second, pair.first,
    )  # fmt: skip
    n, gold, taken_for = max(ways, key=lambda way: way[0])
    if 3 * n >= 2 * pair.n:
        return (
            f"{n} of {pair.n} are {gold} taken for {taken_for}: narrow the {taken_for} question, "
            f"or give their case to {gold} by name"
        )
    return "They go both ways: say in each question what belongs to the other"


def _quoted(label: str) -> str:
    """A label in an address as the script knows it; no comma of its own is left."""
    return quote(visible(label), safe="")


def _rubric(view: View, label: str) -> dict[str, object]:
    old, new = (
        _question(view, name, label)
        for name in (view.found.today.rubric_set, view.found.rubric_set)
    )
    words = word_diff(old, new)
    changed = bool(old) and old != new
    lines = _diff(words, old, new) if changed else [("plain", new)]
    return {"label": label, "changed": changed, "lines": lines}


def _diff(words: tuple[Words, ...], old: str, new: str) -> list[tuple[str, object]]:
    """Both texts whole where fewer than a third of the words stay, else one with its changes."""
    kept = sum(len(part.text.split()) for part in words if part.kind == "same")
    if 3 * kept < max(len(old.split()), len(new.split())):
        return [("before", render("<del>{{ text }}</del>", text=old)), ("plain", new)]
    template = """{% for part in words %}{% if part.kind == "removed" %}<del>{{ part.text }}</del> \
{% elif part.kind == "added" %}<ins>{{ part.text }}</ins>{% else %}{{ part.text }}{% endif %}\
{% endfor %}"""
    return [("plain", render(template, words=words))]


def _question(view: View, name: str, label: str) -> str:
    found: RubricSet | None = next((r for r in view.results.rubric_sets if r.name == name), None)
    texts = {rubric.label: rubric.text for rubric in found.rubrics} if found else {}
    return texts.get(label, "")


def _closest(view: View, pair: MixedPair) -> list[dict[str, str]]:
    """The tickets of the pair whose two scores are nearest to each other."""
    one = view.sets[view.use]
    a, b = (one.table.labels.index(label) for label in (pair.first, pair.second))
    gold, top = view.gold[one.rows], one.tickets.top
    names = view.labels.index(pair.first), view.labels.index(pair.second)
    mixed = ((gold == names[0]) & (top == b)) | ((gold == names[1]) & (top == a))
    rows = np.flatnonzero(mixed)
    scores = at_temperature(one.table.scores, view.policy.temperature)
    order = rows[np.argsort(np.abs(scores[rows, a] - scores[rows, b]), kind="stable")][:CLOSEST]
    return [
        {
            "said": f"{pair.first} {scores[r, a]:.2f}, {pair.second} {scores[r, b]:.2f}; "
            f"is {view.names[gold[r]]}, {view.shown_id(int(one.rows[r]))}",
            "text": excerpt(view.report.texts.get(one.table.ids[r], "")),
        }
        for r in order.tolist()
    ]
