"""What a notebook shows of a result: the answer first, then a few rows. No colour, no request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ticketbench.core.types import Finding
from ticketbench.flow.compare import Compared
from ticketbench.flow.gates.judge import GateRun
from ticketbench.flow.score import Score
from ticketbench.measure.advice.threshold import ThresholdAdvice
from ticketbench.measure.findings import OF_ANSWERS
from ticketbench.measure.results import RunResults
from ticketbench.report.changes import change_rows, headline_text, turned_text
from ticketbench.report.gates.rows import answer_text, gate_rows
from ticketbench.report.gates.verdict import GateVerdict
from ticketbench.report.rendering import render, visible
from ticketbench.report.threshold_table import HEADER, notes, table_rows
from ticketbench.report.threshold_table import headline_text as headline_of
from ticketbench.report.words.answers import OF_ONE_SET, answers
from ticketbench.report.words.setting import setting_text
from ticketbench.report.words.verdict import repeats_text

MOST_SHOWN = 200
"""Characters of a repr."""

_SHOWN = ("TB204", *OF_ANSWERS)
"""Findings without which the numbers above them mislead."""

_TEMPLATE = """<div style="max-width: 45em; line-height: 1.4">
<p style="margin: .3em 0"><b>{{ card.headline }}.</b></p>
{% for line in card.lines %}
<p style="margin: .3em 0">{{ line }}.</p>
{% endfor %}
{% if card.rows %}
<table>
{% if card.head %}
<tr>{% for name in card.head %}<th style="text-align: left">{{ name }}</th>{% endfor %}</tr>
{% endif %}
{% for row in card.rows %}
<tr>{% for cell in row %}<td style="text-align: left">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</table>
{% endif %}
</div>"""


@dataclass(frozen=True, slots=True)
class Card:
    """Sentences without their last stop, and a small table that may be empty."""

    headline: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()

    @property
    def html(self) -> str:
        """Every text escaped; it takes its colours from where it is shown."""
        return str(render(_TEMPLATE, card=self))

    def short(self, name: str) -> str:
        """`name` and the headline in one line of at most 200 characters."""
        text = f"<{name}: {' '.join(visible(self.headline).split())}>"
        return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 2]}…>"


def of_set(found: Score) -> Card:
    """What to set for one rubric set that is measured alone, and answers, as `score` says them."""
    advice = setting_text(found.recommendation, found.evaluations)
    lines = [line for line in (advice.of_100, advice.target) if line]
    repeats = found.evaluation.repeats
    if repeats is not None:
        lines += repeats_text(repeats, found.evaluation.accuracy)
    lines += _told(found.notes, found.evaluation.findings)
    # What runs today is not known here: the policy is that of the settings.
    told = answers(found, today_known=False)
    rows = [
        ("right" if one.id == "better" else one.name, one.row)
        for one in told
        if one.id in OF_ONE_SET
    ]
    return Card(advice.headline, lines, (), rows)


def _told(notes: Sequence[str], findings: Sequence[Finding]) -> list[str]:
    """What was decided in reading a table, and what its answers do not say, or say twice."""
    about = [one for one in findings if one.code in _SHOWN]
    return [*notes, *(f"{one.title}: {one.evidence} ({one.code})" for one in about)]


def of_run(results: RunResults) -> Card:
    """Which set to use and four answers, as `run` says them."""
    advice = setting_text(results.recommendation, results.evaluations)
    lines = [line for line in (advice.of_100, advice.target) if line]
    return Card(advice.headline, lines, (), [(one.name, one.row) for one in answers(results)])


def of_comparison(found: Compared) -> Card:
    """Which of two sets is better, and four rows, as `compare` says them."""
    comparison = found.comparison
    head, rest = headline_text(comparison)
    rows = [(r.name, r.base, r.candidate, r.change, r.word) for r in change_rows(comparison)]
    names = ("", comparison.base, comparison.candidate, "change", "")
    lines = [turned_text(comparison, label_word="label"), *_told(found.notes, found.findings)]
    return Card(f"{head}{rest}", lines, names, rows)


def of_advice(found: ThresholdAdvice) -> Card:
    """Which threshold to set, and what it is weighed against, as `threshold` says it."""
    rows = [
        (row.name, row.alone, row.wrong, row.person, f"{row.cost} {row.interval}", row.mark)
        for row in table_rows(found)
    ]
    # What names an option of the command would lead nowhere here.
    lines = [note.removesuffix(".") for note in notes(found) if " --" not in note]
    return Card(headline_of(found), lines, (*HEADER, "") if rows else (), rows)


def of_gates(found: GateRun, verdict: GateVerdict) -> Card:
    """How the gates came out, the failed ones first, as `gate` says it."""
    rows = [(row.outcome, row.demand, row.found) for row in gate_rows(found.report, found.masked)]
    answer = answer_text(found.report, verdict, baseline=found.baseline)
    return Card(answer.removesuffix("."), (), (), rows)
