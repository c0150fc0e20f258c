"""Slices: which kind of ticket fails more often?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ticketbench.measure.results import SetSlices
from ticketbench.report.masking.texts import Masking
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.tables import Rows, beside
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred

_MOST_SHOWN = 25

_TEMPLATE = """<p>{% for set in sets %}{{ set.rubric_set }}: \
{{ set.found.slices | selectattr("flagged") | list | length | count("slice") }} of \
{{ set.found.slices | length }} unlike the other tickets{{ ", marked *" if loop.first }}. \
{% endfor %}\
{% for skipped in skips %}Not sliced: {% for c in skipped %}{{ c.column }} ({{ c.reason }})\
{{ "; " if not loop.last }}{% endfor %}. {% endfor %}</p>
{{ table }}"""


def answer(report: Report) -> str:
    """Which slices of the set to use are unlike the other tickets."""
    name = preferred(report.results).provenance.rubric_set
    of_set = [one.found.slices for one in report.results.slices if one.rubric_set == name]
    flagged = [s for found in of_set for s in found if s.flagged]
    if not flagged:
        return "none stands out"
    if len(flagged) == 1:
        return f"{flagged[0].column} {report.masked.shown_id(flagged[0].value)} stands out"
    return f"{len(flagged)} stand out"


@section(order=70, id="slices", title="Which tickets fail more often?", short=answer)
def slices(report: Report) -> Markup | None:
    """Accuracy by metadata value and text length; absent where nothing was sliced."""
    sets = report.results.slices
    if not sets:
        return None
    skips = dict.fromkeys(one.found.skipped for one in sets if one.found.skipped)
    return render(_TEMPLATE, sets=sets, skips=skips, table=_table(sets, report.masked))


def _table(sets: Sequence[SetSlices], masked: Masking) -> Markup:
    """The first slices of each set, and what every set makes of them; values as may be shown."""
    shown: dict[tuple[str, str], list[str]] = {
        (s.column, s.value): [] for one in sets for s in one.found.slices[:_MOST_SHOWN]
    }
    if not shown:
        return Markup()
    for s in (s for one in sets for s in one.found.slices if (s.column, s.value) in shown):
        shown[s.column, s.value].append(f"{s.n:,}")
    # Sets differ in tickets only where some have no answer.
    heads = {
        at: f"{at[0]}: {masked.shown_id(at[1])} ({' / '.join(dict.fromkeys(n))})"
        for at, n in shown.items()
    }
    more = any(len(one.found.slices) > _MOST_SHOWN for one in sets)
    return beside(
        "Slices",
        f"Accuracy of each value against all other tickets, lowest of {sets[0].rubric_set} first; "
        "p is adjusted for every slice tested (Holm)"
        + (f"; the first {_MOST_SHOWN} shown" if more else ""),
        first="value (tickets)",
        columns=("accuracy", "against the rest", "p"),
        of=[(one.rubric_set, _rows(one, heads)) for one in sets],
    )


def _rows(of: SetSlices, heads: Mapping[tuple[str, str], str]) -> Rows:
    for s in of.found.slices:
        if (s.column, s.value) in heads:
            p = numbers.p_value(s.p_holm) + "*" * s.flagged
            accuracy, rest = numbers.estimate(s.accuracy), numbers.difference(s.difference)
            yield heads[s.column, s.value], (accuracy, rest, p)
