"""One row of the cache file: what goes in comes out, or is damaged."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.edge.answers.rows import DIGEST_HEADER, DamagedRow, Stored, decoded_row, kept_in
from ticketbench.edge.answers.rows import encoded_row as encoded

STORED = Stored(
    b'{"scores": {"a": 0.60}}', "https://h/classify", datetime(2026, 1, 2, 12, 0, 0, 5, tzinfo=UTC)
)


def test_a_row_is_decoded_to_what_was_stored() -> None:
    assert decoded_row(encoded(STORED)) == STORED
    assert kept_in(encoded(STORED)).content == STORED.content


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(min_size=1), st.text(st.characters(codec="utf-8")), st.datetimes())
def test_any_answer_survives(content: bytes, url: str, at: datetime) -> None:
    stored = Stored(content, url, at.replace(tzinfo=UTC))
    assert decoded_row(encoded(stored)) == stored


def test_a_time_is_written_in_utc() -> None:
    east = STORED.recorded_at.astimezone(timezone(timedelta(hours=9)))
    assert encoded(Stored(STORED.content, STORED.url, east)) == encoded(STORED)


def test_a_row_as_bytes_is_read_too() -> None:
    assert decoded_row(encoded(STORED).encode()) == STORED


def test_every_changed_byte_of_an_answer_is_noticed() -> None:
    row = json.loads(encoded(STORED))
    for i in range(len(STORED.content)):
        changed = bytearray(STORED.content)
        changed[i] ^= 1
        row["_content"] = base64.b64encode(changed).decode()
        with pytest.raises(DamagedRow):
            kept_in(json.dumps(row))


def altered(**changes: object) -> str:
    return json.dumps({**json.loads(encoded(STORED)), **changes})


@pytest.mark.parametrize(
    "value",
    [
        None, 7, "", "{}", "[]", "null", b"\xff", "[" * 100_000, encoded(STORED)[:-9],
        altered(status_code=500), altered(headers={}), altered(_content=None), altered(_content=""),
        altered(headers={DIGEST_HEADER: "0" * 64}),
    ],
    ids=["none", "number", "empty", "object", "list", "null", "bytes", "nested", "half", "status",
         "no_digest", "no_content", "empty_content", "other_digest"],
)  # fmt: skip
def test_anything_else_is_damaged(value: object) -> None:
    with pytest.raises(DamagedRow):
        kept_in(value)
    with pytest.raises(DamagedRow):
        decoded_row(value)


@pytest.mark.parametrize(
    "at",
    ["2026-01-02T12:00:00", "yesterday", None, 7,
     "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"],
)  # fmt: skip
def test_a_row_without_a_time_in_a_zone_cannot_be_moved_elsewhere(at: object) -> None:
    with pytest.raises(DamagedRow):
        decoded_row(altered(created_at=at))
