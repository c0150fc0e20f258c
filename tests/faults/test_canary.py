"""The search for the key finds it wherever it is, so that finding nothing means something."""

from __future__ import annotations

import base64
import gzip
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

import canary
from fault_project import FaultProject
from fault_server import Step, valid_answer
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.inputs.rubric_files import read_rubrics

KEY = canary.KEY.encode()
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)

PLANTED = {
    "clear": KEY,
    "within_text": b"x-api-key: " + KEY + b"\r\n",
    "upper_case": KEY.upper(),
    "url": quote(canary.KEY, safe="").encode(),
    "url_every_byte": "".join(f"%{byte:02X}" for byte in KEY).encode(),
    "url_hyphens": KEY.replace(b"-", b"%2D"),
    "base64": base64.b64encode(KEY),
    **{f"base64_after_{n}": base64.b64encode(b"z" * n + KEY + b"yx") for n in (1, 2, 3, 4)},
    "base64_for_urls": base64.urlsafe_b64encode(b"?>" + KEY + b"?>"),
    "base64_twice": base64.b64encode(base64.b64encode(b'{"key": "' + KEY + b'"}')),
    "gzip": gzip.compress(KEY),
    "gzip_in_base64": base64.b64encode(gzip.compress(b"the key " + KEY)),
}


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is not searched when the test is over."""
    return tmp_path_factory.mktemp("planted")


@pytest.mark.parametrize("form", PLANTED)
def test_the_key_is_found_in_any_form(elsewhere: Path, form: str) -> None:
    (elsewhere / "below").mkdir()
    (elsewhere / "below" / "file").write_bytes(b"before " + PLANTED[form] + b" after")
    if form == "gzip":
        (elsewhere / "below" / "file").write_bytes(PLANTED[form])
    assert canary.places(elsewhere) == [str(elsewhere / "below" / "file")]


def test_the_key_is_found_in_a_name(elsewhere: Path) -> None:
    (elsewhere / canary.KEY).mkdir()
    assert len(canary.places(elsewhere)) == 1


@pytest.mark.parametrize("form", ["clear", "base64", "gzip_in_base64"])
def test_the_key_is_found_in_a_value_that_is_spread_over_pages(elsewhere: Path, form: str) -> None:
    path = elsewhere / "a.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE kept (value TEXT)")
        for start in range(4030, 4070, 6):
            value = "x" * start + " " + PLANTED[form].decode() + " " + "y" * 6000
            connection.execute("INSERT INTO kept VALUES (?)", (value,))
    with closing(sqlite3.connect(path)) as connection:
        n = connection.execute("SELECT count(*) FROM kept").fetchone()[0]
    assert canary.places(elsewhere).count(f"{path}, table kept") == n


def test_the_key_is_found_in_a_stored_answer(elsewhere: Path) -> None:
    echo = valid_answer(b'{"text": "", "labels": [{"name": "a"}, {"name": "b"}]}')
    echo = echo[:-1] + b', "debug": "' + KEY + b'"}'
    with AnswerCache(elsewhere / "answers.sqlite") as cache:
        cache.save({"0" * 64: Stored(echo, "http://127.0.0.1/", NOON)})
    assert f"{elsewhere / 'answers.sqlite'}, table responses" in canary.places(elsewhere)


def test_what_is_not_the_key_is_not_found(project: FaultProject) -> None:
    project.run()
    (project.folder / "other.txt").write_text("sk-canary-7f3a9c1e-0123456789abcdee")
    assert canary.places(project.folder) == []


@pytest.mark.parametrize("status", [200, 401, 422, 500])
def test_a_key_that_the_server_echoes_stays_in_no_byte(project: FaultProject, status: int) -> None:
    rubrics = read_rubrics(project.folder / "v1.yaml", "v1")
    answer = valid_answer(request_body(project.text(5), rubrics))
    body = answer[:-1] + b', "debug": "' + KEY + b'"}'
    echo = Step(status, body, {"X-Echo": canary.KEY, "Set-Cookie": f"key={canary.KEY}"})
    project.server.in_turn({project.text(5): (echo,)})
    if status == 200:
        project.run()
        with AnswerCache(project.cache) as cache:
            key = answer_key(project.server.url, request_body(project.text(5), rubrics))
            assert b'"debug": "***"' in cache.read([key])[0][key].content
    else:
        error = project.ends_with(4 if status == 401 else 3)
        assert canary.KEY not in f"{error.problems}"
        assert "***" in f"{error.problems}"
