"""The gates of a config on a real small project, judged on stored answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from gated_project import BASELINE, FIRST_GATE, GATED, blessed, edit, with_gates
from ticketbench.core.errors import InputError
from ticketbench.core.types import Missing
from ticketbench.edge.results.baseline import ticket_hash
from ticketbench.flow.gates.judge import GateRun, gate
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.measure.gates.results import GateResult, WrongTicket
from ticketbench.report.gates.verdict import gate_verdict

ACCURACY = "{metric: accuracy, on: v2, not_worse_than: baseline}"
LIMIT = "{metric: accuracy, on: v2, min: 0.5}"
GATES = {
    "a limit that holds": ("{metric: accuracy, on: v2, min: 1.0}", "pass", 6),
    "a limit that does not": ("{metric: accuracy, on: v1, min: 0.5}", "fail", 6),
    "an upper limit": ("{metric: cost, on: v2, max: 0.1}", "fail", 7),
    "an end that holds": ("{metric: accuracy, on: v2, bound: low, min: 0.6}", "pass", 6),
    "an end that does not": ("{metric: accuracy, on: v2, bound: low, min: 0.7}", "fail", 6),
    "a label": ("{metric: recall, label: billing, on: v2, min: 1}", "pass", 2),
    "a metric without interval": ("{metric: ece, on: v2, max: 0.3}", "pass", 7),
    "too few tickets": ("{metric: accuracy, on: v2, min: 0, min_tickets: 7}", "skipped", 6),
    "enough tickets": ("{metric: accuracy, on: v2, min: 0, min_tickets: 6}", "pass", 6),
    "the same set": ("{metric: accuracy, on: v2, not_worse_than: v2}", "pass", 6),
    "few changes": (
        "{metric: recall, label: billing, on: v2, not_worse_than: v1}", "inconclusive", 2,
    ),
    "few paired tickets": (
        "{metric: accuracy, on: v2, not_worse_than: v2, min_tickets: 7}", "skipped", 6,
    ),
    "right tickets": ("{must_pass: [t1, t6], on: v2}", "pass", 2),
    "a spam ticket that is not routed": ("{must_pass: [t7], on: v2}", "pass", 1),
    "a wrong ticket": ("{must_pass: [t6, t1], on: v1}", "fail", 2),
}  # fmt: skip


def only(*gates: str) -> GateResult:
    with_gates(*gates, baseline=None)
    (found,) = gate(GATED).report.results
    return found


def against_baseline() -> GateRun:
    """A gate against a baseline of v2, which is what is judged."""
    with_gates(ACCURACY)
    return gate(GATED)


@pytest.mark.parametrize("kind", GATES)
def test_each_kind_of_gate_is_judged_on_its_tickets(answered: Path, kind: str) -> None:
    written, outcome, n = GATES[kind]
    found = only(written)
    assert (found.outcome, found.n, found.number) == (outcome, n, 0)


def test_a_result_holds_what_the_config_says(answered: Path) -> None:
    found = only("{metric: f1, label: billing, on: v2, bound: high, min: 0.1, max: 0.9}")
    assert (found.metric.name, found.metric.label, found.rubric_set) == ("f1", "billing", "v2")
    assert (found.bound, found.minimum, found.maximum) == ("high", 0.1, 0.9)
    plain = only("{metric: accuracy, on: v2, not_worse_than: v1}")
    assert (plain.metric.label, plain.margin, plain.against) == (None, 0.02, "v1")
    assert (plain.base, plain.candidate) == (1 / 6, 1.0)


def test_a_wrong_ticket_is_named_with_both_labels(answered: Path) -> None:
    found = only("{must_pass: [t1, t6, t3], on: v1}")
    assert found.tickets == (
        WrongTicket("t1", "billing, answered account 0.39"),
        WrongTicket("t3", "technical, answered billing 0.33"),
    )


def test_gates_are_judged_in_the_order_of_the_config(answered: Path) -> None:
    written = [line for line, _, _ in GATES.values()]
    with_gates(*written, baseline=None)
    report = gate(GATED).report
    assert [result.number for result in report.results] == list(range(len(written)))
    outcomes = [result.outcome for result in report.results]
    assert outcomes == [outcome for _, outcome, _ in GATES.values()]
    assert gate_verdict(report).exit_code == 1


def test_only_gated_sets_are_answered_and_evaluated(answered: Path) -> None:
    with_gates(LIMIT, baseline=None)
    report = gate(GATED).report
    assert [one.rubric_set for one in report.answered] == ["v2"]
    with_gates("{metric: accuracy, on: v2, not_worse_than: v1}", baseline=None)
    report = gate(GATED).report
    assert [one.rubric_set for one in report.answered] == ["v1", "v2"]
    assert [e.provenance.rubric_set for e in report.evaluations] == ["v2"]
    assert [against.base for against in report.comparisons] == ["v1"]


def test_two_gates_on_one_pair_share_a_comparison(answered: Path) -> None:
    with_gates(ACCURACY, ACCURACY.replace("accuracy", "coverage"))
    blessed("v1")
    report = gate(GATED).report
    assert [(a.base, a.comparison.candidate) for a in report.comparisons] == [("baseline", "v2")]
    assert [result.kind for result in report.results] == ["complete", "not worse", "not worse"]


def test_a_baseline_that_is_what_is_judged_passes(answered: Path) -> None:
    with_gates(ACCURACY)
    blessed("v2")
    report = gate(GATED).report
    assert [(r.kind, r.outcome) for r in report.results] == [
        ("complete", "pass"),
        ("not worse", "pass"),
    ]
    assert report.comparisons[0].changed == ()


def test_the_complete_gate_is_judged_once_for_each_set_that_is_compared(answered: Path) -> None:
    with_gates(ACCURACY, ACCURACY, ACCURACY.replace("v2", "v1"), LIMIT)
    blessed("v1")
    complete = [r.rubric_set for r in gate(GATED).report.results if r.kind == "complete"]
    assert complete == ["v2", "v1"]


def test_a_ticket_that_is_gone_fails_the_complete_gate(answered: Path) -> None:
    with_gates(ACCURACY)
    blessed("v2")
    ticket = read_inputs(GATED).dataset.tickets[3]
    edit(
        "tickets.csv", "t4,Nothing loads since the update and the page stays empty,technical\n", ""
    )
    first, second = against_baseline().report.results
    assert (first.kind, first.outcome, first.n) == ("complete", "fail", 7)
    assert first.tickets == (WrongTicket(ticket_hash(ticket), "gone"),)
    assert (second.outcome, second.n) == ("pass", 5)


def test_a_ticket_that_was_rewritten_fails_the_complete_gate(answered: Path) -> None:
    with_gates(ACCURACY)
    blessed("v2")
    edit("tickets.csv", "Nothing loads", "Nothing at all loads")
    read = gate(GATED, mode="auto").report
    assert (read.results[0].outcome, len(read.results[0].tickets)) == ("fail", 1)
    assert read.comparisons[0].n_new == 1


def test_a_new_ticket_does_not_fail_the_complete_gate(answered: Path) -> None:
    with_gates(ACCURACY)
    blessed("v2")
    with Path("tickets.csv").open("a", encoding="utf-8") as file:
        file.write("t8,My payment was refused twice,billing\n")
    report = gate(GATED, mode="auto").report
    assert report.results[0].outcome == "pass"
    assert report.comparisons[0].n_new == 1


def test_a_corrected_gold_label_counts_on_both_sides_and_fails_nothing(answered: Path) -> None:
    with_gates(ACCURACY)
    blessed("v2")
    edit("tickets.csv", "sign in to my profile,account", "sign in to my profile,technical")
    first, second = against_baseline().report.results
    assert (first.outcome, second.outcome) == ("pass", "pass")
    assert second.base == second.candidate == 5 / 6


def test_a_label_that_is_gone_fails_the_complete_gate(answered: Path) -> None:
    with_gates(ACCURACY)
    blessed("v2")
    with Path("v2.yaml").open("a", encoding="utf-8") as file:
        file.write("remove: [account]\n")
    text = Path("v2.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in text if "name: account" not in line)
    Path("v2.yaml").write_text(kept, encoding="utf-8")
    first = gate(GATED, mode="auto").report.results[0]
    assert (first.kind, first.outcome, first.labels) == ("complete", "fail", ("account",))


NEVER = "the question was never asked"


def test_missing_answers_leave_a_report_with_their_number_and_no_judgement(project: Path) -> None:
    with_gates(LIMIT, "{metric: accuracy, on: v2, not_worse_than: v1}", baseline=None)
    report = gate(GATED).report
    assert not report.complete
    assert [(a.rubric_set, a.n_requested, a.n_missing) for a in report.answered] == [
        ("v1", 7, 7),
        ("v2", 7, 7),
    ]
    assert (report.results, report.evaluations, report.comparisons) == ((), (), ())
    headline = f"14 answers missing: 14 because {NEVER}; no gate was judged"
    assert gate_verdict(report).headline == headline
    assert [a.missing for a in report.answered] == [(Missing(7, NEVER),)] * 2
    assert not (project / "answers.sqlite").exists()


def test_allowed_failures_let_the_gates_be_judged_on_the_others(answered: Path) -> None:
    edit("tickets.csv", "Nothing loads", "Nothing at all loads")
    with_gates(LIMIT, "{must_pass: [t4], on: v2}", baseline=None)
    assert not gate(GATED).report.complete
    report = gate(GATED, allow_failures=1).report
    assert report.complete
    limit, must_pass = report.results
    assert (limit.outcome, limit.n) == ("pass", 5)
    assert must_pass.tickets == (WrongTicket("t4", "no answer"),)
    assert report.answered[0].n_missing == 1


def test_no_baseline_yet_is_an_input_error_at_the_gate(answered: Path) -> None:
    with_gates(LIMIT, ACCURACY)
    with pytest.raises(InputError, match=f"there is no baseline {BASELINE} yet") as caught:
        gate(GATED)
    assert caught.value.problems[0].where == f"gated.yaml:{FIRST_GATE + 1}:32"


def test_a_config_without_gates_says_how_to_add_one(answered: Path) -> None:
    for path in (Path("eval.yaml"), with_gates()):
        with pytest.raises(InputError, match="has no gates") as caught:
            gate(path)
        assert "min: 0.8" in caught.value.problems[0].help


def test_a_must_pass_ticket_that_is_unknown_is_refused_at_its_place(answered: Path) -> None:
    with_gates("{on: v2, must_pass: [t1, t99]}")
    with pytest.raises(InputError, match="the dataset has no ticket 't99'") as caught:
        gate(GATED)
    assert caught.value.problems[0].where == f"gated.yaml:{FIRST_GATE}:30"


def test_places_are_lines_of_the_config_the_rubrics_and_the_tickets(answered: Path) -> None:
    with_gates(LIMIT, LIMIT)
    places = gate(GATED).places
    assert places.config == "gated.yaml"
    assert places.gates == {0: f"gated.yaml:{FIRST_GATE}:5", 1: f"gated.yaml:{FIRST_GATE + 1}:5"}
    assert places.rubrics["v1", "technical"] == "v1.yaml:2:4"
    assert places.rubrics["v2", "technical"] == "v2.yaml:4:6"
    assert len(places.rubrics) == 6
    assert (places.tickets["t1"], places.tickets["t7"]) == ("tickets.csv:2", "tickets.csv:8")


def test_places_are_named_from_the_root_of_the_checkout(
    answered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(answered.parent))
    with_gates(LIMIT)
    places = gate(GATED.absolute()).places
    assert places.config == "answered/gated.yaml"
    assert places.gates[0] == f"answered/gated.yaml:{FIRST_GATE}:5"
    assert places.rubrics["v2", "technical"] == "answered/v2.yaml:4:6"
    assert places.tickets["t1"] == "answered/tickets.csv:2"


def test_texts_are_handed_on_only_where_the_config_lets_them_be_shown(answered: Path) -> None:
    with_gates(LIMIT)
    assert gate(GATED).texts == {}
    shown = gate(GATED, overrides=["report.texts=true"]).texts
    assert shown["t2"] == "The payment for my subscription failed"
    assert len(shown) == 7


def test_the_order_of_the_rows_changes_no_result(answered: Path) -> None:
    with_gates(ACCURACY, ACCURACY.replace("baseline", "v1"), "{must_pass: [t7, t1], on: v1}")
    blessed("v1")
    before = gate(GATED).report
    head, *rows = Path("tickets.csv").read_text(encoding="utf-8").splitlines()
    Path("tickets.csv").write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    after = gate(GATED).report
    assert after.results == before.results
    assert after.comparisons[1] == before.comparisons[1]
    of_baseline = after.comparisons[0]
    assert of_baseline.comparison.flips == before.comparisons[0].comparison.flips
    assert of_baseline.changed == ("the dataset", "the rubrics", "the answers")
