"""The tickets: chips that choose some, both answers as bars, the text; the broken ones first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from ticketbench.core.policy import ROUTE
from ticketbench.core.types import BoolArray
from ticketbench.report.decide.excerpts import excerpt
from ticketbench.report.decide.view import NO_ANSWER, View
from ticketbench.report.rendering import render, visible
from ticketbench.report.words import numbers
from ticketbench.report.words.masks import masked_text

Chip = tuple[str, str, BoolArray]
"""Key, name, and which tickets it shows."""

STATIC = 50
"""Rows of the page without a script, and on paper."""
MOST_BARS = 3
LONGEST_BESIDE = 6
"""Characters of a set's name that have place before a bar."""
MOST_TEXTS = 5_000
"""Texts that a page keeps, beside those of the rows that stand there without a script."""

_TEMPLATE = """<section id="tickets" class="wide">
<h2>Tickets</h2>
<p class="sub">True {{ word }}, {{ answers }}, text; surest first. {{ note }}</p>
<p class="row script" id="chips" role="group" aria-label="Show" hidden>
{% for key, name, n in chips %}
<button type="button" class="button" data-show="{{ key }}" aria-pressed="{{ \
"true" if key == first else "false" }}">{{ name }} <i>{{ "{:,}".format(n) }}</i></button>
{% endfor %}
</p>
<p class="row script" hidden><button type="button" class="button" id="only" hidden></button>
<label>Find <input type="search" id="search" size="14"></label>
{% if many %}
<label>{{ word }} <input type="search" id="label-filter" size="12"></label>
{% endif %}
<span id="count" class="muted" role="status">{{ n }}</span></p>
<ul id="list">
{% for row in rows %}
{{ row }}
{% endfor %}
</ul>
{% if left %}
<p class="muted no-script">{{ left }} more are in changed.csv beside this page.</p>
{% endif %}
<p class="script" hidden><button type="button" class="button" id="more" hidden>More</button></p>
<template id="row">{{ empty }}</template>
</section>"""

_ROW = """<li class="ticket" data-ticket="{{ i }}"><div class="id"><b>{{ gold }}</b> \
<span class="muted">{{ id }}</span>{% if maybe %} <span class="tag">maybe {{ maybe }}?</span>\
{% endif %}</div><div class="scores">{% for bar in bars %}\
<div class="score{{ " long" if long }}"><span class="muted">\
{{ bar.set }}</span>{% if drawn %}<svg width="100%" height="10" aria-hidden="true">\
<rect class="track" fill="{{ colours.RAIL }}" y="2" width="100%" height="6"/>\
<rect class="right" fill="{{ colours.RIGHT }}" y="2" height="6"/>\
<line class="tick" stroke="{{ colours.INK }}" y1="0" y2="10"/></svg>{% endif %}\
<span>{{ bar.score }}</span><span class="{{ bar.tone }}-text">{{ bar.label }}</span></div>\
{% endfor %}</div>{% if short is not none %}<p class="text">{{ short }}\
</p>{% endif %}{% if whole is not none %}<details class="text"><summary>{{ start }}</summary>\
<div class="whole">{{ whole }}</div></details>{% endif %}</li>"""


def tickets(view: View) -> Markup:
    """Chips with their counts, and the first fifty tickets of the first chip."""
    shown, of = chips(view), first_listed(view)
    return render(
        _TEMPLATE,
        word=view.word,
        answers="both answers" if len(view.sets) > 1 else "the answer",
        note=_note(view),
        first=first_chip(view)[0],
        chips=[(key, name, int(kept.sum())) for key, name, kept in shown],
        many=len(view.labels) > MOST_BARS * 4,
        n=numbers.count(len(of), "ticket"),
        rows=[row(view, i) for i in of[:STATIC]],
        left=len(of) - STATIC if len(of) > STATIC else 0,
        empty=_empty_row(view),
    )


def _note(view: View) -> str:
    """What was masked, and what cannot be found as it is not in the page."""
    if not view.report.texts:
        return "This page holds no texts; Find looks at their ids."
    said = masked_text(view.report.masked)
    if len(view.report.texts) <= MOST_TEXTS:
        return said
    return f"{said} Find looks at every id, but only at the {MOST_TEXTS:,} texts kept here.".strip()


def first_listed(view: View) -> list[int]:
    """The tickets of the chip in force, surest first; without a script fifty of them."""
    key, _, kept = first_chip(view)
    surest_of = view.new if key == "broken" else view.use
    return [int(i) for i in view.order(surest_of) if kept[i]]


def first_chip(view: View) -> Chip:
    """The chip that the page opens with: the first one that has tickets."""
    every = chips(view)
    return next((chip for chip in every if chip[2].any()), every[0])


