"""Annotations and step outputs, read back the way the runner of GitHub Actions reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

import hostile_gates
from hostile_gates import CANDIDATE, CONFIG, HOSTILE, LABEL, gate, same_as_golden
from tables import table
from ticketbench.core.policy import Policy
from ticketbench.core.types import Estimate, Finding, Missing
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.results import GateReport, GateResult, WrongTicket
from ticketbench.measure.gates.rule import Undecided
from ticketbench.report.gates.github import (
    Annotation,
    gate_annotations,
    step_outputs,
    workflow_command,
)
from ticketbench.report.gates.places import Places
from ticketbench.report.gates.verdict import gate_verdict, gate_words
from ticketbench.report.rendering import visible
from ticketbench.report.words.commands import broken

OUTCOMES = ("pass", "fail", "inconclusive", "skipped")
TEXTS = st.text(max_size=60) | st.text("%,:=\r\n a0DA;[]#\x1b", max_size=30)


@dataclass(frozen=True)
class Command:
    """A workflow command as the runner understands it."""

    level: str
    properties: dict[str, str]
    message: str


def understood(line: str) -> Command:
    """`ActionCommand.TryParseV2` of the runner: the first `::` ends the properties."""
    assert line.startswith("::")
    head, found, message = line[2:].partition("::")
    assert found
    level, _, given_properties = head.partition(" ")
    pairs = [part.split("=", 1) for part in given_properties.split(",") if part]
    properties = {name: unescaped(value, "%3A", "%2C") for name, value in pairs}
    return Command(level, properties, unescaped(message))


def unescaped(text: str, *more: str) -> str:
    known = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return re.sub("|".join(("%0D", "%0A", "%25", *more)), lambda found: known[found[0]], text)


def outputs(content: bytes) -> dict[str, str]:
    """What the runner reads from GITHUB_OUTPUT: NAME<<DELIMITER, lines, DELIMITER."""
    lines, found = content.decode("utf-8").split("\n"), {}
    assert lines.pop() == ""
    while lines:
        name, _, end = lines.pop(0).partition("<<")
        at = lines.index(end)
        assert name not in found
        found[name] = "\n".join(lines[:at])
        lines = lines[at + 1 :]
    return found


def annotated(
    report: GateReport, places: Places | None = None, undecided: Undecided = "warn"
) -> list[Annotation]:
    judged = replace(report, undecided=undecided)
    return gate_annotations(judged, gate_verdict(judged), places or hostile_gates.places())


def report(*results: GateResult) -> GateReport:
    return replace(hostile_gates.report(), results=results, comparisons=())


def test_the_annotations_of_hostile_gates_are_the_golden_file() -> None:
    shown = "".join(f"{workflow_command(one)}\n" for one in annotated(hostile_gates.report()))
    same_as_golden("gate.github.txt", shown.encode("utf-8"))


def test_every_annotation_is_one_line_that_the_runner_reads_back() -> None:
    made = annotated(hostile_gates.report())
    found = [understood(workflow_command(one)) for one in made]
    for one, line in zip(made, map(workflow_command, made), strict=True):
        assert line.startswith(("::error ", "::warning ", "::notice "))
        assert not {"\n", "\r"} & set(line)
        assert understood(line).message == broken(visible(one.message[:2_000]))
    places = [(one.level, one.properties["file"], one.properties.get("line")) for one in found]
    assert places == [
        ("error", CONFIG, None),
        ("error", "configs/v2,::x=1.yaml", "3"),
        ("error", CONFIG, "12"),
        *(("error", "data/50%,a.csv", str(line)) for line in range(2, 9)),
        *(("warning", CONFIG, str(line)) for line in (13, 14, 15)),
        ("notice", "configs/v2,::x=1.yaml", "3"),
        ("notice", "configs/v2,::x=1.yaml", "4"),
    ]
    assert {one.properties["title"] for one in found} == {"ticketbench"}


@options(max_examples=200, deadline=None, derandomize=True)
@given(TEXTS, TEXTS.filter(lambda text: not re.search(r":\d+$", text)), st.integers(1, 9999))
def test_no_message_and_no_path_can_leave_its_place(message: str, path: str, line: int) -> None:
    written = workflow_command(Annotation("error", f"{path}:{line}:3" if path else "", message))
    found = understood(written)
    assert not {"\n", "\r"} & set(written)
    assert found.message == broken(visible(message))
    assert set(found.properties) <= {"file", "line", "title"}
    if path and "\n" not in path:
        assert found.properties["file"] == broken(visible(path))
        assert found.properties["line"] == str(line)


@pytest.mark.parametrize(
    ("where", "properties"),
    [
        ("a.csv:7", {"file": "a.csv", "line": "7"}),
        ("a.yaml:7:3", {"file": "a.yaml", "line": "7"}),
        ("a.yaml", {"file": "a.yaml"}),
        ("a:b,c=d.yaml:7:3", {"file": "a:b,c=d.yaml", "line": "7"}),
        ("", {}),
    ],
)
def test_a_place_becomes_file_and_line(where: str, properties: dict[str, str]) -> None:
    found = understood(workflow_command(Annotation("notice", where, "m")))
    assert found.properties == properties | {"title": "ticketbench"}


def test_a_message_is_at_most_2000_characters_before_it_is_escaped() -> None:
    found = understood(workflow_command(Annotation("error", "", "%\n" * 5_000)))
    assert found.message == "%\n" * 1_000


def test_at_most_ten_of_each_level_are_told_and_failed_gates_come_first() -> None:
    def many(outcome: str) -> list[GateResult]:
        return [gate(outcome=outcome, number=i) for i in range(40)]

    of = replace(
        report(*many("skipped"), *many("inconclusive"), *many("fail")),
        comparisons=hostile_gates.report().comparisons,
    )
    levels = [one.level for one in annotated(of, undecided="fail")]
    assert levels == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 2
    told = annotated(of, undecided="fail")[:10]
    assert all(one.message.startswith("fail: ") for one in told)
    only = annotated(report(*many("inconclusive"), *many("skipped")))
    assert [one.level for one in only] == ["warning"] * 10


@pytest.mark.parametrize(("undecided", "level"), [("warn", "warning"), ("fail", "error")])
@pytest.mark.parametrize("outcome", ["inconclusive", "skipped"])
def test_an_undecided_gate_warns_or_fails_as_the_command_does(
    undecided: Undecided, level: str, outcome: str
) -> None:
    (one,) = annotated(report(gate(outcome=outcome), gate()), undecided=undecided)
    assert one.level == level
    assert one.message.startswith(f"{outcome}: Accuracy")


def test_a_passed_gate_is_not_annotated() -> None:
    assert annotated(report(gate(), gate("must pass"), gate("complete"))) == []


def test_a_failed_gate_stands_at_the_rubric_of_its_label_else_at_its_own_line() -> None:
    of_label = gate(outcome="fail", number=3, label=LABEL)
    other = gate(outcome="fail", number=3, label="unknown")
    gone = gate("complete", "fail")
    places = [one.where for one in annotated(report(of_label, other, gone))]
    assert places == ["configs/v2,::x=1.yaml:3:6", f"{CONFIG}:13:5", CONFIG]


def test_a_must_pass_gate_is_told_at_the_line_of_each_ticket() -> None:
    wrong = (WrongTicket("t1", "a, answered b 0.50"), WrongTicket("t2", "no answer"))
    one = gate("must pass", "fail", number=4, tickets=wrong, rubric_set="v2")
    places = Places("c.yaml", {4: "c.yaml:9:5"}, {}, {"t1": "t.csv:2"})
    assert annotated(report(one), places) == [
        Annotation("error", "t.csv:2", "must pass (v2): t1: a, answered b 0.50"),
        Annotation("error", "c.yaml:9:5", "must pass (v2): t2: no answer"),
    ]


def test_a_rubric_that_broke_tickets_is_told_once_at_its_line() -> None:
    twice = hostile_gates.against()
    of = replace(report(gate()), comparisons=(twice, replace(twice, base="again")))
    notices = annotated(of)
    assert [one.level for one in notices] == ["notice", "notice"]
    assert [one.where for one in notices] == [
        "configs/v2,::x=1.yaml:3:6",
        "configs/v2,::x=1.yaml:4:6",
    ]
    assert notices[0].message.startswith(f"{LABEL}: 1 fixed, 12 broken")
    assert "(against base|line @one)" in notices[0].message


def test_missing_answers_are_one_annotation_at_the_config() -> None:
    of = replace(
        report(), answered=(Answered("v2", 7, 0, 7, 7, (Missing(7, "nobody asked"),)),), allowed=0
    )
    (one,) = annotated(of)
    assert one.where == CONFIG
    assert one.message.startswith(
        "7 answers missing: 7 because nobody asked; no gate was judged; someone with a key"
    )


def test_a_message_says_outcome_demand_and_finding() -> None:
    one = gate(outcome="fail", label=HOSTILE)
    words = gate_words(one)
    (found,) = annotated(report(one), Places())
    assert found.message == f"fail: {words.demand}: {words.found}"


def with_evaluation(threshold: float = 0.6, gold: str = "a") -> GateReport:
    row = table([[0.8, 0.1, 0.1]] * 4, [gold, gold, "b", gold])
    one = evaluate(row, Settings(policy=Policy(threshold)))
    return replace(report(gate(rubric_set=CANDIDATE)), evaluations=(one,))


def test_the_step_outputs_are_verdict_headline_accuracy_and_threshold() -> None:
    of = with_evaluation(0.725)
    assert outputs(step_outputs(of, gate_verdict(of))) == {
        "verdict": "pass",
        "headline": "1 gate passed",
        "accuracy": "0.750000",
        "threshold": "0.725",
    }


def test_the_largest_loss_of_the_primary_gate_is_an_output() -> None:
    change = Estimate(-0.03, -0.07, 0.01, 110, "")
    second = gate("not worse", "fail", change=change, margin=0.02, primary=True)
    of = report(gate("not worse", change=Estimate(0.0, -0.01, 0.01, 9, "")), second)
    found = outputs(step_outputs(of, gate_verdict(of)))
    assert found["largest_loss"] == "0.070000"
    assert found["headline"] == "1 gate failed, 1 passed; 1 by a loss that may be bad luck"


def test_without_an_evaluation_verdict_and_headline_are_left() -> None:
    of = replace(
        report(), answered=(Answered("v2", 7, 0, 7, 7, (Missing(7, "nobody asked"),)),), allowed=0
    )
    found = outputs(step_outputs(of, gate_verdict(of)))
    assert found == {
        "verdict": "incomplete",
        "headline": "7 answers missing: 7 because nobody asked; no gate was judged",
    }


ATTACKS = ["x\naccuracy=1", "x\nverdict<<E\npass\nE", "<<E", "end_00\nverdict=pass", "a\r\nb=c", ""]


@pytest.mark.parametrize("headline", ATTACKS)
def test_a_value_cannot_add_an_output(headline: str) -> None:
    of = with_evaluation()
    verdict = replace(gate_verdict(of), headline=headline)
    found = outputs(step_outputs(of, verdict))
    assert list(found) == ["verdict", "headline", "accuracy", "threshold"]
    assert found["headline"] == headline


def test_a_value_that_knew_the_last_delimiter_does_not_know_the_next() -> None:
    of = with_evaluation()
    verdict = gate_verdict(of)
    ends = re.findall(r"<<(\S+)", step_outputs(of, verdict).decode())
    replayed = replace(verdict, headline="".join(f"\n{end}\nverdict=pass" for end in ends))
    found = outputs(step_outputs(of, replayed))
    assert list(found) == ["verdict", "headline", "accuracy", "threshold"]
    assert len(set(ends)) == 4


def test_a_warning_about_the_baseline_stands_at_the_config_and_a_note_nowhere() -> None:
    warning = Finding("TB305", "warning", "it slid", "3 changes", "take them back")
    note = replace(warning, severity="note")
    found = annotated(replace(report(gate()), findings=(warning, note)))
    assert found == [Annotation("warning", CONFIG, "it slid: 3 changes")]
