"""The pytest plugin in a project of its own, in a new process, without any network."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from offline_ci import copied, run
from ticketbench.edge.results.baseline_file import baseline_bytes, read_baseline
from ticketbench.edge.results.ledger import SeenChange
from ticketbench.pytest_plugin import _harmless


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repository = copied(tmp_path_factory.mktemp("sample"))
    config = repository / "configs/support.yaml"
    text = config.read_text("utf-8").replace(
        "{current: rubrics/support.yaml}", "{old: rubrics/old.yaml, current: rubrics/support.yaml}"
    )
    config.write_text(text, encoding="utf-8")
    old = (repository / "edits/harmful.yaml").read_text("utf-8")
    (repository / "configs/rubrics/old.yaml").write_text(old, encoding="utf-8")
    return repository


def under_pytest(sample: Path, code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """pytest over one test module with `code`."""
    (sample / "tests/test_rubrics.py").write_text(code, encoding="utf-8")
    return run(sample, "python", "-m", "pytest", "-p", "no:cacheprovider", *options)


USED = {
    "sets": """
import pytest

@pytest.mark.rubric_set("old")
def test_marked(evaluation):
    assert evaluation.provenance.rubric_set == "old"

def test_last(evaluation):
    assert evaluation.provenance.rubric_set == "current"
""",
    "low": """
def test_low(evaluation):
    assert evaluation.recall("delivery").low > 0.99
""",
    "compared": """
import pytest
from ticketbench import assert_no_regression

def test_first_against_last(comparison):
    assert comparison().accuracy.low > 0
    assert comparison("old", "current").recall("delivery").value > 0

def test_baseline(comparison):
    assert_no_regression(comparison("baseline"))

def test_worse(comparison):
    with pytest.raises(AssertionError, match="old fails a gate of 2.0 points against current"):
        assert_no_regression(comparison("current", "old"))
""",
    "tickets": """
import pytest
from ticketbench import tickets

def test_gate(must_pass_ticket, classify):
    assert classify(must_pass_ticket.text).top_label == must_pass_ticket.label

@pytest.mark.parametrize("case", tickets("datasets/tickets.csv")[:3], ids=lambda c: c.id)
def test_file(case, classify):
    answer = classify(case.text)
    assert answer.top_score == max(answer.scores.values())
    assert answer.outcome in ("route", "review", "escalate")
""",
}


@pytest.fixture(scope="module")
def used(sample: Path) -> str:
    """What pytest prints about the modules of USED."""
    (sample / "tests/test_rubrics.py").unlink()
    for name, code in USED.items():
        (sample / f"tests/test_{name}.py").write_text(code, encoding="utf-8")
    done = run(sample, "python", "-m", "pytest", "-p", "no:cacheprovider", "-v")
    for name in USED:
        (sample / f"tests/test_{name}.py").unlink()
    return done.stdout


def passed(used: str, module: str) -> list[str]:
    return re.findall(rf"^tests/test_{module}\.py::(\S+) PASSED", used, re.M)


def test_the_marker_chooses_the_set_and_the_last_one_is_the_default(used: str) -> None:
    assert passed(used, "sets") == ["test_marked", "test_last"]


def test_a_failed_assertion_prints_value_interval_and_n(used: str) -> None:
    assert re.search(r"= [01]\.\d{3} \[0\.884, [01]\.\d{3}\], n=45\.low", used)
    assert "test_low.py::test_low FAILED" in used


def test_sets_and_the_baseline_are_compared(used: str) -> None:
    assert passed(used, "compared") == ["test_first_against_last", "test_baseline", "test_worse"]


def test_must_pass_tickets_and_files_parametrise(used: str) -> None:
    gate = ["test_gate[t-0001]", "test_gate[t-0002]"]
    file = ["test_file[t-0001]", "test_file[t-0002]", "test_file[t-0003]"]
    assert passed(used, "tickets") == [*gate, *file]


def test_the_summary_tells_what_the_ledger_of_the_baseline_warns_of(sample: Path) -> None:
    path = sample / "configs/baselines/support.json"
    content = path.read_bytes()
    before = read_baseline(path)
    assert before.ledger
    slid = replace(before.ledger, seen=(SeenChange(-0.03, 180),))
    path.write_bytes(baseline_bytes(replace(before, ledger=slid)))
    code = 'def test_each(comparison):\n    assert comparison("baseline")\n'
    told = [under_pytest(sample, code, *on) for on in ((), ("-n", "1"))]
    path.write_bytes(content)
    for done in told:
        assert done.returncode == 0, done.stdout
        assert done.stdout.count("ticketbench: accuracy has slid by 3 points since the pin") == 1
    assert "has slid" not in under_pytest(sample, code).stdout


MISSING = 'def test_other(classify):\n    assert classify("never asked").top_label\n'


def test_missing_answers_skip_loudly_and_fail_when_strict(sample: Path) -> None:
    done = under_pytest(sample, MISSING)
    assert done.returncode == 0
    assert (
        "ticketbench: 1 answer missing for rubric set 'current': 1 because the question was"
        in done.stdout
    )
    strict = under_pytest(sample, MISSING, "--ticketbench-strict")
    assert strict.returncode == 1
    assert "1 answer missing for" in strict.stdout


def test_workers_see_what_one_process_sees_and_write_nothing(sample: Path) -> None:
    code = """