def chips(view: View) -> list[Chip]:
    """Key, name and tickets of every chip that has a meaning here, in their order."""
    labelled = (view.gold >= 0) & (view.gold < len(view.labels))
    old, new, used = view.right(view.old), view.right(view.new), view.right(view.use)
    answered = np.logical_and.reduce([top != NO_ANSWER for top in view.tops])
    # What a third set did not answer changes nothing between these two.
    known = labelled & (view.tops[view.old] != NO_ANSWER) & (view.tops[view.new] != NO_ANSWER)
    all_: list[Chip] = []
    if view.other is None:
        all_.append(("still", "Wrong", known & ~used))
    else:
        all_ += [
            ("broken", "Broken", known & old & ~new),
            ("fixed", "Fixed", known & ~old & new),
            ("still", "Still wrong", known & ~old & ~new),
        ]
    marks = flags(view)
    all_ += [
        ("wrong", "Out wrong", out_wrong(view)),
        ("near", f"Near tie{_of_many(view)}", marks["near"]),
        ("suspect", "Label suspect", marks["suspect"]),
        ("none", f"No {view.word}", view.gold == len(view.labels)),
        ("failed", "Failed", ~answered),
        ("all", "All", np.ones(len(view.ids), dtype=np.bool_)),
    ]
    optional = ("none", "failed", "suspect", "near")
    return [chip for chip in all_ if chip[0] not in optional or chip[2].any()]


def _of_many(view: View) -> str:
    """Which set is meant, where another one can be chosen."""
    return f", {view.found.rubric_set}" if len(view.sets) > 2 else ""


def flags(view: View) -> dict[str, BoolArray]:
    """Near ties of the set in use, and label suspects."""
    one, near = view.sets[view.use], np.zeros(len(view.ids), dtype=np.bool_)
    limit = view.results.evaluations[view.use].settings.near_tie
    # Rounded as everywhere, so that 0.45 and 0.40 differ by 0.05 as printed.
    near[one.rows] = np.round(one.tickets.score - one.tickets.second, 10) < limit
    doubted = {suspect.ticket_id for suspect in view.results.suspects}
    return {"near": near, "suspect": np.array([i in doubted for i in view.ids], dtype=np.bool_)}


def out_wrong(view: View) -> BoolArray:
    """Tickets that the set in use sends to a label which is not theirs, at the setting."""
    one, found = view.sets[view.use], np.zeros(len(view.ids), dtype=np.bool_)
    sent = one.tickets.decided(view.policy).outcome == ROUTE
    found[one.rows] = sent & ~one.tickets.right
    return found


def row(view: View, i: int) -> Markup:
    """One ticket without its bars, which the script draws."""
    text = visible(view.report.texts.get(view.ids[i], ""))
    short = excerpt(text)
    whole = text if not short or short.endswith("…") else None
    suggested = {s.ticket_id: s.suggested for s in view.results.suspects}
    return render(
        _ROW,
        i=i,
        gold=view.names[view.gold[i]] if view.gold[i] != NO_ANSWER else "?",
        id=view.shown_id(i),
        maybe=suggested.get(view.ids[i], ""),
        bars=[_bar(view, k, i) for k in shown_sets(view)],
        long=_is_long(view),
        drawn=False,
        short=None if whole else short,
        start=short,
        whole=whole or None,
    )


def shown_sets(view: View) -> Sequence[int]:
    """The sets whose answers a row shows: today's, the other one, and one more at most."""
    order = [view.old, view.new, *range(len(view.sets))]
    return list(dict.fromkeys(order))[:MOST_BARS]


def _bar(view: View, k: int, i: int) -> dict[str, object]:
    one = view.sets[k]
    if view.tops[k][i] == NO_ANSWER:
        kinds = {failure.ticket_id: failure.kind for failure in one.table.failures}
        why = f": {kinds[view.ids[i]]}" if view.ids[i] in kinds else ""
        return {"set": one.name, "tone": "wrong", "score": "–", "label": f"no answer{why}"}
    score = float(one.tickets.score[int(np.searchsorted(one.rows, i))])
    return {
        "set": one.name,
        "tone": "right" if view.right(k)[i] else "wrong",
        "score": f"{score:.2f}",
        "label": view.labels[view.tops[k][i]],
    }


def _empty_row(view: View) -> Markup:
    """An empty row that the script fills; it has every part that a row can have."""
    bars = [
        {"set": view.sets[k].name, "tone": "right", "score": "", "label": ""}
        for k in shown_sets(view)
    ]
    return render(
        _ROW,
        i="",
        gold="",
        id="",
        maybe="?",
        bars=bars,
        long=_is_long(view),
        drawn=True,
        short="",
        start="",
        whole="",
    )


def _is_long(view: View) -> bool:
    """Whether a set's name has no place before its bar, so that all stand above theirs."""
    return any(len(view.sets[k].name) > LONGEST_BESIDE for k in shown_sets(view))
