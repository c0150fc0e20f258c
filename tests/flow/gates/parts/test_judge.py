"""Gates of tickets in parts: as of one file where parts tell it, refused at their place else."""

from __future__ import annotations

from pathlib import Path

import pytest

from parts_project import ticket_rows, write_parts, write_rubrics, write_whole
from ticketbench.core.errors import InputError
from ticketbench.edge.results.store import envelope
from ticketbench.flow.gates.judge import GateRun, gate
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.run import run
from ticketbench.measure.gates.results import Limit, NotWorse
from ticketbench.report.gates.markdown import gate_markdown
from ticketbench.report.gates.verdict import gate_verdict

ROWS = ticket_rows()
GATES = """\
gates:
  - {metric: accuracy, on: v2, min: 0.5}
  - {metric: accuracy, on: v2, bound: low, min: 0.99}
  - {metric: ece, on: v2, max: 0.9}
  - {metric: recall, label: billing, on: v3, min: 0.1}
  - {metric: accuracy, on: v2, not_worse_than: v1, margin: 0.3}
  - {metric: accuracy, on: v1, not_worse_than: v3}
  - {metric: recall, label: billing, on: v2, not_worse_than: v1}
  - {metric: log_loss, on: v2, not_worse_than: v1, margin: 0.5}
  - {metric: coverage, on: v2, not_worse_than: v1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("gates")
    write_rubrics(found)
    run(write_whole(found / "whole", ROWS, more=GATES), out=found / "report")
    return found


@pytest.fixture(scope="module")
def in_parts(folder: Path) -> GateRun:
    return gate(write_parts(folder / "seven", ROWS, 7, more=GATES))


def test_every_gate_comes_out_as_of_one_file(folder: Path, in_parts: GateRun) -> None:
    expected = gate(folder / "whole" / "support.yaml").report
    found = in_parts.report
    assert [r.outcome for r in found.results] == [r.outcome for r in expected.results]
    assert {r.outcome for r in found.results} >= {"pass", "fail"}
    assert found.answered == expected.answered
    for own, told in zip(found.results, expected.results, strict=True):
        assert isinstance(own, Limit | NotWorse)
        assert isinstance(told, Limit | NotWorse)
        assert (own.number, own.rubric_set, own.metric) == (
            told.number,
            told.rubric_set,
            told.metric,
        )
        assert (own.n, own.n_needed, own.reason) == (told.n, told.n_needed, told.reason)
        assert own.value.value == pytest.approx(told.value.value, abs=1e-4)
        if isinstance(own, NotWorse) and isinstance(told, NotWorse):
            assert own.change.value == pytest.approx(told.change.value, abs=1e-9)
            assert own.change.low == pytest.approx(told.change.low, abs=1e-9)
            assert own.primary == told.primary
    pairs = [(one.base, one.comparison.candidate) for one in found.comparisons]
    assert pairs == [("v1", "v2"), ("v3", "v1")]
    verdicts = [gate_verdict(report) for report in (found, expected)]
    assert verdicts[0] == verdicts[1]


def test_the_report_is_the_same_for_any_parts_and_names_what_is_left_out(
    folder: Path, in_parts: GateRun
) -> None:
    other = gate(write_parts(folder / "two", ROWS, 2, more=GATES))
    assert envelope("gate", other.report) == envelope("gate", in_parts.report)
    (note,) = in_parts.read
    assert note.code == "TB215"
    assert "which tickets turned" in note.evidence
    verdict = gate_verdict(in_parts.report)
    page = gate_markdown(in_parts.report, verdict, {}, tool_version="0").decode()
    counts = in_parts.report.comparisons[0].comparison.contingency
    assert f"{counts.only_candidate} fixed, {counts.only_base} broken" in page
    assert in_parts.places.gates[1].endswith("support.yaml:10:5")


REFUSED = {
    "{must_pass: [t001], on: v2}": (r"^must_pass is about single tickets", "must_pass"),
    "{metric: accuracy, on: v2, not_worse_than: baseline}": ("names no baseline", "not_worse_than"),
    "{metric: ece, on: v2, not_worse_than: v1, margin: 0.1}": (
        "change of ece has no interval",
        "metric",
    ),
    "{metric: recall, label: nobody, on: v2, min: 0.5}": ("nor a ticket has the label", "label"),
    "{metric: accuracy, on: nobody, min: 0.5}": ("no rubric set 'nobody'", "on"),
    "{metric: auroc, on: v2, not_worse_than: v1, margin: 0.1}": ("has no interval", "metric"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_parts_do_not_tell_is_refused_at_its_place_before_anything_is_read(
    tmp_path: Path, text: str
) -> None:
    write_rubrics(tmp_path)
    config = write_parts(tmp_path / "p", ROWS, 2, more=f"gates:\n  - {text}\n")
    (tmp_path / "p" / "tickets" / "01.csv").write_text("no table")
    what, key = REFUSED[text]
    with pytest.raises(InputError, match=what) as refused:
        gate(config)
    problem = refused.value.problems[0]
    column = len("  - ") + text.index(f"{key}: ") + 1
    assert problem.where == f"{config}:9:{column}"
    assert problem.help


def test_a_baseline_is_refused_where_it_is_named(tmp_path: Path) -> None:
    write_rubrics(tmp_path)
    config = write_parts(tmp_path / "p", ROWS, 2, more="baseline: base.json\n")
    with pytest.raises(InputError, match="baseline needs all tickets at once") as refused:
        gate(config)
    assert refused.value.problems[0].where.startswith(f"{config}:8:")


def test_two_sets_compared_both_ways_are_refused(tmp_path: Path) -> None:
    write_rubrics(tmp_path)
    both = ("{metric: accuracy, on: v2, not_worse_than: v1}",
            "{metric: accuracy, on: v1, not_worse_than: v2}")  # fmt: skip
    more = "gates:\n" + "".join(f"  - {one}\n" for one in both)
    with pytest.raises(InputError, match="both ways"):
        gate(write_parts(tmp_path / "p", ROWS, 2, more=more))


def test_rules_of_before_and_a_config_without_gates_are_refused(tmp_path: Path) -> None:
    write_rubrics(tmp_path)
    gates = write_parts(tmp_path / "p", ROWS, 2, more=GATES)
    with pytest.raises(InputError, match="--against looks at single tickets"):
        gate(gates, against=str(tmp_path))
    with pytest.raises(InputError, match="has no gates"):
        gate(write_parts(tmp_path / "q", ROWS, 2))


def test_what_needs_every_label_is_refused_where_no_ticket_lists_them(folder: Path) -> None:
    more = "gates:\n  - {metric: escalation_recall, on: v2, min: 0.1}\n"
    with pytest.raises(InputError, match="needs every label that fits a ticket"):
        gate(write_parts(folder / "listed", ROWS, 2, more=more))


def test_missing_answers_are_told_and_no_gate_is_judged(tmp_path: Path) -> None:
    write_rubrics(tmp_path)
    config = write_parts(tmp_path / "p", ROWS[:20], 2, more=GATES)
    report = gate(config).report
    assert not report.complete
    assert report.results == ()
    assert [(one.rubric_set, one.n_missing) for one in report.answered] == [
        ("v1", 20), ("v2", 20), ("v3", 20)
    ]  # fmt: skip
    assert gate_verdict(report).exit_code == 3


def test_a_set_that_no_gate_looks_at_is_told(folder: Path) -> None:
    more = "gates:\n  - {metric: accuracy, on: v2, not_worse_than: v1}\n"
    (found,) = gate(write_parts(folder / "unseen", ROWS, 2, more=more)).report.findings
    assert (found.code, found.title) == ("TB314", "no gate looks at v3")


def test_an_engine_with_one_file_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="names one file, and an engine counts parts"):
        gate(folder / "whole" / "support.yaml", where=Where("processes"))
