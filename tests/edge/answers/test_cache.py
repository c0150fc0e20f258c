"""The answer cache: what is stored, what never is, and which files are refused."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from requests_cache import CachedSession

from fault_server import BAD_ANSWERS, LABELS, FaultServer, Step, valid_answer
from ticketbench.core.classify import ContractViolation
from ticketbench.core.errors import IncompleteError, MachineError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.answers import cache_file
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.cache_file import writer
from ticketbench.edge.answers.rows import LAYOUT, Stored
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.endpoints import Connection, Unreached, connect
from ticketbench.edge.secret import ApiKey

pytestmark = pytest.mark.loopback

CANARY = "sk-canary-7f3a9c1e"
RUBRICS = RubricSet("v1", tuple(Rubric(label, f"Is it {label}?") for label in LABELS))
BODY = request_body("the invoice is wrong", RUBRICS)
NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


def online(
    path: Path, server: FaultServer, key: ApiKey | None = None, timeout_s: float = 20
) -> AnswerCache:
    return AnswerCache(path, connect(server.url, Connection(key, timeout_s=timeout_s)))


def ask(path: Path, server: FaultServer, body: bytes = BODY) -> bytes:
    """Ask through a cache that is opened for this question alone."""
    with online(path, server) as cache:
        return bytes(cache.ask(server.url, body).body)


def stored_answer(path: Path, server: FaultServer) -> bytes | None:
    """The stored answer to the question."""
    key = answer_key(server.url, BODY)
    with AnswerCache(path) as cache:
        return dict(cache.contents({key})).get(key)


def keys_in(path: Path) -> list[str]:
    """The stored keys, read by another cache object."""
    with AnswerCache(path) as cache:
        return list(cache.stored_keys())


def rows(path: Path) -> list[tuple[Any, ...]]:
    """The rows as SQLite has them."""
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT key, value, expires FROM responses ORDER BY key").fetchall()
    connection.close()
    return found


def overwrite(path: Path, value: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE responses SET value = ?", (value,))
    connection.close()


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from strings_in(list(pair))
    elif isinstance(value, list):
        for entry in value:
            yield from strings_in(entry)


def everything_in(folder: Path) -> bytes:
    """All bytes of all files, and all strings of all rows, base64 decoded too."""
    parts = [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]
    for file in folder.rglob("*.sqlite"):
        for _, value, _ in rows(file):
            for text in strings_in(json.loads(value)):
                parts.append(text.encode())
                for decode in (base64.b64decode, base64.b85decode):
                    try:
                        parts.append(decode(text))
                    except ValueError:
                        continue
    return b"\n".join(parts)


# --- what is stored


def test_an_answer_is_there_after_the_file_was_closed(path: Path, server: FaultServer) -> None:
    assert ask(path, server) == stored_answer(path, server) == valid_answer(BODY)


def test_an_answer_is_stored_under_its_key(path: Path, server: FaultServer) -> None:
    ask(path, server)
    assert keys_in(path) == [answer_key(server.url, BODY)]


def test_an_answer_is_read_back_byte_for_byte(path: Path, server: FaultServer) -> None:
    content = (
        b' {"top_label":"billing","scores":\r\n{"billing":0.60, "technical":4e-1},"x":"\xc3\xa9"}'
    )
    server.script(Step(body=content))
    ask(path, server)
    key = answer_key(server.url, BODY)
    with AnswerCache(path) as cache:
        assert cache.read([key])[0][key].content == content


def test_a_stored_answer_knows_its_url(path: Path, server: FaultServer) -> None:
    ask(path, server)
    key = answer_key(server.url, BODY)
    with AnswerCache(path) as cache:
        assert cache.read([key])[0][key].url == server.url


def test_a_stored_answer_has_a_time_with_a_zone(path: Path, server: FaultServer) -> None:
    ask(path, server)
    key = answer_key(server.url, BODY)
    with AnswerCache(path) as cache:
        assert cache.read([key])[0][key].recorded_at.tzinfo is not None


def test_refresh_asks_again(path: Path, server: FaultServer) -> None:
    ask(path, server)
    ask(path, server)
    assert len(server.seen) == 2


def test_refresh_overwrites_the_answer(path: Path, server: FaultServer) -> None:
    new = b'{"top_label": "technical", "scores": {"billing": 0.1, "technical": 0.9}}'
    server.script(Step(), Step(body=new))
    ask(path, server)
    ask(path, server)
    key = answer_key(server.url, BODY)
    with AnswerCache(path) as cache:
        assert cache.read([key])[0][key].content == new


def test_a_failed_refresh_keeps_the_answer(path: Path, server: FaultServer) -> None:
    server.script(Step(), Step(500, b""))
    ask(path, server)
    ask(path, server)
    key = answer_key(server.url, BODY)
    with AnswerCache(path) as cache:
        assert cache.read([key])[0][key].content == valid_answer(BODY)


@pytest.mark.parametrize(
    "headers",
    [
        {"Vary": "*"},
        {"Vary": "x-api-key, Accept-Encoding, User-Agent"},
        {"ETag": '"abc"'},
        {"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"},
        {"Set-Cookie": "session=abc"},
        {"Cache-Control": "no-store"},
        {"Cache-Control": "no-cache, max-age=0, must-revalidate"},
        {"Expires": "Wed, 21 Oct 2015 07:28:00 GMT"},
        {"Pragma": "no-cache"},
        {"Age": "99999999"},
        {"Location": "/elsewhere"},
    ],
    ids=[
        "vary_all", "vary", "etag", "last_modified", "set_cookie", "no_store", "no_cache",
        "expires", "pragma", "age", "location",
    ],
)  # fmt: skip
def test_no_header_of_the_server_keeps_an_answer_out(
    path: Path, server: FaultServer, headers: Mapping[str, str]
) -> None:
    server.script(Step(headers=headers))
    ask(path, server)
    assert stored_answer(path, server) == valid_answer(BODY)


def test_no_header_of_the_server_is_stored(path: Path, server: FaultServer) -> None:
    server.script(
        Step(headers={"Vary": "*", "ETag": "h-etag", "Set-Cookie": "a=h-cookie", "X-H": "h-own"})
    )
    ask(path, server)
    stored = everything_in(path.parent)
    assert [word for word in (b"h-etag", b"h-cookie", b"h-own", b"Vary") if word in stored] == []


def test_an_answer_never_expires(path: Path, server: FaultServer) -> None:
    ask(path, server)
    assert [expires for _, _, expires in rows(path)] == [None]


def test_rows_are_json(path: Path, server: FaultServer) -> None:
    ask(path, server)
    assert [type(json.loads(value)) for _, value, _ in rows(path)] == [dict]


# --- what is never stored


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_invalid_answer_is_not_stored(path: Path, server: FaultServer, name: str) -> None:
    server.script(Step(body=BAD_ANSWERS[name]))
    with online(path, server) as cache, pytest.raises(ContractViolation):
        cache.ask(server.url, BODY)
    assert keys_in(path) == []


STATUSES = [201, 202, 204, 301, 307, 400, 401, 403, 404, 408, 410, 422, 429, 500, 502, 503, 504]


@pytest.mark.parametrize("status", STATUSES)
def test_another_status_than_200_is_not_stored(
    path: Path, server: FaultServer, status: int
) -> None:
    server.script(Step(status, b"" if status == 204 else valid_answer(BODY)))
    with online(path, server) as cache:
        assert cache.ask(server.url, BODY).status == status
    assert keys_in(path) == []


def test_a_failed_question_is_asked_again(path: Path, server: FaultServer) -> None:
    server.script(Step(500, b""), Step())
    ask(path, server)
    assert ask(path, server) == valid_answer(BODY)


@pytest.mark.parametrize("step", [Step(drop=True), Step(cut=5), Step(stall=True)],
                         ids=["dropped", "cut", "stalled"])  # fmt: skip
def test_half_an_answer_is_not_stored(path: Path, server: FaultServer, step: Step) -> None:
    server.script(step)
    with online(path, server, timeout_s=0.4) as cache, pytest.raises(Unreached):
        cache.ask(server.url, BODY)
    assert keys_in(path) == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(path: Path, server: FaultServer, status: int) -> None:
    with FaultServer() as other:
        server.script(Step(status, b"", {"Location": other.url}))
        with online(path, server, ApiKey(CANARY)) as cache:
            cache.ask(server.url, BODY)
        assert other.seen == []


def test_without_an_endpoint_asking_is_refused(path: Path) -> None:
    with AnswerCache(path) as cache, pytest.raises(IncompleteError):
        cache.ask("http://127.0.0.1:1/classify", BODY)


# --- the key

ECHO = json.dumps({**json.loads(valid_answer(BODY)), "debug": {"x-api-key": CANARY}}).encode()


@pytest.mark.parametrize(
    "steps",
    [
        [Step()],
        [Step(headers={"X-Echo": CANARY, "Set-Cookie": f"k={CANARY}"})],
        [Step(401, CANARY.encode()), Step()],
        [Step(500, CANARY.encode()), Step()],
        [Step(307, b"", {"Location": f"/{CANARY}"}), Step()],
        [Step(body=ECHO)],
    ],
    ids=["plain", "echoed_in_headers", "echoed_in_401", "echoed_in_500", "in_redirect",
         "echoed_in_answer"],
)  # fmt: skip
def test_the_key_reaches_the_server_and_no_byte_of_the_file(
    path: Path, server: FaultServer, steps: list[Step]
) -> None:
    server.script(*steps)
    with online(path, server, ApiKey(CANARY)) as cache:
        for _ in steps:
            cache.ask(server.url, BODY)
        stored = everything_in(path.parent)  # with the write-ahead log, before it is merged
    assert {seen.headers["x-api-key"] for seen in server.seen} == {CANARY}
    assert CANARY.encode() not in stored + everything_in(path.parent)


def test_the_search_for_the_key_finds_what_is_stored(path: Path, server: FaultServer) -> None:
    # Bodies are base64 in the file: without this, the test above could not fail.
    server.script(Step(body=ECHO))
    ask(path, server)
    assert CANARY.encode() in everything_in(path.parent)


def test_another_key_is_not_another_question(path: Path, server: FaultServer) -> None:
    for name in ("key-1", "key-2"):
        with online(path, server, ApiKey(name)) as cache:
            cache.ask(server.url, BODY)
    assert keys_in(path) == [answer_key(server.url, BODY)]


# --- what requests-cache makes of the file


def library_session(path: Path) -> CachedSession:
    return CachedSession(
        str(path), backend="sqlite", serializer="json", allowable_methods=("POST",),
        key_fn=lambda request, **_: answer_key(request.url, request.body),
    )  # fmt: skip


def test_a_plain_cached_session_reads_the_file(path: Path, server: FaultServer) -> None:
    ask(path, server)
    with library_session(path) as session:
        response = session.post(server.url, data=BODY)
    assert (response.from_cache, response.content) == (True, valid_answer(BODY))
    assert len(server.seen) == 1


def test_a_row_is_what_requests_cache_would_write_but_for_ticket_text(
    path: Path, server: FaultServer
) -> None:
    ask(path, server)
    ((_, ours, _),) = rows(path)
    with library_session(path) as session:
        (response,) = session.cache.responses.values()
        theirs = session.cache.responses.serialize(response)
    assert json.loads(theirs) == json.loads(ours)


def test_the_installed_requests_cache_has_the_layout_of_our_rows() -> None:
    assert version("requests-cache").startswith(f"{LAYOUT}.")


def test_no_ticket_text_is_stored(path: Path, server: FaultServer) -> None:
    ask(path, server, request_body("my secret billing story", RUBRICS))
    assert b"secret" not in everything_in(path.parent)


def test_a_file_that_the_library_cleared_is_empty_and_takes_answers(
    path: Path, server: FaultServer
) -> None:
    ask(path, server)
    with AnswerCache(path) as cache:
        before = cache.state()
    with library_session(path) as session:
        session.cache.clear()
    with AnswerCache(path) as cache:
        assert cache.state() is None
    assert ask(path, server) == valid_answer(BODY)
    with AnswerCache(path) as cache:
        assert cache.state() not in ("", before)


# --- the token of its state


def state(path: Path) -> str:
    with AnswerCache(path) as cache:
        return cache.state()


def test_a_missing_file_has_no_state(path: Path) -> None:
    assert state(path) == ""


def test_reading_leaves_the_state(path: Path, server: FaultServer) -> None:
    ask(path, server)
    assert state(path) == state(path) != ""
    ask(path, server)
    assert state(path) == state(path)


CHANGES = {
    "insert": "INSERT INTO responses VALUES ('k', 'v', NULL)",
    "replace": "INSERT OR REPLACE INTO responses SELECT * FROM responses",
    "update": "UPDATE responses SET value = 'x'",
    "delete": "DELETE FROM responses",
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_by_anyone_makes_another_state(
    path: Path, server: FaultServer, change: str
) -> None:
    ask(path, server)
    before = state(path)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(CHANGES[change])
    connection.close()
    assert state(path) not in ("", before)


def test_two_files_with_the_same_answers_have_different_states(
    path: Path, server: FaultServer
) -> None:
    other = path.with_name("other.sqlite")
    ask(path, server)
    ask(other, server)
    assert state(path) != state(other)


# --- the rubric sets with answers


def test_rubric_sets_are_noted_once_in_order_of_use(path: Path, server: FaultServer) -> None:
    edited = RubricSet("v2", (Rubric("billing", "Is it about money?"), RUBRICS.rubrics[1]))
    for body in (BODY, request_body("x", RUBRICS), request_body("x", edited)):
        ask(path, server, body)
    with AnswerCache(path) as cache:
        assert [dict(found)["billing"] for found in cache.rubrics()] == [
            "Is it billing?",
            "Is it about money?",
        ]


@pytest.mark.parametrize("text", [None, "", "[]", "[" * 200_000, '{"a": 1}', '{"a": "\\ud800"}'])
def test_rubric_sets_that_cannot_be_read_are_left_out(
    path: Path, server: FaultServer, text: str | None
) -> None:
    ask(path, server)
    with closing(sqlite3.connect(path)) as connection, connection:
        row = ("f", text, "2026")
        connection.execute("INSERT INTO ticketbench_rubrics VALUES (?, ?, ?)", row)
    with AnswerCache(path) as cache:
        assert [list(found) for found in cache.rubrics()] == [list(RUBRICS.labels)]


def test_a_key_that_is_no_text_is_none(path: Path, server: FaultServer) -> None:
    ask(path, server)
    with closing(sqlite3.connect(path)) as connection, connection:
        for key in (b"x", None):
            connection.execute("INSERT INTO responses VALUES (?, 'x', NULL)", (key,))
    with AnswerCache(path) as cache:
        assert [type(key) for key in cache.stored_keys()] == [str]


@pytest.mark.parametrize("began", [None, "", "soon", b"2026", "2026-01-01T00:00:00", 5])
def test_a_refresh_without_a_time_has_not_begun(
    path: Path, server: FaultServer, began: object
) -> None:
    ask(path, server)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO ticketbench VALUES ('refresh r', ?)", (began,))
    with AnswerCache(path) as cache:
        assert cache.refresh_goes_on("r") is None


# --- files


def test_a_missing_file_is_empty(path: Path) -> None:
    with AnswerCache(path) as cache:
        assert cache.read(["0" * 64]) == ({}, set())
    assert keys_in(path) == []


def test_reading_does_not_make_a_file(path: Path) -> None:
    with AnswerCache(path) as cache:
        cache.read(["0" * 64])
        list(cache.stored_keys())
    assert os.listdir(path.parent) == []


def test_folders_are_made(tmp_path: Path, server: FaultServer) -> None:
    path = tmp_path / "a" / "b" / "answers.sqlite"
    ask(path, server)
    assert len(keys_in(path)) == 1


def test_an_empty_file_is_refused_since_its_answers_would_be_paid_again(path: Path) -> None:
    path.touch()
    with pytest.raises(MachineError, match="cut off"):
        AnswerCache(path)


def test_a_file_that_appears_meanwhile_is_kept(path: Path, server: FaultServer) -> None:
    with online(path, server) as late:
        ask(path, server)
        late.ask(server.url, request_body("a technical question", RUBRICS))
    assert len(keys_in(path)) == 2


def test_a_file_deleted_meanwhile_is_noticed(path: Path, server: FaultServer) -> None:
    with online(path, server) as cache:
        cache.ask(server.url, BODY)
        path.unlink()
        with pytest.raises(MachineError, match="deleted"):
            cache.ask(server.url, request_body("a technical question", RUBRICS))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("answers.sqlite", "answers.sqlite"),
        ("answers.db", "answers.db"),
        ("answers", "answers.sqlite"),
        (".answers", ".answers.sqlite"),
    ],
)
def test_a_name_without_a_suffix_gets_one(
    tmp_path: Path, server: FaultServer, name: str, file: str
) -> None:
    ask(tmp_path / name, server)
    assert os.listdir(tmp_path) == [file]
    assert len(keys_in(tmp_path / name)) == 1


@pytest.mark.parametrize("name", [".", "/", ".."])
def test_what_names_a_folder_only_is_no_cache(name: str) -> None:
    with pytest.raises(MachineError, match="is a folder"):
        AnswerCache(Path(name))


@pytest.mark.parametrize("name", ["answers.sqlite", "answers"])
def test_only_the_owner_can_read_the_file(tmp_path: Path, server: FaultServer, name: str) -> None:
    ask(tmp_path / name, server)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}


def foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.execute("INSERT INTO bookmarks VALUES ('x')")
    connection.close()


def truncated_cache(path: Path) -> None:
    with AnswerCache(path) as cache:
        cache.save({"0" * 64: Stored(b"{}" + b" " * 20_000, "http://h/", NOON)})
    path.write_bytes(path.read_bytes()[:5000])


def garbled_cache(path: Path) -> None:
    with AnswerCache(path) as cache:
        cache.save({"0" * 64: Stored(b"{}", "http://h/", NOON)})
    path.write_bytes(path.read_bytes()[:100] + b"\xaa" * 16_000)


UNUSABLE = {
    "text_file": lambda path: path.write_text("my notes\n"),
    "short_file": lambda path: path.write_bytes(b"SQL"),
    "pickle": lambda path: path.write_bytes(b"\x80\x04K\x01."),
    "magic_alone": lambda path: path.write_bytes(b"SQLite format 3\0"),
    "foreign_database": foreign_database,
    "truncated": truncated_cache,
    "garbled": garbled_cache,
    "directory": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_file_cannot_be_read(path: Path, name: str) -> None:
    UNUSABLE[name](path)
    with pytest.raises(MachineError), AnswerCache(path) as cache:
        cache.read(["0" * 64])


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_file_cannot_be_written(path: Path, server: FaultServer, name: str) -> None:
    UNUSABLE[name](path)
    with pytest.raises(MachineError):
        ask(path, server)


@pytest.mark.parametrize("name", ["text_file", "pickle", "foreign_database", "garbled"])
def test_an_unusable_file_is_left_as_it_is(path: Path, server: FaultServer, name: str) -> None:
    UNUSABLE[name](path)
    before = path.read_bytes()
    with pytest.raises(MachineError):
        ask(path, server)
    assert path.read_bytes() == before


def test_an_unusable_file_is_named(path: Path) -> None:
    path.write_text("my notes\n")
    with pytest.raises(MachineError, match=path.name):
        AnswerCache(path)


def test_a_folder_that_is_a_file_cannot_hold_a_cache(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MachineError):
        ask(tmp_path / "file" / "answers.sqlite", server)


def test_a_cache_that_another_process_holds_is_refused_before_anything_is_asked(
    path: Path, server: FaultServer
) -> None:
    ask(path, server)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(MachineError, match="locked"):
            online(path, server)
        holder.execute("ROLLBACK")


def test_a_cache_that_another_process_holds_can_be_read(path: Path, server: FaultServer) -> None:
    ask(path, server)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert len(keys_in(path)) == 1


def test_a_lock_taken_meanwhile_is_an_error_within_its_time(
    path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(path, server)
    monkeypatch.setattr(cache_file, "writer", partial(writer, wait_s=0.2))
    with online(path, server) as cache, closing(sqlite3.connect(path)) as holder:
        holder.isolation_level = None
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(MachineError, match="locked"):
            cache.ask(server.url, request_body("a technical question", RUBRICS))


# --- folders and files that cannot be written


@pytest.mark.parametrize("open_wal", [False, True], ids=["merged", "with_write_ahead_log"])
def test_a_cache_in_a_folder_that_cannot_be_written_is_read(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch, open_wal: bool
) -> None:
    path = tmp_path / "c" / "answers.sqlite"
    ask(path, server)
    keeper = sqlite3.connect(path)  # while it is open, the log is not merged
    keeper.execute("SELECT count(*) FROM responses").fetchone()
    if open_wal:
        ask(path, server, request_body("a technical question", RUBRICS))
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    before = sorted(os.listdir(path.parent))
    assert len(keys_in(path)) == 1 + open_wal
    assert sorted(os.listdir(path.parent)) == before
    keeper.close()


# --- damaged rows

DAMAGED: dict[str, Any] = {
    "garbage_text": "garbage",
    "garbage_bytes": b"\x00\xff\xfe",
    "empty": "",
    "null_in_sqlite": None,
    "number_in_sqlite": 7,
    "json_null": "null",
    "json_number": "1",
    "json_list": "[]",
    "json_object": "{}",
    "other_shape": '{"status_code": "x", "headers": 3}',
    "deep_nesting": "[" * 200_000,
    "pickle": b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x01x\x94.",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_row_is_reported_as_damaged(path: Path, server: FaultServer, name: str) -> None:
    ask(path, server)
    overwrite(path, DAMAGED[name])
    key = answer_key(server.url, BODY)
    with AnswerCache(path) as cache:
        assert cache.read([key]) == ({}, {key})


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_row_is_asked_again(path: Path, server: FaultServer, name: str) -> None:
    ask(path, server)
    overwrite(path, DAMAGED[name])
    assert ask(path, server) == valid_answer(BODY)


def test_half_a_row_is_reported_as_damaged(path: Path, server: FaultServer) -> None:
    ask(path, server)
    overwrite(path, rows(path)[0][1][:-40])
    key = answer_key(server.url, BODY)
    with AnswerCache(path) as cache:
        assert cache.read([key]) == ({}, {key})


def test_the_other_rows_of_a_damaged_cache_are_read(path: Path, server: FaultServer) -> None:
    other = request_body("a technical question", RUBRICS)
    ask(path, server)
    overwrite(path, "garbage")
    ask(path, server, other)
    damaged, whole = answer_key(server.url, BODY), answer_key(server.url, other)
    with AnswerCache(path) as cache:
        answers, bad = cache.read([damaged, whole])
    assert (list(answers), bad) == ([whole], {damaged})


def test_a_key_that_is_not_stored_is_not_damaged(path: Path, server: FaultServer) -> None:
    ask(path, server)
    with AnswerCache(path) as cache:
        assert cache.read(["0" * 64]) == ({}, set())


# --- many rows


def _keys(n: int) -> list[str]:
    return [f"{i:064x}" for i in range(n)]


@pytest.mark.parametrize("n_wanted", [1, 19, 20, 100])
def test_few_keys_are_looked_up_and_many_are_found_in_one_pass(path: Path, n_wanted: int) -> None:
    stored, said = _keys(100), list[str]()
    with AnswerCache(path) as cache:
        cache.save({key: Stored(key.encode(), "u", NOON) for key in stored})
        wanted = [stored[-n_wanted:], [*stored[:1], "none"]]
        cache._connection().set_trace_callback(said.append)
        found = list(cache.kept_of_each(wanted))
    whole = [query for query in said if query == "SELECT key, value FROM responses"]
    assert len(whole) == (n_wanted + 2 >= 20)
    expected = [(0, key, key.encode()) for key in wanted[0]] + [(1, stored[0], stored[0].encode())]
    assert sorted((n, key, kept.content) for n, key, kept in found if kept) == sorted(expected)


@pytest.mark.parametrize("n_stored", [1, 100])
def test_a_key_of_several_groups_is_given_once_to_each(path: Path, n_stored: int) -> None:
    stored = _keys(n_stored)
    with AnswerCache(path) as cache:
        cache.save({key: Stored(key.encode(), "u", NOON) for key in stored})
        found = [(n, key) for n, key, _ in cache.kept_of_each([stored[:1], ["none"], stored[:1]])]
    assert sorted(found) == [(0, stored[0]), (2, stored[0])]


# --- saving what was recorded elsewhere


def test_a_saved_answer_is_read_back(path: Path) -> None:
    stored = Stored(valid_answer(BODY), "https://api.example.com/classify", NOON)
    with AnswerCache(path) as cache:
        cache.save({"a" * 64: stored})
    with AnswerCache(path) as cache:
        assert cache.read(["a" * 64]) == ({"a" * 64: stored}, set())


def test_a_saved_answer_is_there(path: Path, server: FaultServer) -> None:
    with AnswerCache(path) as cache:
        cache.save({answer_key(server.url, BODY): Stored(valid_answer(BODY), server.url, NOON)})
    assert stored_answer(path, server) == valid_answer(BODY)


def test_keys_are_listed_in_order(path: Path) -> None:
    with AnswerCache(path) as cache:
        for letter in "cab":
            cache.save({letter * 64: Stored(b"{}", "http://h/", NOON)})
    assert keys_in(path) == ["a" * 64, "b" * 64, "c" * 64]


# --- a full disk


def fill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file that is opened from now on grow no more, as on a full disk."""

    def full(path: Path, **more: Any) -> sqlite3.Connection:
        connection = writer(path, **more)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    monkeypatch.setattr("ticketbench.edge.answers.cache_file.writer", full)


