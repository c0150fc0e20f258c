"""The recording: answers as sorted JSON lines, fit for git. No text, no rubric, no header.

What was refused stands among them in lines of its own, and is no answer.
"""

from __future__ import annotations

import gzip
import hashlib
import shlex
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.answers.details import details_json
from ticketbench.edge.answers.recording_line import (
    FIRST_LINE,
    MixedVersions,
    is_line,
    read_line,
    recording_line,
    refusal_line,
    version_of,
)
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.files.git_marks import both_sides
from ticketbench.edge.files.reading import read_bytes, unpacked
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.tables.rows import problems_error

_MOST_BYTES = 50_000_000
_MOST_LINE_BYTES = 1_000_000
_MOST_LINES = 200_000
_SPLIT = "split it by rubric set"
_MEND = "take the line from git again, or remove it, ask anew with `run`, and then `cache export`"
_MERGE = "merge the files it was made of: ticketbench cache merge OURS THEIRS --to FILE"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the lines of a file say, by key; no key has both."""

    answers: dict[str, Stored] = field(default_factory=dict)
    refusals: dict[str, Refusal] = field(default_factory=dict)


class Recording(Mapping[str, Stored]):
    """The answers in a recording file by key, read when they are first looked at, by one thread.

    Looking raises what `read_recording` raises. No path, or a file that is not there yet, is an
    empty recording.
    """

    def __init__(self, path: Path | None) -> None:
        there = path is not None and path.exists()
        self._path = path if there else None
        self.absent = None if there else path
        """The file that was named, where it is not there."""
        self._reading = threading.Lock()

    @cached_property
    def _content(self) -> bytes:
        """Read once: digest and answers are those of the same bytes, whatever happens meanwhile."""
        return _read(self._path) if self._path else b""

    @cached_property
    def digest(self) -> str:
        """sha256 of the file's bytes; empty without a file. Raises InputError over 50 MB."""
        return hashlib.sha256(self._content).hexdigest() if self._path else ""

    @cached_property
    def _lines(self) -> list[bytes]:
        return _lines_of(self._path, self._content) if self._path else []

    @cached_property
    def version(self) -> int:
        """1 or 2, by the first line; an empty file and none at all are of the version now written.

        Raises InputError for a later one.
        """
        for number, raw in _filled(self._lines):
            try:
                return version_of(raw)
            except ValueError as error:
                where = f"{self._path}:{number}"
                help_ = "read it with the ticketbench that wrote it"
                raise InputError(str(error), where=where, help=help_) from None
        return 2

    @cached_property
    def _kept(self) -> _Kept:
        with self._reading:
            return self._read_once

    @cached_property
    def _read_once(self) -> _Kept:
        lines = _filled(self._lines)
        return _parsed(self._path, lines, version=self.version) if self._path else _Kept()

    @property
    def refusals(self) -> Mapping[str, Refusal]:
        """The questions that were refused, by key; none of them has an answer here."""
        return self._kept.refusals

    def place(self, key: str) -> str:
        """`file:line` of the answer `key`; the file alone when it has none."""
        for number, raw in _filled(self._lines):
            if key.encode() in raw:
                return f"{self._path}:{number}"
        return str(self._path)

    def __getitem__(self, key: str) -> Stored:
        return self._kept.answers[key]

    def __contains__(self, key: object) -> bool:
        return key in self._kept.answers

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept.answers)

    def __len__(self) -> int:
        return len(self._kept.answers)


def recording_text(
    answers: Iterable[tuple[str, Stored]], refusals: Iterable[tuple[str, Refusal]] = ()
) -> str:
    """A whole recording of version 2, lines sorted by key; equal answers give equal bytes."""
    lines = [(key, recording_line(key, stored)) for key, stored in answers]
    lines += [(key, refusal_line(key, refusal)) for key, refusal in refusals]
    ordered = (line for _, line in sorted(lines, key=_key_of))
    return "".join(f"{line}\n" for line in (FIRST_LINE, *ordered))


def _key_of(pair: tuple[str, Any]) -> str:
    return pair[0]


def recording_bytes(
    path: Path,
    answers: Iterable[tuple[str, Stored]],
    refusals: Iterable[tuple[str, Refusal]] = (),
) -> bytes:
    """What a recording file called `path` holds: the text, packed when the name ends in .gz.

    Packed without name and time, so that equal answers give equal bytes.
    """
    text = recording_text(answers, refusals).encode("utf-8")
    if len(text) > _MOST_BYTES:
        raise InputError(f"{path} would be larger than 50 MB, which no run reads", help=_SPLIT)
    return gzip.compress(text, mtime=0) if path.suffix == ".gz" else text


def read_recording(path: Path) -> Recording:
    """The answers in a recording (plain, or packed as .gz) of version 1 or 2, every digest checked.

    Raises InputError that lists the first 20 bad lines, or says which limit the file exceeds:
    50 MB unpacked, 200,000 lines, 1 MB a line, 100 times its packed size. MachineError when it
    cannot be read.
    """
    found = Recording(path)
    if found.absent:
        _read(path)
    len(found)
    return found


