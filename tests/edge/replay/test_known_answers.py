"""What is stored of several sets is read once, as each alone would read it, and never held."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.cache_file import writer
from ticketbench.edge.answers.details import Details
from ticketbench.edge.answers.memo import Memo
from ticketbench.edge.answers.parts.folder import write_parts
from ticketbench.edge.answers.recording import read_recording, recording_parts, recording_text
from ticketbench.edge.answers.rows import Kept, Stored
from ticketbench.edge.replay import every_ticket
from ticketbench.edge.replay.every_ticket import Replayed, replay, replay_stored
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source, Sources
from ticketbench.edge.replay.together import replay_each

URL = "https://api.example.com/classify"
N = 5_000
LABELS = ("billing", "delivery", "technical", "account", "returns", "order")
RUBRICS = RubricSet("v1", tuple(Rubric(label, f"Is it about {label}?") for label in LABELS))
MOST_BYTES_A_TICKET = 600
"""Of a key with its place in a dictionary, six scores and what becomes of them; an answer and its
row have 1,500."""


def test_a_strict_replay_of_5000_tickets_holds_at_most_600_bytes_a_ticket(tmp_path: Path) -> None:
    tickets = tuple(Ticket(f"t{i}", f"Text number {i}", LABELS[i % 6]) for i in range(N))
    data = Dataset("d", tickets)
    scores = np.round(np.random.default_rng(1).dirichlet(np.ones(6), N), 6).tolist()
    now = datetime.now(UTC)
    with AnswerCache(tmp_path / "a.sqlite") as cache:
        stored = (Stored(_answer(row), URL, now) for row in scores)
        cache.save(dict(zip(questions(data, RUBRICS, URL).keys, stored, strict=True)))
        source = Source(URL, cache, {}, mode="replay")
        tracemalloc.start()
        try:
            found = replay(data, RUBRICS, source)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert found.table.scores.tolist() == scores
    assert peak / N < MOST_BYTES_A_TICKET


# --- several sets

TWO = ("billing", "technical")
SETS = (
    *(
        RubricSet(name, tuple(Rubric(label, f"Is it {label}, by {name}?") for label in TWO))
        for name in ("a", "b", "c")
    ),
    RubricSet("as b", tuple(Rubric(label, f"Is it {label}, by b?") for label in TWO)),
)
"""Of the last one every question is one of b."""
ENDPOINTS = {"a": URL, "b": URL, "c": f"{URL}?other", "as b": URL}
TEXTS = ("one", "two", "three\nlines", "one", "five")
TICKETS = tuple(
    Ticket(f"t{i}", text, "billing", text_in_file="three\r\nlines" if "\n" in text else None)
    for i, text in enumerate(TEXTS)
)
DATA = Dataset("d", TICKETS)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
BODIES = {
    "right": b'{"top_label": "billing", "scores": {"billing": 0.7, "technical": 0.3}}',
    "other": b'{"top_label": "technical", "scores": {"billing": 0.2, "technical": 0.8}}',
    "wrong sum": b'{"top_label": "billing", "scores": {"billing": 0.7, "technical": 0.7}}',
    "other labels": b'{"top_label": "billing", "scores": {"billing": 0.7, "account": 0.3}}',
}
RECORDABLE = sorted(BODIES.keys() - {"wrong sum"})


def _keys() -> Iterator[tuple[str, str]]:
    """Every key that a set may be answered under, and its URL."""
    for one in SETS[:3]:
        asked = questions(DATA, one, ENDPOINTS[one.name])
        yield from ((key, asked.url) for key in (*asked.position, *asked.in_file))


KEYS = dict(_keys())
STORED = st.dictionaries(st.sampled_from(sorted(KEYS)), st.sampled_from(sorted(BODIES)))


def _stored(bodies: Mapping[str, str]) -> dict[str, Stored]:
    return {key: Stored(BODIES[body], KEYS[key], NOON) for key, body in bodies.items()}


def _recording(folder: Path, bodies: Mapping[str, str], n_parts: int) -> Mapping[str, Stored]:
    """In so many parts, or in one file; not read yet."""
    found = _stored(bodies)
    if n_parts:
        write_parts(folder / "r", recording_parts(n_parts, found.items()))
        return read_recording(folder / "r")
    (folder / "r.jsonl").write_text(recording_text(found.items()), encoding="utf-8")
    return read_recording(folder / "r.jsonl")


def _told(found: Replayed) -> tuple[object, ...]:
    table = found.table
    counts = found.recorded, found.cached, found.sent, found.damaged, found.tells
    return (table.ids, table.scores.tolist(), table.failures, table.provenance, *counts)


@given(
    cached=STORED,
    recorded=st.dictionaries(st.sampled_from(sorted(KEYS)), st.sampled_from(RECORDABLE)),
    damaged=st.frozensets(st.sampled_from(sorted(KEYS)), max_size=3),
    n_parts=st.sampled_from([None, 0, 16]),
    at_once=st.sampled_from([1, 10, 1_000]),
)
@settings(max_examples=40, deadline=None)
def test_sets_read_together_are_what_each_alone_is(
    tmp_path_factory: pytest.TempPathFactory,
    cached: dict[str, str],
    recorded: dict[str, str],
    damaged: frozenset[str],
    n_parts: int | None,
    at_once: int,
) -> None:
    folder = tmp_path_factory.mktemp("together")
    path = folder / "a.sqlite"
    with AnswerCache(path) as cache, pytest.MonkeyPatch.context() as patch:
        cache.save(_stored(cached))
        if path.exists():
            with closing(writer(path)) as connection:
                changed = [(key,) for key in damaged]
                connection.executemany("UPDATE responses SET value = 7 WHERE key = ?", changed)
        recording = {} if n_parts is None else _recording(folder, recorded, n_parts)
        source = Source(URL, cache, recording, mode="replay")
        of = {name: replace(source, url=url) for name, url in ENDPOINTS.items()}
        patch.setattr(every_ticket, "_MOST_KEYS", at_once)
        together = replay_each(DATA, SETS, Sources(cache, of))
        alone = [replay(DATA, one, of[one.name]) for one in SETS]
    assert [*map(_told, together)] == [*map(_told, alone)]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    with AnswerCache(tmp_path / "a.sqlite") as opened:
        opened.save(_stored(dict.fromkeys(KEYS, "right")))
        yield opened


def _read(cache: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For how many sets each reading of the cache looks for something; grows as it is read."""
    seen, read = list[int](), cache.kept_of_each

    def noting(groups: Sequence[Collection[str]]) -> Iterator[tuple[int, str, Kept | None]]:
        seen.append(sum(map(bool, groups)))
        return read(groups)

    monkeypatch.setattr(cache, "kept_of_each", noting)
    return seen


