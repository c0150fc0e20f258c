"""Who is mixed up with whom: gold label by where a ticket goes, at the setting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from ticketbench.core.policy import ESCALATE, ROUTE
from ticketbench.core.types import IntArray
from ticketbench.report.decide.view import MANY, NO_ANSWER, View
from ticketbench.report.decide.worst_pairs import worst_pairs
from ticketbench.report.rendering import render

STEPS = 6
"""Shades of a hue."""

_TEMPLATE = """<section id="mix" class="wide">
<h2>Who is mixed up with whom</h2>
{% if folded %}
<p class="sub">The pairs that most tickets are mixed up in. Orange went out.</p>
{{ buttons }}
{{ pairs }}
<details id="whole-matrix"><summary>The whole matrix</summary>
<div class="beside"><div>
{% else %}
<p class="sub">True {{ word }} on the left, where the ticket goes on top.\
<span class="script" hidden> Press a number to read its tickets.</span></p>
<div class="beside"><div>
{{ buttons }}
{% endif %}
<div class="scroll" tabindex="0" role="region" aria-label="Matrix">
<table id="matrix"{% if folded %} class="small"{% endif %}>\
<caption class="unseen">Rows: true {{ word }}. \
Columns: where the ticket goes.</caption>
<thead><tr><td></td>{% for name in columns %}<th scope="col"{{ " hidden" if loop.last and off }}>\
<span>{{ name }}</span></th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr{{ " hidden" if not row.n }}><th scope="row">{{ row.name }}</th>{% for cell in row.cells %}\
<td{{ " hidden" if loop.last and off }}><span class="{{ cell.shade }}">{{ cell.text }}</span></td>\
{% endfor %}</tr>
{% endfor %}
</tbody></table></div></div>
<div class="note"><p id="mix-sentence"><span{{ " hidden" if not wrong }}><b>{{ wrong }}</b> of \
{{ n }} go out wrong; most often <b>{{ most.gold }}</b> to <b>{{ most.to }}</b>, \
<b>{{ most.n }}</b>.</span><span{{ " hidden" if wrong }}>None goes out wrong.</span></p>
<ul class="key"><li><i class="square right"></i><span id="key-right">went out right</span></li>
<li><i class="square wrong"></i><span id="key-wrong">went out wrong</span></li>
<li><i class="square person"></i>to a person: a delay, no harm</li></ul>
<div id="mix-tickets" class="script" hidden></div>
{% if of_none %}
<p>“no {{ word }}” tickets belong to none of these: every one that goes out is wrong.</p>
{% endif %}
</div></div>
{% if folded %}
</details>
{% endif %}
</section>"""


_VIEWS = """{% if views %}
<p class="row script" id="views" role="group" aria-label="Which set" hidden>
{% for id, name in views %}
<button type="button" class="button" data-view="{{ id }}" aria-pressed="{{ \
"true" if loop.first else "false" }}">{{ name }}</button>
{% endfor %}
</p>
{% endif %}"""


def matrix(view: View) -> Markup:
    """The matrix of the set in use; with many labels in a fold behind the worst pairs."""
    counts = queue_counts(view, view.use)
    wrong = _wrong(counts)
    i, j = np.unravel_index(int(wrong.argmax()), wrong.shape)
    columns = (*view.labels, *view.outcomes)
    folded = len(view.labels) > MANY
    return render(
        _TEMPLATE,
        word=view.word,
        pairs=worst_pairs(view) if folded else "",
        folded=folded,
        buttons=render(_VIEWS, views=_views(view)),
        columns=columns,
        off=view.policy.escalate_above >= 1,
        rows=_rows(view, counts),
        wrong=int(wrong.sum()),
        n=f"{len(view.ids):,}",
        most={"gold": view.names[int(i)], "to": columns[int(j)], "n": int(wrong.max())},
        of_none=bool(counts[-1].sum()),
    )


def queue_counts(view: View, k: int) -> IntArray:
    """Tickets of each gold label (the last row: of none) by label sent to, review, escalate.

    A ticket without an answer goes to review; one whose gold label is not known is left out.
    """
    one, width = view.sets[k], len(view.labels) + 2
    column = np.full(len(view.ids), width - 2)
    outcome = one.tickets.decided(view.policy).outcome
    column[one.rows] = np.where(
        outcome == ROUTE,
        one.labels[one.tickets.top],
        np.where(outcome == ESCALATE, width - 1, width - 2),
    )
    known = view.gold != NO_ANSWER
    height = len(view.names)
    flat = np.bincount(view.gold[known] * width + column[known], minlength=height * width)
    return flat.reshape(height, width)


def _wrong(counts: IntArray) -> IntArray:
    """The cells of tickets that went to a label which is not theirs; 0 elsewhere."""
    wrong = counts[:, :-2].copy()
    np.fill_diagonal(wrong, 0)
    return wrong


def _views(view: View) -> Sequence[tuple[str, str]]:
    if view.other is None:
        return ()
    used, other, old, new = (view.sets[k].name for k in (view.use, view.other, view.old, view.new))
    return ("new", used), ("old", other), ("change", f"{old} → {new}")


def _rows(view: View, counts: IntArray) -> list[dict[str, object]]:
    most = _largest(counts)
    return [
        {
            "name": name,
            "n": int(row.sum()),
            "cells": [
                {"text": f"{n:,}" if n else "·", "shade": shade(_kind(i, j, len(row)), n, most)}
                for j, n in enumerate(row.tolist())
            ],
        }
        for i, (name, row) in enumerate(zip(view.names, counts, strict=True))
    ]


def _kind(i: int, j: int, width: int) -> str:
    """The hue of a cell: r for right, w for wrong, p for a person."""
    return "p" if j >= width - 2 else "r" if i == j else "w"


def _largest(counts: IntArray) -> dict[str, int]:
    return {
        "r": int(np.diagonal(counts[:, :-2]).max(initial=0)),
        "w": int(_wrong(counts).max(initial=0)),
        "p": int(counts[:, -2:].max(initial=0)),
    }


def shade(kind: str, n: int, most: dict[str, int]) -> str:
    """The class of a cell: its hue and one of six steps up to the largest cell of that hue; 0 where
    it is empty.
    """
    return f"{kind}{-(-STEPS * n // most[kind]) if n else 0}"