import pytest

@pytest.mark.parametrize("i", range(3))
def test_each(evaluation, comparison, i):
    assert evaluation.accuracy.value > 0.9
    assert comparison("baseline").accuracy.value == 0

def test_must_pass(must_pass_ticket, classify):
    assert classify(must_pass_ticket.text).top_label == "billing"

def test_missing(classify):
    assert classify("never asked").top_label
"""
    before = files(sample)
    alone, many = (under_pytest(sample, code, "-rA", *on) for on in ((), ("-n", "2")))
    assert (alone.returncode, many.returncode) == (1, 1), many.stdout
    outcomes = [sorted(re.findall(r"^[A-Z]+ .*::\S+|^SKIPPED .*", one.stdout, re.M))
                for one in (alone, many)]  # fmt: skip
    assert outcomes[0] == outcomes[1]
    assert [line.split()[0] for line in outcomes[0]] == ["FAILED", *["PASSED"] * 4, "SKIPPED"]
    assert many.stdout.count("\nticketbench: 1 answer missing for rubric set 'current': ") == 1
    assert files(sample) - before <= {"tests/test_rubrics.py"}


def files(folder: Path) -> set[str]:
    """What stands in the folder, but for compiled modules."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


def test_the_mode_auto_asks_and_keeps_the_answer(tmp_path: Path) -> None:
    repository = copied(tmp_path)
    done = under_pytest(repository, MISSING, "--ticketbench-mode", "auto")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    assert (repository / ".ticketbench/answers.sqlite").exists()


def test_the_config_of_the_project_is_found_from_any_folder(sample: Path) -> None:
    code = "def test_any(evaluation):\n    assert evaluation.accuracy.n == 180\n"
    (sample / "tests/test_rubrics.py").write_text(code, encoding="utf-8")
    done = run(sample, "bash", "-c", "cd tests && python -m pytest -p no:cacheprovider")
    assert done.returncode == 0, done.stdout


def test_collecting_loads_nothing_heavy(sample: Path) -> None:
    probe = """
import sys

def pytest_collection_finish(session):
    unwanted = {"pandas", "sklearn", "matplotlib", "requests_cache", "scipy", "numpy"}
    heavy = unwanted & set(sys.modules)
    assert not heavy, heavy
"""
    (sample / "conftest.py").write_text(probe, encoding="utf-8")
    try:
        code = "def test_any(evaluation, comparison, classify):\n    assert evaluation\n"
        done = under_pytest(sample, code, "--collect-only", "-q")
    finally:
        (sample / "conftest.py").unlink()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "ticketbench_config="), "which config?"),
        (("--ticketbench-config", "none.yaml"), "no such file"),
        (("--ticketbench-config", "configs/rubrics/support.yaml"), "a config is a mapping"),
    ],
)
def test_a_config_that_cannot_be_read_is_told_without_a_traceback(
    sample: Path, options: tuple[str, ...], words: str
) -> None:
    done = under_pytest(sample, "def test_any(evaluation):\n    assert evaluation\n", *options)
    assert done.returncode != 0
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


WRONG_NAMES = """
import pytest

@pytest.mark.rubric_set("curent")
def test_set(evaluation):
    assert evaluation

@pytest.mark.rubric_set
def test_marker(evaluation):
    assert evaluation

def test_label(evaluation):
    assert evaluation.recall("delivry").low > 0

def test_metric(evaluation):
    assert evaluation.metric("acuracy").low > 0
"""


