"""Which rubrics get in each other's way: what is mixed up, and how well scores tell two apart."""

from __future__ import annotations

from collections.abc import Iterator, Set

from markupsafe import Markup

from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.rubrics.diagnosis import PairDiagnosis
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.tables import beside
from ticketbench.report.words.recommendation import preferred
from ticketbench.report.words.rubrics import (
    APART,
    MIXED,
    NEAR_TIES,
    label_texts,
    pair_cells,
    pair_heads,
    pair_text,
    pairs_headline,
)

_MOST_PAIRS = 6

_TEMPLATE = """{% for name, headline, told in sets %}
<p><b>{{ name }}:</b> {{ headline }}.{% for text in told %} {{ text }}.{% endfor %}</p>
{% endfor %}
{{ pairs }}
<p>{{ near_ties }}.</p>"""


def answer(report: Report) -> str:
    """The worst flagged pair of the set to use, or that none is found."""
    found = preferred(report.results).by_label.diagnosis
    if not found.flagged:
        return "none is found" if found.pairs else "too few tickets to tell"
    worst = found.flagged[0]
    return f"{worst.n_mixed:,} of {worst.n:,}: {worst.first} and {worst.second}"


@section(order=58, id="rubrics", title="Which rubrics get in each other's way", short=answer)
def pairs(report: Report) -> Markup | None:
    """The pairs with the largest share mixed up, flagged ones in words, and labels that stand out.

    None where no set was diagnosed, as in results of before.
    """
    measured = [e for e in report.results.evaluations if e.by_label.diagnosis.labels]
    if not measured:
        return None
    shown = {_name(pair) for e in measured for pair in e.by_label.diagnosis.pairs[:_MOST_PAIRS]}
    table = beside(
        "Pairs of labels",
        f"{MIXED.capitalize()}. {APART.capitalize()}. Brackets: bounds at 95%",
        first="pair",
        columns=pair_heads(measured[0].settings.policy.escalate_above)[:-1],
        of=[(e.rubric_set, _rows(e, shown)) for e in measured],
    )
    return render(_TEMPLATE, sets=[_told(e) for e in measured], pairs=table, near_ties=NEAR_TIES)


def _told(of: Evaluation) -> tuple[str, str, list[str]]:
    found = of.by_label.diagnosis
    flagged = [pair_text(pair) for pair in found.flagged[:_MOST_PAIRS]]
    return of.rubric_set, pairs_headline(found), [*flagged, *map(_sentence, label_texts(found))]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rows(of: Evaluation, shown: Set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for pair in of.by_label.diagnosis.pairs:
        if _name(pair) in shown:
            yield _name(pair), pair_cells(pair)[:-1]  # the sentences above say which are flagged


def _name(pair: PairDiagnosis) -> str:
    return f"{pair.first} / {pair.second}"