OTHER = request_body("another invoice", RUBRICS)
BIG = valid_answer(BODY) + b" " * 100_000


def test_an_answer_that_cannot_be_stored_is_an_error(
    path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(path, server)
    fill(monkeypatch)
    server.script(Step(body=BIG))
    with online(path, server) as cache, pytest.raises(MachineError, match="could not be stored"):
        cache.ask(server.url, OTHER)


def test_answers_stored_before_the_disk_was_full_are_kept(
    path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(path, server)
    fill(monkeypatch)
    server.script(Step(body=BIG))
    with online(path, server) as cache, pytest.raises(MachineError):
        cache.ask(server.url, OTHER)
    assert keys_in(path) == [answer_key(server.url, BODY)]


def test_of_recorded_answers_that_do_not_fit_none_is_saved(
    path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(path, server)
    fill(monkeypatch)
    small = Stored(valid_answer(BODY), server.url, NOON)
    with AnswerCache(path) as cache, pytest.raises(MachineError):
        cache.save({"a" * 64: small, "b" * 64: Stored(BIG, server.url, NOON)})
    assert keys_in(path) == [answer_key(server.url, BODY)]


def test_a_refreshed_answer_that_cannot_be_stored_leaves_the_old_one(
    path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(path, server)
    fill(monkeypatch)
    server.script(Step(body=BIG))
    with online(path, server) as cache, pytest.raises(MachineError):
        cache.ask(server.url, BODY)
    assert stored_answer(path, server) == valid_answer(BODY)


# --- threads


def test_all_answers_of_many_threads_are_stored(path: Path, server: FaultServer) -> None:
    bodies = [request_body(f"billing {i}", RUBRICS) for i in range(100)]
    with online(path, server) as cache, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda body: cache.ask(server.url, body), bodies))
    assert keys_in(path) == sorted(answer_key(server.url, body) for body in bodies)


def test_two_caches_on_one_file_keep_all_answers(path: Path, server: FaultServer) -> None:
    bodies = [request_body(f"billing {i}", RUBRICS) for i in range(40)]
    with (
        online(path, server) as first,
        online(path, server) as second,
        ThreadPoolExecutor(2) as pool,
    ):
        halves = ((first, bodies[::2]), (second, bodies[1::2]))
        list(pool.map(lambda half: [half[0].ask(server.url, body) for body in half[1]], halves))
    assert keys_in(path) == sorted(answer_key(server.url, body) for body in bodies)


# --- a refresh that was stopped


def test_a_refresh_keeps_its_beginning_until_it_ends(path: Path) -> None:
    with AnswerCache(path) as cache:
        assert cache.refresh_began("r") is None
        began = cache.begin_refresh("r")
    with AnswerCache(path) as cache:
        assert cache.refresh_began("r") == cache.begin_refresh("r") == began
        assert cache.refresh_began("other") is None
        cache.end_refresh("r")
        assert cache.refresh_began("r") is None


def test_a_refresh_of_yesterday_is_known_but_starts_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with AnswerCache(path) as cache:
        began = cache.begin_refresh("r")
        monkeypatch.setattr("ticketbench.edge.answers.cache._REFRESH_GOES_ON", timedelta(0))
        assert (cache.refresh_began("r"), cache.refresh_goes_on("r")) == (began, None)
        assert cache.begin_refresh("r") > began