@pytest.fixture(scope="module")
def wrong_names(sample: Path) -> dict[str, str]:
    """What pytest says about each test of WRONG_NAMES."""
    said = under_pytest(sample, WRONG_NAMES).stdout
    _, *parts = re.split(r"^_+ (?:ERROR at setup of )?test_(\w+) _+$", said, flags=re.M)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_an_unknown_label_is_told(wrong_names: dict[str, str]) -> None:
    assert "no label is called 'delivry'" in wrong_names["label"]


@pytest.mark.parametrize(("kind", "name"), [("label", "delivery"), ("metric", "accuracy")])
def test_a_wrong_name_in_a_test_is_told_with_the_nearest(
    wrong_names: dict[str, str], kind: str, name: str
) -> None:
    assert f"did you mean {name!r}" in wrong_names[kind]


def test_an_unknown_set_is_told_with_the_nearest_and_none_of_our_code(
    wrong_names: dict[str, str],
) -> None:
    assert "no rubric set 'curent'" in wrong_names["set"]
    assert "'current'" in wrong_names["set"]
    assert "ticketbench/" not in wrong_names["set"]


def test_a_marker_without_a_name_says_how_it_is_written(wrong_names: dict[str, str]) -> None:
    assert "rubric_set(" in wrong_names["marker"]
    assert "ticketbench/" not in wrong_names["marker"]


@pytest.mark.parametrize("fixture", ["evaluation", "must_pass_ticket"])
def test_a_config_that_cannot_be_read_shows_none_of_our_code(sample: Path, fixture: str) -> None:
    code = f"def test_any({fixture}):\n    assert {fixture}\n"
    done = under_pytest(sample, code, "--ticketbench-config", "none.yaml")
    assert done.returncode != 0
    assert "no such file" in done.stdout + done.stderr
    assert "pytest_plugin.py:" not in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["::error::x", "a ##[error]x", "\x1b[31mred\n::error::x"])
def test_what_pytest_prints_of_ours_is_no_command_to_a_runner(text: str) -> None:
    shown = _harmless(text)
    assert not re.search(r"^\s*::|##\[|[\x00-\x1f]", shown)


@pytest.mark.parametrize(
    ("mode", "name", "text"),
    [
        ("masked", "chat [mail]", "by [mail] or [phone]"),
        ("none", "chat [mail]", "(not shown: report.texts)"),
        ("full", "chat anna@example.com", "by anna@example.com or +49 171 3920071"),
    ],
)
def test_a_failed_test_prints_of_a_ticket_what_the_config_lets_be_shown(
    tmp_path: Path, mode: str, name: str, text: str
) -> None:
    repository = copied(tmp_path)
    tickets, config = (
        repository / path for path in ("datasets/tickets.csv", "configs/support.yaml")
    )
    head, *rows = tickets.read_text("utf-8").splitlines()
    label = rows[0].split(",")[-1]
    written = "chat anna@example.com,by anna@example.com or +49 171 3920071"
    tickets.write_text("\n".join([head, *rows, f"{written},{label}\n"]), encoding="utf-8")
    gate = "  - {must_pass: [chat anna@example.com], on: current}\n"
    shown = config.read_text("utf-8").replace("{figures: false}", f"{{texts: {mode}}}")
    config.write_text(shown + gate, encoding="utf-8")
    code = """
def test_any(must_pass_ticket):
    assert must_pass_ticket.text.startswith("never") and len(must_pass_ticket.id) == 21
"""
    done = under_pytest(repository, code, "-vv", "-k", "chat")
    assert done.returncode == 1, done.stdout
    assert f"test_any[{name}] FAILED" in done.stdout
    assert text in done.stdout
    assert ("anna@" in done.stdout) == (mode == "full")
    assert ("3920071" in done.stdout) == (mode == "full")


def test_the_plugin_is_silent_in_a_project_that_does_not_use_it(tmp_path: Path) -> None:
    repository = copied(tmp_path)
    (repository / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
    code = "def test_any():\n    assert True\n"
    assert under_pytest(repository, code).returncode == 0
    assert under_pytest(repository, code, "-p", "no:ticketbench").returncode == 0
