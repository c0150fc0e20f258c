"""With many labels: the pairs, one way, that most tickets are given wrongly, as bars."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from ticketbench.core.policy import ROUTE
from ticketbench.core.types import IntArray
from ticketbench.report.decide.view import NO_ANSWER, View
from ticketbench.report.rendering import render

MOST = 20

_TEMPLATE = """<div class="scroll" tabindex="0" role="region" aria-label="Worst pairs">
<table id="worst"><caption class="unseen">The {{ rows | length }} pairs with most tickets whose \
best answer is wrong</caption>
<thead><tr><th scope="col">true {{ word }}</th><th scope="col">taken for</th>\
<th scope="col">tickets</th><th scope="col" class="wide-only"></th><th scope="col">go out</th>\
<th scope="col">to a person</th></tr></thead>
<tbody>
{% for row in rows %}
<tr data-pair="{{ row.gold }},{{ row.to }}"><th scope="row">{{ row.gold_name }}</th>\
<td class="text">{{ row.to_name }}</td><td data-part="all"><a href="#taken=\
{{ row.gold }},{{ row.to }}">{{ row.n }}</a></td>\
<td class="wide-only"><svg width="100%" height="12" aria-hidden="true">\
<rect class="person" fill="{{ colours.PERSON_SQUARE }}" height="12" width="{{ row.width }}%"/>\
<rect class="wrong" fill="{{ colours.WRONG }}" height="12" width="{{ row.out_width }}%"/></svg>\
</td><td data-part="out">{{ row.out }}</td><td data-part="person">{{ row.n - row.out }}</td></tr>
{% endfor %}
</tbody></table></div>"""


def worst_pairs(view: View) -> Markup:
    """At most twenty, most tickets first; equal ones in the order of the labels."""
    counts, out = wrong_counts(view, view.use, routed=False), wrong_counts(view, view.use)
    order = np.argsort(-counts, axis=None, kind="stable")[:MOST]
    cells = [divmod(int(at), counts.shape[1]) for at in order]
    most = max(1, int(counts.max(initial=0)))
    return render(
        _TEMPLATE,
        word=view.word,
        rows=[
            {
                "gold": i,
                "to": j,
                "gold_name": view.names[i],
                "to_name": view.labels[j],
                "n": int(counts[i, j]),
                "width": round(100 * int(counts[i, j]) / most, 1),
                "out": int(out[i, j]),
                "out_width": round(100 * int(out[i, j]) / most, 1),
            }
            for i, j in cells
            if counts[i, j]
        ],
    )


def wrong_counts(view: View, k: int, *, routed: bool = True) -> IntArray:
    """Tickets by gold label and another label as the best answer; all, or those that go out."""
    height, width = len(view.names), len(view.labels)
    one = view.sets[k]
    wrong = np.zeros(len(view.ids), dtype=np.bool_)
    wrong[one.rows] = ~one.tickets.right
    if routed:
        sent = np.zeros(len(view.ids), dtype=np.bool_)
        sent[one.rows] = one.tickets.decided(view.policy).outcome == ROUTE
        wrong &= sent
    wrong &= view.gold != NO_ANSWER
    flat = view.gold[wrong] * width + view.tops[k][wrong]
    return np.bincount(flat, minlength=height * width).reshape(height, width)
