"""The recording: answers as sorted JSON lines, fit for git. No text, no rubric, no header."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import msgspec

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import ContractViolation, check_scores
from ticketbench.edge.files.reading import read_bytes, unpacked
from ticketbench.edge.inputs.formats import problems_error

_MOST_BYTES = 50_000_000
_MOST_LINE_BYTES = 1_000_000
_MOST_LINES = 200_000
_SPLIT = "split it by rubric set"

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class RecordedAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """Scores by label, in the order they came, and the top label."""

    scores: dict[str, float]
    top_label: str


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a recording; `sha256` is that of the answer's canonical JSON."""

    answer: RecordedAnswer
    key: Digest
    recorded_at: Annotated[datetime, msgspec.Meta(tz=True)]
    sha256: Digest
    url: str


class Recording(Mapping[str, Stored]):
    """The answers in a recording file by key, read when they are first looked at.

    Looking raises what `read_recording` raises. No path, or a file that is not there yet, is an
    empty recording.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path if path is not None and path.exists() else None

    @cached_property
    def _content(self) -> bytes:
        """Read once: digest and answers are those of the same bytes, whatever happens meanwhile."""
        return read_bytes(self._path, most=_MOST_BYTES) if self._path else b""

    @cached_property
    def digest(self) -> str:
        """sha256 of the file's bytes; empty without a file. Raises InputError over 50 MB."""
        return hashlib.sha256(self._content).hexdigest() if self._path else ""

    @cached_property
    def _answers(self) -> dict[str, Stored]:
        return _parsed(self._path, self._content) if self._path else {}

    def __getitem__(self, key: str) -> Stored:
        return self._answers[key]

    def __contains__(self, key: object) -> bool:
        return key in self._answers

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)


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


def recording_bytes(path: Path, answers: Iterable[tuple[str, Stored]]) -> bytes:
    """What a recording file called `path` holds: the text, packed when the name ends in .gz.

    Packed without name and time, so that equal answers give equal bytes.
    """
    text = recording_text(answers).encode("utf-8")
    if len(text) > _MOST_BYTES:
        raise InputError(f"{path} would be larger than 50 MB, which no run reads", help=_SPLIT)
    return gzip.compress(text, mtime=0) if path.suffix == ".gz" else text


def read_recording(path: Path) -> dict[str, Stored]:
    """The answers in a recording (plain, or packed as .gz), every digest checked.

    Raises InputError that lists the first 20 bad lines, or says which limit the file exceeds:
    50 MB unpacked, 200,000 lines, 1 MB a line, 100 times its packed size. MachineError when it
    cannot be read.
    """
    return _parsed(path, read_bytes(path, most=_MOST_BYTES))


def _parsed(path: Path, content: bytes) -> dict[str, Stored]:
    answers: dict[str, Stored] = {}
    problems: list[Problem] = []
    for number, raw in _lines(path, content):
        where = f"{path}:{number}"
        try:
            line = _checked(raw)
        except ValueError as error:
            problems.append(Problem(str(error), where, "export it again"))
            continue
        stored = Stored(answer_json(line.answer), line.url, line.recorded_at)
        if answers.setdefault(line.key, stored).content != stored.content:
            what = "this question has another answer further up"
            problems.append(Problem(what, where, "keep one of the two lines"))
    if problems:
        raise problems_error(problems)
    return answers


def merged(paths: Sequence[Path], *, newest: bool = False) -> dict[str, Stored]:
    """The answers of several recordings, whatever their order; equal ones count as the earliest.

    Raises InputError when two recordings answer a question differently, unless `newest`: then the
    one recorded last is taken (at the same moment, the greater by its bytes).
    """
    answers: dict[str, Stored] = {}
    source: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in paths:
        for key, stored in read_recording(path).items():
            known = answers.get(key)
            if known is not None and known.content != stored.content and not newest:
                what = f"{source[key]} and {path} answer the question {key[:12]}… differently"
                help_ = "take the later answer with --newest, or record again"
                problems.append(Problem(what, str(path), help_))
            elif known is None or _goes_before(stored, known):
                answers[key], source[key] = stored, path
    if problems:
        raise problems_error(problems)
    return answers


def canonical_answer(stored: Stored) -> bytes | None:
    """The canonical JSON of a stored answer; None when it is not a valid one."""
    try:
        body = msgspec.json.decode(stored.content, type=_AnswerBody)
        check_scores(body.scores, body.top_label)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ContractViolation):
        return None
    return answer_json(RecordedAnswer(body.scores, body.top_label))


def _goes_before(one: Stored, other: Stored) -> bool:
    if one.content == other.content:
        return (one.recorded_at, one.url) < (other.recorded_at, other.url)
    return (one.recorded_at, one.content) > (other.recorded_at, other.content)


def _lines(path: Path, content: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers."""
    if path.suffix == ".gz":
        content = unpacked(path, content, most=_MOST_BYTES)
    lines = content.split(b"\n")
    if len(lines) > _MOST_LINES + 1:
        raise InputError(f"{path} has more than {_MOST_LINES:,} lines", help=_SPLIT)
    for number, raw in enumerate(lines, start=1):
        if len(raw) > _MOST_LINE_BYTES:
            where = f"{path}:{number}"
            raise InputError("the line is longer than 1 MB", where=where, help="export it again")
        if raw.strip():
            yield number, raw


def _checked(raw: bytes) -> Line:
    try:
        line = msgspec.json.decode(raw, type=Line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not a recorded answer: {clipped(str(error))}") from None
    if hashlib.sha256(answer_json(line.answer)).hexdigest() != line.sha256:
        raise ValueError("the answer does not match its digest: it was altered")
    try:
        check_scores(line.answer.scores, line.answer.top_label)
    except ContractViolation as error:
        raise ValueError(f"not a valid answer: {clipped(str(error))}") from None
    return line
