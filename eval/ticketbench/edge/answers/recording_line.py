"""One line of a recording: what it says, and the digest that tells whether it still says it.

In version 2 the digest covers the whole line: canonical JSON of every field but `sha256`, so a line
without details has the digest it always had. In version 1 it covers the answer alone, so that
answers could change places. Version 2 is written, both are read.

A question that was refused has a line of its own, of version 2, with `"refused": true` in place of
an answer.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Annotated

import msgspec

from ticketbench.core.classify import ContractViolation, check_scores
from ticketbench.core.quotes import clipped
from ticketbench.edge.answers.details import NO_DETAILS, Details, details_json, details_of
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored, in_utc

SCHEMA = "ticketbench/recording@2"
FIRST_LINE = json.dumps({"schema": SCHEMA})
"""The first line of a recording of version 2; version 1 has none."""

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class RecordedAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """Scores by label, in the order they came, and the top label."""

    scores: dict[str, float]
    top_label: str


class Line(Details, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer as it is recorded; `recorded_at` is kept as it is written, as digests cover it.

    Of version 1 it has no details.
    """

    answer: RecordedAnswer
    key: Digest
    recorded_at: str
    sha256: Digest
    url: str


class RefusalLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question that was refused."""

    key: Digest
    recorded_at: str
    refused: bool
    sha256: Digest
    url: str


class MixedVersions(ValueError):
    """A line of one version in a recording of the other."""


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    schema: str


class _AnswerBody(msgspec.Struct):
    """The part of a stored answer's body that a recording keeps."""

    scores: dict[str, float]
    top_label: str


_decode_line = msgspec.json.Decoder(Line).decode
_decode_refusal = msgspec.json.Decoder(RefusalLine).decode
_REFUSED = re.compile(rb'"refused"\s*:\s*true')
"""What no line of an answer holds: a label of that name has a number."""


def answer_json(answer: RecordedAnswer) -> bytes:
    """Canonical JSON of an answer: keys sorted, no blanks, UTF-8."""
    value = {"scores": answer.scores, "top_label": answer.top_label}
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def canonical_answer(stored: Stored) -> bytes | None:
    """The canonical JSON of a stored answer; None when it is not a valid one."""
    try:
        body = msgspec.json.decode(stored.content, type=_AnswerBody)
        check_scores(body.scores, body.top_label)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ContractViolation):
        return None
    return answer_json(RecordedAnswer(body.scores, body.top_label))


def recording_line(key: str, stored: Stored) -> str:
    """The line of one stored answer, in version 2: canonical JSON with its own digest."""
    body = msgspec.json.decode(stored.content, type=_AnswerBody)
    answer = answer_json(RecordedAnswer(body.scores, body.top_label))
    recorded_at = stored.recorded_at.astimezone(UTC).isoformat()
    said = (answer, key, recorded_at, stored.url, stored.details)
    digest = sha256(_canonical(*said)).hexdigest()
    return _canonical(*said, digest=digest).decode("utf-8")


def refusal_line(key: str, refusal: Refusal) -> str:
    """The line of one refusal: canonical JSON with its own digest."""
    said = key, refusal.recorded_at.astimezone(UTC).isoformat(), refusal.url
    digest = sha256(_refused(*said)).hexdigest()
    return _refused(*said, digest=digest).decode("utf-8")


def version_of(first: bytes) -> int:
    """The version of the recording whose first line is `first`; raises ValueError for one that
    only a newer ticketbench can read.
    """
    try:
        schema = msgspec.json.decode(first, type=_Head).schema
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 1
    if schema != SCHEMA:
        raise ValueError(f"a file of the kind {schema[:60]!r}, not {SCHEMA!r}")
    return 2


