"""Rows 34 and 36 of the fault matrix: answers that are not stored, or not as they were stored."""

from __future__ import annotations

import json
import socket
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from fault_project import (
    POSITIONS,
    FaultProject,
    each_position,
    manifest_of,
    report_is_sound,
    speaks_plainly,
)
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.inputs.rubric_files import read_rubrics


def key_of(project: FaultProject, number: int) -> str:
    rubrics = read_rubrics(project.folder / "v1.yaml", "v1")
    return answer_key(project.server.url, request_body(project.text(number), rubrics))


def change(project: FaultProject, sql: str, *parameters: object) -> None:
    """Change one row of the cache, as an accident would."""
    with closing(sqlite3.connect(project.cache)) as connection, connection:
        assert connection.execute(sql, parameters).rowcount == 1


def forget(project: FaultProject, number: int) -> None:
    change(project, "DELETE FROM responses WHERE key = ?", key_of(project, number))


def damage(project: FaultProject, number: int, how: str) -> None:
    """Flip one bit of the answer, cut its row, or put something else there."""
    with closing(sqlite3.connect(project.cache)) as connection:
        query = "SELECT value FROM responses WHERE key = ?"
        (value,) = connection.execute(query, (key_of(project, number),)).fetchone()
    start = value.index('"_content":"') + len('"_content":"') + 20
    flipped = value[:start] + chr(ord(value[start]) ^ 1) + value[start + 1 :]
    other = json.loads(value) | {"headers": {}}
    values = {"bit": flipped, "cut": value[:-10], "shape": json.dumps(other), "bytes": b"\xff\x00"}
    sql = "UPDATE responses SET value = ? WHERE key = ?"
    change(project, sql, values[how], key_of(project, number))


@pytest.fixture
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)


@each_position
def test_row34_a_missing_answer_ends_strict_replay_without_a_socket_or_a_report(
    answered: FaultProject, no_socket: None, position: str
) -> None:
    number = POSITIONS[position]
    before = (answered.out / "results.json").read_bytes()
    forget(answered, number)
    error = answered.ends_with(3, mode="replay")
    assert "1 answer missing for rubric set 'v1': 1 because the question was" in str(error)
    assert f"(ticket t{number})" in str(error)
    assert (answered.out / "results.json").read_bytes() == before
    assert answered.server.seen == []


@each_position
def test_row34_a_missing_answer_can_be_accepted(
    answered: FaultProject, no_socket: None, position: str
) -> None:
    number = POSITIONS[position]
    forget(answered, number)
    assert answered.run(mode="replay", allow_failures=1).results.n_failed == 1
    report_is_sound(answered, {number: "miss"})


def test_row34_the_command_counts_what_is_missing(answered: FaultProject) -> None:
    for number in POSITIONS.values():
        forget(answered, number)
    ended = answered.command("--mode", "replay")
    assert (ended.code, answered.server.seen) == (3, [])
    speaks_plainly(ended, "rubric set 'v1'", "3 answers missing", "ticketbench run eval.yaml")


@pytest.mark.parametrize(
    ("how", "position"),
    [*(("bit", position) for position in POSITIONS), ("cut", "first"), ("shape", "middle"),
     ("bytes", "last")],
)  # fmt: skip
def test_row36_a_damaged_row_is_a_failure_offline_and_asked_again_online(
    answered: FaultProject, how: str, position: str
) -> None:
    number = POSITIONS[position]
    damage(answered, number, how)
    error = answered.ends_with(3, mode="replay")
    assert f"1 because the stored answer is damaged (ticket t{number})" in str(error)
    answered.run()
    assert [seen.text for seen in answered.server.seen] == [answered.text(number)]
    assert manifest_of(answered.out)["answers"]["v1"]["damaged"] == 1
    report_is_sound(answered, {})


def test_row36_a_damaged_row_that_is_accepted_is_a_failure_of_kind_cache(
    answered: FaultProject,
) -> None:
    damage(answered, 5, "bit")
    answered.run(mode="replay", allow_failures=1)
    (evaluation,) = json.loads((answered.out / "results.json").read_bytes())["data"]["evaluations"]
    assert [failure["kind"] for failure in evaluation["tickets"]["failures"]] == ["cache"]
    counts = evaluation["tickets"]
    assert counts["n_requested"] == counts["n_scored"] + counts["n_failed"]


def test_row36_the_command_says_which_answer_is_damaged(answered: FaultProject) -> None:
    damage(answered, 5, "bit")
    ended = answered.command("--mode", "replay")
    assert (ended.code, answered.server.seen) == (3, [])
    speaks_plainly(ended, "ticket t5", "damaged")
