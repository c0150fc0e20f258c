"""Questions and answers of rubric sets as they are kept: the key of an answer, its bytes, its echo.

What they say is in `core/classify.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from ticketbench.core.classify import Answer, question
from ticketbench.core.rubrics import RubricSet

KEY_VERSION = "ticketbench-answer-1"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, body, the headers Retry-After and Content-Type if there were, and
    what the server calls the request.
    """

    status: int
    body: bytes
    retry_after: str = ""
    content_type: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ValidReply(Reply):
    """A reply with status 200 whose body is a valid answer, and what that says."""

    answer: Answer = field(kw_only=True)


def request_body(text: str, rubrics: RubricSet) -> bytes:
    """The JSON body of one question of a rubric set."""
    return question(text, ((rubric.label, rubric.text) for rubric in rubrics.rubrics))


def body_function(rubrics: RubricSet) -> Callable[[str], bytes]:
    """From a ticket's text to `request_body(text, rubrics)`, with all but the text made once."""
    rest = request_body("", rubrics).removeprefix(b'{"text":""')
    return lambda text: b'{"text":%b%b' % (_encode(text), rest)


def answer_key(url: str, body: bytes) -> str:
    """sha256 (hex) of key version, full URL and body: two engines never share an answer."""
    digest = hashlib.sha256()
    for part in (KEY_VERSION.encode(), url.encode(), body):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def key_function(url: str, rubrics: RubricSet) -> Callable[[str], str]:
    """From a ticket's text to the key of its answer: `answer_key(url, request_body(text, rubrics))`
    with everything but the text computed once.
    """
    body_of, start = body_function(rubrics), hashlib.sha256()
    for part in (KEY_VERSION.encode(), url.encode()):
        start.update(len(part).to_bytes(8, "big"))
        start.update(part)

    def key_of(text: str) -> str:
        body, digest = body_of(text), start.copy()
        digest.update(len(body).to_bytes(8, "big") + body)
        return digest.hexdigest()

    return key_of


_NEGATIVE_ZERO = re.compile(
    rb'("(?:[^"\\]|\\.)*")|(?<![eE])-(?=0(?:\.0*)?(?:[eE][+-]?[0-9]+)?[\s,\]}])', re.DOTALL
)


_ESCAPE = re.compile(
    rb"""(\\u[dD][89abAB]..\\u[dD][c-fC-F]..)  # one character in two halves
    |(\\u[dD][89a-fA-F]..)  # half of one alone
    |(\\.)""",
    re.DOTALL | re.VERBOSE,
)
_HALF = rb"\ufffd"


def as_stored(content: bytes) -> bytes:
    """The JSON of an answer as it is checked and kept: `-0.0` is written `0.0`, and half a
    character, as a cut text ends with, U+FFFD. Its other bytes are as they came.

    Stored answers are read with msgspec, which takes no half for a text.
    """
    if b"-0" in content:
        content = _NEGATIVE_ZERO.sub(rb"\1", content)
    if b"\\u" in content:
        content = _ESCAPE.sub(lambda found: _HALF if found[2] else found[0], content)
    return content


# Escapes a text exactly as json.dumps does (a test compares every character), five times as fast.
_encode = msgspec.json.Encoder().encode


class AskedLabel(msgspec.Struct, frozen=True):
    """One entry of `labels` in a request."""

    name: str
    rubric: str


class _Asked(msgspec.Struct):
    labels: msgspec.Raw


_decode_asked = msgspec.json.Decoder(_Asked).decode
_decode_labels = lru_cache(msgspec.json.Decoder(tuple[AskedLabel, ...]).decode)
"""All questions of a rubric set have the same labels."""


def asked_labels(body: bytes) -> tuple[AskedLabel, ...]:
    """The labels of a request that `request_body` made."""
    return _decode_labels(labels_json(body))


def labels_json(body: bytes) -> bytes:
    """The JSON of the labels of such a request, to tell rubric sets apart without reading it."""
    return bytes(_decode_asked(body).labels)