def _sources(cache: AnswerCache, memo: Memo | None = None) -> Sources:
    source = Source(URL, cache, {}, mode="replay", memo=memo)
    return Sources(cache, {name: replace(source, url=url) for name, url in ENDPOINTS.items()})


@pytest.mark.parametrize(("most_keys", "groups"), [(1_000, [4]), (10, [2, 2]), (1, [1, 1, 1, 1])])
def test_the_cache_is_read_once_for_as_many_sets_as_are_held_together(
    cache: AnswerCache, monkeypatch: pytest.MonkeyPatch, most_keys: int, groups: list[int]
) -> None:
    monkeypatch.setattr(every_ticket, "_MOST_KEYS", most_keys)
    read = _read(cache, monkeypatch)
    found = replay_stored(DATA, SETS, _sources(cache))
    assert [one.cached for one in found] == [4] * len(SETS)
    assert [n for n in read if n] == groups


def test_sets_that_the_memo_keeps_are_not_read(
    cache: AnswerCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticketbench.edge.answers.memo.WORTH_FROM", 1)
    sources = _sources(cache, Memo.beside(cache.path))
    first = replay_stored(DATA, SETS[1:2], sources)
    read = _read(cache, monkeypatch)
    found = replay_stored(DATA, SETS[:2], sources)
    assert [n for n in read if n] == [1]
    assert _told(found[1]) == _told(first[0])
    assert _told(found[0]) == _told(replay(DATA, SETS[0], _sources(cache).of(SETS[0])))


def test_a_set_tells_how_its_answers_came_where_one_of_its_own_does(cache: AnswerCache) -> None:
    key = next(iter(questions(DATA, SETS[0], URL).position))
    cache.save({key: Stored(BODIES["right"], URL, NOON, Details(model="m-1"))})
    found = replay_stored(DATA, SETS, _sources(cache))
    assert [one.tells for one in found] == [True, False, False, False]


def test_what_the_memo_keeps_tells_what_was_read(
    cache: AnswerCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticketbench.edge.answers.memo.WORTH_FROM", 1)
    key = next(iter(questions(DATA, SETS[0], URL).position))
    cache.save({key: Stored(BODIES["right"], URL, NOON, Details(model="m-1"))})
    sources = _sources(cache, Memo.beside(cache.path))
    replay_stored(DATA, SETS[:2], sources)
    read = _read(cache, monkeypatch)
    assert [one.tells for one in replay_stored(DATA, SETS[:2], sources)] == [True, False]
    assert not read


def _answer(row: list[float]) -> bytes:
    known = dict(zip(LABELS, row, strict=True))
    listed = [
        {"label": one.label, "score": known[one.label], "rubric": one.text}
        for one in RUBRICS.rubrics
    ]
    answer = {"top_label": max(known, key=known.__getitem__), "scores": known, "labels": listed}
    return json.dumps(answer).encode()
