"""What is known of how an answer came: names and numbers alone, kept wherever the answer goes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from requests_cache import CachedSession

from ticketbench.core.errors import InputError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.details import NO_DETAILS, Details, Wire, details_from_json
from ticketbench.edge.answers.recording import merged, read_recording, recording_text
from ticketbench.edge.answers.recording_line import FIRST_LINE, recording_line
from ticketbench.edge.answers.rows import (
    DETAILS_HEADER,
    DamagedRow,
    Stored,
    decoded_row,
    encoded_row,
    kept_in,
)
from version_1 import as_version_1, digest_of_line

URL = "https://api.example.com/classify"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
CONTENT = b'{"scores":{"billing":0.6,"technical":0.4},"top_label":"billing"}'
DETAILS = Details(
    model="jev-1.13.0",
    ms=143,
    usage={"output_tokens": 4, "input_tokens": 61},
    wire=Wire(p={"technical": 0.02, "billing": 1e-7}, mass=1.25, missing=0),
)
A = "a" * 64


def stored(details: Details = DETAILS, at: datetime = NOON) -> Stored:
    return Stored(CONTENT, URL, at, details)


def file_with(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def line_with(**fields: Any) -> str:
    """A line whose digest holds, with these fields in it."""
    value = json.loads(recording_line(A, stored(NO_DETAILS))) | fields
    return json.dumps(value | {"sha256": digest_of_line(value)})


def test_a_line_with_details_is_canonical_json_with_the_digest_of_all_its_other_fields() -> None:
    line = recording_line(A, stored())
    value = json.loads(line)
    assert line == json.dumps(value, sort_keys=True, separators=(",", ":"))
    assert value["sha256"] == digest_of_line(value)
    assert list(value) == [
        "answer", "key", "model", "ms", "recorded_at", "sha256", "url", "usage", "wire"
    ]  # fmt: skip


def test_a_line_without_details_has_the_bytes_it_had_before_there_were_any() -> None:
    digest = "2e32eefaedc4c01cfa9c4f24b9f18054f606a3d099455cf0a11acf1094c66f4f"
    assert recording_line(A, stored(NO_DETAILS)) == (
        f'{{"answer":{CONTENT.decode()},"key":"{A}","recorded_at":"2026-01-02T12:00:00+00:00",'
        f'"sha256":"{digest}","url":"{URL}"}}'
    )


@pytest.mark.parametrize("field", ["model", "ms", "usage", "wire"])
def test_each_detail_alone_is_written_and_read(tmp_path: Path, field: str) -> None:
    alone = Details(**{field: getattr(DETAILS, field)})
    path = file_with(tmp_path / "r.jsonl", FIRST_LINE, recording_line(A, stored(alone)))
    assert dict(read_recording(path)) == {A: stored(alone)}


@pytest.mark.parametrize(
    ("field", "other"),
    [("model", "jev-1.14.0"), ("ms", 0), ("usage", {"input_tokens": 1}), ("wire", {"mass": 1.0}),
     ("model", None), ("usage", None)],
)  # fmt: skip
def test_a_detail_that_was_altered_or_taken_out_is_refused(
    tmp_path: Path, field: str, other: object
) -> None:
    value = json.loads(recording_line(A, stored())) | {field: other}
    line = json.dumps({name: v for name, v in value.items() if v is not None})
    with pytest.raises(InputError, match="does not match its digest") as refused:
        read_recording(file_with(tmp_path / "r.jsonl", FIRST_LINE, line))
    assert refused.value.problems[0].where.endswith("r.jsonl:2")


REFUSED: dict[str, dict[str, Any]] = {
    "prose_as_model": {"model": "My invoice is wrong"},
    "empty_model": {"model": ""},
    "long_model": {"model": "m" * 129},
    "model_of_two_lines": {"model": "m\n"},
    "model_that_is_null": {"model": None},
    "negative_ms": {"ms": -1},
    "ms_of_two_days": {"ms": 172_800_000},
    "part_of_a_ms": {"ms": 0.5},
    "ms_as_text": {"ms": "143"},
    "negative_tokens": {"usage": {"input_tokens": -1}},
    "tokens_without_end": {"usage": {"input_tokens": 10**13}},
    "tokens_that_are_true": {"usage": {"input_tokens": True}},
    "nested_usage": {"usage": {"details": {"cached_tokens": 1}}},
    "prose_in_usage": {"usage": {"My invoice is wrong": 1}},
    "no_usage": {"usage": {}},
    "usage_of_17": {"usage": {f"n{i}": i for i in range(17)}},
    "wire_as_text": {"wire": "My invoice is wrong"},
    "prose_in_wire": {"wire": {"text": "My invoice is wrong"}},
    "a_label_nobody_asked_for": {"wire": {"p": {"My invoice is wrong": 0.5}}},
    "negative_p": {"wire": {"p": {"billing": -0.5}}},
    "negative_mass": {"wire": {"mass": -1}},
    "part_of_a_label": {"wire": {"missing": 0.5}},
    "another_field": {"note": "x"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_detail_beyond_its_limits_is_refused_though_the_digest_holds(
    tmp_path: Path, name: str
) -> None:
    path = file_with(tmp_path / "r.jsonl", FIRST_LINE, line_with(**REFUSED[name]))
    with pytest.raises(InputError, match="not a recorded answer") as refused:
        read_recording(path)
    assert refused.value.problems[0].where == f"{path}:2"
    if "note" not in REFUSED[name] and name != "a_label_nobody_asked_for":
        with pytest.raises(ValueError, match=r"[Ee]xpected|unknown field"):
            details_from_json(json.dumps(REFUSED[name]))


def test_a_line_of_version_1_has_no_details(tmp_path: Path) -> None:
    path = file_with(tmp_path / "r.jsonl", as_version_1(recording_line(A, stored())))
    with pytest.raises(InputError, match="version 1 has no model, ms, usage or wire"):
        read_recording(path)


# --- in the cache


def test_details_survive_cache_and_recording_byte_for_byte(tmp_path: Path) -> None:
    text = recording_text([(A, stored()), ("b" * 64, stored(NO_DETAILS))])
    path = tmp_path / "r.jsonl"
    path.write_text(text, encoding="utf-8")
    with AnswerCache(tmp_path / "answers.sqlite") as cache:
        cache.save(read_recording(path))
    with AnswerCache(tmp_path / "answers.sqlite") as cache:
        kept, damaged = cache.read([A, "b" * 64])
    assert (recording_text(kept.items()), damaged) == (text, set())


def test_a_row_without_details_is_as_it_was_before_there_were_any() -> None:
    assert DETAILS_HEADER not in encoded_row(stored(NO_DETAILS))
    assert decoded_row(encoded_row(stored(NO_DETAILS))).details is NO_DETAILS


def test_requests_cache_reads_a_row_with_details(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with AnswerCache(path) as cache:
        cache.save({A: stored()})
    with CachedSession(str(path), backend="sqlite", serializer="json") as session:
        (response,) = session.cache.responses.values()
        theirs = session.cache.responses.serialize(response)
    with closing(sqlite3.connect(path)) as connection:
        ((ours,),) = connection.execute("SELECT value FROM responses")
    assert (response.content, json.loads(theirs)) == (CONTENT, json.loads(ours))
    assert details_from_json(response.headers[DETAILS_HEADER]) == DETAILS


@pytest.mark.parametrize("told", ["{", "[]", "7", '{"ms":-1}', '{"text":"x"}', "[" * 100_000])
def test_a_row_whose_details_are_none_is_scored_and_not_moved_elsewhere(told: str) -> None:
    row = json.loads(encoded_row(stored()))
    row["headers"][DETAILS_HEADER] = told
    assert kept_in(json.dumps(row)).content == CONTENT
    with pytest.raises(DamagedRow):
        decoded_row(json.dumps(row))


# --- of equal answers, one is kept

EARLY, LATE = stored(Details(ms=9), NOON), stored(DETAILS, NOON + timedelta(days=1))
BARE, OTHER = stored(NO_DETAILS), stored(Details(ms=8))


@pytest.mark.parametrize(
    ("lines", "kept"),
    [((EARLY, LATE), EARLY), ((BARE, LATE), BARE), ((BARE, EARLY), EARLY), ((EARLY, OTHER), OTHER)],
    ids=["earliest", "earliest_though_bare", "more_of_one_asking", "by_bytes"],
)
def test_of_equal_answers_the_earliest_keeps_its_own_details(
    tmp_path: Path, lines: tuple[Stored, ...], kept: Stored
) -> None:
    for order in permutations(lines):
        one = file_with(tmp_path / "one", FIRST_LINE, *(recording_line(A, s) for s in order))
        assert dict(read_recording(one)) == {A: kept}
        paths = [
            file_with(tmp_path / f"{i}.jsonl", FIRST_LINE, recording_line(A, s))
            for i, s in enumerate(order)
        ]
        assert merged({path: read_recording(path) for path in paths}) == {A: kept}


def test_names_are_all_texts_of_a_detail() -> None:
    assert set(DETAILS.names()) == {
        "jev-1.13.0", "billing", "technical", "input_tokens", "output_tokens",
    }  # fmt: skip
    assert NO_DETAILS.names() == ()
