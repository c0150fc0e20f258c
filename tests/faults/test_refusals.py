"""Faults that no other question would escape: the run stops, keeps what it has, and goes on later.

The numbers are those of the rows of the fault matrix.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest

from fault_project import POSITIONS, FaultProject, each_position, report_is_sound, speaks_plainly
from fault_server import LABELS, FaultServer, Seen, Step, closed_url, crowded_url, silent_url

PAGE = Step(body=b"<html>Sign in</html>", content_type="text/html")
TWELVE_AT_ONCE = "endpoint.concurrency=12"
SIGNATURE = "zq-signature-of-a-url"
PATIENT = ["endpoint.timeout_s=5"]
"""So that an answer which was sent is never given up for being late."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of the matrix in one of its forms, and what is said about it."""

    row: int
    name: str
    step: Step
    says: str


def _of_other_rubrics() -> Step:
    scores = {LABELS[0]: 0.6, LABELS[1]: 0.4}
    listed = [{"label": x, "score": s, "rubric": "Is it Tuesday?"} for x, s in scores.items()]
    return Step(
        body=json.dumps({"scores": scores, "top_label": LABELS[0], "labels": listed}).encode()
    )


LATER = Step(429, b"", {"Retry-After": "99999999"})
ELSEWHERE = "http://127.0.0.1:1/classify"
REFUSALS = [
    Refusal(11, "wait", LATER, "asks to wait 99999999 s"),
    Refusal(13, "401", Step(401, b'{"detail": "no"}'), r"refused the key \(status 401: .*no"),
    Refusal(13, "402", Step(402, b"no credit"), r"wants to be paid \(status 402: .*no credit"),
    Refusal(13, "403", Step(403, b'{"detail": "no"}'), r"refused the key \(status 403: .*no"),
    *(
        Refusal(14, f"{s}", Step(s, b"", {"Location": ELSEWHERE}), rf"redirects \(status {s}\)")
        for s in (301, 302, 303, 307, 308)
    ),
    Refusal(31, "rubric", _of_other_rubrics(), "another rubric of 'billing' than was sent"),
]
ONE_PER_ROW = list({r.row: r for r in reversed(REFUSALS)}.values())[::-1]


def shown(value: object) -> str:
    return f"row{value.row}-{value.name}" if isinstance(value, Refusal) else str(value)


def goes_on(project: FaultProject, answered: set[str]) -> None:
    """Checks that the run that was stopped has kept these answers and asks for the others."""
    assert not project.out.exists()
    assert len(project.stored()) == len(answered)
    project.server.seen.clear()
    assert project.run().results.n_failed == 0
    assert {seen.text for seen in project.server.seen} == project.texts - answered
    report_is_sound(project, {})


@pytest.mark.parametrize(
    ("refusal", "position"),
    [(r, p) for r in REFUSALS for p in POSITIONS if p == "middle" or r in ONE_PER_ROW],
    ids=shown,
)
def test_a_refusal_stops_the_run_and_a_later_run_asks_for_the_rest(
    project: FaultProject, refusal: Refusal, position: str
) -> None:
    number = POSITIONS[position]
    project.server.in_turn({project.text(number): (refusal.step,)})
    error = project.ends_with(4, overrides=PATIENT)
    assert re.search(refusal.says, str(error))
    assert len(project.server.requests_for(project.text(number))) == 1
    assert len(project.server.seen) <= number + 8
    answered = {seen.text for seen in project.server.seen} - {project.text(number)}
    project.server.in_turn({})
    goes_on(project, answered)


@pytest.mark.parametrize("refusal", ONE_PER_ROW, ids=shown)
def test_the_command_says_where_and_what_next(project: FaultProject, refusal: Refusal) -> None:
    project.server.in_turn({project.text(5): (refusal.step,)})
    ended = project.command()
    assert ended.code == 4
    assert re.search(refusal.says, ended.err)
    speaks_plainly(ended, project.server.url)


@pytest.mark.parametrize("refusal", ONE_PER_ROW, ids=shown)
def test_no_refusal_shows_what_stands_in_the_query_of_the_url(
    project: FaultProject, refusal: Refusal
) -> None:
    project.server.script(refusal.step)
    url = f"{project.server.url}?sig={SIGNATURE}"
    error = project.ends_with(4, overrides=[*PATIENT, f"endpoint.url={url}"])
    assert {problem.where for problem in error.problems} == {f"{project.server.url}?sig=***"}
    assert SIGNATURE not in repr(error.problems)


