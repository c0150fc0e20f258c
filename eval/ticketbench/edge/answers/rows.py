"""The row of one answer in the cache file, in the layout that requests-cache 1.3 reads and writes
with its JSON serializer, plus a digest of the answer.

Made here because the library's own way costs about a millisecond a row. A test holds both equal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, TypeVar

import msgspec

from ticketbench.edge.answers.details import (
    NO_DETAILS,
    Details,
    details_from_json,
    details_json,
)

LAYOUT = "1.3"
"""The requests-cache version, major and minor, whose layout this is."""

DIGEST_HEADER = "X-Ticketbench-SHA256"
DETAILS_HEADER = "X-Ticketbench-Details"


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored answer: the body, from which URL, and when: a time that `in_utc` takes; what else is
    known of how it came.
    """

    content: bytes
    url: str
    recorded_at: datetime
    details: Details = NO_DETAILS


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of how an answer came, without the answer: when, and its details."""

    recorded_at: datetime
    details: Details = NO_DETAILS


class DamagedRow(Exception):
    """A row that is not as it was stored."""


class _Headers(msgspec.Struct):
    digest: str = msgspec.field(name=DIGEST_HEADER)
    details: str = msgspec.field(name=DETAILS_HEADER, default="")


class Kept(msgspec.Struct):
    """What is read of a row for its answer alone."""

    content: bytes = msgspec.field(name="_content")
    headers: _Headers
    status_code: int

    @property
    def tells(self) -> bool:
        """Whether the row says how the answer came."""
        return self.headers.details != ""


class _Row(Kept):
    """What is read of a row to move it elsewhere."""

    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    url: str


AnyRow = TypeVar("AnyRow", bound=Kept)

_encode = msgspec.json.Encoder().encode
_decode_kept = msgspec.json.Decoder(Kept).decode
_decode_row = msgspec.json.Decoder(_Row).decode


def in_utc(moment: datetime) -> datetime:
    """`moment`, which knows its zone, in UTC. Raises ValueError where the calendar ends before."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("no such time in UTC") from None


def encoded_row(stored: Stored) -> str:
    """The column `value` of a stored answer; the request in it has no body, which would hold the
    ticket's text.
    """
    headers = {
        "Content-Type": "application/json",
        DIGEST_HEADER: sha256(stored.content).hexdigest(),
    }
    if stored.details != NO_DETAILS:
        headers[DETAILS_HEADER] = details_json(stored.details).decode("utf-8")
    row = {
        "_content": stored.content,
        "created_at": stored.recorded_at.astimezone(UTC).isoformat(),
        "encoding": "utf-8",
        "headers": headers,
        "request": {"method": "POST", "url": stored.url},
        "status_code": 200,
        "url": stored.url,
    }
    return _encode(row).decode("utf-8")


def kept_in(value: object) -> Kept:
    """The answer in a column `value`; raises DamagedRow when a byte of it has changed."""
    return _whole(_decode_kept, value)


def decoded_row(value: object) -> Stored:
    """The answer in a column `value` with its origin; raises DamagedRow as `kept_in` does, and
    where time or details are none.
    """
    row = _whole(_decode_row, value)
    told = row.headers.details
    try:
        details = details_from_json(told) if told else NO_DETAILS
        return Stored(row.content, row.url, in_utc(row.created_at), details)
    except ValueError:
        raise DamagedRow from None


def decoded_told(value: object) -> Told:
    """How the answer in a column `value` came; raises DamagedRow as `decoded_row` does."""
    row = decoded_row(value)
    return Told(row.recorded_at, row.details)


def _whole(decode: Callable[[str | bytes], AnyRow], value: object) -> AnyRow:
    try:
        row = decode(value)  # type: ignore[arg-type]  # what is neither text nor bytes: TypeError
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
        raise DamagedRow from None
    content = row.content
    if sha256(content).hexdigest() != row.headers.digest or row.status_code != 200:
        raise DamagedRow
    return row
