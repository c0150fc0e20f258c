"""Calibration: does a score of 0.8 mean 80 % right?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup

from ticketbench.core.types import Estimate
from ticketbench.measure.calibration.bins import ReliabilityBin
from ticketbench.measure.evaluation import Evaluation
from ticketbench.report.charts import Axis, Bars, Series, Stroke, line_chart
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section, set_strokes
from ticketbench.report.tables import Rows, beside
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import preferred
from ticketbench.report.words.verdict import (
    calibration_in_short_text,
    calibration_text,
    temperature_text,
)

_TEMPLATE = """<p>Over all scored tickets; gold __none__ counts as wrong. The line is an isotonic \
fit: on the dotted line scores mean what they say, below it they are too confident. In the shade \
lie 90% of fits of calibrated scores. Bars: tickets, blue right, orange wrong.</p>
<div class="columns">
{% for e, chart in charts %}
{% set c = e.calibration.check %}
<figure><h3>{{ e.provenance.rubric_set }}: {{ words(e) }}</h3>
<p>n = {{ c.n }} in {{ c.n_groups }} groups. {{ temperature(e) }}.</p>
{{ chart }}</figure>
{% endfor %}
</div>
{{ errors }}
{{ labels }}
<details><summary>The bins</summary>
{{ bins }}</details>"""


def answer(report: Report) -> str:
    """By how much the scores of the set to use are off, and which way."""
    return calibration_in_short_text(preferred(report.results))


@section(order=30, id="calibration", title="Does a score mean what it says?", short=answer)
def calibration(report: Report) -> Markup:
    """Reliability curve, calibration errors and tests, labels and temperature of each set."""
    evaluations = report.results.evaluations
    drawn = enumerate(zip(evaluations, set_strokes(report.results), strict=True))
    return render(
        _TEMPLATE,
        charts=[(e, _chart(e, stroke, again=i > 0)) for i, (e, stroke) in drawn],
        words=calibration_text,
        temperature=_temperature,
        errors=beside(
            "Calibration error",
            "Calibration error of the top score; what calibrated scores would show, and p, use "
            "one ticket per group",
            first="measure",
            columns=("value", "if calibrated", "p"),
            of=_of(report, _errors),
        ),
        labels=beside(
            "Calibration by top label",
            "By top label: a rubric can be too confident where others are not",
            first="top label",
            columns=("tickets", "mean score", "right"),
            of=_of(report, _labels),
        ),
        bins=beside(
            "Calibration bins",
            "From 0 on, by top score, equally many tickets each; Wilson 95% intervals",
            first="bin",
            columns=("up to", "tickets", "mean score", "right"),
            of=_of(report, _bins),
        ),
    )


def _temperature(evaluation: Evaluation) -> str:
    if evaluation.in_parts:
        return "No temperature: fitting one needs every score of each ticket"
    return temperature_text(evaluation.calibration.temperature)


def _of(report: Report, rows: Callable[[Evaluation], Rows]) -> list[tuple[str, Rows]]:
    return [(e.provenance.rubric_set, rows(e)) for e in report.results.evaluations]


def _errors(evaluation: Evaluation) -> Iterator[tuple[str, tuple[str, str, str]]]:
    c, number, dash = evaluation.calibration.check, numbers.number, numbers.DASH
    ece, z = numbers.p_value(c.ece_p), numbers.p_value(c.spiegelhalter_p)
    yield "ECE, 10 bins of equally many tickets", (number(c.ece), number(c.ece_expected), ece)
    yield "the same, debiased", (number(c.ece_debiased), "0", dash)
    yield "smooth ECE, without bins", (number(c.smooth_ece), dash, dash)
    yield "Spiegelhalter's Z", (number(c.spiegelhalter_z, 2), "0", z)
    yield "Brier score of the top label", (number(c.corp.score), dash, dash)
    lost, expected = number(c.corp.miscalibration), number(c.mcb_expected)
    yield "of it miscalibration", (lost, expected, dash)
    told = number(c.corp.discrimination)
    yield "of it discrimination, which lowers it", (told, dash, dash)
    left = number(c.corp.uncertainty)
    yield "of it uncertainty, which no score can help", (left, dash, dash)


def _labels(evaluation: Evaluation) -> Rows:
    return [
        (one.label, (str(one.n), numbers.number(one.mean_score), numbers.estimate(one.accuracy)))
        for one in evaluation.calibration.by_label
    ]


def _bins(evaluation: Evaluation) -> Iterator[tuple[str, tuple[str, ...]]]:
    for i, one in enumerate(evaluation.calibration.reliability, start=1):
        high, mean = numbers.number(one.high), numbers.number(one.mean_score)
        yield str(i), (high, str(one.n), mean, numbers.estimate(_right(one)))


def _right(one: ReliabilityBin) -> Estimate:
    """The share right of a bin."""
    return Estimate(one.accuracy, one.accuracy_low, one.accuracy_high, one.n, "Wilson")


def _chart(evaluation: Evaluation, stroke: Stroke, *, again: bool) -> Markup:
    """Share right against top score, and below it how many tickets have that score."""
    name, chapter = evaluation.provenance.rubric_set, evaluation.calibration
    counted = [(b.low, b.high, b.right, b.wrong) for b in chapter.histogram]
    tallest = max((right + wrong for *_, right, wrong in counted), default=0)
    fit = [(point.score, point.accuracy) for point in chapter.corp]
    return line_chart(
        [Series(name, fit, stroke=stroke)],
        x=Axis("top score", 0, 1, share=False),
        y=Axis("share right", 0, 1),
        label=f"Share right against top score, and tickets by top score, {name}",
        diagonal=True,
        band=[(point.score, point.low, point.high) for point in chapter.corp],
        bars=Bars(counted, Axis("tickets", 0, max(4, tallest), share=False)),
        frame="frame-calibration",
        again=again,
    )
