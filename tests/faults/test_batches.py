"""Batches that go wrong, rows 32 and 33 of the matrix: what each fault becomes.

A question is never asked twice without a word: what a server may have is taken up, or named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import repeat
from typing import Any

import pytest

from batch_faults import (
    ECHOES,
    EVERY,
    FAULTS,
    LOST,
    REFUSED,
    STOPPED,
    TOLD,
    Fault,
    each,
    shown,
)
from batch_server import FaultyBatches, Kind, Turn, by_line, id_of, said
from fault_project import (
    FaultProject,
    N,
    binding,
    key_arrived,
    report_is_sound,
    results_of,
    speaks_plainly,
)
from fault_server import FaultServer, Step
from ticketbench.core.errors import IncompleteError
from ticketbench.core.shapes.batch import question_of
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.batches import every_batch, uploads
from ticketbench.edge.batches import server as batch_api
from ticketbench.flow.answers.recordings import export_recording
from ticketbench.flow.steps.sources.batches import BatchWishes

BATCH = BatchWishes(use=True)


@pytest.fixture
def server() -> Iterator[FaultyBatches]:
    with FaultyBatches() as running:
        yield running
        key_arrived(running.seen)


@pytest.fixture
def project(tmp_path: Any, server: FaultyBatches, monkeypatch: pytest.MonkeyPatch) -> FaultProject:
    """Twelve tickets in one batch, which is looked for without much of a wait."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(*binding(server.url))
    monkeypatch.setattr(every_batch, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(every_batch, "LONGEST_WAIT_S", 0.02)
    monkeypatch.setattr(batch_api, "MOST_OUTPUT_BYTES", 2_000_000)
    return FaultProject(tmp_path, server)


def ends_as_told(project: FaultProject, fault: Fault) -> None:
    """Checks the run, its report where there is one, and what it says."""
    if fault.code == 0:
        project.run(batches=BATCH)
    else:
        error = project.ends_with(fault.code, batches=BATCH)
    if fault.code == 4:
        assert re.search(fault.says, str(error))
        assert not project.out.exists()
        assert project.stored() == {}
        return
    failures = report_is_sound(project, fault.failed)
    assert all(re.search(fault.says, failure.detail) for failure in failures), failures


def asked_in(upload: Any) -> list[str]:
    """The texts that an upload asks about."""
    bodies = (question_of(json.loads(line)).body for line in upload.body.splitlines())
    return [json.loads(body)["text"] for body in bodies]


def open_ids(project: FaultProject) -> list[str]:
    with AnswerCache(project.cache) as cache:
        return [batch.id for batch in cache.open_batches()]


@each(FAULTS)
def test_a_fault_becomes_what_the_table_says_and_nothing_is_asked_twice(
    project: FaultProject, server: FaultyBatches, fault: Fault
) -> None:
    server.turns(fault.kind, fault.turns)
    ends_as_told(project, fault)
    answered = set(EVERY) - fault.failed.keys() if fault.code != 4 else set()
    assert len(project.stored()) == len({project.text(i) for i in answered})
    server.turn(fault.kind)
    project.run(batches=BATCH)
    report_is_sound(project, {})
    assert len(server.uploads) == fault.asks
    if fault.code == 3:
        assert asked_in(server.uploads[1]) == [project.text(i) for i in fault.failed]
    assert open_ids(project) == []


@pytest.mark.parametrize("kind", ["upload", "state", "output"])
def test_a_redirect_of_a_batch_is_not_followed(
    project: FaultProject, server: FaultyBatches, kind: Kind
) -> None:
    with FaultServer() as other:
        server.turn(kind, Step(307, b"", {"Location": other.url}))
        project.ends_with(4, batches=BATCH)
        assert other.seen == []


def test_an_id_that_a_server_gives_twice_stops_the_run_until_both_are_forgotten(
    two_batches: FaultProject, server: FaultyBatches
) -> None:
    server.turn("upload", said(batch_id="b1"), said(batch_id="b1"))
    error = two_batches.ends_with(4, batches=BATCH)
    assert "batch b1 holds none of these questions" in str(error)
    assert open_ids(two_batches) == ["b1", "b1"]
    two_batches.run(batches=BatchWishes(use=True, forget=True))
    report_is_sound(two_batches, {})
    assert open_ids(two_batches) == []


def named(batch_id: str) -> BatchWishes:
    return BatchWishes(use=True, resume=(batch_id,))


@each(LOST)
def test_an_upload_whose_id_was_not_seen_is_never_sent_again_without_a_word(
    project: FaultProject, server: FaultyBatches, fault: Fault
) -> None:
    server.turns(fault.kind, fault.turns)
    for _ in range(2):
        error = project.ends_with(4, batches=BATCH)
        assert re.search("12 questions, .* may have arrived, but its id was not seen", str(error))
        assert "--resume-batch ID" in error.problems[0].help
        assert "--forget-batch" in error.problems[0].help
        assert len(server.uploads) == 1
    project.run(batches=named("b1"))
    report_is_sound(project, {})
    assert len(server.uploads) == 1
    assert open_ids(project) == []


@pytest.mark.parametrize("way", ["drop", "before_it_is_read"])
def test_an_upload_that_was_lost_is_sent_again_when_it_is_told_to_be_forgotten(
    project: FaultProject, server: FaultyBatches, way: str
) -> None:
    if way == "drop":
        server.turn("upload", Step(drop=True))
    else:
        server.hang_up()
    assert "its id was not seen" in str(project.ends_with(4, batches=BATCH))
    project.run(batches=BatchWishes(use=True, forget=True))
    report_is_sound(project, {})
    assert len(server.uploads) == 1 + (way == "drop")
    assert open_ids(project) == []


def test_a_batch_that_is_never_over_is_waited_for_until_the_deadline(
    project: FaultProject, server: FaultyBatches
) -> None:
    server.turns("state", repeat(said(status="queued")))
    late = ["endpoint.batch_timeout_s=1"]
    error = project.ends_with(3, batches=BATCH, overrides=late)
    assert "batch b1 is not finished after 1 s" in str(error)
    assert "--resume-batch b1" in str(error)
    assert "12 answers missing" in str(error)
    assert open_ids(project) == ["b1"]
    server.turn("state")
    project.run(batches=BATCH)
    report_is_sound(project, {})
    assert len(server.uploads) == 1


def test_answers_under_exchanged_ids_are_those_of_the_other_ticket(
    project: FaultProject, server: FaultyBatches
) -> None:
    """Ids are all there is: where labels are the same ones, nothing can tell."""

    def exchanged(lines: list[bytes]) -> list[bytes]:
        first, second = id_of(lines[0]), id_of(lines[1])
        swapped = [lines[0].replace(first, second), lines[1].replace(second, first)]
        return [*swapped, *lines[2:]]

    server.turn("output", by_line(exchanged))
    project.expected = {0: project.scores(1), 1: project.scores(0)}
    project.run(batches=BATCH)
    report_is_sound(project, {})


def test_exchanged_ids_of_two_rubric_sets_are_seen_by_their_labels(
    project: FaultProject, server: FaultyBatches
) -> None:
    """Two sets of one run stand in one batch."""
    project.sets = ("v1", "v2")
    project.point_to(server.url)
    v2 = project.folder / "v2.yaml"
    v2.write_text((project.folder / "v1.yaml").read_text() + '- {name: other, rubric: "Else?"}\n')

    def exchanged(lines: list[bytes]) -> list[bytes]:
        first, other = id_of(lines[0]), id_of(lines[N])
        lines[0], lines[N] = lines[0].replace(first, other), lines[N].replace(other, first)
        return lines

    server.turn("output", by_line(exchanged))
    error = project.ends_with(3, batches=BATCH)
    assert len(server.uploads) == 1
    assert "2 answers of 1 ticket failed" in str(error)
    assert "scores for labels that were not asked for: 'other'" in str(error)


@pytest.mark.parametrize(
    ("kind", "turn", "says"),
    [("output", TOLD[0].turns, "1 line of the output answered no question"),
     ("upload", (said(total_count=11),), "counted 1 line more or less than were sent")],
    ids=["a_line_of_nobody", "total_count_too_low"],
)  # fmt: skip
def test_a_batch_that_comes_back_other_than_it_was_sent_is_a_finding(
    project: FaultProject, server: FaultyBatches, kind: Kind, turn: Iterable[Turn], says: str
) -> None:
    server.turns(kind, turn)
    project.run(batches=BATCH)
    report_is_sound(project, {})
    found = results_of(project.out)["findings"]
    assert [says in one["evidence"] for one in found if one["code"] == "TB313"] == [True]


@pytest.fixture
def two_batches(project: FaultProject, monkeypatch: pytest.MonkeyPatch) -> FaultProject:
    """The project, with at most six questions in a batch."""
    monkeypatch.setattr(uploads, "MOST_LINES", 6)
    return project


def test_what_one_batch_answered_is_kept_when_another_is_not_over_in_time(
    two_batches: FaultProject, server: FaultyBatches
) -> None:
    def second_is_late(right: bytes) -> bytes:
        return right.replace(b"completed", b"processing") if b'"b2"' in right else right

    server.turns("state", repeat(second_is_late))
    error = two_batches.ends_with(3, batches=BATCH, overrides=["endpoint.batch_timeout_s=1"])
    assert "batch b2 is not finished after 1 s" in str(error)
    assert "6 answers missing" in str(error)
    assert len(two_batches.stored()) == 6
    assert open_ids(two_batches) == ["b2"]
    server.turn("state")
    two_batches.run(batches=BATCH)
    report_is_sound(two_batches, {})
    assert len(server.uploads) == 2


def test_a_batch_that_was_taken_is_taken_up_when_the_next_upload_was_refused(
    two_batches: FaultProject, server: FaultyBatches
) -> None:
    server.turn("upload", lambda right: right, Step(401, b"no"))
    two_batches.ends_with(4, batches=BATCH)
    assert open_ids(two_batches) == ["b1"]
    two_batches.run(batches=BATCH)
    report_is_sound(two_batches, {})
    asked = [text for upload in server.uploads[::2] for text in asked_in(upload)]
    assert asked == [two_batches.text(i) for i in EVERY]
    assert len(server.uploads) == 3


@pytest.fixture
def left_open(project: FaultProject, server: FaultyBatches) -> FaultProject:
    """The project with a batch that is over by now and was not read."""
    server.turn("state", Step(401, b"no"))
    project.ends_with(4, batches=BATCH)
    return project


def other_rubrics(project: FaultProject) -> None:
    v1 = project.folder / "v1.yaml"
    v1.write_text(v1.read_text().replace("by v1?", "or not?"))


def other_tickets(project: FaultProject) -> None:
    tickets = project.folder / "tickets.csv"
    tickets.write_text(tickets.read_text().replace("ticket", "Ticket"))


@pytest.mark.parametrize("change", [other_rubrics, other_tickets])
def test_a_batch_of_other_questions_is_not_taken_for_this_one(
    left_open: FaultProject, server: FaultyBatches, change: Callable[[FaultProject], None]
) -> None:
    change(left_open)
    error = left_open.ends_with(4, batches=named("b1"))
    assert "batch b1 holds none of these questions" in str(error)
    assert left_open.stored() == {}
    assert open_ids(left_open) == ["b1"]
    left_open.run(batches=BATCH)
    assert len(server.uploads) == 2
    assert len(asked_in(server.uploads[1])) == N
    assert open_ids(left_open) == ["b1"]


def test_a_batch_of_another_server_is_not_asked_for_here(left_open: FaultProject) -> None:
    with FaultyBatches() as other:
        left_open.point_to(other.url)
        left_open.run(batches=BATCH)
        assert len(other.uploads) == 1
        assert {seen.path for seen in other.seen if "b1" in seen.path} <= {
            "/v1/batches/b1", "/v1/batches/b1/output",
        }  # fmt: skip


@each(ECHOES)
def test_a_key_that_a_batch_echoes_stays_in_no_byte(
    project: FaultProject, server: FaultyBatches, fault: Fault
) -> None:
    """The search for it is in conftest.py: what is printed and logged, and every file."""
    server.turns(fault.kind, fault.turns)
    with (project.folder / "told.txt").open("w") as told:
        if fault.code == 0:
            project.run(batches=BATCH, tell=told.write)
            report_is_sound(project, {})
        else:
            told.write(f"{project.ends_with(fault.code, batches=BATCH, tell=told.write).problems}")
    with suppress(IncompleteError):
        export_recording(project.config, to=project.folder / "answers.jsonl")


@pytest.mark.parametrize("fault", [REFUSED[0], LOST[0], STOPPED[2]], ids=shown)
def test_the_command_says_what_is_wrong_and_what_next(
    project: FaultProject, server: FaultyBatches, fault: Fault
) -> None:
    server.turns(fault.kind, fault.turns)
    ended = project.command("--batch")
    assert ended.code == 4
    speaks_plainly(ended, project.server.url)
    assert re.search(fault.says, ended.err)
