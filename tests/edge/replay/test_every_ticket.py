"""Replay: one row or one failure for every ticket, from recording, cache or endpoint."""

from __future__ import annotations

import json
import random
import socket
import sqlite3
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from requests_cache import CachedSession

from fault_server import BAD_ANSWERS, LABELS, FaultServer, Seen, Step, valid_answer
from ticketbench.core.errors import EndpointError, MachineError
from ticketbench.core.rubrics import NONE_LABEL, Rubric, RubricSet
from ticketbench.core.types import NONE, Dataset, ScoreTable, Ticket
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.memo import Memo
from ticketbench.edge.answers.recording import read_recording, recording_text
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.asking.one_question import Retry
from ticketbench.edge.asking.pacing import Budget, Pace
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.endpoints import Connection, connect
from ticketbench.edge.replay import many_questions
from ticketbench.edge.replay.every_ticket import Replayed, plan, replay, stored_answers
from ticketbench.edge.replay.source import Mode, Source, full_url
from ticketbench.edge.secret import ApiKey

pytestmark = pytest.mark.loopback

CANARY = "sk-canary-7f3a9c1e"
ONCE = Retry(attempts=1)
QUICK = Retry(attempts=3, base_s=0.001, cap_s=0.01)
RUBRICS = RubricSet("v1", tuple(Rubric(label, f"Is it {label}?") for label in LABELS))
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


def dataset(*texts: str, labels: tuple[str, ...] = ()) -> Dataset:
    gold = labels or ("billing",) * len(texts)
    pairs = enumerate(zip(texts, gold, strict=True))
    return Dataset("tickets", tuple(Ticket(f"t{i}", text, label) for i, (text, label) in pairs))


def many(count: int) -> Dataset:
    return dataset(*(f"question {i}" for i in range(count)))


@contextmanager
def source(
    path: Path,
    url: str,
    *,
    mode: Mode = "auto",
    key: ApiKey | None = None,
    recording: Mapping[str, Stored] | None = None,
    concurrency: int = 4,
    retry: Retry = QUICK,
) -> Iterator[Source]:
    endpoint = connect(url, Connection(key, timeout_s=0.4))
    with AnswerCache(path, None if mode == "replay" else endpoint) as cache:
        yield Source(full_url(url), cache, recording or {}, mode, concurrency, None, retry)


def replayed(
    path: Path, server: FaultServer, tickets: Dataset, rubrics: RubricSet = RUBRICS, **more: Any
) -> Replayed:
    with source(path, server.url, **more) as found:
        return replay(tickets, rubrics, found)


def kinds(table: ScoreTable) -> dict[str, str]:
    return {failure.ticket_id: failure.kind for failure in table.failures}


def key_of(server: FaultServer, text: str) -> str:
    return answer_key(server.url, request_body(text, RUBRICS))


def keys_in(path: Path) -> list[str]:
    with AnswerCache(path) as cache:
        return list(cache.stored_keys())


