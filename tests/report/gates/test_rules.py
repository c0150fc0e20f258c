"""The rules of before in words: what is altered, in every form, with hostile names and values."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

import hostile_gates
from ticketbench.measure.gates.results import GateReport, RuleChange, Rules
from ticketbench.report.gates.github import gate_annotations, workflow_command
from ticketbench.report.gates.junit import junit_xml
from ticketbench.report.gates.markdown import gate_markdown
from ticketbench.report.gates.rules import (
    change_texts,
    decided_text,
    new_answers_text,
    own_text,
)
from ticketbench.report.gates.text import Commands, gate_details, gate_text
from ticketbench.report.gates.verdict import gate_verdict

MAIN = Rules("main (1a2b3c4d5e6f)", "1a2b3c4d5e6f", first=False)


def altered(*changes: RuleChange) -> list[str]:
    return change_texts(replace(MAIN, changes=changes))


def markdown(report: GateReport) -> str:
    return gate_markdown(report, gate_verdict(report), {}, tool_version="0").decode("utf-8")


def test_a_change_names_what_it_was_and_what_it_is() -> None:
    assert altered(
        RuleChange("margin of accuracy (v2)", "0.02", "0.05"),
        RuleChange("gate on accuracy (v2)", before="{on: v2}"),
        RuleChange("gate on recall (v2)", after="{on: v2}"),
        RuleChange("gold labels", tickets=("s1", "s2")),
        RuleChange("tickets added", tickets=tuple(f"s{i}" for i in range(12))),
    ) == [
        "margin of accuracy (v2): 0.02 -> 0.05",
        "gate on accuracy (v2): removed {on: v2}",
        "gate on recall (v2): added {on: v2}",
        "gold labels: 2 tickets: s1, s2",
        "tickets added: 12 tickets: s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, 2 more",
    ]


def test_rules_that_are_those_of_now_are_not_spoken_of() -> None:
    report = replace(hostile_gates.report(), rules=MAIN)
    assert decided_text(MAIN) == own_text(report) == own_text(hostile_gates.report()) == ""
    first = replace(MAIN, first=True)
    assert decided_text(first).startswith("There are no gates for this config at main (1a2b3c4d5e")


@pytest.mark.parametrize(
    ("n", "n_new", "told"),
    [
        (180, 12, "12 of 180 answers are new since main (1a2b3c4d5e6f)"),
        (180, 0, "all 180 answers were recorded at main (1a2b3c4d5e6f)"),
    ],
)
def test_answers_that_were_not_recorded_then_are_counted(n: int, n_new: int, told: str) -> None:
    assert new_answers_text(replace(MAIN, n_answers=n, n_new=n_new)) == told
    assert new_answers_text(replace(MAIN, first=True)) == ""


def test_hostile_values_stay_lines_of_ours_in_the_terminal() -> None:
    report, verdict = hostile_gates.by_rules(), gate_verdict(hostile_gates.by_rules())

    def nothing(*_: str) -> str:
        return ""

    for told in (gate_text, gate_details):
        lines = told(report, verdict, Commands(nothing, nothing, "", ""), width=80)
        assert max(len(line.plain) for line in lines) <= 80
        whole = " ".join(" ".join(line.plain.split()) for line in lines)
        assert "which this change alters: margin 0 of 50% off" in whole
    for text in (*change_texts(hostile_gates.rules()), decided_text(hostile_gates.rules())):
        assert "\n" not in text
        assert "\r" not in text
        assert not text.lstrip().startswith(("::", "##["))


def test_hostile_values_stay_in_their_line_of_markdown_and_the_rest_in_a_fold() -> None:
    shown = markdown(hostile_gates.by_rules())
    assert "<script" not in shown.replace("\\<", "")
    assert "<img" not in shown.replace("\\<", "")
    assert "@octocat" not in shown
    assert shown.count("<summary>What this change alters of its judge (7)</summary>") == 1
    head = [line for line in shown.partition("<details>")[0].splitlines() if line]
    assert len(head) <= 13  # the marker, and twelve
    assert "; and 2 more." in next(line for line in head if "Judged by the rules" in line)


def test_a_runner_gets_one_warning_and_no_command_of_a_stranger() -> None:
    report = hostile_gates.by_rules()
    made = gate_annotations(report, gate_verdict(report), hostile_gates.places())
    (told,) = [one for one in made if one.message.startswith("Judged by the rules of main")]
    assert told.level == "warning"
    command = workflow_command(told)
    assert "\n" not in str(command)
    assert "##[" not in str(command)


def test_junit_tells_it_beside_the_cases_which_it_does_not_count() -> None:
    report = hostile_gates.by_rules()
    root = ET.fromstring(junit_xml(report, gate_verdict(report), hostile_gates.places()))
    (suite,) = root
    assert suite.get("tests") == str(len(report.results)) == str(len(suite.findall("testcase")))
    told = suite.find("system-out")
    assert told is not None
    assert (told.text or "").startswith("Judged by the rules of main")
    assert not any(line.lstrip().startswith("::") for line in (told.text or "").splitlines())
