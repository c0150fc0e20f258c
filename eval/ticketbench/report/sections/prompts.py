"""Soft routing: how often would a prompt chosen by the label be the right one?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.results import RunResults
from ticketbench.measure.routing.outcomes import RoutingSummary
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred

_RECOMMENDED = {"promise": "certified", "money": "cost_optimal", "review": "cost_optimal"}
"""The rule behind each kind of recommendation; its cheapest setting where none surely saves."""

_TEMPLATE = """<p>Instead of a queue, the label can choose the system prompt of an assistant: that \
of the label where the policy would route, a general one (<code>*</code>) for everything else. \
A general prompt costs little; the expensive cell is <b>confident and wrong</b>: the prompt of \
another label, chosen without a doubt.</p>
<div tabindex="0" role="region" aria-label="Prompts by label"><table>
<caption>{{ name }}, {{ n | count("ticket") }}{% if n_none %}; {{ n_none }} of them fit no label: \
without a threshold they are wrong, too, but left out of the share right{% endif %}. The setting \
of the config on these tickets; one that was chosen from them, on those it was not chosen on or \
with its promise</caption>
<thead><tr><th>setting</th><th>prompt of a label</th><th>right among these</th>\
<th>confident and wrong</th><th>general prompt</th></tr></thead>
{% for row in rows %}
<tr><th>{{ row.setting }}</th><td>{{ row.own }}</td><td>{{ row.right | estimate }}</td>\
<td>{{ row.wrong }}</td><td>{{ row.general }}</td></tr>
{% endfor %}
</table></div>"""


@dataclass(frozen=True, slots=True)
class PromptRow:
    """What becomes of n tickets in one setting.

    own      they get the prompt of their top label; `wrong` of them that of another than the gold
             label, or of one where no label fits
    right    the share right among these
    general  they get the prompt for everything else
    """

    setting: str
    n: int
    own: int
    wrong: int
    right: Estimate
    general: int


def prompt_rows(results: RunResults) -> tuple[PromptRow, ...]:
    """No threshold, the setting of the config, and what is recommended or costs least, each once.

    Of the set to use. No tickets: none.
    """
    of = preferred(results)
    if not of.n_scored:
        return ()
    policy = of.settings.policy
    at = f"{numbers.threshold(policy.threshold)}, the config"
    rows = [_without(of), _with(at, of.routing.summary)]
    rule = _RECOMMENDED.get(results.recommendation.kind if results.recommendation else "")
    for one in of.thresholds:
        judged = one.out_of_sample or one.in_sample
        if one.rule == rule and not math.isnan(one.threshold) and judged.n:
            named = f"{numbers.threshold(one.threshold)}, {one.rule.replace('_', ' ')}"
            rows.append(_with(named, judged))
    return tuple(rows)


def answer(report: Report) -> str:
    """What a threshold spares, by the last setting of the table."""
    rows = prompt_rows(report.results)
    n = f"{rows[-1].n:,}"
    return f"{rows[-1].wrong:,} of {n} confident and wrong; {rows[0].wrong:,} at no threshold"


@section(order=22, id="prompts", title="If you use the label to choose a prompt", short=answer)
def prompts(report: Report) -> Markup | None:
    """Right prompts without a threshold and with it, and those that are confident and wrong; where
    the config says that the label chooses one.
    """
    of = preferred(report.results)
    rows = prompt_rows(report.results) if of.settings.prompts else ()
    if not rows:
        return None
    return render(
        _TEMPLATE,
        name=of.rubric_set,
        n=of.n_scored,
        n_none=of.tickets.n_none,
        rows=rows,
    )


def _without(of: Evaluation) -> PromptRow:
    """The prompt of the top label for every ticket."""
    matrix = of.by_label.confusion
    same = sum(
        matrix.counts[matrix.rows.index(label)][matrix.columns.index(label)]
        for label in matrix.columns
        if label in matrix.rows
    )
    return PromptRow("no threshold", matrix.n, matrix.n, matrix.n - same, of.accuracy, 0)


def _with(setting: str, judged: RoutingSummary) -> PromptRow:
    general = judged.n - judged.routed
    right = judged.selective_precision
    return PromptRow(setting, judged.n, judged.routed, judged.wrong, right, general)
