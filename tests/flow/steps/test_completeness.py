"""Missing answers and their recording: one wording, and exit code 2 only where the file is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gated_project import GATED, edit, with_gates
from ticketbench.core.errors import IncompleteError, InputError, TicketbenchError
from ticketbench.flow.answers.cache import cache_info
from ticketbench.flow.answers.recordings import export_recording, import_recordings
from ticketbench.flow.compare import compare_sides
from ticketbench.flow.gates.baseline import prepare
from ticketbench.flow.gates.judge import gate
from ticketbench.flow.gates.under_test import UnderTest
from ticketbench.flow.plan import plan_run
from ticketbench.flow.rubrics.diff import rubrics_diff
from ticketbench.flow.run import run
from ticketbench.flow.setup.doctor import doctor
from ticketbench.flow.validate import validate
from version_1 import rewrite_as_version_1

RECORDING = Path("r.jsonl")
GATE = "{metric: accuracy, on: v2, min: 0.1}"
ABSENT = "r.jsonl is not there"


@pytest.fixture
def recorded(answered: Path) -> Path:
    """The project with gates, and its answers in a recording alone."""
    export_recording(Path("eval.yaml"), RECORDING)
    Path("answers.sqlite").unlink()
    with_gates(GATE, extra=f"recording: {RECORDING}\n")
    return answered


def judged() -> None:
    found = gate(GATED).report
    if not found.complete:
        raise IncompleteError(found.answered[0].missing[0].because)


JUDGES: dict[str, Callable[[], object]] = {
    "gate": judged,
    "run": lambda: run(GATED, mode="replay", out=Path("out")),
    "compare": lambda: compare_sides("v1", "v2", config=GATED),
    "bless": lambda: prepare(GATED, name="v2"),
    "test": lambda: UnderTest(GATED).evaluation("v2"),
}


@pytest.mark.parametrize("name", JUDGES)
def test_missing_answers_and_no_recording_are_an_error_of_the_input(
    recorded: Path, name: str
) -> None:
    RECORDING.unlink()
    with pytest.raises(InputError, match=f"because {ABSENT}") as caught:
        JUDGES[name]()
    (problem,) = caught.value.problems
    assert problem.where == "gated.yaml:10:1"
    assert "ticketbench cache export" in problem.help


@pytest.mark.parametrize("name", JUDGES)
def test_missing_answers_beside_a_recording_are_incomplete(recorded: Path, name: str) -> None:
    edit("v1.yaml", "money", "coins")
    edit("v2.yaml", "a crash", "a fault")
    with pytest.raises(IncompleteError, match="the question was never asked"):
        JUDGES[name]()


def test_no_recording_matters_where_the_cache_has_the_answers(answered: Path) -> None:
    with_gates(GATE, extra=f"recording: {RECORDING}\n")
    assert gate(GATED).report.complete


def test_a_run_that_may_ask_says_nothing_of_a_recording_still_to_come(recorded: Path) -> None:
    RECORDING.unlink()
    codes = {finding.code for finding in run(GATED, out=Path("out")).results.findings}
    assert not codes & {"TB303", "TB304"}


def test_before_a_run_an_absent_recording_is_a_warning(recorded: Path) -> None:
    RECORDING.unlink()
    (checked,) = validate([GATED])
    assert [f.title for f in checked.findings if f.code == "TB304"] == [ABSENT]
    found = {one.name: one for one in doctor(GATED)}
    assert (found["recording"].status, found["recording"].exit_code) == ("warning", 0)
    assert f"7 because {ABSENT}" in found["answers"].found


def test_counts_of_stored_answers_come_with_the_reasons(recorded: Path) -> None:
    RECORDING.unlink()
    for one in cache_info(GATED).rubric_sets:
        assert [(reason.n, reason.because) for reason in one.reasons] == [(7, ABSENT)]
    assert plan_run(GATED, mode="replay").rubric_sets[0].reason.endswith(f"7 because {ABSENT}")


def test_a_plan_of_what_to_ask_names_an_edit_before_a_recording_still_to_come(
    answered: Path,
) -> None:
    with_gates(GATE, extra=f"recording: {RECORDING}\n")
    edit("v2.yaml", "a crash", "a fault")
    found = plan_run(GATED).rubric_sets[1]
    assert "'technical'" in found.reason
    assert [one.label for one in found.edits] == ["technical"]


def test_words_are_compared_without_a_recording(recorded: Path) -> None:
    RECORDING.unlink()
    found = rubrics_diff("v1", "v2", config=GATED)
    assert ABSENT in found.unanswered
    assert len(found.changes) == 3


# --- versions of the recording


def test_version_1_is_replayed_with_a_note(recorded: Path) -> None:
    rewrite_as_version_1(RECORDING)
    found = [
        gate(GATED).findings,
        run(GATED, mode="replay", out=Path("out")).results.findings,
        validate([GATED])[0].findings,
    ]
    for findings in found:
        (note,) = [one for one in findings if one.code == "TB303"]
        assert (note.severity, note.action) == (
            "note",
            "ticketbench cache export gated.yaml writes version 2",
        )
    export_recording(GATED)
    assert gate(GATED).findings == ()


@pytest.mark.parametrize("name", [*JUDGES, "import"])
def test_a_line_of_version_1_that_names_another_url_is_refused_with_its_place(
    recorded: Path, name: str
) -> None:
    rewrite_as_version_1(RECORDING)
    lines = [json.loads(line) for line in RECORDING.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line["url"] = "https://elsewhere.example/classify"
    RECORDING.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    asks = {**JUDGES, "import": lambda: import_recordings(GATED)}
    with pytest.raises(InputError, match="elsewhere") as caught:
        asks[name]()
    assert caught.value.problems[0].where.startswith("r.jsonl:")


# --- what git left


@pytest.mark.parametrize("name", JUDGES)
def test_a_pointer_in_place_of_the_recording_is_told_by_every_judge(
    recorded: Path, name: str
) -> None:
    RECORDING.write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n", encoding="utf-8"
    )
    with pytest.raises(TicketbenchError, match="Git LFS pointer") as caught:
        JUDGES[name]()
    assert (caught.value.exit_code, caught.value.problems[0].help) == (2, "git lfs pull")
