"""Trained baselines beside rubric sets in the page, and their sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from tables import table
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import DatasetSummary, RunResults, run_results
from ticketbench.measure.trained.classifier import TrainedClassifier, trained_classifier
from ticketbench.measure.trained.learning_curve import CurvePoint, TicketsNeeded
from ticketbench.report.charts import NEW, OLD, strokes
from ticketbench.report.markdown import markdown_summary
from ticketbench.report.page import html_page
from ticketbench.report.rendering import Report
from ticketbench.report.sections import RenderedSection, rendered_sections
from ticketbench.report.words.verdict import needed_text

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\u202e"
RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def learner(train: IntArray, test: IntArray) -> FloatArray:
    """Right on the more tickets, the more it is trained on."""
    right = (test * 7 % 100) < 100 - 1000 / len(train)
    return np.where(right[:, None], RIGHT, WRONG)


def results(
    *,
    names: Sequence[str] = ("v1", "v2"),
    label: str = "a",
    gold: str = "",
    titles: Sequence[str] = ("Words + regression", "Vectors + regression"),
) -> RunResults:
    """A run of 100 tickets, 60 and 80 of them right, with a baseline for each title."""
    tables = [
        table([RIGHT] * k + [WRONG] * (100 - k), [gold or label] * 100, labels=(label, "b", "c"),
              rubric_set=name)
        for name, k in zip(names, (60, 80), strict=False)
    ]  # fmt: skip
    summary = DatasetSummary("d", "f" * 64, 100, ())
    made = run_results("r", summary, (), tables, Settings(), ())
    baselines = tuple(
        trained_classifier(f"b{i}", title, learner, tables, Settings())
        for i, title in enumerate(titles)
    )
    return replace(made, trained=baselines)


def page(of: RunResults) -> str:
    return html_page(Report(of, {}, "0.1.0")).decode("utf-8")


def section(of: RunResults) -> str:
    """The HTML of the section on trained classifiers."""
    return str(fold(of).body)


def fold(of: RunResults) -> RenderedSection:
    (found,) = [s for s in rendered_sections(Report(of, {}, "0.1.0")) if s.id == "trained"]
    return found


def words(html: str) -> str:
    """What a reader sees, blanks collapsed."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def rows(html: str) -> list[str]:
    return [words(row) for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)][1:]


def test_a_run_without_baselines_has_no_such_section() -> None:
    html = page(results(titles=()))
    assert "audit-trained" not in html


def test_each_rubric_set_and_each_baseline_has_a_row_with_the_labels_it_saw() -> None:
    shown = [row.split("%")[0] for row in rows(section(results()))]
    assert shown == [
        "v1 0 60.0",
        "v2 0 80.0",
        "Words + regression 80 88.0",
        "Vectors + regression 80 88.0",
    ]


def test_a_row_has_accuracy_calibration_error_and_what_the_policy_routes() -> None:
    of = results()
    row = rows(section(of))[2]
    baseline = of.trained[0]
    error = baseline.metric("ece_equal_mass_10").value
    for shown in ("88.0% [", f" {error:.3f} ", " 100.0% "):
        assert shown in row


def test_every_sentence_stands_in_the_section_and_in_the_summary() -> None:
    of = results()
    html = words(section(of))
    summary = markdown_summary(Report(of, {}, "0.1.0")).decode("utf-8").replace("\\", "")
    sentences = [needed_text(b, needed) for b in of.trained for needed in b.needed]
    assert len(sentences) == 4
    for sentence in sentences:
        assert sentence in html
        assert sentence in summary


WHY = "no baseline on MiniLM embeddings: cannot read model.safetensors"


def test_the_section_and_the_summary_say_why_a_baseline_is_missing() -> None:
    of = replace(results(titles=("Words",)), trained_missing=WHY)
    summary = markdown_summary(Report(of, {}, "0.1.0")).decode("utf-8").replace("\\", "")
    assert f"<p>{WHY}.</p>" in section(of)
    assert f"\n\n{WHY}.\n\n" in summary


def test_nothing_is_said_of_a_baseline_that_is_not_missing() -> None:
    of = results()
    assert of.trained_missing == ""
    assert "no baseline" not in section(of)
    assert "<p>.</p>" not in section(of)
    assert "\n.\n" not in markdown_summary(Report(of, {}, "0.1.0")).decode("utf-8")


def test_the_section_says_what_the_row_and_the_intervals_rest_on() -> None:
    shown = words(section(results()))
    assert "Five repeats of 5-fold cross-validation" in shown
    assert "the one with the median accuracy" in shown
    assert "over the tickets judged and the repeats" in shown


def test_a_hostile_reason_is_only_shown() -> None:
    of = replace(results(), trained_missing=HOSTILE)
    assert "<img" not in section(of)
    assert "\u202e" not in page(of)
    summary = markdown_summary(Report(of, {}, "0.1.0")).decode("utf-8")
    assert "<img" not in summary.replace("\\<img", "")


def test_the_chart_has_a_line_and_a_key_for_each_baseline_and_rubric_set() -> None:
    html = section(results())
    assert html.count('role="img"') == 1
    assert 'aria-label="Accuracy by number of labelled tickets trained on"' in html
    assert len(lines_of(html)) == 4
    keys = re.findall(r'<span class="key">.*?</svg> (.*?)</span>', html)
    assert keys == ["Words + regression", "Vectors + regression", "v1", "v2"]


