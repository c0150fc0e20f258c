"""Faults of one answer: its ticket is asked again or fails, alone, and the others are scored.

The numbers are those of the rows of the fault matrix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

import canary
from fault_project import (
    POSITIONS,
    Ended,
    FaultProject,
    each_position,
    key_arrived,
    manifest_of,
    report_is_sound,
    speaks_plainly,
)
from fault_server import BAD_ANSWERS, FaultServer, Seen, Step, gzip_bomb
from ticketbench.core.types import FailureKind

GOOD = Step()
HASTY_S, PATIENT_S = 0.4, 20.0
"""Faults that are seen by their time alone are seen soon. Any other answer is waited for: on a busy
machine a good one may take longer than a short limit, and would be asked for once more."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the matrix in one of its forms: what a ticket gets, and what is said about it.

    `attempts` is how often a ticket is asked about while the fault lasts.
    """

    row: int
    name: str
    step: Step
    kind: FailureKind
    says: str
    attempts: int = 4
    status: int = 0

    @property
    def timeout_s(self) -> float:
        """How long a request may take where this fault is tested."""
        slow = self.step.stall or self.step.drip_s or self.step.head_drip_s
        return HASTY_S if slow else PATIENT_S


def _answers(row: int, says: str, attempts: int, *names: str) -> Iterator[Fault]:
    """Rows whose fault is in the body of an answer with status 200."""
    for name in names:
        yield Fault(row, name, Step(body=BAD_ANSWERS[name]), "contract", says, attempts, 200)


def _statuses(row: int, attempts: int, *statuses: int) -> Iterator[Fault]:
    for status in statuses:
        step = Step(status, b'{"detail": "not today"}')
        says = f'status {status}: {{"detail": "not today"}}'
        yield Fault(row, f"{status}", step, "http", re.escape(says), attempts, status)


NOT_JSON = "not valid UTF-8 JSON"
RANGE = r"is not within \[0, 1\]"
LIST = "'labels' does not match 'scores'"
PORTAL = Step(body=b"<html>Sign in</html>", content_type="text/html; charset=utf-8")

FAULTS = [
    Fault(3, "stall", Step(stall=True), "timeout", "no answer in time"),
    Fault(4, "body", Step(drip_s=0.15), "timeout", "too slowly", 2),
    Fault(4, "status_line", Step(head_drip_s=0.15), "timeout", "too slowly|in time", 2),
    Fault(4, "headers", Step(head_drip_s=0.015), "timeout", "too slowly|in time", 2),
    Fault(5, "reset", Step(reset=True), "network", "."),
    Fault(5, "closed", Step(drop=True), "network", "."),
    Fault(6, "cut", Step(cut=10), "network", "."),
    Fault(6, "reset", Step(cut=10, reset=True), "network", "."),
    Fault(7, "close", Step(framing="close", cut=10), "contract", NOT_JSON, status=200),
    Fault(8, "chunked", Step(framing="chunked", cut=10), "network", "."),
    Fault(8, "chunked_reset", Step(framing="chunked", cut=10, reset=True), "network", "."),
    *_statuses(9, 4, 500, 502, 503, 504),
    *_statuses(10, 4, 429),
    Fault(11, "no_date", Step(429, b"", {"Retry-After": "soon"}), "http", "429", status=429),
    Fault(11, "negative", Step(503, b"", {"Retry-After": "-5"}), "http", "503", status=503),
    *_statuses(12, 1, 400, 413, 422),
    Fault(16, "page", PORTAL, "contract", r"a page \(text/html", status=200),
    *_answers(17, "no object 'scores'", 4, "error_object", "no_scores", "scores_is_a_list"),
    *_answers(17, "no object 'scores'", 4, "scores_is_null", "root_is_a_list", "root_is_null"),
    *_answers(18, NOT_JSON, 4, "not_json", "empty", "half_an_answer", "two_answers", "not_utf_8"),
    *_answers(18, NOT_JSON, 4, "byte_order_mark", "utf_16", "utf_32"),
    *_answers(19, "holds NaN", 1, "nan_score"),
    *_answers(19, "holds -?Infinity", 1, "infinite_score", "minus_infinite_score"),
    *_answers(19, RANGE, 1, "score_1e999"),
    *_answers(20, "holds a key twice", 1, "label_twice", "scores_twice", "top_label_twice"),
    *_answers(21, "larger than 1 MB", 1, "too_large", "far_too_large"),
    Fault(21, "gzip_bomb", gzip_bomb(), "contract", "larger than 1 MB", 1, 200),
    *_answers(22, "nested too deeply", 1, "deep_nesting", "deep_nesting_of_objects"),
    *_answers(23, "no score for", 1, "missing_label", "other_spelling"),
    *_answers(24, "not asked for: 'account'", 1, "extra_label"),
    *_answers(24, LIST, 1, "list_has_a_label_twice", "list_has_another_label"),
    *_answers(25, "is not a number", 1, "string_score", "true_score", "false_score"),
    *_answers(25, "is not a number", 1, "null_score", "list_score"),
    *_answers(25, RANGE, 1, "negative_score", "slightly_negative_score", "score_over_1"),
    *_answers(25, RANGE, 1, "score_of_400_digits", "score_of_5000_digits"),
    *_answers(27, "sum to 0.98, not to 1", 1, "sum_too_low"),
    *_answers(27, "sum to .*, not to 1", 1, "sum_too_high", "sum_off_in_three_decimals"),
    *_answers(27, "sum to .*, not to 1", 1, "sum_off_in_full_precision", "sum_of_0"),
    *_answers(28, "another label scores higher", 1, "top_label_not_arg_max"),
    *_answers(28, "top_label is not one", 1, "top_label_unknown", "top_label_null"),
    *_answers(30, LIST, 1, "list_disagrees", "list_too_short", "list_without_scores"),
]
PASSING = [fault for fault in FAULTS if fault.attempts > 1]
ONE_PER_ROW = list({fault.row: fault for fault in reversed(FAULTS)}.values())[::-1]
ONE_PER_KIND = list({(f.kind, f.status): f for f in reversed(ONE_PER_ROW)}.values())[::-1]
AT_ONCE = "first, middle and last"
PLACES = {**{name: (number,) for name, number in POSITIONS.items()}, AT_ONCE: POSITIONS.values()}


def placed(faults: list[Fault]) -> list[Any]:
    """Each fault with where it strikes: a row's first form at three places, each in a run of its
    own; its other forms at all three in one run. One in the middle stands for its row; the others
    belong to the whole grid.
    """
    alone = [fault for fault in faults if fault in ONE_PER_ROW]
    others = [fault for fault in faults if fault not in ONE_PER_ROW]
    placed = [(f, p) for f in alone for p in POSITIONS] + [(f, AT_ONCE) for f in others]
    return [
        pytest.param(fault, place, marks=[] if place == "middle" else pytest.mark.attack)
        for fault, place in placed
        # A page in place of one of the first answers stops the run: test_refusals.py.
        if (fault.row, place) != (16, "first")
    ]


def shown(value: object) -> str:
    return f"row{value.row}-{value.name}" if isinstance(value, Fault) else str(value)


@pytest.mark.parametrize(("fault", "place"), placed(FAULTS), ids=shown)
def test_a_fault_that_lasts_fails_its_ticket_alone(
    project: FaultProject, fault: Fault, place: str
) -> None:
    numbers = PLACES[place]
    project.wait(fault.timeout_s)
    project.server.in_turn({project.text(number): (fault.step,) for number in numbers})
    error = project.ends_with(3)
    assert f"the first: t{min(numbers)} ({fault.kind}, " in str(error)
    for failure in report_is_sound(project, dict.fromkeys(numbers, fault.kind)):
        assert failure.status == fault.status
        assert re.search(fault.says, failure.detail), failure.detail
    for number in numbers:
        asked = len(project.server.requests_for(project.text(number)))
        assert asked == fault.attempts * len(project.sets)


@pytest.mark.parametrize(("fault", "place"), placed(PASSING), ids=shown)
def test_a_fault_that_passes_costs_one_request_more(
    project: FaultProject, fault: Fault, place: str
) -> None:
    texts = [project.text(number) for number in PLACES[place]]
    project.wait(fault.timeout_s)
    project.server.in_turn(dict.fromkeys(texts, (fault.step, GOOD)))
    assert project.run().results.n_failed == 0
    report_is_sound(project, {})
    for text in texts:
        assert len(project.server.requests_for(text)) == 2 * len(project.sets)
    more = len(texts)
    assert manifest_of(project.out)["requests"] == (project.n + more) * len(project.sets)


@pytest.mark.parametrize("fault", ONE_PER_KIND, ids=shown)
def test_a_failed_ticket_can_be_accepted_and_only_it_is_asked_again(
    project: FaultProject, fault: Fault
) -> None:
    number = POSITIONS["middle"]
    project.wait(fault.timeout_s)
    project.server.in_turn({project.text(number): (fault.step,)})
    assert project.run(allow_failures=1).results.n_failed == 1
    report_is_sound(project, {number: fault.kind})
    project.server.in_turn({})
    project.server.seen.clear()
    assert project.run().results.n_failed == 0
    assert [seen.text for seen in project.server.seen] == [project.text(number)]
    report_is_sound(project, {})


@dataclass(frozen=True, slots=True)
class Commanded:
    """What the command made of a row: one ticket whose fault passes, and one whose fault lasts."""

    project: FaultProject
    ended: Ended


@pytest.fixture(scope="module")
def commanded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Commanded]]:
    """The command on every row, a few at a time: most of their time they wait to ask again."""
    environment = pytest.MonkeyPatch()
    environment.setenv("SCALEDOWN_API_KEY", canary.KEY)

    def one(fault: Fault) -> Commanded:
        with FaultServer() as server:
            project = FaultProject(tmp_path_factory.mktemp(f"row{fault.row}"), server)
            project.wait(fault.timeout_s)
            passes, lasts = (project.text(i) for i in (7, 9))
            server.in_turn({passes: (fault.step, GOOD), lasts: (fault.step,)})
            return Commanded(project, project.command())

    with ThreadPoolExecutor(4) as pool:
        found = pool.map(one, ONE_PER_ROW)
        yield {fault.row: done for fault, done in zip(ONE_PER_ROW, found, strict=True)}
    environment.undo()


@pytest.mark.parametrize("fault", ONE_PER_ROW, ids=shown)
def test_the_command_scores_the_rest_and_names_the_ticket(
    commanded: dict[int, Commanded], fault: Fault
) -> None:
    project, ended = commanded[fault.row].project, commanded[fault.row].ended
    failed = {7: fault.kind, 9: fault.kind} if fault.attempts == 1 else {9: fault.kind}
    assert ended.code == 3
    speaks_plainly(ended, str(project.out), f"({fault.kind}, ", "--allow-failures")
    assert f"{len(failed)} ticket" in ended.err
    report_is_sound(project, failed)
    assert len(project.server.requests_for(project.text(9))) == fault.attempts
    assert canary.places(project.folder) == []
    key_arrived(project.server.seen)


def _in_two_seconds() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)


WAITS = {
    "row10-429": (429, lambda: "1", 1.0),
    "row10-503": (503, lambda: "1", 1.0),
    "row10-date": (429, _in_two_seconds, 0.9),  # whole seconds: between one and two
    "row11-fraction": (429, lambda: "1.5", 1.5),
}


@pytest.mark.parametrize("name", WAITS)
def test_a_wait_that_the_server_asks_for_is_kept(project: FaultProject, name: str) -> None:
    status, asks, least_s = WAITS[name]
    texts = [project.text(number) for number in POSITIONS.values()]
    project.wait(PATIENT_S)

    def plan(seen: Seen) -> Step:
        first = seen.text in texts and len(project.server.requests_for(seen.text)) == 1
        return Step(status, b"", {"Retry-After": asks()}) if first else GOOD

    project.server.plan = plan
    assert project.run().results.n_failed == 0
    for text in texts:
        first, second = project.server.requests_for(text)
        assert second.at - first.at >= least_s
    report_is_sound(project, {})


TEXT = "<script>alert(1)</script> \x1b[31mred " + "x" * 5000


@each_position
def test_row12_what_a_server_says_is_capped_and_escaped(
    project: FaultProject, position: str
) -> None:
    number = POSITIONS[position]
    project.server.in_turn({project.text(number): (Step(422, TEXT.encode()),)})
    project.ends_with(3)
    page = (project.out / "index.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    for failure in report_is_sound(project, {number: "http"}):
        assert len(failure.detail) < 300
        assert failure.detail.isprintable()
    for path in project.out.rglob("*"):
        assert path.is_dir() or b"\x1b" not in path.read_bytes()


def test_row21_an_answer_that_unpacks_to_200_mb_takes_no_memory(project: FaultProject) -> None:
    peak = Path("/proc/self/clear_refs")
    if not peak.exists():
        pytest.skip("the system does not tell the peak of a process's memory")
    project.run()
    numbers = POSITIONS.values()
    project.server.in_turn({project.text(number): (gzip_bomb(),) for number in numbers})
    before = _peak_kb(peak)
    project.ends_with(3, mode="refresh")
    assert _peak_kb(None) - before < 20_000
    report_is_sound(project, dict.fromkeys(numbers, "contract"))


def _peak_kb(reset: Path | None) -> int:
    """The largest memory of this process, since it is forgotten here or was the last time."""
    if reset is not None:
        reset.write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])
