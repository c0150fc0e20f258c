"""What was refused is remembered beside the answers, and is none of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ticketbench.core.classify import Refused
from ticketbench.core.errors import MachineError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.cache_file import make, refuse_unusable
from ticketbench.edge.answers.refusals import TABLE, Refusal
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.endpoints import Reply

URL = "https://example.org/v1"
RUBRICS = RubricSet("v1", (Rubric("a", "Is it a?"), Rubric("b", "Is it b?")))
ANSWER = b'{"scores":{"a":0.75,"b":0.25},"top_label":"a"}'
REFUSAL = b'{"type":"refusal"}'
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Says:
    """An endpoint that gives these bodies in turn."""

    def __init__(self, *bodies: bytes) -> None:
        self._bodies = list(bodies)

    def ask(self, url: str, body: bytes) -> Reply:
        return Reply(200, self._bodies.pop(0))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


def body(text: str = "x") -> bytes:
    return request_body(text, RUBRICS)


def key(text: str = "x") -> str:
    return answer_key(URL, body(text))


def ask(path: Path, *bodies: bytes, text: str = "x") -> None:
    """Ask once for each body, whatever is stored."""
    with AnswerCache(path, Says(*bodies)) as cache:
        for one in bodies:
            if one == REFUSAL:
                with pytest.raises(Refused):
                    cache.ask(URL, body(text))
            else:
                cache.ask(URL, body(text))


def found(path: Path) -> tuple[list[str], list[str]]:
    """The keys of answers, and of refusals."""
    with AnswerCache(path) as cache:
        return cache.stored_keys(), sorted(cache.refusals())


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def test_a_refusal_is_remembered_with_its_url_and_is_no_answer(path: Path) -> None:
    before = datetime.now(UTC)
    ask(path, REFUSAL)
    with AnswerCache(path) as cache:
        (refusal,) = cache.refusals().values()
        assert refusal.url == URL
        assert before <= refusal.recorded_at <= datetime.now(UTC)
        assert list(cache.contents([key()])) == []
    assert found(path) == ([], [key()])


def test_a_file_has_the_table_from_its_first_refusal_on(path: Path) -> None:
    ask(path, ANSWER)
    assert TABLE not in tables(path)
    assert found(path) == ([key()], [])
    ask(path, REFUSAL, text="y")
    assert TABLE in tables(path)
    refuse_unusable(path, writing=True)
    assert found(path) == ([key()], [key("y")])


@pytest.mark.parametrize(
    ("bodies", "stored", "refused"),
    [
        ((ANSWER, REFUSAL), 0, 1),
        ((REFUSAL, ANSWER), 1, 0),
        ((REFUSAL, ANSWER, REFUSAL), 0, 1),
        ((REFUSAL, REFUSAL), 0, 1),
    ],
)
def test_what_was_said_last_counts(
    path: Path, bodies: tuple[bytes, ...], stored: int, refused: int
) -> None:
    ask(path, *bodies)
    answers, refusals = found(path)
    assert (len(answers), len(refusals)) == (stored, refused)


def test_a_refusal_in_place_of_an_answer_changes_the_state_that_matrices_are_kept_under(
    path: Path,
) -> None:
    ask(path, ANSWER)
    with AnswerCache(path) as cache:
        before = cache.state()
    ask(path, REFUSAL)
    with AnswerCache(path) as cache:
        assert cache.state() not in (before, None)


def test_where_the_refusal_cannot_be_stored_the_answer_before_it_stays(path: Path) -> None:
    ask(path, ANSWER)
    with AnswerCache(path, Says(REFUSAL)) as cache:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"CREATE TABLE {TABLE} (key TEXT)")
            connection.commit()
        with pytest.raises(MachineError):
            cache.ask(URL, body())
        assert cache.stored_keys() == [key()]


BAD_ROWS: dict[str, Callable[[], tuple[object, ...]]] = {
    "no time": lambda: ("k", URL, "yesterday"),
    "a number for a time": lambda: ("k", URL, 7),
    "bytes for a key": lambda: (b"\xff", URL, NOON.isoformat()),
    "no url": lambda: ("k", None, NOON.isoformat()),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_row_that_cannot_be_read_is_no_refusal(path: Path, name: str) -> None:
    ask(path, REFUSAL)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?)", BAD_ROWS[name]())
        connection.commit()
    assert found(path) == ([], [key()])


def test_saving_takes_answers_and_refusals_and_deleting_takes_both_away(path: Path) -> None:
    stored = Stored(ANSWER, URL, NOON)
    with AnswerCache(path) as cache:
        cache.save({key(): stored}, {key("y"): Refusal(URL, NOON + timedelta(hours=1))})
    assert found(path) == ([key()], [key("y")])
    with AnswerCache(path) as cache:
        cache.delete([key(), key("y")], [RUBRICS])
    assert found(path) == ([], [])
    assert TABLE in tables(path)


def test_a_missing_file_knows_no_refusal_and_stays_missing(path: Path) -> None:
    with AnswerCache(path) as cache:
        assert cache.refusals() == {}
    assert not path.exists()


def test_a_new_file_is_made_without_the_table(path: Path) -> None:
    make(path)
    assert TABLE not in tables(path)
