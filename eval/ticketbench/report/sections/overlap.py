"""Rubrics too alike: which labels stand in each other's way?"""

from __future__ import annotations

from collections.abc import Iterator, Set

from markupsafe import Markup

from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.results import RunResults
from ticketbench.measure.rubrics.overlap import PairOverlap
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.tables import beside
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred

_MOST_PAIRS = 6

_TEMPLATE = """<p>Pairs of labels over the tickets where they take the first two places. A near \
tie is a margin under {{ near_tie | threshold }}; mixed up counts tickets of the first label whose \
top label is the second / the other way round.</p>
{{ pairs }}
{% if asked %}
<dl>
{% for label, texts in asked.items() %}
<dt>{{ label }}</dt><dd>{% for text, sets in texts.items() %}{{ sets | join(", ") }}: {{ text }}\
{% if not loop.last %}<br>{% endif %}{% endfor %}</dd>
{% endfor %}
</dl>
{% endif %}"""


def answer(report: Report) -> str:
    """The pair with the most near ties under the set to use."""
    pairs = _pairs(preferred(report.results))
    if not pairs or not pairs[0].near_ties:
        return "no near ties"
    ties = numbers.count(pairs[0].near_ties, "near tie")
    return f"{ties} of {pairs[0].first} and {pairs[0].second}"


@section(order=58, id="overlap", title="Rubrics too alike", short=answer)
def overlap(report: Report) -> Markup | None:
    """The pairs with most near ties, and the text of each rubric in them."""
    results = report.results
    shown = {_name(pair) for e in results.evaluations for pair in _pairs(e)}
    if not shown:
        return None
    table = beside(
        "Pairs of labels",
        f"The pairs with most near ties, those of {results.evaluations[0].provenance.rubric_set} "
        "first",
        first="pair",
        columns=("lead together", "near ties", "wrong among them", "mixed up"),
        of=[(e.provenance.rubric_set, _rows(e, shown)) for e in results.evaluations],
    )
    near_tie = results.evaluations[0].settings.near_tie
    return render(_TEMPLATE, pairs=table, near_tie=near_tie, asked=_asked(results))


def _rows(of: Evaluation, shown: Set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for p in of.by_label.overlaps:
        if _name(p) in shown:
            mixed = f"{p.first_as_second} / {p.second_as_first}"
            near = numbers.estimate(p.near_tie)
            yield _name(p), (str(p.top_two), near, str(p.wrong_near_ties), mixed)


def _name(pair: PairOverlap) -> str:
    return f"{pair.first} / {pair.second}"


def _asked(of: RunResults) -> dict[str, dict[str, list[str]]]:
    """By label of these pairs each text of its rubric, and the sets that ask it so."""
    found: dict[str, dict[str, list[str]]] = {}
    texts = {s.name: {r.label: r.text for r in s.rubrics} for s in of.rubric_sets}
    for e in of.evaluations:
        name = e.provenance.rubric_set
        asked = texts.get(name, {})
        for label in dict.fromkeys(one for p in _pairs(e) for one in (p.first, p.second)):
            if label in asked:
                found.setdefault(label, {}).setdefault(asked[label], []).append(name)
    return found


def _pairs(evaluation: Evaluation) -> list[PairOverlap]:
    return [pair for pair in evaluation.by_label.overlaps if pair.top_two][:_MOST_PAIRS]
