from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from small_runs import small_run
from tables import table
from ticketbench.core.types import Failure, Finding
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import DatasetSummary, RunResults, run_results
from ticketbench.report.markdown import escaped, folded, markdown_summary
from ticketbench.report.rendering import Report
from ticketbench.report.words.answers import answers
from ticketbench.report.words.setting import setting_text

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
    assert lines[:2] == [
        "# support: keep people routing: no clear saving at example prices",
        "No threshold with two decimals costs less on these tickets.",
    ]
    rows = [line.partition(":")[0] for line in lines[2:6]]
    assert rows == ["- version", "- pays", "- hurt", "- fix next"]
    assert lines[2].startswith("- version: v2 is worse: 70 of 100 answers right, v1 80; -10 ")
    at = lines.index("<details><summary>What it rests on</summary>")
    today, order, verdict, action = lines[at + 1 : at + 5]
    assert today.startswith("Today \\(v1 at threshold 0.60, escalating above 0.30\\) ")
    assert order.startswith("Chosen so: the cheapest threshold, where it saves; ")
    assert verdict.startswith("**v2 is worse than v1.** ")
    assert action == "So: keep v1; read the broken tickets."


def visible(text: str) -> list[str]:
    """The lines before the first fold."""
    return [line for line in text.partition("<details>")[0].splitlines() if line]


def of_run(results: RunResults) -> str:
    return markdown_summary(Report(results, {}, "0.1.0")).decode("utf-8")


SOME = ("better", "no prices, kept", "does not pay", "certified", "hurt, few tickets", "six sets",
        "some tickets failed", "incomplete", "too few tickets", "thresholds of labels")  # fmt: skip


@pytest.mark.parametrize("row", SOME)
def test_at_most_twelve_lines_stand_before_the_folds(row: str) -> None:
    results = small_run(row)
    lines = visible(of_run(results))
    assert len(lines) <= 12
    words = setting_text(results.recommendation, results.evaluations)
    assert lines[0].endswith(plain(words.headline)[1:])
    assert [plain(line) for line in lines if line.startswith("- ")] == [
        f"- {one.name}: {one.row}" for one in answers(results)
    ]
    if answers(results):
        assert lines[-1].startswith("Next: set `policy: {threshold: ")
        assert lines[-1].endswith(("`index.html#show=broken`.", "`index.html#show=wrong`."))


def test_where_no_ticket_turned_two_lines_stand_before_the_folds() -> None:
    text = of_run(small_run("identical sets"))
    assert visible(text) == [
        "# support: keep v2: v3 is v2, no answer differs",
        "Set threshold 0.91, without escalation. Of 100 tickets, 73 go out alone, none wrong, 27 "
        "to a person.",
    ]
    assert "- pays: yes, clearly: 0.27 a ticket" in text


@pytest.mark.parametrize("row", [*SOME, "identical sets"])
def test_a_renderer_closes_every_fold_and_sees_one_heading(row: str) -> None:
    text = of_run(small_run(row))
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<details>") == html.count("</details>") == text.count("<summary>") > 2
    assert html.count("<h1>") == 1
    folded = re.findall(r"<summary>(.*?)</summary>", html)
    assert "Every measure" in folded
    assert folded[-1] == "Data"
    assert not any("\\" in title for title in folded)
    assert "\\" not in re.sub(r"<code>.*?</code>", "", html)


def test_tickets_without_an_answer_and_findings_are_told_before_the_folds() -> None:
    lines = visible(of_run(small_run("some tickets failed")))
    assert any(line.startswith("**6 of 206 tickets have no answer under v2**") for line in lines)
    found = Finding("TB1", "warning", "it slid", "3 changes", "pin it")
    note = replace(found, severity="note", title="a note")
    told = of_run(replace(small_run("better"), findings=(found, note)))
    assert "1 warning before you rely on this: below." in visible(told)
    assert "<summary>Before you rely on this (2)</summary>" in told
    assert told.count("it slid") == told.count("a note") == 1


def test_the_title_of_a_fold_holds_no_markup_and_no_mention() -> None:
    (first, *_) = folded("<b>a & b</b> @team #1\nx", ["line", "", ""])
    assert first == (
        "<details><summary>&lt;b&gt;a &amp; b&lt;/b&gt; @\u2060team #\u20601 x</summary>"
    )
    assert folded("nothing", ["", ""]) == []


def plain(markdown: str) -> str:
    """Without the backslashes before marks."""
    return re.sub(r"\\(.)", r"\1", markdown)


def test_a_title_that_begins_with_the_name_of_a_set_leaves_it_as_it_is() -> None:
    tables = [
        table([A] * k + [B] * (100 - k), ["a"] * 100, rubric_set=name)
        for name, k in (("Old", 10), ("New", 60))
    ]
    results = run_results("r", DatasetSummary("d", "f", 100, ()), (), tables, Settings(), ())
    text = markdown_summary(Report(results, {}, "0.1.0")).decode("utf-8")
    assert text.startswith("# r: New is better, but keep people routing: ")


def test_every_cost_has_that_of_a_person_reading_every_ticket_beside_it() -> None:
    assert "| Cost, a person reading every ticket | 1.000 | 1.000 |" in summary()


def test_with_few_tickets_no_threshold_is_listed_and_that_is_said() -> None:
    one = table([A] * 9, ["a"] * 9)
    results = run_results("r", DatasetSummary("d", "f", 9, ()), (), [one], Settings(), ())
    text = markdown_summary(Report(results, {}, "0.1.0")).decode("utf-8")
    assert text.startswith("# r: too few tickets to decide: 9 of at least 50\n")
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
    assert text.startswith("# r: at example prices: use v2 at ")
    assert "\n**v2 is the best of the 2 sets found better than v1.** " in text
    assert text.count("Next: ") == 1
    assert "So: use v2; read the broken tickets first." in text


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
