"""Commands printed to be pasted name the report where the set alone does not lead to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_project import write_project
from ticketbench.cli.paste import check_rubrics_command, errors_command, join_command
from ticketbench.flow.report.folder import named_report
from ticketbench.flow.run import run


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the latest report, reports/eval, and another one beside, elsewhere."""
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path)
    run(Path("eval.yaml"))
    run(Path("eval.yaml"), out=Path("elsewhere"))
    return tmp_path


def test_the_latest_report_is_named_by_its_set_and_another_one_by_its_folder(reports: Path) -> None:
    latest, other = Path("reports/eval"), Path("elsewhere")
    assert errors_command("v2", kind="broken", out=latest) == [
        "ticketbench", "errors", "v2", "--kind", "broken",
    ]  # fmt: skip
    assert errors_command("v2", out=latest.absolute())[2:] == ["v2"]
    assert errors_command("v2", label="billing", against="v1", out=other)[2:] == [
        "elsewhere:v2", "--label", "billing", "--against", "v1",
    ]  # fmt: skip
    assert named_report("elsewhere:v2") == (other, "v2")


def test_a_folder_called_like_the_set_does_not_take_its_place(reports: Path) -> None:
    (reports / "v2").mkdir()
    assert errors_command("v2", out=Path("reports/eval"))[2:] == ["reports/eval:v2"]


def test_without_any_report_in_reports_the_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert errors_command("v2", out=Path("r"))[2:] == ["r:v2"]


def test_a_set_that_begins_with_a_dash_stands_behind_the_options() -> None:
    assert errors_command("-v2", kind="fixed")[2:] == ["--kind", "fixed", "--", "-v2"]


def test_commands_about_rubrics_keep_what_was_set_before_labels_that_begin_with_a_dash() -> None:
    of, given = Path("eval.yaml"), ["rubric_sets.v3=v3.yaml"]
    words = ["eval.yaml", "--on", "v3", "--set", "rubric_sets.v3=v3.yaml"]
    assert check_rubrics_command(of, "v3", overrides=given)[3:] == words
    assert join_command(of, "v3", "-a", "b", overrides=given)[3:] == [*words, "--", "-a", "b"]
