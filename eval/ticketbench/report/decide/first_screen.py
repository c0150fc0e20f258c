"""The first screen: which set, which setting, and the four answers; at most ninety words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.measure.recommendation import Recommendation, Setting
from ticketbench.measure.results import RunResults
from ticketbench.report import colours
from ticketbench.report.decide.excerpts import short_name
from ticketbench.report.decide.terms import with_terms
from ticketbench.report.drawing.dots import Dot, dots, wrong_bars
from ticketbench.report.rendering import Report, render
from ticketbench.report.words import numbers
from ticketbench.report.words.answers import NOT_SHOWN, Answer, accuracy_of, answers, worst_pair
from ticketbench.report.words.setting import per_100, setting_text

_TEMPLATE = """<header class="wide top" id="decide">
<p class="kick">{{ line }}</p>
<h1{% if long %} class="long"{% endif %}>{{ headline }}</h1>
<div class="say">
<div><p class="lead">{{ lead }}</p>
{% for line in more %}
<p class="sub">{{ line }}</p>
{% endfor %}
</div>
{{ squares }}
</div>
{% if answers %}
<div class="answers">
{% for answer in answers %}
<div id="{{ answer.id }}"><h2><a href="{{ answer.href }}">{{ answer.question }}</a></h2>
<p>{{ answer.text }}</p>
{{ answer.figure }}</div>
{% endfor %}
</div>
<p class="caption">Right: better. Bar: likely range.</p>
{% endif %}
</header>"""

_FIGURE = """<div class="named"><ul>{% for name in names %}<li>{{ name }}</li>{% endfor %}</ul>\
{{ chart }}</div>"""

_SQUARES = """<figure><svg class="squares" width="400" height="100" viewBox="0 0 200 50" \
role="img" aria-label="{{ alt }}">
{% for name, colour, d in parts %}
<path class="{{ name }}" fill="{{ colour }}" d="{{ d }}"/>
{% endfor %}
</svg>
</figure>"""

_SWATCH = """<span class="nowrap">{% for name, colour in squares %}<svg class="swatch" width="12" \
height="12" aria-hidden="true"><rect class="{{ name }}" fill="{{ colour }}" width="12" \
height="12"/></svg>{% endfor %}{{ words }}</span>"""

_IN_PARTS = """{{ said }}. <a href="#audit-verdict">More</a>"""

PARTS = (
    ("right", colours.RIGHT, r"go(?:es)? out alone"),
    ("wrong", colours.WRONG, "wrong"),
    ("person", colours.PERSON_SQUARE, "to a person"),
    ("escalated", colours.PERSON, "to two teams"),
)
"""What becomes of a ticket: class, colour where styles are dropped, how the sentence says it."""


_LONG = 90
"""Characters of a headline that is set smaller, so that the answers still fit below it."""

_LONGEST = 12
"""Characters of a name beside its bar or dot; the sentence above has all of them."""


def first_screen(report: Report) -> Markup:
    """The header of the page."""
    results, found = report.results, report.results.recommendation
    text = setting_text(found, results.evaluations)
    setting = found.setting if found else None
    return render(
        _TEMPLATE,
        line=text.above or numbers.count(results.dataset.n, "ticket"),
        headline=with_terms(f"{text.headline}."),
        long=len(text.headline) > _LONG,
        lead=_with_swatches(text.of_100) if text.of_100 else "",
        more=_more(results, found),
        squares=_squares(found, setting) if found and setting else _one_each(results),
        answers=[_shown(report, found, one) for one in answers(results)] if found else [],
    )


def _with_swatches(sentence: str) -> Markup:
    """The sentence of a hundred tickets; each part has the colour of its squares before it."""
    parts = []
    for part in sentence.split(", "):
        squares = _squares_of(part)
        if not squares:
            parts.append(with_terms(part))
            continue
        start, _, words = part.rpartition(": ")
        shown = render(_SWATCH, squares=squares, words=words)
        parts.append(with_terms(f"{start}: ") + shown if start else shown)
    return Markup(", ").join(parts) + "."


def _squares_of(words: str) -> list[tuple[str, str]]:
    """The squares that the words tell of; right and wrong ones go out alone. Other words: none."""
    told = [
        (name, colour) for name, colour, said in PARTS if re.search(rf"(\d|none) {said}$", words)
    ]
    return [*told, PARTS[1][:2]] if told and told[0][0] == "right" else told


def _more(results: RunResults, found: Recommendation | None) -> Sequence[Markup]:
    """The promise where one is kept, what parts do not tell, and the first warning; other notes
    stand in Audit alone.
    """
    lines = []
    if found and found.kind == "promise":
        lines.append(render("{{ n }} right of 100 are promised.", n=f"{100 * found.target:g}"))
    if results.in_parts:
        lines.append(render(_IN_PARTS, said=NOT_SHOWN))
    warnings = [found for found in results.findings if found.severity == "warning"]
    if warnings:
        worst = warnings[0]
        link = """{{ said }}. <a href="#audit-verdict">{{ more }}</a>"""
        others = len(warnings) - 1
        more = f"and {others} more" if others else "Why"
        lines.append(render(link, said=worst.title[:1].upper() + worst.title[1:], more=more))
    return lines


def _squares(found: Recommendation, setting: Setting) -> Markup:
    parts = per_100(setting.routing, n_failed=found.n_failed)
    paths, start = [], 0
    for (name, colour, _), n in zip(PARTS, parts, strict=True):
        paths.append((name, colour, _path(range(start, start + n))))
        start += n
    right, wrong, person, escalated = parts
    alt = f"Of 100 tickets {right} go out right, {wrong} wrong, {person + escalated} to people"
    return render(_SQUARES, alt=alt, parts=[p for p in paths if p[2]])


def _one_each(results: RunResults) -> Markup | str:
    """Where nothing is recommended for want of tickets: a square a ticket, right or wrong."""
    evaluation = results.evaluations[-1]
    accuracy = evaluation.metric("accuracy")
    if evaluation.n_scored >= 100 or not accuracy.defined:
        return ""
    right = round(accuracy.value * accuracy.n)
    parts = [
        ("right", colours.RIGHT, _path(range(right))),
        ("wrong", colours.WRONG, _path(range(right, accuracy.n))),
    ]
    name = evaluation.provenance.rubric_set
    alt = f"{name} is right on {right} of {accuracy.n} tickets"
    return render(_SQUARES, alt=alt, parts=[p for p in parts if p[2]])


def _path(squares: range) -> str:
    """Squares of eight, five to a column."""
    return "".join(f"M{i // 5 * 10 + 1} {i % 5 * 10 + 1}h8v8h-8z" for i in squares)


def _shown(report: Report, found: Recommendation, answer: Answer) -> dict[str, object]:
    figure, href = _FIGURES[answer.id](report.results, found)
    return {
        "id": answer.id,
        "question": answer.question,
        "text": f"{answer.answer}.",
        "figure": figure,
        # Without scores nothing follows that could be led to.
        "href": href if report.tables else "#audit",
    }


_Shown = tuple[Markup, str]


def _better(results: RunResults, found: Recommendation) -> _Shown:
    names = [e.provenance.rubric_set for e in results.evaluations]
    rows = [Dot(accuracy_of(results, name), _style(found, name)) for name in names]
    said = ", ".join(f"{n} {100 * row.of.value:.0f}" for n, row in zip(names, rows, strict=True))
    alt = f"Right of 100, by best answer: {said}"
    chart = dots(rows, ends=(0, 1), alt=alt)
    show = "#show=broken" if found.challenger else "#show=wrong"
    return render(_FIGURE, names=_short(names), chart=chart), show


def _short(names: Sequence[str]) -> list[str]:
    """What stands before dots: the browser cuts the end, which is what tells endpoints apart."""
    return [short_name(name, _LONGEST) if "@" in name else name for name in names]


def _style(found: Recommendation, name: str) -> str:
    if name == found.rubric_set:
        return "new"
    return "old" if name in (found.today.rubric_set, found.challenger) else "other"


def _pays(results: RunResults, found: Recommendation) -> _Shown:
    assert found.setting is not None
    saving, today = found.setting.saving, found.today.saving
    by_hand = saving.by_hand
    most = max(1.1 * by_hand, *(1.05 * _most(of.cost) for of in (saving, today)))
    cost = f"{today.cost.value:.2f}"
    alt = (
        f"A ticket costs {saving.cost.value:.2f} with {found.rubric_set}, {cost} today, "
        f"{numbers.price(by_hand)} by hand"
    )
    rows = [Dot(today.cost, "old"), Dot(saving.cost, "new")]
    chart = dots(rows, ends=(most, 0.0), alt=alt, line=(by_hand, numbers.price(by_hand)))
    return render(_FIGURE, names=_short([f"today {cost}", _now(found)]), chart=chart), "#try"


def _most(of: Estimate) -> float:
    return of.high if of.high == of.high else of.value


def _now(found: Recommendation) -> str:
    """The name of the row behind today's: of the same set the threshold tells them apart."""
    assert found.setting is not None
    same = found.rubric_set == found.today.rubric_set
    return f"at {numbers.threshold(found.setting.threshold)}" if same else found.rubric_set