def test_rubric_sets_keep_their_strokes_beside_the_trained_ones() -> None:
    drawn = [dash for _, dash in lines_of(section(results()))]
    assert drawn == [*(stroke.dash for stroke in strokes(4)[2:]), OLD.dash, NEW.dash]
    assert len(set(drawn)) == 4


def lines_of(html: str) -> list[tuple[str, str]]:
    """Path and dashes of each line of the chart, without the hairlines of its axes."""
    (chart,) = re.findall(r'<svg[^>]*role="img".*?</svg>', html, re.DOTALL)
    line = (
        r'<path d="([^"]*)" stroke="[^"]*" stroke-width="[^"]*"(?: stroke-dasharray="([^"]*)")?/>'
    )
    return re.findall(line, chart)


def test_the_fold_tells_how_many_labels_the_quickest_learner_needs_to_match_the_set_in_use() -> (
    None
):
    of = results()
    assert of.recommendation is not None
    assert of.recommendation.rubric_set == "v2"
    slow, quick = of.trained
    made = replace(of, trained=(needing(slow, v1=5, v2=None), needing(quick, v1=90, v2=47)))
    assert fold(made).short == "needs about 47 labelled tickets to match v2"
    made = replace(of, trained=(needing(slow, v1=5, v2=None),))
    assert fold(made).short == "needs more than 80 labelled tickets to match v2"


def needing(of: TrainedClassifier, **tickets: int | None) -> TrainedClassifier:
    needed = [TicketsNeeded(name, n, n, n) for name, n in tickets.items()]
    return replace(of, needed=tuple(needed))


def test_a_rubric_set_is_a_level_line_over_the_whole_chart() -> None:
    level = lines_of(section(results()))[2][0]
    assert re.fullmatch(r"M46 \d+h300", level)


@pytest.mark.parametrize("gold", ["__none__", ""])
def test_an_empty_curve_has_no_chart_and_no_sentence(gold: str) -> None:
    of = results(gold="__none__")
    if not gold:  # a rubric set may well have an accuracy where nothing could be trained
        of = replace(results(), trained=of.trained)
    html = section(of)
    assert "<svg" not in html
    assert "<figure" not in html
    assert "<li>" not in html
    assert "nan" not in words(html).lower()
    assert rows(html)[2] == "Words + regression 0 – – – – –"


def test_one_baseline_with_a_curve_is_enough_for_a_chart() -> None:
    empty = results(gold="__none__").trained[0]
    full = results()
    html = section(replace(full, trained=(full.trained[0], empty)))
    assert html.count('role="img"') == 1


def test_hostile_names_are_only_shown() -> None:
    of = results(names=(HOSTILE, "v2"), label=HOSTILE, titles=(HOSTILE,))
    html = section(of)
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;/script&gt;&lt;img" in html
    assert "{{ 7*7 }}" in html
    assert "\u202e" not in page(of)
    assert "⟨U+202E⟩" in html
    summary = markdown_summary(Report(of, {}, "0.1.0")).decode("utf-8")
    assert "<img" not in summary.replace("\\<img", "")


def test_equal_results_give_equal_bytes() -> None:
    assert page(results()) == page(results())


BASELINE = replace(
    results(titles=("Words",)).trained[0],
    n_trained=326,
    curve=(CurvePoint(20, 0.4), CurvePoint(326, 0.8)),
)


def said(tickets: int | None, low: int | None, high: int | None) -> str:
    return needed_text(BASELINE, TicketsNeeded("v1", tickets, low, high))


@pytest.mark.parametrize(
    ("tickets", "low", "high", "expected"),
    [
        (
            None,
            150,
            None,
            "Words needs more than 326 labelled tickets to match v1 (95%: 150 to more than 326)",
        ),
        (
            None,
            None,
            None,
            "Words needs more than 326 labelled tickets to match v1",
        ),
        (
            20,
            20,
            20,
            "Words needs 20 or fewer labelled tickets to match v1",
        ),
        (
            20,
            20,
            75,
            "Words needs 20 or fewer labelled tickets to match v1 (95%: 20 or fewer to 75)",
        ),
        (
            21,
            20,
            30,
            "Words needs about 21 labelled tickets to match v1 (95%: 20 or fewer to 30)",
        ),
        (
            96,
            51,
            204,
            "Words needs about 96 labelled tickets to match v1 (95%: 51 to 200)",
        ),
        (
            326,
            204,
            None,
            "Words needs about 326 labelled tickets to match v1 (95%: 200 to more than 326)",
        ),
        (
            204,
            148,
            286,
            "Words needs about 200 labelled tickets to match v1 (95%: 150 to 290)",
        ),
    ],
)
def test_the_tickets_needed_are_said_with_two_digits(
    tickets: int | None, low: int | None, high: int | None, expected: str
) -> None:
    assert said(tickets, low, high) == expected


def test_thousands_are_set_apart() -> None:
    large: TrainedClassifier = replace(BASELINE, n_trained=9000)
    shown = needed_text(large, TicketsNeeded("v1", 2345, 1234, 8765))
    assert "about 2,300 labelled tickets to match v1 (95%: 1,200 to 8,800)" in shown


def test_a_curve_of_one_size_is_matched_there_or_never() -> None:
    single = replace(BASELINE, n_trained=5, curve=(CurvePoint(5, 0.4),))
    shown = [needed_text(single, TicketsNeeded("v1", n, 5, n)) for n in (5, None)]
    assert shown == [
        "Words needs 5 or fewer labelled tickets to match v1",
        "Words needs more than 5 labelled tickets to match v1 (95%: 5 or fewer to more than 5)",
    ]
