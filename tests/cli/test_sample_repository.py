"""What a user's CI sees: tests/sample_repository with one rubric edited, judged without network."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from offline_ci import SAMPLE, copied, run
from ticketbench.edge.engines.lexical import classify
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.flow.gates.under_test import UnderTest

CONFIG, RUBRICS = "configs/support.yaml", "configs/rubrics/support.yaml"
RECORDED = ("", "harmless", "harmful", "inconclusive")
EDITS = (*RECORDED, "unrecorded")
BASELINE = "configs/baselines/support.json"
RECORDING = "configs/recordings/support.jsonl"
MADE = ("out/gate.json", "out/gate.md", "out/gate.xml")


@dataclass(frozen=True)
class CiRun:
    """What ci.sh left behind."""

    repository: Path
    done: subprocess.CompletedProcess[str]

    @property
    def codes(self) -> tuple[int, int]:
        """Exit codes of pytest and of the gate."""
        pytest_code, gate_code = re.findall(r"^(?:pytest|gate): (\d+)$", self.done.stdout, re.M)
        return int(pytest_code), int(gate_code)

    @property
    def gate(self) -> dict[str, Any]:
        """The data of gate.json."""
        data: dict[str, Any] = json.loads((self.repository / "out/gate.json").read_bytes())["data"]
        return data

    @property
    def annotations(self) -> list[str]:
        return [line for line in self.done.stdout.splitlines() if line.startswith("::")]


@pytest.fixture(scope="module")
def ci(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CiRun]:
    """ci.sh after each edit, in a copy of its own."""
    folder = tmp_path_factory.mktemp("edits")

    def after(edit: str) -> CiRun:
        repository = copied(folder / (edit or "unedited"), edit or None)
        return CiRun(repository, run(repository, "bash", "ci.sh"))

    with ThreadPoolExecutor(2) as two:
        return dict(zip(EDITS, two.map(after, EDITS), strict=True))


def tickets() -> list[dict[str, str]]:
    with (SAMPLE / "datasets" / "tickets.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def answers(rubrics: Path) -> dict[str, dict[str, float]]:
    """What the lexical engine answers, ticket by ticket."""
    asked = [(one.label, one.text) for one in read_rubrics(rubrics).rubrics]
    return {ticket["id"]: classify(ticket["text"], asked) for ticket in tickets()}


def wrong(rubrics: Path) -> set[str]:
    """Tickets whose best score is not that of their label; the first label wins a tie."""
    gold = {ticket["id"]: ticket["label"] for ticket in tickets()}
    found = answers(rubrics).items()
    return {own for own, scores in found if max(scores, key=scores.__getitem__) != gold[own]}


def rubrics_of(edit: str) -> Path:
    return SAMPLE / "edits" / f"{edit}.yaml" if edit else SAMPLE / RUBRICS


def broken_by(edit: str) -> set[str]:
    return wrong(rubrics_of(edit)) - wrong(rubrics_of(""))


def lines_of_rubric(label: str, rubrics: Path) -> range:
    """The lines, from 1, on which the rubric of `label` stands."""
    lines = rubrics.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"- name: {label}") + 1
    return range(start, start + 2)


@pytest.mark.parametrize(
    ("edit", "outcome", "codes"),
    [
        ("", "pass", (0, 0)),
        ("harmless", "pass", (0, 0)),
        ("inconclusive", "undecided", (0, 0)),
        ("harmful", "fail", (1, 1)),
        ("unrecorded", "incomplete", (0, 3)),
    ],
    ids=lambda value: value or "unedited" if isinstance(value, str) else "",
)
def test_each_edit_gets_its_verdict_and_exit_codes(
    ci: dict[str, CiRun], edit: str, outcome: str, codes: tuple[int, int]
) -> None:
    found = ci[edit]
    assert found.codes == codes
    assert found.done.returncode == codes[1]
    assert found.gate["verdict"]["outcome"] == outcome


def test_the_edits_are_what_their_names_say() -> None:
    assert broken_by("harmless") == set()
    assert len(broken_by("harmful")) > 20
    assert 0 < len(broken_by("inconclusive")) < 6
    texts = [rubrics_of(edit).read_text(encoding="utf-8").splitlines() for edit in EDITS]
    changed = [sum(a != b for a, b in zip(texts[0], other, strict=True)) for other in texts[1:]]
    assert changed == [1, 1, 1, 1]


def test_an_unedited_repository_has_no_annotation(ci: dict[str, CiRun]) -> None:
    assert ci[""].annotations == []
    assert ci["harmless"].annotations == []


@pytest.mark.parametrize("edit", ["harmful", "inconclusive"])
def test_the_tickets_that_an_edit_broke_are_named(ci: dict[str, CiRun], edit: str) -> None:
    (against,) = ci[edit].gate["report"]["comparisons"]
    flips = against["comparison"]["flips"]
    assert {flip["ticket_id"] for flip in flips if flip["kind"] == "broken"} == broken_by(edit)
    shown = set(re.findall(r"t-\d{4}", (ci[edit].repository / "out/gate.md").read_text("utf-8")))
    assert shown <= broken_by(edit)
    assert len(shown) >= min(10, len(broken_by(edit)))


def test_a_harmful_edit_is_annotated_on_the_edited_rubric(ci: dict[str, CiRun]) -> None:
    lines = lines_of_rubric("delivery", SAMPLE / "edits" / "harmful.yaml")
    places = [re.match(r"::(\w+) file=([^,]+),line=(\d+),", a) for a in ci["harmful"].annotations]
    on_rubric = [p[1] for p in places if p and p[2] == RUBRICS and int(p[3]) in lines]
    assert on_rubric == ["error", "notice"]
    notice = ci["harmful"].annotations[-1]
    assert "22 broken" in notice
    assert "{+shipping+}" in notice


def test_a_must_pass_ticket_is_annotated_on_its_line_of_the_dataset(ci: dict[str, CiRun]) -> None:
    number = [ticket["id"] for ticket in tickets()].index("t-0002") + 2
    start = f"::error file=datasets/tickets.csv,line={number},title=ticketbench::must pass"
    assert [a for a in ci["harmful"].annotations if a.startswith(start)] != []


def test_an_inconclusive_gate_warns_at_its_line_in_the_config(ci: dict[str, CiRun]) -> None:
    lines = (SAMPLE / CONFIG).read_text(encoding="utf-8").splitlines()
    number = next(i for i, line in enumerate(lines, 1) if "metric: accuracy" in line)
    warning = ci["inconclusive"].annotations[0]
    assert warning.startswith(f"::warning file={CONFIG},line={number},")
    assert re.search(r"about [\d,]+ fresh tickets would settle it", warning)


def test_a_failing_rubric_test_prints_value_interval_and_n(ci: dict[str, CiRun]) -> None:
    said = ci["harmful"].done.stdout
    assert re.search(r"0\.489 \[0\.350, 0\.630\], n=45", said)
    assert "1 fixed, 23 broken on 180 paired tickets" in said
    failed = re.findall(r"^FAILED tests/test_rubrics\.py::(\S+)", said, re.M)
    assert failed == [
        "test_deliveries_are_found",
        "test_no_worse_than_in_production",
        "test_must_pass[t-0002]",
    ]


def test_an_edit_without_stored_answers_says_how_many_are_needed(ci: dict[str, CiRun]) -> None:
    found = ci["unrecorded"]
    assert found.gate["verdict"]["headline"].startswith(
        "180 answers missing: 180 because the rubric"
    )
    assert "180 answers missing" in found.done.stderr
    (annotation,) = found.annotations
    assert annotation.startswith(f"::error file={CONFIG},")
    assert "180 answers missing" in annotation
    assert "4 skipped" in found.done.stdout
    assert "ticketbench: 180 answers missing for rubric set 'current'" in found.done.stdout


def test_missing_answers_only_warn_where_a_fork_cannot_have_them(ci: dict[str, CiRun]) -> None:
    done = run(ci["unrecorded"].repository, "ticketbench", "gate", CONFIG, "--missing", "warn")
    assert done.returncode == 0
    assert done.stdout.startswith("No gate was judged: 180 answers missing")
    assert "INCOMPLETE" not in done.stderr


def test_strict_rubric_tests_fail_for_missing_answers(ci: dict[str, CiRun]) -> None:
    strict = ("python", "-m", "pytest", "--ticketbench-strict")
    done = run(ci["unrecorded"].repository, *strict)
    assert done.returncode == 1
    assert "skipped" not in done.stdout
    assert done.stdout.count("180 answers missing") >= 2


def test_an_undecided_gate_fails_where_it_is_asked_to(ci: dict[str, CiRun]) -> None:
    repository = ci["inconclusive"].repository
    done = run(repository, "ticketbench", "gate", CONFIG, "--undecided", "fail")
    assert done.returncode == 3


def test_the_junit_file_has_a_case_for_each_gate(ci: dict[str, CiRun]) -> None:
    (failed,) = JUnitXml.fromfile(str(ci["harmful"].repository / "out/gate.xml"))
    assert (failed.tests, failed.failures, failed.skipped) == (4, 3, 0)
    (unsure,) = JUnitXml.fromfile(str(ci["inconclusive"].repository / "out/gate.xml"))
    assert (unsure.tests, unsure.failures, unsure.skipped) == (4, 0, 1)
    (missing,) = JUnitXml.fromfile(str(ci["unrecorded"].repository / "out/gate.xml"))
    assert (missing.tests, missing.failures, missing.skipped) == (1, 1, 0)


def files(folder: Path) -> dict[str, bytes]:
    """What stands in the folder, but for what Python and pytest keep there."""
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    kept = {n: p for n, p in found.items() if not {"__pycache__", ".pytest_cache"} & set(p.parts)}
    return {name: path.read_bytes() for name, path in kept.items()}


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit or "unedited")
def test_ci_writes_the_files_it_names_and_no_other(ci: dict[str, CiRun], edit: str) -> None:
    before = files(SAMPLE) | {RUBRICS: rubrics_of(edit).read_bytes()}
    left = files(ci[edit].repository)
    assert set(left) - set(before) == set(MADE)
    assert {name: left[name] for name in before} == before


def test_gating_twice_writes_the_same_bytes(ci: dict[str, CiRun], tmp_path: Path) -> None:
    first, again = ci["harmful"], copied(tmp_path, "harmful")
    forms = ("github", "markdown=out/gate.md", "junit=out/gate.xml", "json=out/gate.json")
    options = [f"--format={form}" for form in forms]
    done = run(again, "ticketbench", "gate", CONFIG, *options, PYTHONHASHSEED="7")
    assert done.stdout.splitlines() == first.annotations
    before, after = files(first.repository), files(again)
    assert {name: after[name] for name in MADE} == {name: before[name] for name in MADE}


@pytest.mark.parametrize("edit", RECORDED, ids=lambda edit: edit or "unedited")
def test_the_recording_holds_what_the_engine_answers(edit: str, tmp_path: Path) -> None:
    stored = UnderTest(copied(tmp_path, edit or None) / CONFIG)
    expected = answers(rubrics_of(edit))
    for ticket in tickets():
        assert stored.answer(ticket["text"]).scores == expected[ticket["id"]]


def test_the_baseline_made_anew_has_the_committed_bytes(tmp_path: Path) -> None:
    repository = copied(tmp_path)
    (repository / BASELINE).unlink()
    done = run(repository, "ticketbench", "baseline", "bless", CONFIG)
    assert done.returncode == 0, done.stderr
    assert (repository / BASELINE).read_bytes() == (SAMPLE / BASELINE).read_bytes()


def test_asking_and_exporting_lets_an_edited_rubric_be_judged(tmp_path: Path) -> None:
    repository = copied(tmp_path, "unrecorded")
    for command in (("run", CONFIG), ("cache", "export", CONFIG)):
        done = run(repository, "ticketbench", *command)
        assert done.returncode == 0, done.stderr
    _, *answers = (repository / RECORDING).read_text("utf-8").splitlines()
    assert len(answers) == len(tickets())
    (repository / ".ticketbench" / "answers.sqlite").unlink()
    gate = run(repository, "ticketbench", "gate", CONFIG)
    assert (gate.returncode, gate.stdout[:15]) == (0, "4 gates passed.")


def test_the_sample_repository_is_small_and_names_no_machine() -> None:
    contents = files(SAMPLE)
    assert sum(map(len, contents.values())) < 400_000
    places = re.compile(rb"/(?:home|root|tmp|Users|work)/")
    assert [name for name, content in contents.items() if places.search(content)] == []


def test_a_process_that_reaches_for_the_network_is_stopped(tmp_path: Path) -> None:
    repository = copied(tmp_path)
    for call in ("getaddrinfo('localhost', 80)", "socket().connect(('127.0.0.1', 9))"):
        done = run(repository, "python", "-c", f"import socket; socket.{call}")
        assert done.returncode == 1
        assert "reached for the network" in done.stderr