def _hurt(results: RunResults, found: Recommendation) -> _Shown:
    move = found.hurt
    if move is None:
        return Markup(""), "#labels"
    rows = [Dot(move.today.right_alone, "old"), Dot(move.then.right_alone, "new")]
    before, now = (f"{100 * row.of.value:.0f}" for row in rows)
    alt = f"{move.label}: right alone {now} of 100, today {before}"
    chart = dots(rows, ends=(0, 1), alt=alt)
    return render(_FIGURE, names=_short(["today", _now(found)]), chart=chart), "#labels"


def _fix(results: RunResults, found: Recommendation) -> _Shown:
    pair = worst_pair(found)
    if pair is None:
        return Markup(""), "#pairs"
    ways = [(pair.first_as_second, pair.second), (pair.second_as_first, pair.first)]
    (most, to), (least, back) = sorted(ways, key=lambda way: -way[0])
    rows = [
        (most, f"{most} to {short_name(to, _LONGEST)}"),
        (least, f"{least} to {short_name(back, _LONGEST)}"),
    ]
    alt = f"{pair.first} and {pair.second}: {most} to {to}, {least} to {back}"
    return wrong_bars(rows, alt=alt), "#pairs"


_FIGURES = {"better": _better, "pays": _pays, "hurt": _hurt, "fix": _fix}
