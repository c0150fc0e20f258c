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
from ticketbench.measure.gates.results import Against, Answered, GateReport, GateResult
from ticketbench.measure.rubrics.changes import RubricChange, word_diff
from ticketbench.report.gates.text import gate_text
from ticketbench.report.gates.verdict import gate_verdict
from ticketbench.report.words.commands import broken


def lines(report: GateReport) -> list[str]:
    return gate_text(report, gate_verdict(report))


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
    assert found[0] == "support: 1 gate failed, 1 passed"
    assert found[1] == "v2: 408 requested = 400 scored + 8 failed"


@pytest.mark.parametrize(
    ("outcome", "mark"),
    [
        ("pass", "pass          "),
        ("fail", "FAIL          "),
        ("inconclusive", "inconclusive  "),
        ("skipped", "skipped       "),
    ],
)
def test_each_gate_has_its_mark_and_its_finding_below(outcome: str, mark: str) -> None:
    found = lines(plain(gate(outcome=outcome, rubric_set="v2", n_needed=9)))
    assert found[2] == ""
    assert found[3] == f"{mark}Accuracy (v2) at least 70%"
    assert found[4].startswith(" " * 14)


def test_missing_answers_leave_the_verdict_and_the_counts() -> None:
    report = replace(
        plain(), answered=(Answered("v2", 7, 0, 7, 7, (Missing(7, "nobody asked"),)),), allowed=0
    )
    assert lines(report) == [
        "support: 7 answers missing: 7 because nobody asked; no gate was judged",
        "v2: 7 requested = 0 scored + 7 failed",
    ]


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
