from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from tables import table
from ticketbench.core.types import Failure
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import DatasetSummary, run_results
from ticketbench.report.markdown import escaped, markdown_summary
from ticketbench.report.rendering import Report

A, B = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def summary(label: str = "a") -> str:
    labels = (label, "b", "c")
    base = table([A] * 80 + [B] * 20, [label] * 100, labels=labels)
    new = table([A] * 70 + [B] * 30, [label] * 100, labels=labels, rubric_set="v2")
    results = run_results(
        "support", DatasetSummary("d.csv", "f" * 64, 100, ()), (), [base, new], Settings(), ()
    )
    return markdown_summary(Report(results, {}, "0.1.0")).decode("utf-8")


def test_the_recommendation_comes_first_and_the_verdict_after_it() -> None:
    lines = [line for line in summary().splitlines() if line]
    assert lines[0] == (
        "# support: keep people reading every ticket: no clear saving, at example prices \\(a "
        "wrong route 5, a reading 1\\)"
    )
    of_100, today, order, verdict = lines[1:5]
    assert of_100 == "No threshold with two decimals costs less on these tickets."
    assert today.startswith("Today \\(v1 at threshold 0.60, escalating above 0.30\\) ")
    assert order.startswith("Chosen so: the cheapest threshold, where it saves; ")
    assert verdict.startswith("**v2 is worse than v1.** ")


def test_a_title_that_begins_with_the_name_of_a_set_leaves_it_as_it_is() -> None:
    tables = [
        table([A] * k + [B] * (100 - k), ["a"] * 100, rubric_set=name)
        for name, k in (("Old", 10), ("New", 60))
    ]
    results = run_results("r", DatasetSummary("d", "f", 100, ()), (), tables, Settings(), ())
    text = markdown_summary(Report(results, {}, "0.1.0")).decode("utf-8")
    assert text.startswith("# r: New is better, but keep people reading every ticket: ")


def test_every_cost_has_that_of_a_person_reading_every_ticket_beside_it() -> None:
    assert "| Cost, a person reading every ticket | 1.000 | 1.000 |" in summary()


def test_with_few_tickets_no_threshold_is_listed_and_that_is_said() -> None:
    one = table([A] * 9, ["a"] * 9)
    results = run_results("r", DatasetSummary("d", "f", 9, ()), (), [one], Settings(), ())
    text = markdown_summary(Report(results, {}, "0.1.0")).decode("utf-8")
    assert text.startswith("# r: too few tickets to recommend a threshold: 9 tickets, and 50 are ")
    assert "- 9 tickets: with fewer than 50 no threshold is chosen" in text


def test_requested_scored_and_failed_are_shown() -> None:
    assert "| requested = scored + failed | 100 = 100 + 0 | 100 = 100 + 0 |" in summary()


def test_broken_tickets_are_listed_ten_at_most() -> None:
    lines = [
        line for line in summary().splitlines() if line.startswith(("| t6", "| t7", "| t8", "| t9"))
    ]
    assert len(lines) == 10


def test_failed_tickets_are_said_above_the_table() -> None:
    failed = (Failure("x", "http", 422, "bad"),)
    one = table([A] * 9, ["a"] * 9, failures=failed)
    results = run_results("r", DatasetSummary("d", "f", 10, ()), (), [one], Settings(), ())
    text = markdown_summary(Report(results, {}, "0.1.0")).decode("utf-8")
    assert "**1 of 10 tickets have no answer under v1**" in text.partition("| metric |")[0]


def test_the_title_and_the_verdict_speak_of_the_best_candidate() -> None:
    tables = [
        table([A] * k + [B] * (100 - k), ["a"] * 100, rubric_set=name)
        for name, k in (("v1", 50), ("v2", 90), ("v3", 80))
    ]
    results = run_results("r", DatasetSummary("d", "f", 100, ()), (), tables, Settings(), ())
    text = markdown_summary(Report(results, {}, "0.1.0")).decode("utf-8")
    assert text.startswith("# r: at example prices \\(a wrong route 5, a reading 1\\): use v2 at ")
    assert "\n**v2 is the best of the 2 sets found better than v1.** " in text
    assert text.count("Next: ") == 1
    assert "Next: use v2; read the broken tickets first." in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("`code`", r"\`code\`"),
        ("![x](y)", r"\!\[x\]\(y\)"),
        ("<b>", r"\<b\>"),
        ("two\nlines", "two lines"),
        ("@team", "@\u2060team"),
    ],
)
def test_markup_in_a_text_is_only_shown(text: str, shown: str) -> None:
    assert escaped(text) == shown


@options(max_examples=60, deadline=None, derandomize=True)
@given(st.text(min_size=1, max_size=30))
def test_no_text_can_break_out_of_its_cell(text: str) -> None:
    shown = escaped(text)
    assert "\n" not in shown
    unescaped = shown.replace("\\\\", "").replace("\\|", "").replace("\\`", "")
    assert "|" not in unescaped
    assert "`" not in unescaped


def test_a_label_with_pipes_keeps_the_table_in_shape() -> None:
    rows = [line for line in summary("a|b").splitlines() if line.startswith("| t7")]
    assert all(row.replace("\\|", "").count("|") == 5 for row in rows)
