"""The row of one answer in the cache file, in the layout that requests-cache 1.3 reads and writes
with its JSON serializer, plus a digest of the answer.

Made here because the library's own way costs about a millisecond a row. A test holds both equal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec

LAYOUT = "1.3"
"""The requests-cache version, major and minor, whose layout this is."""

DIGEST_HEADER = "X-Ticketbench-SHA256"


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored answer: the body as it came, from which URL, and when."""

    content: bytes
    url: str
    recorded_at: datetime


class DamagedRow(Exception):
    """A row that is not as it was stored."""


class _Headers(msgspec.Struct):
    digest: str = msgspec.field(name=DIGEST_HEADER)


class _Row(msgspec.Struct):
    """What is read of a row."""

    content: bytes = msgspec.field(name="_content")
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    headers: _Headers
    status_code: int
    url: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Row).decode


def encoded_row(stored: Stored) -> str:
    """The column `value` of a stored answer; the request in it has no body, which would hold the
    ticket's text.
    """
    digest = hashlib.sha256(stored.content).hexdigest()
    row = {
        "_content": stored.content,
        "created_at": stored.recorded_at.astimezone(UTC).isoformat(),
        "encoding": "utf-8",
        "headers": {"Content-Type": "application/json", DIGEST_HEADER: digest},
        "request": {"method": "POST", "url": stored.url},
        "status_code": 200,
        "url": stored.url,
    }
    return _encode(row).decode("utf-8")


def decoded_row(value: object) -> Stored:
    """The answer in a column `value`; raises DamagedRow when a byte of the answer has changed."""
    if not isinstance(value, str | bytes):
        raise DamagedRow
    try:
        row = _decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise DamagedRow from None
    if row.status_code != 200 or hashlib.sha256(row.content).hexdigest() != row.headers.digest:
        raise DamagedRow
    return Stored(row.content, row.url, row.created_at)
