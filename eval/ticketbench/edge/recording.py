"""The recording: answers as sorted JSON lines, fit for git. No text, no rubric, no header."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.cache import Stored
from ticketbench.edge.files import read_bytes
from ticketbench.edge.formats import problems_error

_MOST_BYTES = 50_000_000

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class RecordedAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """Scores by label, in the order they came, and the top label."""

    scores: dict[str, float]
    top_label: str


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a recording; `sha256` is that of the answer's canonical JSON."""

    answer: RecordedAnswer
    key: Digest
    recorded_at: datetime
    sha256: Digest
    url: str


def answer_json(answer: RecordedAnswer) -> bytes:
    """Canonical JSON of an answer: keys sorted, no blanks, UTF-8."""
    value = {"scores": answer.scores, "top_label": answer.top_label}
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def recording_line(key: str, stored: Stored) -> str:
    """The line of one stored answer."""
    answer = msgspec.json.decode(stored.content, type=_AnswerBody)
    recorded = RecordedAnswer(answer.scores, answer.top_label)
    content = answer_json(recorded)
    value = {
        "answer": json.loads(content),
        "key": key,
        "recorded_at": stored.recorded_at.astimezone(UTC).isoformat(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "url": stored.url,
    }
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


class _AnswerBody(msgspec.Struct):
    """The part of a stored answer's body that a recording keeps."""

    scores: dict[str, float]
    top_label: str


def recording_text(answers: Iterable[tuple[str, Stored]]) -> str:
    """A whole recording, lines sorted by key; equal answers give equal bytes."""
    lines = [recording_line(key, stored) for key, stored in sorted(answers, key=_key_of)]
    return "".join(f"{line}\n" for line in lines)


def _key_of(pair: tuple[str, Any]) -> str:
    return pair[0]


def read_recording(path: Path) -> dict[str, Stored]:
    """The answers in a recording, every digest checked.

    Raises InputError that lists the first 20 bad lines; MachineError when it cannot be read.
    """
    if path.is_file() and path.stat().st_size > _MOST_BYTES:
        raise InputError(f"{path} is larger than 50 MB", help="split it by rubric set")
    lines = read_bytes(path).split(b"\n")
    answers: dict[str, Stored] = {}
    problems: list[Problem] = []
    for number, raw in enumerate(lines, start=1):
        if raw.strip():
            try:
                line = _checked(raw)
            except ValueError as error:
                problems.append(Problem(str(error), f"{path}:{number}", "export it again"))
                continue
            stored = Stored(answer_json(line.answer), line.url, line.recorded_at)
            if answers.setdefault(line.key, stored).content != stored.content:
                what = "this question has another answer further up"
                problems.append(Problem(what, f"{path}:{number}", "keep one of the two lines"))
    if problems:
        raise problems_error(problems)
    return answers


def _checked(raw: bytes) -> Line:
    try:
        line = msgspec.json.decode(raw, type=Line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not a recorded answer: {error}") from None
    if line.recorded_at.tzinfo is None:
        raise ValueError("recorded_at has no time zone")
    if hashlib.sha256(answer_json(line.answer)).hexdigest() != line.sha256:
        raise ValueError("the answer does not match its digest: it was altered")
    return line