def merged(recordings: Mapping[Path, Recording], *, newest: bool = False) -> dict[str, Stored]:
    """The answers of several recordings, whatever their order. Of equal ones the earliest is taken
    as it stands, its details too; of one asking, the line that tells more of it.

    Raises InputError when two recordings answer a question differently, unless `newest`: then the
    one recorded last is taken (at the same moment, the greater by its bytes).
    """
    answers: dict[str, Stored] = {}
    source: dict[str, Path] = {}
    problems: list[Problem] = []
    for path, recording in recordings.items():
        for key, stored in recording.items():
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


def merged_refusals(
    recordings: Mapping[Path, Recording], answers: Mapping[str, Stored], *, newest: bool = False
) -> dict[str, Refusal]:
    """The refusals of several recordings, whatever their order, the last one of each question.

    One with an answer among `answers` is left out; with `newest` it stands where it came later.
    """
    found: dict[str, Refusal] = {}
    for recording in recordings.values():
        for key, refusal in recording.refusals.items():
            known, answer = found.get(key), answers.get(key)
            if answer is not None and not (newest and comes_after(refusal, answer)):
                continue
            if known is None or _moment(known) < _moment(refusal):
                found[key] = refusal
    return found


def comes_after(refusal: Refusal, answer: Stored) -> bool:
    """Whether a question was refused after it was answered; at the same moment, it was not."""
    return refusal.recorded_at > answer.recorded_at


def _moment(refusal: Refusal) -> tuple[datetime, str]:
    return refusal.recorded_at, refusal.url


def _goes_before(one: Stored, other: Stored) -> bool:
    if one.content == other.content:
        return _order(one) < _order(other)
    return (one.recorded_at, one.content) > (other.recorded_at, other.content)


def _order(stored: Stored) -> tuple[datetime, str, int, bytes]:
    told = details_json(stored.details)
    return stored.recorded_at, stored.url, -len(told), told


def refuse_moved(recording: Mapping[str, Stored], keys: Iterable[str], url: str) -> None:
    """Raise InputError with file:line when an answer to one of `keys`, which are all of questions
    to `url`, says that it came from elsewhere: the line was altered; a refusal likewise. Version 1
    does not see that.
    """
    refusals = recording.refusals if isinstance(recording, Recording) else {}
    for key in keys:
        stored = recording.get(key) or refusals.get(key)
        if stored is not None and stored.url != url:
            named, asked = shown_url(stored.url), shown_url(url)
            what = f"the line names {named}, but its key is of {asked}: it was altered"
            where = recording.place(key) if isinstance(recording, Recording) else ""
            raise InputError(what, where=where, help=_MEND)


def in_conflict(path: Path) -> bool:
    """Whether a merge left markers in `path` and every other line is one of a recording.

    Merging both sides loses nothing of such a file, so it may be replaced by that.
    """
    content = path.read_bytes()
    lines = both_sides(content)
    return lines != content and all(is_line(raw) for _, raw in _filled(lines.split(b"\n")))


def _read(path: Path) -> bytes:
    return read_bytes(path, most=_MOST_BYTES, merge_help=_merge_help(path))


def _merge_help(path: Path) -> str:
    file = shlex.quote(str(path))
    return (
        f"ticketbench cache merge OURS THEIRS --to {file}; "
        f"`git show :2:./{file}` and `:3:./{file}` print the two"
    )


def _lines_of(path: Path, content: bytes) -> list[bytes]:
    """The lines of a file, within the limits."""
    if path.suffix == ".gz":
        content = unpacked(path, content, most=_MOST_BYTES, merge_help=_merge_help(path))
    lines = content.split(b"\n")
    if len(lines) > _MOST_LINES + 2:  # the first line, and what follows the last line feed
        raise InputError(f"{path} has more than {_MOST_LINES:,} lines", help=_SPLIT)
    return lines


def _filled(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers."""
    return ((number, raw) for number, raw in enumerate(lines, start=1) if raw.strip())


def _parsed(path: Path, lines: Iterator[tuple[int, bytes]], *, version: int) -> _Kept:
    kept = _Kept()
    problems: list[Problem] = []
    if version == 2:
        next(lines, None)  # the first line
    for number, raw in lines:
        where = f"{path}:{number}"
        if len(raw) > _MOST_LINE_BYTES:
            raise InputError("the line is longer than 1 MB", where=where, help=_MEND)
        try:
            key, stored = read_line(raw, version=version)
        except MixedVersions as error:
            raise InputError(str(error), where=where, help=_MERGE) from None
        except ValueError as error:
            problems.append(Problem(str(error), where, _MEND))
            continue
        if not _taken(key, stored, kept):
            what = "this question has another answer further up"
            problems.append(Problem(what, where, "keep one of the two lines"))
    if problems:
        raise problems_error(problems)
    return kept


def _taken(key: str, one: Stored | Refusal, kept: _Kept) -> bool:
    """Take a line in; false where one before it says otherwise of the same question."""
    if isinstance(one, Refusal):
        known = kept.refusals.setdefault(key, one)
        kept.refusals[key] = max(known, one, key=_moment)
        return key not in kept.answers
    answer = kept.answers.setdefault(key, one)
    if answer is not one and answer.content == one.content and _goes_before(one, answer):
        kept.answers[key] = one
    return answer.content == one.content and key not in kept.refusals