def overwrite(path: Path, key: str, value: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        changed = connection.execute("UPDATE responses SET value = ? WHERE key = ?", (value, key))
    assert changed.rowcount == 1
    connection.close()


# --- what is sent


def test_every_body_sent_is_the_request_body_of_its_ticket(path: Path, server: FaultServer) -> None:
    texts = ("plain", "Grüße 😀", " blanks \n", "cafe\u0301", "café")
    replayed(path, server, dataset(*texts))
    sent = {seen.body for seen in server.seen}
    assert sent == {request_body(text, RUBRICS) for text in texts}


def test_equal_questions_are_asked_once(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a", "b", "a", "a", "b"), concurrency=8)
    assert sorted(seen.text for seen in server.seen) == ["a", "b"]


def test_equal_questions_each_have_a_row(path: Path, server: FaultServer) -> None:
    table = replayed(path, server, dataset("technical", "b", "technical")).table
    assert table.scores.tolist() == [[0.4, 0.6], [0.6, 0.4], [0.4, 0.6]]


def stores_the_next(path: Path, server: FaultServer, content: bytes) -> None:
    """While the server is asked about "a", another run stores an answer about "b"."""

    def plan(seen: Seen) -> Step:
        if seen.text == "a":
            with AnswerCache(path) as cache:
                cache.save({key_of(server, "b"): Stored(content, server.url, NOON)})
        return Step()

    server.plan = plan


def test_what_another_run_stored_meanwhile_is_not_asked(path: Path, server: FaultServer) -> None:
    stores_the_next(path, server, valid_answer(request_body("technical", RUBRICS)))
    table = replayed(path, server, dataset("a", "b"), concurrency=1).table
    assert [seen.text for seen in server.seen] == ["a"]
    assert table.scores.tolist() == [[0.6, 0.4], [0.4, 0.6]]


@pytest.mark.parametrize("mode", ["auto", "refresh"])
def test_what_is_not_valid_or_is_to_be_refreshed_is_asked_all_the_same(
    path: Path, server: FaultServer, mode: Mode
) -> None:
    stores_the_next(
        path, server, b"{}" if mode == "auto" else valid_answer(request_body("b", RUBRICS))
    )
    table = replayed(path, server, dataset("a", "b"), mode=mode, concurrency=1).table
    assert [seen.text for seen in server.seen] == ["a", "b"]
    assert table.n_failed == 0


def test_another_rubric_set_with_equal_rubrics_asks_nothing(
    path: Path, server: FaultServer
) -> None:
    replayed(path, server, many(3))
    replayed(path, server, many(3), RubricSet("v2", RUBRICS.rubrics))
    assert len(server.seen) == 3


def test_another_rubric_order_asks_again(path: Path, server: FaultServer) -> None:
    replayed(path, server, many(3))
    replayed(path, server, many(3), RubricSet("v2", RUBRICS.rubrics[::-1]))
    assert len(server.seen) == 6


def test_another_server_asks_again(path: Path, server: FaultServer) -> None:
    replayed(path, server, many(3))
    with FaultServer() as other:
        replayed(path, other, many(3))
        assert len(other.seen) == 3


def test_a_query_in_the_url_is_sent_and_asks_again(path: Path, server: FaultServer) -> None:
    replayed(path, server, many(2))
    with source(path, f"{server.url}?model=b") as found:
        replay(many(2), RUBRICS, found)
    assert [seen.path for seen in server.seen[2:]] == ["/classify?model=b"] * 2


# --- modes


def test_auto_asks_only_for_what_is_missing(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a", "b"))
    server.seen.clear()
    replayed(path, server, dataset("a", "b", "c"))
    assert [seen.text for seen in server.seen] == ["c"]


def test_auto_counts_where_answers_came_from(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a", "b"))
    recording = {key_of(server, "r"): Stored(valid_answer(request_body("r", RUBRICS)),
                                             server.url, NOON)}  # fmt: skip
    found = replayed(path, server, dataset("a", "b", "c", "r"), recording=recording)
    assert (found.recorded, found.cached, found.sent) == (1, 2, 1)


def test_a_second_run_gives_equal_scores(path: Path, server: FaultServer) -> None:
    tickets = dataset("billing", "technical", "x")
    first = replayed(path, server, tickets).table
    assert np.array_equal(replayed(path, server, tickets, mode="replay").table.scores, first.scores)


def test_refresh_asks_for_everything_again(path: Path, server: FaultServer) -> None:
    replayed(path, server, many(3))
    replayed(path, server, many(3), mode="refresh")
    assert len(server.seen) == 6


NEW = b'{"top_label": "technical", "scores": {"billing": 0.1, "technical": 0.9}}'


def test_refresh_gives_the_new_answers(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a"))
    server.script(Step(body=NEW))
    table = replayed(path, server, dataset("a"), mode="refresh").table
    assert table.scores.tolist() == [[0.1, 0.9]]


def test_refresh_overwrites_what_is_stored(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a"))
    server.script(Step(body=NEW))
    replayed(path, server, dataset("a"), mode="refresh")
    assert replayed(path, server, dataset("a"), mode="replay").table.scores.tolist() == [[0.1, 0.9]]


def refuse(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("a socket was opened")


def test_replay_mode_opens_no_socket(
    path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed(path, server, dataset("a"))
    server.seen.clear()
    monkeypatch.setattr(socket, "socket", refuse)
    table = replayed(path, server, dataset("a", "b"), mode="replay").table
    assert (table.ids, kinds(table), server.seen) == (("t0",), {"t1": "miss"}, [])


def test_replay_mode_sends_nothing_even_with_an_endpoint(path: Path, server: FaultServer) -> None:
    with AnswerCache(path, connect(server.url, Connection(timeout_s=0.4))) as cache:
        found = replay(many(3), RUBRICS, Source(server.url, cache, {}, "replay"))
    assert (found.sent, kinds(found.table)) == (0, {"t0": "miss", "t1": "miss", "t2": "miss"})
    assert server.seen == []


def test_replay_mode_makes_no_file(path: Path, server: FaultServer) -> None:
    replayed(path, server, many(3), mode="replay")
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("mode", ["auto", "refresh", "replay"])
def test_requested_is_scored_plus_failed(path: Path, server: FaultServer, mode: Mode) -> None:
    replayed(path, server, dataset("stored"))
    server.by_text({"bad": Step(422, b""), "invalid": Step(body=b"{}"), "drop": Step(drop=True)})
    tickets = dataset("stored", "bad", "x", "invalid", "bad", "drop", "y")
    table = replayed(path, server, tickets, mode=mode).table
    assert {*table.ids} | {*kinds(table)} == {f"t{i}" for i in range(7)}
    assert table.n_requested == table.n_scored + table.n_failed == 7


def test_an_empty_dataset_asks_nothing(path: Path, server: FaultServer) -> None:
    found = replayed(path, server, dataset())
    assert (found.table.n_requested, found.table.scores.shape, server.seen) == (0, (0, 2), [])


def test_progress_counts_questions_up_to_the_last(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a"))
    server.by_text({"b": Step(422, b"")})
    seen: list[tuple[int, int]] = []
    with source(path, server.url) as found:
        tickets = dataset("a", "b", "c", "c")
        replay(tickets, RUBRICS, found, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_a_plan_counts_and_sends_nothing(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a"))
    server.seen.clear()
    recording = {key_of(server, "r"): Stored(NEW, server.url, NOON)}
    with source(path, server.url, recording=recording) as found:
        planned = plan(dataset("a", "r", "c", "c", "d"), RUBRICS, found)
    assert (planned.questions, planned.recorded, planned.cached, planned.missing) == (4, 1, 1, 2)
    assert planned.duplicates == 1
    assert planned.characters == sum(len(request_body(text, RUBRICS)) for text in "cd")
    assert server.seen == []


# --- recording


def test_the_recording_is_read_first(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a"))
    recording = {key_of(server, "a"): Stored(NEW, server.url, NOON)}
    table = replayed(path, server, dataset("a"), recording=recording).table
    assert table.scores.tolist() == [[0.1, 0.9]]


def test_a_recorded_answer_is_enough_without_a_cache(path: Path, server: FaultServer) -> None:
    recording = {key_of(server, "a"): Stored(NEW, server.url, NOON)}
    table = replayed(path, server, dataset("a"), mode="replay", recording=recording).table
    assert (table.n_scored, path.exists()) == (1, False)


def test_a_recording_is_not_copied_into_the_cache(path: Path, server: FaultServer) -> None:
    recording = {key_of(server, "a"): Stored(NEW, server.url, NOON)}
    replayed(path, server, dataset("a", "b"), recording=recording)
    assert keys_in(path) == [key_of(server, "b")]


def test_refresh_does_not_take_recorded_answers(path: Path, server: FaultServer) -> None:
    recording = {key_of(server, "a"): Stored(NEW, server.url, NOON)}
    table = replayed(path, server, dataset("a"), mode="refresh", recording=recording).table
    assert table.scores.tolist() == [[0.6, 0.4]]


def test_a_recording_made_elsewhere_answers_every_question(path: Path, server: FaultServer) -> None:
    tickets = dataset("billing", "technical", "x")
    first = replayed(path, server, tickets).table
    with source(path, server.url, mode="replay") as found:
        text = recording_text(stored_answers(tickets, RUBRICS, found).items())
    file = path.with_name("r.jsonl")
    file.write_text(text, encoding="utf-8")
    elsewhere = path.with_name("elsewhere.sqlite")
    table = replayed(
        elsewhere, server, tickets, mode="replay", recording=read_recording(file)
    ).table
    assert (table.n_failed, table.scores.tolist()) == (0, first.scores.tolist())


@pytest.mark.parametrize("word", ["the-ticket-text", "Is it billing", CANARY, "Content-Type"])
def test_a_recording_holds_no_text_rubric_key_or_header(
    path: Path, server: FaultServer, word: str
) -> None:
    tickets = dataset("the-ticket-text")
    replayed(path, server, tickets, key=ApiKey(CANARY))
    with source(path, server.url, mode="replay") as found:
        text = recording_text(stored_answers(tickets, RUBRICS, found).items())
    assert text.count("\n") == 2
    assert word.lower() not in text.lower()


# --- answers to a text with the line ends of the file

CRLF = Dataset("tickets", (Ticket("t0", "a\nb", "billing", text_in_file="a\r\nb"),))


@pytest.mark.parametrize("where", ["recording", "cache"])
def test_an_answer_to_the_text_as_it_stands_in_the_file_is_not_asked_again(
    path: Path, server: FaultServer, where: str
) -> None:
    answers = {key_of(server, "a\r\nb"): Stored(NEW, server.url, NOON)}
    if where == "cache":
        with AnswerCache(path) as cache:
            cache.save(answers)
    recording = answers if where == "recording" else {}
    found = replayed(path, server, CRLF, recording=recording)
    assert found.table.scores.tolist() == [[0.1, 0.9]]
    assert (found.recorded, found.cached) == ((1, 0) if where == "recording" else (0, 1))
    with source(path, server.url, mode="replay", recording=recording) as stored:
        assert plan(CRLF, RUBRICS, stored).missing == 0
        assert stored_answers(CRLF, RUBRICS, stored) == answers
    assert server.seen == []


def test_an_answer_to_the_text_as_it_is_sent_goes_first(path: Path, server: FaultServer) -> None:
    replayed(path, server, CRLF)
    assert [seen.text for seen in server.seen] == ["a\nb"]
    answers = {key_of(server, "a\r\nb"): Stored(NEW, server.url, NOON)}
    with source(path, server.url, mode="replay", recording=answers) as stored:
        assert list(stored_answers(CRLF, RUBRICS, stored)) == [key_of(server, "a\nb")]
    found = replayed(path, server, CRLF, mode="replay", recording=answers)
    assert (found.recorded, found.cached) == (0, 1)


# --- damaged and invalid stored answers


def test_a_damaged_row_is_asked_again_in_auto(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a", "b"))
    overwrite(path, key_of(server, "a"), "garbage")
    server.seen.clear()
    table = replayed(path, server, dataset("a", "b")).table
    assert ([seen.text for seen in server.seen], table.n_failed) == (["a"], 0)


def test_a_damaged_row_of_another_shape_is_asked_again_in_auto(
    path: Path, server: FaultServer
) -> None:
    replayed(path, server, dataset("a", "b"))
    overwrite(path, key_of(server, "a"), '{"status_code": "x", "headers": 3}')
    assert replayed(path, server, dataset("a", "b")).table.n_failed == 0


def test_a_damaged_row_is_repaired_by_auto(path: Path, server: FaultServer) -> None:
    replayed(path, server, dataset("a"))
    overwrite(path, key_of(server, "a"), "garbage")
    replayed(path, server, dataset("a"))
    assert replayed(path, server, dataset("a"), mode="replay").table.n_failed == 0


@pytest.mark.parametrize("value", ["garbage", b"\xff\xfe", "{}", '{"status_code": "x"}', "[]"],
                         ids=["text", "bytes", "empty_object", "other_shape", "list"])  # fmt: skip
def test_a_damaged_row_is_a_failure_of_its_own_in_replay(
    path: Path, server: FaultServer, value: object
) -> None:
    replayed(path, server, dataset("a", "b"))
    overwrite(path, key_of(server, "a"), value)
    table = replayed(path, server, dataset("a", "b"), mode="replay").table
    assert kinds(table) == {"t0": "cache"}


def test_a_stored_answer_that_breaks_the_contract_is_never_scored(
    path: Path, server: FaultServer
) -> None:
    stored = Stored(BAD_ANSWERS["sum_too_low"], server.url, NOON)
    with AnswerCache(path) as cache:
        cache.save({key_of(server, "a"): stored})
    table = replayed(path, server, dataset("a"), mode="replay").table
    assert kinds(table) == {"t0": "contract"}


def test_a_stored_answer_that_breaks_the_contract_is_asked_again_in_auto(
    path: Path, server: FaultServer
) -> None:
    stored = Stored(BAD_ANSWERS["sum_too_low"], server.url, NOON)
    with AnswerCache(path) as cache:
        cache.save({key_of(server, "a"): stored})
    assert replayed(path, server, dataset("a")).table.n_failed == 0


@pytest.mark.parametrize("mode", ["auto", "replay", "refresh"])
@pytest.mark.parametrize("make", [lambda p: p.write_text("notes"), lambda p: p.mkdir()],
                         ids=["foreign_file", "directory"])  # fmt: skip
def test_an_unusable_cache_is_a_machine_error(
    path: Path, server: FaultServer, mode: Mode, make: Any
) -> None:
    make(path)
    with pytest.raises(MachineError):
        replayed(path, server, many(3), mode=mode)


# --- failures of single tickets


@pytest.mark.parametrize("status", [400, 404, 413, 422, 500, 503])
def test_a_refused_ticket_fails_alone(path: Path, server: FaultServer, status: int) -> None:
    server.by_text({"bad": Step(status, b'{"detail": "no"}')})
    table = replayed(path, server, dataset("a", "bad", "b")).table
    (failure,) = table.failures
    assert (table.ids, failure.ticket_id) == (("t0", "t2"), "t1")
    assert (failure.kind, failure.status) == ("http", status)


def test_an_invalid_answer_fails_its_ticket_alone(path: Path, server: FaultServer) -> None:
    server.by_text({"bad": Step(body=BAD_ANSWERS["sum_too_low"])})
    table = replayed(path, server, dataset("a", "bad", "b")).table
    assert (table.ids, kinds(table)) == (("t0", "t2"), {"t1": "contract"})


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_no_invalid_answer_ends_the_run(path: Path, server: FaultServer, name: str) -> None:
    server.by_text({"bad": Step(body=BAD_ANSWERS[name])})
    assert kinds(replayed(path, server, dataset("a", "bad", "b")).table) == {"t1": "contract"}


@pytest.mark.parametrize(
    ("step", "kind"), [(Step(stall=True), "timeout"), (Step(drop=True), "network")],
    ids=["stalled", "dropped"],
)  # fmt: skip
def test_a_ticket_without_an_answer_fails_alone(
    path: Path, server: FaultServer, step: Step, kind: str
) -> None:
    server.by_text({"bad": step})
    table = replayed(path, server, dataset("a", "bad", "b"), retry=ONCE).table
    assert (table.ids, kinds(table)) == (("t0", "t2"), {"t1": kind})


def test_a_failed_ticket_is_asked_again_in_the_next_run(path: Path, server: FaultServer) -> None:
    server.by_text({"bad": Step(422, b"")})
    replayed(path, server, dataset("a", "bad"))
    server.by_text({})
    server.seen.clear()
    table = replayed(path, server, dataset("a", "bad")).table
    assert ([seen.text for seen in server.seen], table.n_failed) == (["bad"], 0)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_trouble_is_no_failure(path: Path, server: FaultServer, status: int) -> None:
    server.script(Step(status, b"busy"), Step())
    assert replayed(path, server, dataset("a")).table.n_failed == 0
    assert len(server.seen) == 2


def test_a_dropped_connection_is_tried_again(path: Path, server: FaultServer) -> None:
    server.script(Step(drop=True), Step(cut=3), Step())
    assert replayed(path, server, dataset("a")).table.n_failed == 0


def test_retry_after_is_waited_for(path: Path, server: FaultServer) -> None:
    server.script(Step(429, b"", {"Retry-After": "1"}), Step())
    replayed(path, server, dataset("a"))
    first, second = server.seen
    assert second.at - first.at >= 1


def test_a_date_in_retry_after_is_waited_for(path: Path, server: FaultServer) -> None:
    later = datetime.now(UTC) + timedelta(seconds=2)
    stamp = later.strftime("%a, %d %b %Y %H:%M:%S GMT")
    server.script(Step(503, b"", {"Retry-After": stamp}), Step())
    replayed(path, server, dataset("a"))
    first, second = server.seen
    assert second.at - first.at > 0.5  # the header has whole seconds: between 1 and 2


def test_garbage_in_retry_after_is_ignored(path: Path, server: FaultServer) -> None:
    server.script(Step(429, b"", {"Retry-After": "soon"}), Step())
    assert replayed(path, server, dataset("a")).table.n_failed == 0


# --- what stops the run


@pytest.mark.parametrize(
    "step",
    [
        Step(401, b"{}"),
        Step(403, b"{}"),
        Step(301, b"", {"Location": "/classify/"}),
        Step(307, b"", {"Location": "/classify/"}),
        Step(429, b"", {"Retry-After": "3600"}),
    ],
    ids=["401", "403", "301", "307", "long_wait"],
)
def test_a_hopeless_answer_stops_the_run_after_a_few_requests(
    path: Path, server: FaultServer, step: Step
) -> None:
    server.script(step)
    with pytest.raises(EndpointError):
        replayed(path, server, many(60), concurrency=2)
    assert len(server.seen) <= 6


def test_answers_stored_before_the_run_stopped_are_kept(path: Path, server: FaultServer) -> None:
    server.by_text({"question 20": Step(401, b"")})
    with pytest.raises(EndpointError):
        replayed(path, server, many(40), concurrency=1)
    assert set(keys_in(path)) >= {key_of(server, f"question {i}") for i in range(20)}


def test_a_stopped_run_goes_on_where_it_was(path: Path, server: FaultServer) -> None:
    server.by_text({"question 5": Step(401, b"")})
    with pytest.raises(EndpointError):
        replayed(path, server, many(10), concurrency=1)
    answered = {seen.text for seen in server.seen} - {"question 5"}
    server.by_text({})
    server.seen.clear()
    assert replayed(path, server, many(10)).table.n_failed == 0
    assert answered.isdisjoint(seen.text for seen in server.seen)


def test_a_question_that_waits_is_not_asked_again_after_the_run_stopped(
    path: Path, server: FaultServer
) -> None:
    server.by_text(
        {
            "waits": Step(503, b"", {"Retry-After": "5"}, delay_s=0.1),
            "refused": Step(401, b"", delay_s=0.3),
        }
    )
    with pytest.raises(EndpointError):
        replayed(path, server, dataset("waits", "refused"), concurrency=2)
    assert [seen.text for seen in server.seen].count("waits") == 1


def test_ten_dropped_connections_in_a_row_stop_the_run(path: Path, server: FaultServer) -> None:
    server.script(Step(drop=True))
    with pytest.raises(EndpointError, match="in a row"):
        replayed(path, server, many(60), concurrency=1, retry=ONCE)
    assert 10 <= len(server.seen) <= 12  # the next one may be on its way


def test_dropped_connections_in_between_do_not_stop_the_run(
    path: Path, server: FaultServer
) -> None:
    server.plan = lambda seen: Step(drop=int(seen.text.split()[1]) % 5 == 4)
    table = replayed(path, server, many(60), concurrency=1, retry=ONCE).table
    assert (table.n_scored, table.n_failed) == (48, 12)


def test_more_than_a_fifth_dropped_stops_the_run_after_fifty(
    path: Path, server: FaultServer
) -> None:
    server.plan = lambda seen: Step(drop=int(seen.text.split()[1]) % 4 == 3)
    with pytest.raises(EndpointError, match=r"1\d of 5\d"):
        replayed(path, server, many(80), concurrency=1, retry=ONCE)


def closed_url() -> str:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}/classify"


def test_a_closed_port_is_a_network_failure(path: Path) -> None:
    with source(path, closed_url(), retry=ONCE) as found:
        table = replay(many(3), RUBRICS, found).table
    assert kinds(table) == {"t0": "network", "t1": "network", "t2": "network"}


def test_a_closed_port_stops_a_longer_run(path: Path) -> None:
    with source(path, closed_url(), retry=ONCE) as found, pytest.raises(EndpointError):
        replay(many(60), RUBRICS, found)


# --- the key is in no message


def test_the_key_is_in_no_failure(path: Path, server: FaultServer) -> None:
    echo = f'{{"detail": "key {CANARY} is over quota"}}'.encode()
    server.by_text(
        {
            "refused": Step(422, echo),
            "fails": Step(500, echo),
            "invalid": Step(body=f'{{"{CANARY}": 1}}'.encode()),
            "label": Step(body=f'{{"scores": {{"{CANARY}": 1}}, "top_label": "x"}}'.encode()),
            "extra": Step(
                body=f'{{"scores": {{"billing": 0.6, "technical": 0.4, "{CANARY}": 0}}}}'.encode()
            ),
            "drop": Step(drop=True),
        }
    )
    tickets = dataset("refused", "fails", "invalid", "label", "extra", "drop")
    table = replayed(path, server, tickets, key=ApiKey(CANARY)).table
    assert table.n_failed == 6
    assert [f.ticket_id for f in table.failures if CANARY in f"{f}"] == []


@pytest.mark.parametrize(
    "step",
    [
        Step(401, CANARY.encode()),
        Step(403, CANARY.encode()),
        Step(307, b"", {"Location": f"/{CANARY}"}),
        Step(429, CANARY.encode(), {"Retry-After": "3600"}),
        Step(drop=True),
    ],
    ids=["401", "403", "redirect", "long_wait", "unreached"],
)
def test_the_key_is_in_no_error(path: Path, server: FaultServer, step: Step) -> None:
    server.script(step)
    with pytest.raises(EndpointError) as stopped:
        replayed(path, server, many(20), key=ApiKey(CANARY))
    error = stopped.value
    shown = [repr(error), str(error.problems), *traceback.format_exception(error)]
    assert CANARY not in "".join(shown)


# --- the score table


def test_rows_are_in_dataset_order_whatever_order_answers_come_in(
    path: Path, server: FaultServer
) -> None:
    scores = {f"question {i}": (100 - i) / 100 for i in range(24)}
    pick = random.Random(1)

    def late(first: float) -> Step:
        body = {"billing": first, "technical": round(1 - first, 2)}
        content = json.dumps({"scores": body, "top_label": max(body, key=lambda n: body[n])})
        return Step(body=content.encode(), delay_s=pick.choice([0, 0.01, 0.05]))

    server.by_text({text: late(first) for text, first in scores.items()})
    table = replayed(path, server, many(24), concurrency=8).table
    assert table.scores[:, 0].tolist() == list(scores.values())
    assert table.ids == tuple(f"t{i}" for i in range(24))


def test_rows_stay_with_their_tickets_when_others_fail(path: Path, server: FaultServer) -> None:
    server.by_text({"bad": Step(422, b"")})
    tickets = dataset(
        "bad", "technical", "bad", "billing", labels=("a", "technical", "b", "billing")
    )
    table = replayed(path, server, tickets).table
    assert (table.ids, table.right.tolist()) == (("t1", "t3"), [True, True])


def test_scores_are_kept_as_printed(path: Path, server: FaultServer) -> None:
    server.script(
        Step(body=b'{"top_label": "billing", "scores": {"billing":0.601,"technical":0.4}}')
    )
    assert replayed(path, server, dataset("a")).table.scores.tolist() == [[0.601, 0.4]]


def test_gold_labels_outside_the_rubric_set_follow_its_labels(
    path: Path, server: FaultServer
) -> None:
    tickets = dataset("a", "b", "c", "d", labels=("zebra", "technical", "account", "zebra"))
    table = replayed(path, server, tickets).table
    assert table.gold_labels == ("billing", "technical", "account", "zebra")
    assert table.truth.tolist() == [3, 1, 2, 3]


def test_a_ticket_that_no_label_fits_has_no_truth(path: Path, server: FaultServer) -> None:
    table = replayed(path, server, dataset("a", "b", labels=(NONE_LABEL, "billing"))).table
    assert (table.truth.tolist(), table.gold_labels) == ([NONE, 0], LABELS)


def grouped(*groups: str | None) -> Dataset:
    rows = enumerate(groups)
    return Dataset("d", tuple(Ticket(f"t{i}", f"x{i}", "billing", group=g) for i, g in rows))


def test_tickets_of_a_group_have_one_number(path: Path, server: FaultServer) -> None:
    table = replayed(path, server, grouped("a", "b", "a", "c", "b")).table
    assert table.groups.tolist() == [0, 1, 0, 2, 1]


def test_tickets_without_a_group_are_independent(path: Path, server: FaultServer) -> None:
    table = replayed(path, server, grouped(None, None, "a", "a", None)).table
    assert table.n_groups == 4


def test_a_group_named_like_a_ticket_id_is_not_that_ticket(path: Path, server: FaultServer) -> None:
    assert replayed(path, server, grouped(None, "t0")).table.n_groups == 2


def test_groups_are_those_of_the_scored_tickets(path: Path, server: FaultServer) -> None:
    server.by_text({"x0": Step(422, b"")})
    table = replayed(path, server, grouped("a", "b", "a", "b")).table
    assert (table.ids, table.n_groups) == (("t1", "t2", "t3"), 2)
    assert table.groups[0] == table.groups[2] != table.groups[1]


def test_all_labels_and_the_label_itself_are_wanted(path: Path, server: FaultServer) -> None:
    tickets = Dataset(
        "d",
        (
            Ticket("t0", "a", "billing", all_labels=("billing", "technical")),
            Ticket("t1", "b", "technical"),
            Ticket("t2", "c", "account", all_labels=("billing",)),
        ),
    )
    table = replayed(path, server, tickets).table
    assert table.wanted is not None
    assert table.wanted.tolist() == [[True, True, False], [False, True, False], [True, False, True]]


def test_without_all_labels_nothing_is_said_about_them(path: Path, server: FaultServer) -> None:
    assert replayed(path, server, many(2)).table.wanted is None


def test_a_table_says_where_it_comes_from(path: Path, server: FaultServer) -> None:
    tickets = many(2)
    found = replayed(path, server, tickets).table.provenance
    assert (found.dataset, found.dataset_fingerprint) == ("tickets", tickets.fingerprint)
    assert (found.rubric_set, found.rubric_fingerprint) == ("v1", RUBRICS.fingerprint)
    assert found.endpoint == server.url


def test_the_engine_in_process_is_replayed_like_a_server(path: Path) -> None:
    url = "local://lexical/v1/classify"
    with source(path, url) as found:
        first = replay(many(20), RUBRICS, found)
    with source(path, url, mode="replay") as found:
        again = replay(many(20), RUBRICS, found)
    assert (first.sent, again.sent, again.cached) == (20, 0, 20)
    assert np.array_equal(first.table.scores, again.table.scores)


@pytest.mark.parametrize(
    ("url", "full"),
    [
        ("https://api.example.com", "https://api.example.com/"),
        ("https://API.example.com/classify", "https://api.example.com/classify"),
        ("https://api.example.com/a b?x=ü", "https://api.example.com/a%20b?x=%C3%BC"),
        ("local://lexical/v1/classify", "local://lexical/v1/classify"),
    ],
    ids=["slash", "host", "escapes", "local"],
)
def test_a_url_is_stored_as_it_is_sent(url: str, full: str) -> None:
    assert full_url(url) == full


def test_a_full_url_stays_as_it_is() -> None:
    url = full_url("https://API.example.com/a b")
    assert full_url(url) == url


# --- refresh over rubric sets, budget, memo, drift


def test_refresh_asks_a_question_of_two_rubric_sets_once(path: Path, server: FaultServer) -> None:
    with source(path, server.url, mode="refresh") as found:
        replay(many(3), RUBRICS, found)
        second = replay(many(3), RubricSet("v2", RUBRICS.rubrics), found)
    assert (len(server.seen), second.sent, second.table.n_scored) == (3, 0, 3)


def test_an_old_answer_never_stands_in_for_one_that_could_not_be_refreshed(
    path: Path, server: FaultServer
) -> None:
    replayed(path, server, many(3))
    server.by_text({"question 1": Step(422, b"")})
    with source(path, server.url, mode="refresh") as found:
        for name in ("v1", "v2"):
            table = replay(many(3), RubricSet(name, RUBRICS.rubrics), found).table
            assert kinds(table) == {"t1": "http"}


def test_what_is_beyond_the_budget_is_not_run(path: Path, server: FaultServer) -> None:
    with source(path, server.url, concurrency=1) as found:
        table = replay(many(5), RUBRICS, replace(found, budget=Budget(3))).table
    assert (len(server.seen), table.n_scored) == (3, 3)
    assert kinds(table) == {"t3": "not_run", "t4": "not_run"}


def test_questions_beyond_the_budget_wait_for_no_turn(
    path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = list[None]()
    monkeypatch.setattr(Pace, "wait_s", lambda self: turns.append(None) or 0.0)
    with source(path, server.url, concurrency=2) as found:
        limited = replace(found, budget=Budget(3), per_second=1.0)
        table = replay(many(50), RUBRICS, limited).table
    assert (table.n_scored, set(kinds(table).values())) == (3, {"not_run"})
    assert len(turns) <= 3 + 2


def test_a_question_that_the_budget_ended_keeps_its_failure_and_counts_as_asked(
    path: Path, server: FaultServer
) -> None:
    server.script(Step(), Step(500, b"boom"))
    with source(path, server.url, concurrency=1) as found:
        done = replay(many(4), RUBRICS, replace(found, budget=Budget(2)))
    assert kinds(done.table) == {"t1": "http", "t2": "not_run", "t3": "not_run"}
    assert (done.sent, len(server.seen)) == (2, 2)
    limit = "--max-requests 2 was reached"
    assert done.stopped == f"{limit}; the last failure: status 500: boom"


def test_a_request_that_is_sent_again_counts_again(path: Path, server: FaultServer) -> None:
    server.script(Step(500, b""), Step())
    with source(path, server.url, concurrency=1) as found:
        budget = Budget()
        replay(many(2), RUBRICS, replace(found, budget=budget))
    assert budget.requests == len(server.seen) == 3


@pytest.fixture
def memo(path: Path, monkeypatch: pytest.MonkeyPatch) -> Memo:
    monkeypatch.setattr("ticketbench.edge.answers.memo.WORTH_FROM", 1)
    return Memo.beside(path)


def with_memo(path: Path, server: FaultServer, memo: Memo, **more: Any) -> Replayed:
    with source(path, server.url, **more) as found:
        return replay(dataset("a", "b", "a"), RUBRICS, replace(found, memo=memo))


def test_a_replay_from_the_memo_is_the_replay_from_the_answers(
    path: Path, server: FaultServer, memo: Memo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_memo(path, server, memo)
    plain = with_memo(path, server, memo)
    assert len(list(memo.folder.iterdir())) == 1
    monkeypatch.setattr(AnswerCache, "contents", refuse)
    kept = with_memo(path, server, memo, mode="replay")
    assert np.array_equal(kept.table.scores, plain.table.scores)
    assert (kept.recorded, kept.cached, kept.sent) == (0, 2, 0)
    assert (kept.table.ids, kept.table.provenance) == (plain.table.ids, plain.table.provenance)


def test_a_run_that_asked_or_failed_is_not_kept(
    path: Path, server: FaultServer, memo: Memo
) -> None:
    with_memo(path, server, memo, mode="replay")
    with_memo(path, server, memo)
    assert not memo.folder.exists()


def test_a_refreshed_answer_is_never_hidden_by_the_memo(
    path: Path, server: FaultServer, memo: Memo
) -> None:
    for _ in range(2):
        with_memo(path, server, memo)
    server.script(Step(body=NEW))
    with_memo(path, server, memo, mode="refresh")
    assert with_memo(path, server, memo).table.scores.tolist() == [[0.1, 0.9]] * 3


def test_a_damaged_row_is_never_hidden_by_the_memo(
    path: Path, server: FaultServer, memo: Memo
) -> None:
    for _ in range(2):
        with_memo(path, server, memo)
    overwrite(path, key_of(server, "a"), "garbage")
    assert kinds(with_memo(path, server, memo, mode="replay").table) == {
        "t0": "cache",
        "t2": "cache",
    }


def test_a_deleted_cache_is_never_hidden_by_the_memo(
    path: Path, server: FaultServer, memo: Memo
) -> None:
    for _ in range(2):
        with_memo(path, server, memo)
    path.unlink()
    assert with_memo(path, server, memo, mode="replay").table.n_failed == 3


def test_the_bulk_path_and_a_plain_session_give_equal_scores(
    path: Path, server: FaultServer
) -> None:
    tickets = many(40)
    table = replayed(path, server, tickets).table
    session = CachedSession(
        str(path), serializer="json", allowable_methods=("POST",), only_if_cached=True,
        key_fn=lambda request, **_: answer_key(request.url, request.body),
    )  # fmt: skip
    with session:
        rows = [
            session.post(server.url, data=request_body(t.text, RUBRICS)).json()["scores"]
            for t in tickets.tickets
        ]
    plain = [[scores[label] for label in LABELS] for scores in rows]
    assert table.scores.tolist() == plain


@pytest.mark.parametrize("wanted", [1, 3, 40])
def test_looking_rows_up_and_scanning_the_table_give_equal_scores(
    path: Path, server: FaultServer, wanted: int
) -> None:
    replayed(path, server, many(40))
    table = replayed(path, server, many(wanted), mode="replay").table
    assert (table.n_scored, table.n_failed) == (wanted, 0)


def test_a_small_run_asks_nothing_twice(path: Path, server: FaultServer) -> None:
    found = replayed(path, server, many(99), concurrency=16)
    assert (len(server.seen), found.drift.asked) == (99, 0)


def test_a_model_that_changed_since_the_stored_answers_is_noticed(
    path: Path, server: FaultServer
) -> None:
    replayed(path, server, many(1), concurrency=16)
    answers = {seen.text: valid_answer(seen.body) for seen in server.seen}
    server.plan = lambda seen: Step(body=NEW if seen.text in answers else None)
    found = replayed(path, server, many(301), concurrency=16)
    assert (found.drift.asked, found.drift.changed, found.sent) == (3, 1, 300)


def test_an_engine_in_process_is_not_asked_again(path: Path) -> None:
    with source(path, "local://lexical/v1/classify") as found:
        assert replay(many(150), RUBRICS, found).drift.asked == 0


def test_a_memo_is_not_used_where_the_cache_cannot_tell_its_state(
    path: Path, server: FaultServer, memo: Memo
) -> None:
    with_memo(path, server, memo)
    connection = sqlite3.connect(path)
    for event in ("INSERT", "UPDATE", "DELETE"):
        connection.execute(f"DROP TRIGGER ticketbench_{event}")
    connection.close()
    with_memo(path, server, memo, mode="replay")
    assert not memo.folder.exists()


def test_an_invalid_recorded_answer_leaves_the_question_to_the_cache(
    path: Path, server: FaultServer
) -> None:
    replayed(path, server, dataset("a"))
    server.seen.clear()
    recording = {key_of(server, "a"): Stored(BAD_ANSWERS["sum_too_low"], server.url, NOON)}
    for mode in ("auto", "replay"):
        found = replayed(path, server, dataset("a"), mode=mode, recording=recording)
        assert (found.table.n_failed, found.cached, found.recorded) == (0, 1, 0)
    assert server.seen == []


def test_a_model_that_changed_since_the_recording_is_noticed(
    path: Path, server: FaultServer
) -> None:
    with source(path.with_name("elsewhere.sqlite"), server.url, concurrency=16) as found:
        replay(many(5), RUBRICS, found)
        recording = stored_answers(many(5), RUBRICS, found)
    server.script(Step(body=NEW))
    found_later = replayed(path, server, many(130), recording=recording, concurrency=16)
    assert (found_later.drift.asked, found_later.drift.changed) == (1, 1)


def test_a_stored_answer_that_is_not_valid_says_nothing_about_drift(
    path: Path, server: FaultServer
) -> None:
    recording = {key_of(server, "question 0"): Stored(b"{}", server.url, NOON)}
    found = replayed(path, server, many(130), recording=recording, concurrency=16)
    assert (found.table.n_failed, found.drift.changed) == (0, 0)


def test_a_wait_that_the_server_asks_for_holds_for_every_thread(
    path: Path, server: FaultServer
) -> None:
    server.by_text({"question 2": Step(429, b"", {"Retry-After": "1"})})
    with source(path, server.url, concurrency=4) as found:
        replay(many(12), RUBRICS, replace(found, per_second=20.0))
    refused = next(seen.at for seen in server.seen if seen.text == "question 2")
    # What was on its way already may still arrive.
    assert [s.text for s in server.seen if 0.1 < s.at - refused < 0.9] == []


def test_a_machine_that_allows_few_threads_is_said_and_keeps_what_they_got(
    path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[threading.Thread] = []

    def start_two(thread: threading.Thread) -> None:
        if len(started) == 2:
            raise MachineError("this machine allows no further thread")
        thread.start()
        started.append(thread)

    monkeypatch.setattr(many_questions, "start", start_two)
    with pytest.raises(MachineError, match="no further thread"):
        replayed(path, server, many(100), concurrency=4)
    assert not any(thread.is_alive() for thread in started)
    assert len(keys_in(path)) == len(server.seen)
