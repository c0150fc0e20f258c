"""What one file of a recording says: a whole one, or the part of the keys that begin alike."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import without_controls
from ticketbench.edge.answers.details import details_json
from ticketbench.edge.answers.parts.layout import part_name
from ticketbench.edge.answers.recording_line import MixedVersions, is_line, read_line, version_of
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.files.git_marks import both_sides
from ticketbench.edge.files.reading import read_bytes, unpacked
from ticketbench.edge.tables.rows import problems_error

MOST_BYTES = 50_000_000
_MOST_LINE_BYTES = 1_000_000
MOST_LINES = 200_000
SPLIT = "split it by rubric set, or into parts: ticketbench cache export --parts"
MEND = "take the line from git again, or remove it, ask anew with `run`, and then `cache export`"
_MERGE = "merge the files it was made of: ticketbench cache merge OURS THEIRS --to FILE"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the lines of a file say, by key; no key has both."""

    answers: dict[str, Stored] = field(default_factory=dict)
    refusals: dict[str, Refusal] = field(default_factory=dict)


class RecordingFile:
    """A file of a recording, read when it is first looked at.

    `part` says what its keys begin with where it is one of several files; None is a whole
    recording, the only one that may be empty or of version 1.
    """

    def __init__(self, path: Path, part: str | None = None) -> None:
        self.path, self._part = path, part
        self._seen = ""

    @cached_property
    def _content(self) -> bytes:
        """Read once: digest and answers are those of the same bytes, whatever happens meanwhile."""
        content = _read(self.path)
        found = hashlib.sha256(content).hexdigest()
        if self._seen not in ("", found):
            raise InputError(f"{self.path} was changed while it was read", help="begin again")
        self._seen = found
        return content

    @property
    def digest(self) -> str:
        """sha256 of the file's bytes. Raises InputError over 50 MB."""
        if not self._seen:
            hashed = self._content
            assert hashed is not None
        return self._seen

    @cached_property
    def _lines(self) -> list[bytes]:
        return _lines_of(self.path, self._content)

    @cached_property
    def version(self) -> int:
        """1 or 2, by the first line; an empty file is of the version now written.

        Raises InputError for a later one, and for a part that is not of version 2.
        """
        found = 2 if self._part is None else 1
        for number, raw in _filled(self._lines):
            try:
                found = version_of(raw)
            except ValueError as error:
                help_ = "read it with the ticketbench that wrote it"
                raise InputError(str(error), where=f"{self.path}:{number}", help=help_) from None
            break
        if found == 1 and self._part is not None:
            what = "a part begins with the line that names version 2"
            help_ = "take it from git again; of a file of version 1 `cache merge` makes parts"
            raise InputError(what, where=f"{self.path}:1", help=help_)
        return found

    @cached_property
    def kept(self) -> Kept:
        """What the lines say, every digest checked; raises what `read_recording` raises."""
        lines, version = _filled(self._lines), self.version
        return _parsed(self.path, lines, version=version, part=self._part or "")

    def place(self, key: str) -> str:
        """`file:line` of the answer `key`; the file alone when it has none."""
        for number, raw in _filled(self._lines):
            if key.encode() in raw:
                return f"{self.path}:{number}"
        return str(self.path)

    def let_go(self) -> None:
        """Keep nothing of the file but its digest; what is asked for later is read again.

        Raises InputError then where it is another file meanwhile.
        """
        for name in ("_content", "_lines", "kept"):
            self.__dict__.pop(name, None)


def goes_before(one: Stored, other: Stored) -> bool:
    """Which of two answers to a question is kept: of equal ones the earlier, else the later."""
    if one.content == other.content:
        return _order(one) < _order(other)
    return (one.recorded_at, one.content) > (other.recorded_at, other.content)


def _order(stored: Stored) -> tuple[datetime, str, int, bytes]:
    told = details_json(stored.details)
    return stored.recorded_at, stored.url, -len(told), told


def moment(refusal: Refusal) -> tuple[datetime, str]:
    """What orders the refusals of a question: the last one counts."""
    return refusal.recorded_at, refusal.url


def in_conflict(path: Path) -> bool:
    """Whether a merge left markers in `path` and every other line is one of a recording.

    Merging both sides loses nothing of such a file, so it may be replaced by that.
    """
    content = path.read_bytes()
    lines = both_sides(content)
    return lines != content and all(is_line(raw) for _, raw in _filled(lines.split(b"\n")))


def no_such_recording(path: Path) -> InputError:
    """What to raise where nothing is at `path`."""
    if path.is_dir():
        return InputError(f"{path} holds no part of a recording", help="name another")
    return InputError(f"no such file: {without_controls(str(path))}", help="check the path")


def _read(path: Path) -> bytes:
    return read_bytes(path, most=MOST_BYTES, merge_help=_merge_help(path))


def _merge_help(path: Path) -> str:
    file = shlex.quote(str(path))
    return (
        f"ticketbench cache merge OURS THEIRS --to {file}; "
        f"`git show :2:./{file}` and `:3:./{file}` print the two"
    )


def _lines_of(path: Path, content: bytes) -> list[bytes]:
    """The lines of a file, within the limits."""
    if path.suffix == ".gz":
        content = unpacked(path, content, most=MOST_BYTES, merge_help=_merge_help(path))
    lines = content.split(b"\n")
    if len(lines) > MOST_LINES + 2:  # the first line, and what follows the last line feed
        raise InputError(f"{path} has more than {MOST_LINES:,} lines", help=SPLIT)
    return lines


def _filled(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers."""
    return ((number, raw) for number, raw in enumerate(lines, start=1) if raw.strip())


def _parsed(path: Path, lines: Iterator[tuple[int, bytes]], *, version: int, part: str) -> Kept:
    kept = Kept()
    problems: list[Problem] = []
    if version == 2:
        next(lines, None)  # the first line
    for number, raw in lines:
        where = f"{path}:{number}"
        if len(raw) > _MOST_LINE_BYTES:
            raise InputError("the line is longer than 1 MB", where=where, help=MEND)
        try:
            key, stored = read_line(raw, version=version)
        except MixedVersions as error:
            raise InputError(str(error), where=where, help=_MERGE) from None
        except ValueError as error:
            problems.append(Problem(str(error), where, MEND))
            continue
        if not key.startswith(part):
            what = f"the key belongs in {part_name(key[: len(part)])}, not in this part"
            problems.append(Problem(what, where, MEND))
        elif not _taken(key, stored, kept):
            what = "this question has another answer further up"
            problems.append(Problem(what, where, "keep one of the two lines"))
    if problems:
        raise problems_error(problems)
    return kept


def _taken(key: str, one: Stored | Refusal, kept: Kept) -> bool:
    """Take a line in; false where one before it says otherwise of the same question."""
    if isinstance(one, Refusal):
        known = kept.refusals.setdefault(key, one)
        kept.refusals[key] = max(known, one, key=moment)
        return key not in kept.answers
    answer = kept.answers.setdefault(key, one)
    if answer is not one and answer.content == one.content and goes_before(one, answer):
        kept.answers[key] = one
    return answer.content == one.content and key not in kept.refusals