def test_a_limit_names_the_last_failure_and_what_was_really_asked(project: FaultProject) -> None:
    project.server.in_turn({project.text(0): (Step(500, b"boom"),) * 4})
    ended = project.command("--max-requests", "1", "--set", "endpoint.concurrency=1")
    assert ended.code == 3
    assert (
        f"{project.n - 1} because --max-requests 1 was reached, 1 because status 500" in ended.err
    )
    assert "--max-requests 1 was reached; the last failure: status 500: boom" in ended.err


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308], ids="row14-{}".format)
def test_a_redirect_is_not_followed(project: FaultProject, status: int) -> None:
    with FaultServer() as other:
        project.server.script(Step(status, b"", {"Location": other.url}))
        project.ends_with(4)
        assert other.seen == []


# Row 1: nobody there. Row 2: nobody who answers.


def unknown_host(monkeypatch: pytest.MonkeyPatch) -> str:
    def no_name(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    return "https://nowhere.invalid/classify"


@pytest.fixture(params=["row1-closed", "row1-unknown_host", "row2-full_queue", "row2-no_accept"])
def nobody(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, str]]:
    """A URL that gives no connection or no answer, and what is said about it."""
    places: dict[str, tuple[AbstractContextManager[str], str]] = {
        "row1-closed": (nullcontext(closed_url()), "connection refused"),
        "row1-unknown_host": (nullcontext("https://nowhere.invalid/classify"), "host unknown"),
        "row2-full_queue": (crowded_url(), "no connection in time"),
        "row2-no_accept": (silent_url(), "no answer in time"),
    }
    if request.param == "row1-unknown_host":
        unknown_host(monkeypatch)
    place, says = places[request.param]
    with place as url:
        yield url, says


def test_an_endpoint_that_nobody_answers_at_stops_the_run(
    project: FaultProject, nobody: tuple[str, str]
) -> None:
    url, says = nobody
    project.point_to(url)
    error = project.ends_with(4, overrides=[TWELVE_AT_ONCE])
    assert "10 questions in a row" in str(error)
    assert says in str(error)
    assert error.problems[0].where == url
    assert not project.out.exists()


@each_position
def test_row1_a_server_that_goes_away_and_comes_back_is_asked_only_for_the_rest(
    project: FaultProject, server: FaultServer, position: str
) -> None:
    number = POSITIONS[position]

    def plan(seen: Seen) -> Step:
        if seen.text != project.text(number):
            return Step()
        server.close()
        return Step(drop=True)

    server.plan = plan
    left = project.n - number
    one_by_one = ["endpoint.concurrency=1"]
    error = project.ends_with(4 if left >= 10 else 3, overrides=one_by_one)
    assert "connection refused" in str(error)
    if left < 10:
        report_is_sound(project, dict.fromkeys(range(number, project.n), "network"))
    assert len(project.stored()) == number
    with FaultServer(port=server.server_address[1]) as back:
        assert project.run().results.n_failed == 0
        assert len(back.seen) == left
    report_is_sound(project, {})


@pytest.mark.parametrize("row", [1, 2], ids="row{}".format)
def test_the_command_says_that_nobody_answers(project: FaultProject, row: int) -> None:
    with nullcontext(closed_url()) if row == 1 else crowded_url() as url:
        project.point_to(url)
        ended = project.command("--set", TWELVE_AT_ONCE)
    assert ended.code == 4
    speaks_plainly(ended, url, "connection refused" if row == 1 else "no connection in time")


# Row 16: a portal in place of the first answers; later ones are asked again, as other faults.


@pytest.mark.parametrize("number", [0, 1, 2])
def test_row16_a_page_in_place_of_one_of_the_first_answers_stops_the_run(
    project: FaultProject, number: int
) -> None:
    project.server.in_turn({project.text(number): (PAGE,)})
    error = project.ends_with(4, overrides=[*PATIENT, "endpoint.concurrency=1"])
    assert "web page" in str(error)
    assert error.problems[0].where == project.server.url
    answered = {seen.text for seen in project.server.seen} - {project.text(number)}
    assert answered >= {project.text(i) for i in range(number)}
    project.server.in_turn({})
    goes_on(project, answered)


def test_row16_the_command_says_that_a_page_came(project: FaultProject) -> None:
    project.server.script(PAGE)
    ended = project.command()
    assert ended.code == 4
    speaks_plainly(ended, project.server.url, "web page")
    assert not (project.folder / project.out).exists()
