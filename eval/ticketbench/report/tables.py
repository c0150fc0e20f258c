"""One table for all rubric sets: what was measured of each stands side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from markupsafe import Markup

from ticketbench.report.rendering import render

_TABLE = """<div tabindex="0" role="region" aria-label="{{ name }}">\
<table{% if many %} class="g{{ columns | length }}"{% endif %}>
<caption>{{ caption }}</caption>
<thead><tr><th{% if many %} rowspan="2"{% endif %}>{{ first }}</th>\
{% if many %}\
{% for one in sets %}<th colspan="{{ columns | length }}">{{ one }}</th>{% endfor %}</tr>
<tr>{% endif %}\
{% for title in heads %}<th>{{ title }}</th>{% endfor %}</tr></thead>
{% for head, cells in rows %}
<tr><th>{{ head }}</th>{% for cell in cells %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</table></div>"""

Rows = Iterable[tuple[str, Sequence[str]]]
"""The head of a row, as no other row of its set has it, and its cells in the order of columns."""


def beside(
    name: str,
    caption: str,
    *,
    first: str,
    columns: Sequence[str],
    of: Sequence[tuple[str, Rows]],
    spans: bool = False,
) -> Markup:
    """A table in a region called `name`, with the `columns` once for each of these sets.

    Rows with the same head stand in one line, in the order of the sets; where a set has no such
    row its cells are empty. One set alone has no second line of heads, nor has a single column,
    which the caption names. With `spans`, lines that follow each other and are alike share one,
    from the first head to the last.
    """
    found = [dict(rows) for _, rows in of]
    heads = dict.fromkeys(head for rows in found for head in rows)
    blank = [""] * len(columns)
    sets = [one for one, _ in of]
    lines = [(head, [c for rows in found for c in rows.get(head, blank)]) for head in heads]
    return render(
        _TABLE,
        name=name,
        caption=caption,
        first=first,
        columns=columns,
        sets=sets,
        many=len(of) > 1 and len(columns) > 1,
        heads=sets if len(columns) == 1 < len(of) else [*columns] * len(of),
        rows=_spanned(lines) if spans else lines,
    )


def _spanned(lines: Sequence[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    found = []
    for cells, alike in groupby(lines, key=itemgetter(1)):
        heads = [head for head, _ in alike]
        found.append((" to ".join(dict.fromkeys((heads[0], heads[-1]))), cells))
    return found