def is_line(raw: bytes) -> bool:
    """Whether `raw` has the form of a line of a recording, the first one too; digests aside."""
    kind = _Head if b'"schema"' in raw else RefusalLine if _is_refusal(raw) else Line
    try:
        msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def read_line(raw: bytes, *, version: int) -> tuple[str, Stored | Refusal]:
    """Key and answer of a line of a recording of `version`, or that it was refused; digest and
    numbers are checked.

    Raises ValueError that says what is wrong, MixedVersions where it is a line of the other one.
    """
    if _is_refusal(raw):
        return _read_refusal(raw, version)
    try:
        line = _decode_line(raw)
        recorded_at = in_utc(msgspec.convert(line.recorded_at, Moment))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ValueError(f"not a recorded answer: {clipped(str(error))}") from None
    answer, details = answer_json(line.answer), details_of(line)
    if _digest(line, answer, details, version) != line.sha256:
        if _digest(line, answer, details, 3 - version) == line.sha256:
            what = f"a line of version {3 - version} in a recording of version {version}"
            raise MixedVersions(what)
        raise ValueError("the line does not match its digest: it was altered")
    if not set(details.labels) <= set(line.answer.scores):
        raise ValueError("not a recorded answer: `wire` has numbers of labels that were not asked")
    if version == 1 and details is not NO_DETAILS:
        raise ValueError("not a recorded answer: version 1 has no model, ms, usage or wire")
    try:
        check_scores(line.answer.scores, line.answer.top_label)
    except ContractViolation as error:
        raise ValueError(f"not a valid answer: {error}") from None
    return line.key, Stored(answer, line.url, recorded_at, details)


def _is_refusal(raw: bytes) -> bool:
    return _REFUSED.search(raw) is not None


def _read_refusal(raw: bytes, version: int) -> tuple[str, Refusal]:
    if version == 1:
        raise MixedVersions("a line of version 2 in a recording of version 1")
    try:
        line = _decode_refusal(raw)
        recorded_at = in_utc(msgspec.convert(line.recorded_at, Moment))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ValueError(f"not a recorded refusal: {clipped(str(error))}") from None
    if sha256(_refused(line.key, line.recorded_at, line.url)).hexdigest() != line.sha256:
        raise ValueError("the line does not match its digest: it was altered")
    return line.key, Refusal(line.url, recorded_at)


def _refused(key: str, recorded_at: str, url: str, *, digest: str = "") -> bytes:
    """Canonical JSON of a refusal; without `digest`, of all that its digest covers."""
    told = f',"sha256":"{digest}"' if digest else ""
    parts = (key.encode(), recorded_at.encode(), told.encode(), _json(url))
    return b'{"key":"%b","recorded_at":"%b","refused":true%b,"url":%b}' % parts


def _digest(line: Line, answer: bytes, details: Details, version: int) -> str:
    if version == 1:
        return sha256(answer).hexdigest()
    return sha256(_canonical(answer, line.key, line.recorded_at, line.url, details)).hexdigest()


def _canonical(
    answer: bytes, key: str, recorded_at: str, url: str, details: Details, *, digest: str = ""
) -> bytes:
    """Canonical JSON of a line of version 2; without `digest`, of all that its digest covers. Keys
    and times need no escapes.
    """
    after_key = after_url = b""
    if details is not NO_DETAILS:
        after_key = _fields(Details(model=details.model, ms=details.ms))
        after_url = _fields(Details(usage=details.usage, wire=details.wire))
    told = f',"sha256":"{digest}"' if digest else ""
    parts = (answer, key.encode(), after_key, recorded_at.encode(), told.encode())
    return b'{"answer":%b,"key":"%b"%b,"recorded_at":"%b"%b,"url":%b%b}' % (
        *parts,
        _json(url),
        after_url,
    )


def _fields(details: Details) -> bytes:
    """As they stand behind other fields in an object."""
    inside = details_json(details)[1:-1]
    return b"," + inside if inside else b""


@lru_cache
def _json(url: str) -> bytes:
    """A recording has few URLs and many lines."""
    return json.dumps(url, ensure_ascii=False).encode("utf-8")
