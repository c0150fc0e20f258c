"""`rubrics lint` and what `validate` says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forked import ticketbench_in
from small_project import write_project
from ticketbench.report.dictionary.codes import CODES

GOOD = """\
- {name: billing, rubric: "Is the customer asking about an invoice or a refund?"}
- {name: other, rubric: "Is it about anything else?"}
"""
NOTED = GOOD.replace("other", "technical").replace("anything else", "a crash or an error")
WARNED = GOOD.replace('"Is the customer asking about an invoice or a refund?"', '"invoices"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_project(tmp_path)
    for name, text in (("good", GOOD), ("noted", NOTED), ("warned", WARNED)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_good_set_is_one_line_on_stdout(folder: Path) -> None:
    done = ticketbench_in(folder, "rubrics", "lint", "good.yaml", "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "good.yaml: 2 labels, 0 warnings, 0 notes\n"


def test_a_finding_has_its_place_code_and_help(folder: Path) -> None:
    done = ticketbench_in(folder, "rubrics", "lint", "warned.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    first, help_, *_ = done.stdout.splitlines()
    title = "the rubric of 'billing' is no question"
    assert first == f"warned.yaml:1:4: warning: {title}: 'invoices' (TB124)"
    assert help_.startswith("  help: ask what can be answered")
    assert done.stdout.splitlines()[-1] == "warned.yaml: 2 labels, 2 warnings, 0 notes"


@pytest.mark.parametrize(("name", "code"), [("good", 0), ("noted", 0), ("warned", 2)])
def test_strict_ends_with_2_on_a_warning_and_not_on_a_note(
    folder: Path, name: str, code: int
) -> None:
    done = ticketbench_in(folder, "rubrics", "lint", f"{name}.yaml", "--strict")
    assert done.returncode == code
    assert ("note" in done.stdout.splitlines()[0]) or name != "noted"


def test_strict_counts_what_a_config_ignores_in_vain(folder: Path) -> None:
    (folder / "v1.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "v2.yaml").write_text(GOOD, encoding="utf-8")
    config = (folder / "eval.yaml").read_text(encoding="utf-8")
    (folder / "eval.yaml").write_text(f"{config}lint: {{ignore: [TB129]}}\n", encoding="utf-8")
    done = ticketbench_in(folder, "rubrics", "lint", "eval.yaml", "--strict")
    assert done.returncode == 2
    assert "eval.yaml:7:17: warning: TB129 is ignored and never found" in done.stdout


def test_json_has_every_set_with_its_findings(folder: Path) -> None:
    done = ticketbench_in(folder, "rubrics", "lint", "eval.yaml", "noted.yaml", "--json")
    found = json.loads(done.stdout)
    assert found["schema"] == "ticketbench/rubrics-lint@1"
    assert [one["name"] for one in found["data"]["sets"]] == ["v1", "v2", "noted"]
    (placed,) = found["data"]["sets"][2]["findings"]
    assert (placed["finding"]["code"], placed["where"]) == ("TB130", "noted.yaml:1:1")
    assert placed["finding"]["severity"] == "note"


def test_a_key_in_a_rubric_file_is_told_and_not_shown(folder: Path) -> None:
    secret = "sk-0f9e8d7c6b5a4f3e2d1c"
    text = GOOD.replace("anything else", f"anything else {secret}")
    (folder / "good.yaml").write_text(text, encoding="utf-8")
    done = ticketbench_in(folder, "rubrics", "lint", "good.yaml", SCALEDOWN_API_KEY=secret)
    assert done.returncode == 2
    assert secret not in done.stdout + done.stderr


def test_validate_says_the_warnings_and_counts_the_notes(folder: Path) -> None:
    done = ticketbench_in(folder, "validate", "warned.yaml", "noted.yaml")
    assert done.returncode == 0
    assert "at warned.yaml:1:4 (TB124)" in " ".join(done.stderr.split())
    assert "TB130" not in done.stderr
    assert done.stdout.splitlines()[1].endswith("; 1 note in `rubrics lint`")


def test_validate_says_of_a_config_what_lint_says_of_its_sets(folder: Path) -> None:
    done = ticketbench_in(folder, "validate", "eval.yaml")
    told = " ".join(done.stderr.split())
    assert told.count("(TB125)") == 3
    assert "at v1.yaml:1:4 (TB125)" in told


@pytest.mark.parametrize("code", [code for code in CODES if "TB124" <= code <= "TB134"])
def test_every_code_of_lint_is_explained(code: str, tmp_path: Path) -> None:
    done = ticketbench_in(tmp_path, "explain", code)
    assert done.returncode == 0
    assert CODES[code].title in done.stdout
