"""Gates on a terminal: 80 columns, what broke, and which rubrics did it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import hostile_gates
from hostile_gates import comparison, flips, gate, same_as_golden
from ticketbench.cli.boundary import printable
from ticketbench.core.types import Estimate, Finding, Missing
from ticketbench.measure.compare import Flip
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.results import Against, GateReport, GateResult
from ticketbench.measure.rubrics.changes import RubricChange, word_diff
from ticketbench.report.gates.text import Commands, gate_details, gate_text
from ticketbench.report.gates.verdict import gate_verdict
from ticketbench.report.words.commands import broken

COMMANDS = Commands(
    of_label=lambda name, label: f"ticketbench errors {name} --label {label}",
    of_broken=lambda name, base: f"ticketbench errors {name} --kind broken",
    rest="--all",
    ask="ticketbench run c.yaml",
)


def lines(report: GateReport, width: int = 80) -> list[str]:
    """Everything behind the answer."""
    found = gate_details(report, gate_verdict(report), COMMANDS, width=width)
    return [line.plain for line in found]


def short(report: GateReport, width: int = 80, baseline: str = "") -> list[str]:
    """The answer and a row for each gate."""
    verdict = gate_verdict(report)
    found = gate_text(report, verdict, COMMANDS, width=width, baseline=baseline)
    return [line.plain for line in found]


def printed(report: GateReport) -> str:
    """The lines as the command prints them."""
    return broken("".join(f"{printable(line)}\n" for line in lines(report)))


def plain(*results: GateResult, against: tuple[Against, ...] = ()) -> GateReport:
    return replace(
        hostile_gates.report(),
        name="support",
        answered=(Answered("v2", 408, 400, 8, 0),),
        allowed=8,
        results=results,
        comparisons=against,
    )


def compared(n_broken: int = 3, **fields: object) -> Against:
    broken = tuple(
        Flip("broken", f"t-{i:04}", "billing", "billing", 0.7, "technical", 0.95)
        for i in range(n_broken)
    )
    fixed = Flip("fixed", "t-9999", "billing", "technical", 0.6, "billing", 0.8)
    one = replace(comparison((*broken, fixed)), base="baseline", candidate="v2")
    wrong = tuple(Flip("still wrong", f"w{i}", "b", "a", 0.6, "ac"[i], 0.7) for i in range(2))
    given: dict[str, object] = {"changed": (), "n_new": 0, "rubrics": (), "still_wrong": wrong}
    return Against(base="baseline", comparison=one, **(given | fields))  # type: ignore[arg-type]


LONG = "Is the customer asking about an invoice, a payment or a refund? " * 6


def test_the_text_of_hostile_gates_is_the_golden_file() -> None:
    same_as_golden("gate.txt", printed(hostile_gates.report()).encode("utf-8"))


def test_a_text_with_line_ends_begins_no_line_of_its_own() -> None:
    for line in lines(hostile_gates.report()):
        assert len(line.splitlines()) <= 1


def test_no_line_is_longer_than_80_columns() -> None:
    change = RubricChange(
        "billing", "Is this about money?", LONG, word_diff("a b", LONG), 1, 3, 2, 0
    )
    bounds = Estimate(-0.012, -0.0834, 0.0312, 1400, "")
    report = plain(
        gate(title="Recall under the policy", label="feature request", bound="low", minimum=0.1,
             maximum=0.99, outcome="fail", n_needed=12_345),
        gate("not worse", "inconclusive", against="baseline", base=0.8, candidate=0.79,
             change=bounds, n=1400, margin=0.02, n_needed=123_456),
        gate("must pass", "fail", n=4, tickets=hostile_gates.results()[7].tickets),
        against=(compared(rubrics=(change,), changed=("the dataset", "the rubrics", "the endpoint",
                                                      "the policy", "the costs", "the answers"),
                          n_new=1234),),
    )  # fmt: skip
    assert max(len(line) for line in lines(report)) <= 80


def test_the_first_lines_are_the_verdict_and_how_many_answered() -> None:
    found = lines(plain(gate(outcome="fail"), gate()))
    assert found[:3] == ["1 of 2 gates FAILED.", "", "v2: 408 requested = 400 scored + 8 failed"]


@pytest.mark.parametrize(
    ("outcome", "mark"),
    [
        ("pass", "pass       "),
        ("fail", "FAIL       "),
        ("inconclusive", "UNDECIDED  "),
        ("skipped", "skipped    "),
    ],
)
def test_each_gate_has_its_mark_and_its_finding_below(outcome: str, mark: str) -> None:
    found = lines(plain(gate(outcome=outcome, rubric_set="v2", n_needed=9)))
    assert found[3] == ""
    assert found[4] == f"{mark}Accuracy (v2) at least 70%"
    assert found[5].startswith(" " * 11)


def test_missing_answers_leave_the_verdict_and_the_counts() -> None:
    report = replace(
        plain(), answered=(Answered("v2", 7, 0, 7, 7, (Missing(7, "nobody asked"),)),), allowed=0
    )
    answer = "No gate was judged: 7 answers missing: 7 because nobody asked."
    asked = [
        "Whoever has a key asks for them and commits the recording:",
        "  ticketbench run c.yaml",
    ]
    assert lines(report) == [answer, "", "v2: 7 requested = 0 scored + 7 failed", "", *asked]
    assert short(report) == [answer, "", *asked]


def test_where_all_passed_each_gate_has_a_row_with_its_finding_beside_it() -> None:
    change = Estimate(-0.518, -0.69, -0.35, 408, "")
    cost = gate("not worse", "pass", against="baseline", base=1.8150, candidate=1.2966,
                change=change, margin=0.05, title="Cost per ticket", share=False,
                higher_is_better=False)  # fmt: skip
    found = short(plain(cost, gate(), against=(compared(3),)), baseline="v1")
    assert found == [
        "2 gates passed. v2 against the baseline (v1): 1 fixed, 3 broken.",
        "",
        "pass  cost a ticket, not worse by 0.05  1.815 -> 1.297   -0.518",
        "pass  accuracy, at least 70%            80.0%",
        "",
        "Look at: billing, 1 fixed and 3 broken.   ticketbench errors v2 --kind broken",
    ]


def test_a_failed_gate_comes_first_with_why_and_what_to_read_and_passed_ones_are_counted() -> None:
    change = Estimate(-0.174, -0.302, -0.051, 99, "")
    failed = gate("not worse", "fail", against="baseline", base=0.55, candidate=0.376,
                  change=change, margin=0.03, title="Right alone", label="billing",
                  loss_shown=True, rubric_set="v2")  # fmt: skip
    passed = [gate(rubric_set="v2") for _ in range(5)]
    found = short(plain(*passed, failed, against=(compared(28),)))
    assert found == [
        "1 of 6 gates FAILED. v2 against baseline: 1 fixed, 28 broken.",
        "",
        "FAIL  right alone of billing, not worse by 3 points",
        "      55.0% -> 37.6%   -17.4 points",
        "      worse by 5.1 to 30.2 points, likely 17.4; 3 allowed",
        "      read: ticketbench errors v2 --label billing",
        "pass  5 others: --all",
    ]


def test_gates_on_several_sets_name_theirs() -> None:
    found = short(plain(gate(rubric_set="v1"), gate(rubric_set="v2")))
    assert [line[6:9] for line in found[2:4]] == ["v1:", "v2:"]


def test_undecided_gates_say_what_would_settle_them() -> None:
    bounds = Estimate(-0.01, -0.06, 0.04, 110, "")
    unsure = gate("not worse", "inconclusive", against="v1", base=0.8, candidate=0.79,
                  change=bounds, margin=0.03, loss_seen=0.01, loss_left=0.06, n=110,
                  n_needed=900)  # fmt: skip
    told = "\n".join(short(plain(unsure, gate("limit", "skipped", n_needed=9, n=3), gate())))
    assert told.startswith("1 of 3 gates UNDECIDED, 1 skipped.\n\nUNDECIDED  accuracy, not worse")
    assert "about 900 fresh tickets would settle it" in " ".join(told.split())
    assert "skipped    accuracy, at least 70%" in told
    assert "To settle it: label more tickets, or allow a wider margin." in told


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_of_the_rows_is_wider_than_the_terminal_but_for_a_command(width: int) -> None:
    report = hostile_gates.report()
    for told in (short(report, width), lines(report, width)):
        assert max(len(line) for line in told if "ticketbench errors" not in line) <= width


def test_every_gate_that_did_not_pass_has_its_word_in_front_in_its_colour() -> None:
    report = hostile_gates.report()
    told = gate_text(report, gate_verdict(report), COMMANDS, width=80)
    heads = [(line.head.strip(), line.tone) for line in told if line.head and line.text]
    counted = {"FAIL": 5, "UNDECIDED": 2, "skipped": 1, "pass": 1}
    assert {mark: sum(head == mark for head, _ in heads) for mark in counted} == counted
    tones = {"FAIL": "bad", "UNDECIDED": "unknown", "skipped": "neutral", "pass": "good"}
    assert all(tones[head] == tone for head, tone in heads)


def test_the_rows_of_hostile_gates_are_the_golden_file() -> None:
    text = broken("".join(f"{printable(line)}\n" for line in short(hostile_gates.report())))
    same_as_golden("gate.rows.txt", text.encode("utf-8"))


def test_a_comparison_counts_broken_fixed_and_still_wrong_tickets() -> None:
    found = lines(plain(gate(), against=(compared(3),)))
    at = found.index(
        "v2 against baseline: 3 broken, 1 fixed, 2 tickets still wrong, 1 with the same"
    )
    assert found[at + 1] == "  label"
    assert found[at + 2] == "  t-0000: billing, now technical 0.95 (was 0.70)"


def test_ten_broken_tickets_are_named_and_the_others_counted() -> None:
    found = lines(plain(gate(), against=(compared(1213),)))
    assert sum("now technical" in line for line in found) == 10
    assert "  and 1,203 more broken tickets" in found
    ten = lines(plain(gate(), against=(compared(10),)))
    assert not any("more broken" in line for line in ten)


def test_what_changed_since_the_blessing_and_new_tickets_are_said() -> None:
    found = lines(plain(gate(), against=(compared(changed=("the rubrics",), n_new=1),)))
    assert "changed since it was blessed: the rubrics" in found
    assert "1 ticket not in baseline" in found
    silent = "\n".join(lines(plain(gate(), against=(compared(),))))
    assert "since it was blessed" not in silent
    assert "not in baseline" not in silent


def test_only_rubrics_that_broke_or_drew_tickets_are_shown() -> None:
    def changed(label: str, *counts: int) -> RubricChange:
        return RubricChange(
            label, "Is it a?", "Is it b?", word_diff("Is it a?", "Is it b?"), *counts
        )

    rubrics = changed("one", 0, 2, 0, 0), changed("two", 0, 0, 3, 0), changed("three", 4, 0, 0, 5)
    found = lines(plain(gate(), against=(compared(rubrics=rubrics),)))
    shown = [line for line in found if line.startswith("rubric ")]
    assert shown == [
        "rubric one: 0 fixed, 2 broken",
        "rubric two: 0 fixed, 0 broken, 3 drawn from other labels",
    ]
    assert found[found.index(shown[0]) + 1] == "  Is it [-a-]{+b+}?"


def test_every_broken_ticket_of_hostile_gates_is_there() -> None:
    def plain_words(text: str) -> str:
        return re.sub(r"[^a-z0-9]", "", text)

    text = plain_words("".join(lines(hostile_gates.report())))
    shown = [flip for flip in flips() if flip.kind == "broken"][:10]
    assert all(plain_words(flip.ticket_id) in text for flip in shown)


def test_no_line_is_a_command_to_a_runner() -> None:
    for line in printed(hostile_gates.report()).splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert line.replace("\u2060", "").isprintable()


def test_a_finding_stands_between_gates_and_comparisons_with_what_to_do() -> None:
    found = Finding("TB305", "warning", "it slid " * 12, "3 changes", "take them back")
    told = lines(replace(plain(gate(), against=(compared(),)), findings=(found,)))
    at = next(i for i, line in enumerate(told) if line.startswith("warning: it slid"))
    assert told[at - 1] == ""
    assert "  3 changes. Next: take them back" in told[at:]
    assert at < next(i for i, line in enumerate(told) if line.startswith("v2 against baseline"))
    assert max(map(len, told)) <= 80
